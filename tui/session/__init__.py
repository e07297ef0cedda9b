"""Unlocked vaults: the vault key, kept for a while for all programs of the user.

`choose` returns where it is kept: the kernel's keyring, or an agent process where there is none.
Fast to import: `code` waits for it.
"""

from __future__ import annotations

import os

from tui.session.model import LONGEST, NoSession, Session, Unlocked

TYPE_CHECKING = False  # typing takes 6 ms to import
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "LONGEST",
    "SESSION_VARIABLE",
    "NoSession",
    "Session",
    "Unlocked",
    "choose",
    "everywhere",
]

SESSION_VARIABLE = "OTP_TUI_SESSION"
"""Where keys are kept: `keyring`, `agent` or `off`; else the first of them that works."""


def choose(environ: Mapping[str, str] = os.environ) -> Session:
    """Return the session that keeps keys on this machine."""
    return next(iter(everywhere(environ)), NoSession())


def everywhere(environ: Mapping[str, str] = os.environ) -> Iterator[Session]:
    """Yield all sessions that can have keys, starting with the one that gets new keys."""
    named = environ.get(SESSION_VARIABLE, "")
    if named not in {"off", "agent"}:
        try:
            from tui.session.keyring import kernel_keyring
        except ImportError:  # a Python without ctypes
            keyring = None
        else:
            keyring = kernel_keyring()
        if keyring is not None:
            yield keyring
    if named not in {"off", "keyring"}:
        from tui.session.agent_client import AgentSession

        yield AgentSession(environ)
