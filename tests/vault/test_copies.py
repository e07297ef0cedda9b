"""Finding, reading and merging copies of a vault."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.vault.conftest import MakeVault
from tests.vault.support import FLOOR, PASSWORD, MovedClock, document, entry
from tui.errors import DamagedVaultError, FileError, UsageError
from tui.otp.codes import code_at
from tui.otp.entry import Category, Entry, OtpType
from tui.otp.secret import Secret
from tui.vault import conflict_names as naming
from tui.vault.changes import ChangeKind
from tui.vault.conflict_names import conflict_names, is_of_another, too_many
from tui.vault.copies import (
    MergeResult,
    copies_sentence,
    find_copies,
    has_kept,
    merge_into,
    open_copy,
    read_copy,
    renamed_sentence,
)
from tui.vault.document import Document
from tui.vault.edit import count_use, delete, edit, take_counter
from tui.vault.history import file_id, joined, read_history
from tui.vault.recover import kept_files, open_kept, restore
from tui.vault.trash import discard
from tui.vault.undo import last_step, undo, undoable, without_undo
from tui.vault.vault import Vault
from tui.vault.versions import VaultFile

A, B, C = entry("a"), entry("b"), entry("c")
HOTP = entry("hotp", OtpType.HOTP, counter=5)
CONFLICT_NAMES = [
    "vault.sync-conflict-20260102-030405-ABCDEFG.json",
    "vault (conflicted copy 2026-01-02 030405).json",
    "vault (Ada's conflicted copy 2026-01-02).json",
    "vault (Case Conflict).json",
    "vault_conflict-20260102-030405.json",
    "vault.conflict-20260102T030405Z-abc123.json",
    "vault.json.conflict1",
    "vault.json..path1",
    "vault (Copie en conflit de Ada 2026-01-02).json",
]


def adding(*entries: Entry):  # type: ignore[no-untyped-def]
    return lambda made: replace(made, entries=(*made.entries, *entries))


def noting(name: Entry, note: str, moment: int = 2):  # type: ignore[no-untyped-def]
    return lambda made: edit(made, made.find(name.id), {"note": note}, moment)


def renaming(name: Entry, account: str):  # type: ignore[no-untyped-def]
    return lambda made: edit(made, made.find(name.id), {"account": account}, 9)


@pytest.fixture
def fork(make_vault: MakeVault, path: Path, clock: MovedClock) -> tuple[Vault, Vault]:
    """Return the vault, and a copy of it on another machine, which has no older copies."""
    ours = make_vault(Document((A, HOTP), categories=(Category.named("Work"),)))
    elsewhere = path.parent / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(path, elsewhere)
    return ours, Vault.open(elsewhere / path.name, PASSWORD, clock)


def synced(ours: Vault, theirs: Vault, name: str = CONFLICT_NAMES[0]) -> VaultFile:
    """Put a copy of theirs next to ours, as a sync service does after a conflict."""
    copy = ours.path.with_name(name)
    shutil.copy(theirs.path, copy)
    return VaultFile.read(copy)


def merged(ours: Vault, *files: VaultFile, dry_run: bool = False) -> MergeResult:
    opened = [open_copy(file, ours.key) for file in files]
    return merge_into(ours, opened, dry_run=dry_run)


def kinds(result: MergeResult) -> list[tuple[ChangeKind, str, str]]:
    return [(one.kind, one.what, one.details) for one in result.changes]


# --- finding ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CONFLICT_NAMES)
def test_copies_are_found_by_the_names_that_sync_services_give(
    fork: tuple[Vault, Vault], name: str
) -> None:
    ours, theirs = fork
    file = synced(ours, theirs, name)
    assert [one.path for one in find_copies(ours.path, ours.vault_id).files] == [file.path]


def test_nothing_else_is_a_copy(make_vault: MakeVault, path: Path, clock: MovedClock) -> None:
    vault = make_vault(document(A))
    other = path.with_name("vault.conflict-other.json")
    Vault.create(other, PASSWORD, FLOOR, clock)
    path.with_name("vault.conflict-broken.json").write_bytes(b"{}")
    path.with_name("vault.conflict-link.json").symlink_to(path)
    path.with_name("vault.conflict-folder.json").mkdir()
    os.mkfifo(path.with_name("vault.conflict-pipe.json"))
    shutil.copy(path, path.with_name("vault.json.bak"))
    assert find_copies(path, vault.vault_id).files == ()
    assert find_copies(path.parent / "none" / "vault.json", vault.vault_id).files == ()


def test_a_copy_of_a_vault_with_a_longer_name_is_not_ours(
    make_vault: MakeVault, path: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    vault = make_vault(document(A))
    other = path.with_name("vault-work.json")
    Vault.create(other, PASSWORD, FLOOR, clock)
    copy = path.with_name("vault-work.sync-conflict-20260102-030405-ABCDEFG.json")
    shutil.copy(other, copy)
    assert find_copies(path, vault.vault_id).problems == ()
    own = path.with_name("vault.sync-conflict-20260102-030405-ABCDEFG.json")
    shutil.copy(path, own)
    path.with_name("vault.sync.json").write_text("{}")
    assert [one.path for one in find_copies(path, vault.vault_id).files] == [own]
    copy.with_name(f"{copy.stem}2.json").write_text("half of it")
    assert find_copies(path, vault.vault_id).problems == ()
    assert [one.path for one in kept_files(path, vault.vault_id) if one.is_conflict] == [own]
    own.unlink()
    shutil.rmtree(path.parent / "backups", ignore_errors=True)
    path.unlink()
    assert not has_kept(path)
    assert renamed_sentence(path) == ""
    monkeypatch.setattr(os, "stat", refuse)
    assert not is_of_another(copy.name, path)
    monkeypatch.undo()
    copy.with_name(f"{copy.stem}2.json").unlink()
    assert [one.path for one in kept_files(path) if one.is_conflict] == []
    other.unlink()
    assert [one.path for one in kept_files(path) if one.is_conflict] == [copy]


def test_other_files_do_not_hide_copies(
    fork: tuple[Vault, Vault], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(naming, "_MOST_READ", 3)
    ours, theirs = fork
    file = synced(ours, theirs)
    os.utime(file.path, (1, 1))
    for number in range(3):
        ours.path.with_name(f"vault.a-conflict-{number}.json").write_bytes(b"x")
    assert [one.path for one in find_copies(ours.path, ours.vault_id).files] == [file.path]
    assert len(conflict_names(ours.path)) == 3
    assert "left out" in find_copies(ours.path, ours.vault_id).problems[0]
    monkeypatch.setattr(naming, "_MOST_READ", 4)
    assert len(conflict_names(ours.path)) == 4
    assert not too_many(ours.path)


def test_the_newest_copies_are_read_if_there_are_too_many(
    fork: tuple[Vault, Vault], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(naming, "_MOST_READ", 2)
    ours, theirs = fork
    names = [f"vault.conflict-{number}.json" for number in range(4)]
    for name, moment in zip(names, (1, 4, 2, 3), strict=True):
        os.utime(synced(ours, theirs, name).path, (moment, moment))
    assert conflict_names(ours.path) == [names[1], names[3]]


def test_many_copies_are_all_found(fork: tuple[Vault, Vault]) -> None:
    ours, theirs = fork
    for number in range(25):
        synced(ours, theirs, f"vault.sync-conflict-20260102-0304{number:02}-ABCDEFG.json")
    assert len(find_copies(ours.path, ours.vault_id).files) == 25


def test_the_sentence_names_copies(fork: tuple[Vault, Vault]) -> None:
    ours, theirs = fork
    files = [synced(ours, theirs, name) for name in CONFLICT_NAMES[:3]]
    assert copies_sentence(files[:1]) == f"1 conflict copy is next to the vault: {files[0].name}."
    assert copies_sentence(files).startswith("3 conflict copies are next to the vault: ")
    assert copies_sentence(files).endswith(" and 1 more.")


def test_another_vault_is_refused(make_vault: MakeVault, path: Path, clock: MovedClock) -> None:
    vault = make_vault(document(A))
    other = path.with_name("other.json")
    Vault.create(other, PASSWORD, FLOOR, clock)
    with pytest.raises(UsageError, match="another vault, not a copy") as caught:
        read_copy(other, path, vault.vault_id)
    assert "otp-tui import" in caught.value.hint
    with pytest.raises(UsageError, match="the vault itself"):
        read_copy(path, path, vault.vault_id)
    with pytest.raises(FileError):
        read_copy(path.with_name("missing"), path, vault.vault_id)


def test_a_changed_copy_does_not_open(fork: tuple[Vault, Vault]) -> None:
    ours, theirs = fork
    file = synced(ours, theirs)
    damaged = replace(file, envelope=replace(file.envelope, generation=99))
    with pytest.raises(DamagedVaultError):
        open_copy(damaged, ours.key)


# --- merging ---------------------------------------------------------------------------------


def test_changes_of_both_sides_arrive(fork: tuple[Vault, Vault]) -> None:
    ours, theirs = fork
    ours.change(adding(B))
    theirs.change(adding(C))
    theirs.change(noting(A, "edited"))
    theirs.change(lambda made: take_counter(made, HOTP.id, 3)[0])
    result = merged(ours, synced(ours, theirs))
    assert {one.id for one in ours.entries} == {A.id, HOTP.id, B.id, C.id}
    assert ours.document.find(A.id).note == "edited"
    assert ours.document.find(HOTP.id).counter == 6
    assert kinds(result) == [
        (ChangeKind.EDITED, A.label, "note"),
        (ChangeKind.COUNTER, HOTP.label, "5 → 6"),
        (ChangeKind.NEW, C.label, ""),
    ]
    assert result.copies[0].base == "Vault and copy both come from generation 2."


def test_a_deletion_arrives_and_is_undone_in_one_step(fork: tuple[Vault, Vault]) -> None:
    ours, theirs = fork
    theirs.change(lambda made: delete(made, {A.id}, 10))
    ours.change(adding(B))
    result = merged(ours, synced(ours, theirs))
    assert kinds(result) == [(ChangeKind.DELETED, A.label, "")]
    assert [one.id for one in ours.document.trash] == [A.id]
    step = last_step(ours.document)
    assert step is not None
    assert step.label.startswith("merge of vault.sync-conflict-")
    ours.change(lambda made: undo(made, 20))
    assert A.id in {one.id for one in ours.entries}


def test_a_permanent_deletion_is_known_from_the_common_ancestor(
    fork: tuple[Vault, Vault],
) -> None:
    ours, theirs = fork
    theirs.change(lambda made: delete(made, {A.id}, 10))
    theirs.change(lambda made: discard(made, {A.id}))
    ours.change(adding(B))
    result = merged(ours, synced(ours, theirs))
    assert kinds(result) == [(ChangeKind.REMOVED, A.label, "")]


def _restores_it(ours: Vault) -> None:
    newest = kept_files(ours.path, ours.vault_id)[0]
    restore(ours, newest, open_kept(newest, ours.key))


def _undoes(ours: Vault) -> None:
    ours.change(lambda made: undo(made, 20))


@pytest.mark.parametrize("bring_back", [_restores_it, _undoes])
@pytest.mark.parametrize(
    "go",
    [
        lambda made: discard(delete(made, {A.id}, 10), {A.id}),
        lambda made: edit(made, made.find(A.id), {"secret": Secret.base32("MFRGGZDF")}, 10),
        lambda made: edit(made, made.find(A.id), {"note": "edited"}, 10),
    ],
    ids=["removed", "secret", "note"],
)
def test_what_was_brought_back_since_the_copy_stays(
    fork: tuple[Vault, Vault],
    clock: MovedClock,
    go: Callable[[Document], Document],
    bring_back: Callable[[Vault], None],
) -> None:
    """The newest common file is not kept, and in the one before it, the entry is as it is now."""
    ours, theirs = fork
    ours.change(undoable(go, "change"))
    shutil.copy(ours.path, theirs.path)
    theirs = Vault.open(theirs.path, PASSWORD, clock)
    theirs.change(adding(C))
    ours.take_hotp(HOTP.id)
    bring_back(ours)
    result = merged(ours, synced(ours, theirs))
    assert kinds(result) == [(ChangeKind.NEW, C.label, "")]
    found = ours.document.find(A.id)
    assert (found.secret, found.note) == (A.secret, A.note)


def test_edits_of_both_sides_arrive_if_ours_began_with_a_code(fork: tuple[Vault, Vault]) -> None:
    """The machine that got the vault keeps what it got, though codes alone keep no older copy."""
    theirs, ours = fork
    ours.take_hotp(HOTP.id)
    theirs.change(noting(A, "theirs"))
    for account in ("one", "two"):
        ours.change(renaming(A, account))
    assert kinds(merged(ours, synced(ours, theirs))) == [(ChangeKind.EDITED, "a (two)", "note")]
    assert ours.document.find(A.id).note == "theirs"


@pytest.mark.parametrize("arrives", ["newer", "same generation"])
def test_edits_of_both_sides_stay_if_a_file_arrives_while_ours_is_open(
    fork: tuple[Vault, Vault], arrives: str
) -> None:
    theirs, ours = fork
    ours.take_hotp(HOTP.id)
    theirs.change(noting(A, "theirs", 1))
    for number in range(2 if arrives == "newer" else 1):
        theirs.change(adding(entry(f"new {number}")))
    ours.change(renaming(A, "ours"))
    shutil.copy(theirs.path, ours.path)
    ours.refresh()
    ours.save()
    found = ours.document.find(A.id)
    assert (found.account, found.note) == ("ours", "theirs")


def test_edits_of_both_sides_stay_if_no_common_file_is_kept(fork: tuple[Vault, Vault]) -> None:
    theirs, ours = fork
    theirs.change(noting(A, "theirs", 1))
    theirs.change(adding(C))
    for account in ("one", "two"):
        ours.change(renaming(A, account))
    shutil.rmtree(ours.path.parent / "backups")
    shutil.copy(theirs.path, ours.path)
    ours.refresh()
    ours.save()
    versions = {(one.account, one.note) for one in ours.entries if one.issuer == "a"}
    assert versions == {("two", ""), (A.account, "theirs")}


def test_an_entry_edited_on_both_sides_is_not_its_own_ancestor(fork: tuple[Vault, Vault]) -> None:
    """Without a common file, older versions of ours still show what each side changed."""
    theirs, ours = fork
    theirs.change(noting(A, "theirs", 1))
    ours.change(adding(C))
    shutil.rmtree(ours.path.parent / "backups")
    for account in ("one", "two"):
        ours.change(renaming(A, account))
    merged(ours, synced(ours, theirs))
    assert (ours.document.find(A.id).account, ours.document.find(A.id).note) == ("two", "theirs")


def test_two_machines_that_merge_in_turn_agree(fork: tuple[Vault, Vault]) -> None:
    ours, theirs = fork
    ours.change(noting(A, "ours", 1))
    theirs.change(noting(A, "theirs", 2))
    for _ in range(2):
        there, here = synced(theirs, ours), synced(ours, theirs)
        merged(ours, here)
        merged(theirs, there)
    for vault in (ours, theirs):
        assert [one.note for one in vault.entries if one.issuer == "a"] == ["theirs", "ours"]
    assert ours.entries == theirs.entries


def test_what_only_the_copy_changed_arrives_without_the_newest_common_file(
    fork: tuple[Vault, Vault], clock: MovedClock
) -> None:
    ours, theirs = fork
    ours.change(adding(B))
    shutil.copy(ours.path, theirs.path)
    theirs = Vault.open(theirs.path, PASSWORD, clock)
    theirs.change(lambda made: discard(delete(made, {A.id}, 10), {A.id}))
    theirs.change(noting(HOTP, "edited"))
    ours.take_hotp(HOTP.id)
    ours.change(noting(B, "ours"))
    assert kinds(merged(ours, synced(ours, theirs))) == [
        (ChangeKind.EDITED, HOTP.label, "note"),
        (ChangeKind.REMOVED, A.label, ""),
    ]
    assert ours.document.find(HOTP.id).counter == 6


def test_both_secrets_stay_if_the_newest_common_file_is_missing(
    fork: tuple[Vault, Vault], clock: MovedClock
) -> None:
    """Our secret is that of the older common file, but it was brought back since."""
    ours, theirs = fork
    first, second = Secret.base32("MFRGGZDF"), Secret.base32("ORUGS4TE")
    step = undoable(lambda made: edit(made, made.find(A.id), {"secret": first}, 10), "change")
    ours.change(step)
    shutil.copy(ours.path, theirs.path)
    theirs = Vault.open(theirs.path, PASSWORD, clock)
    theirs.change(lambda made: edit(made, made.find(A.id), {"secret": second}, 30))
    ours.take_hotp(HOTP.id)
    _undoes(ours)
    assert kinds(merged(ours, synced(ours, theirs))) == [(ChangeKind.BOTH, A.label, "secret")]
    assert {A.secret, second} <= {one.secret for one in ours.entries}


def test_without_the_ancestor_nothing_is_removed(fork: tuple[Vault, Vault]) -> None:
    ours, theirs = fork
    ours.change(adding(B))
    theirs.change(lambda made: discard(delete(made, {A.id}, 10), {A.id}))
    theirs.change(noting(HOTP, "edited"))
    shutil.rmtree(ours.path.parent / "backups")
    result = merged(ours, synced(ours, theirs))
    assert kinds(result) == [(ChangeKind.EDITED, HOTP.label, "note")]
    assert "No common older copy" in result.copies[0].base
    assert len(ours.entries) == 3


def test_the_ancestor_is_also_found_next_to_the_copy(fork: tuple[Vault, Vault]) -> None:
    ours, theirs = fork
    theirs.change(adding(C))
    ours.change(adding(B))
    shutil.rmtree(ours.path.parent / "backups")
    result = merged(ours, VaultFile.read(theirs.path))
    assert result.copies[0].base == "Vault and copy both come from generation 2."


def test_an_older_version_changes_nothing(fork: tuple[Vault, Vault]) -> None:
    ours, theirs = fork
    ours.change(noting(A, "edited"))
    before = ours.path.read_bytes()
    result = merged(ours, synced(ours, theirs))
    assert not result.changes
    assert result.copies[0].base == "The copy is older than this vault."
    assert ours.path.read_bytes() == before


def test_a_newer_version_arrives_whole(fork: tuple[Vault, Vault]) -> None:
    ours, theirs = fork
    theirs.change(lambda made: replace(made, entries=made.entries[:1], categories=()))
    result = merged(ours, synced(ours, theirs))
    assert without_undo(ours.document) == theirs.document
    assert kinds(result) == [
        (ChangeKind.REMOVED, HOTP.label, ""),
        (ChangeKind.OTHER, "categories", ""),
    ]


def test_both_versions_are_kept_once(fork: tuple[Vault, Vault]) -> None:
    ours, theirs = fork
    ours.change(noting(A, "ours"))
    theirs.change(noting(A, "theirs"))
    file = synced(ours, theirs)
    assert kinds(merged(ours, file)) == [(ChangeKind.BOTH, A.label, "note")]
    assert not merged(ours, file).changes
    assert [one.note for one in ours.entries if one.issuer == "a"] == ["ours", "theirs"]


def test_after_an_undo_the_copy_can_be_merged_again(fork: tuple[Vault, Vault]) -> None:
    ours, theirs = fork
    ours.change(adding(B))
    theirs.change(adding(C))
    file = synced(ours, theirs)
    merged(ours, file)
    ours.change(lambda made: undo(made, 20))
    assert kinds(merged(ours, file)) == [(ChangeKind.NEW, C.label, "")]


def test_the_result_is_newer_than_the_copy_on_the_machine_that_has_it(
    fork: tuple[Vault, Vault], clock: MovedClock
) -> None:
    ours, theirs = fork
    ours.change(adding(B))
    for name in ("x", "y"):
        theirs.change(adding(entry(name)))
    copy = synced(ours, theirs)
    merged(ours, copy)
    result = VaultFile.read(ours.path)
    assert result.envelope.generation == copy.envelope.generation + 1
    shutil.copy(ours.path, theirs.path)
    arrived = Vault.open(theirs.path, PASSWORD, clock)
    assert arrived.older is None
    theirs.save()
    assert theirs.document == arrived.document


def test_an_undone_merge_does_not_count_as_merged(fork: tuple[Vault, Vault]) -> None:
    ours, theirs = fork
    ours.change(adding(B))
    theirs.change(adding(C))
    copy = synced(ours, theirs)
    merged(ours, copy)
    for there in (True, False, True):
        stored = VaultFile.read(ours.path).open(ours.key)
        assert (copy.id in stored.history) is there
        assert (C.id in {one.id for one in stored.entries}) is there
        ours.change(lambda made: undo(made, 20))


def test_merging_what_was_used_last_makes_an_older_vault_new(
    fork: tuple[Vault, Vault], path: Path, clock: MovedClock
) -> None:
    ours, _ = fork
    older = path.read_bytes()
    ours.change(adding(B))
    path.rename(path.with_name(CONFLICT_NAMES[0]))
    path.write_bytes(older)
    vault = Vault.open(path, PASSWORD, clock)
    assert vault.older is not None
    merged(vault, *find_copies(path, vault.vault_id).files)
    assert vault.older is None
    assert Vault.open(path, PASSWORD, clock).older is None
    assert "b" in {one.issuer for one in vault.entries}


def test_an_entry_that_comes_back_repeats_no_code(
    make_vault: MakeVault, path: Path, clock: MovedClock
) -> None:
    """Only an older copy knows its counter: the vault is one from before the entry."""
    ours = make_vault(document(A))
    ours.change(adding(HOTP))
    elsewhere = path.parent / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(path, elsewhere)
    theirs = Vault.open(elsewhere / path.name, PASSWORD, clock)
    used = ours.take_hotp(HOTP.id)
    [before] = [one for one in kept_files(path) if open_kept(one, ours.key).entries == (A,)]
    restore(ours, before, open_kept(before, ours.key))
    theirs.change(lambda made: delete(made, {HOTP.id}, 9))
    merged(ours, synced(ours, theirs))
    [back] = ours.document.trash
    assert code_at(back, 0).text != used.text
    assert back.counter == HOTP.counter + 1


def test_an_entry_used_in_another_program_repeats_no_code_after_a_restore(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path
) -> None:
    """The restored copy is from before the entry; the other program brings it back."""
    ours = make_vault(document(A))
    ours.change(adding(HOTP))
    other = open_vault()
    other.change_later(lambda made: count_use(made, HOTP.id, 9))
    used = ours.take_hotp(HOTP.id)
    [before] = [one for one in kept_files(path) if open_kept(one, ours.key).entries == (A,)]
    restore(ours, before, open_kept(before, ours.key))
    assert other.take_hotp(HOTP.id).text != used.text


def test_an_entry_that_comes_back_leaves_other_counters_alone(
    make_vault: MakeVault, path: Path, clock: MovedClock
) -> None:
    """The user lowered one, after an older copy with the higher one."""
    ours = make_vault(document(HOTP))
    ours.change(lambda made: edit(made, made.find(HOTP.id), {"counter": 2}, 9))
    elsewhere = path.parent / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(path, elsewhere)
    theirs = Vault.open(elsewhere / path.name, PASSWORD, clock)
    theirs.change(adding(entry("other", OtpType.HOTP)))
    merged(ours, synced(ours, theirs))
    assert {one.id: one.counter for one in ours.entries}[HOTP.id] == 2


def test_several_copies_are_merged_in_one_step(fork: tuple[Vault, Vault]) -> None:
    ours, theirs = fork
    ours.change(adding(B))
    theirs.change(noting(A, "first"))
    first = synced(ours, theirs)
    theirs.change(noting(A, "second"))
    second = synced(ours, theirs, CONFLICT_NAMES[1])
    result = merged(ours, first, second)
    assert ours.document.find(A.id).note == "second"
    assert len(ours.entries) == 3
    assert [len(copy.changes) for copy in result.copies] == [1, 1]


def test_a_preview_changes_nothing(fork: tuple[Vault, Vault]) -> None:
    ours, theirs = fork
    theirs.change(adding(C))
    before = ours.path.read_bytes()
    assert merged(ours, synced(ours, theirs), dry_run=True).changes
    assert ours.path.read_bytes() == before
    assert len(ours.entries) == 2


def test_a_changed_password_of_the_copy_is_noticed(fork: tuple[Vault, Vault]) -> None:
    ours, theirs = fork
    theirs.change_password("another password", FLOOR)
    ours.change(adding(B))
    copy = open_copy(synced(ours, theirs), theirs.key)
    assert merge_into(ours, [copy]).copies[0].has_other_password


def test_a_copy_is_removed_only_if_it_is_unchanged(fork: tuple[Vault, Vault]) -> None:
    ours, theirs = fork
    file = synced(ours, theirs)
    theirs.change(adding(C))
    shutil.copy(theirs.path, file.path)
    assert not file.remove()
    assert VaultFile.read(file.path).remove()
    assert not file.path.exists()


# --- histories -------------------------------------------------------------------------------


def test_a_file_of_another_machine_with_a_higher_generation_loses_nothing(
    fork: tuple[Vault, Vault],
) -> None:
    """The open vault was saved; then a sync service replaced it with a file that lacks that."""
    ours, theirs = fork
    ours.change(adding(B))
    for name in ("x", "y", "z"):
        theirs.change(adding(entry(name)))
    shutil.copy(theirs.path, ours.path)
    ours.save()
    assert {one.issuer for one in ours.entries} == {"a", "hotp", "b", "x", "y", "z"}
    assert {one.issuer for one in Vault.open(ours.path, PASSWORD).entries} >= {"b", "z"}


def test_a_file_of_another_machine_is_merged_by_the_common_ancestor(
    fork: tuple[Vault, Vault],
) -> None:
    """By age alone, the entry that was edited twice would replace ours."""
    ours, theirs = fork
    ours.change(noting(A, "ours"))
    for account in ("x", "y"):
        theirs.change(renaming(A, account))
    shutil.copy(theirs.path, ours.path)
    ours.save()
    found = ours.document.find(A.id)
    assert (found.note, found.account) == ("ours", "y")


def test_a_history_is_saved_and_bounded(fork: tuple[Vault, Vault], path: Path) -> None:
    ours, _ = fork
    before = VaultFile.read(path)
    ours.change(adding(B))
    saved = VaultFile.read(path)
    assert saved.open(ours.key).history[-2:] == (before.id, saved.id)
    many = [file_id(number, bytes(32)) for number in range(100)]
    assert joined(many[50:], many[:50]) == tuple(many[36:])


def test_an_invalid_history_is_ignored() -> None:
    valid = file_id(7, bytes(32))
    assert read_history([valid, 3, "7-xyz", f"{valid}0", None]) == (valid,)
    assert read_history({"a": 1}) == ()
