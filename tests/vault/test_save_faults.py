"""Saves that fail at any step: the file is the old one, the change stays in memory."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.vault.conftest import MakeVault
from tests.vault.support import FLOOR, PASSWORD, MovedClock, document, entry
from tui.crypto import aead
from tui.errors import CryptoError, NotSavedError, VaultError
from tui.otp.entry import OtpType
from tui.vault import seal
from tui.vault.document import Document
from tui.vault.vault import Vault

HOTP = entry("a", OtpType.HOTP, counter=4)
REFUSED = ("open", "write", "fsync", "fchmod", "fstat", "stat", "read", "rename", "replace")
"""If a call of these fails, the save fails, with the stated exceptions."""
OTHERWISE = ("link", "unlink", "close", "listdir")
"""If these fail, the save may still succeed in another way."""


class Fault:
    """Counts the calls of a function of `os`, and makes one of them fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str, code: int) -> None:
        self.calls = 0
        self.at = 0
        real = getattr(os, name)

        def maybe(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            if self.calls == self.at:
                if name == "close":
                    real(*args, **kwargs)
                raise OSError(code, "injected")
            return real(*args, **kwargs)

        monkeypatch.setattr(os, name, maybe)

    def arm(self, call: int) -> None:
        """Make the n-th call from now fail; 0 for none."""
        self.calls, self.at = 0, call


def noting(note: str) -> Callable[[Document], Document]:
    return lambda now: now.replacing(replace(now.find(HOTP.id), note=note))


def listing(folder: Path) -> set[str]:
    return {str(one.relative_to(folder)) for one in folder.rglob("*")}


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC], ids=["EIO", "ENOSPC"])
@pytest.mark.parametrize("name", [*REFUSED, *OTHERWISE])
def test_a_failed_save_keeps_the_old_file_and_the_change_in_memory(
    vault_and_path: tuple[Vault, Path], monkeypatch: pytest.MonkeyPatch, name: str, code: int
) -> None:
    vault, path = vault_and_path
    fault = Fault(monkeypatch, name, code)
    vault.change(noting("before"))
    failures = 0
    for call in range(1, fault.calls + 1):
        note = f"{name} {call}"
        fault.arm(0)
        before, files = path.read_bytes(), listing(path.parent)
        fault.arm(call)
        saved = _change(vault, noting(note))
        fault.arm(0)
        assert vault.entries[0].note == note
        assert vault.saved is saved
        if not saved:
            failures += 1
            assert path.read_bytes() == before
            assert listing(path.parent) == files
            vault.save()
        assert vault.saved
        assert Vault.open(path, PASSWORD).entries[0].note == note
    assert failures or name in OTHERWISE or not fault.calls


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        (errno.ENOSPC, "Free some space, then try again."),
        (errno.EROFS, "Make the file system writable, then try again."),
        (errno.EACCES, "Check the permissions, then try again."),
        (errno.EIO, "Try again."),
    ],
)
@pytest.mark.parametrize("name", ["open", "fsync"])
def test_a_failed_save_says_what_helps(
    vault_and_path: tuple[Vault, Path],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    code: int,
    hint: str,
) -> None:
    fault = Fault(monkeypatch, name, code)
    fault.arm(1)
    with pytest.raises(NotSavedError) as raised:
        vault_and_path[0].change(noting("new"))
    assert raised.value.hint == hint


@pytest.mark.parametrize("name", ["open", "write", "fsync", "rename", "replace", "link"])
def test_no_code_is_returned_if_its_counter_is_not_saved(
    vault_and_path: tuple[Vault, Path], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    vault, path = vault_and_path
    fault = Fault(monkeypatch, name, errno.EIO)
    given = []
    for call in range(1, 8):
        fault.arm(call)
        try:
            given.append(vault.take_hotp(HOTP.id).text)
        except NotSavedError:
            assert Vault.open(path, PASSWORD).entries == vault.entries
    assert len(set(given)) == len(given)
    assert vault.entries[0].counter == HOTP.counter + len(given)


def test_a_failed_creation_leaves_nothing_behind(
    path: Path, clock: MovedClock, cheap_kdf: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("open", "write", "fsync", "rename", "replace"):
        with monkeypatch.context() as patch:
            fault = Fault(patch, name, errno.ENOSPC)
            for call in (1, 2, 3):
                fault.arm(call)
                try:
                    Vault.create(path, PASSWORD, FLOOR, clock)
                except VaultError:
                    assert not path.exists()
                    assert not list(path.parent.glob("*.tmp"))
                path.unlink(missing_ok=True)


def test_partial_writes_are_completed(
    vault_and_path: tuple[Vault, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    vault, path = vault_and_path
    real = os.write
    monkeypatch.setattr(os, "write", lambda where, data: real(where, data[:1000]))
    vault.change(noting("in parts"))
    assert Vault.open(path, PASSWORD).entries[0].note == "in parts"


def test_wrong_ciphertext_is_not_written(
    vault_and_path: tuple[Vault, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    vault, path = vault_and_path
    before = path.read_bytes()
    real = aead.aes_gcm_encrypt
    monkeypatch.setattr(
        "tui.vault.seal.aes_gcm_encrypt",
        lambda key, nonce, text, aad: real(key, nonce, text[::-1], aad),
    )
    with pytest.raises(NotSavedError, match="doesn't decrypt to the original"):
        vault.change(noting("x"))
    assert path.read_bytes() == before
    with pytest.raises(CryptoError):
        seal.recovery_slot("0" * 32, bytes(range(32)), bytes(20))


@pytest.mark.parametrize(
    ("preferences", "reason"),
    [
        ({"x": float("nan")}, "JSON can.t represent its contents"),
        ({"x": object()}, "JSON can.t represent its contents"),
        ({"x": "A" * (13 << 20)}, "would be larger than 16 MiB"),
    ],
    ids=["NaN", "object", "large"],
)
def test_a_document_that_cannot_be_read_back_is_not_written(
    vault_and_path: tuple[Vault, Path], preferences: dict[str, Any], reason: str
) -> None:
    vault, path = vault_and_path
    before = path.read_bytes()
    with pytest.raises(NotSavedError, match=reason):
        vault.change(lambda now: replace(now, preferences=preferences))
    assert path.read_bytes() == before
    vault.change(lambda now: replace(now, preferences={}))
    assert vault.saved


def test_a_change_that_raises_changes_nothing(
    vault_and_path: tuple[Vault, Path],
) -> None:
    vault, path = vault_and_path
    before, held = path.read_bytes(), vault.document

    def step(_: Document) -> Document:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        vault.change(step)
    assert (path.read_bytes(), vault.document, vault.saved) == (before, held, True)


@pytest.fixture
def vault_and_path(make_vault: MakeVault, path: Path) -> tuple[Vault, Path]:
    return make_vault(document(HOTP)), path


def _change(vault: Vault, step: Callable[[Document], Document]) -> bool:
    try:
        vault.change(step)
    except NotSavedError:
        return False
    return True
