"""The commands as Textual bindings, and the names of keys to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.keys import format_key

from tui.app.symbols import key_text
from tui.config.commands import COMMANDS, Command

if TYPE_CHECKING:
    from tui.app.context import Context

_KEY_NAMES = {
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


def key_label(key: str, *, ascii_only: bool) -> str:
    """Return the name to show for a key, given Textual's name."""
    # Textual would look up even a character in the names of Unicode.
    is_character = len(key.rpartition("+")[2]) == 1
    name = _KEY_NAMES.get(key) or (key if is_character else format_key(key))
    return key_text(name.replace("ctrl+", "^"), ascii_only=ascii_only)


def command_key(context: Context, command: str) -> str:
    """Return the name to show for the first key of a command; "" if it has none."""
    keys = context.keymap.of(command)
    return key_label(keys[0], ascii_only=context.ascii_only) if keys else ""


def press_hint(context: Context, command: str, purpose: str) -> str:
    """Return ` Press u to undo.`, with `purpose` and the key of the command; "" if it has none."""
    key = command_key(context, command)
    return f" Press {key} {purpose}." if key else ""


def move_bindings() -> list[Binding]:
    """Return the bindings of all lists."""
    return [_binding(command) for command in COMMANDS if command.group == "Move"]


def list_bindings() -> list[Binding]:
    """Return the bindings of the code list, in addition to those of all lists."""
    made = [_binding(command) for command in COMMANDS if command.group != "Move"]
    digits = [
        Binding(str(number), f"copy_row({number})", f"Copy row {number}", show=False)
        for number in range(1, 10)
    ]
    return made + digits


def _binding(command: Command) -> Binding:
    return Binding(",".join(command.keys), command.action, command.help, id=command.id)
