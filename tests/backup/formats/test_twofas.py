"""2FAS backups: files made here of each schema, hostile ones, and a reader of the tests' own."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from tests.backup.support import needs, recognize, site
from tui.backup.export_plan import plan_export
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.registry import by_name
from tui.errors import BackupPasswordError, FormatError, OtpTuiError
from tui.otp.entry import Algorithm, Binding, Category, OtpType

TWOFAS = by_name("2fas")
PASSWORD = Credentials("pässword")
SALT = bytes(range(256))


def service(**changes: Any) -> dict[str, Any]:
    """Return a service as the app writes it; a value of ... leaves a key out."""
    otp = {"issuer": "Example", "account": "ada", "digits": 6, "period": 30, "algorithm": "SHA1"}
    otp["tokenType"] = "TOTP"
    row = {"name": "Example", "secret": "JBSWY3DPEHPK3PXP", "groupId": ..., "order": ...}
    own = {key: value for key, value in changes.items() if key in row or key == "otp"}
    row = {**row, "otp": _given({**otp, **{key: changes[key] for key in changes.keys() - own}})}
    return _given({**row, **own})


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not ...}


def plain(*services: Any, **root: Any) -> bytes:
    made = {"schemaVersion": 4, "services": list(services), "groups": [], **root}
    return json.dumps(made).encode()


@cache
def key_of(password: str, salt: bytes = SALT) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 10_000, 32)


def sealed(text: bytes, iv: bytes = bytes(12), salt: bytes = SALT) -> str:
    parts = (AESGCM(key_of("pässword", salt)).encrypt(iv, text, None), salt, iv)
    return ":".join(base64.b64encode(part).decode() for part in parts)


def encrypted(*services: Any, **root: Any) -> bytes:
    made = {
        "servicesEncrypted": sealed(json.dumps(services).encode()),
        "reference": sealed(b"x" * 256, bytes(11) + b"1"),
    }
    return plain(**{**made, **root})


def read(data: bytes, credentials: Credentials = PASSWORD) -> Backup:
    assert recognize(data) is TWOFAS
    return TWOFAS.read(data, credentials)


def opened(data: bytes, password: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Read an export as the app does, from primitives."""
    root = json.loads(data)
    assert root["services"] == []
    texts = []
    for name in ("servicesEncrypted", "reference"):
        text, salt, iv = (base64.b64decode(part) for part in root[name].split(":"))
        assert (len(salt), len(iv)) == (256, 12)
        texts.append(AESGCM(key_of(password, salt)).decrypt(iv, text, None))
    # The constant is the same in the files of all phones.
    assert hashlib.sha256(texts[1]).hexdigest().startswith("cef0eb8ede32f858")
    assert root["servicesEncrypted"].split(":")[1] == root["reference"].split(":")[1]
    assert root["servicesEncrypted"].split(":")[2] != root["reference"].split(":")[2]
    return root, json.loads(texts[0])


def test_missing_settings_are_the_defaults() -> None:
    (entry,) = read(plain(service(otp={"account": "ada"}, name="Typed"), schemaVersion=1)).entries
    assert (entry.type, entry.issuer, entry.account) == (OtpType.TOTP, "Typed", "ada")
    assert (entry.digits, entry.period, entry.algorithm) == (6, 30, Algorithm.SHA1)
    (entry,) = read(plain(service(otp=..., name="Bare"))).entries
    assert (entry.issuer, entry.account) == ("Bare", "")


def test_a_name_that_the_user_changed_is_kept_as_a_note() -> None:
    backup = read(plain(service(name="Mine"), service(), service(name="ada"), service(name=None)))
    assert [each.note for each in backup.entries] == ["Name in 2FAS: Mine", "", "", ""]


def test_groups_become_categories_and_positions_the_order() -> None:
    groups = [{"id": "1", "name": "Work"}, {"id": "2", "name": "Web"}, {"id": 3}, None]
    rows = (
        service(account="last", order={"position": 7}, groupId="2"),
        service(account="first", order={"position": 1}, groupId="gone"),
    )
    backup = read(plain(*rows, groups=groups))
    assert [each.account for each in backup.entries] == ["first", "last"]
    assert backup.categories == (Category.named("Work"), Category.named("Web", 1))
    assert backup.entries[1].categories == (Binding(Category.named("Web").id),)
    assert backup.entries[0].categories == ()


def test_an_encrypted_file_opens_with_its_password_only() -> None:
    data = encrypted(service(tokenType="HOTP", counter=7), service(tokenType="STEAM"))
    assert needs(TWOFAS, data) is Needs.PASSWORD
    assert [each.type for each in read(data).entries] == [OtpType.HOTP, OtpType.STEAM]
    for password in ("", "passwort", "\ud800"):
        with pytest.raises(BackupPasswordError):
            read(data, Credentials(password))


def test_services_beside_encrypted_ones_are_read() -> None:
    data = encrypted(service(issuer="Hidden"), services=[service(issuer="Open", secret="A" * 16)])
    assert [entry.issuer for entry in read(data).entries] == ["Hidden", "Open"]


def test_damage_is_told_apart_from_a_wrong_password() -> None:
    first, rest = sealed(b"[]").split(":", 1)
    changed = bytearray(base64.b64decode(first))
    changed[-1] ^= 1
    data = encrypted(servicesEncrypted=f"{base64.b64encode(changed).decode()}:{rest}")
    with pytest.raises(FormatError, match="damaged") as caught:
        read(data)
    assert not isinstance(caught.value, BackupPasswordError)


REFUSED: dict[str, dict[str, Any]] = {
    "digits 0": {"digits": 0},
    "digits true": {"digits": True},
    "period 0": {"period": 0},
    "SHA224": {"algorithm": "SHA224"},
    "an unknown type": {"tokenType": "MAGIC"},
    "no secret": {"secret": ...},
    "not base32": {"secret": "0189"},
    "a secret of 1 MiB": {"secret": "A" * 2**20},
    "a name of 100 KiB": {"issuer": "x" * 100 * 1024},
    "counter -1": {"tokenType": "HOTP", "counter": -1},
    "settings of another kind": {"otp": [1]},
}


@pytest.mark.parametrize("name", REFUSED)
def test_one_bad_service_is_reported_and_the_others_are_read(name: str) -> None:
    backup = read(plain(service(), service(**REFUSED[name]), None, service(account="last")))
    assert len(backup.entries) == 2
    assert [each.what for each in backup.problems] == ["entry 2 (Example)", "entry 3"]
    assert all(each.refused for each in backup.problems)


HOSTILE = {
    "newer": plain(schemaVersion=5),
    "version true": plain(schemaVersion=True),
    "services an object": plain(services={}),
    "cut short": plain(service())[:-7],
    "two parts": encrypted(servicesEncrypted="AAAA:AAAA"),
    "not base64": encrypted(servicesEncrypted="AA!A:AAAA:AAAA"),
    "encrypted a number": encrypted(servicesEncrypted=7),
    "a salt of 64 KiB": encrypted(servicesEncrypted=sealed(b"[]", salt=bytes(65536))),
    "a nonce of 8 bytes": encrypted(servicesEncrypted=sealed(b"[]", bytes(8))),
    "no tag": encrypted(servicesEncrypted=":".join(["AAAA", *sealed(b"").split(":")[1:]])),
    "encrypted text": encrypted(servicesEncrypted=sealed(b"hello")),
    "encrypted object": encrypted(servicesEncrypted=sealed(b"{}")),
    "duplicate keys": b'{"schemaVersion":4,"services":[],"services":[]}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_raises_one_sentence(name: str) -> None:
    data = HOSTILE[name]
    assert recognize(data) is TWOFAS
    needs(TWOFAS, data)
    with pytest.raises(FormatError) as caught:
        TWOFAS.read(data, PASSWORD)
    assert str(caught.value).endswith(".")
    assert str(caught.value).isprintable()


def test_no_password_is_asked_for_a_newer_file() -> None:
    assert needs(TWOFAS, encrypted(schemaVersion=5)) is Needs.NOTHING
    with pytest.raises(FormatError, match="newer"):
        read(encrypted(schemaVersion=5), Credentials())


def test_the_app_can_open_what_is_written() -> None:
    work, web = Category.named("Work", 4), Category.named("Web", 2)
    rows = (
        site(issuer="GitHub", categories=(Binding(work.id, 3), Binding(web.id))),
        site(issuer="", account="lone", secret="jbsw y3dp", ranking=1),
        site(type=OtpType.HOTP, counter=9, digits=8, algorithm=Algorithm.SHA512, ranking=2),
        site(type=OtpType.STEAM, digits=5, ranking=3),
        site(secret="e3152afee62599c8", type=OtpType.MOTP, ranking=4),
        site(digits=10, ranking=5),
        site(type=OtpType.HOTP, counter=2**31, ranking=6),
    )
    plan = plan_export(TWOFAS, Backup(rows, (work, web)))
    assert TWOFAS.write is not None
    data = TWOFAS.write(plan.backup, PASSWORD)
    root, services = opened(data, "pässword")
    assert [each.reason for each in plan.left_out] == [
        "2FAS doesn't support Mobile-OTP",
        "it has 10 digits; 2FAS supports only 5 to 8",
        "its counter is too high for 2FAS",
    ]
    assert [each["name"] for each in root["groups"]] == ["Web", "Work"]
    assert all({"id", "name", "isExpanded", "updatedAt"} == each.keys() for each in root["groups"])
    assert services[0]["groupId"] == root["groups"][1]["id"]
    assert [each["name"] for each in services] == ["GitHub", "lone", "Example", "Example"]
    assert [each["order"]["position"] for each in services] == [0, 1, 2, 3]
    assert services[1]["secret"] == "JBSWY3DP"
    assert services[2]["otp"]["counter"] == 9
    assert "period" not in services[2]["otp"]
    assert services[3]["otp"]["tokenType"] == "STEAM"
    assert "groupId" not in services[1]
    assert [each.issuer for each in read(data).entries] == ["GitHub", "", "Example", "Example"]
    assert "it is removed from 1 of its 2 categories" in {each.reason for each in plan.changed}
    assert b"JBSWY3DP" not in data


def test_a_period_that_the_app_does_not_offer_is_noted_and_kept() -> None:
    plan = plan_export(TWOFAS, Backup((site(period=50), site(period=60), site(type=OtpType.HOTP))))
    assert [each.period for each in plan.backup.entries[:2]] == [50, 60]
    assert [each.reason for each in plan.notes] == ["2FAS may not accept its period of 50 seconds"]


def test_an_entry_that_does_not_fit_is_never_written() -> None:
    assert TWOFAS.write is not None
    with pytest.raises(FormatError, match="can't store"):
        TWOFAS.write(Backup((site(digits=10),)), PASSWORD)
    with pytest.raises(FormatError, match="password"):
        TWOFAS.write(Backup((site(),)), Credentials())


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["name", "secret", "otp", "digits", "order", "position", "groupId", "id"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(services=_values, groups=_values, more=_values)
def test_no_values_raise_anything_but_our_errors(services: Any, groups: Any, more: Any) -> None:
    rows = [services, service(otp=more), service(name=more, order=more)]
    try:
        backup = TWOFAS.read(plain(*rows, groups=groups), PASSWORD)
    except OtpTuiError:
        return
    assert len(backup.entries) + len(backup.problems) == len(rows)
