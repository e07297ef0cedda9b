"""The keys of each command: the defaults, and the changes in [keys]."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from tui.config.commands import COMMANDS
from tui.config.schema import KeyChoice
from tui.text import safe

NEEDED = ("help", "quit", "lock")
"""Commands that need at least one key."""
FIXED = {"ctrl+q": "always quits", "ctrl+c": "always quits",
         **{str(number): "copies that row" for number in range(1, 10)}}  # fmt: skip
"""Keys that no command can have, and the reason."""
NO_KEY = "none"
"""The key of a command without keys in a Textual keymap: no key has that name."""

_ALIASES = {"esc": "escape", "return": "enter", "del": "delete", "ins": "insert", "pgup": "pageup",
            "pgdn": "pagedown", "pgdown": "pagedown", "ctrl+i": "tab", "ctrl+m": "enter",
            "ctrl+[": "escape"}  # fmt: skip
_MODIFIERS = ("ctrl", "alt", "shift", "super", "meta", "hyper")
BY_ID = {command.id: command for command in COMMANDS}
"""Commands by id."""


class Keymap:
    """The keys of every command."""

    def __init__(self, chosen: Sequence[KeyChoice] = ()) -> None:
        """`chosen` are choices that `check` accepted."""
        self._keys = {choice.command: choice.keys for choice in chosen}

    def of(self, name: str) -> tuple[str, ...]:
        """Return the keys of a command, by its id, starting with the one to show."""
        return self._keys[name] if name in self._keys else BY_ID[name].keys

    def command(self, key: str) -> str:
        """Return the id of the command that a key is bound to; "" if none."""
        return next((name for name in BY_ID if key in self.of(name)), "")

    @property
    def changed(self) -> Mapping[str, str]:
        """The commands with non-default keys, as a Textual keymap."""
        return {
            name: ",".join(keys) or NO_KEY
            for name, keys in self._keys.items()
            if keys != BY_ID[name].keys
        }


def check(chosen: Sequence[KeyChoice]) -> tuple[tuple[KeyChoice, ...], list[tuple[int, str]]]:
    """Return the valid choices, with Textual's key names, and the mistakes in the others.

    A mistake is a line number, 0 if unknown, and a sentence.
    """
    mistakes: list[tuple[int, str]] = []
    valid: dict[str, KeyChoice] = {}
    for choice in chosen:
        keys = tuple(key_of(key) or "" for key in choice.keys)
        mistake = _mistake(choice, keys)
        if mistake:
            mistakes.append((choice.line, mistake))
        else:
            unique = tuple(dict.fromkeys(keys))
            valid[choice.command] = KeyChoice(choice.command, unique, choice.line)
    while clash := next(_clashes(valid), None):
        line, mistake, *names = clash
        mistakes.append((line, mistake))
        for name in names:
            valid.pop(name, None)
    return tuple(valid.values()), mistakes


def refusal(name: str, keys: Sequence[str], keymap: Keymap) -> str:
    """Return a sentence saying why a command can't have these keys; "" if it can."""
    for key in keys:
        if key in FIXED:
            return f"The key {key} {FIXED[key]}."
        owner = keymap.command(key)
        if owner not in ("", name):
            return f"That key is taken: {BY_ID[owner].help}."
        if key_of(key) is None:
            return "That key can't be saved in the settings."
    return "" if keys or name not in NEEDED else "This command needs at least one key."


def _mistake(choice: KeyChoice, keys: tuple[str, ...]) -> str:
    name = safe(choice.command, 80)
    if choice.command not in BY_ID:
        from difflib import get_close_matches

        near = get_close_matches(name, list(BY_ID), 1)
        return f"unknown command {name}." + (f" Did you mean {near[0]}?" if near else "")
    for given, key in zip(choice.keys, keys, strict=True):
        if not key:
            return f"keys.{name}: unknown key “{safe(given, 40)}”. Using the default."
        if key in FIXED:
            return f"keys.{name}: {key} {FIXED[key]}. Using the default."
    if not keys and name in NEEDED:
        return f"keys.{name} needs at least one key. Using the default."
    return ""


def _clashes(valid: Mapping[str, KeyChoice]) -> Iterator[tuple[int, str, str, str]]:
    """Yield the keys that two commands share: line, sentence, ids of the commands."""
    owners: dict[str, str] = {}
    for name, command in BY_ID.items():
        for key in valid[name].keys if name in valid else command.keys:
            other = owners.setdefault(key, name)
            if other != name:
                line = max(valid[each].line for each in (name, other) if each in valid)
                mistake = f"{other} and {name} both use the key {key}. Using the defaults of both."
                yield line, mistake, other, name


@lru_cache(maxsize=256)
def key_of(written: str) -> str | None:
    """Return Textual's name of a key; None if there is no such key.

    `written` is a character ("/", "G") or a name ("enter", "pgup", "f5"), optionally after "ctrl+",
    "alt+" or "shift+".
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
    elif key not in KEY_NAMES:
        return None
    return "+".join([*(each for each in _MODIFIERS if each in modifiers), key]) if key else None


_PUNCTUATION = {
    " ": "space", "!": "exclamation_mark", '"': "quotation_mark", "#": "number_sign",
    "$": "dollar_sign", "%": "percent_sign", "&": "ampersand", "'": "apostrophe",
    "(": "left_parenthesis", ")": "right_parenthesis", "*": "asterisk", "+": "plus",
    ",": "comma", "-": "minus", ".": "full_stop", "/": "slash", ":": "colon", ";": "semicolon",
    "<": "less_than_sign", "=": "equals_sign", ">": "greater_than_sign", "?": "question_mark",
    "@": "at", "[": "left_square_bracket", "\\": "backslash", "]": "right_square_bracket",
    "^": "circumflex_accent", "_": "underscore", "`": "grave_accent", "{": "left_curly_bracket",
    "|": "vertical_line", "}": "right_curly_bracket", "~": "tilde",
}  # fmt: skip
"""Textual's names of ASCII characters. To look them up would keep the names of the Unicode
database in memory."""


def _named(char: str) -> str | None:
    if char.isalnum():
        return char
    if char in _PUNCTUATION:
        return _PUNCTUATION[char]
    from unicodedata import name

    return name(char, "").lower().replace("-", "_").replace(" ", "_") or None


KEY_NAMES = {
    *("enter", "escape", "tab", "space", "backspace", "insert", "delete", "home", "end"),
    *("pageup", "pagedown", "up", "down", "left", "right"),
    *(f"f{number}" for number in range(1, 25)),
    *_PUNCTUATION.values(),
}
"""Keys that have names: Textual's Keys, and ASCII punctuation."""
