"""Every reader at once: whatever the bytes are, it returns a backup or raises one of our errors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backup.formats.test_hostile import FILES, MIB
from tests.conftest import STRESS
from tests.vault.support import FLOOR, entry
from tui.backup.content import FileContent
from tui.backup.model import Backup, Credentials, Format, Problem
from tui.backup.registry import formats, recognize
from tui.crypto import kdf
from tui.crypto.kdf import Argon2Params
from tui.errors import OtpTuiError
from tui.otp.entry import OtpType

CREDENTIALS = Credentials("pässword of the file", "ada", "c2VydmVyIHNlY3JldA==", FLOOR)
NAMES = [each.name for each in formats()]
BACKUP = Backup((entry("Site", note="note"), entry("Count", OtpType.HOTP, counter=3)))
STARTS = (
    *(b"", b"\xac\xed\x00\x05sr\x00\x11java.util.HashMap", b"SQLite format 3\0", b"\x1f\x8b\x08"),
    *(bytes.fromhex("03d9a29a67fb4bb500000400"), bytes.fromhex("03d9a29a67fb4bb501000300")),
    *(b"OTPClient\x00\x00\x00\x03", b"PK\x03\x04", b"PK\x05\x06", b"\x00\x02\x30\x00"),
    *(b"AUTHENTICATORPRO", b"AuthenticatorPro", b"AVTOTPY_BACKUP_MAGIC\x00\x01", b"\xef\xbb\xbf{"),
    *(b"<?xml version='1.0'?><map><string name='tokenOrder'>", b"<!DOCTYPE a [<!ENTITY b 'c'>]>"),
    *(b"otpauth://totp/", b"otpauth://steam/a?secret=", b"otpauth-migration://offline?data="),
    *(b"motp://", b"steam://", b"name,login_totp\n", b'"Group","Title","Username","TOTP"\n,,,'),
)
"""How files of all kinds start."""
WORDS = (
    *("header", "db", "slots", "params", "entries", "info", "version", "type", "n", "r", "p"),
    *("schemaVersion", "services", "servicesEncrypted", "groups", "otp", "tokenType", "order"),
    *("kdfParams", "encryptedData", "encryptionNonce", "memLimit", "opsLimit", "salt", "content"),
    *("encrypted", "passwordProtected", "kdfType", "kdfIterations", "items", "login", "totp"),
    *("tokens", "tokenOrder", "elements", "nonce", "cipher", "accounts", "issuerName", "userName"),
    *("timeStep", "shared_secret", "account_name", "dataType", "OTPStorage", "key", "otpGenerator"),
    *("kind", "timer", "secret", "label", "algorithm", "digits", "period", "counter", "issuer"),
    *("decryptedSecret", "Authenticators", "Categories", "name", "data", "uri", "codeDisplay"),
)
"""Keys that formats are recognized by, or read."""
_values = (
    st.none()
    | st.booleans()
    | st.integers(-2, 40)
    | st.sampled_from([2**31, 2**64, -1.5, 1e300, 6.0])
    | st.sampled_from(["JBSWY3DPEHPK3PXP", "totp", "SHA1", "AAAA", "00" * 16, "x:y", *WORDS[:4]])
)
_trees = st.recursive(
    _values,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=8)
    ),
    max_leaves=25,
)


@contextmanager
def cheap_kdfs() -> Iterator[None]:
    """Replace key derivations: a changed byte may ask for minutes of work within the bounds."""

    def derive(password: bytes, salt: bytes, length: int = 32) -> bytes:
        return hashlib.shake_256(repr((password, salt)).encode()).digest(length)

    def by_argon2(password: bytes, salt: bytes, _params: object, length: int = 32) -> bytes:
        return derive(password, salt, length)

    def by_foreign_argon2(
        _kind: str,
        password: bytes,
        salt: bytes,
        params: Argon2Params,
        length: int = 32,
        version: int = 19,
    ) -> bytes:
        assert version in {16, 19}
        kdf.check_foreign(params)
        return derive(password, salt, length)

    def by_pbkdf2(
        _name: str, password: bytes, salt: bytes, _rounds: int, length: int = 32
    ) -> bytes:
        return derive(password, salt, length)

    def by_scrypt(password: bytes, salt: bytes, *_costs: int, length: int = 32) -> bytes:
        return derive(password, salt, length)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kdf, "argon2id", by_argon2)
        patch.setattr(kdf, "argon2_of_file", by_foreign_argon2)
        patch.setattr(kdf, "pbkdf2", by_pbkdf2)
        patch.setattr(kdf, "scrypt", by_scrypt)
        patch.setattr(kdf, "aes_kdf", lambda key, seed, _rounds: derive(key, seed))
        yield


@pytest.fixture(scope="module", autouse=True)
def _cheap_kdfs() -> Iterator[None]:
    with cheap_kdfs():
        yield


@cache
def written() -> tuple[bytes, ...]:
    """Return a small file of each format that can be written."""
    files = []
    for each in formats():
        if each.write is not None and each.plan_export is not None:
            files.append(each.write(each.plan_export(BACKUP).backup, CREDENTIALS))
    return tuple(files)


@st.composite
def changed_files(draw: st.DrawFn) -> bytes:
    """Draw a written file with a few bytes changed, cut or repeated."""
    data = bytearray(draw(st.sampled_from(written())))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        to = at + draw(st.integers(0, 8))
        data[at:to] = draw(
            st.binary(max_size=8)
            | st.sampled_from(
                [b"null", b"-1", b'""', b"[]", b"{}", b"9" * 30, bytes(data[at:to]) * 3]
            )
        )
    return bytes(data)


def check(form: Format, data: bytes) -> None:
    """Read the bytes as a file of the format; any error must be one that users can read."""
    form.needs(FileContent(data))
    error, problems = read(form, data)
    assert all((each.what + each.reason).isprintable() for each in problems)
    if error is not None:
        assert error.__cause__ is None
        assert str(error).endswith(".")
        assert str(error).isprintable()
        assert len(str(error)) < 200


def read(form: Format, data: bytes) -> tuple[OtpTuiError | None, tuple[Problem, ...]]:
    """Return the error or the problems of reading these bytes."""
    try:
        return None, form.read(data, CREDENTIALS).problems
    except OtpTuiError as error:
        return error, ()


def check_recognized(data: bytes) -> None:
    """The same, as the format that the registry finds, if any."""
    found = recognize(FileContent(data))
    if found is not None:
        check(found, data)


@given(data=changed_files())
def test_a_changed_file_is_read_or_refused(data: bytes) -> None:
    check_recognized(data)


@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=200) | st.text(max_size=80))
def test_any_bytes_after_any_start_are_read_or_refused(start: bytes, rest: bytes | str) -> None:
    check_recognized(start + (rest if isinstance(rest, bytes) else rest.encode()))


@given(tree=_trees)
def test_any_json_is_read_or_refused(tree: Any) -> None:
    check_recognized(json.dumps(tree).encode())


@pytest.mark.parametrize("name", NAMES)
@given(data=st.sampled_from(STARTS) | _trees.map(lambda tree: json.dumps(tree).encode()))
def test_a_file_of_another_format_is_read_or_refused(name: str, data: bytes) -> None:
    check(next(each for each in formats() if each.name == name), data)


@pytest.mark.parametrize("name", NAMES)
def test_every_reader_survives_every_hostile_file(name: str) -> None:
    form = next(each for each in formats() if each.name == name)
    for data in FILES.values():
        if len(data) > MIB and not STRESS:
            continue
        form.sniff(FileContent(data))
        check(form, data)
