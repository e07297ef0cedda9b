"""The commands as Textual takes them: bindings, and keys as they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.binding import Binding
from textual.keys import format_key

from tui.app.symbols import UNICODE, Symbols
from tui.config.commands import COMMANDS, Command
from tui.config.keymap import Keymap

if TYPE_CHECKING:
    from textual.app import App

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
_DEFAULTS = Keymap()


def keymap_of(app: App[Any]) -> Keymap:
    """Return the app's keys; the defaults for an app of another class."""
    found = getattr(app, "keymap", _DEFAULTS)
    return found if isinstance(found, Keymap) else _DEFAULTS


def shown(key: str) -> str:
    """Return a key as it is written on screen."""
    return KEY_NAMES.get(key) or format_key(key).replace("ctrl+", "^")


def shown_key(keymap: Keymap, name: str, symbols: Symbols = UNICODE) -> str:
    """Return a command's first key as it is written on screen; "" if it has none."""
    keys = keymap.of(name)
    return symbols.key(shown(keys[0])) if keys else ""


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
