"""Authentication keys of recovery codes: nobody else can wrap a vault key for a code."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.vault import golden
from tests.vault.conftest import MakeVault
from tests.vault.support import FLOOR, MovedClock, document, entry
from tui.errors import WrongPasswordError
from tui.vault import envelope, recover, seal
from tui.vault.document import Document, read, write
from tui.vault.envelope import Envelope, RecoverySlot, Slot
from tui.vault.locked_vault import LockedVault
from tui.vault.merge import merge, rejoin
from tui.vault.merge_by_age import merge_by_age
from tui.vault.recovery_keys import read_keys, to_json
from tui.vault.unlock import key_by_code
from tui.vault.vault import Vault

NEW = "another password"
CODE, THEIR_CODE = bytes(range(20)), bytes(range(20, 40))
A, B = entry("a"), entry("b")
MINE, THEIRS = {b"a" * 32: b"b" * 32}, {b"c" * 32: b"d" * 32}


def with_slots(known: Envelope, key: bytes, made: Document, *slots: Slot) -> bytes:
    """Return a vault file with these slots, as somebody who knows `key` can write it."""
    header = replace(known, generation=known.generation + 1, slots=slots, payload=b"")
    return envelope.serialize(seal.seal(header, key, write(made)))


@pytest.mark.parametrize(
    "authentication", [b"", bytes(32), b"1" * 32], ids=["none", "zeros", "ones"]
)
def test_a_forged_slot_does_not_open_with_the_code(
    make_vault: MakeVault, path: Path, clock: MovedClock, authentication: bytes
) -> None:
    make_vault(document(A)).set_recovery_code(CODE)
    known = envelope.parse(path.read_bytes())
    password, code = known.slots
    assert isinstance(code, RecoverySlot)
    key = os.urandom(32)
    forged = seal.wrapped_anew(known.vault_id, key, code, authentication)
    theirs = seal.recovery_slot(known.vault_id, key, THEIR_CODE)
    path.write_bytes(with_slots(known, key, document(B), password, forged, theirs))
    assert LockedVault.read(path, clock).unlock_with_code(THEIR_CODE).entries == (B,)
    with pytest.raises(WrongPasswordError):
        LockedVault.read(path, clock).unlock_with_code(CODE)


def test_a_new_password_removes_a_slot_without_an_authentication_key(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path
) -> None:
    vault = make_vault(document(A))
    vault.set_recovery_code(CODE)
    known = envelope.parse(path.read_bytes())
    foreign = seal.recovery_slot(known.vault_id, vault.key, THEIR_CODE)
    path.write_bytes(with_slots(known, vault.key, vault.document, *known.slots, foreign))
    vault = open_vault()
    assert key_by_code(envelope.parse(path.read_bytes()), THEIR_CODE) == vault.key
    vault.change_password(NEW, FLOOR)
    after = envelope.parse(path.read_bytes())
    assert key_by_code(after, CODE) == vault.key
    with pytest.raises(WrongPasswordError):
        key_by_code(after, THEIR_CODE)
    assert "otp-tui recovery new" in vault.warnings[-1]


def test_a_new_password_without_a_foreign_slot_warns_of_nothing(make_vault: MakeVault) -> None:
    vault = make_vault(document(A))
    vault.set_recovery_code(CODE)
    vault.change_password(NEW, FLOOR)
    vault.change_password(NEW, FLOOR)
    assert vault.warnings == ()


def test_merges_keep_the_keys_of_both_sides() -> None:
    ours, theirs = replace(document(A), recovery=MINE), replace(document(B), recovery=THEIRS)
    both = {**MINE, **THEIRS}
    assert merge(document(), ours, theirs).recovery == both
    assert rejoin(document(), ours, theirs).recovery == both
    assert merge_by_age(ours, theirs).recovery == both


def test_a_code_of_another_program_stays_after_a_new_password(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path
) -> None:
    vault = make_vault(document(A))
    open_vault().set_recovery_code(THEIR_CODE)
    vault.change_password(NEW, FLOOR)
    assert key_by_code(envelope.parse(path.read_bytes()), THEIR_CODE) == vault.key


def test_a_restored_copy_does_not_bring_back_the_keys_that_it_had(
    make_vault: MakeVault, path: Path
) -> None:
    vault = make_vault(document(A))
    vault.set_recovery_code(CODE)
    vault.set_recovery_code(THEIR_CODE)
    kept = next(one for one in recover.kept_files(path) if one.file is not None)
    recover.restore(vault, kept, recover.open_kept(kept, vault.key))
    vault.change_password(NEW, FLOOR)
    after = envelope.parse(path.read_bytes())
    assert key_by_code(after, THEIR_CODE) == vault.key
    assert len(after.slots) == 2


def test_a_save_keeps_only_the_keys_of_the_slots(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path
) -> None:
    vault = make_vault()
    vault.set_recovery_code(CODE)
    vault.change(lambda now: replace(now, entries=(A,), recovery={**now.recovery, **MINE}))
    (slot,) = (one for one in envelope.parse(path.read_bytes()).slots if hasattr(one, "public_key"))
    assert [*open_vault().document.recovery] == [slot.public_key]


def test_the_keys_are_written_and_read() -> None:
    made = replace(document(A), recovery=MINE)
    assert read(write(made)).recovery == MINE
    assert b"recovery" not in write(document(A))


def test_the_keys_are_in_no_repr() -> None:
    made = replace(document(), recovery={b"a" * 32: b"secret key of 32 bytes in total."})
    assert "secret key" not in repr(made)


@pytest.mark.parametrize(
    "raw",
    [
        None,
        ["a"],
        {"": ""},
        {"YQ==": "YQ=="},
        {"!": 1},
        {f"{'A' * 43}=": f"{'A' * 42}B="},
        {f"{'A' * 43}=": f" {'A' * 43}="},
    ],
)
def test_invalid_keys_are_left_out(raw: object) -> None:
    assert read_keys(raw) == {}


def test_too_many_keys_are_left_out() -> None:
    many = to_json({bytes([number]) * 32: bytes(32) for number in range(17)})
    assert read_keys(many) == {}
    many.popitem()
    assert len(read_keys(many)) == 16


def test_the_authentication_key_of_a_code_is_not_its_private_key() -> None:
    slot = envelope.parse(golden.PATH_2.read_bytes()).slots[1]
    assert isinstance(slot, RecoverySlot)
    key = seal.authentication_key(slot, golden.CODE)
    assert key != seal._private_key(slot.salt, golden.CODE)
    assert len(key) == 32
