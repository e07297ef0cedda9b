"""Slots: new passwords and recovery codes, and what stays when one changes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.vault import golden
from tests.vault.conftest import MakeVault
from tests.vault.support import FLOOR, PASSWORD, MovedClock, document, entry
from tui.crypto.kdf import Argon2Params
from tui.errors import (
    AuthenticationError,
    CryptoError,
    DamagedVaultError,
    HalfSavedError,
    NewPasswordError,
    NotSavedError,
    UsageError,
    VaultError,
    WrongPasswordError,
)
from tui.otp.entry import Entry
from tui.vault import envelope, rekey, seal, unsaved
from tui.vault.document import Document
from tui.vault.history import MOST
from tui.vault.locked_vault import LockedVault
from tui.vault.unlock import key_by_code, key_by_password
from tui.vault.vault import Vault

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


def test_a_program_with_the_vault_open_asks_for_a_new_password(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path, clock: MovedClock
) -> None:
    vault = make_vault(document(A))
    other = open_vault()
    vault.change_password(NEW, FLOOR)
    before = path.read_bytes()
    with pytest.raises(NewPasswordError):
        other.change(lambda now: replace(now, entries=(*now.entries, B)))
    assert other.asks_password
    with pytest.raises(WrongPasswordError):
        other.unlock_again(PASSWORD)
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*conflict*"))
    other.unlock_again(NEW)
    assert other.saved
    assert not other.asks_password
    assert set(Vault.open(path, NEW, clock).entries) == {A, B}


@pytest.mark.parametrize("backups", ["kept", "re-encrypted", "removed"])
def test_a_machine_with_the_old_password_does_not_bring_it_back(
    make_vault: MakeVault, path: Path, clock: MovedClock, backups: str
) -> None:
    vault = make_vault(document(A))
    elsewhere = path.with_name("elsewhere") / path.name
    elsewhere.parent.mkdir()
    shutil.copy(path, elsewhere)
    old_key = vault.key
    vault.change_password(NEW, FLOOR)
    if backups == "re-encrypted":
        assert rekey.rekey(vault, rekey.old_backups(vault), old_key)
    elif backups == "removed":
        rekey.delete(rekey.old_backups(vault))
    other = Vault.open(elsewhere, PASSWORD, clock)
    for one in (B, entry("c"), entry("d")):
        other.change(partial(adding, one))
    path.write_bytes(elsewhere.read_bytes())
    with pytest.raises(NewPasswordError):
        vault.change(lambda now: replace(now, entries=(*now.entries, entry("ours"))))
    vault.unlock_again(PASSWORD)
    assert vault.saved
    assert "not newer" in vault.warnings[-1]
    assert {one.issuer for one in Vault.open(path, NEW, clock).entries} == {*"abcd", "ours"}
    with pytest.raises(WrongPasswordError):
        Vault.open(path, PASSWORD, clock)
    assert other.key == old_key
    elsewhere.write_bytes(path.read_bytes())
    with pytest.raises(NewPasswordError):
        other.save()
    other.unlock_again(NEW)
    assert other.key == vault.key


def test_a_machine_that_saved_meanwhile_takes_the_new_password(
    make_vault: MakeVault, path: Path, clock: MovedClock
) -> None:
    vault = make_vault(document(A))
    vault.change(lambda now: replace(now, entries=(*now.entries, B)))
    shutil.copytree(path.parent, elsewhere := path.parent / "elsewhere")
    other = Vault.open(elsewhere / path.name, PASSWORD, clock)
    other.change(lambda now: replace(now, entries=(*now.entries, entry("c"))))
    vault.change_password(NEW, FLOOR)
    vault.change(lambda now: replace(now, entries=(*now.entries, entry("d"))))
    other.path.write_bytes(path.read_bytes())
    with pytest.raises(NewPasswordError):
        other.refresh()
    other.unlock_again(NEW)
    assert other.key == vault.key
    assert {one.issuer for one in Vault.open(other.path, NEW, clock).entries} == {*"abcd"}


def test_no_key_is_taken_if_it_is_unknown_which_is_newer(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path, clock: MovedClock
) -> None:
    vault = make_vault(document(A))
    asleep = open_vault()
    vault.change_password(NEW, FLOOR)
    for number in range(MOST + 1):
        vault.change(partial(adding, entry(str(number))))
    before = path.read_bytes()
    with pytest.raises(NewPasswordError):
        asleep.change(partial(adding, B))
    with pytest.raises(VaultError, match="which password is newer"):
        asleep.unlock_again(NEW)
    assert path.read_bytes() == before
    assert unsaved.keep(asleep)


def test_a_file_that_no_password_opens_loses_no_change(
    make_vault: MakeVault, path: Path, clock: MovedClock
) -> None:
    vault = make_vault(document(A))
    good = path.read_bytes()
    path.write_bytes(unopenable(good))
    with pytest.raises(NewPasswordError):
        vault.change(lambda now: replace(now, entries=(*now.entries, B)))
    assert vault.asks_password
    kept = unsaved.keep(vault)
    assert kept is not None
    path.write_bytes(good)
    vault.refresh()
    assert not vault.asks_password
    vault.close()
    again = Vault.open(path, PASSWORD, clock)
    assert again.entries == (A,)
    assert unsaved.take_up(again)[0]
    assert {*Vault.open(path, PASSWORD, clock).entries} == {A, B}


def adding(one: Entry, now: Document) -> Document:
    return replace(now, entries=(*now.entries, one))


def unopenable(data: bytes) -> bytes:
    """Return a newer vault file with slots that nothing opens."""
    file = envelope.parse(data)
    slots = tuple(replace(one, wrapped_key=bytes(48)) for one in file.slots)
    return envelope.serialize(replace(file, generation=file.generation + 1, slots=slots))


def test_an_open_vault_notices_a_new_password_without_a_change(
    make_vault: MakeVault, open_vault: Callable[[], Vault]
) -> None:
    vault = make_vault(document(A))
    other = open_vault()
    vault.change_password(NEW, FLOOR)
    assert other.stale
    with pytest.raises(NewPasswordError):
        other.refresh()
    assert other.asks_password


def test_an_old_copy_and_the_old_password_do_not_open_what_is_saved_later(
    make_vault: MakeVault, path: Path
) -> None:
    vault = make_vault(document(A))
    vault.set_recovery_code(CODE)
    old = envelope.parse(path.read_bytes())
    keys = {key_by_password(old, PASSWORD), key_by_code(old, CODE)}
    vault.change_password(NEW, FLOOR)
    new = envelope.parse(path.read_bytes())
    for key in keys:
        with pytest.raises(AuthenticationError):
            seal.open_payload(new, key)
    assert key_by_code(new, CODE) == vault.key


def test_version_1_is_carried_over_at_the_next_save(path: Path, clock: MovedClock) -> None:
    path.write_bytes(golden.PATH.read_bytes())
    vault = LockedVault.read(path, clock).unlock(PASSWORD)
    entries = vault.entries
    vault.change(lambda now: replace(now, entries=(*now.entries, A)))
    saved = envelope.parse(path.read_bytes())
    assert saved.version == 2
    assert saved.slots == envelope.parse(golden.PATH.read_bytes()).slots
    assert vault.needs_recovery_code
    with pytest.raises(UsageError, match="recovery code"):
        vault.change_password(NEW, FLOOR)
    vault.change_password(NEW, FLOOR, golden.CODE)
    vault.change_password(PASSWORD, FLOOR)
    locked = LockedVault.read(path, clock)
    assert locked.unlock_with_code(golden.CODE).entries == (*entries, A)
    assert locked.unlock(PASSWORD).entries == (*entries, A)


def test_the_slot_of_version_2_is_refused_in_a_file_of_version_1() -> None:
    data = golden.PATH_2.read_bytes().replace(b'"version":2,', b'"version":1,', 1)
    with pytest.raises(DamagedVaultError, match="unknown type"):
        envelope.parse(data)


@pytest.mark.parametrize("key", ["public_key", "ephemeral_key"])
@pytest.mark.parametrize("point", [bytes(32), b"\1" + bytes(31)])
def test_a_recovery_slot_with_a_key_of_low_order_does_not_open(key: str, point: bytes) -> None:
    slot = envelope.parse(golden.PATH_2.read_bytes()).slots[1]
    assert isinstance(slot, envelope.RecoverySlot)
    bad = replace(slot, **{key: point})  # type: ignore[arg-type]
    with pytest.raises(AuthenticationError):
        seal.recovery_key(bad, golden.CODE)
    if key == "public_key":
        with pytest.raises(AuthenticationError):
            seal.wrapped_anew("0" * 32, bytes(32), bad, bytes(32))


@pytest.mark.parametrize(
    ("put_back", "words"), [(True, "Nothing was"), (False, "was changed, but")]
)
def test_a_failed_save_says_which_password_opens(
    make_vault: MakeVault,
    path: Path,
    clock: MovedClock,
    monkeypatch: pytest.MonkeyPatch,
    put_back: bool,
    words: str,
) -> None:
    vault = make_vault(document(A))
    rename = Path.replace

    def failed_sync(_folder: Path) -> None:
        raise OSError(5, "Input/output error")

    def failed_rename(old: Path, new: Path) -> Path:
        if old.parent.name == "backups":
            raise OSError(5, "Input/output error")
        return rename(old, new)

    with monkeypatch.context() as broken:
        broken.setattr("tui.files.sync_folder", failed_sync)
        if not put_back:
            broken.setattr(Path, "replace", failed_rename)
        with pytest.raises(NotSavedError, match=words):
            vault.change_password(NEW, FLOOR)
    opens = PASSWORD if put_back else NEW
    assert LockedVault.read(path, clock).unlock(opens).entries == (A,)


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


def test_a_file_that_cannot_be_read_after_a_failed_save_is_called_unknown(
    make_vault: MakeVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = make_vault(document(A))

    def refused(*_args: object) -> None:
        raise VaultError("Couldn't read the vault.")

    def failed_sync(_folder: Path) -> None:
        monkeypatch.setattr("tui.vault.store.Store.read", refused)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("tui.files.sync_folder", failed_sync)
    with pytest.raises(HalfSavedError, match="recovery code may or may not have changed") as raised:
        vault.set_recovery_code(CODE)
    assert "Keep both" in raised.value.hint
