"""Builds KeePass databases from primitives, apart from the code that is tested."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from argon2.low_level import Type, hash_secret_raw
from Cryptodome.Cipher import AES, ChaCha20, Salsa20

PASSWORD = "a pässword"
AES_ID = bytes.fromhex("31c1f2e6bf714350be5805216afc5aff")
CHACHA_ID = bytes.fromhex("d6038a2b8b6f4cb5a524339a31dbb59a")
TWOFISH_ID = bytes.fromhex("ad68f29f576f4bb9a36ad47af965346c")
AES_KDF_ID = bytes.fromhex("c9d9f39a628a4460bf740d08c18a4fea")
ARGON2D_ID = bytes.fromhex("ef636ddf8c29444b91f7a9a403e30a0c")
ARGON2ID_ID = bytes.fromhex("9e298b1956db4773b23dfc3ec6f0a1e6")
MAGIC = bytes.fromhex("03d9a29a67fb4bb5")
SEED, NONCE, SALT, STREAM_KEY = (bytes([n]) * 32 for n in (1, 2, 3, 4))
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
URI = f"otpauth://totp/GitHub:ada?secret={SECRET}&issuer=GitHub"


def composite(password: str | None = PASSWORD, key: bytes = b"") -> bytes:
    first = hashlib.sha256(password.encode()).digest() if password is not None else b""
    return hashlib.sha256(first + key).digest()


def slow_aes_kdf(key: bytes, seed: bytes, rounds: int) -> bytes:
    cipher = AES.new(seed, AES.MODE_ECB)
    for _ in range(rounds):
        key = cipher.encrypt(key)
    return hashlib.sha256(key).digest()


class Stream:
    """The inner stream of either kind."""

    def __init__(self, kind: int, key: bytes = STREAM_KEY) -> None:
        self._cipher: Any
        if kind == 3:
            digest = hashlib.sha512(key).digest()
            self._cipher = ChaCha20.new(key=digest[:32], nonce=digest[32:44])
        else:
            nonce = bytes.fromhex("e830094b97205d2a")
            self._cipher = Salsa20.new(key=hashlib.sha256(key).digest(), nonce=nonce)

    def protect(self, text: str | bytes) -> str:
        data = text.encode() if isinstance(text, str) else text
        return base64.b64encode(self._cipher.encrypt(data)).decode()


def entry(stream: Stream | None = None, more: str = "", /, **strings: str) -> str:
    """The XML of an entry; keys have _ for a space and __ for a dash; values of otp and Password
    are protected."""
    parts = []
    for name, text in strings.items():
        key = name.replace("__", "-").replace("_", " ")
        if stream is not None and (key in ("otp", "Password") or "Secret" in key):
            value = f'<Value Protected="True">{stream.protect(text)}</Value>'
        else:
            value = f"<Value>{escape(text)}</Value>"
        parts.append(f"<String><Key>{key}</Key>{value}</String>")
    return f"<Entry>{''.join(parts)}{more}</Entry>"


def document(content: str, meta: str = "") -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f"<KeePassFile><Meta>{meta}</Meta><Root><Group><Name>Root</Name>{content}</Group></Root>"
        "</KeePassFile>"
    ).encode()


@dataclass
class Kdbx4:
    """What a database of KDBX 4 is made from."""

    xml: bytes = document(entry(otp=URI, Title="GitHub", UserName="ada"))
    cipher: bytes = CHACHA_ID
    compressed: bool = True
    stream: int = 3
    key: bytes = composite()
    kdf: Mapping[str, tuple[int, bytes]] = field(default_factory=dict)
    version: tuple[int, int] = (1, 4)
    attachments: tuple[bytes, ...] = ()
    payload: Callable[[bytes], bytes] = bytes
    block: int = 1 << 20

    def kdf_values(self) -> dict[str, tuple[int, bytes]]:
        usual = {"$UUID": (0x42, AES_KDF_ID), "S": (0x42, SALT), "R": (5, struct.pack("<Q", 3))}
        return {**(usual if "$UUID" not in self.kdf else {}), **self.kdf}

    def header(self) -> bytes:
        values = b"".join(
            struct.pack("<Bi", kind, len(name))
            + name.encode()
            + struct.pack("<i", len(data))
            + data
            for name, (kind, data) in self.kdf_values().items()
        )
        nonce = NONCE[:16] if self.cipher != CHACHA_ID else NONCE[:12]
        fields = {
            2: self.cipher,
            3: struct.pack("<I", int(self.compressed)),
            4: SEED,
            7: nonce,
            11: b"\x00\x01" + values + b"\x00",
            0: b"\r\n\r\n",
        }
        parts = (struct.pack("<BI", n, len(data)) + data for n, data in fields.items())
        return MAGIC + struct.pack("<HH", *self.version) + b"".join(parts)

    def transformed(self) -> bytes:
        values = self.kdf_values()
        if values["$UUID"][1] == AES_KDF_ID:
            return slow_aes_kdf(self.key, SALT, int.from_bytes(values["R"][1], "little"))
        number = {name: int.from_bytes(data, "little") for name, (_, data) in values.items()}
        return hash_secret_raw(
            self.key,
            values["S"][1],
            number["I"],
            number["M"] // 1024,
            number["P"],
            32,
            Type.D if values["$UUID"][1] == ARGON2D_ID else Type.ID,
            number["V"],
        )

    def build(self) -> bytes:
        header, transformed = self.header(), self.transformed()
        fields = [(1, struct.pack("<I", self.stream)), (2, STREAM_KEY)]
        fields += [(3, b"\x00" + data) for data in self.attachments]
        inner = b"".join(struct.pack("<BI", n, len(data)) + data for n, data in [*fields, (0, b"")])
        plain = self.payload(inner + self.xml)
        if self.compressed:
            plain = gzip.compress(plain)
        sealed = encrypt(self.cipher, hashlib.sha256(SEED + transformed).digest(), plain)
        base = hashlib.sha512(SEED + transformed + b"\x01").digest()
        parts = [header, hashlib.sha256(header).digest(), seal(base, 2**64 - 1, header)]
        blocks = [sealed[at : at + self.block] for at in range(0, len(sealed), self.block)]
        for number, data in enumerate([*blocks, b""]):
            length = struct.pack("<I", len(data))
            parts += [seal(base, number, struct.pack("<Q", number) + length + data), length, data]
        return b"".join(parts)


def sized(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


def seal(base: bytes, number: int, data: bytes) -> bytes:
    key = hashlib.sha512(struct.pack("<Q", number) + base).digest()
    return hmac.digest(key, data, "sha256")


def encrypt(cipher: bytes, key: bytes, plain: bytes) -> bytes:
    if cipher == CHACHA_ID:
        return ChaCha20.new(key=key, nonce=NONCE[:12]).encrypt(plain)
    pad = 16 - len(plain) % 16
    return AES.new(key, AES.MODE_CBC, NONCE[:16]).encrypt(plain + bytes([pad]) * pad)


def kdbx3(xml: bytes, *, stream: int = 2, compressed: bool = True, key: bytes = b"") -> bytes:
    """A database of KDBX 3.1."""
    start = bytes(range(32))
    fields = {
        2: AES_ID,
        3: struct.pack("<I", int(compressed)),
        4: SEED,
        5: SALT,
        6: struct.pack("<Q", 5),
        7: NONCE[:16],
        8: STREAM_KEY,
        9: start,
        10: struct.pack("<I", stream),
        0: b"\r\n\r\n",
    }
    parts = (struct.pack("<BH", n, len(data)) + data for n, data in fields.items())
    header = MAGIC + struct.pack("<HH", 1, 3) + b"".join(parts)
    content = gzip.compress(xml) if compressed else xml
    blocks = [content[at : at + 4000] for at in range(0, len(content), 4000)]
    plain = start + b"".join(
        struct.pack("<I", number)
        + hashlib.sha256(data).digest()
        + struct.pack("<I", len(data))
        + data
        for number, data in enumerate(blocks)
    )
    plain += struct.pack("<I", len(blocks)) + bytes(36)
    transformed = slow_aes_kdf(key or composite(), SALT, 5)
    return header + encrypt(AES_ID, hashlib.sha256(SEED + transformed).digest(), plain)
