"""Project Wycheproof's vectors, through the program's own functions.

The folder `wycheproof` has the vectors that fit: each line a test with its number there. The cipher
of cOTP's backups takes no associated data, and the key derivation no output above 1024 bytes.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tui.backup.formats._xchacha import xchacha20_poly1305_decrypt
from tui.crypto import aead, kdf, x25519
from tui.errors import AuthenticationError, CryptoError

FOLDER = Path(__file__).parent / "wycheproof"
ZERO = bytes(32)
"""The secret of a public key that is not a real one."""


def vectors(name: str) -> Iterator[tuple[str, bool, list[str]]]:
    """Yield the number, whether the values are valid, and the values as hexadecimal numbers."""
    lines = (FOLDER / f"{name}.txt").read_text().splitlines()[1:]
    assert lines
    for line in lines:
        number, result, *values = line.split(" ")
        yield number, result != "invalid", ["" if one == "-" else one for one in values]


def result_of(function: Callable[..., bytes], *given: bytes) -> bytes | None:
    """Return what the function returns, or None if it refuses."""
    try:
        return function(*given)
    except CryptoError:
        return None


def test_aes_gcm() -> None:
    opened = 0
    for number, valid, values in vectors("aes_gcm"):
        key, nonce, aad, message, ciphertext, tag = map(bytes.fromhex, values)
        sealed = ciphertext + tag
        if not valid or len(nonce) != aead.NONCE_LENGTH:
            assert result_of(aead.aes_gcm_decrypt, key, nonce, sealed, aad) is None, number
            continue
        opened += 1
        assert aead.aes_gcm_decrypt(key, nonce, sealed, aad) == message, number
        assert aead.aes_gcm_encrypt(key, nonce, message, aad) == sealed, number
    assert opened == 116


def test_aes_gcm_siv() -> None:
    opened = 0
    for number, valid, values in vectors("aes_gcm_siv"):
        key, nonce, aad, message, ciphertext, tag = map(bytes.fromhex, values)
        cipher, sealed = aead.AesGcmSiv(key), ciphertext + tag
        if not valid or not message:
            assert result_of(cipher.decrypt, nonce, sealed, aad) is None, number
            continue
        opened += 1
        assert cipher.decrypt(nonce, sealed, aad) == message, number
        assert cipher.encrypt(nonce, message, aad) == sealed, number
    assert opened == 130


def test_xchacha20_poly1305() -> None:
    for number, valid, values in vectors("xchacha20_poly1305"):
        key, nonce, message, ciphertext, tag = map(bytes.fromhex, values)
        opened = result_of(xchacha20_poly1305_decrypt, key, nonce, ciphertext + tag)
        assert opened == (message if valid else None), number


def test_aes_cbc() -> None:
    for number, valid, values in vectors("aes_cbc_pkcs5"):
        key, iv, message, ciphertext = map(bytes.fromhex, values)
        opened = result_of(aead.aes_cbc_decrypt, key, iv, ciphertext)
        assert opened == (message if valid else None), number
        if valid:
            assert aead.aes_cbc_encrypt(key, iv, message) == ciphertext, number


@pytest.mark.parametrize("name", ["sha256", "sha512"])
def test_hkdf(name: str) -> None:
    derive = {"sha256": kdf.hkdf_sha256, "sha512": kdf.hkdf_sha512}[name]
    for number, _, values in vectors(f"hkdf_{name}"):
        secret, salt, info, output = map(bytes.fromhex, values)
        assert derive(secret, salt, info, len(output)) == output, number


@pytest.mark.parametrize("name", ["SHA1", "SHA256", "SHA512"])
def test_pbkdf2(name: str) -> None:
    for number, _, (password, salt, rounds, output) in vectors(f"pbkdf2_hmac{name.lower()}"):
        given = (bytes.fromhex(password), bytes.fromhex(salt), int(rounds), len(output) // 2)
        if int(rounds) > 10_000_000:
            with pytest.raises(CryptoError, match="PBKDF2 rounds"):
                kdf.pbkdf2(name, *given)  # type: ignore[arg-type]
        else:
            derived = kdf.pbkdf2(name, *given)  # type: ignore[arg-type]
            assert derived == bytes.fromhex(output), number


@pytest.mark.parametrize("name", ["sha1", "sha256", "sha512"])
def test_hmac(name: str) -> None:
    # The function that codes, Bitwarden's exports and KeePass databases are computed with.
    for number, _, values in vectors(f"hmac_{name}"):
        key, message, tag = map(bytes.fromhex, values)
        assert hmac.digest(key, message, name) == tag, number


def test_x25519() -> None:
    refused = 0
    for number, _, values in vectors("x25519"):
        private, public, shared = map(bytes.fromhex, values)
        if shared == ZERO:
            refused += 1
            with pytest.raises(AuthenticationError):
                x25519.shared_secret(private, public)
        else:
            assert x25519.shared_secret(private, public) == shared, number
    assert refused == 31
