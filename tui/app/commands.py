"""Every command of the code list in one place: its keys, its words, its action.

Bindings, the line of keys at the bottom and the help screen all derive from this table.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding

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
    "ctrl+l": "^l",
    "ctrl+e": "^e",
    "ctrl+x": "^x",
    "ctrl+c": "^c",
}


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
        """A stable name, for a keymap."""
        return self.action.replace("(", ".").replace(")", "").replace("'", "")

    @property
    def shown_keys(self) -> str:
        """The keys as people read them."""
        return " ".join(shown(key) for key in self.keys)


def shown(key: str) -> str:
    """Return the way a key is written on screen."""
    return KEY_NAMES.get(key, key)


COMMANDS: tuple[Command, ...] = (
    Command("copy", ("enter",), "copy", "Copy the selected code", "Codes", 1),
    Command("copy_next", ("n",), "copy next", "Copy the code after it", "Codes", 2),
    Command("reveal", ("space",), "new code", "Next HOTP code", "Codes"),
    Command("search", ("slash",), "search", "Search all names", "Find", 3),
    Command("clear", ("escape",), "clear", "Clear search, category", "Find"),
    Command("category(1)", ("tab",), "category", "Next category", "Find", 4),
    Command("category(-1)", ("shift+tab",), "category", "Previous category", "Find"),
    Command("move(1)", ("down", "j"), "down", "Down one row", "Move"),
    Command("move(-1)", ("up", "k"), "up", "Up one row", "Move"),
    Command("page(1)", ("pagedown",), "page down", "Down one page", "Move"),
    Command("page(-1)", ("pageup",), "page up", "Up one page", "Move"),
    Command("edge(-1)", ("home", "g"), "first", "First row", "Move"),
    Command("edge(1)", ("end", "G"), "last", "Last row", "Move"),
    Command("import_backup", ("i",), "import", "Import backups", "Vault", 5),
    Command("export", ("e", "ctrl+e"), "export", "Export entries", "Vault", 7),
    Command("tick", ("x", "ctrl+x"), "tick", "Tick, for an export", "Vault"),
    Command("undo", ("u",), "undo", "Undo the last import", "Vault"),
    Command("lock", ("l", "ctrl+l"), "lock", "Lock the vault", "Vault", 6),
    Command("help", ("question_mark",), "keys", "Show all keys", "Vault", 8),
    Command("quit", ("q",), "quit", "Quit", "Vault", 9),
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
