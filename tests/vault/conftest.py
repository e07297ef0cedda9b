"""Fixtures of the vault's tests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.vault.support import FLOOR, PASSWORD, MovedClock
from tui.crypto import kdf
from tui.crypto.kdf import Argon2Params
from tui.vault.document import Document
from tui.vault.vault import Vault

MakeVault = Callable[..., Vault]


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def cheap_kdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace Argon2 with a hash, for tests that open dozens of vaults."""

    def derive(password: bytes, salt: bytes, params: Argon2Params, length: int = 32) -> bytes:
        return hashlib.sha256(salt + password).digest()[:length]

    monkeypatch.setattr(kdf, "argon2id", derive)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vault.json"


@pytest.fixture
def make_vault(path: Path, clock: MovedClock, cheap_kdf: None) -> MakeVault:
    """Return a function that makes the vault at `path`, with these entries."""

    def make(document: Document | None = None) -> Vault:
        vault = Vault.create(path, PASSWORD, FLOOR, clock)
        if document is not None:
            vault.change(lambda _: document)
        return vault

    return make


@pytest.fixture
def open_vault(path: Path, clock: MovedClock, cheap_kdf: None) -> Callable[[], Vault]:
    """Return a function that opens the vault at `path`."""
    return lambda: Vault.open(path, PASSWORD, clock)
