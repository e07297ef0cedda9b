"""The file format is fixed: golden bytes, an independent reader, no byte may change."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path

import pytest

from tests.vault import golden, independent_reader
from tests.vault.support import PASSWORD, MovedClock
from tui.errors import DamagedVaultError, NewerVaultError
from tui.vault import document, envelope
from tui.vault.locked_vault import LockedVault
from tui.vault.state import decrypt
from tui.vault.unlock import key_by_code

OLD = golden.PATH.read_bytes()
GOLDEN = golden.PATH_2.read_bytes()
both = pytest.mark.parametrize("data", [OLD, GOLDEN], ids=["1", "2"])


def test_the_golden_bytes_are_written() -> None:
    assert golden.make(1) == OLD
    assert golden.make(2) == GOLDEN


@both
def test_the_golden_vault_opens_with_its_password_and_its_recovery_code(
    tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "vault.json"
    path.write_bytes(data)
    locked = LockedVault.read(path, MovedClock())
    full = golden.with_recovery(envelope.parse(data).slots[1])
    assert locked.unlock(PASSWORD).document == full
    assert locked.unlock_with_code(golden.CODE).document == full


@both
def test_an_independent_reader_reads_the_same_document(data: bytes) -> None:
    full = golden.with_recovery(envelope.parse(data).slots[1])
    ours = json.loads(document.write(full))
    assert independent_reader.read(data, password=PASSWORD) == ours
    assert independent_reader.read(data, code=golden.CODE) == ours


def test_the_independent_reader_uses_no_code_of_otp_tui() -> None:
    source = Path(independent_reader.__file__).read_text(encoding="utf-8")
    assert "tui" not in {
        line.split()[1].split(".")[0]
        for line in source.splitlines()
        if line.startswith(("import ", "from "))
    }
    assert len(source.splitlines()) <= 85


def test_the_size_is_padded_to_4096_bytes() -> None:
    payload = base64.b64decode(json.loads(GOLDEN)["payload"])
    assert (len(payload) - 16) % 4096 == 0


def test_a_flipped_bit_of_the_header_is_refused() -> None:
    for place in range(GOLDEN.index(b'"payload"') + 12):
        for bit in range(8):
            _assert_refused(_flipped(place, bit))


def test_a_flipped_bit_of_the_payload_is_refused() -> None:
    places = random.Random(1)
    start = GOLDEN.index(b'"payload"') + 12
    for place in [*places.sample(range(start, len(GOLDEN)), 300), *range(-30, 0)]:
        _assert_refused(_flipped(place, places.randrange(8)))


def test_a_changed_byte_is_refused() -> None:
    draw = random.Random(2)
    for _ in range(2000):
        place, value = draw.randrange(GOLDEN.index(b'"payload"') + 12), draw.randrange(256)
        if GOLDEN[place] != value:
            _assert_refused(GOLDEN[:place] + bytes([value]) + GOLDEN[place + 1 :])


def test_a_vault_that_was_cut_anywhere_is_refused() -> None:
    header = range(GOLDEN.index(b'"payload"') + 12)
    for length in [*header, *range(len(header), len(GOLDEN), 97), len(GOLDEN) - 1]:
        _assert_refused(GOLDEN[:length])


def test_a_changed_slot_does_not_open() -> None:
    sound = envelope.parse(GOLDEN)
    other = json.loads(GOLDEN)
    other["vault_id"] = "0" * 32
    for code, data in ((bytes(20), GOLDEN), (golden.CODE, json.dumps(other).encode())):
        with pytest.raises(DamagedVaultError, match="Wrong recovery code"):
            key_by_code(envelope.parse(data), code)
    assert key_by_code(sound, golden.CODE) == golden.KEY


def _flipped(place: int, bit: int) -> bytes:
    changed = bytearray(GOLDEN)
    changed[place] ^= 1 << bit
    return bytes(changed)


def _assert_refused(data: bytes) -> None:
    with pytest.raises((DamagedVaultError, NewerVaultError)):
        decrypt(envelope.parse(data), golden.KEY, "The vault")


def test_the_format_is_described_key_by_key() -> None:
    described = (Path(__file__).parents[2] / "docs" / "vault-format.md").read_text(encoding="utf-8")
    written = json.loads(document.write(golden.with_recovery(envelope.parse(GOLDEN).slots[1])))
    header = json.loads(GOLDEN)
    keys = {*header, *header["slots"][0], *written} - {"future"}
    keys |= {*header["slots"][0]["kdf"], *header["slots"][1]["kdf"]}
    keys |= set().union(*written["entries"][:3]) - {"colour", "later"}
    assert {key for key in keys if f"`{key}`" not in described and f'"{key}"' not in described} == (
        set()
    )
