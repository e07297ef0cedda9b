"""Every command of the code list in one place: its keys, its words, its action.

Bindings, the line of keys at the bottom and the help screen all derive from this table.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding
from textual.keys import format_key

KEY_NAMES = {
    "enter": "↵",
    "slash": "/",
    "question_mark": "?",
    "tab": "⇥",
    "shift+tab": "⇧⇥",
    "escape": "Esc",
    "up": "↑",
    "down": "↓",
    "home": "Home",
    "end": "End",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "space": "Space",
    "comma": ",",
    "colon": ":",
    "delete": "Del",
    "shift+up": "⇧↑",
    "shift+down": "⇧↓",
    "ctrl+p": "^p",
    "ctrl+l": "^l",
    "ctrl+e": "^e",
    "ctrl+x": "^x",
    "ctrl+c": "^c",
}

_NAMES = {
    "category(1)": "next-category",
    "category(-1)": "previous-category",
    "move(1)": "down",
    "move(-1)": "up",
    "page(1)": "page-down",
    "page(-1)": "page-up",
    "edge(-1)": "first",
    "edge(1)": "last",
    "shift(-1)": "shift-up",
    "shift(1)": "shift-down",
    "import_backup": "import",
}
"""Names for actions whose own would be awkward."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the user can ask for with a key."""

    action: str
    """The Textual action that does it."""
    keys: tuple[str, ...]
    """Its keys, the one to show first."""
    label: str
    """One or two words for the line of keys."""
    help: str
    """A line for the help screen."""
    group: str
    """Its heading in the help screen."""
    rank: int = 0
    """Place in the line of keys, from 1; 0 keeps it out."""

    @property
    def id(self) -> str:
        """Its name in the section [keys] of the settings, and in a keymap."""
        return _NAMES.get(self.action) or self.action.replace("_", "-")


def shown(key: str) -> str:
    """Return the way a key is written on screen."""
    return KEY_NAMES.get(key) or format_key(key).replace("ctrl+", "^")


COMMANDS: tuple[Command, ...] = (
    Command("copy", ("enter",), "copy", "Copy the selected code", "Codes", 1),
    Command("copy_next", ("n",), "next", "Copy the code after it", "Codes", 5),
    Command("reveal", ("space",), "new code", "Next HOTP code", "Codes"),
    Command("hide", ("h",), "hide", "Hide or show codes", "Codes"),
    Command("search", ("slash",), "search", "Search all names", "Find", 2),
    Command("clear", ("escape",), "clear", "Clear search, ticks", "Find"),
    Command("category(1)", ("tab",), "category", "Next category", "Find", 6),
    Command("category(-1)", ("shift+tab",), "category", "Previous category", "Find"),
    Command("order", ("o",), "order", "Change the order", "Find"),
    Command("move(1)", ("down", "j"), "down", "Down one row", "Move"),
    Command("move(-1)", ("up", "k"), "up", "Up one row", "Move"),
    Command("page(1)", ("pagedown",), "page down", "Down one page", "Move"),
    Command("page(-1)", ("pageup",), "page up", "Up one page", "Move"),
    Command("edge(-1)", ("home", "g"), "first", "First row", "Move"),
    Command("edge(1)", ("end", "G"), "last", "Last row", "Move"),
    Command("add", ("a",), "add", "Add an entry", "Entries", 3),
    Command("show", ("v",), "show", "All of an entry, QR code", "Entries", 4),
    Command("edit", ("E",), "edit", "Edit an entry", "Entries"),
    Command("delete", ("d", "delete"), "delete", "Delete, to the trash", "Entries"),
    Command("restore", ("r",), "restore", "Restore from the trash", "Entries"),
    Command("pin", ("p",), "pin", "Pin on top, or unpin", "Entries"),
    Command("categories", ("c",), "categories", "Categories of an entry", "Entries"),
    Command("shift(-1)", ("shift+up", "K"), "shift up", "Move the entry up", "Entries"),
    Command("shift(1)", ("shift+down", "J"), "shift down", "Move the entry down", "Entries"),
    Command("tick", ("x", "ctrl+x"), "tick", "Tick, to do several", "Entries"),
    Command("undo", ("u",), "undo", "Undo the last change", "Entries"),
    Command("import_backup", ("i",), "import", "Import backups", "Vault", 8),
    Command("export", ("e", "ctrl+e"), "export", "Export entries", "Vault", 9),
    Command("settings", ("comma",), "settings", "Settings", "Vault", 10),
    Command("palette", ("colon", "ctrl+p"), "commands", "Find a command", "Vault"),
    Command("lock", ("l", "ctrl+l"), "lock", "Lock the vault", "Vault", 7),
    Command("help", ("question_mark",), "keys", "Show all keys", "Vault", 11),
    Command("quit", ("q",), "quit", "Quit", "Vault", 12),
)

NUMBER_HELP = ("1 – 9", "Copy the n-th row shown")
"""The digits are nine commands that read best as one."""


def moves() -> list[Binding]:
    """Return the bindings of every list."""
    return [_binding(command) for command in COMMANDS if command.group == "Move"]


def bindings() -> list[Binding]:
    """Return the other bindings of the screen with the codes."""
    made = [_binding(command) for command in COMMANDS if command.group != "Move"]
    digits = [
        Binding(str(number), f"copy_nth({number})", f"Copy row {number}", show=False)
        for number in range(1, 10)
    ]
    return made + digits


def _binding(command: Command) -> Binding:
    return Binding(",".join(command.keys), command.action, command.help, id=command.id)
