"""The table of the app's commands: id, default keys, words and action.

Bindings, key bar, help screen, palette, the section [keys] and the manual page follow it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """A command that has keys."""

    id: str
    """Its name in the section [keys]."""
    keys: tuple[str, ...]
    """Default keys, starting with the one to show."""
    label: str
    """One or two words for the key bar."""
    help: str
    """A few words for the help screen."""
    group: str
    """Its heading on the help screen."""
    rank: int = 0
    """Position in the key bar, from 1; 0 leaves it out."""
    own_action: str = ""
    """Its Textual action, if it differs from `command(id)`."""

    @property
    def action(self) -> str:
        """Its Textual action."""
        return self.own_action or f"command('{self.id}')"


COMMANDS: tuple[Command, ...] = (
    Command("copy", ("enter",), "copy", "Copy code", "Codes", 1),
    Command("copy-next", ("n",), "next", "Copy next code", "Codes", 5),
    Command("reveal", ("space",), "next code", "Show next HOTP code", "Codes"),
    Command("large", ("b",), "large", "Show code in large digits", "Codes"),
    Command("hide", ("h",), "hide", "Hide or show codes", "Codes"),
    Command("search", ("slash",), "search", "Search", "Find", 2),
    Command("clear", ("escape",), "clear", "Clear search or selection", "Find"),
    Command("next-category", ("tab",), "category", "Next category", "Find", 6),
    Command("previous-category", ("shift+tab",), "category", "Previous category", "Find"),
    Command("order", ("o",), "order", "Change sort order", "Find"),
    Command("down", ("down", "j"), "down", "Down one row", "Move", 0, "move(1)"),
    Command("up", ("up", "k"), "up", "Up one row", "Move", 0, "move(-1)"),
    Command("page-down", ("pagedown",), "page down", "Down one page", "Move", 0, "page(1)"),
    Command("page-up", ("pageup",), "page up", "Up one page", "Move", 0, "page(-1)"),
    Command("first", ("home", "g"), "first", "First row", "Move", 0, "edge(-1)"),
    Command("last", ("end", "G"), "last", "Last row", "Move", 0, "edge(1)"),
    Command("add", ("a",), "add", "Add entry", "Entries", 3),
    Command("show", ("v",), "details", "Details and QR code", "Entries", 4),
    Command("edit", ("E",), "edit", "Edit entry", "Entries"),
    Command("delete", ("d", "delete"), "delete", "Delete", "Entries"),
    Command("restore", ("r",), "restore", "Restore from trash", "Entries"),
    Command("pin", ("p",), "pin", "Pin or unpin", "Entries"),
    Command("categories", ("c",), "categories", "Assign categories", "Entries"),
    Command("move-up", ("shift+up", "K"), "move up", "Move entry up", "Entries"),
    Command("move-down", ("shift+down", "J"), "move down", "Move entry down", "Entries"),
    Command("select", ("x", "ctrl+x"), "select", "Select or deselect", "Entries"),
    Command("select-all", ("X", "ctrl+a"), "select all", "Select all shown, or none", "Entries"),
    Command("undo", ("u",), "undo", "Undo or redo", "Entries"),
    Command("import", ("i",), "import", "Import backups", "Vault", 8),
    Command("export", ("e", "ctrl+e"), "export", "Export entries", "Vault", 9),
    Command("merge", ("M",), "merge", "Merge conflict copies", "Vault"),
    Command("recover", ("R",), "recover", "Restore an older copy", "Vault"),
    Command("settings", ("comma",), "settings", "Settings", "Vault", 10),
    Command("palette", ("colon", "ctrl+p"), "commands", "Command palette", "Vault"),
    Command("lock", ("l", "ctrl+l"), "lock", "Lock vault", "Vault", 7),
    Command("help", ("question_mark",), "help", "Show all keys", "Vault", 11),
    Command("quit", ("q",), "quit", "Quit", "Vault", 12),
)

NUMBER_HELP = ("1 – 9", "Copy the n-th code shown")
"""The nine digit keys, described as one command."""
