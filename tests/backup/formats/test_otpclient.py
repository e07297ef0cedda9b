"""OTPClient's database, versions 2 and 3."""

from __future__ import annotations

import json
import os
import struct
from typing import Any

import pytest
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.backup.support import needs, recognize
from tui.backup.formats.otpclient import FORMAT
from tui.backup.model import Backup, Credentials, Needs
from tui.errors import BackupPasswordError, FormatError
from tui.otp.entry import Algorithm, OtpType

SECRET = "JBSWY3DPEHPK3PXP"
PASSWORD = "correct horse"
ROWS = [
    {"type": "TOTP", "label": "octocat", "issuer": "GitHub", "digits": 6, "algo": "SHA256",
     "secret": SECRET, "period": 60, "group": "Work"},
    {"type": "HOTP", "label": "me", "issuer": "Bank", "digits": 8, "algo": "SHA1",
     "secret": SECRET, "counter": 5},
    {"type": "TOTP", "label": "gordon", "issuer": "Steam", "digits": 5, "secret": SECRET},
]  # fmt: skip


def database(version: int = 3, key_from: bytes = PASSWORD.encode(), passes: int = 1) -> bytes:
    iv, salt, memory = os.urandom(16), os.urandom(32), 8
    layout = ">9sI16s32sIII" if version == 3 else "<9s3xI16s32sIII"
    header = struct.pack(layout, b"OTPClient", version, iv, salt, passes, memory, 1)
    key = hash_secret_raw(key_from, salt, 1, memory, 1, 32, Type.ID)
    return header + AESGCM(key).encrypt(iv, json.dumps(ROWS).encode(), header)


def read(data: bytes, password: str = PASSWORD) -> Backup:
    form = recognize(data)
    assert form is FORMAT
    return form.read(data, Credentials(password))


@pytest.mark.parametrize("version", [2, 3])
def test_both_versions_open_with_the_password(version: int) -> None:
    data = database(version)
    assert needs(FORMAT, data) is Needs.PASSWORD
    backup = read(data)
    github, bank, steam = backup.entries
    assert (github.label, github.period, github.algorithm) == (
        "GitHub (octocat)", 60, Algorithm.SHA256,
    )  # fmt: skip
    assert (bank.type, bank.counter, bank.digits) == (OtpType.HOTP, 5, 8)
    assert steam.type is OtpType.STEAM
    assert [each.name for each in backup.categories] == ["Work"]
    with pytest.raises(BackupPasswordError):
        read(data, "wrong")


def test_version_2_may_have_cut_a_password_that_is_not_ascii() -> None:
    password = "pässwörd"
    data = database(2, password.encode()[: len(password)])
    assert len(read(data, password).entries) == 3


@pytest.mark.parametrize("length", [9, 13, 60, 73, 88])
def test_a_cut_file_is_damage_and_asks_for_no_password(length: int) -> None:
    data = database()[:length]
    assert needs(FORMAT, data) is Needs.NOTHING
    with pytest.raises(FormatError, match="incomplete"):
        read(data)


def test_another_version_is_named() -> None:
    data = bytearray(database())
    data[12] = 9
    with pytest.raises(FormatError, match="version"):
        read(bytes(data))


def test_parameters_are_bounded_before_use() -> None:
    with pytest.raises(FormatError, match="iterations"):
        read(database(passes=1_000_000))


def test_every_bit_of_the_header_counts() -> None:
    data = bytearray(database())
    data[30] ^= 1
    with pytest.raises(BackupPasswordError):
        read(bytes(data))


def test_an_unknown_entry_is_named() -> None:
    rows: list[Any] = [7, {"type": "XOTP", "issuer": "Odd", "label": "x", "secret": SECRET}]
    ROWS.extend(rows)
    try:
        data = database()
    finally:
        del ROWS[-2:]
    assert [each.what for each in read(data).problems] == ["entry 4", "entry 5 (Odd)"]
