"""Characters other than letters: drawn in Unicode everywhere, and made ASCII by one filter.

Widgets draw as if every terminal had Unicode. `AsciiFilter` goes over each painted line, so it
reaches borders, Textual's own widgets and names from the vault as well. It keeps every cell in
its place. Only names of keys get longer in ASCII: `key_text` is asked before they are laid out.
"""

from __future__ import annotations

import locale
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.filter import LineFilter

if TYPE_CHECKING:
    from textual.color import Color

HIGHLIGHT = "▌"
"""Before the highlighted row of a list."""

_KEY_WORDS = {
    "↵": "Enter",
    "⇥": "Tab",
    "⇧⇥": "S-Tab",
    "↑": "Up",
    "↓": "Down",
    "⇧↑": "S-Up",
    "⇧↓": "S-Down",
    "↑↓": "Up/Dn",
    "←": "Left",
    "→": "Right",
    "←→": "L/R",
}
_PAIRS = {" …": "..", " ↵": "<-"}
"""What takes two cells in ASCII. The space before it gives way."""
_CELLS = {
    "-": "·─━═┄┅┈┉╌╍╴╶╸╺⎯‐‑‒–—―▁▂▔⎺⎻⎼⎽",
    "|": "│┃║┆┇┊┋╎╏╵╷╹╻▎▍▏▕▐▋▊▉",
    "+": "┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬┍┎┑┒┕┖┙┚┝┥┠┨┯┰┷┸┿╂▖▗▘▙▚▛▜▝▞▟",
    "#": "▀▄█▇▆▅▃▓■▪▊",
    ".": "░▒",
    "*": "✓✔•●★☆",
    "x": "✗✘×",
    "o": "○◯",
    "<": "‹←«◀◂↵",
    ">": "›→»▶▸▹⇥▌",
    "^": "↑▲△▴⇧",
    "v": "↓▼▽▾",
    "~": "…",
    '"': "“”„",
    "'": "‘’‚",
}
_ASCII = {ord(symbol): char for char, symbols in _CELLS.items() for symbol in symbols}


def key_text(key: str, *, ascii_only: bool) -> str:
    """Return a key as it is shown, from its name in Unicode: `↵`, or `Enter` in ASCII."""
    return _KEY_WORDS.get(key, key) if ascii_only else key


def wants_ascii(setting: str, environ: Mapping[str, str], encoding: str | None = None) -> bool:
    """Return whether to draw in ASCII; `setting` is "on", "off" or "auto".

    "auto" does so if the locale can't write Unicode, and on the Linux console, whose fonts lack
    most symbols. `encoding` is the locale's own if not given.
    """
    if setting != "auto":
        return setting == "on"
    return environ.get("TERM") == "linux" or not _is_utf8(encoding or locale_encoding())


def locale_encoding() -> str:
    """Return the name of the encoding of the user's locale."""
    return locale.getencoding() if hasattr(locale, "getencoding") else "utf-8"


def _is_utf8(encoding: str) -> bool:
    return encoding.lower().replace("-", "").replace("_", "") == "utf8"


class AsciiFilter(LineFilter):
    """Writes every line in ASCII symbols, cell for cell.

    Letters stay if the locale can write them; question marks replace the others.
    """

    def __init__(self, encoding: str = "") -> None:
        """`encoding` is the locale's own if not given."""
        super().__init__()
        self._encoding = encoding or locale_encoding()

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(to_ascii(text, self._encoding), style, control)
            for text, style, control in segments
        ]


@lru_cache(maxsize=4096)
def to_ascii(text: str, encoding: str = "utf-8") -> str:
    """Return `text` in ASCII symbols, in as many cells, with letters that `encoding` can write."""
    if text.isascii():
        return text
    for symbol, chars in _PAIRS.items():
        text = text.replace(symbol, chars)
    text = text.translate(_ASCII)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_encodable(char, encoding) for char in text)
    except LookupError:
        return text
    return text


def _encodable(char: str, encoding: str) -> str:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return "?" * cell_len(char)
    return char
