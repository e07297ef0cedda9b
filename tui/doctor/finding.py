"""The result of a check."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    name: str
    """What was checked, in one or two words."""
    says: str
    """What was found."""
    advice: str = ""
    """What to do; empty if all is well."""


def chown_hint(name: str) -> str:
    """Return the command that makes a file the user's own."""
    return f"Run: chown {os.geteuid()} {name}"
