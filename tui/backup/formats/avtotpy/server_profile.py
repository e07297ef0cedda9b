"""Profiles of how a server writes its files, stored as JSON in the vault.

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
    """The shape of an entry; None if the file had no entries."""


def dump_profile(profile: ServerProfile) -> Mapping[str, Any]:
    """Return `profile` as JSON values; empty for the default one."""
    shape = profile.shape and replace(profile.shape, nulls=True)
    if replace(profile, shape=None) == ServerProfile() and shape in (None, EntryShape()):
        return {}
    variant = profile.variant
    saved: dict[str, Any] = {
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
        saved["entry"] = {
            "uris": profile.shape.uris,
            "keys": [list(pair) for pair in profile.shape.keys],
            "sha": profile.shape.sha,
            "text": list(profile.shape.text),
            "kind": profile.shape.kind,
            "nulls": profile.shape.nulls,
        }
    return {NAME: saved}


def load_profile(profiles: Mapping[str, Any]) -> ServerProfile:
    """Return the stored profile; the default if there is none or it can't be read."""
    saved = profiles.get(NAME)
    if not saved:
        return ServerProfile()
    try:
        prefix = bytes.fromhex(saved["prefix"])
        variant = CipherVariant(
            saved["derivation"], saved["key_length"], len(prefix), saved["associated"]
        )
        magic, version = bytes.fromhex(saved["magic"]), bytes.fromhex(saved["version"])
        wrapper = Wrapper(saved["list"], dict(saved["around"]))
        shape = _shape(saved["entry"]) if "entry" in saved else None
    except (KeyError, TypeError, ValueError):
        return ServerProfile()
    if variant not in cipher_variants():
        return ServerProfile()
    if (len(magic), len(version)) != (MAGIC_LENGTH, VERSION_LENGTH):
        return ServerProfile()
    return ServerProfile(magic, version, variant, prefix, wrapper, shape)


def _shape(saved: Mapping[str, Any]) -> EntryShape:
    keys = tuple((str(key), str(each)) for key, each in saved["keys"])
    if not {each for _, each in keys} <= FIELDS.keys():
        raise ValueError
    return EntryShape(
        uris=saved["uris"] is True,
        keys=keys,
        sha=str(saved["sha"]),
        text=tuple(each for each in ("digits", "period") if each in saved["text"]),
        kind=str(saved["kind"]),
        nulls=saved["nulls"] is True,
    )
