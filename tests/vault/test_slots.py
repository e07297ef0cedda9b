"""Slots: new passwords and recovery codes, and what stays when one changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.vault.conftest import MakeVault
from tests.vault.support import FLOOR, PASSWORD, MovedClock, document, entry
from tui.crypto.kdf import Argon2Params
from tui.errors import CryptoError, NotSavedError, WrongPasswordError
from tui.vault import envelope
from tui.vault.vault import LockedVault, Vault

NEW = "another password"
CODE = bytes(range(20))
A, B = entry("a"), entry("b")


def test_a_new_password_replaces_the_old_one(
    make_vault: MakeVault, path: Path, clock: MovedClock
) -> None:
    vault = make_vault(document(A))
    vault.change_password(NEW, FLOOR)
    vault.change(lambda now: replace(now, entries=(A, B)))
    assert Vault.open(path, NEW, clock).entries == (A, B)
    with pytest.raises(WrongPasswordError):
        Vault.open(path, PASSWORD, clock)


def test_a_recovery_code_opens_whatever_the_password_becomes(
    make_vault: MakeVault, path: Path, clock: MovedClock
) -> None:
    vault = make_vault(document(A))
    assert not LockedVault.read(path, clock).has_recovery_code
    vault.set_recovery_code(CODE)
    vault.change_password(NEW, FLOOR)
    locked = LockedVault.read(path, clock)
    assert locked.has_recovery_code
    assert locked.unlock_with_code(CODE).entries == (A,)
    assert locked.unlock(NEW).entries == (A,)


def test_a_new_recovery_code_replaces_the_old_one(
    make_vault: MakeVault, path: Path, clock: MovedClock
) -> None:
    vault = make_vault()
    vault.set_recovery_code(CODE)
    vault.set_recovery_code(CODE[::-1])
    assert len(envelope.parse(path.read_bytes()).slots) == 2
    LockedVault.read(path, clock).unlock_with_code(CODE[::-1])
    with pytest.raises(WrongPasswordError):
        LockedVault.read(path, clock).unlock_with_code(CODE)


def test_a_new_slot_keeps_changes_of_another_program(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path, clock: MovedClock
) -> None:
    vault = make_vault(document(A))
    other = open_vault()
    other.change(lambda now: replace(now, entries=(*now.entries, B)))
    vault.change_password(NEW, FLOOR)
    assert set(Vault.open(path, NEW, clock).entries) == {A, B}


def test_a_program_with_the_vault_open_keeps_a_new_password(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path, clock: MovedClock
) -> None:
    vault = make_vault(document(A))
    other = open_vault()
    vault.change_password(NEW, FLOOR)
    other.change(lambda now: replace(now, entries=(*now.entries, B)))
    assert set(Vault.open(path, NEW, clock).entries) == {A, B}


def test_a_full_disk_keeps_the_old_password(
    make_vault: MakeVault, path: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = make_vault(document(A))
    before = path.read_bytes()

    def full(_descriptor: int, _data: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("tui.files.os.write", full)
        with pytest.raises(NotSavedError, match="Nothing was changed"):
            vault.change_password(NEW, FLOOR)
    assert path.read_bytes() == before
    vault.change(lambda now: replace(now, entries=(A, B)))
    assert Vault.open(path, PASSWORD, clock).entries == (A, B)


def test_a_vault_that_replaced_ours_keeps_its_password(
    make_vault: MakeVault, path: Path, clock: MovedClock
) -> None:
    vault = make_vault()
    path.unlink()
    Vault.create(path, "the other password", FLOOR, clock)
    before = path.read_bytes()
    with pytest.raises(NotSavedError, match="another vault"):
        vault.change_password(NEW, FLOOR)
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*conflict*"))


def test_a_new_password_has_at_least_the_minimum_kdf_parameters(
    make_vault: MakeVault, path: Path
) -> None:
    vault = make_vault()
    before = path.read_bytes()
    with pytest.raises(CryptoError):
        vault.change_password(NEW, Argon2Params(1, 1024, 1))
    assert path.read_bytes() == before
