"""TOTP Authenticator: encrypted backups and its preference file."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from tests.backup.support import needs, recognize
from tui.backup.model import Backup, Credentials, Needs
from tui.errors import BackupPasswordError


def sealed(rows: list[dict[str, Any]], password: str) -> bytes:
    plain = json.dumps({json.dumps(rows): 1700000000}).encode()
    rest = 16 - len(plain) % 16
    key = hashlib.sha256(password.encode()).digest()
    cipher = Cipher(AES(key), CBC(bytes(16))).encryptor()
    return base64.b64encode(cipher.update(plain + bytes([rest]) * rest))


def row(**more: Any) -> dict[str, Any]:
    return {"issuer": "Shop", "name": "me", "key": "00ff" * 5, "base": 16, "digits": "",
            "period": "60", **more}  # fmt: skip


def read(data: bytes, password: str = "") -> Backup:
    form = recognize(data)
    assert form is not None
    assert form.name == "totp-authenticator"
    assert (needs(form, data) is Needs.PASSWORD) is bool(password)
    return form.read(data, Credentials(password))


def test_a_backup_opens_with_its_password() -> None:
    (entry,) = read(sealed([row()], "secret"), "secret").entries
    assert (entry.label, entry.digits, entry.period) == ("Shop (me)", 6, 60)
    assert entry.secret.key == bytes.fromhex("00ff" * 5)
    with pytest.raises(BackupPasswordError):
        read(sealed([row()], "secret"), "wrong")


def test_the_apps_own_password_is_not_asked_for() -> None:
    assert len(read(sealed([row()], "TotpAuthenticator")).entries) == 1


def test_each_base_and_a_missing_issuer() -> None:
    key = base64.b64encode(b"12345678").decode()
    rows = [
        row(base=64, key=key, issuer="Unknown"),
        row(base=32, key="JBSWY3DP"),
        row(base=16, key="xyz"),
    ]
    backup = read(sealed(rows, "secret"), "secret")
    first, second = backup.entries
    assert (first.issuer, first.secret.key) == ("me", b"12345678")
    assert second.secret.given == "JBSWY3DP"
    assert [each.reason for each in backup.problems] == ["its secret is not base 16"]


@pytest.mark.parametrize("data", [b"AAAA", b"A" * 44, b"QUJD\n" * 3, b"abcdefgh" * 5 + b"="])
def test_other_base64_is_not_recognized(data: bytes) -> None:
    assert recognize(data) is None


def test_spaces_before_something_else_take_no_time() -> None:
    started = time.perf_counter()
    assert recognize(b"A" * 32 + b" " * 200_000 + b"!") is None
    assert time.perf_counter() - started < 2
