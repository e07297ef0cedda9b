"""Older copies that open with an old password, after the vault got a new key."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.vault.conftest import MakeVault
from tests.vault.support import FLOOR, PASSWORD, MovedClock, document, entry
from tui.vault import rekey
from tui.vault.copies import merge_into, open_copy
from tui.vault.history import generation_of
from tui.vault.locked_vault import LockedVault
from tui.vault.vault import Vault
from tui.vault.versions import VaultFile, Versions, older_files, opens

NEW = "another password"
CODE = bytes(range(20))
A, B, C = entry("a"), entry("b"), entry("c")


@pytest.fixture
def vault(make_vault: MakeVault) -> Vault:
    """A vault with a recovery code, and older copies."""
    made = make_vault(document(A))
    made.set_recovery_code(CODE)
    made.change(lambda now: replace(now, entries=(A, B)))
    return made


def test_copies_are_encrypted_as_they_are(vault: Vault, clock: MovedClock) -> None:
    old_key = vault.key
    vault.change_password(NEW, FLOOR)
    files = rekey.old_backups(vault)
    assert len(files) >= 3
    before = {file.path: file.open(old_key) for file in files}
    assert rekey.rekey(vault, files, old_key) == len(files)
    assert rekey.old_backups(vault) == []
    for file in files:
        after = VaultFile.read(file.path)
        assert not opens(after, old_key)
        assert after.envelope.generation == file.envelope.generation
        found = LockedVault.read(file.path, clock).unlock_with_code(CODE)
        assert found.entries == before[file.path].entries
        assert found.document.recovery == vault.document.recovery


def test_a_copy_is_still_a_common_ancestor(vault: Vault, path: Path, clock: MovedClock) -> None:
    old_key, both = vault.key, vault.document
    copy = path.with_name("vault.conflict-1.json")
    shutil.copy(path, copy)
    other = Vault.open(copy, PASSWORD, clock)
    other.change(lambda now: replace(now, entries=(*now.entries, C)))
    vault.change(lambda now: replace(now, entries=(B,)))
    vault.change_password(NEW, FLOOR)
    backups = rekey.old_backups(vault)
    assert rekey.rekey(vault, backups, old_key) == len(backups)
    versions = Versions(older_files(path, vault.vault_id), (vault.key,), {})
    identity, base = versions.common(vault.document, other.document)
    assert base is not None
    assert generation_of(identity) == 4
    assert base.entries == both.entries
    merge_into(vault, [open_copy(VaultFile.read(copy), old_key)])
    assert vault.entries == (B, C)


def test_copies_that_changed_or_are_damaged_stay(vault: Vault) -> None:
    old_key = vault.key
    vault.change_password(NEW, FLOOR)
    changed, damaged, *others = files = rekey.old_backups(vault)
    shutil.copy(others[-1].path, changed.path)
    data = damaged.path.read_bytes()
    damaged.path.write_bytes(data[:-40] + b"AAAA" + data[-36:])
    files[1] = VaultFile.read(damaged.path)
    kept = [file.path.read_bytes() for file in files[:2]]
    assert rekey.rekey(vault, files, old_key) == len(others)
    assert [file.path.read_bytes() for file in files[:2]] == kept
    assert not list(changed.path.parent.glob(".*"))


def test_a_failed_save_leaves_the_copy(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    old_key = vault.key
    vault.change_password(NEW, FLOOR)
    files = rekey.old_backups(vault)
    before = [file.path.read_bytes() for file in files]

    def full(_descriptor: int, _data: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("tui.files.os.write", full)
        assert rekey.rekey(vault, files, old_key) == 0
    assert [file.path.read_bytes() for file in files] == before
    assert not list(files[0].path.parent.glob(".*"))


def test_the_next_save_removes_what_a_crash_left(
    vault: Vault, open_vault: Callable[[], Vault]
) -> None:
    folder = vault.path.parent / "backups"
    left = folder / f".{vault.path.name}.00000001.20260101T000000Z.{'0' * 16}.tmp"
    left.write_bytes(b"")
    other = folder / ".other.tmp"
    other.write_bytes(b"")
    open_vault().change(lambda now: replace(now, entries=(A,)))
    assert not left.exists()
    assert other.exists()


def test_conflict_copies_under_the_old_key_are_found(
    vault: Vault, open_vault: Callable[[], Vault]
) -> None:
    copy = vault.path.with_name(f"{vault.path.stem}.sync-conflict-20260101{vault.path.suffix}")
    shutil.copy(vault.path, copy)
    assert rekey.old_copies(vault) == []
    vault.change_password(NEW, FLOOR)
    assert [file.path for file in rekey.old_copies(vault)] == [copy]


def test_only_unchanged_copies_are_deleted(vault: Vault, path: Path) -> None:
    vault.change_password(NEW, FLOOR)
    first, *_ = files = rekey.old_backups(vault)
    shutil.copy(path, first.path)
    assert rekey.delete(files) == len(files) - 1
    assert first.path.exists()
