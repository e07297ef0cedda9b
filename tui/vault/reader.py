"""The strict reader of the vault file: which bytes are a vault. Pure, and fast to import.

Spec: vault.md; described in docs/vault-format.md. `envelope` makes values of
the result.
"""

from __future__ import annotations

import binascii

from tui import limits
from tui.crypto.bounds import ARGON2_VERSION, argon2_mistake
from tui.errors import (
    DamagedVaultError,
    InvalidVaultError,
    NewerVaultError,
    WrongPasswordError,
)
from tui.lean_json import loads

TYPE_CHECKING = False  # typing takes 6 ms to import
if TYPE_CHECKING:
    from typing import Any

FORMAT = "otp-tui-vault"
VERSION = 2
"""The version that is written; every version from 1 is read."""
PADDING = 4096
"""The document is padded to a multiple of this, in bytes."""
MAX_GENERATION = 2**53
"""Maximum generation: the highest whole number that all JSON parsers can represent."""
MAX_SLOTS = 16
"""Maximum number of slots: each may cost a key derivation before the password proves wrong."""
BACKUP_HINT = "To restore an older copy from the folder “backups”, run: otp-tui recover"
SLOT_CONTEXT = b"otp-tui/v1/slot\0"
VAULT_CONTEXT = b"otp-tui/v1/vault\0"
"""What the additional data of the two kinds of ciphertexts starts with."""

_PAYLOAD = b',"payload":"'
_BOM = b"\xef\xbb\xbf"
_MAX_STRUCTURE = 4096
_MAX_DIGITS = 19
_TAG = 16
_HEX = "0123456789abcdefABCDEF"


class Slot:
    """A way to open the vault: the vault key, wrapped."""

    __slots__ = (
        "argon2",
        "ephemeral_key",
        "id",
        "nonce",
        "public_key",
        "root",
        "salt",
        "wrapped_key",
    )

    def __init__(self, root: dict[str, Any], version: int = VERSION) -> None:
        """Check the slot's object, in a file of a version."""
        _keys(root, "id", "type", "kdf", "nonce", "wrapped_key")
        kdf = root["kdf"]
        self.root = root
        self.id = _hex(root, "id", 16)
        """16 hex digits."""
        self.nonce = _bytes(root, "nonce", 12)
        self.wrapped_key = _bytes(root, "wrapped_key", 48)
        self.argon2: tuple[int, int, int] | None = None
        """Iterations, memory in KiB and parallelism; None for a recovery code."""
        self.public_key = self.ephemeral_key = b""
        """X25519 keys, 32 bytes; empty for a password or a recovery code of version 1."""
        name = (root["type"], kdf.get("name") if type(kdf) is dict else None)
        if name == ("recovery", "hkdf-sha256"):
            _keys(kdf, "name", "salt")
            self.salt = _bytes(kdf, "salt", 32)
            return
        if name == ("recovery", "x25519-hkdf-sha256") and version > 1:
            _keys(kdf, "name", "salt", "public_key", "ephemeral_key")
            self.salt = _bytes(kdf, "salt", 32)
            self.public_key = _bytes(kdf, "public_key", 32)
            self.ephemeral_key = _bytes(kdf, "ephemeral_key", 32)
            return
        if name != ("password", "argon2id"):
            raise InvalidVaultError("a slot has an unknown type")
        _keys(kdf, "name", "version", "time_cost", "memory_kib", "parallelism", "salt")
        if _whole(kdf, "version", ARGON2_VERSION) != ARGON2_VERSION:
            raise InvalidVaultError("its Argon2 version is unknown")
        self.argon2 = (kdf["time_cost"], kdf["memory_kib"], kdf["parallelism"])
        if mistake := argon2_mistake(*self.argon2):
            raise InvalidVaultError(mistake)
        self.salt = _bytes(kdf, "salt", 16)

    def context(self, vault_id: str) -> bytes:
        """Return the additional data that the wrapped key authenticates."""
        slot = {name: value for name, value in self.root.items() if name != "wrapped_key"}
        return SLOT_CONTEXT + canonical({"vault_id": vault_id, "slot": slot})


class Header:
    """The contents of the file."""

    __slots__ = ("generation", "nonce", "payload", "root", "slots", "vault_id", "version")

    def __init__(self, root: dict[str, Any], payload: bytes | None) -> None:
        """Check the file's object; `payload` is given if it was taken out."""
        _keys(root, "format", "version", "vault_id", "generation", "slots", "nonce", "payload")
        slots = root["slots"]
        if type(slots) is not list or not 1 <= len(slots) <= MAX_SLOTS:
            raise InvalidVaultError(f"it must have 1 to {MAX_SLOTS} slots")
        self.root = root
        self.payload = _bytes(root, "payload") if payload is None else payload
        if len(self.payload) <= _TAG or (len(self.payload) - _TAG) % PADDING:
            raise InvalidVaultError("its payload has the wrong length")
        self.vault_id = _hex(root, "vault_id", 32)
        self.generation = _whole(root, "generation", MAX_GENERATION)
        self.version: int = root["version"]
        self.slots = [Slot(slot, self.version) for slot in slots]
        self.nonce = _bytes(root, "nonce", 12)

    @property
    def context(self) -> bytes:
        """The additional data that the payload authenticates: all but the payload."""
        header = {name: value for name, value in self.root.items() if name != "payload"}
        return VAULT_CONTEXT + canonical(header)


def read(data: bytes, name: str = "The vault") -> Header:
    """Read the file's bytes, without deriving or decrypting anything.

    `name` is for messages. White space between the parts and a byte-order mark are accepted.

    Raises:
        NewerVaultError: a newer version of the format.
        DamagedVaultError: anything else that this version wouldn't write: unknown or duplicate
            keys, floats, wrong types or lengths, non-canonical base64, KDF parameters out of
            bounds.
    """
    try:
        text, payload = _split(data)
        return Header(_root(text, name), payload)
    except InvalidVaultError as refused:
        raise DamagedVaultError(f"{name} is not a valid vault: {refused}.", BACKUP_HINT) from None


def first_slots(start: bytes) -> list[Slot]:
    """Return the slots in the file's bytes before its payload; none if they are not as written.

    For a head start: `read` has to accept the file.
    """
    try:
        root = loads(start.decode() + "}")
        return [Slot(slot) for slot in root["slots"]]
    except (InvalidVaultError, ValueError, RecursionError, LookupError, TypeError):
        return []


def wrong(what: str) -> WrongPasswordError:
    """Return the error for a password or a recovery code that opens no slot."""
    hint = f"If you are sure of the {what}, the vault may be damaged. {BACKUP_HINT}"
    return WrongPasswordError(f"Wrong {what}.", hint)


def canonical(value: object) -> bytes:
    """Return canonical JSON: keys sorted, no white space. Texts must not need escapes."""
    return _canonical(value).encode("ascii")


def _canonical(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ",".join([f'"{key}":{_canonical(value[key])}' for key in sorted(value)]) + "}"
    if isinstance(value, list):
        return f"[{','.join(map(_canonical, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _split(data: bytes) -> tuple[bytes, bytes | None]:
    """Take the payload out of a file that ends with it, which saves parsing it as JSON.

    It is base64, so that no character of it means anything in JSON.
    """
    if len(data) > limits.FILE:
        raise InvalidVaultError(f"it is larger than {limits.FILE // 1024 // 1024} MiB")
    at = data.rfind(_PAYLOAD) + len(_PAYLOAD)
    if at < len(_PAYLOAD) or not data.endswith(b'"}', at):
        return data, None
    try:
        payload = _decoded(memoryview(data)[at:-2])
    except ValueError:
        return data, None
    return data[:at] + b'"}', payload


def _root(data: bytes, name: str) -> dict[str, Any]:
    if not data.strip():
        raise InvalidVaultError("it is empty")
    # A vault has a handful of objects, however long its payload is. Counting them is cheaper than
    # parsing a file that was crafted to be expensive.
    if max(data.count(b"{"), data.count(b"["), data.count(b",")) > _MAX_STRUCTURE:
        raise InvalidVaultError("it has too many parts")
    faults: list[str] = []
    root = _load(data, faults)
    if type(root) is not dict or root.get("format") != FORMAT:
        raise InvalidVaultError("it is not an otp-tui vault")
    version = root.get("version")
    if type(version) is int and version > VERSION:
        raise NewerVaultError(
            f"{name} was created by a newer version of otp-tui.", "Update otp-tui."
        )
    if faults:
        raise InvalidVaultError(faults[0])
    if type(version) is not int or not 1 <= version <= VERSION:
        raise InvalidVaultError("its version number is unknown")
    return root


def _load(data: bytes, faults: list[str]) -> Any:
    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        if len(made) != len(found):
            faults.append("it has a duplicate key")
        return made

    def number(digits: str) -> int:
        if len(digits) <= _MAX_DIGITS and digits[0] != "-":
            return int(digits)
        faults.append("a number in it is out of bounds")
        return -1

    def fraction(_: str) -> None:
        faults.append("a number in it is not a whole number")

    try:
        return loads(data.removeprefix(_BOM).decode(), pairs, number, fraction)
    except UnicodeDecodeError:
        raise InvalidVaultError("it is not UTF-8 text") from None
    except (ValueError, RecursionError):
        raise InvalidVaultError("it is not JSON, or was cut off") from None


def _keys(value: Any, *names: str) -> None:
    if type(value) is not dict or value.keys() != set(names):
        raise InvalidVaultError("keys are unknown or missing")


def _whole(value: dict[str, Any], key: str, most: int) -> int:
    number = value[key]
    if type(number) is not int or not 0 <= number <= most:
        raise InvalidVaultError(f"its {key} is not a whole number or out of bounds")
    return number


def _hex(value: dict[str, Any], key: str, length: int) -> str:
    text = value[key]
    if type(text) is not str or len(text) != length or text.strip(_HEX):
        raise InvalidVaultError(f"its {key} is not {length} hex digits")
    return text


def _bytes(value: dict[str, Any], key: str, length: int | None = None) -> bytes:
    text = value[key]
    try:
        raw = _decoded(text.encode("ascii")) if type(text) is str else None
    except ValueError:
        raw = None
    if raw is None:
        raise InvalidVaultError(f"its {key} is not base64")
    if length is not None and len(raw) != length:
        raise InvalidVaultError(f"its {key} has the wrong length")
    return raw


def _decoded(text: bytes | memoryview) -> bytes:
    """Decode canonical base64; raise ValueError for any other."""
    raw = binascii.a2b_base64(text, strict_mode=True)
    # Strict mode doesn't check the unused bits of the last group.
    if binascii.b2a_base64(raw[-(len(raw) % 3 or 3) :], newline=False) != text[-4:]:
        raise ValueError
    return raw
