"""The browser extension Authenticator: plain, and encrypted in three ways."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from tests.backup.support import needs, recognize
from tui.backup.formats import authenticator_cc
from tui.backup.model import Backup, Credentials, Needs
from tui.errors import BackupPasswordError, FormatError
from tui.otp.codes import code_length
from tui.otp.entry import Algorithm, OtpType

SECRET = "JBSWY3DPEHPK3PXP"
PASSWORD = "correct horse"


def sealed(plain: bytes, passphrase: bytes) -> str:
    """Encrypt as `openssl enc -aes-256-cbc -md md5` does."""
    salt, derived, block = b"saltsalt", b"", b""
    while len(derived) < 48:
        block = hashlib.md5(block + passphrase + salt, usedforsecurity=False).digest()
        derived += block
    rest = 16 - len(plain) % 16
    cipher = Cipher(AES(derived[:32]), CBC(derived[32:48])).encryptor()
    return base64.b64encode(
        b"Salted__" + salt + cipher.update(plain + bytes([rest]) * rest)
    ).decode()


def row(**more: Any) -> dict[str, Any]:
    return {"dataType": "OTPStorage", "type": "totp", "issuer": "GitHub", "account": "octocat",
            "secret": SECRET, "index": 0, **more}  # fmt: skip


def v1() -> dict[str, Any]:
    return {"a": row(encrypted=True, secret=sealed(SECRET.encode(), PASSWORD.encode()))}


def v2() -> dict[str, Any]:
    key = bytes(range(32))
    inner = sealed(SECRET.encode(), key.hex().encode())
    return {
        "key": {"enc": sealed(key, PASSWORD.encode()), "hash": "x"},
        "a": row(encrypted=True, secret=inner),
    }


def v3() -> dict[str, Any]:
    salt = "a salt of text"
    raw = hash_secret_raw(PASSWORD.encode(), salt.encode(), 2, 19 * 1024, 1, 32, Type.ID)
    data = sealed(json.dumps(row()).encode(), base64.b64encode(raw).rstrip(b"="))
    return {
        "k": {"dataType": "Key", "id": "k", "salt": salt, "hash": "x"},
        "a": {"dataType": "EncOTPStorage", "keyId": "k", "data": data, "index": 0},
    }


def read(root: dict[str, Any], password: str = "") -> Backup:
    data = json.dumps(root).encode()
    form = recognize(data)
    assert form is not None
    assert form.name == "authenticator-cc"
    assert (needs(form, data) is Needs.PASSWORD) is bool(password)
    return form.read(data, Credentials(password))


def test_all_kinds_of_plain_entries_in_the_order_of_the_app() -> None:
    backup = read({
        "c": row(index=2, type="hhex", secret="00ff" * 5, counter=3, algorithm="SHA512"),
        "b": row(index=1, type="battle", pinned=True),
        "a": row(type="steam", issuer="Steam::steampowered.com"),
        "d": row(index=3, algorithm="GOST3411_2012_256"),
    })  # fmt: skip
    steam, battle, hotp = backup.entries
    assert (steam.type, steam.issuer) == (OtpType.STEAM, "Steam")
    assert (battle.digits, battle.pinned) == (8, True)
    assert (hotp.type, hotp.counter, hotp.algorithm) == (OtpType.HOTP, 3, Algorithm.SHA512)
    assert hotp.secret.key == bytes.fromhex("00ff" * 5)
    assert len(backup.problems) == 1


@pytest.mark.parametrize("file", [v1, v2, v3])
def test_each_encryption_opens_with_the_password(file: Any) -> None:
    (entry,) = read(file(), PASSWORD).entries
    assert (entry.label, entry.secret.given) == ("GitHub (octocat)", SECRET)
    with pytest.raises(BackupPasswordError):
        read(file(), "wrong")


def old(**more: Any) -> dict[str, Any]:
    """An entry as versions before 8 wrote it."""
    made = row(hash="7f3c", encrypted=False, **more)
    del made["dataType"]
    return made


def test_a_backup_of_an_old_version_is_recognized() -> None:
    hotp = old(type="hotp", counter=4, index=1)
    backup = read({"7f3c": old(), "8a": hotp, "LocalStorage": {}, "UserSettings": None})
    assert [each.type for each in backup.entries] == [OtpType.TOTP, OtpType.HOTP]
    sealed_secret = sealed(SECRET.encode(), PASSWORD.encode())
    (entry,) = read(
        {"7f3c": {**old(), "encrypted": True, "secret": sealed_secret}}, PASSWORD
    ).entries
    assert entry.secret.given == SECRET


def test_an_object_with_other_values_is_no_backup() -> None:
    one = old()
    for missing in ("secret", "hash", "index", "type"):
        data = json.dumps({"a": {key: one[key] for key in one if key != missing}}).encode()
        assert recognize(data) is None


def test_an_entry_without_its_key_is_damage() -> None:
    root = v3()
    del root["k"]
    with pytest.raises(FormatError, match="the key of an entry is missing"):
        read(root, PASSWORD)


@pytest.mark.parametrize("secret", ["", "U2FsdGVkX18=", "not base64!", None])
def test_an_incomplete_value_is_damage(secret: object) -> None:
    with pytest.raises(FormatError):
        read({"a": row(encrypted=True, secret=secret)}, PASSWORD)


def test_an_entry_without_a_secret_is_named() -> None:
    backup = read({"a": {"dataType": "OTPStorage", "issuer": "Shop"}})
    assert [(each.what, each.reason) for each in backup.problems] == [
        ("entry 1 (Shop)", "it has no secret")
    ]


def test_the_number_of_keys_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    root = v3()
    root["other"] = {**root["k"], "id": "other"}
    root["b"] = {**root["a"], "keyId": "other"}
    assert len(read(root, PASSWORD).entries) == 2
    monkeypatch.setattr(authenticator_cc, "_MOST_KEYS", 1)
    with pytest.raises(FormatError, match="more than 1 keys"):
        read(root, PASSWORD)


@pytest.mark.parametrize(
    ("secret", "kind", "digits", "key"),
    [
        (f"bliz-{SECRET}", OtpType.TOTP, 8, b"Hello!\xde\xad\xbe\xef"),
        (f"blz-{SECRET}", OtpType.TOTP, 8, b"Hello!\xde\xad\xbe\xef"),
        (f"stm-{SECRET}", OtpType.STEAM, 5, b"Hello!\xde\xad\xbe\xef"),
        ("48656c6c6f21deadbeef", OtpType.TOTP, 6, b"Hello!\xde\xad\xbe\xef"),
    ],
)
def test_in_old_backups_the_secret_says_the_type(
    secret: str, kind: OtpType, digits: int, key: bytes
) -> None:
    old = {name: value for name, value in row(secret=secret).items() if name != "dataType"}
    data = json.dumps({"a": {**old, "encrypted": False, "hash": "a"}}).encode()
    (entry,) = authenticator_cc.FORMAT.read(data, Credentials()).entries
    assert (entry.type, code_length(entry), entry.secret.key) == (kind, digits, key)
