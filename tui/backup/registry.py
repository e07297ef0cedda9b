"""What can be imported and exported: every format, and a copy of the vault."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tui.backup import vault_copy
from tui.backup.formats import readers, writers
from tui.backup.formats import recognise as recognise_format
from tui.backup.model import Credentials, Fit, Format, Needs
from tui.crypto.kdf import Argon2Params
from tui.errors import UsageError
from tui.text import safe

if TYPE_CHECKING:
    from tui.backup.model import Backup

DEFAULT = "authenticator-pro"
"""The target that is meant where none is named."""
VAULT = "vault"
"""The name of the vault's own copy."""
_STANDARD = Argon2Params(3, 65536, 4)


@cache
def vault_copy_format(params: Argon2Params = _STANDARD) -> Format:
    """Return the copy of a vault as a format; a written one takes `params` for its password."""

    def write(backup: Backup, credentials: Credentials) -> bytes:
        return vault_copy.write_copy(backup, credentials.password, params)

    return Format(
        name=VAULT,
        label="otp-tui vault, under a password of its own",
        suffixes=(".json",),
        sniff=vault_copy.is_copy,
        needs=lambda _data: Needs.PASSWORD,
        read=lambda data, credentials: vault_copy.read_copy(data, credentials.password),
        write=write,
        fit=Fit,
        holds=vault_copy.holds_everything(),
    )


def sources() -> tuple[Format, ...]:
    """Return all that can be imported."""
    return (*readers(), vault_copy_format())


def targets(params: Argon2Params = _STANDARD) -> tuple[Format, ...]:
    """Return all that can be exported, the default first; a vault's copy takes `params`."""
    every = (*writers(), vault_copy_format(params))
    return tuple(sorted(every, key=lambda each: each.name != DEFAULT))


def source(name: str) -> Format:
    """Return what is imported under that name.

    Raises:
        UsageError: there is none; the hint lists the names.
    """
    return _named(sources(), name)


def target(name: str, params: Argon2Params = _STANDARD) -> Format:
    """Return what is exported under that name.

    Raises:
        UsageError: there is none; the hint lists the names.
    """
    return _named(targets(params), name)


def recognise(data: bytes, name: str = "") -> Format | None:
    """Return what these bytes are a file of, or None; as `formats.recognise`."""
    return vault_copy_format() if vault_copy.is_copy(data) else recognise_format(data, name)


def _named(choices: tuple[Format, ...], name: str) -> Format:
    for each in choices:
        if each.name == name:
            return each
    raise UsageError(
        f"There is no format {safe(name, 40)!r} for that.",
        f"Choose one of: {', '.join(each.name for each in choices)}.",
    )
