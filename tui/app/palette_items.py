"""What the palette offers: commands, orders, categories and themes, each with its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.app.commands import command_key
from tui.app.visible_entries import TRASH
from tui.app.widgets.bars import CategoryBar
from tui.config.commands import COMMANDS
from tui.config.schema import THEMES
from tui.vault.order import WORDS, Order, order_of

if TYPE_CHECKING:
    from tui.app.screens.codes import CodesScreen

_LEFT_OUT = {"palette", "clear", "category(1)", "category(-1)"}
"""Actions that are for the hand on the list."""


@dataclass(frozen=True, slots=True)
class PaletteItem:
    """One thing to choose."""

    label: str
    """What it is called."""
    note: str
    """Its key, or "now" where it is so already."""
    do: Callable[[], object]
    """Does it, on the screen below."""


def palette_items(screen: CodesScreen) -> list[PaletteItem]:
    """Return all that can be done on the screen with the codes."""
    return [*_commands(screen), *_orders(screen), *_categories(screen), *_themes(screen)]


def matching(all_of_them: Sequence[PaletteItem], query: str) -> list[PaletteItem]:
    """Return those whose label has every word of the query, those that begin with it first."""
    words = query.casefold().split()
    found = [item for item in all_of_them if all(word in item.label.casefold() for word in words)]
    if words:
        found.sort(key=lambda item: not item.label.casefold().startswith(words[0]))
    return found


def _commands(screen: CodesScreen) -> Iterator[PaletteItem]:
    for command in COMMANDS:
        if command.group != "Move" and command.action not in _LEFT_OUT:

            def do(action: str = command.action) -> None:
                screen.call_next(screen.run_action, action)

            yield PaletteItem(command.help, command_key(screen.context, command.id), do)


def _orders(screen: CodesScreen) -> Iterator[PaletteItem]:
    present = order_of(screen.vault.document)
    for order, words in WORDS.items():

        def do(order: Order = order) -> None:
            screen.set_order(order)

        yield PaletteItem(f"Sort {words}", "now" if order is present else "", do)


def _categories(screen: CodesScreen) -> Iterator[PaletteItem]:
    document = screen.vault.document
    named = sorted(document.categories, key=lambda category: category.ranking)
    places = [(None, "all"), *((category.id, category.name) for category in named)]
    if document.trash:
        places.append((TRASH, "the trash"))
    for place, name in places:

        def do(place: str | None = place) -> None:
            screen.post_message(CategoryBar.Picked(place))

        yield PaletteItem(f"Go to {name}", "now" if place == screen.category else "", do)


def _themes(screen: CodesScreen) -> Iterator[PaletteItem]:
    settings = screen.context.settings
    for theme in THEMES:

        def do(theme: str = theme) -> None:
            settings.set(("theme",), theme)

        yield PaletteItem(f"Theme {theme}", "now" if theme == settings.config.theme else "", do)
