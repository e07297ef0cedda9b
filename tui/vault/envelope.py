"""The vault file: bytes <-> header and ciphertext. Pure; `reader` is the strict reader.

Spec: vault.md; described in docs/vault-format.md.
"""

from __future__ import annotations

import binascii
import json
from dataclasses import dataclass, field
from typing import Any

from tui.crypto.bounds import ARGON2_VERSION
from tui.crypto.kdf import Argon2Params
from tui.vault import reader
from tui.vault.reader import BACKUP_HINT, FORMAT, PADDING, VERSION, canonical

__all__ = [
    "BACKUP_HINT",
    "FORMAT",
    "PADDING",
    "Envelope",
    "OldRecoverySlot",
    "PasswordSlot",
    "RecoverySlot",
    "Slot",
    "canonical",
    "header_object",
    "parse",
    "serialize",
    "slot_object",
]


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
class OldRecoverySlot:
    """The vault key, wrapped under HKDF-SHA256 of a recovery code: wrapping needs the code.

    Version 1 of the format wrote it; it stays until the vault gets a new key.
    """

    id: str
    """16 hex digits."""
    salt: bytes
    """32 bytes."""
    nonce: bytes
    """12 bytes, for the wrap."""
    wrapped_key: bytes = b""
    """48 bytes: the key's ciphertext and its tag."""


@dataclass(frozen=True, slots=True)
class RecoverySlot:
    """The vault key, wrapped for an X25519 key that a recovery code derives to.

    Its public key is enough to wrap another vault key.
    """

    id: str
    """16 hex digits."""
    salt: bytes
    """32 bytes, for the private key."""
    public_key: bytes
    """32 bytes; stays as long as the code."""
    ephemeral_key: bytes
    """32 bytes, the public key of the wrap."""
    nonce: bytes
    """12 bytes, for the wrap."""
    wrapped_key: bytes = b""
    """48 bytes: the key's ciphertext and its tag."""


Slot = PasswordSlot | RecoverySlot | OldRecoverySlot


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
    version: int = VERSION
    """Version of the format."""


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
    if isinstance(slot, RecoverySlot):
        kdf = {
            "name": "x25519-hkdf-sha256",
            "salt": _text(slot.salt),
            "public_key": _text(slot.public_key),
            "ephemeral_key": _text(slot.ephemeral_key),
        }
    else:
        kdf = {"name": "hkdf-sha256", "salt": _text(slot.salt)}
    return {"id": slot.id, "type": "recovery", "kdf": kdf, "nonce": _text(slot.nonce)}


def header_object(envelope: Envelope) -> dict[str, Any]:
    """Return the JSON object of the file without `payload`, which the payload authenticates."""
    return {
        "format": FORMAT,
        "version": envelope.version,
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
        NewerVaultError, DamagedVaultError: as `reader.read`.
    """
    header = reader.read(data, name)
    slots = tuple(_slot(slot) for slot in header.slots)
    return Envelope(
        header.vault_id, header.generation, slots, header.nonce, header.payload, header.version
    )


def _slot(slot: reader.Slot) -> Slot:
    if slot.public_key:
        keys = (slot.public_key, slot.ephemeral_key)
        return RecoverySlot(slot.id, slot.salt, *keys, slot.nonce, slot.wrapped_key)
    if slot.argon2 is None:
        return OldRecoverySlot(slot.id, slot.salt, slot.nonce, slot.wrapped_key)
    params = Argon2Params(*slot.argon2)
    return PasswordSlot(slot.id, params, slot.salt, slot.nonce, slot.wrapped_key)


def _text(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).decode()
