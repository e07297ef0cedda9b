"""An export is written and verified as a whole, or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.backup.support import recognize
from tests.vault.support import FLOOR, entry
from tests.vault.test_save_faults import Fault, listing
from tui.backup import exporter
from tui.backup.export_plan import plan_export, select, suggested_name
from tui.backup.exporter import Exported, check_place, export
from tui.backup.model import Backup, Credentials, ExportPlan, Format
from tui.backup.registry import by_name, export_formats
from tui.clock import SystemClock
from tui.errors import ExportError, ExportExistsError
from tui.files import write_new
from tui.otp.entry import Binding, Category, Icon, OtpType
from tui.vault import envelope
from tui.vault.document import Document
from tui.vault.unlock import key_by_password
from tui.vault.vault import Vault

URIS = by_name("otpauth-uris")
CREDENTIALS = Credentials("pässword!", kdf=FLOOR)
BACKUP = Backup((entry("One"), entry("Two")))
STEPS = ("open", "write", "fsync", "fchmod", "fstat", "read", "link", "rename", "replace", "close")


def write(path: Path, chosen: Format = URIS, **options: Any) -> Exported:
    return export(path, chosen, plan_export(chosen, BACKUP), CREDENTIALS, **options)


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def test_an_export_is_private_whatever_the_umask(tmp_path: Path, open_umask: None) -> None:
    done = write(tmp_path / "out.txt")
    assert stat.S_IMODE(done.path.stat().st_mode) == 0o600
    assert done.sentence == "2 entries exported and verified"
    assert listing(tmp_path) == {"out.txt"}


def test_a_copy_of_the_vault_opens_with_its_own_password(tmp_path: Path) -> None:
    done = write(tmp_path / "copy.json", by_name("vault"))
    data = done.path.read_bytes()
    found = recognize(data, "copy.json")
    assert found is not None
    assert found.name == "vault"
    read = found.read(data, CREDENTIALS)
    assert [each.issuer for each in read.entries] == ["One", "Two"]


def test_each_copy_has_its_own_key_and_a_long_enough_password(tmp_path: Path) -> None:
    chosen = by_name("vault")
    paths = [write(tmp_path / name, chosen).path for name in ("one", "two")]
    opened = [envelope.parse(path.read_bytes()) for path in paths]
    keys = {key_by_password(each, "pässword!") for each in opened}
    assert len(keys) == len({each.vault_id for each in opened}) == 2
    with pytest.raises(ExportError, match="at least 8 characters"):
        export(tmp_path / "three", chosen, ExportPlan(BACKUP), Credentials("seven77", kdf=FLOOR))
    assert listing(tmp_path) == {"one", "two"}


def test_a_file_is_replaced_only_with_force(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("mine")
    with pytest.raises(ExportExistsError):
        write(path)
    assert path.read_text() == "mine"
    assert write(path, force=True).count == 2
    assert listing(tmp_path) == {"out.txt"}
    assert path.read_text().startswith("otpauth://")


@pytest.mark.parametrize("links", [True, False])
def test_a_file_created_meanwhile_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    path = tmp_path / "out.txt"
    real = exporter._verify

    def prove(temporary: Path, *rest: Any) -> None:
        real(temporary, *rest)
        path.write_text("theirs")

    monkeypatch.setattr(exporter, "_verify", prove)
    if not links:
        monkeypatch.setattr(os, "link", _refuse)
    with pytest.raises(ExportExistsError):
        write(path)
    assert path.read_text() == "theirs"
    assert listing(tmp_path) == {"out.txt"}


def test_a_file_system_without_links_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", _refuse)
    for force in (False, True):
        assert write(tmp_path / "out.txt", force=force).count == 2
        assert listing(tmp_path) == {"out.txt"}


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("name", STEPS)
def test_whichever_call_fails_nothing_is_left_behind_or_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, force: bool
) -> None:
    fault = Fault(monkeypatch, name, errno.ENOSPC)
    path = tmp_path / "out.txt"
    fault.arm(0)
    write(path)
    calls = fault.calls
    for call in range(1, calls + 2):
        path.unlink(missing_ok=True)
        if force:
            path.write_text("old")
        fault.arm(call)
        try:
            write(path, force=force)
        except ExportError:
            fault.arm(0)
            assert listing(tmp_path) == ({"out.txt"} if force else set())
            assert not force or path.read_text() == "old"
        else:
            fault.arm(0)
            assert listing(tmp_path) == {"out.txt"}
            assert path.read_text().startswith("otpauth://")


def test_what_killed_exports_left_is_deleted_unless_another_one_runs(tmp_path: Path) -> None:
    ours = {".otp-tui-0123456789abcdef.tmp", ".otp-tui-0123456789abcdef.tmp.old"}
    others = {".otp-tui-notes.tmp", ".otp-tui-0123456789abcdef.tmp.bak"}
    for name in ours | others:
        (tmp_path / name).write_text("twelve secrets")
    running = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(running, fcntl.LOCK_SH)
    write(tmp_path / "one.txt")
    assert listing(tmp_path) == ours | others | {"one.txt"}
    os.close(running)
    write(tmp_path / "two.txt")
    assert listing(tmp_path) == others | {"one.txt", "two.txt"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-40],
        lambda data: data.replace(b"GEZD", b"GEZE", 1),
        lambda data: b"",
        lambda data: data.replace(b"One", b"0ne"),
    ],
    ids=["short", "a letter", "empty", "a name"],
)
def test_a_file_that_is_not_read_back_is_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Any
) -> None:
    monkeypatch.setattr(exporter, "write_new", lambda path, data: write_new(path, spoil(data)))
    for chosen in (URIS, by_name("authenticator-pro-plain")):
        with pytest.raises(ExportError, match="Nothing was exported"):
            write(tmp_path / "out.txt", chosen)
        assert not listing(tmp_path)


def test_each_field_that_a_format_stores_is_compared(tmp_path: Path) -> None:
    chosen = by_name("authenticator-pro-plain")
    work = Category.named("Work")
    full = Backup(
        (entry("One", categories=(Binding(work.id, 1),), icon="@0badcafe", copy_count=2),),
        (work,),
        (Icon("0badcafe", "iVBORw0KGgo="),),
    )
    fields: dict[str, Any] = {
        "ranking": 3,
        "copy_count": None,
        "icon": None,
        "categories": (),
        "account": None,
        "digits": 8,
        "period": 60,
        "pin": "1",
        "counter": 1,
    }
    others = [
        replace(full, entries=(replace(full.entries[0], **{field: value}),))
        for field, value in fields.items()
    ]
    others += [
        replace(full, categories=(Category.named("Work", 5),)),
        replace(full, icons=()),
        replace(full, entries=()),
    ]
    for other in others:
        wrong = replace(chosen, read=_always(other))
        with pytest.raises(ExportError, match="read back"):
            export(tmp_path / "out.json", wrong, ExportPlan(full), Credentials())
    assert not listing(tmp_path)


def test_the_vault_its_lock_and_its_backups_are_never_overwritten(tmp_path: Path) -> None:
    vault = tmp_path / "data" / "vault.json"
    backups = vault.parent / "backups"
    (backups / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to(vault.parent)
    (tmp_path / "alias").symlink_to(vault)
    names = ("vault.json.lock", "vault.sync-conflict-20260102-030405-ABCDEFG.json", "backups/x")
    Vault.create(vault, "password", FLOOR, SystemClock()).close()
    for path in (vault.parent / name for name in names):
        path.write_bytes(vault.read_bytes())
    os.link(vault, tmp_path / "hard")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for name in (
        "data/vault.json", "link/vault.json", "alias", "hard", "data/vault.json.lock",
        "link/vault.sync-conflict-20260102-030405-ABCDEFG.json",
        "data/backups/x", "data/backups/new", "data/backups/deep/new", "link/backups/new",
    ):  # fmt: skip
        with pytest.raises(ExportError):
            write(tmp_path / name, vault=vault, force=True)
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert before == after
    assert check_place(tmp_path / "link" / "new", vault) == vault.parent / "new"
    notes = vault.with_name("vault-conflict-notes.json")
    notes.write_text("{}")
    assert check_place(notes, vault, force=True) == notes


def test_an_invalid_path_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("")
    for name in ("", "folder", "folder/", "missing/out", "dangling", "pipe", "file/out",
                 "a\0b", "x" * 300, "missing\x1b/out"):  # fmt: skip
        with pytest.raises(ExportError) as caught:
            write(Path(tmp_path, name) if name else Path(), force=True)
        assert "\x1b" not in caught.value.sentence
        assert not (tmp_path / "nowhere").exists()


def test_nothing_is_written_if_every_entry_is_left_out(tmp_path: Path) -> None:
    google = by_name("google-migration")
    odd = Backup((entry("x", period=60),))
    with pytest.raises(ExportError, match="can't store any"):
        export(tmp_path / "out", google, plan_export(google, odd), Credentials())
    assert export(tmp_path / "out", URIS, plan_export(URIS, Backup()), Credentials()).count == 0


@pytest.mark.parametrize("target", export_formats(), ids=lambda each: each.name)
def test_categories_that_a_format_leaves_empty_do_not_stop_an_export(target: Format) -> None:
    first, second, counted, none = map(Category.named, ("First", "Second", "Counted", "None"))
    held = Backup(
        (
            entry("One", account="a", categories=(Binding(first.id), Binding(second.id, 1))),
            entry("Two", OtpType.HOTP, account="a", categories=(Binding(counted.id),)),
        ),
        tuple(replace(each, ranking=at) for at, each in enumerate((none, counted, second, first))),
    )
    encoded = exporter.encode(
        target,
        plan_export(target, held),
        replace(CREDENTIALS, username="me", server_secret="AAAAAAAAAAAAAAAAAAAAAA=="),
    )
    assert "One" in {each.issuer for each in encoded.plan.backup.entries}
    if target.name == "bitwarden":
        assert [each.name for each in encoded.plan.backup.categories] == ["First"]


def test_an_account_becomes_the_issuer_that_a_format_needs() -> None:
    long = "ada.lovelace@analytical-engine.example"
    backup = Backup((entry("", account=long), entry("", account=None), entry("Site")))
    planned = plan_export(by_name("authenticator-pro"), backup)
    assert not planned.left_out
    assert [each.issuer for each in planned.backup.entries] == [long[:32], "Unnamed", "Site"]
    assert [(each.what, each.reason) for each in planned.changed] == [
        (long, f"its issuer becomes “{long}”"),
        ("(no name)", "its issuer becomes “Unnamed”"),
        (long, "its issuer is shortened to 32 characters"),
    ]
    assert plan_export(URIS, backup).backup.entries[0].issuer == ""


def test_selecting_takes_the_categories_and_icons_that_are_used() -> None:
    work, web = Category.named("Work"), Category.named("Web")
    both = (Binding(work.id), Binding(web.id))
    icons = (Icon("00000001", "QQ=="), Icon("00000002", "QQ=="))
    held = Document(
        (entry("One", categories=both), entry("Two", icon="@00000002")),
        (work, web, Category.named("Empty")),
        icons,
    )
    assert select(held) == Backup(held.entries, held.categories, icons)
    assert select(held, category=work.id) == Backup(held.entries[:1], (work, web))
    assert select(held, query="tw") == Backup(held.entries[1:], icons=icons[1:])
    assert select(held, ids=[held.entries[1].id]).entries == held.entries[1:]
    assert select(held, ids=[]).entries == ()


def test_a_name_with_the_date() -> None:
    day = date(2026, 11, 21)
    assert suggested_name(by_name("authenticator-pro"), day) == "otp-tui-2026-11-21.authpro"
    assert suggested_name(URIS, day) == "otp-tui-2026-11-21.txt"


def _always(backup: Backup) -> Callable[[bytes, Credentials], Backup]:
    return lambda _data, _credentials: backup


def _refuse(*_args: Any, **_options: Any) -> None:
    raise OSError(errno.EPERM, "no links here")
