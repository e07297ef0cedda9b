"""Entries that were read, compared with the manifest of the interop files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tui.otp.codes import code_at
from tui.otp.entry import Entry, OtpType


def assert_as_told(
    entries: Sequence[Entry], wanted: Sequence[dict[str, Any]], *, within_issuer: bool = False
) -> None:
    """Compare field by field; `within_issuer`: accounts in `wanted` may repeat the issuer."""
    assert len(entries) == len(wanted)
    for place, (found, told) in enumerate(zip(entries, wanted, strict=True)):
        account = told["account"]
        if within_issuer and told["issuer"]:
            account = account.removeprefix(f"{told['issuer']}:")
        assert found.ranking == place
        assert (found.type, found.issuer or None) == (told["type"], told["issuer"])
        assert found.account == account
        assert found.secret.normal == told["secret"]
        assert found.secret.key.hex() == told["secret_hex"]
        assert (found.algorithm, found.digits) == (told["algorithm"], told["digits"])
        if found.type is OtpType.HOTP:
            assert found.counter == told["counter"]
        else:
            assert found.period == told["period"]
        code = told.get("code_at_1700000000") or told.get("code_at_counter")
        assert code_at(found, 1_700_000_000).text == code
