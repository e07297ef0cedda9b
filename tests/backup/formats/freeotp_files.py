"""Makes files of FreeOTP from primitives, as the app's source has them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from struct import pack
from typing import Any
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

PASSWORD = "pässword"
SECRET = bytes(range(120, 136))
MASTER = bytes(range(32))
SALT = bytes(range(200, 232))


def token(**changes: Any) -> dict[str, Any]:
    """A token of FreeOTP 1 and FreeOTP+; `...` leaves a key out."""
    made = {
        "algo": "SHA1",
        "counter": 0,
        "digits": 6,
        "issuerExt": "Example",
        "issuerInt": "Example",
        "label": "ada",
        "period": 30,
        "secret": signed(SECRET),
        "type": "TOTP",
        **changes,
    }
    return {key: value for key, value in made.items() if value is not ...}


def signed(data: bytes) -> list[int]:
    """Bytes as Java has them in JSON."""
    return [each - 256 if each > 127 else each for each in data]


def preferences(values: dict[str, str], order: object) -> bytes:
    """`tokens.xml` of FreeOTP 1."""
    rows = [*values.items(), ("tokenOrder", json.dumps(order))]
    body = "".join(
        f"    <string name={json.dumps(escape(name))}>{escape(text)}</string>\n"
        for name, text in rows
    )
    head = "<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\n"
    return f"{head}<map>\n{body}</map>\n".encode()


def plus(*rows: object, **more: Any) -> bytes:
    """An export of FreeOTP+."""
    return json.dumps({"tokenOrder": [], "tokens": rows, **more}).encode()


def sealed(key: bytes, plain: bytes, name: str, *, asn1: bool = True) -> dict[str, Any]:
    """A key encrypted with another one."""
    nonce = b"\x07" * 12
    parameters = b"\x04\x0c" + nonce
    if asn1:
        parameters = b"\x30\x11" + parameters + b"\x02\x01\x10"
    return {
        "mCipher": "AES/GCM/NoPadding",
        "mCipherText": signed(AESGCM(key).encrypt(nonce, plain, name.encode())),
        "mParameters": signed(parameters),
        "mToken": name,
    }


def password_key(hash_name: str = "SHA512") -> bytes:
    """The key that encrypts the master key."""
    function: hashes.HashAlgorithm = getattr(hashes, hash_name)()
    return PBKDF2HMAC(function, 32, SALT, 1).derive(PASSWORD.encode())


def master_key(hash_name: str = "SHA512", *, asn1: bool = True, **changes: Any) -> dict[str, Any]:
    """The value `masterKey`, with a single round."""
    key = password_key(hash_name)
    return {
        "mAlgorithm": f"PBKDF2withHmac{hash_name}",
        "mEncryptedKey": sealed(key, MASTER, "AES", asn1=asn1),
        "mIterations": 1,
        "mSalt": signed(SALT),
        **changes,
    }


def secret_value(secret: bytes = SECRET, *, key: bytes = MASTER, asn1: bool = True) -> str:
    """The value under the UUID of a token."""
    return json.dumps({"key": json.dumps(sealed(key, secret, "HmacSHA1", asn1=asn1))})


def pairs(
    *tokens: dict[str, Any], master: dict[str, Any] | None = None, asn1: bool = True
) -> list[tuple[str, str]]:
    """The pairs of a backup with these tokens."""
    made = [("masterKey", json.dumps(master or master_key(asn1=asn1)))]
    for place, each in enumerate(tokens):
        settings = {key: value for key, value in each.items() if key != "secret"}
        made += [
            (f"uuid-{place}", secret_value(asn1=asn1)),
            (f"uuid-{place}-token", json.dumps(settings, ensure_ascii=False)),
        ]
    return made


def java_text(text: str) -> bytes:
    """A text in Java's UTF-8."""
    units = text.encode("utf-16-be", "surrogatepass")
    halves = (chr(int.from_bytes(units[at : at + 2], "big")) for at in range(0, len(units), 2))
    return "".join(halves).encode("utf-8", "surrogatepass").replace(b"\0", b"\xc0\x80")


def string(text: str) -> bytes:
    """A text as an object."""
    data = java_text(text)
    return b"t" + pack(">H", len(data)) + data if len(data) < 65536 else long_string(text)


def long_string(text: str) -> bytes:
    """A text as an object with a length of eight bytes."""
    data = java_text(text)
    return b"|" + pack(">Q", len(data)) + data


def stream(objects: Iterable[tuple[bytes, bytes]], *, threshold: bool = True) -> bytes:
    """A HashMap of objects; Android 6 has no threshold."""
    rows = list(objects)
    fields = (
        b"\x00\x02F\x00\x0aloadFactorI\x00\x09threshold"
        if threshold
        else (b"\x00\x01F\x00\x0aloadFactor")
    )
    values = pack(">f", 0.75) + (pack(">i", 24) if threshold else b"")
    return (
        b"\xac\xed\x00\x05sr\x00\x11java.util.HashMap"
        + pack(">Q", 362498820763181265)
        + b"\x03"
        + fields
        + b"xp"
        + values
        + b"w\x08"
        + pack(">ii", 32, len(rows))
        + b"".join(key + value for key, value in rows)
        + b"x"
    )


def backup(values: Iterable[tuple[str, str]], *, threshold: bool = True) -> bytes:
    """A backup of FreeOTP 2 with these pairs."""
    return stream(((string(key), string(value)) for key, value in values), threshold=threshold)
