"""Copies of vaults: what a hostile one may cost."""

from __future__ import annotations

import os

import pytest

from tests.vault.support import FLOOR, entry
from tui.backup.model import Credentials
from tui.backup.registry import by_name
from tui.crypto import kdf
from tui.crypto.kdf import Argon2Params
from tui.errors import BackupPasswordError, FormatError, MoreSlotsError, WrongPasswordError
from tui.vault import document, envelope, seal, unlock
from tui.vault.document import Document
from tui.vault.envelope import Envelope, PasswordSlot

COPY = by_name("vault")
PASSWORD = "a long password"
WORST = Argon2Params(4, 1024 * 1024, 16)
"""The most expensive key derivation that a vault may have."""


def with_slots(*passwords: str) -> bytes:
    """Return a vault of one entry that opens with each of these passwords."""
    vault_id, key = os.urandom(16).hex(), os.urandom(seal.KEY_LENGTH)
    slots = [seal.password_slot(vault_id, key, each.encode(), FLOOR) for each in passwords]
    plain = document.write(Document((entry("Copied"),)))
    return envelope.serialize(seal.seal(Envelope(vault_id, 0, tuple(slots), b""), key, plain))


def expensive(number: int) -> bytes:
    """Return a vault with slots that cost 4 GiB each, and that no password opens."""
    slots = [
        PasswordSlot(f"{at:016x}", WORST, bytes(16), bytes(12), bytes(48)) for at in range(number)
    ]
    return envelope.serialize(Envelope("0" * 32, 0, tuple(slots), bytes(12), bytes(4096 + 16)))


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> list[Argon2Params]:
    """The parameters of all key derivations, which take no time."""
    all_of_them: list[Argon2Params] = []

    def derive(_password: bytes, _salt: bytes, params: Argon2Params, length: int = 32) -> bytes:
        all_of_them.append(params)
        return bytes(length)

    monkeypatch.setattr(kdf, "argon2id", derive)
    return all_of_them


def test_one_expensive_slot_is_tried_by_default(derived: list[Argon2Params]) -> None:
    with pytest.raises(MoreSlotsError, match="Wrong password") as caught:
        COPY.read(expensive(16), Credentials(PASSWORD))
    assert derived == [WORST]
    assert "slow to check" in caught.value.hint
    with pytest.raises(WrongPasswordError) as own:
        unlock.key_by_password(envelope.parse(expensive(2)), PASSWORD)
    assert "slow to check" in own.value.hint
    assert derived == [WORST] * 2


def test_all_slots_are_tried_on_request(derived: list[Argon2Params]) -> None:
    with pytest.raises(BackupPasswordError) as caught:
        COPY.read(expensive(16), Credentials(PASSWORD, all_slots=True))
    assert type(caught.value) is BackupPasswordError
    assert derived == [WORST] * 16


def test_a_single_expensive_slot_is_an_ordinary_wrong_password(
    derived: list[Argon2Params],
) -> None:
    with pytest.raises(BackupPasswordError) as caught:
        COPY.read(expensive(1), Credentials(PASSWORD))
    assert type(caught.value) is BackupPasswordError
    assert derived == [WORST]


def test_many_cheap_slots_are_tried() -> None:
    data = with_slots("first", "second", PASSWORD)
    (found,) = COPY.read(data, Credentials(PASSWORD)).entries
    assert found.issuer == "Copied"


def test_a_slot_beyond_the_bound_opens_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unlock, "MAX_WORK_KIB", FLOOR.memory_kib * FLOOR.time_cost)
    data = with_slots("first", PASSWORD)
    with pytest.raises(MoreSlotsError):
        COPY.read(data, Credentials(PASSWORD))
    assert COPY.read(data, Credentials(PASSWORD, all_slots=True)).entries


def test_a_document_of_empty_lists_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(document, "write", lambda _: b'{"entries":[' + b"[]," * 3_000_000 + b"[]]}")
        data = with_slots(PASSWORD)
    with pytest.raises(FormatError, match="too many parts"):
        COPY.read(data, Credentials(PASSWORD))
