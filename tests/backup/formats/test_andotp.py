"""andOTP: its fields, both encryptions, OpenPGP, and files that are damaged or hostile."""

from __future__ import annotations

import hashlib
import json
import struct
from contextlib import suppress
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from tests.backup.support import needs, recognize
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.registry import by_name
from tui.errors import BackupPasswordError, FormatError, OtpTuiError
from tui.otp.entry import OtpType

ANDOTP = by_name("andotp")
PASSWORD = Credentials("Paß wort")
ROW = {"secret": "GEZDGNBV", "label": "me", "type": "TOTP", "algorithm": "SHA1", "digits": 6}
ARMORED = b"-----BEGIN PGP MESSAGE-----\n\nhQEMA0\n-----END PGP MESSAGE-----\n"
RECIPIENT, SYMMETRIC = b"\x85\x01\x0c\x03" + b"\xff" * 60, b"\x8c\x0d\x04\x09" + b"\xff" * 60


def plain(*rows: Any) -> bytes:
    return json.dumps(rows).encode()


def new(data: bytes, rounds: int = 1000, password: str = PASSWORD.password) -> bytes:
    """Encrypt as versions since 0.6.3 do, with fewer rounds."""
    salt, iv = bytes(range(12)), bytes(range(12, 24))
    key = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, rounds, 32)
    return struct.pack(">I", rounds) + salt + iv + AESGCM(key).encrypt(iv, data, None)


def old(data: bytes, iv: bytes = bytes(12)) -> bytes:
    """Encrypt as the first versions did."""
    key = hashlib.sha256(PASSWORD.password.encode()).digest()
    return iv + AESGCM(key).encrypt(iv, data, None)


def read(*rows: Any) -> Backup:
    return ANDOTP.read(plain(*rows), Credentials())


def test_tags_use_counts_and_the_last_use_are_read() -> None:
    backup = read(
        {**ROW, "issuer": "A", "tags": ["Work", "Web"], "used_frequency": 4, "last_used": 9_999}
    )
    (entry,) = backup.entries
    assert (entry.issuer, entry.account, entry.copy_count, entry.used) == ("A", "me", 4, 9)
    assert [each.name for each in backup.categories] == ["Work", "Web"]
    assert len(entry.categories) == 2


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ({"label": "A - A:me"}, ("A", "me")),
        ({"label": "A - me - you"}, ("A", "me - you")),
        ({"label": "A-me"}, ("", "A-me")),
        ({"label": "A - me", "issuer": ""}, ("", "A - me")),
    ],
)
def test_labels_of_old_versions_are_taken_apart(row: Any, names: tuple[str, str]) -> None:
    (entry,) = read({**ROW, **row}).entries
    assert (entry.issuer, entry.account) == names


def test_a_mobile_otp_secret_is_text_in_base32_unless_cotp_wrote_it() -> None:
    first = {**ROW, "type": "MOTP", "secret": "MUZTCNJSMFTGKZJWGI2TSOLDHA======"}
    second = {**ROW, "type": "MOTP", "secret": "e3152afee62599c8", "pin": "1234"}
    one, two = read(first, second).entries
    assert (one.type, one.secret.given, one.pin) == (OtpType.MOTP, "e3152afee62599c8", None)
    assert (two.secret.given, two.pin) == ("e3152afee62599c8", "1234")


def test_both_encryptions_are_opened() -> None:
    data = plain(ROW)
    assert recognize(new(data)) is ANDOTP
    assert recognize(old(data)) is None
    assert recognize(old(data), "accounts.json.aes") is ANDOTP
    # An IV may look like a number of rounds, or like the start of an OpenPGP message.
    for sealed in (new(data), old(data), old(data, b"\0\0\0\1" * 3), old(data, RECIPIENT[:12])):
        assert [each.account for each in ANDOTP.read(sealed, PASSWORD).entries] == ["me"]
    for sealed in (new(data), old(data)):
        assert needs(ANDOTP, sealed) is Needs.PASSWORD
        for wrong in ("", "x"):
            with pytest.raises(BackupPasswordError):
                ANDOTP.read(sealed, Credentials(wrong))


def test_a_number_of_rounds_is_the_last_thing_to_go_by() -> None:
    start = struct.pack(">I", 150_000)
    assert recognize(start + bytes(40)) is ANDOTP
    assert recognize(start + bytes(39)) is not ANDOTP
    for rounds in (0, 999, 10_000_001):
        assert recognize(struct.pack(">I", rounds) + bytes(40)) is not ANDOTP
    assert recognize(start + bytes(40), "x.avtotpy") is by_name("avtotpy")


@pytest.mark.parametrize("data", [ARMORED, RECIPIENT, SYMMETRIC])
@pytest.mark.parametrize("password", ["", "x"])
def test_openpgp_is_named(data: bytes, password: str) -> None:
    assert recognize(data, "accounts.json.gpg") is ANDOTP
    assert needs(ANDOTP, data) is Needs.NOTHING
    with pytest.raises(FormatError, match="OpenPGP") as caught:
        ANDOTP.read(data, Credentials(password))
    assert "gpg" in caught.value.hint


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (5, "not a JSON object"),
        ({**ROW, "secret": None}, "has no secret"),
        ({**ROW, "secret": "0189"}, "not base32"),
        ({**ROW, "type": "X"}, "type X is not supported"),
        ({**ROW, "digits": 0}, "digits must be"),
        ({**ROW, "period": 0}, "period must be"),
        ({**ROW, "type": "HOTP", "counter": -1}, "counter must be"),
        ({**ROW, "label": []}, "account is not text"),
        ({**ROW, "algorithm": "MD5"}, "hash function MD5"),
        ({**ROW, "last_used": "x"}, "last use is x"),
        ({**ROW, "type": "MOTP", "secret": "74"}, "not"),
        ({**ROW, "type": "MOTP", "secret": 5}, "its secret is not text"),
    ],
)
def test_an_entry_that_fails_is_named(row: Any, reason: str) -> None:
    backup = read(ROW, row)
    assert len(backup.entries) == 1
    (problem,) = backup.problems
    assert problem.what.startswith("entry 2")
    assert reason in problem.reason


@pytest.mark.parametrize("data", [b"", b"[", b"{}", b"null", b"[" * 9999, bytes(27), b"\xef\xbb"])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        ANDOTP.read(data, Credentials())


def test_a_changed_bit_or_a_cut_is_told() -> None:
    data = new(plain(ROW))
    for place in range(4, len(data), 5):
        changed = bytearray(data)
        changed[place] ^= 1
        for broken in (bytes(changed), data[:place]):
            with pytest.raises(FormatError):
                ANDOTP.read(broken, PASSWORD)


@given(st.binary(max_size=80) | st.binary(max_size=60).map(lambda end: b"[" + end))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    needs(ANDOTP, data)
    with suppress(OtpTuiError):
        ANDOTP.read(bytes(4) + data if data[:1] != b"[" else data, PASSWORD)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*ROW, "issuer", "period", "counter", "tags"]), JSON))
def test_any_values_are_read_or_refused(values: dict[str, Any]) -> None:
    backup = read({**ROW, **values})
    assert len(backup.entries) + len(backup.problems) == 1
