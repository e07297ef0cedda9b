"""Zip archives: bombs, many files, damage, and both kinds of encryption."""

from __future__ import annotations

import io
import zlib
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.backup.formats import _zip
from tui.errors import BackupPasswordError, FormatError

MIB = 2**20
TEXT = b"otpauth://totp/Me?secret=JBSWY3DPEHPK3PXP\n" * 20


def archive(*contents: bytes, method: int = ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with ZipFile(made, "w", method) as written:
        for place, content in enumerate(contents):
            written.writestr(f"{place}.txt", content)
    return made.getvalue()


def zipcrypto(content: bytes, password: bytes, header: bytes = b"0123456789a") -> bytes:
    """Return an archive with one file, encrypted as PKWARE describes it (APPNOTE 6.1)."""
    plain = archive(content)
    with ZipFile(io.BytesIO(plain)) as opened:
        (info,) = opened.infolist()
    start = 30 + len(info.filename)
    packed = plain[start : start + info.compress_size]
    table = [_crc_byte(byte) for byte in range(256)]
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte: int) -> None:
        keys[0] = (keys[0] >> 8) ^ table[(keys[0] ^ byte) & 255]
        keys[1] = ((keys[1] + (keys[0] & 255)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = (keys[2] >> 8) ^ table[(keys[2] ^ (keys[1] >> 24)) & 255]

    for byte in password:
        update(byte)
    sealed = bytearray()
    for byte in header + bytes([info.CRC >> 24]) + packed:
        mask = (keys[2] | 2) & 0xFFFF
        sealed.append(byte ^ ((mask * (mask ^ 1) >> 8) & 255))
        update(byte)
    size = len(sealed).to_bytes(4, "little")
    local = bytearray(plain[:start])
    local[6] |= 1
    local[18:22] = size
    rest = bytearray(plain[start + len(packed) :])
    rest[8] |= 1
    rest[20:24] = size
    end = rest.rindex(b"PK\x05\x06")
    rest[end + 16 : end + 20] = (start + len(sealed)).to_bytes(4, "little")
    return bytes(local + sealed + rest)


def _crc_byte(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (0xEDB88320 if byte & 1 else 0)
    return byte


def marked(data: bytes, flag: int, method: int = ZIP_DEFLATED) -> bytes:
    """Return the archive with other flags and another method for its first file."""
    changed = bytearray(data)
    for start in (6, changed.index(b"PK\x01\x02") + 8):
        changed[start] |= flag
        changed[start + 2] = method
    return bytes(changed)


def first(data: bytes, password: str = "") -> bytes:
    return _zip.read(data, _zip.files(data)[0], password)


@pytest.mark.parametrize("method", [ZIP_STORED, ZIP_DEFLATED])
def test_stored_and_deflated_files_are_read(method: int) -> None:
    assert first(archive(TEXT, method=method)) == TEXT


@pytest.mark.parametrize("method", [ZIP_BZIP2, ZIP_LZMA])
def test_other_methods_are_named(method: int) -> None:
    with pytest.raises(FormatError, match="packed in a way"):
        first(archive(TEXT, method=method))


def test_a_bomb_is_not_unpacked() -> None:
    bomb = archive(bytes(MIB))
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    packed = b"".join(packer.compress(bytes(MIB)) for _ in range(32)) + packer.flush()
    with ZipFile(io.BytesIO(bomb)) as opened:
        info = opened.infolist()[0]
    start = 30 + len(info.filename)
    rest = bytearray(bomb[start + info.compress_size :])
    rest[20:24] = len(packed).to_bytes(4, "little")
    rest[24:28] = (32 * MIB).to_bytes(4, "little")
    end = rest.rindex(b"PK\x05\x06")
    rest[end + 16 : end + 20] = (start + len(packed)).to_bytes(4, "little")
    with pytest.raises(FormatError, match="larger than 16 MiB"):
        first(bomb[:start] + packed + bytes(rest))


def test_too_many_files_are_refused() -> None:
    assert len(_zip.files(archive(*[b""] * _zip.MAX_FILES))) == _zip.MAX_FILES
    with pytest.raises(FormatError, match="more than 500 files"):
        _zip.files(archive(*[b""] * (_zip.MAX_FILES + 1)))
    with pytest.raises(FormatError, match="more than 500 files"):
        _zip.files(b"PK\x03\x04" + b"PK\x01\x02" * MIB)


def test_zipcrypto_opens_with_its_password_only() -> None:
    data = zipcrypto(TEXT, "pässword".encode())
    assert _zip.is_encrypted(_zip.files(data)[0])
    assert first(data, "pässword") == TEXT
    # One wrong password in 256 passes the check of the header, and fails later.
    for number in range(400):
        with pytest.raises(BackupPasswordError):
            first(data, f"wrong{number}")
    for password in ("", "\ud800"):
        with pytest.raises(BackupPasswordError):
            first(data, password)


def test_winzip_aes_and_pkware_encryption_are_named() -> None:
    for data, words in (
        (marked(archive(TEXT), 1, 99), "AES by WinZip"),
        (marked(archive(TEXT), 0x41), "packed in a way"),
    ):
        with pytest.raises(FormatError, match=words) as caught:
            first(data, "a password")
        assert not isinstance(caught.value, BackupPasswordError)


@pytest.mark.parametrize("password", ["", "pw"])
def test_an_archive_cut_anywhere_raises_our_errors_only(password: str) -> None:
    data = zipcrypto(TEXT, b"pw") if password else archive(TEXT)
    for length in range(len(data)):
        with pytest.raises(FormatError):
            first(data[:length], password)


def test_encrypted_data_outside_the_archive_raises_our_error() -> None:
    data = bytearray(zipcrypto(TEXT, b"pw"))
    data[28:30] = (len(data) - 40).to_bytes(2, "little")  # the length of the extra field
    with pytest.raises(FormatError):
        first(bytes(data), "pw")


@given(places=st.lists(st.tuples(st.integers(0, 400), st.integers(1, 255)), min_size=1, max_size=6))
def test_changed_bytes_raise_our_errors_only(places: list[tuple[int, int]]) -> None:
    for data, password in ((archive(TEXT), ""), (zipcrypto(TEXT, b"pw"), "pw")):
        changed = bytearray(data)
        for place, mask in places:
            changed[place % len(data)] ^= mask
        try:
            for info in _zip.files(bytes(changed)):
                _zip.read(bytes(changed), info, password)
        except FormatError:
            continue
