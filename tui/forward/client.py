"""Asks the SSH agent for codes of a vault on another machine. Everything in it is untrusted."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.errors import ForwardError, MatchError
from tui.files import why
from tui.forward import protocol
from tui.text import NAME_LIMIT, clean, safe

_LONGEST_CODE = 10
_HELLO_SECONDS = 5
_LONGEST_PERIOD = 86_400 * 366
_THERE = "on the machine with the vault"
_ERRORS = {
    "locked": ("The vault is locked.", f"Run otp-tui unlock {_THERE}."),
    "nothing": ("No entry is forwarded.", f"Run otp-tui edit QUERY --forward {_THERE}."),
    "refused": ("The request was refused.", ""),
    "limit": ("Too many requests.", "Wait a minute."),
    "failed": ("The vault couldn't be used.", f"Run otp-tui doctor {_THERE}."),
}


@dataclass(frozen=True, slots=True)
class Named:
    """The names of a forwarded entry, as the vault has them."""

    issuer: str
    """The service."""
    account: str
    """The username there; may be empty."""

    @property
    def label(self) -> str:
        """Issuer and account, safe to show."""
        issuer, account = safe(self.issuer, 64), safe(self.account, 64)
        return f"{issuer} ({account})" if issuer and account else issuer or account or "(no name)"


@dataclass(frozen=True, slots=True)
class ForwardedCode:
    """A code of a forwarded entry. Its repr hides it."""

    entry: Named
    """The entry."""
    text: str = field(repr=False)
    """The code."""
    seconds: int | None
    """Seconds that it is valid from now on; None if counter-based."""


def forwards(environ: Mapping[str, str]) -> bool:
    """Return True if there is an agent that forwards codes; this is not a request for one."""
    try:
        _ask(environ, b"", seconds=_HELLO_SECONDS)
    except ForwardError:
        return False
    return True


def names(environ: Mapping[str, str]) -> list[Named]:
    """Return the names of all forwarded entries.

    Raises:
        ForwardError: there is no agent, it doesn't forward codes, or it refused.
    """
    return _pairs(_ok(_ask(environ, protocol.LIST)).fields)


def code(environ: Mapping[str, str], query: str) -> ForwardedCode:
    """Return the code of the forwarded entry that matches `query`.

    Raises:
        MatchError: no entry matches, or several do.
        ForwardError: as `names`.
    """
    answer = _ask(environ, protocol.CODE, query.encode("utf-8", "replace"))
    shown = f"“{safe(query, 80)}”"
    if answer.status == "no-match":
        raise MatchError(
            f"No matching forwarded entry for {shown}.", "Run: otp-tui list --forwarded"
        )
    if answer.status == "several":
        found = _pairs(answer.fields)
        raise MatchError(
            f"{len(found)} forwarded entries match {shown}.",
            "Narrow the query, or use issuer:account:",
            tuple(each.label for each in found),
        )
    issuer, account, text, left = (*_ok(answer).fields, "", "", "", "")[:4]
    if not (text.isascii() and text.isalnum() and len(text) <= _LONGEST_CODE):
        raise _invalid()
    return ForwardedCode(_named(issuer, account), text, _seconds(left))


def _ask(
    environ: Mapping[str, str], *request: bytes, seconds: float = protocol.ANSWER_SECONDS + 15
) -> protocol.Answer:
    path = environ.get("SSH_AUTH_SOCK", "")
    if not path:
        raise ForwardError(
            "There is no SSH agent: SSH_AUTH_SOCK is not set.",
            "Connect with ssh -A from the machine with the vault.",
        )
    end = time.monotonic() + seconds
    try:
        with protocol.connect(path, end) as connection:
            protocol.send(connection, protocol.request(*request), end)
            message = protocol.receive(connection, end)
    except TimeoutError:
        raise ForwardError("The SSH agent doesn't answer.") from None
    except OSError as error:
        reason = why(error) if error.errno is not None else "its path is too long"
        raise ForwardError(f"Couldn't reach the SSH agent: {reason}.") from None
    answer = None if message is None else protocol.decode(message)
    if answer is None:
        raise ForwardError(
            "The SSH agent doesn't forward codes.", f"Run otp-tui ssh-agent {_THERE}."
        )
    return answer


def _ok(answer: protocol.Answer) -> protocol.Answer:
    if answer.status == "ok":
        return answer
    message, hint = _ERRORS.get(answer.status, ("", ""))
    raise ForwardError(message, hint) if message else _invalid()


def _pairs(fields: tuple[str, ...]) -> list[Named]:
    return [_named(*pair) for pair in zip(fields[::2], fields[1::2], strict=False)]


def _named(issuer: str, account: str) -> Named:
    return Named(clean(issuer)[:NAME_LIMIT], clean(account)[:NAME_LIMIT])


def _seconds(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) <= _LONGEST_PERIOD):
        raise _invalid()
    return int(text)


def _invalid() -> ForwardError:
    return ForwardError("The SSH agent sent an invalid answer.")
