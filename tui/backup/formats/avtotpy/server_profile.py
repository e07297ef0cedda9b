"""How a server writes its files, found in one of them, as JSON that the vault can keep.

Spec: avtotpy.md, "Writing is faithful", "Default dialect".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tui.backup.formats.avtotpy.cipher_variants import CipherVariant, cipher_variants
from tui.backup.formats.avtotpy.entry_shape import FIELDS, EntryShape
from tui.backup.formats.avtotpy.header import MAGIC, MAGIC_LENGTH, NAME, VERSION_LENGTH, VERSIONS
from tui.backup.formats.avtotpy.payload import Wrapper


@dataclass(frozen=True, slots=True)
class ServerProfile:
    """How a server writes its files."""

    magic: bytes = MAGIC
    """The first 20 bytes."""
    version: bytes = VERSIONS[0]
    """The two bytes after the magic."""
    variant: CipherVariant = field(default_factory=CipherVariant)
    """How the payload is encrypted."""
    prefix: bytes = b""
    """The bytes before the nonce."""
    wrapper: Wrapper = field(default_factory=Wrapper)
    """The object around the list of entries."""
    shape: EntryShape | None = None
    """The shape of an entry; None where the file had none."""


def dump_profile(profile: ServerProfile) -> Mapping[str, Any]:
    """Return the JSON of `profile`; empty for the default one."""
    shape = profile.shape and replace(profile.shape, nulls=True)
    if replace(profile, shape=None) == ServerProfile() and shape in (None, EntryShape()):
        return {}
    variant = profile.variant
    told: dict[str, Any] = {
        "magic": profile.magic.hex(),
        "version": profile.version.hex(),
        "derivation": variant.derivation,
        "key_length": variant.key_length,
        "prefix": profile.prefix.hex(),
        "associated": variant.associated,
        "list": profile.wrapper.key,
        "around": dict(profile.wrapper.others),
    }
    if profile.shape is not None:
        told["entry"] = {
            "uris": profile.shape.uris,
            "keys": [list(pair) for pair in profile.shape.keys],
            "sha": profile.shape.sha,
            "text": list(profile.shape.text),
            "kind": profile.shape.kind,
            "nulls": profile.shape.nulls,
        }
    return {NAME: told}


def load_profile(profiles: Mapping[str, Any]) -> ServerProfile:
    """Return the profile in this JSON; the default where there is none or it is not understood."""
    told = profiles.get(NAME)
    if not told:
        return ServerProfile()
    try:
        prefix = bytes.fromhex(told["prefix"])
        variant = CipherVariant(
            told["derivation"], told["key_length"], len(prefix), told["associated"]
        )
        magic, version = bytes.fromhex(told["magic"]), bytes.fromhex(told["version"])
        wrapper = Wrapper(told["list"], dict(told["around"]))
        shape = _shape(told["entry"]) if "entry" in told else None
    except (KeyError, TypeError, ValueError):
        return ServerProfile()
    if variant not in cipher_variants():
        return ServerProfile()
    if (len(magic), len(version)) != (MAGIC_LENGTH, VERSION_LENGTH):
        return ServerProfile()
    return ServerProfile(magic, version, variant, prefix, wrapper, shape)


def _shape(told: Mapping[str, Any]) -> EntryShape:
    keys = tuple((str(key), str(each)) for key, each in told["keys"])
    if not {each for _, each in keys} <= FIELDS.keys():
        raise ValueError
    return EntryShape(
        uris=told["uris"] is True,
        keys=keys,
        sha=str(told["sha"]),
        text=tuple(each for each in ("digits", "period") if each in told["text"]),
        kind=str(told["kind"]),
        nulls=told["nulls"] is True,
    )
