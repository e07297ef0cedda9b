"""XChaCha20 and secretstream against an implementation in Python alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backup.formats import chacha
from tui.backup.formats._xchacha import (
    hchacha20,
    stream_decrypt,
    stream_encrypt,
    xchacha20_poly1305_decrypt,
)
from tui.errors import AuthenticationError

KEY, NONCE = bytes(range(32)), bytes(range(100, 124))
LENGTHS = [0, 1, 15, 16, 17, 47, 48, 63, 64, 65, 200]


def test_hchacha20_equals_the_vector_of_the_draft() -> None:
    """draft-irtf-cfrg-xchacha-03, section 2.2.1."""
    nonce = bytes.fromhex("000000090000004a0000000031415927")
    wanted = "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc"
    assert hchacha20(KEY, nonce).hex() == chacha.hchacha20(KEY, nonce).hex() == wanted


@pytest.mark.parametrize("length", LENGTHS)
def test_both_ciphers_agree_with_an_independent_implementation(length: int) -> None:
    plain = bytes(range(256))[:length]
    sealed = chacha.xchacha20_poly1305(KEY, NONCE, plain)
    assert xchacha20_poly1305_decrypt(KEY, NONCE, sealed) == plain
    stream = stream_encrypt(KEY, NONCE, plain)
    assert len(stream) == length + 17
    assert chacha.opened_stream(KEY, NONCE, stream) == b"\3" + plain
    assert stream_decrypt(KEY, NONCE, stream) == plain


@given(st.integers(0, 36), st.integers(0, 7))
def test_every_changed_bit_is_found(place: int, bit: int) -> None:
    changed = bytearray(stream_encrypt(KEY, NONCE, bytes(20)))
    changed[place] ^= 1 << bit
    with pytest.raises(AuthenticationError):
        stream_decrypt(KEY, NONCE, bytes(changed))
    with pytest.raises(AuthenticationError):
        stream_decrypt(KEY, bytes(24), stream_encrypt(KEY, NONCE, bytes(20)))


@pytest.mark.parametrize("length", range(18))
def test_short_data_is_refused(length: int) -> None:
    for decrypt in (stream_decrypt, xchacha20_poly1305_decrypt):
        with pytest.raises(AuthenticationError):
            decrypt(KEY, NONCE, bytes(length))
        with pytest.raises(AuthenticationError):
            decrypt(KEY, NONCE[:length], bytes(40))
