"""The keys that the code list shows in its bar, and what it says if it has no rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui.app.commands import command_key, press_hint
from tui.app.widgets.empty_list import EmptyList

if TYPE_CHECKING:
    from tui.app.context import Context

_MOVE = ("↑↓", "move")
_TRASH_KEYS = {"restore": "restore", "delete": "delete permanently", "show": "details",
               "next-category": "category", "undo": "undo"}  # fmt: skip
_SELECTED_KEYS = {"delete": "delete", "pin": "pin", "categories": "categories", "export": "export",
                  "select-all": "all or none", "clear": "clear"}  # fmt: skip
_EMPTY_KEYS = {"add": "add", "import": "import", "lock": "lock", "settings": "settings",
               "palette": "commands", "help": "help", "quit": "quit"}  # fmt: skip
_FIRST_KEYS = {
    "add": "add an entry or paste its URI",
    "import": "import a backup or a QR code",
    "help": "see all keys",
}


def bar_keys(
    context: Context, *, search: str | None, in_trash: bool, has_selected: bool, has_entries: bool
) -> list[tuple[str, str]] | None:
    """Return keys and what they do; None for those of the most common commands.

    `search` is the search text, None if no search is open; `has_entries` is about the whole vault.
    """
    if search is not None:
        ends = "clear" if context.pick is None else "quit"
        after = _named(context, {"next-category": "category", "clear": ends})
        return [*_named(context, {"copy": "copy"}), _MOVE, *after]
    if in_trash:
        return _named(context, _TRASH_KEYS)
    if has_selected:
        return _named(context, _SELECTED_KEYS)
    return None if has_entries else _named(context, _EMPTY_KEYS)


def when_empty(context: Context, *, search: str | None, has_entries: bool) -> EmptyList:
    """Return what to show instead of rows; arguments as `bar_keys`."""
    ends = "to quit" if context.pick is not None else "to clear the search"
    hint = press_hint(context, "clear", ends).strip()
    if not has_entries and search is not None:
        return EmptyList(f"No entries yet.\n{hint}")
    if not has_entries:
        return EmptyList("No entries yet.", _named(context, _FIRST_KEYS))
    if search:
        return EmptyList(f"No matches for “{search}”.\n{hint}")
    return EmptyList("This category is empty.")


def _named(context: Context, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the keys of commands, without those that have none."""
    pairs = ((command_key(context, name), label) for name, label in labels.items())
    return [pair for pair in pairs if pair[0]]
