"""Categories as the command line names them: by their name."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from tui.errors import MatchError
from tui.text import safe

if TYPE_CHECKING:
    from tui.otp.entry import Category
    from tui.vault.document import Document


def named(document: Document, name: str) -> Category:
    """Return the category of that name; case counts only where two differ in nothing else.

    Raises:
        MatchError: there is none, or several.
    """
    exact = [one for one in document.categories if one.name == name]
    folded = [one for one in document.categories if _fold(one.name) == _fold(name)]
    found = exact[:1] or folded
    if len(found) == 1:
        return found[0]
    shown = safe(name, 40)
    if found:
        names = tuple(safe(one.name, 40) for one in found)
        raise MatchError(f"{len(found)} categories fit “{shown}”.", "", names)
    raise MatchError(
        f"There is no category “{shown}”.", "See otp-tui category list, or make it: category add."
    )


def shown(category: Category) -> str:
    """Return the name as sentences quote it."""
    return f"“{safe(category.name, 40)}”"


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().casefold()
