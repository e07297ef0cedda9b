"""Issuers that imitate another name."""

from __future__ import annotations

import pytest

from tui.otp.entry import Entry, OtpType
from tui.otp.lookalike import warnings
from tui.otp.secret import Secret


def entry(issuer: str) -> Entry:
    secret = Secret.base32("JBSWY3DPEHPK3PXP")
    return Entry(type=OtpType.TOTP, issuer=issuer, account="me", secret=secret)


@pytest.mark.parametrize(
    ("issuer", "says"),
    [
        ("PayPal", ""),
        ("P\u0430yPal", "looks like “PayPal”"),
        ("\u0420\u0430\u0443\u0420al", "looks like “PayPal”"),
        ("\uff30aypal", "looks like “PayPal”"),
        ("PayPal\u200b", "looks like “PayPal”"),
        ("PayPal\u3164", "looks like “PayPal”"),
        ("G\u043e\u043egle", "mixes Latin and Cyrillic letters"),
        ("Br\u03bfker", "mixes Latin and Greek letters"),
        ("Сбербанк Online", ""),
        ("Банк", ""),
        ("Crédit Agricole", ""),
        ("三井住友 Visa", ""),
        ("µTorrent", ""),
    ],
)
def test_an_imitation_is_marked(issuer: str, says: str) -> None:
    genuine, other = entry("PayPal"), entry(issuer)
    found = warnings((genuine, other))
    assert says in found.get(other.id, "")
    assert bool(found) is bool(says)
    assert genuine.id not in found
