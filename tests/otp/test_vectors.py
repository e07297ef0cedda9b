"""Codes and secrets against the vectors of the RFCs and of other apps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.interop import vectors
from tui.errors import EntryError
from tui.otp.algorithms import hotp as hotp_code
from tui.otp.codes import code_at
from tui.otp.entry import Algorithm, Entry, OtpType
from tui.otp.secret import Secret


def entry(kind: OtpType, secret: str, **fields: Any) -> Entry:
    """Make an entry from a vector's secret."""
    read = Secret.text if kind is OtpType.MOTP else Secret.base32
    return Entry(type=kind, issuer="vector", secret=read(secret), **fields)


def strings(group: Any) -> Iterator[str]:
    """Yield a list's texts without the remark in brackets that some of them carry."""
    for text in group:
        yield text.split(" (")[0]


def test_hotp_rfc4226_with_all_digits_of_the_truncated_hash() -> None:
    group = vectors()["hotp_rfc4226_appendix_d"]
    key = group["secret_ascii"].encode()
    for row, truncated in zip(group["vectors"], group["truncated_decimal"], strict=True):
        one = entry(OtpType.HOTP, group["secret_base32"], counter=row["counter"])
        assert code_at(one, 0).text == row["code"]
        assert hotp_code(key, row["counter"], 10) == f"{truncated:010}"


def test_totp_rfc6238() -> None:
    group = vectors()["totp_rfc6238_appendix_b"]
    for row in group["vectors"]:
        seed = group["seeds"][row["algorithm"]]
        one = entry(
            OtpType.TOTP,
            seed["base32"],
            algorithm=Algorithm(row["algorithm"]),
            digits=group["digits"],
            period=group["period"],
        )
        assert one.secret.key == seed["ascii"].encode()
        assert code_at(one, row["time"]).text == row["code"]


def test_totp_of_other_apps() -> None:
    for row in vectors()["totp_extra"]:
        one = entry(
            OtpType.TOTP,
            row["secret"],
            digits=row["digits"],
            period=row["period"],
            algorithm=Algorithm(row["algorithm"]),
        )
        assert code_at(one, row["time"]).text == row["code"]


def test_hotp_of_other_apps() -> None:
    for row in vectors()["hotp_extra"]:
        one = entry(OtpType.HOTP, row["secret"], counter=row["counter"])
        assert code_at(one, 0).text == row["code"]


def test_steam() -> None:
    for row in vectors()["steam"]["vectors"]:
        assert code_at(entry(OtpType.STEAM, row["secret"]), row["time"]).text == row["code"]


def test_mobile_otp() -> None:
    for row in vectors()["motp"]["vectors"]:
        one = entry(OtpType.MOTP, row["secret_hex_text"], pin=row["pin"])
        assert code_at(one, row["time"]).text == row["code"]


def test_yandex() -> None:
    group = vectors()["yandex"]
    for row in group["vectors"]:
        one = entry(OtpType.YANDEX, row["secret"], pin=row["pin"])
        assert code_at(one, row["time"]).text == row["code"]
    zero = group["leading_zero_key"]
    for pin, code in zero["pins"].items():
        one = entry(OtpType.YANDEX, zero["secret"], pin=pin)
        assert code_at(one, zero["time"]).text == code


def test_yandex_secrets() -> None:
    every = vectors()
    group = every["yandex"]["secret_validation"]
    for text in [*group["valid"], *(row["secret"] for row in every["yandex"]["vectors"])]:
        Secret.base32(text).require_yandex()
    for text in [*group["invalid"], *strings(every["secret_normalise"]["yandex_invalid"])]:
        with pytest.raises(EntryError):
            Secret.base32(text).require_yandex()


def test_base32_rfc4648() -> None:
    group = dict(vectors()["base32_rfc4648"]["vectors"])
    assert group.pop("") == ""  # nothing to decode: an empty secret is refused, below
    for plain, encoded in group.items():
        assert Secret.base32(encoded).key == plain.encode()


def test_secrets_as_people_write_them() -> None:
    group = vectors()["secret_normalise"]
    for written, normal in group["base32_types"]:
        secret = Secret.base32(written)
        assert (secret.given, secret.normal) == (written, normal)
    for written, kept in group["motp_preserves_case"]:
        assert Secret.text(written).normal == kept
    for written in group["valid"]:
        assert Secret.base32(written).key == bytes.fromhex("00443214")
    for written in group["motp_valid"]:
        assert Secret.text(written).key == written.encode()


def test_invalid_secrets_are_refused() -> None:
    for written in vectors()["secret_normalise"]["invalid"]:
        with pytest.raises(EntryError):
            Secret.base32(written)


def test_a_short_mobile_otp_secret_is_accepted_unlike_in_authenticator_pro() -> None:
    # Refusing it would lose an entry that other apps accept; its code is well defined.
    for written in strings(vectors()["secret_normalise"]["motp_invalid"]):
        assert len(written) < 16
        assert len(code_at(entry(OtpType.MOTP, written, pin="1234"), 0).text) == 6
