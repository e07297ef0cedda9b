"""The vault as screens and commands use it: open, change, merge, close."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.vault import golden
from tests.vault.conftest import MakeVault
from tests.vault.support import (
    FLOOR,
    PASSWORD,
    RFC_CODES,
    MovedClock,
    document,
    entry,
    full_document,
    identity,
)
from tui.crypto.kdf import Argon2Params
from tui.errors import (
    ConflictError,
    CryptoError,
    DamagedVaultError,
    MatchError,
    NewerVaultError,
    NotSavedError,
    UsageError,
    VaultError,
    VaultExistsError,
    WrongPasswordError,
)
from tui.otp.entry import MAX_COUNTER, OtpType
from tui.vault import envelope
from tui.vault.document import Document
from tui.vault.edit import count_use, delete
from tui.vault.locked_vault import LockedVault
from tui.vault.reader import MAX_GENERATION
from tui.vault.store import Store
from tui.vault.vault import Vault

A, B, C = entry("a"), entry("b"), entry("c")
HOTP = entry("hotp", OtpType.HOTP)


def adding(name: str) -> Callable[[Document], Document]:
    return lambda now: replace(now, entries=(*now.entries, entry(name)))


def test_a_new_vault_opens_with_its_password(path: Path, clock: MovedClock) -> None:
    # With the real Argon2, at the floor.
    Vault.create(path, PASSWORD, FLOOR, clock).change(lambda _: full_document())
    opened = Vault.open(path, "fine Grüße \N{BLACK STAR}", clock)
    assert opened.document == full_document()
    assert opened.saved
    assert opened.warnings == ()
    with pytest.raises(WrongPasswordError, match=r"^Wrong password\.$"):
        Vault.open(path, "fine grüße", clock)


def test_the_vault_key_opens_the_vault(make_vault: MakeVault, path: Path) -> None:
    vault = make_vault()
    locked = LockedVault.read(path)
    opened = locked.unlock_with_key(vault.key)
    assert opened.document == vault.document
    assert opened.vault_id == vault.vault_id == locked.vault_id
    with pytest.raises(DamagedVaultError):
        locked.unlock_with_key(bytes(32))


def test_an_invalid_password_is_refused(make_vault: MakeVault, path: Path) -> None:
    make_vault()
    with pytest.raises(UsageError):
        Vault.open(path, "\udcff")


def test_a_vault_is_never_created_over_a_file(
    path: Path, clock: MovedClock, cheap_kdf: None
) -> None:
    path.symlink_to("nowhere")
    with pytest.raises(VaultExistsError):
        Vault.create(path, PASSWORD, FLOOR, clock)
    path.unlink()
    path.write_bytes(b"mine")
    with pytest.raises(VaultExistsError):
        Vault.create(path, PASSWORD, FLOOR, clock)
    assert path.read_bytes() == b"mine"


def test_a_new_vault_has_at_least_the_minimum_kdf_parameters(path: Path, clock: MovedClock) -> None:
    with pytest.raises(CryptoError):
        Vault.create(path, PASSWORD, Argon2Params(1, 8, 1), clock)
    assert not path.exists()


def test_a_newer_vault_is_left_untouched(path: Path, clock: MovedClock) -> None:
    path.write_bytes(golden.PATH.read_bytes().replace(b'"version":1,', b'"version":3,', 1))
    before = path.read_bytes()
    with pytest.raises(NewerVaultError, match="created by a newer version of otp-tui"):
        LockedVault.read(path, clock)
    assert path.read_bytes() == before


def test_a_changed_payload_is_damage_and_not_a_wrong_password(
    make_vault: MakeVault, path: Path
) -> None:
    make_vault()
    path.write_bytes(path.read_bytes().replace(b'"generation":1,', b'"generation":2,'))
    with pytest.raises(DamagedVaultError, match="password is right") as caught:
        Vault.open(path, PASSWORD)
    assert not isinstance(caught.value, WrongPasswordError)


def test_meanwhile_runs_while_the_key_is_derived(make_vault: MakeVault, path: Path) -> None:
    make_vault()
    done: list[str] = []
    LockedVault.read(path).unlock(PASSWORD, meanwhile=lambda: done.append("imported"))
    assert done == ["imported"]


def test_a_failed_key_derivation_is_reported(
    make_vault: MakeVault, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_vault()

    def starved(*_: object) -> bytes:
        raise CryptoError("no memory")

    monkeypatch.setattr("tui.crypto.kdf.argon2id", starved)
    with pytest.raises(CryptoError, match="no memory"):
        Vault.open(path, PASSWORD)


def test_a_change_without_effect_does_not_write(make_vault: MakeVault, path: Path) -> None:
    vault = make_vault(document(A))
    before = path.stat().st_ino
    vault.change(lambda now: now)
    assert path.stat().st_ino == before


def counting(now: Document) -> Document:
    return count_use(now, A.id, 1_700_000_000)


def copies(path: Path) -> int:
    """Return the number of older copies."""
    return len(list((path.parent / "backups").iterdir()))


def test_change_later_waits_for_the_next_save(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path
) -> None:
    vault = make_vault(document(A))
    before = path.stat().st_ino
    vault.change_later(lambda now: now)
    assert vault.flushed
    vault.change_later(counting)
    assert (vault.saved, vault.flushed) == (True, False)
    assert path.stat().st_ino == before
    vault.change(adding("x"))
    assert vault.flushed
    assert [one.copy_count for one in open_vault().entries] == [1, None]


def test_a_save_of_later_changes_keeps_no_older_copy(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path
) -> None:
    vault = make_vault(document(A))
    before = copies(path)
    for times in (1, 2):
        vault.change_later(counting)
        vault.save()
        assert vault.flushed
        assert open_vault().entries[0].copy_count == times
    assert copies(path) == before
    vault.change(adding("x"))
    assert copies(path) == before + 1


def test_a_save_of_later_changes_merges_with_another_program(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path
) -> None:
    first = make_vault(document(A))
    second = open_vault()
    second.change(adding("x"))
    before = copies(path)
    first.change_later(counting)
    first.save()
    assert first.flushed
    assert [(one.issuer, one.copy_count) for one in open_vault().entries] == [("a", 1), ("x", None)]
    assert copies(path) == before


def test_a_change_keeps_an_older_copy_despite_later_changes(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path
) -> None:
    first = make_vault(document(A))
    second = open_vault()
    second.change(adding("x"))
    before = copies(path)
    first.change_later(counting)
    first.change(adding("y"))
    assert copies(path) == before + 1


def test_changes_for_later_do_not_count_as_unsaved(
    make_vault: MakeVault, open_vault: Callable[[], Vault], monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = make_vault(document(A))
    vault.change_later(counting)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", _fail)
        with pytest.raises(NotSavedError):
            vault.save()
    assert (vault.saved, vault.flushed) == (True, False)
    vault.save()
    assert vault.flushed
    assert open_vault().entries[0].copy_count == 1


def test_an_entry_in_the_trash_has_no_hotp_code(make_vault: MakeVault) -> None:
    vault = make_vault(document(HOTP))
    vault.change(lambda now: delete(now, {HOTP.id}, 5))
    with pytest.raises(MatchError):
        vault.take_hotp(HOTP.id)


def test_every_save_has_a_new_nonce_and_a_higher_generation(
    make_vault: MakeVault, path: Path
) -> None:
    from tui.vault import envelope

    vault = make_vault()
    seen = [envelope.parse(path.read_bytes())]
    for name in "xyz":
        vault.change(adding(name))
        seen.append(envelope.parse(path.read_bytes()))
    assert [one.generation for one in seen] == [1, 2, 3, 4]
    assert len({one.nonce for one in seen}) == 4
    assert len({(one.vault_id, one.slots) for one in seen}) == 1


def test_two_writers_merge(make_vault: MakeVault, open_vault: Callable[[], Vault]) -> None:
    first = make_vault(document(A, B))
    second = open_vault()
    first.change(adding("first"))
    second.change(lambda now: replace(now, entries=now.entries[1:]))
    assert [one.issuer for one in second.entries] == ["b", "first"]
    first.change(adding("again"))
    assert [one.issuer for one in first.entries] == ["b", "first", "again"]
    assert open_vault().document == first.document


def test_unreadable_entries_survive_a_save_and_a_merge(
    make_vault: MakeVault, open_vault: Callable[[], Vault]
) -> None:
    first = make_vault(full_document())
    second = open_vault()
    first.change(adding("first"))
    second.change(adding("second"))
    assert [one.raw for one in open_vault().document.unreadable] == [{"id": "x", "type": "quantum"}]


def test_an_unsaved_change_is_merged_when_it_can_be_saved(
    make_vault: MakeVault, open_vault: Callable[[], Vault], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_vault(document(A))
    second = open_vault()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", _fail)
        with pytest.raises(NotSavedError):
            first.change(adding("waits"))
    second.change(adding("saved"))
    assert not first.saved
    first.save()
    assert first.saved
    assert {one.issuer for one in open_vault().entries} == {"a", "waits", "saved"}


def test_another_vault_is_not_overwritten(
    make_vault: MakeVault, path: Path, clock: MovedClock
) -> None:
    vault = make_vault(document(A))
    path.unlink()
    Vault.create(path, PASSWORD, FLOOR, clock)
    before = path.read_bytes()
    for name in ("one", "two"):
        with pytest.raises(ConflictError, match="another vault") as caught:
            vault.change(adding(name))
        assert not vault.saved
    assert path.read_bytes() == before
    (beside,) = path.parent.glob("vault.conflict-*.json")
    assert str(beside) in caught.value.sentence
    assert beside.stat().st_mode & 0o777 == 0o600
    assert [one.issuer for one in Vault.open(beside, PASSWORD, clock).entries] == [
        "a",
        "one",
        "two",
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>",
        golden.PATH.read_bytes().replace(b'"version":1,', b'"version":3,', 1),
        golden.PATH.read_bytes(),
    ],
    ids=["empty", "html", "newer", "other key"],
)
def test_a_damaged_file_is_not_overwritten(make_vault: MakeVault, path: Path, data: bytes) -> None:
    vault = make_vault(document(A))
    path.write_bytes(data)
    with pytest.raises(ConflictError):
        vault.change(adding("one"))
    assert path.read_bytes() == data
    assert len(list(path.parent.glob("vault.conflict-*.json"))) == 1


def test_a_damaged_vault_names_the_conflict_copy(make_vault: MakeVault, path: Path) -> None:
    vault = make_vault()
    whole = path.read_bytes()
    for data in (b"damaged", whole[:-12] + b"A" * 8 + whole[-4:]):
        path.write_bytes(data)
        with pytest.raises(ConflictError):
            vault.change(adding("a"))
        (copy,) = path.parent.glob("*.conflict-*")
        with pytest.raises(DamagedVaultError) as caught:
            Vault.open(path, PASSWORD)
        assert copy.name in caught.value.hint
        assert "backups" in caught.value.hint


def test_the_same_vault_under_another_key_is_not_overwritten(
    make_vault: MakeVault, path: Path
) -> None:
    vault = make_vault(document(A))
    changed = path.read_bytes().replace(b'"generation":2,', b'"generation":3,')
    path.write_bytes(changed)
    with pytest.raises(ConflictError):
        vault.change(adding("one"))
    assert path.read_bytes() == changed


def test_a_missing_vault_is_written_again_with_a_warning(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path
) -> None:
    vault = make_vault(document(A))
    path.unlink()
    vault.change(adding("one"))
    assert [one.issuer for one in open_vault().entries] == ["a", "one"]
    assert any("was missing" in one for one in vault.warnings)


def test_an_older_vault_file_removes_nothing(make_vault: MakeVault, path: Path) -> None:
    vault = make_vault(document(HOTP))
    old = path.read_bytes()
    vault.take_hotp(HOTP.id)
    vault.change(adding("later"))
    path.write_bytes(old)
    assert vault.take_hotp(HOTP.id).text == RFC_CODES[1]
    assert [one.issuer for one in vault.entries] == ["hotp", "later"]


def test_hotp_codes_match_the_rfc_and_are_returned_once(
    make_vault: MakeVault, open_vault: Callable[[], Vault]
) -> None:
    first = make_vault(document(HOTP))
    second = open_vault()
    given = [vault.take_hotp(HOTP.id).text for vault in (first, second, second, first, second)]
    assert given == RFC_CODES[:5]
    assert open_vault().entries[0].counter == 5
    assert open_vault().entries[0].revision == 5


def test_take_hotp_requires_a_counter_based_entry(make_vault: MakeVault) -> None:
    vault = make_vault(document(A, replace(HOTP, counter=MAX_COUNTER)))
    before = vault.document
    with pytest.raises(UsageError, match="not counter-based"):
        vault.take_hotp(A.id)
    with pytest.raises(UsageError, match="reached its maximum"):
        vault.take_hotp(HOTP.id)
    with pytest.raises(MatchError):
        vault.take_hotp(identity("nobody"))
    assert vault.document is before


def test_a_closed_vault_drops_its_contents(make_vault: MakeVault) -> None:
    vault = make_vault(document(A))
    vault.close()
    assert vault.entries == ()
    for use in (vault.save, lambda: vault.change(adding("x")), lambda: vault.take_hotp(A.id)):
        with pytest.raises(VaultError, match="locked"):
            use()


def test_threads_can_change_at_the_same_time(
    make_vault: MakeVault, open_vault: Callable[[], Vault]
) -> None:
    vault = make_vault()
    threads = [
        threading.Thread(target=vault.change, args=(adding(str(number)),)) for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.issuer for one in open_vault().entries} == set("01234567")


def test_importing_the_vault_imports_no_ciphers_and_no_codes() -> None:
    heavy = {"argon2", "cryptography", "tui.vault.document", "tui.otp.entry", "uuid"}
    shown = subprocess.run(
        [sys.executable, "-c", "import sys, tui.vault.locked_vault; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not heavy & set(shown)


def _fail(_: int) -> None:
    raise OSError(5, "injected")


def test_no_save_has_a_generation_that_cannot_be_read(make_vault: MakeVault, path: Path) -> None:
    vault = make_vault(document(A))
    before = path.read_bytes()
    with pytest.raises(NotSavedError, match="highest generation"):
        vault.change(lambda now: replace(now, entries=()), above=MAX_GENERATION)
    assert path.read_bytes() == before
    vault.change(lambda now: replace(now, entries=()), above=MAX_GENERATION - 1)
    assert envelope.parse(path.read_bytes()).generation == MAX_GENERATION


@pytest.mark.parametrize("minor", [True, False])
def test_a_file_that_arrives_during_a_save_is_merged_in(
    make_vault: MakeVault, path: Path, monkeypatch: pytest.MonkeyPatch, minor: bool
) -> None:
    """Sync services don't know our lock."""
    vault = make_vault(document(A, HOTP))
    vault.change(adding("before"))
    elsewhere = path.parent / "elsewhere" / path.name
    elsewhere.parent.mkdir()
    shutil.copy(path, elsewhere)
    there = Vault.open(elsewhere, PASSWORD)
    for number in range(3):
        there.change(adding(f"there {number}"))
    arriving = [elsewhere]
    keep = Store._keep

    def arrives(store: Store, current: bytes, **more: Any) -> Path:
        kept = keep(store, current, **more)
        if store.path == path and arriving:
            shutil.copy(arriving.pop(), path.with_suffix(".arriving"))
            path.with_suffix(".arriving").replace(path)
        return kept

    monkeypatch.setattr(Store, "_keep", arrives)
    if minor:
        vault.take_hotp(HOTP.id)
    else:
        vault.change(adding("here"))
    there_now = {one.issuer for one in Vault.open(path, PASSWORD).entries}
    assert {"there 0", "there 1", "there 2"} <= there_now
    assert minor or "here" in there_now
    assert minor is (vault.document.find(HOTP.id).counter == 1)
