"""What the JSON output says of a code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui.otp.codes import Code
    from tui.otp.entry import Entry


def code_object(entry: Entry, code: Code) -> dict[str, Any]:
    """Whose code it is, and until when (a Unix time; None for a counter's)."""
    return {
        "id": entry.id,
        "issuer": entry.issuer,
        "account": entry.account,
        "code": code.text,
        "valid_until": None if code.valid_until is None else int(code.valid_until),
    }
