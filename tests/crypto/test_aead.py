"""Ciphers against published vectors, and what they refuse."""

from __future__ import annotations

import pytest

from tui.crypto import aead
from tui.errors import AuthenticationError, CryptoError

KEY = bytes(32)
NONCE = bytes(12)


def test_aes_gcm_matches_its_specification() -> None:
    # McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B, test case 14.
    sealed = aead.aes_gcm_encrypt(KEY, NONCE, bytes(16))
    assert sealed.hex() == "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
    assert aead.aes_gcm_decrypt(KEY, NONCE, sealed) == bytes(16)


@pytest.mark.parametrize("place", range(0, 20, 3))
def test_aes_gcm_refuses_a_flipped_bit(place: int) -> None:
    sealed = bytearray(aead.aes_gcm_encrypt(KEY, NONCE, b"four", b"header"))
    sealed[place] ^= 1
    with pytest.raises(AuthenticationError):
        aead.aes_gcm_decrypt(KEY, NONCE, bytes(sealed), b"header")


def test_aes_gcm_refuses_other_associated_data() -> None:
    sealed = aead.aes_gcm_encrypt(KEY, NONCE, b"four", b"header")
    with pytest.raises(AuthenticationError):
        aead.aes_gcm_decrypt(KEY, NONCE, sealed, b"headers")


@pytest.mark.parametrize(("nonce", "sealed"), [(NONCE, b""), (NONCE, bytes(15)), (b"", bytes(32))])
def test_aes_gcm_refuses_short_data(nonce: bytes, sealed: bytes) -> None:
    with pytest.raises(AuthenticationError):
        aead.aes_gcm_decrypt(KEY, nonce, sealed)


def test_aes_cbc_matches_the_vectors_of_nist() -> None:
    # NIST SP 800-38A, F.2.5, the first block; the padding's block follows it.
    key = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
    block = bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")
    sealed = aead.aes_cbc_encrypt(key, bytes(range(16)), block)
    assert sealed[:16].hex() == "f58c4c04d6e5f1ba779eabfb5f7bfbd6"
    assert len(sealed) == 32
    assert aead.aes_cbc_decrypt(key, bytes(range(16)), sealed) == block


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 31])
def test_aes_cbc_round_trip(length: int) -> None:
    plaintext = bytes(range(length))
    assert aead.aes_cbc_decrypt(KEY, KEY[:16], aead.aes_cbc_encrypt(KEY, KEY[:16], plaintext)) == (
        plaintext
    )


@pytest.mark.parametrize("length", [0, 1, 15, 17])
def test_aes_cbc_refuses_broken_blocks(length: int) -> None:
    with pytest.raises(CryptoError, match="multiple of 16"):
        aead.aes_cbc_decrypt(KEY, KEY[:16], bytes(length))


@pytest.mark.parametrize("last", [0, 3, 17, 255])
def test_aes_cbc_refuses_wrong_padding(last: int) -> None:
    # The last block before padding ends in `last`: cut off the block that pads it.
    sealed = aead.aes_cbc_encrypt(KEY, KEY[:16], bytes(15) + bytes([last]))[:16]
    with pytest.raises(AuthenticationError):
        aead.aes_cbc_decrypt(KEY, KEY[:16], sealed)
