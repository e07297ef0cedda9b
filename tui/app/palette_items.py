"""The items of the palette: commands, orders, categories, themes and entries. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from tui.app.visible_entries import TRASH
from tui.config.commands import COMMANDS
from tui.config.schema import THEMES
from tui.otp.entry import Category, Entry
from tui.text import safe
from tui.vault.order import WORDS, Order

_LEFT_OUT = {"palette", "clear", "next-category", "previous-category"}
"""Commands that make sense only as keys."""
ONLY_HERE = {
    "change-password": "Change password",
    "recovery-code": "Create recovery code",
    "key-derivation": "Change key derivation",
    "stay-unlocked": "Stay unlocked for some time",
    "doctor": "Check setup and clock (doctor)",
}
"""Commands without keys: what each does, by id."""
_CURRENT = "current"
_MOST_ENTRIES = 20
"""Maximum number of entries listed for a query."""
_LEAST_LETTERS = 2
"""Letters that a query needs to list entries."""


@dataclass(frozen=True, slots=True)
class PaletteItem:
    """An action to choose."""

    label: str
    """What it does."""
    note: str
    """Its key, or "current" if choosing it would change nothing."""
    do: Callable[[], object]
    """Performs it."""


def matching(
    items: Sequence[PaletteItem], query: str, entries: Sequence[PaletteItem] = ()
) -> list[PaletteItem]:
    """Return the items whose label has every word of the query, together with the entries.

    An item that starts with the query's first word comes first, then those whose words start with
    the query's, then the entries, then those that have the query's words inside their own.
    """
    words = query.casefold().split()
    ranked: list[list[PaletteItem]] = [[], [], [*entries], []]
    for item in items:
        label = item.label.casefold()
        if not all(word in label for word in words):
            continue
        starts = [any(part.startswith(word) for part in label.split()) for word in words]
        first = not words or label.startswith(words[0])
        ranked[0 if first else 1 if all(starts) else 3].append(item)
    return [item for rank in ranked for item in rank]


def recent_first(items: Sequence[PaletteItem], recent: Sequence[str]) -> list[PaletteItem]:
    """Return the items with those whose labels are in `recent` first, in its order."""
    places = {label: place for place, label in enumerate(recent)}
    return sorted(items, key=lambda item: places.get(item.label, len(places)))


def entry_items(
    query: str, find: Callable[[str], list[Entry]], copy: Callable[[str], object]
) -> list[PaletteItem]:
    """Return the entries whose codes a query such as "git" or "copy git" can mean; `copy` gets
    the id."""
    first, _, rest = query.strip().partition(" ")
    wanted = rest if rest and "copy".startswith(first.casefold()) else query
    if len(wanted.strip()) < _LEAST_LETTERS:
        return []
    return [
        PaletteItem(f"Copy {safe(entry.label)}", "", partial(copy, entry.id))
        for entry in find(wanted)[:_MOST_ENTRIES]
    ]


def command_items(key_of: Callable[[str], str], run: Callable[[str], object]) -> list[PaletteItem]:
    """Return the commands; `key_of` returns the key of a command and `run` runs it, by id.

    Those of the key bar come first, then those without keys.
    """
    listed = [each for each in COMMANDS if each.group != "Move" and each.id not in _LEFT_OUT]
    common = sorted((each for each in listed if each.rank), key=lambda each: each.rank)
    labels = {each.id: each.help for each in common} | ONLY_HERE
    labels |= {each.id: each.help for each in listed if not each.rank}
    return [
        PaletteItem(label, "" if name in ONLY_HERE else key_of(name), partial(run, name))
        for name, label in labels.items()
    ]


def order_items(current: Order, sort: Callable[[Order], object]) -> list[PaletteItem]:
    """Return the sort orders of the list."""
    return [
        PaletteItem(f"Sort {words}", _note(order is current), partial(sort, order))
        for order, words in WORDS.items()
    ]


def category_items(
    categories: Iterable[Category], current: str | None, go_to: Callable[[str | None], object]
) -> list[PaletteItem]:
    """Return "All" and the categories that the list can show; `go_to` gets the id."""
    places = [(None, "All"), *((each.id, each.name) for each in categories)]
    return [
        PaletteItem(
            f"Go to {'the trash' if place == TRASH else name}",
            _note(place == current),
            partial(go_to, place),
        )
        for place, name in places
    ]


def theme_items(current: str, use: Callable[[str], object]) -> list[PaletteItem]:
    """Return the themes."""
    return [
        PaletteItem(f"Theme {theme}", _note(theme == current), partial(use, theme))
        for theme in THEMES
    ]


def _note(is_current: bool) -> str:
    return _CURRENT if is_current else ""
