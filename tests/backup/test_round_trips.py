"""Every vault, exported to every format and read back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import interop
from tests.backup.formats import authpro
from tests.backup.support import recognize
from tests.strategies import documents, fitting_documents
from tests.vault import independent_reader
from tests.vault.support import FLOOR, full_document
from tests.vault.support import entry as site
from tui.backup.apply import apply
from tui.backup.export_plan import plan_export, select
from tui.backup.model import Backup, Credentials, ExportPlan, Format
from tui.backup.plan import ImportAction, MatchKind, plan
from tui.backup.registry import by_name, export_formats
from tui.crypto import kdf
from tui.crypto.bounds import ARGON2_VERSION
from tui.crypto.kdf import Argon2Params
from tui.otp.entry import MAX_COUNTER, Binding, Category, Entry, Icon, OtpType
from tui.otp.secret import Secret
from tui.vault.document import Document

NAMES = [each.name for each in export_formats()]
SERVER_SECRET = "c2VydmVyIHNlY3JldCAxMjM0NTY3OA=="
CREDENTIALS = Credentials("pässword of the file", "ada", SERVER_SECRET, FLOOR)
ADD = dict.fromkeys(MatchKind, ImportAction.ADD)
REAL_ARGON2ID, REAL_PBKDF2 = kdf.argon2id, kdf.pbkdf2_sha1


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys are derived with the weakest parameters, whatever a format asks for."""
    real = kdf.argon2id

    def argon2id(password: bytes, salt: bytes, _params: Argon2Params, length: int = 32) -> bytes:
        return real(password, salt, Argon2Params(1, 8, 1), length)

    def argon2_of_file(
        _kind: str,
        password: bytes,
        salt: bytes,
        _params: Argon2Params,
        length: int = 32,
        _version: int = ARGON2_VERSION,
    ) -> bytes:
        return real(password, salt, Argon2Params(1, 8, 1), length)

    def pbkdf2(
        hash_name: Any, password: bytes, salt: bytes, rounds: int, length: int = 32
    ) -> bytes:
        return real_pbkdf2(hash_name, password, salt, rounds if hash_name == "SHA1" else 1, length)

    real_pbkdf2, real_scrypt = kdf.pbkdf2, kdf.scrypt
    monkeypatch.setattr(kdf, "argon2id", argon2id)
    monkeypatch.setattr(kdf, "argon2_of_file", argon2_of_file)
    monkeypatch.setattr(kdf, "pbkdf2", pbkdf2)
    monkeypatch.setattr(
        kdf,
        "scrypt",
        lambda password, salt, _n, _r, _p, length=32: real_scrypt(password, salt, 2, 1, 1, length),
    )
    monkeypatch.setattr(
        kdf,
        "pbkdf2_sha1",
        lambda password, salt, _rounds, length: real(
            password, salt[:16], Argon2Params(1, 8, 1), length
        ),
    )


def there_and_back(chosen: Format, backup: Backup) -> tuple[ExportPlan, Backup]:
    planned = plan_export(chosen, backup)
    assert chosen.write is not None
    return planned, chosen.read(chosen.write(planned.backup, CREDENTIALS), CREDENTIALS)


def told(chosen: Format, entry: Entry) -> dict[str, Any]:
    """Return the fields of an entry that the format should keep."""
    kept: dict[str, Any] = {
        "type": entry.type,
        "issuer": entry.issuer,
        "account": entry.account or "",
        "key": entry.secret.key,
    }
    if entry.type in {OtpType.TOTP, OtpType.HOTP}:
        kept |= {"algorithm": entry.algorithm, "digits": entry.digits}
    if entry.type is OtpType.TOTP:
        kept["period"] = entry.period
    if entry.type is OtpType.HOTP:
        kept["counter"] = entry.counter
    kept |= {field: getattr(entry, field) for field in chosen.holds}
    return kept | ({"secret": entry.secret.given} if "secret" in chosen.holds else {})


REMARKS = {
    "its issuer": {"issuer"},
    "its account": {"account"},
    "it is removed from": {"categories"},
    "its secret is written": set[str](),
    "its icon": {"icon"},
    "its ranking or copy count": {"ranking", "copy_count"},
    "also gets the categories": {"categories"},
    "without its": set[str](),
}
"""The fields to exclude from the comparison, by the start of the remark. Fields that the format
doesn't store are never compared, nor is the spelling of a secret if it isn't stored."""


def changed_fields(planned: ExportPlan, entry: Entry) -> set[str]:
    """The fields of `entry` that the plan says are written differently."""
    remarks = [each.reason for each in planned.changed if each.what == entry.label]
    named = [
        next(fields for begins, fields in REMARKS.items() if remark.startswith(begins))
        for remark in remarks
    ]
    return {field for fields in named for field in fields}


@pytest.mark.parametrize("name", NAMES)
@given(document=documents())
def test_a_vault_is_read_back_except_for_the_reported_fields(name: str, document: Document) -> None:
    """Documents with shared secrets, shared names and missing categories, too. Importing what was
    read adds every entry of it."""
    chosen = by_name(name)
    planned, read = there_and_back(chosen, select(document))
    assert not read.problems
    originals = {entry.id: entry for entry in document.entries}
    assert len(planned.backup.entries) + len(planned.left_out) == len(originals)
    for held, entry in zip(planned.backup.entries, read.entries, strict=True):
        original = originals[held.id]
        before, after = told(chosen, original), told(chosen, entry)
        but = changed_fields(planned, original)
        assert {each: after[each] for each in before.keys() - but} == {
            each: before[each] for each in before.keys() - but
        }
    if "categories" in chosen.holds:
        assert [each.name for each in read.categories] == [
            each.name for each in planned.backup.categories
        ]
    imported, report = apply(Document(), read, plan(Document(), read), 7, actions=ADD)
    assert report.added == len(imported.entries) == len(planned.backup.entries)


def fitting(name: str) -> st.SearchStrategy[Document]:
    """Vaults that the format can store completely."""
    only = {
        "2fas": (OtpType.TOTP, OtpType.HOTP, OtpType.STEAM),
        "avtotpy": (OtpType.TOTP,),
        "bitwarden": (OtpType.TOTP, OtpType.STEAM),
        "google-migration": (OtpType.TOTP, OtpType.HOTP),
        "keepass": (OtpType.TOTP, OtpType.STEAM),
        "proton": (OtpType.TOTP, OtpType.STEAM),
        "ente": (OtpType.TOTP, OtpType.HOTP, OtpType.STEAM),
    }
    periods = (30,) if name == "google-migration" else (30, 60, 1)
    most_counter = 2**31 - 1 if name == "2fas" else MAX_COUNTER
    return fitting_documents(
        by_name(name).holds, only.get(name, tuple(OtpType)), periods, most_counter
    )


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_a_vault_that_the_format_can_store_is_read_back_completely(
    name: str, data: st.DataObject
) -> None:
    """Importing it into an empty vault resets revisions and dates, and nothing else."""
    chosen, document = by_name(name), data.draw(fitting(name))
    planned, read = there_and_back(chosen, select(document))
    assert (planned.left_out, planned.changed, read.problems) == ((), (), ())
    originals = {entry.id: entry for entry in document.entries}
    wanted = [originals.pop(held.id) for held in planned.backup.entries]
    assert not originals
    assert _told_of(chosen, read.entries) == _told_of(chosen, wanted)
    if "categories" in chosen.holds:
        assert read.categories == document.categories
    if "icon" in chosen.holds:
        assert read.icons == document.icons
    imported, report = apply(Document(), read, plan(Document(), read), 7, actions=ADD)
    assert report.added == len(document.entries)
    again, _ = there_and_back(chosen, select(imported))
    for entries in (imported.entries, again.backup.entries):
        assert _told_of(chosen, map(_unstamped, entries)) == _told_of(
            chosen, map(_unstamped, wanted)
        )


def _told_of(chosen: Format, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    return [told(chosen, entry) for entry in entries]


def _unstamped(entry: Entry) -> Entry:
    return replace(entry, created=0, updated=0, revision=0)


@pytest.fixture(scope="module")
def real_backups() -> list[Backup]:
    """Backups of Authenticator Pro, read once, with the real parameters."""
    return [
        by_name("authenticator-pro").read(
            (interop.ROOT / row["file"]).read_bytes(), Credentials(row.get("password") or "")
        )
        for row in interop.samples("authpro")
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_real_backup_is_exported_unchanged(name: str, real_backups: list[Backup]) -> None:
    """Unusual secrets character by character, and counters, rankings and copy counts of other
    apps."""
    chosen = by_name(name)
    for backup in real_backups:
        planned, read = there_and_back(chosen, backup)
        assert len(planned.backup.entries) + len(planned.left_out) == len(backup.entries)
        originals = {entry.id: entry for entry in backup.entries}
        for held, entry in zip(planned.backup.entries, read.entries, strict=True):
            assert told(chosen, entry) == told(chosen, originals[held.id])


@pytest.mark.parametrize("name", ["authenticator-pro", "authenticator-pro-plain", "vault"])
def test_fields_that_only_some_formats_store_are_read_back_exactly(name: str) -> None:
    bound = (Binding("00040bab", 4), Binding("a8323a2a", 0))
    work, web = Category.named("Work", 7), Category.named("Web", 2)
    rows = (
        site("Odd", secret=Secret.base32("gezd gnbv-gy3t===="), account=None, copy_count=None),
        site("Even", account="", copy_count=0, categories=bound, ranking=9, icon="@0badcafe"),
        site("Pin", OtpType.MOTP, secret=Secret.text("e3 15 Ab+%/e3 15 Ab"), pin="0012", period=10),
        site(
            "Yandex",
            OtpType.YANDEX,
            secret=Secret.base32("GEZDGNBVGY3TQOJQGEZDGNBVGY"),
            digits=8,
            pin="٣",
        ),
        site(
            "Count",
            OtpType.HOTP,
            secret=Secret.base32("jbsw"),
            counter=2**63 - 1,
            copy_count=3,
        ),
    )
    backup = Backup(rows, (work, web), (Icon("0badcafe", "iVBORw0KGgo="),))
    planned, read = there_and_back(by_name(name), backup)
    assert not planned.left_out
    assert not planned.changed
    assert tuple(replace(entry, id="") for entry in read.entries) == tuple(
        replace(entry, id="") for entry in rows
    )
    assert (read.categories, read.icons) == (backup.categories, backup.icons)


def test_the_independent_decryptor_reads_what_is_exported() -> None:
    backup = Backup((site("Strong"), site("Count", OtpType.HOTP, counter=7)))
    plain = by_name("authenticator-pro-plain").write
    assert plain is not None
    wanted = json.loads(plain(backup, Credentials()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kdf, "argon2id", REAL_ARGON2ID)
        patch.setattr(kdf, "pbkdf2_sha1", REAL_PBKDF2)
        for name in ("authenticator-pro", "authenticator-pro-legacy"):
            write = by_name(name).write
            assert write is not None
            data = write(backup, CREDENTIALS)
            assert authpro.decrypt(data, CREDENTIALS.password) == wanted
        write = by_name("vault").write
        assert write is not None
        first, second = (write(backup, CREDENTIALS) for _ in range(2))
    document = independent_reader.read(first, CREDENTIALS.password)
    assert [row["issuer"] for row in document["entries"]] == ["Strong", "Count"]
    one, two = json.loads(first), json.loads(second)
    assert one["vault_id"] != two["vault_id"]
    assert one["slots"][0]["wrapped_key"] != two["slots"][0]["wrapped_key"]


def test_each_field_that_a_format_cannot_store_is_reported() -> None:
    full = select(full_document())
    lost = {each.what: each.reason for each in plan_export(by_name("otpauth-uris"), full).changed}
    assert "categories, custom icon and pinned state" in lost["Totp (me)"]
    assert "note" in lost["Totp (me)"]
    assert "PIN" in lost["Yandex (me)"]
    assert not plan_export(by_name("vault"), full).changed
    (unreadable,) = plan_export(by_name("vault"), full).left_out
    assert unreadable.reason == "“issuer” is missing"


@pytest.mark.parametrize("name", NAMES)
def test_no_entry_is_left_out_for_want_of_a_name(name: str) -> None:
    names: tuple[tuple[str, str | None], ...] = (("", "ada"), ("", None), (" \x07", ""))
    entries = (
        site(issuer + str(account), issuer=issuer, account=account) for issuer, account in names
    )
    backup = Backup(tuple(entries))
    planned, read = there_and_back(by_name(name), backup)
    assert not planned.left_out
    assert len(read.entries) == 3


@pytest.mark.parametrize("name", NAMES)
def test_an_exported_empty_vault_is_recognized(name: str) -> None:
    chosen = by_name(name)
    keys = CREDENTIALS
    assert chosen.write is not None
    data = chosen.write(Backup(), keys)
    found = recognize(data)
    assert found is not None
    assert found.name == name
    back = found.read(data, keys)
    assert not back.entries
    assert not back.problems
