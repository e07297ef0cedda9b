"""The list of backup formats, and the recognition of files."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from tui.backup import formats as package
from tui.backup.content import FileContent
from tui.backup.model import Format
from tui.errors import UsageError
from tui.text import safe

DEFAULT = "authenticator-pro"
"""The format of exports by default."""


@cache
def formats() -> tuple[Format, ...]:
    """Return all formats, in the order of their modules' names.

    A module is included if it has FORMAT (one) or FORMATS (several) and its name doesn't start with
    an underscore. All are imported at the first call, so modules should import what their readers
    and writers need in functions.
    """
    found: list[Format] = []
    for name in sorted(module.name for module in pkgutil.iter_modules(package.__path__)):
        if name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{name}")
        found += getattr(module, "FORMATS", ())
        if one := getattr(module, "FORMAT", None):
            found.append(one)
    return tuple(found)


def export_formats() -> tuple[Format, ...]:
    """Return the formats that can be exported, the default first, the others by their labels."""
    found = [each for each in formats() if each.write is not None]
    return tuple(sorted(found, key=lambda each: (each.name != DEFAULT, each.label.casefold())))


def by_name(name: str) -> Format:
    """Return the format of that name.

    Raises:
        UsageError: there is none; the hint lists the names.
    """
    for each in formats():
        if each.name == name:
            return each
    raise UsageError(
        f"Unknown format: {safe(name, 40)!r}.",
        f"Choose one of: {', '.join(sorted(each.name for each in formats()))}.",
    )


def recognize(content: FileContent, name: str = "") -> Format | None:
    """Return the format of a file, or None.

    The content decides. The file's `name` decides if several formats recognize the content, or if
    none does for certain (`Format.weak_sniff`) and the name is enough (`Format.names`).
    """
    claims = sorted(
        (each for each in formats() if each.sniff(content)), key=lambda each: each.weak_sniff
    )
    certain, ending = [each for each in claims if not each.weak_sniff], name.lower()
    named = [each for each in certain or claims if ending.endswith(each.suffixes)]
    if not certain:
        named += [each for each in formats() if each.names and ending.endswith(each.names)]
    return next(iter(named or claims), None)
