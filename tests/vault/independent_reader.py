"""A reader of the vault format, versions 1 and 2, written only from docs/vault-format.md.

It imports nothing from otp-tui. Run it on a vault: independent_reader.py FILE PASSWORD
"""

from __future__ import annotations

import base64
import json
import sys
import unicodedata
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def without(value: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: part for name, part in value.items() if name != key}


def wrapping_key(slot: dict[str, Any], password: str | None, code: bytes | None) -> bytes | None:
    kdf = slot["kdf"]
    salt = base64.b64decode(kdf["salt"])
    if slot["type"] == "recovery" and code is not None:
        if kdf["name"] == "hkdf-sha256":
            return HKDF(SHA256(), 32, salt, b"otp-tui/v1/recovery").derive(code)
        seed = HKDF(SHA256(), 32, salt, b"otp-tui/v2/recovery-key").derive(code)
        private = X25519PrivateKey.from_private_bytes(seed)
        ephemeral, public = (base64.b64decode(kdf[key]) for key in ("ephemeral_key", "public_key"))
        assert private.public_key().public_bytes_raw() == public
        secret = private.exchange(X25519PublicKey.from_public_bytes(ephemeral))
        secret += HKDF(SHA256(), 32, salt, b"otp-tui/v2/recovery-authentication").derive(code)
        info = b"otp-tui/v2/recovery-wrap"
        return HKDF(SHA256(), 32, ephemeral + public, info).derive(secret)
    if slot["type"] == "password" and password is not None:
        return hash_secret_raw(
            unicodedata.normalize("NFKC", password).encode(),
            salt,
            time_cost=kdf["time_cost"],
            memory_cost=kdf["memory_kib"],
            parallelism=kdf["parallelism"],
            hash_len=32,
            type=Type.ID,
            version=kdf["version"],
        )
    return None


def read(data: bytes, password: str | None = None, code: bytes | None = None) -> dict[str, Any]:
    vault = json.loads(data)
    assert vault["format"] == "otp-tui-vault"
    assert vault["version"] in {1, 2}
    for slot in vault["slots"]:
        key = wrapping_key(slot, password, code)
        if key is None:
            continue
        context = {"vault_id": vault["vault_id"], "slot": without(slot, "wrapped_key")}
        vault_key = AESGCM(key).decrypt(
            base64.b64decode(slot["nonce"]),
            base64.b64decode(slot["wrapped_key"]),
            b"otp-tui/v1/slot\0" + canonical(context),
        )
        plaintext = AESGCM(vault_key).decrypt(
            base64.b64decode(vault["nonce"]),
            base64.b64decode(vault["payload"]),
            b"otp-tui/v1/vault\0" + canonical(without(vault, "payload")),
        )
        assert len(plaintext) % 4096 == 0
        return dict(json.loads(plaintext))
    raise ValueError("no slot for this password or code")


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:  # noqa: PTH123
        print(json.dumps(read(file.read(), sys.argv[2]), indent=2))  # noqa: T201
