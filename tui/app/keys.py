"""Which key does what: the table of commands, and what the settings change in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from textual.keys import KEY_NAME_REPLACEMENTS
from textual.keys import Keys as TextualKeys

from tui.app.commands import COMMANDS, shown
from tui.app.glyphs import UNICODE, Glyphs
from tui.config.schema import KeyChoice
from tui.text import safe

if TYPE_CHECKING:
    from textual.app import App

NEEDED = ("help", "quit", "lock")
"""Commands that cannot be without a key."""
FIXED = {"ctrl+q": "always quits", "ctrl+c": "always quits",
         **{str(number): "copies that row" for number in range(1, 10)}}  # fmt: skip
"""Keys that nothing else can have, and why."""
NO_KEY = "none"
"""Stands in a keymap where a command has no key: no key is called that."""

_ALIASES = {"esc": "escape", "return": "enter", "del": "delete", "ins": "insert", "pgup": "pageup",
            "pgdn": "pagedown", "pgdown": "pagedown", "ctrl+i": "tab", "ctrl+m": "enter",
            "ctrl+[": "escape"}  # fmt: skip
_MODIFIERS = ("ctrl", "alt", "shift", "super", "meta", "hyper")
_BY_ID = {command.id: command for command in COMMANDS}


class Keymap:
    """The keys of every command, and what is wrong with those that were asked for."""

    def __init__(self, chosen: Sequence[KeyChoice] = (), file: str = "") -> None:
        """`file` is the name of the settings file, for what is told."""
        self._file = file
        self.wrong: tuple[str, ...] = ()
        """A sentence for each choice that was not taken."""
        self._keys: dict[str, tuple[str, ...]] = {}
        if chosen:
            self._take(chosen)

    def of(self, name: str) -> tuple[str, ...]:
        """Return the keys of the command with that id, the one to show first; () for none."""
        return self._keys[name] if name in self._keys else _BY_ID[name].keys

    def command(self, key: str) -> str:
        """Return the id of the command that a key has; "" if it is free."""
        return next((name for name in _BY_ID if key in self.of(name)), "")

    def shown(self, name: str, glyphs: Glyphs = UNICODE) -> str:
        """Return the first key of a command as it is read on screen; "" if it has none."""
        keys = self.of(name)
        return glyphs.key(shown(keys[0])) if keys else ""

    @property
    def changed(self) -> Mapping[str, str]:
        """The commands whose keys are not the table's, as a Textual keymap."""
        return {name: ",".join(keys) or NO_KEY for name, keys in self._keys.items()}

    def _take(self, chosen: Sequence[KeyChoice]) -> None:
        wrong: list[tuple[int, str]] = []
        taken: dict[str, KeyChoice] = {}
        for choice in chosen:
            keys = tuple(key_of(key) or "" for key in choice.keys)
            why = _mistake(choice, keys)
            if why:
                wrong.append((choice.line, why))
            else:
                unique = tuple(dict.fromkeys(keys))
                taken[choice.command] = KeyChoice(choice.command, unique, choice.line)
        while clash := next(_clashes(taken), None):
            line, why, *names = clash
            wrong.append((line, why))
            for name in names:
                taken.pop(name, None)
        self._keys = {
            name: choice.keys for name, choice in taken.items() if choice.keys != _BY_ID[name].keys
        }
        self.wrong = tuple(self._told(line, why) for line, why in sorted(wrong))

    def _told(self, line: int, why: str) -> str:
        where = f"{self._file or 'config.toml'}{f', line {line}' if line else ''}"
        return f"{where}: {why}{'' if why.endswith('?') else '.'}"


_TABLE = Keymap()


def keymap_of(app: App[Any]) -> Keymap:
    """Return the keys that hold in the app."""
    found = getattr(app, "keymap", _TABLE)
    return found if isinstance(found, Keymap) else _TABLE


def _mistake(choice: KeyChoice, keys: tuple[str, ...]) -> str:
    name = safe(choice.command, 80)
    if choice.command not in _BY_ID:
        from difflib import get_close_matches

        near = get_close_matches(name, list(_BY_ID), 1)
        return f"there is no command {name}" + (f"; did you mean {near[0]}?" if near else "")
    for given, key in zip(choice.keys, keys, strict=True):
        if not key:
            return f"keys.{name}: there is no key “{safe(given, 40)}”; the default is used"
        if key in FIXED:
            return f"keys.{name}: the key {key} {FIXED[key]}; the default is used"
    if not keys and name in NEEDED:
        return f"keys.{name} cannot be without a key; the default is used"
    return ""


def _clashes(taken: Mapping[str, KeyChoice]) -> Iterator[tuple[int, str, str, str]]:
    """Yield keys that two commands would have: the line, what to tell, the commands."""
    owners: dict[str, str] = {}
    for name, command in _BY_ID.items():
        for key in taken[name].keys if name in taken else command.keys:
            other = owners.setdefault(key, name)
            if other != name:
                line = max(taken[each].line for each in (name, other) if each in taken)
                yield (line, f"the key {key} is given to {other} and to {name}; "
                       "the defaults of both are used", other, name)  # fmt: skip


@lru_cache(maxsize=256)
def key_of(written: str) -> str | None:
    """Return a key by the name that Textual has for it; None if there is no such key.

    It may be a character ("/", "G"), a name ("enter", "pgup", "f5"), and "ctrl+", "alt+" or
    "shift+" before either.
    """
    if len(written) == 1:
        return _named(written)
    text = written.strip().lower()
    text = _ALIASES.get(text, text)
    before, plus, last = text[:-1].rpartition("+")
    if plus and not before:
        return None
    last += text[-1:]
    modifiers = before.split("+") if before else []
    if len(set(modifiers)) < len(modifiers) or not set(modifiers) <= set(_MODIFIERS):
        return None
    key = _ALIASES.get(last, last)
    if len(key) == 1:
        if modifiers == ["shift"]:
            return key.upper() if key.isalpha() else None
        key = _named(key) or ""
    elif key not in _KNOWN:
        return None
    return "+".join([*(each for each in _MODIFIERS if each in modifiers), key]) if key else None


def _named(char: str) -> str | None:
    if char.isalnum():
        return char
    name = unicodedata.name(char, "").lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name) or None


_KNOWN = {key.value for key in TextualKeys if key.value.isidentifier()} | {
    _named(char) for char in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ "
}
