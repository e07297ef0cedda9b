"""Key derivation against published vectors, and the bounds of its parameters."""

from __future__ import annotations

from typing import Any

import pytest

from tui.crypto import kdf
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
    ("key", "salt", "info", "length", "expected"),
    [
        ("60ab7f45b0ad534683b3a6c020d4f775", "", "", 20,
         "ae5dbce80bbab5bca5b3c6d3b7e6548fb2c23b2f"),
        ("e3db76e02278cbd2adbcb4555803da11", "", "", 42,
         "207ebfa8798c6d8d5260d797fdb9c9969173442186d9e932b18fb589fee2fd00ca4ab49d0402aba2c1b0"),
        ("2d43e54bf0c94c9cbff4300f4aa69ab8", "", "d674da3bb47d5c7e38b501e5251d9348af601c44", 20,
         "3d36966f29c0561b4e50f9325c7c98292b6d28bc"),
        ("467403c2ec02a235bf730ff37e8d8ff3", "41f0f173d307d40436c25856cf559f96", "", 20,
         "4b1c4f54615e31f713f2364bf194d3f14f68e704"),
        ("3352f942aa93071da6d39cc5ed8dc460", "57a0db708b25a51afc4271803aa35204", "", 42,
         "a6823c9940138becba3f9baac05ec119a2715a018f51f4c0ce2add465db8635a6453efdf7c161c2d172a"),
        ("c55c41d69d2424a520414e3662aa7303", "fea9bfc92b74337e43a201a2dc199e27",
         "3fdf20538063b76901d61bbf9b72b0c18749e00e", 20,
         "7fce7c021469c8e016f7a9eee111ad71df7c4fdf"),
        ("5d3db20e8238a90b62a600fa57fdb318", "1d6f3b38a1e607b5e6bcd4af1800a9d3",
         "2bc5f39032b6fc87da69ba8711ce735b169646fd", 42,
         "d3e6274c91a88821367b1853b852a96f3ec12ed466769fdb88e14622165d5878cd736fecc93b9e8633e0"),
        ("a679521cdb56aafc5a4b76db0431a4dd",
         "123033b1ddaead83a4b9cfef8a660bd8e00fde01e67c35656c6d7607d456",
         "44ec41ab4f4e64f4a36e5e30c9f0dc1d77ae4974", 20,
         "b75be6d7fdb9a7c58514c81e6596973058e8198e"),
        ("49bf155ca102026f2a217ea1bc9843ac",
         "76776e3b4d75f8f43dce4bded71f3b1ae6bcb012d9c0d59f78248b9427b8",
         "851bda4faa8f7add2a3cbf0acf9c2786f8f955b2", 42,
         "afcec12e5ba6481f144f6e6bfeab0a054b30f2710aeedea90d4be9c790c8e05e601fcb208afafc6cb991"),
        ("e2865d6bbc1abf6a815067edc4ee7aa33c290d5a", "", "", 20,
         "affd91484b5ba2185adb698632e315e1ae238d19"),
    ],
)  # fmt: skip
def test_hkdf_matches_wycheproof(
    key: str, salt: str, info: str, length: int, expected: str
) -> None:
    # Of testvectors/hkdf_sha256_test.json.
    secret, salted, given = (bytes.fromhex(text) for text in (key, salt, info))
    assert kdf.hkdf_sha256(secret, salted, given, length=length).hex() == expected


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
