"""The strict reader of the vault's file: what it accepts and what it refuses."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vault import golden
from tui.errors import DamagedVaultError, NewerVaultError
from tui.files import LIMIT
from tui.vault import envelope, reader

GOLDEN = golden.PATH.read_bytes()
Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> bytes:
    """Return the golden vault after a change to its parsed JSON."""
    root = json.loads(GOLDEN)
    change(root)
    return json.dumps(root).encode()


def kdf(root: dict[str, Any]) -> dict[str, Any]:
    """Return the Argon2 part of the first slot."""
    found: dict[str, Any] = root["slots"][0]["kdf"]
    return found


def test_a_parsed_file_is_written_as_the_same_bytes() -> None:
    assert envelope.serialize(envelope.parse(GOLDEN)) == GOLDEN


def test_the_authenticated_text_is_canonical_json() -> None:
    parsed = envelope.parse(GOLDEN)
    header = envelope.header_object(parsed)
    text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    assert envelope.canonical(header) == text
    read = reader.read(GOLDEN)
    assert read.context == reader.VAULT_CONTEXT + text
    for slot, own in zip(parsed.slots, read.slots, strict=True):
        object_ = {"vault_id": parsed.vault_id, "slot": envelope.slot_object(slot)}
        text = json.dumps(object_, sort_keys=True, separators=(",", ":")).encode()
        assert own.context(parsed.vault_id) == reader.SLOT_CONTEXT + text


def test_white_space_and_a_byte_order_mark_are_accepted() -> None:
    spread = json.dumps(json.loads(GOLDEN), indent=2).encode()
    assert envelope.parse(b"\xef\xbb\xbf\n" + spread + b"\n") == envelope.parse(GOLDEN)


def test_a_newer_version_is_recognized_whatever_else_changed() -> None:
    def change(root: dict[str, Any]) -> None:
        root.update(version=3, weight=0.5, slots=[[{}]], payload=None)

    with pytest.raises(NewerVaultError, match="created by a newer version of otp-tui"):
        envelope.parse(changed(change))


WRONG: dict[str, Change] = {
    "unknown key": lambda root: root.update(comment=""),
    "missing key": lambda root: root.pop("nonce"),
    "no format": lambda root: root.pop("format"),
    "another format": lambda root: root.update(format="otp-tui-vaulT"),
    "version 0": lambda root: root.update(version=0),
    "version true": lambda root: root.update(version=True),
    "version text": lambda root: root.update(version="1"),
    "version 1.0": lambda root: root.update(version=1.0),
    "version 2.0": lambda root: root.update(version=2.0),
    "generation true": lambda root: root.update(generation=True),
    "generation negative": lambda root: root.update(generation=-1),
    "generation 17.0": lambda root: root.update(generation=17.0),
    "generation huge": lambda root: root.update(generation=2**53 + 1),
    "generation null": lambda root: root.update(generation=None),
    "vault_id short": lambda root: root.update(vault_id="0" * 31),
    "vault_id not hex": lambda root: root.update(vault_id="g" * 32),
    "vault_id fullwidth": lambda root: root.update(vault_id="\N{FULLWIDTH DIGIT ONE}" * 32),
    "vault_id a list": lambda root: root.update(vault_id=["0"] * 32),
    "nonce short": lambda root: root.update(nonce="AAAAAAAAAAAAAAA="),
    "nonce empty": lambda root: root.update(nonce=""),
    "nonce not base64": lambda root: root.update(nonce="AAAAAAAAAAAAAA*A"),
    "nonce with a line break": lambda root: root.update(nonce="AAAAAAAA\nAAAAAAAA"),
    "nonce surrogate": lambda root: root.update(nonce="\ud800" * 16),
    "nonce a number": lambda root: root.update(nonce=5),
    "payload empty": lambda root: root.update(payload=""),
    "payload only a tag": lambda root: root.update(payload="A" * 21 + "A=="),
    "payload not padded": lambda root: root.update(payload=root["payload"][:-4]),
    "payload null": lambda root: root.update(payload=None),
    "slots empty": lambda root: root.update(slots=[]),
    "slots an object": lambda root: root.update(slots={}),
    "slots many": lambda root: root.update(slots=[root["slots"][1]] * 17),
    "slot null": lambda root: root.update(slots=[None]),
    "slot type unknown": lambda root: root["slots"][0].update(type="key"),
    "slot type a list": lambda root: root["slots"][0].update(type=[]),
    "slot with more": lambda root: root["slots"][0].update(name="main"),
    "slot id short": lambda root: root["slots"][0].update(id="00"),
    "wrapped key short": lambda root: root["slots"][0].update(wrapped_key="AAAA"),
    "kdf null": lambda root: root["slots"][0].update(kdf=None),
    "kdf of the other type": lambda root: root["slots"][0].update(kdf=root["slots"][1]["kdf"]),
    "kdf with more": lambda root: kdf(root).update(data="AAAA"),
    "kdf unknown": lambda root: kdf(root).update(name="scrypt"),
    "kdf version": lambda root: kdf(root).update(version=16),
    "kdf salt short": lambda root: kdf(root).update(salt="AAAA"),
    "recovery salt short": lambda root: root["slots"][1]["kdf"].update(salt="AAAA"),
    "recovery kdf with more": lambda root: root["slots"][1]["kdf"].update(time_cost=1),
    "memory 2^32": lambda root: kdf(root).update(memory_kib=2**32),
    "memory 0": lambda root: kdf(root).update(memory_kib=0),
    "memory -1": lambda root: kdf(root).update(memory_kib=-1),
    "memory as text": lambda root: kdf(root).update(memory_kib="65536"),
    "memory 1e9": lambda root: kdf(root).update(memory_kib=1e9),
    "memory over 1 GiB": lambda root: kdf(root).update(memory_kib=1024 * 1024 + 1),
    "time 17": lambda root: kdf(root).update(time_cost=17),
    "time 0": lambda root: kdf(root).update(time_cost=0),
    "parallelism 17": lambda root: kdf(root).update(parallelism=17),
    "parallelism true": lambda root: kdf(root).update(parallelism=True),
    "memory times time": lambda root: kdf(root).update(memory_kib=1024 * 1024, time_cost=5),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_part_is_refused(change: Change) -> None:
    with pytest.raises(DamagedVaultError):
        envelope.parse(changed(change))


def _replaced(old: bytes, new: bytes) -> bytes:
    assert old in GOLDEN
    return GOLDEN.replace(old, new, 1)


BAD_TEXT = {
    "empty": b"",
    "white space": b" \n",
    "zeros": bytes(1024),
    "html": b"<!DOCTYPE html><title>502</title>",
    "a list": b"[]",
    "null": b"null",
    "text": b'"otp-tui-vault"',
    "trailing bytes": GOLDEN + b"x",
    "twice": GOLDEN * 2,
    "UTF-16": GOLDEN.decode().encode("utf-16"),
    "two byte-order marks": b"\xef\xbb\xbf" * 2 + GOLDEN,
    "not UTF-8": _replaced(b"otp-tui-vault", b"otp-tui-vault\xff"),
    "a key twice": _replaced(b'"version":1,', b'"version":1,"version":1,'),
    "an inner key twice": _replaced(b'"type":"password",', b'"type":"password","type":"password",'),
    "NaN": _replaced(b'"generation":17', b'"generation":NaN'),
    "1e999": _replaced(b'"generation":17', b'"generation":1e999'),
    "minus zero": _replaced(b'"generation":17', b'"generation":-0'),
    "5,000 digits": _replaced(b'"generation":17', b'"generation":' + b"9" * 5000),
    "base64 with spare bits": _replaced(b'=="', b'==="'),
    "100,000 nested lists": b"[" * 100_000,
    "nested lists inside": _replaced(b'"generation":17', b'"generation":' + b"[" * 4000),
    "nested objects inside": _replaced(b'"generation":17', b'"generation":' + b'{"a":' * 4000),
}


@pytest.mark.parametrize("data", BAD_TEXT.values(), ids=BAD_TEXT.keys())
def test_lenient_json_is_refused(data: bytes) -> None:
    with pytest.raises(DamagedVaultError) as caught:
        envelope.parse(data, "The vault x.json")
    assert str(caught.value).startswith("The vault x.json is not a valid vault: ")
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_non_canonical_base64_is_refused() -> None:
    root = json.loads(GOLDEN)
    salt = root["slots"][0]["kdf"]["salt"]
    assert salt.endswith("==")
    spare = salt[:-3] + chr(ord(salt[-3]) + 1) + "=="
    with pytest.raises(DamagedVaultError, match="not base64"):
        envelope.parse(changed(lambda root: kdf(root).update(salt=spare)))


@pytest.mark.parametrize("part", [b'{"a":0},', b"[],", b"0,", b'{"format":"otp-tui-vault"},'])
def test_an_expensive_file_is_refused_before_it_is_parsed(part: bytes) -> None:
    data = b'{"slots":[' + part * (LIMIT // len(part) - 8) + b"0]}"
    tracemalloc.start()
    try:
        with pytest.raises(DamagedVaultError, match="too many parts"):
            envelope.parse(data)
        assert tracemalloc.get_traced_memory()[1] < 3 * LIMIT
    finally:
        tracemalloc.stop()


def test_more_than_16_mib_are_refused() -> None:
    with pytest.raises(DamagedVaultError, match="larger than 16 MiB"):
        envelope.parse(b" " * LIMIT + GOLDEN)


@given(data=st.data())
def test_where_the_payload_is_in_the_file_makes_no_difference(data: st.DataObject) -> None:
    """The payload at the end is taken out before parsing; elsewhere it is parsed."""
    root = json.loads(GOLDEN)
    payload = data.draw(
        st.sampled_from([root["payload"], "", "AAAA", "AAAB=", "QQ==", "QR==", "é"])
    )
    noise = data.draw(
        st.sampled_from(["", '"payload":"",', '"more":",",', '"more":{"payload":"A"},'])
    )
    start = json.dumps({**root, "payload": 0}, separators=(",", ":"))
    last = start.replace(',"payload":0}', f',{noise}"payload":"{payload}"}}')
    assert last != start
    spread = last.removesuffix("}") + " }"
    assert outcome(last.encode()) == outcome(spread.encode())


def outcome(data: bytes) -> object:
    """Return the envelope, or the reason why it is refused."""
    try:
        return envelope.parse(data)
    except DamagedVaultError as error:
        return str(error)
