"""Files from the folders of phone apps: Authy, Battle.net, Duo; and LastPass Authenticator."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given
from hypothesis import strategies as st

from tests import interop
from tests.backup.support import needs, recognize
from tui.backup.formats import authy, battlenet, duo, lastpass
from tui.backup.model import Backup, Credentials, Needs
from tui.crypto import kdf
from tui.errors import BackupPasswordError, FormatError
from tui.otp.entry import OtpType

SECRET = "JBSWY3DPEHPK3PXP"
PASSWORD = "an old password"


def read(data: bytes, password: str = "") -> Backup:
    form = recognize(data)
    assert form is not None
    return form.read(data, Credentials(password))


def preferences(**values: str) -> bytes:
    rows = "".join(
        f'<string name="{name.replace("_DOT_", ".")}">{text.replace("&", "&amp;")}</string>'
        for name, text in values.items()
    )
    return f'<?xml version="1.0" encoding="utf-8"?><map>{rows}</map>'.encode()


def authy_file(*rows: Any) -> bytes:
    text = json.dumps(list(rows)).replace('"', "&quot;")
    return (
        '<?xml version="1.0"?><map><string name="com.authy.storage.tokens.authenticator.key">'
        f"{text}</string></map>"
    ).encode()


def encrypted(secret: str, password: str = PASSWORD) -> dict[str, Any]:
    key = kdf.pbkdf2("SHA1", password.encode(), b"some salt", 1000)
    filled = secret.encode() + bytes([16 - len(secret) % 16]) * (16 - len(secret) % 16)
    sealed = Cipher(AES(key), CBC(bytes(16))).encryptor().update(filled)
    return {
        "encryptedSecret": base64.b64encode(sealed).decode(),
        "salt": "some salt",
        "name": "GitHub: octocat",
        "originalIssuer": "GitHub",
        "digits": 6,
    }


def test_authys_own_codes_last_ten_seconds() -> None:
    row = {"secretSeed": "00ff" * 8, "name": "Twilio - ops", "digits": 7}
    (entry,) = read(authy_file(row)).entries
    assert (entry.issuer, entry.account) == ("Twilio", "ops")
    assert (entry.period, entry.digits, entry.secret.key) == (10, 7, bytes.fromhex("00ff" * 8))


def test_authys_encrypted_secrets_open_with_the_password() -> None:
    data = authy_file(encrypted(SECRET))
    assert needs(authy.FORMAT, data) is Needs.PASSWORD
    (entry,) = read(data, PASSWORD).entries
    assert (entry.issuer, entry.account, entry.secret.given) == ("GitHub", "octocat", SECRET)


@pytest.mark.parametrize("password", ["", "wrong", "wrong1", "wrong22"])
def test_a_wrong_password_of_authy_is_told(password: str) -> None:
    with pytest.raises(BackupPasswordError):
        read(authy_file(encrypted(SECRET)), password)


def test_a_damaged_secret_of_authy_is_named_and_the_others_read() -> None:
    cut = {**encrypted(SECRET), "encryptedSecret": "AAAA"}
    backup = read(authy_file(cut, encrypted(SECRET)), PASSWORD)
    assert len(backup.entries) == 1
    assert [each.what for each in backup.problems] == ["entry 1 (GitHub: octocat)"]


def test_a_list_taken_out_of_authys_file_is_read() -> None:
    (entry,) = read(json.dumps([encrypted(SECRET)]).encode(), PASSWORD).entries
    assert entry.secret.given == SECRET


def test_the_tokens_that_scripts_decrypted_for_authy_are_read() -> None:
    def token(name: object, issuer: object, **more: object) -> dict[str, object]:
        return {"account_type": "authenticator", "name": name, "issuer": issuer, "digits": 6,
                "decrypted_seed": SECRET, "logo": "x", "unique_id": "1", **more}  # fmt: skip

    tokens = [
        token("GitHub: ada", "GitHub", digits=8),
        token("Shop:bob", None),
        token("Bad", "", decrypted_seed="Decryption failed: 1"),
        token("Empty", "", decrypted_seed=None),
        5,
    ]
    root = {"message": "success", "decrypted_authenticator_tokens": tokens, "success": True}
    data = json.dumps(root).encode()
    assert recognize(data) is authy.FORMAT
    assert needs(authy.FORMAT, data) is Needs.NOTHING
    backup = read(data)
    assert [(each.issuer, each.account, each.digits, each.period) for each in backup.entries] == [
        ("GitHub", "ada", 8, 30),
        ("Shop", "bob", 6, 30),
    ]
    assert [each.what for each in backup.problems] == [
        "entry 3 (Bad)",
        "entry 4 (Empty)",
        "entry 5",
    ]


def test_an_object_without_tokens_is_not_authys() -> None:
    for text in ('{"decrypted_authenticator_tokens": {}}', '{"authenticator_tokens": []}'):
        data = text.encode()
        assert recognize(data) is None
        with pytest.raises(FormatError, match="not from Authy"):
            authy.FORMAT.read(data, Credentials())


def test_too_many_encrypted_tokens_of_authy_are_refused_before_any_is_opened() -> None:
    with pytest.raises(FormatError, match="more than 5000"):
        read(json.dumps([encrypted(SECRET)] * 5001).encode(), PASSWORD)


def test_a_damaged_token_of_authy_does_not_hide_the_others() -> None:
    other = {**encrypted(SECRET, "another password"), "name": "Damaged"}
    backup = read(authy_file(other, encrypted(SECRET)), PASSWORD)
    assert [each.secret.given for each in backup.entries] == [SECRET]
    assert [(each.what, each.reason) for each in backup.problems] == [
        ("entry 1 (Damaged)", "its encrypted secret is damaged")
    ]


def test_a_token_without_secret_is_named() -> None:
    backup = read(authy_file({"name": "empty", "decryptedSecret": ""}))
    assert [each.reason for each in backup.problems] == ["the secret is empty"]


MASK = battlenet._MASK


def masked(text: str) -> str:
    return bytes(a ^ b for a, b in zip(text.encode(), MASK, strict=False)).hex()


def battlenet_file(secret: str = "0102030405060708090a0b0c0d0e0f1011121314", **more: str) -> bytes:
    prefix = "com.blizzard.messenger.AUTHENTICATOR_"
    values = {"DEVICE_SECRET": masked(secret), "SERIAL": masked("EU-1234-5678-9012"), **more}
    return preferences(**{prefix + name: text for name, text in values.items()})


def test_battlenets_secret_is_unmasked() -> None:
    (entry,) = read(battlenet_file()).entries
    assert (entry.issuer, entry.account, entry.digits) == ("Battle.net", "EU-1234-5678-9012", 8)
    assert entry.secret.key == bytes(range(1, 21))


def test_battlenets_other_encryption_is_named() -> None:
    with pytest.raises(FormatError, match="encrypted by the phone"):
        read(battlenet_file(CREDENTIALS_ENCRYPTION_TYPE="KEYSTORE"))


def test_battlenets_file_may_say_that_it_is_masked() -> None:
    assert len(read(battlenet_file(CREDENTIALS_ENCRYPTION_TYPE="MASK")).entries) == 1


@pytest.mark.parametrize("secret", ["xyz", ""])
def test_a_damaged_secret_of_battlenet_is_named(secret: str) -> None:
    backup = read(battlenet_file(secret))
    assert backup.entries == ()
    assert len(backup.problems) == 1


def test_duo_entries_without_codes_are_named() -> None:
    rows = [
        {"name": "push only"},
        {"name": "ops", "otpGenerator": {"otpSecret": SECRET, "counter": 4}},
    ]
    backup = read(json.dumps(rows).encode())
    (entry,) = backup.entries
    assert (entry.type, entry.counter, entry.account) == (OtpType.HOTP, 4, "ops")
    assert backup.problems[0].what == "entry 1 (push only)"


def test_lastpass_folders_favorites_and_missing_names() -> None:
    account = {"originalIssuerName": "GitHub", "originalUserName": "octocat", "secret": SECRET,
               "timeStep": 60, "digits": 8, "algorithm": "SHA256", "isFavorite": True,
               "folderData": {"folderId": 1, "position": 0}}  # fmt: skip
    root = {"version": 1, "accounts": [account], "folders": [{"id": 1, "name": "Work"}]}
    backup = read(json.dumps(root).encode())
    (entry,) = backup.entries
    assert (entry.issuer, entry.account, entry.pinned) == ("GitHub", "octocat", True)
    assert (entry.period, entry.digits) == (60, 8)
    assert [each.name for each in backup.categories] == ["Work"]
    assert entry.categories[0].category == backup.categories[0].id


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"issuerName": "", "userName": "me"}, ("", "me")),
        ({"issuerName": "", "userName": ""}, ("GitHub", "octocat")),
        ({"issuerName": "Git"}, ("Git", "octocat")),
    ],
)
def test_lastpass_falls_back_to_the_original_names(names: Any, expected: tuple[str, str]) -> None:
    account = {"originalIssuerName": "GitHub", "originalUserName": "octocat", "secret": SECRET}
    root = {"version": 3, "accounts": [{**account, **names}], "folders": []}
    (entry,) = read(json.dumps(root).encode()).entries
    assert (entry.issuer, entry.account) == expected


def test_lastpass_folders_of_a_real_file() -> None:
    (row, *_) = (each for each in interop.samples("lastpass") if each["expected"]["count"] > 1)
    backup = read((interop.ROOT / row["file"]).read_bytes())
    names = {each.id: each.name for each in backup.categories}
    assert [[names[at.category] for at in each.categories] for each in backup.entries] == [
        each["groups"] for each in row["expected"]["entries"]
    ]


@given(data=st.data())
def test_no_value_in_a_phones_file_raises_anything_else(data: st.DataObject) -> None:
    values: st.SearchStrategy[Any] = st.none() | st.booleans() | st.text(max_size=8)
    values |= st.integers() | st.just([{}])
    entry: dict[str, Any] = data.draw(
        st.sampled_from(
            [
                {**encrypted(SECRET), "decryptedSecret": "", "secretSeed": "", "originalName": ""},
                {"name": "x", "otpGenerator": {"otpSecret": SECRET}},
                {"issuerName": "x", "userName": "y", "secret": SECRET, "folderData": {}},
            ]
        )
    )
    changed = {**entry, data.draw(st.sampled_from(sorted(entry))): data.draw(values)}
    root: Any = (
        {"accounts": [changed], "folders": [{"id": 1}]} if "userName" in entry else [changed]
    )
    for reader in (authy, duo, lastpass):
        for content in (json.dumps(root).encode(), authy_file(changed)):
            needs(reader.FORMAT, content)
            with suppress(FormatError):
                reader.FORMAT.read(content, Credentials(PASSWORD))


@pytest.mark.parametrize("reader", [authy, battlenet, duo, lastpass])
@pytest.mark.parametrize("data", [b"", b"[1, null]", b"{}", b"<map>", b"<map/>", b"\x00" * 40])
def test_other_files_give_no_entries(reader: Any, data: bytes) -> None:
    with suppress(FormatError, BackupPasswordError):
        assert reader.FORMAT.read(data, Credentials(PASSWORD)).entries == ()
