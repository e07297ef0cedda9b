"""Changes that couldn't be saved before a lock, kept for the next unlock."""

from __future__ import annotations

import errno
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.vault.support import FLOOR, PASSWORD, entry
from tui.clock import SystemClock
from tui.errors import NotSavedError
from tui.otp.entry import OtpType
from tui.paths import short_path, state_folder
from tui.vault.copies import merge_into, open_copy, read_copy
from tui.vault.document import Document
from tui.vault.edit import edit
from tui.vault.history import MOST
from tui.vault.recover import kept_files, open_kept, restore
from tui.vault.state import digest
from tui.vault.store import Store
from tui.vault.unsaved import is_kept, keep, remember, take_up, waiting
from tui.vault.vault import Vault


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cheap_kdf: None) -> Path:
    for name in ("XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    return tmp_path / "vault.json"


def add(vault: Vault, name: str) -> None:
    vault.change(lambda document: replace(document, entries=(*document.entries, entry(name))))


def lock_with_full_disk(vault: Vault, name: str) -> Path | None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "replace", full)
        with pytest.raises(NotSavedError):
            add(vault, name)
    kept = keep(vault)
    vault.close()
    return kept


def full(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, "no room")


def names(vault: Vault) -> list[str]:
    return sorted(each.issuer for each in vault.entries)


def test_the_next_unlock_saves_them(path: Path) -> None:
    vault = Vault.create(path, PASSWORD, FLOOR, SystemClock())
    add(vault, "Saved")
    kept = lock_with_full_disk(vault, "Fish and chips")
    assert kept is not None
    assert state_folder() in kept.parents
    assert kept.stat().st_mode & 0o077 == 0
    assert b"Fish" not in kept.read_bytes()
    again = Vault.open(path, PASSWORD)
    assert names(again) == ["Saved"]
    assert take_up(again)[0].startswith("Saved the changes")
    assert names(Vault.open(path, PASSWORD)) == ["Fish and chips", "Saved"]
    assert not kept.exists()
    assert take_up(again) == ("", "")
    left = [file for file in kept.parent.iterdir() if file.is_file()]
    assert left
    assert not any(file.stat().st_mode & 0o077 for file in left)


def test_they_repeat_no_code_after_the_restore_of_an_older_copy(path: Path) -> None:
    vault = Vault.create(path, PASSWORD, FLOOR, SystemClock())
    add(vault, "First")
    bank = entry("Bank", OtpType.HOTP)
    vault.change(lambda document: replace(document, entries=(*document.entries, bank)))
    other = Vault.open(path, PASSWORD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "replace", full)
        with pytest.raises(NotSavedError):
            other.change(lambda made: edit(made, bank, {"note": "kept"}, 9))
    keep(other)
    other.close()
    used = vault.take_hotp(bank.id)
    before = next(one for one in kept_files(path) if len(open_kept(one, vault.key).entries) == 1)
    restore(vault, before, open_kept(before, vault.key))
    assert take_up(vault)[0]
    assert vault.take_hotp(bank.id).text != used.text


def test_changes_of_other_programs_meanwhile_are_kept_too(path: Path) -> None:
    vault = Vault.create(path, PASSWORD, FLOOR, SystemClock())
    add(vault, "Saved")
    lock_with_full_disk(vault, "Kept")
    add(Vault.open(path, PASSWORD), "Other")
    assert take_up(Vault.open(path, PASSWORD))[0]
    assert names(Vault.open(path, PASSWORD)) == ["Kept", "Other", "Saved"]


def _edited(made: Document, changes: dict[str, Any]) -> Document:
    return edit(made, made.entries[0], changes, 10)


def test_an_edit_is_kept_beside_those_of_another_machine(path: Path) -> None:
    """This machine never saved the vault, so it keeps no older copy to merge by."""
    vault = Vault.create(path, PASSWORD, FLOOR, SystemClock())
    bank = entry("Bank")
    vault.change(lambda document: replace(document, entries=(bank,)))
    synced = path.parent / "elsewhere" / path.name
    synced.parent.mkdir()
    shutil.copy(path, synced)
    here = Vault.open(synced, PASSWORD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "replace", full)
        with pytest.raises(NotSavedError):
            here.change(lambda made: edit(made, bank, {"account": "here"}, 9))
    keep(here)
    here.close()
    for note in ("one", "two"):
        vault.change(partial(_edited, changes={"note": note}))
    shutil.copy(path, synced)
    again = Vault.open(synced, PASSWORD)
    assert take_up(again)[0]
    assert {(one.account, one.note) for one in again.entries} >= {(bank.account, "two")}
    assert "here" in {one.account for one in again.entries}


def test_they_stay_until_they_can_be_saved(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = Vault.create(path, PASSWORD, FLOOR, SystemClock())
    first = lock_with_full_disk(vault, "One")
    assert first is not None
    again = Vault.open(path, PASSWORD)
    with monkeypatch.context() as patch:
        patch.setattr(Store, "replace", full)
        with pytest.raises(NotSavedError):
            take_up(again)
    assert first.exists()
    second = lock_with_full_disk(again, "Two")
    assert second is not None
    assert not first.exists()
    assert take_up(Vault.open(path, PASSWORD))[0]
    assert names(Vault.open(path, PASSWORD)) == ["One", "Two"]


def test_a_vault_that_was_moved_says_where_they_are(path: Path) -> None:
    vault = Vault.create(path, PASSWORD, FLOOR, SystemClock())
    add(vault, "Saved")
    kept = lock_with_full_disk(vault, "Fish and chips")
    assert kept is not None
    assert is_kept(kept)
    (path.parent / "roomy").mkdir()
    moved = path.rename(path.parent / "roomy" / path.name)
    again = Vault.open(moved, PASSWORD)
    done, left = take_up(again)
    assert done == ""
    assert f"moved are in {short_path(kept)}. To merge them, run: otp-tui merge" in left
    assert waiting(again.vault_id, moved) == [kept]
    copy = open_copy(read_copy(kept, moved, again.vault_id), again.key)
    merge_into(again, [copy])
    remember(again, digest(kept.read_bytes()))
    assert names(again) == ["Fish and chips", "Saved"]
    assert take_up(again) == ("", "")
    assert waiting(again.vault_id, moved) == []
    other = Vault.create(path.with_name("other.json"), PASSWORD, FLOOR, SystemClock())
    assert take_up(other) == ("", "")


def test_they_are_kept_even_if_there_is_room_for_nothing_else(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.vault.unsaved.replace_file", full)
    vault = Vault.create(path, PASSWORD, FLOOR, SystemClock())
    kept = lock_with_full_disk(vault, "Fish and chips")
    assert kept is not None
    moved = path.rename(path.with_name("moved.json"))
    assert waiting(Vault.open(moved, PASSWORD).vault_id, moved) == [kept]
    moved.rename(path)
    assert take_up(Vault.open(path, PASSWORD))[0].startswith("Saved the changes")
    assert [one for one in kept.parent.iterdir() if one.suffix != ".taken-up"] == []


def test_a_copy_of_a_vault_is_not_told_to_merge_them(path: Path) -> None:
    vault = Vault.create(path, PASSWORD, FLOOR, SystemClock())
    add(vault, "Saved")
    (path.parent / "copy").mkdir()
    copy = path.parent / "copy" / path.name
    shutil.copy(path, copy)
    kept = lock_with_full_disk(vault, "Fish and chips")
    other = Vault.open(copy, PASSWORD)
    assert take_up(other) == ("", "")
    assert waiting(other.vault_id, copy) == []
    assert waiting(other.vault_id, path) == [kept]
    assert take_up(Vault.open(path, PASSWORD))[0].startswith("Saved the changes")
    assert names(Vault.open(path, PASSWORD)) == ["Fish and chips", "Saved"]


def test_a_damaged_file_is_named_and_left(path: Path) -> None:
    vault = Vault.create(path, PASSWORD, FLOOR, SystemClock())
    kept = lock_with_full_disk(vault, "One")
    assert kept is not None
    kept.write_bytes(kept.read_bytes().replace(b'"payload":"', b'"payload":"AAAA', 1))
    assert kept.name in take_up(Vault.open(path, PASSWORD))[1]
    assert kept.exists()


def test_two_apps_that_lock_with_a_full_disk_keep_a_file_each(path: Path) -> None:
    Vault.create(path, PASSWORD, FLOOR, SystemClock()).close()
    first, second = Vault.open(path, PASSWORD), Vault.open(path, PASSWORD)
    lock_with_full_disk(first, "One")
    lock_with_full_disk(second, "Two")
    assert take_up(Vault.open(path, PASSWORD))[0]
    assert names(Vault.open(path, PASSWORD)) == ["One", "Two"]


@pytest.mark.parametrize("saves", [0, MOST + 1])
def test_a_file_that_is_put_back_brings_nothing_back(path: Path, saves: int) -> None:
    vault = Vault.create(path, PASSWORD, FLOOR, SystemClock())
    add(vault, "Saved")
    kept = lock_with_full_disk(vault, "Kept")
    assert kept is not None
    data = kept.read_bytes()
    again = Vault.open(path, PASSWORD)
    take_up(again)
    again.change(lambda document: document.holding(()))
    for number in range(saves):
        add(again, str(number))
        again.change(lambda document: document.holding(()))
    shutil.rmtree(path.parent / "backups")
    kept.write_bytes(data)
    said = " ".join(take_up(again)).strip()
    assert "saved before" in said if saves else not said
    assert names(again) == []
    assert kept.exists() is bool(saves)
