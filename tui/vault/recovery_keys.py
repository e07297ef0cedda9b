"""The authentication keys of recovery codes, which the document stores for the next vault key.

A map from the public key of a slot to `seal.authentication_key` of its code. Nobody without the
code or the document can wrap a vault key that the code accepts. Pure.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Mapping
from typing import Any

from tui.vault.envelope import RecoverySlot, Slot
from tui.vault.reader import MAX_SLOTS

_LENGTH = 32


def of_slots(keys: Mapping[bytes, bytes], slots: Iterable[Slot]) -> dict[bytes, bytes]:
    """Return the keys of these slots only."""
    return {
        slot.public_key: keys[slot.public_key]
        for slot in slots
        if isinstance(slot, RecoverySlot) and slot.public_key in keys
    }


def to_json(keys: Mapping[bytes, bytes]) -> dict[str, str]:
    """Return the keys as a document's JSON has them: base64 by base64."""
    return {_text(public): _text(key) for public, key in keys.items()}


def read_keys(raw: Any) -> dict[bytes, bytes]:
    """Return the keys in a document's JSON; anything invalid is left out."""
    if type(raw) is not dict or len(raw) > MAX_SLOTS:
        return {}
    found = {_bytes(public): _bytes(key) for public, key in raw.items()}
    return {public: key for public, key in found.items() if public and key}


def _bytes(raw: Any) -> bytes:
    """Return the 32 bytes of canonical base64, or nothing."""
    try:
        found = binascii.a2b_base64(raw, strict_mode=True) if type(raw) is str else b""
    except ValueError:
        return b""
    return found if len(found) == _LENGTH and _text(found) == raw else b""


def _text(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).decode()
