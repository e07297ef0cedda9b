"""Unlocked vaults: the vault key, kept for a while for all programs of the user.

`choose` returns where it is kept: the kernel's keyring, or an agent process where there is none.
Fast to import: `code` waits for it.
"""

from __future__ import annotations

import os

from tui.session.model import DEFAULT_TIME, LONGEST, NoSession, Session, Unlocked

TYPE_CHECKING = False  # typing takes 6 ms to import
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "DEFAULT_TIME",
    "LONGEST",
    "SESSION_VARIABLE",
    "NoSession",
    "Session",
    "Unlocked",
    "choose",
    "end",
    "everywhere",
    "unlocked_at",
]

SESSION_VARIABLE = "OTP_TUI_SESSION"
"""Where keys are kept: `keyring`, `agent` or `off`; else the first of them that works."""


def choose(environ: Mapping[str, str] = os.environ) -> Session:
    """Return the session that keeps keys on this machine.

    Raises:
        UsageError: the variable has another value.
    """
    named = environ.get(SESSION_VARIABLE, "")
    if named not in {"", "keyring", "agent", "off"}:
        from tui.errors import UsageError

        raise UsageError(f"{SESSION_VARIABLE} is invalid.", "Use keyring, agent or off.")
    if named == "off":
        return NoSession()
    found = everywhere(environ)
    return next((one for one in found if named in {"", one.kind}), NoSession())


def everywhere(environ: Mapping[str, str] = os.environ) -> Iterator[Session]:
    """Yield all sessions that can have keys, whatever the variable says: best first."""
    try:
        from tui.session.keyring import kernel_keyring
    except ImportError:  # a Python without ctypes
        keyring = None
    else:
        keyring = kernel_keyring()
    if keyring is not None:
        yield keyring
    from tui.session.agent_client import AgentSession

    yield AgentSession(environ)


def unlocked_at(path: str, environ: Mapping[str, str] = os.environ) -> set[str]:
    """Return the ids of the vaults that were unlocked at `path`, whatever is there now.

    Those in a session that doesn't answer are missing.
    """
    from contextlib import suppress

    from tui.errors import SessionError
    from tui.session.model import LONGEST_PATH

    def same(other: str) -> bool:
        if other == path or os.path.realpath(other) == os.path.realpath(path):
            return True
        cut = os.fsencode(path)[:LONGEST_PATH]
        return len(cut) == LONGEST_PATH and os.fsencode(other) == cut

    found = set()
    for session in everywhere(environ):
        with suppress(SessionError):
            found |= {one.vault_id for one in session.unlocked() if same(one.path)}
    return found


def end(vault_id: str | None, environ: Mapping[str, str] = os.environ) -> int:
    """Forget the keys of one vault, or of all for None, in every session; return how many.

    Raises:
        SessionError: a session can't be reached, so it may still have a key.
    """
    from tui.errors import SessionError

    ended, failed = 0, None
    for session in everywhere(environ):
        try:
            ended += session.drop_all() if vault_id is None else session.drop(vault_id)
        except SessionError as error:
            failed = error
    if failed is not None:
        raise failed
    return ended
