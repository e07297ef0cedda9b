"""The files that a document descends from, as a list in the document itself.

So two copies of a vault prove which older file both come from, and which of them is older. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

MOST = 64
"""Number of newest files to remember."""
_is_file_id = re.compile(r"\d{1,16}-[0-9a-f]{16}", re.ASCII).fullmatch


def file_id(generation: int, digest: bytes) -> str:
    """Return how a history names a vault file: its generation, and the start of its SHA-256."""
    return f"{generation}-{_start(digest)}"


def contains(history: Iterable[str], digest: bytes) -> bool:
    """Return True if a file with this SHA-256 is in `history`."""
    return any(identity.endswith(f"-{_start(digest)}") for identity in history)


def generation_of(identity: str) -> int:
    """Return the generation in a file's id."""
    return int(identity.partition("-")[0])


def joined(*histories: Iterable[str]) -> tuple[str, ...]:
    """Return the newest files of these histories, oldest first."""
    every = {identity for history in histories for identity in history}
    return tuple(sorted(every, key=lambda one: (generation_of(one), one))[-MOST:])


def read_history(raw: Any) -> tuple[str, ...]:
    """Return the history in a document's JSON; anything invalid is left out."""
    if type(raw) is not list:
        return ()
    return joined(one for one in raw if type(one) is str and _is_file_id(one))


def _start(digest: bytes) -> str:
    return digest.hex()[:16]
