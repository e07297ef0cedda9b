"""The vault file: bytes <-> header and ciphertext. Pure and strict.

Spec: vault.md; described in docs/vault-format.md.
"""

from __future__ import annotations

import binascii
import json
import re
from dataclasses import dataclass, field
from typing import Any

from tui.crypto.kdf import ARGON2_VERSION, Argon2Params, check_read
from tui.errors import CryptoError, DamagedVaultError, NewerVaultError
from tui.files import LIMIT

FORMAT = "otp-tui-vault"
VERSION = 1
PADDING = 4096
"""The document is padded to a multiple of this, in bytes."""
MAX_GENERATION = 2**53
"""Maximum generation: the highest whole number that all JSON parsers can represent."""
MAX_SLOTS = 16
"""Maximum number of slots: each may cost a key derivation before the password proves wrong."""
BACKUP_HINT = "Older copies of the vault are in the folder “backups” next to it."

_BOM = b"\xef\xbb\xbf"
_MAX_STRUCTURE = 4096
_MAX_DIGITS = 19
_TAG = 16
_is_hex_id = re.compile("[0-9a-fA-F]+").fullmatch


@dataclass(frozen=True, slots=True)
class PasswordSlot:
    """The vault key, wrapped under Argon2id of a password."""

    id: str
    """16 hex digits."""
    params: Argon2Params
    """Parameters of the key derivation, within the bounds for reading."""
    salt: bytes
    """16 bytes."""
    nonce: bytes
    """12 bytes, for the wrap."""
    wrapped_key: bytes = b""
    """48 bytes: the key's ciphertext and its tag."""


@dataclass(frozen=True, slots=True)
class RecoverySlot:
    """The vault key, wrapped under HKDF-SHA256 of a recovery code."""

    id: str
    """16 hex digits."""
    salt: bytes
    """32 bytes."""
    nonce: bytes
    """12 bytes, for the wrap."""
    wrapped_key: bytes = b""
    """48 bytes: the key's ciphertext and its tag."""


Slot = PasswordSlot | RecoverySlot


@dataclass(frozen=True, slots=True)
class Envelope:
    """The contents of the file."""

    vault_id: str
    """32 random hex digits, which never change."""
    generation: int
    """Number of saves."""
    slots: tuple[Slot, ...]
    """Ways to open the vault; at least one."""
    nonce: bytes
    """12 bytes, for the payload."""
    payload: bytes = field(default=b"", repr=False)
    """The document's ciphertext and its tag."""


class _RefusedError(Exception):
    """The reason why these bytes are not a vault, as the end of a sentence."""


def canonical(value: object) -> bytes:
    """Return canonical JSON: keys sorted, no white space, ASCII escapes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def slot_object(slot: Slot) -> dict[str, Any]:
    """Return the JSON object of `slot`, without `wrapped_key`."""
    kdf: dict[str, Any]
    if isinstance(slot, PasswordSlot):
        kdf = {
            "name": "argon2id",
            "version": ARGON2_VERSION,
            "time_cost": slot.params.time_cost,
            "memory_kib": slot.params.memory_kib,
            "parallelism": slot.params.parallelism,
            "salt": _text(slot.salt),
        }
        return {"id": slot.id, "type": "password", "kdf": kdf, "nonce": _text(slot.nonce)}
    kdf = {"name": "hkdf-sha256", "salt": _text(slot.salt)}
    return {"id": slot.id, "type": "recovery", "kdf": kdf, "nonce": _text(slot.nonce)}


def header_object(envelope: Envelope) -> dict[str, Any]:
    """Return the JSON object of the file without `payload`, which the payload authenticates."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "vault_id": envelope.vault_id,
        "generation": envelope.generation,
        "slots": [
            slot_object(slot) | {"wrapped_key": _text(slot.wrapped_key)} for slot in envelope.slots
        ],
        "nonce": _text(envelope.nonce),
    }


def serialize(envelope: Envelope) -> bytes:
    """Return the file's bytes: one line of ASCII without white space."""
    header = json.dumps(header_object(envelope), separators=(",", ":")).encode()
    payload = binascii.b2a_base64(envelope.payload, newline=False)
    return b"".join((header[:-1], b',"payload":"', payload, b'"}'))


def parse(data: bytes, name: str = "The vault") -> Envelope:
    """Read the file's bytes, without deriving or decrypting anything.

    `name` is for messages. White space between the parts and a byte-order mark are accepted.

    Raises:
        NewerVaultError: a newer version of the format.
        DamagedVaultError: anything else that this version wouldn't write: unknown or duplicate
            keys, floats, wrong types or lengths, non-canonical base64, KDF parameters out of
            bounds.
    """
    try:
        return _envelope(_root(data, name))
    except _RefusedError as refused:
        raise DamagedVaultError(f"{name} is not a valid vault: {refused}.", BACKUP_HINT) from None


def _root(data: bytes, name: str) -> dict[str, Any]:
    if len(data) > LIMIT:
        raise _RefusedError(f"it is larger than {LIMIT // 1024 // 1024} MiB")
    if not data.strip():
        raise _RefusedError("it is empty")
    # A vault has a handful of objects, however long its payload is. Counting them is cheaper than
    # parsing a file that was crafted to be expensive.
    if max(data.count(b"{"), data.count(b"["), data.count(b",")) > _MAX_STRUCTURE:
        raise _RefusedError("it has too many parts")
    faults: list[str] = []
    root = _load(data, faults)
    if type(root) is not dict or root.get("format") != FORMAT:
        raise _RefusedError("it is not an otp-tui vault")
    version = root.get("version")
    if type(version) is int and version > VERSION:
        raise NewerVaultError(
            f"{name} was created by a newer version of otp-tui.", "Update otp-tui."
        )
    if faults:
        raise _RefusedError(faults[0])
    if type(version) is not int or version != VERSION:
        raise _RefusedError("its version number is unknown")
    return root


def _load(data: bytes, faults: list[str]) -> Any:
    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        if len(made) != len(found):
            faults.append("it has a duplicate key")
        return made

    def number(digits: str) -> int:
        if len(digits) <= _MAX_DIGITS and digits[0] != "-":
            return int(digits)
        faults.append("a number in it is out of bounds")
        return -1

    def fraction(_: str) -> None:
        faults.append("a number in it is not a whole number")

    try:
        return json.loads(
            data.removeprefix(_BOM).decode(),
            object_pairs_hook=pairs,
            parse_int=number,
            parse_float=fraction,
            parse_constant=fraction,
        )
    except UnicodeDecodeError:
        raise _RefusedError("it is not UTF-8 text") from None
    except (ValueError, RecursionError):
        raise _RefusedError("it is not JSON, or was cut off") from None


def _envelope(root: dict[str, Any]) -> Envelope:
    _keys(root, "format", "version", "vault_id", "generation", "slots", "nonce", "payload")
    slots = root["slots"]
    if type(slots) is not list or not 1 <= len(slots) <= MAX_SLOTS:
        raise _RefusedError(f"it must have 1 to {MAX_SLOTS} slots")
    payload = _bytes(root, "payload")
    if len(payload) <= _TAG or (len(payload) - _TAG) % PADDING:
        raise _RefusedError("its payload has the wrong length")
    return Envelope(
        vault_id=_hex(root, "vault_id", 32),
        generation=_whole(root, "generation", MAX_GENERATION),
        slots=tuple(_slot(slot) for slot in slots),
        nonce=_bytes(root, "nonce", 12),
        payload=payload,
    )


def _slot(root: Any) -> Slot:
    _keys(root, "id", "type", "kdf", "nonce", "wrapped_key")
    kdf = root["kdf"]
    identity = _hex(root, "id", 16)
    nonce = _bytes(root, "nonce", 12)
    wrapped_key = _bytes(root, "wrapped_key", 48)
    name = (root["type"], kdf.get("name") if type(kdf) is dict else None)
    if name == ("recovery", "hkdf-sha256"):
        _keys(kdf, "name", "salt")
        return RecoverySlot(identity, _bytes(kdf, "salt", 32), nonce, wrapped_key)
    if name != ("password", "argon2id"):
        raise _RefusedError("a slot has an unknown type")
    _keys(kdf, "name", "version", "time_cost", "memory_kib", "parallelism", "salt")
    if _whole(kdf, "version", ARGON2_VERSION) != ARGON2_VERSION:
        raise _RefusedError("its Argon2 version is unknown")
    try:
        params = check_read(Argon2Params(kdf["time_cost"], kdf["memory_kib"], kdf["parallelism"]))
    except CryptoError as error:
        raise _RefusedError(str(error)) from None
    return PasswordSlot(identity, params, _bytes(kdf, "salt", 16), nonce, wrapped_key)


def _keys(value: Any, *names: str) -> None:
    if type(value) is not dict or value.keys() != set(names):
        raise _RefusedError("keys are unknown or missing")


def _whole(value: dict[str, Any], key: str, most: int) -> int:
    number = value[key]
    if type(number) is not int or not 0 <= number <= most:
        raise _RefusedError(f"its {key} is not a whole number or out of bounds")
    return number


def _hex(value: dict[str, Any], key: str, length: int) -> str:
    text = value[key]
    if type(text) is not str or len(text) != length or not _is_hex_id(text):
        raise _RefusedError(f"its {key} is not {length} hex digits")
    return text


def _bytes(value: dict[str, Any], key: str, length: int | None = None) -> bytes:
    text = value[key]
    try:
        raw = binascii.a2b_base64(text, strict_mode=True) if type(text) is str else b""
    except ValueError:
        raise _RefusedError(f"its {key} is not base64") from None
    # Strict mode doesn't check the unused bits of the last group.
    if type(text) is not str or _text(raw[-(len(raw) % 3 or 3) :]) != text[-4:]:
        raise _RefusedError(f"its {key} is not base64")
    if length is not None and len(raw) != length:
        raise _RefusedError(f"its {key} has the wrong length")
    return raw


def _text(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).decode()
