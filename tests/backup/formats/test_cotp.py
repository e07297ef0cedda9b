"""cotp: its JSON, its JSON of URIs, its database, and files that are damaged or hostile."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from argon2.low_level import Type, hash_secret_raw
from hypothesis import given
from hypothesis import strategies as st

from tests.backup.formats import chacha
from tests.backup.support import needs, recognize
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.registry import by_name
from tui.crypto import kdf
from tui.errors import BackupPasswordError, FormatError

COTP = by_name("cotp")
PASSWORD = Credentials("pa$$w0rd")
KEY = "1bae31857cc03a6fbb54f463a991e09e3294bdf3b8c44e4ddcec4ec1d7d6a4a7"
"""The key of cotp's own test, for this password and salt (src/crypto/cryptography.rs)."""
SALT, NONCE = b"0123456789abcdef", bytes(range(24))
ROW = {"secret": "GEZDGNBV", "issuer": "A", "label": "me", "type": "TOTP", "algorithm": "SHA1"}
ROW |= {"digits": 6, "period": 30, "counter": None, "pin": None}  # type: ignore[dict-item]


def plain(*rows: Any, version: Any = 2) -> bytes:
    return json.dumps({"version": version, "elements": rows}).encode()


def database(data: bytes, **changes: Any) -> bytes:
    """Return the database of cotp with this JSON in it; `changes` replace its values."""
    sealed = chacha.xchacha20_poly1305(bytes.fromhex(KEY), NONCE, data)
    parts = {"nonce": NONCE, "salt": SALT, "cipher": sealed}
    text = {name: base64.b64encode(part).decode() for name, part in parts.items()}
    return json.dumps({"version": 1, **text, **changes}).encode()


@pytest.fixture(autouse=True)
def _weak(monkeypatch: pytest.MonkeyPatch) -> None:
    """Derive the known key at once; one test checks that it is the real one."""

    def derive(_kind: str, password: bytes, salt: bytes, params: kdf.Argon2Params) -> bytes:
        assert params == kdf.Argon2Params(4, 32768, 4)
        right = (password, salt) == (PASSWORD.password.encode(), SALT)
        return bytes.fromhex(KEY) if right else bytes(32)

    monkeypatch.setattr(kdf, "argon2_of_file", derive)


def read(*rows: Any) -> Backup:
    return COTP.read(plain(*rows), Credentials())


def test_the_key_is_that_of_cotp() -> None:
    found = hash_secret_raw(PASSWORD.password.encode(), SALT, 4, 32768, 4, 32, Type.ID)
    assert found.hex() == KEY


def test_all_five_types_are_read() -> None:
    yandex = "GEZDGNBVGY3TQOJQGEZDGNBVGY"
    backup = read(
        ROW,
        {**ROW, "type": "HOTP", "counter": 7},
        {**ROW, "type": "STEAM", "digits": 5},
        {**ROW, "type": "YANDEX", "secret": yandex, "pin": "1234"},
        {**ROW, "type": "MOTP", "secret": "e3152afee62599c8", "pin": "12"},
    )
    types = ["totp", "hotp", "steam", "yandex", "motp"]
    assert [each.type.value for each in backup.entries] == types
    assert backup.entries[1].counter == 7
    assert [each.pin for each in backup.entries[3:]] == ["1234", "12"]
    assert backup.entries[4].secret.given == "e3152afee62599c8"
    assert not backup.problems


def test_a_list_of_uris_is_read() -> None:
    secret = "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY&algorithm=SHA1&digits=6&period=30&lock=false"
    items = [f"otpauth://{kind}/A:me?{secret}" for kind in ("totp", "steam", "yandex", "motp")]
    data = json.dumps({"items": [*items, 5, f"otpauth://totp/:me?{secret}"]}).encode()
    assert recognize(data) is COTP
    backup = COTP.read(data, Credentials())
    assert [each.type.value for each in backup.entries[:4]] == ["totp", "steam", "yandex", "motp"]
    assert (backup.entries[4].issuer, backup.entries[4].account) == ("", "me")
    assert [(each.what, each.reason) for each in backup.problems] == [("entry 5", "it is not text")]


@pytest.mark.parametrize("data", [plain(ROW), json.dumps([ROW]).encode()])
def test_the_database_is_opened(data: bytes) -> None:
    sealed = database(data)
    assert recognize(sealed) is COTP
    assert needs(COTP, sealed) is Needs.PASSWORD
    assert [each.account for each in COTP.read(sealed, PASSWORD).entries] == ["me"]
    for wrong in ("", "x", "\ud800"):
        with pytest.raises(BackupPasswordError):
            COTP.read(sealed, Credentials(wrong))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (plain(ROW, version=3), "newer version"),
        (plain(ROW, version="2"), "no valid version"),
        (plain(ROW, version=0), "no valid version"),
        (database(plain(ROW), version=2), "newer version"),
        (database(plain(ROW), nonce="AAAA"), "incomplete"),
        (database(plain(ROW), salt=""), "incomplete"),
        (database(plain(ROW), cipher="AAAA"), "incomplete"),
        (database(plain(ROW), cipher=5), "not base64"),
        (database(b'"text"'), "not from cotp"),
        (database(b"{"), "incomplete, or is not JSON"),
        (b'{"elements":[]}', "not from cotp"),
        (b"[]", "not a JSON object"),
    ],
)
def test_damaged_and_newer_files_are_told(data: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message) as caught:
        COTP.read(data, PASSWORD)
    assert not isinstance(caught.value, BackupPasswordError)


def test_a_changed_bit_or_a_cut_is_told() -> None:
    sealed = json.loads(database(plain(ROW)))
    cipher = base64.b64decode(sealed["cipher"])
    for place in range(0, len(cipher), 9):
        changed = bytearray(cipher)
        changed[place] ^= 1
        for broken in (bytes(changed), cipher[:place]):
            data = {**sealed, "cipher": base64.b64encode(broken).decode()}
            with pytest.raises(FormatError):
                COTP.read(json.dumps(data).encode(), PASSWORD)


@pytest.mark.parametrize("other", [b'{"items":[]}', b'{"items":["x"]}', b'{"items":{}}', b"5"])
def test_other_json_is_not_recognized(other: bytes) -> None:
    assert recognize(other) is not COTP


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*ROW]), JSON))
def test_any_values_are_read_or_refused(values: dict[str, Any]) -> None:
    backup = read({**ROW, **values})
    assert len(backup.entries) + len(backup.problems) == 1
