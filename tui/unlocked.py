"""The vaults that are unlocked, and until when, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.durations import duration_words
from tui.session import everywhere
from tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.session import Session, Unlocked

_SHORT = 60
"""Seconds: an end that is nearer is shown to the second."""


def unlocked(environ: Mapping[str, str]) -> list[tuple[Session, Unlocked]]:
    """Return every vault that is unlocked, with what keeps its key, sorted by path.

    Raises:
        SessionError: what may keep keys doesn't answer.
    """
    return [
        (session, one)
        for session in everywhere(environ)
        for one in sorted(session.unlocked(), key=lambda each: (each.path, each.vault_id))
    ]


def vault_words(one: Unlocked, session: Session, now: float) -> str:
    """Return a line about a vault that is unlocked: its path, until when, and where its key is."""
    return f"{safe(one.path, 300)}: {unlocked_words(one, session, now)}"


def unlocked_words(one: Unlocked, session: Session, now: float) -> str:
    """Return until when a vault is unlocked, and where its key is."""
    return f"unlocked {until_words(now + one.left, one.idle, now)}; key kept by {session.name}"


def until_words(until: float, idle: int, now: float) -> str:
    """Return until when a vault is unlocked: `until 2026-11-21 18:30 (in 8 h)`."""
    from math import ceil

    from tui.otp.describe import local_time

    unused = f", or until unused for {duration_words(idle)}" if idle else ""
    left = ceil(until - now)
    end = local_time(int(until), seconds=left < _SHORT)
    return f"until {end} (in {duration_words(left)}){unused}"
