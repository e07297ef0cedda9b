"""The vault's cryptography: wrap the vault key in slots, encrypt and decrypt the payload.

Spec: vault.md. `draw` returns random bytes; only tests pass a different one.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from tui.crypto import kdf, x25519
from tui.crypto.aead import NONCE_LENGTH, aes_gcm_decrypt, aes_gcm_encrypt
from tui.crypto.kdf import Argon2Params
from tui.errors import AuthenticationError, CryptoError, UsageError
from tui.vault.envelope import (
    PADDING,
    Envelope,
    OldRecoverySlot,
    PasswordSlot,
    RecoverySlot,
    Slot,
    canonical,
    header_object,
    slot_object,
)
from tui.vault.reader import SLOT_CONTEXT, VAULT_CONTEXT

Draw = Callable[[int], bytes]
KEY_LENGTH = 32
CODE_LENGTH = 20
"""Length of a recovery code in bytes (160 bits)."""
_OLD_RECOVERY_INFO = b"otp-tui/v1/recovery"
_PRIVATE_INFO = b"otp-tui/v2/recovery-key"
_AUTHENTICATION_INFO = b"otp-tui/v2/recovery-authentication"
_WRAP_INFO = b"otp-tui/v2/recovery-wrap"
_MISMATCH = "the encrypted data doesn't decrypt to the original"


def password_bytes(password: str) -> bytes:
    """Return the input of the key derivation: the password in NFKC, as UTF-8.

    Raises:
        UsageError: it is not valid text.
    """
    try:
        return unicodedata.normalize("NFKC", password).encode()
    except UnicodeEncodeError:
        raise UsageError("The password is not valid UTF-8 text.") from None


def password_key(slot: PasswordSlot, password: bytes) -> bytes:
    """Return the key that wraps the vault key in `slot`: Argon2id of the password.

    Raises:
        CryptoError: not enough memory.
    """
    return kdf.argon2id(password, slot.salt, slot.params, KEY_LENGTH)


def recovery_key(slot: RecoverySlot | OldRecoverySlot, code: bytes) -> bytes:
    """Return the key that wraps the vault key in `slot`, which a recovery code derives to.

    Raises:
        AuthenticationError: the code is another one.
    """
    if isinstance(slot, OldRecoverySlot):
        return kdf.hkdf_sha256(code, slot.salt, _OLD_RECOVERY_INFO, KEY_LENGTH)
    private = _private_key(slot.salt, code)
    if x25519.public_key(private) != slot.public_key:
        raise AuthenticationError("the recovery code is another one")
    secret = x25519.shared_secret(private, slot.ephemeral_key)
    return _agreed_key(slot, secret, authentication_key(slot, code))


def authentication_key(slot: RecoverySlot, code: bytes) -> bytes:
    """Return the key, derived from a recovery code, without which nobody can wrap a key for it."""
    return kdf.hkdf_sha256(code, slot.salt, _AUTHENTICATION_INFO, KEY_LENGTH)


def _private_key(salt: bytes, code: bytes) -> bytes:
    return kdf.hkdf_sha256(code, salt, _PRIVATE_INFO, KEY_LENGTH)


def _agreed_key(slot: RecoverySlot, secret: bytes, authentication: bytes) -> bytes:
    salt = slot.ephemeral_key + slot.public_key
    return kdf.hkdf_sha256(secret + authentication, salt, _WRAP_INFO, KEY_LENGTH)


def password_slot(
    vault_id: str, vault_key: bytes, password: bytes, params: Argon2Params, draw: Draw = os.urandom
) -> PasswordSlot:
    """Return a new slot that a password opens.

    Raises:
        CryptoError: parameters out of bounds or too weak, or not enough memory.
    """
    kdf.check_write(params)
    slot = PasswordSlot(draw(8).hex(), params, draw(16), draw(NONCE_LENGTH))
    wrapped = _wrap(vault_id, slot, password_key(slot, password), vault_key)
    return replace(slot, wrapped_key=wrapped)


def recovery_slot(
    vault_id: str, vault_key: bytes, code: bytes, draw: Draw = os.urandom
) -> RecoverySlot:
    """Return a new slot that a recovery code of 20 bytes opens."""
    if len(code) != CODE_LENGTH:
        raise CryptoError(f"a recovery code has {CODE_LENGTH} bytes")
    identity, salt = draw(8).hex(), draw(32)
    public = x25519.public_key(_private_key(salt, code))
    slot = RecoverySlot(identity, salt, public, b"", b"")
    return wrapped_anew(vault_id, vault_key, slot, authentication_key(slot, code), draw)


def wrapped_anew(
    vault_id: str,
    vault_key: bytes,
    slot: RecoverySlot,
    authentication: bytes,
    draw: Draw = os.urandom,
) -> RecoverySlot:
    """Return `slot` with another vault key, for the same recovery code.

    `authentication` is the `authentication_key` of the code.

    Raises:
        AuthenticationError: its public key is not one of a recovery code.
    """
    private = draw(KEY_LENGTH)
    ephemeral = x25519.public_key(private)
    fresh = replace(slot, ephemeral_key=ephemeral, nonce=draw(NONCE_LENGTH), wrapped_key=b"")
    key = _agreed_key(fresh, x25519.shared_secret(private, fresh.public_key), authentication)
    return replace(fresh, wrapped_key=_wrap(vault_id, fresh, key, vault_key))


def unwrap(vault_id: str, slot: Slot, wrapping_key: bytes) -> bytes:
    """Return the vault key from `slot`.

    Raises:
        AuthenticationError: wrong password or code, or the slot was changed.
    """
    context = _slot_context(vault_id, slot)
    return aes_gcm_decrypt(wrapping_key, slot.nonce, slot.wrapped_key, context)


def seal(
    envelope: Envelope, vault_key: bytes, document: bytes, draw: Draw = os.urandom
) -> Envelope:
    """Return `envelope` with `document` as its payload, padded, under a fresh nonce.

    Raises:
        CryptoError: the ciphertext doesn't decrypt to the document.
    """
    fresh = replace(envelope, nonce=draw(NONCE_LENGTH))
    context = VAULT_CONTEXT + canonical(header_object(fresh))
    padded = document.ljust(len(document) + -len(document) % PADDING)
    payload = aes_gcm_encrypt(vault_key, fresh.nonce, padded, context)
    if aes_gcm_decrypt(vault_key, fresh.nonce, payload, context) != padded:
        raise CryptoError(_MISMATCH)
    return replace(fresh, payload=payload)


def open_payload(envelope: Envelope, vault_key: bytes) -> bytes:
    """Return the document, with its padding.

    Raises:
        AuthenticationError: wrong key, or a byte of the file was changed.
    """
    context = VAULT_CONTEXT + canonical(header_object(envelope))
    return aes_gcm_decrypt(vault_key, envelope.nonce, envelope.payload, context)


def _wrap(vault_id: str, slot: Slot, wrapping_key: bytes, vault_key: bytes) -> bytes:
    context = _slot_context(vault_id, slot)
    wrapped = aes_gcm_encrypt(wrapping_key, slot.nonce, vault_key, context)
    if aes_gcm_decrypt(wrapping_key, slot.nonce, wrapped, context) != vault_key:
        raise AuthenticationError(_MISMATCH)
    return wrapped


def _slot_context(vault_id: str, slot: Slot) -> bytes:
    return SLOT_CONTEXT + canonical({"vault_id": vault_id, "slot": slot_object(slot)})
