"""Key derivation against published vectors, and the bounds of its parameters."""

from __future__ import annotations

from typing import Any

import pytest
from _argon2_cffi_bindings import ffi, lib
from argon2.low_level import Type, core

from tui.crypto import argon2_thread, kdf
from tui.crypto.kdf import Argon2Params
from tui.errors import CryptoError


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        # src/test.c of the reference implementation (phc-winner-argon2), version 0x13; again with
        # echo -n password | argon2 somesalt -id -t 2 -k 256 -p 1 -l 32
        (
            Argon2Params(2, 256, 1),
            "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe",
        ),
        (
            Argon2Params(2, 256, 2),
            "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037",
        ),
    ],
)
def test_argon2id_matches_the_reference(params: Argon2Params, expected: str) -> None:
    assert kdf.argon2id(b"password", b"somesalt", params).hex() == expected


@pytest.mark.parametrize(
    ("kind", "password", "salt", "params", "expected"),
    [
        # RFC 9106's numbers without its secret and associated data, which files don't have:
        # OpenSSL, test/recipes/30-test_evp_data/evpkdf_argon2.txt
        ("ID", b"", bytes([2] * 16), Argon2Params(3, 32, 4),
         "0a34f1abde67086c82e785eaf17c68382259a264f4e61b91cd2763cb75ac189a"),
        ("ID", bytes([1] * 32), bytes([2] * 16), Argon2Params(3, 32, 4),
         "03aab965c12001c9d7d0d2de33192c0494b684bb148196d73c1df1acaf6d0c2e"),
        # pyca/cryptography, vectors/cryptography_vectors/KDF/argon2id.txt and argon2d.txt:
        # echo -n password | argon2 pycasalt -id -t 4 -k 50 -p 4 -l 8
        ("ID", b"password", b"pycasalt", Argon2Params(4, 50, 4), "e469b777841e543f"),
        ("ID", b"password", b"pycasalt", Argon2Params(1, 8, 1), "009c7809"),
        ("D", b"password", b"pycasalt", Argon2Params(4, 50, 4), "29fec2f9cecd8716"),
        ("D", b"password", b"pycasalt", Argon2Params(1, 8, 1), "a60137a5"),
    ],
)  # fmt: skip
def test_argon2_matches_openssl_and_its_command(
    kind: Any, password: bytes, salt: bytes, params: Argon2Params, expected: str
) -> None:
    length = len(expected) // 2
    assert kdf.argon2_of_file(kind, password, salt, params, length).hex() == expected
    if kind == "ID":
        assert kdf.argon2id(password, salt, params, length).hex() == expected
    if kind == "ID" and length == 32:
        wait = argon2_thread.start(
            password, salt, params.time_cost, params.memory_kib, params.parallelism
        )
        assert wait is not None
        assert wait() == bytes.fromhex(expected)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Type.D, "512b391b6f1162975371d30919734294f868e3be3984f3c1a13a4db9fabe4acb"),
        (Type.ID, "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"),
    ],
)
def test_the_library_matches_rfc_9106(kind: Type, expected: str) -> None:
    # Sections 5.1 and 5.3. Their secret and associated data can only be given to the library.
    sizes = ((1, 32), (2, 16), (3, 8), (4, 12))
    parts = [ffi.new("uint8_t[]", bytes([number] * size)) for number, size in sizes]
    password, salt, secret, data = parts
    output = ffi.new("uint8_t[]", 32)
    context = ffi.new("argon2_context *", {
        "version": 0x13, "t_cost": 3, "m_cost": 32, "lanes": 4, "threads": 4,
        "out": output, "outlen": 32, "pwd": password, "pwdlen": 32, "salt": salt, "saltlen": 16,
        "secret": secret, "secretlen": 8, "ad": data, "adlen": 12,
        "allocate_cbk": ffi.NULL, "free_cbk": ffi.NULL, "flags": lib.ARGON2_DEFAULT_FLAGS,
    })  # fmt: skip
    assert core(context, kind.value) == lib.ARGON2_OK
    assert bytes(ffi.buffer(output, 32)).hex() == expected


def test_pbkdf2_matches_rfc_6070() -> None:
    derived = kdf.pbkdf2_sha1(b"password", b"salt", 4096, 20)
    assert derived.hex() == "4b007901b765489abead49d926f721d065a429c1"


@pytest.mark.parametrize(
    ("password", "salt", "numbers", "begin"),
    [
        (b"", b"", (16, 1, 1), "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"),
        (
            b"password",
            b"NaCl",
            (1024, 8, 16),
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162",
        ),
    ],
)
def test_scrypt_matches_rfc_7914(
    password: bytes, salt: bytes, numbers: tuple[int, int, int], begin: str
) -> None:
    derived = kdf.scrypt(password, salt, *numbers, length=64)
    assert derived.hex().startswith(begin)


@pytest.mark.parametrize(
    "numbers",
    [
        (1, 8, 1),
        (0, 8, 1),
        (3, 8, 1),
        (2**21, 8, 1),
        (2**20, 16, 1),
        (2**40, 1, 1),
        (16, 33, 1),
        (16, 0, 1),
        (16, 8, 17),
        (16, 8, -1),
        (True, 8, 1),
        ("16", 8, 1),
        (16.0, 8, 1),
    ],
)
def test_scrypt_out_of_bounds_is_refused(numbers: Any) -> None:
    with pytest.raises(CryptoError, match="scrypt"):
        kdf.scrypt(b"password", b"salt", *numbers)


def test_hkdf_matches_rfc_5869_case_1() -> None:
    derived = kdf.hkdf_sha256(
        bytes([0x0B] * 22), bytes(range(13)), bytes(range(0xF0, 0xFA)), length=42
    )
    assert derived.hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )


@pytest.mark.parametrize(
    "params",
    [
        Argon2Params(1, 8, 1),
        Argon2Params(4, 1024 * 1024, 16),
        Argon2Params(16, 256 * 1024, 16),
    ],
)
def test_parameters_on_the_bounds_are_accepted(params: Argon2Params) -> None:
    assert kdf.check_read(params) is params


_BEYOND: list[tuple[Any, Any, Any]] = [
    (0, 65536, 4),
    (-1, 65536, 4),
    (17, 65536, 4),
    (3, 0, 4),
    (3, -1, 4),
    (1, 1024 * 1024 + 1, 4),
    (3, 2**32, 4),
    (3, 65536, 0),
    (3, 65536, 17),
    (3, 31, 4),
    (5, 1024 * 1024, 4),
    (True, 65536, 4),
    (3, 1e9, 4),
    ("3", 65536, 4),
    (3, "65536", 4),
    (None, 65536, 4),
]


@pytest.mark.parametrize("numbers", _BEYOND)
def test_parameters_out_of_bounds_are_refused_before_argon2_sees_them(
    numbers: tuple[Any, Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> bytes:
        raise AssertionError("argon2 was called")

    monkeypatch.setattr("argon2.low_level.hash_secret_raw", never)
    with pytest.raises(CryptoError):
        kdf.argon2id(b"password", b"somesalt", Argon2Params(*numbers))


@pytest.mark.parametrize("params", [Argon2Params(1, 65536, 4), Argon2Params(2, 19455, 1)])
def test_parameters_below_the_minimum_are_not_written(params: Argon2Params) -> None:
    with pytest.raises(CryptoError, match="at least 19 MiB and 2 iterations"):
        kdf.check_write(params)


def test_the_minimum_and_the_default_are_accepted() -> None:
    kdf.check_write(Argon2Params(2, 19456, 1))
    assert kdf.check_write(Argon2Params()) == Argon2Params(3, 65536, 4)


def test_too_little_memory_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    from argon2.exceptions import HashingError

    def starved(*_: object, **__: object) -> bytes:
        raise HashingError("Memory allocation error")

    monkeypatch.setattr("argon2.low_level.hash_secret_raw", starved)
    with pytest.raises(CryptoError, match="64 MiB"):
        kdf.argon2id(b"password", b"somesalt", Argon2Params())
