"""Ciphers: AES-GCM for the vault, AES-CBC and AES-GCM-SIV for backups of other apps.

The library is imported at first use, while the command line derives the key.
"""

from __future__ import annotations

from tui.errors import AuthenticationError, CryptoError

TYPE_CHECKING = False  # typing takes 6 ms to import
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = [
    "NONCE_LENGTH",
    "TAG_LENGTH",
    "AesGcmSiv",
    "AuthenticationError",
    "aes_cbc_decrypt",
    "aes_cbc_decrypt_padded",
    "aes_cbc_encrypt",
    "aes_gcm_decrypt",
    "aes_gcm_encrypt",
    "prepare",
]

NONCE_LENGTH = 12
"""Length of all AES-GCM nonces, in bytes."""
TAG_LENGTH = 16
"""Length of the AES-GCM tag, which follows the ciphertext, in bytes."""
_BLOCK = 16
_WRONG_KEY = "wrong key, or the data was changed"
_TOO_SHORT = "the encrypted data is too short"


def prepare() -> None:
    """Import AES-GCM and initialize its library, so that the first use is fast."""
    _aes_gcm()(bytes(32))


def _aes_gcm() -> type[AESGCM]:
    """Return the class. Its public package imports other ciphers: 15 ms, which `code` can't wait.

    The public class is this one, so its interface is documented.
    """
    try:
        from cryptography.hazmat.bindings._rust import openssl

        return openssl.aead.AESGCM
    except (ImportError, AttributeError):  # a version with other internals
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM


def _invalid_tag() -> type[Exception]:
    from cryptography.exceptions import InvalidTag

    return InvalidTag


def aes_gcm_encrypt(key: bytes, nonce: bytes, plaintext: bytes, aad: bytes | None = None) -> bytes:
    """Return the ciphertext followed by the tag (NIST SP 800-38D).

    `key` is 16, 24 or 32 bytes, `nonce` 12 bytes that were never used with this key.
    """
    return _aes_gcm()(key).encrypt(nonce, plaintext, aad)


def aes_gcm_decrypt(key: bytes, nonce: bytes, sealed: bytes, aad: bytes | None = None) -> bytes:
    """Return the plaintext of ciphertext followed by its tag.

    Raises:
        AuthenticationError: the tag doesn't match the key, the nonce, the bytes and `aad`, or the
            data is too short for a tag.
    """
    if len(sealed) < TAG_LENGTH or len(nonce) != NONCE_LENGTH:
        raise AuthenticationError(_TOO_SHORT)
    try:
        return _aes_gcm()(key).decrypt(nonce, sealed, aad)
    except _invalid_tag():
        raise AuthenticationError(_WRONG_KEY) from None


class AesGcmSiv:
    """AES-GCM-SIV (RFC 8452) with one key, set up once for any number of attempts."""

    def __init__(self, key: bytes) -> None:
        """Set up a key of 16 or 32 bytes.

        Raises:
            CryptoError: this system's OpenSSL doesn't have the cipher.
        """
        from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
        from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

        self._invalid = InvalidTag
        try:
            self._cipher = AESGCMSIV(key)
        except UnsupportedAlgorithm:
            raise CryptoError(
                "This system's OpenSSL has no AES-GCM-SIV.", "Use OpenSSL 3.2 or newer."
            ) from None

    def encrypt(self, nonce: bytes, plaintext: bytes, aad: bytes | None = None) -> bytes:
        """Return the ciphertext of `plaintext`, at least one byte, followed by the tag."""
        return self._cipher.encrypt(nonce, plaintext, aad)

    def decrypt(self, nonce: bytes, sealed: bytes, aad: bytes | None = None) -> bytes:
        """Return the plaintext, at least one byte, of ciphertext followed by its tag.

        Raises:
            AuthenticationError: the tag doesn't match the key, the nonce, the bytes and `aad`, or
                the data is too short for a byte and a tag.
        """
        if len(sealed) <= TAG_LENGTH or len(nonce) != NONCE_LENGTH:
            raise AuthenticationError(_TOO_SHORT)
        try:
            return self._cipher.decrypt(nonce, sealed, aad)
        except self._invalid:
            raise AuthenticationError(_WRONG_KEY) from None


def aes_cbc_encrypt(key: bytes, iv: bytes, plaintext: bytes) -> bytes:
    """Return the ciphertext of `plaintext` with PKCS #7 padding (RFC 5652 section 6.3)."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.padding import PKCS7

    padder = PKCS7(_BLOCK * 8).padder()
    padded = padder.update(plaintext) + padder.finalize()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return encryptor.update(padded) + encryptor.finalize()


def aes_cbc_decrypt(key: bytes, iv: bytes, ciphertext: bytes) -> bytes:
    """Return the plaintext without its PKCS #7 padding.

    CBC doesn't authenticate: one wrong key in about 256 passes, so the caller has to check the
    plaintext.

    Raises:
        CryptoError: the ciphertext is empty, or not a multiple of 16 bytes.
        AuthenticationError: the padding is wrong.
    """
    from cryptography.hazmat.primitives.padding import PKCS7

    padded = aes_cbc_decrypt_padded(key, iv, ciphertext)
    unpadder = PKCS7(_BLOCK * 8).unpadder()
    try:
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        raise AuthenticationError(_WRONG_KEY) from None


def aes_cbc_decrypt_padded(key: bytes, iv: bytes, ciphertext: bytes) -> bytes:
    """Return the plaintext with its padding, which is not checked.

    Raises:
        CryptoError: the ciphertext is empty, or not a multiple of 16 bytes.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    if not ciphertext or len(ciphertext) % _BLOCK or len(iv) != _BLOCK:
        raise CryptoError("the encrypted data is not a multiple of 16 bytes")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return decryptor.update(ciphertext) + decryptor.finalize()
