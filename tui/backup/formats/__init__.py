"""The registry: finds every backup format from its one file in this package."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from tui.backup.model import Format
from tui.errors import UsageError
from tui.text import safe

__all__ = ["by_name", "formats", "readers", "recognise", "writers"]


@cache
def formats() -> tuple[Format, ...]:
    """Return all formats, by the name of their module, then as the module has them.

    A module counts when it has FORMAT (one Format) or FORMATS (several) and its name does
    not begin with an underscore. They are imported at the first call.
    """
    found: list[Format] = []
    for name in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        if name.startswith("_"):
            continue
        module = importlib.import_module(f"{__name__}.{name}")
        found += getattr(module, "FORMATS", ())
        if one := getattr(module, "FORMAT", None):
            found.append(one)
    return tuple(found)


def readers() -> tuple[Format, ...]:
    """Return the formats that can be imported: all of them."""
    return formats()


def writers() -> tuple[Format, ...]:
    """Return the formats that can be exported."""
    return tuple(each for each in formats() if each.write is not None)


def by_name(name: str) -> Format:
    """Return the format of that name.

    Raises:
        UsageError: there is none; the hint lists the names.
    """
    for each in formats():
        if each.name == name:
            return each
    raise UsageError(
        f"There is no backup format {safe(name, 40)!r}.",
        f"Choose one of: {', '.join(each.name for each in formats())}.",
    )


def recognise(data: bytes, name: str = "") -> Format | None:
    """Return the format of these bytes, or None.

    The content decides; the file's `name` where several formats claim the content, or where
    none does and a format has no sure mark of its own (`Format.by_suffix`).
    """
    claims = [each for each in readers() if each.sniff(data)]
    ending = name.lower()
    named = claims or [each for each in readers() if each.by_suffix]
    fitting = [each for each in named if ending.endswith(each.suffixes)]
    return next(iter(fitting or claims), None)
