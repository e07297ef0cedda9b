"""Which environment variables the programs that otp-tui starts get, and Textual."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping

DEVTOOLS_VARIABLE = "OTP_TUI_DEVTOOLS"
"""If it is 1, Textual's own variables work, e.g. TEXTUAL_LOG, which logs every key."""
_TEXTUAL = "TEXTUAL"
_PRIVATE = ("OTP_TUI_", "TOTP_ENCRYPTION_SECRET_BASE64", _TEXTUAL)
"""Starts of the names of variables that are meant for this program only."""


def for_children(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for a program that otp-tui starts: all but its own."""
    return {name: value for name, value in environ.items() if not name.startswith(_PRIVATE)}


def drop_textual_variables(environ: MutableMapping[str, str]) -> None:
    """Keep Textual from writing keys to a log, or codes to screenshots, unless developers want it.

    Textual reads its variables when it is first imported.
    """
    if not for_developers(environ):
        for name in [name for name in environ if name.startswith(_TEXTUAL)]:
            del environ[name]


def for_developers(environ: Mapping[str, str]) -> bool:
    """Return True if Textual's variables work."""
    return environ.get(DEVTOOLS_VARIABLE) == "1"
