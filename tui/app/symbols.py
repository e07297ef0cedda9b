"""Symbols: drawn in Unicode by all widgets, and replaced with ASCII by one filter.

`AsciiFilter` processes each painted line, including borders, Textual's own widgets and names from
the vault, and keeps all cells in place. Only names of keys get longer in ASCII, so `key_text` is
called before layout.
"""

from __future__ import annotations

import locale
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.filter import LineFilter

if TYPE_CHECKING:
    from textual.color import Color

HIGHLIGHT = "▌"
"""The mark before the highlighted row of a list."""
PINNED, SELECTED, SUSPICIOUS = "★", "✓", "!"
"""The marks of entries that are pinned, selected, or imitate another issuer."""

_KEY_WORDS = {
    "↵": "Enter",
    "⇥": "Tab",
    "⌫": "Bksp",
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
"""Symbols that take two cells in ASCII, and replace the space before them."""
_CELLS = {
    "-": "·─═┄┅┈┉╌╍╴╶╸╺⎯‐‑‒–—―▁▂▔⎺⎻⎼⎽",
    "|": "│┃║┆┇┊┋╎╏╵╷╹╻▎▍▏▕▐▋▊▉",
    "+": "┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬┍┎┑┒┕┖┙┚┝┥┠┨┯┰┷┸┿╂▖▗▘▙▚▛▜▝▞▟",
    "#": "▀▄█▇▆▅▃▓■▪▊",
    ".": "░▒",
    "*": "✓✔•●",
    "=": "━",
    "x": "✗✘×",
    "o": "○◯",
    "<": "‹←«◀◂↵",
    ">": "›→»▶▸▹⇥▌",
    "^": "↑▲△▴⇧★☆",
    "v": "↓▼▽▾",
    "~": "…",
    '"': "“”„",
    "'": "‘’‚",
}
_ASCII = {ord(symbol): char for char, symbols in _CELLS.items() for symbol in symbols}


def key_text(key: str, *, ascii_only: bool) -> str:
    """Return the name to show for a key, given its name in Unicode: `↵`, or `Enter` in ASCII."""
    return _KEY_WORDS.get(key, key) if ascii_only else key


def wants_ascii(setting: str, environ: Mapping[str, str], encoding: str | None = None) -> bool:
    """Return True to draw in ASCII; `setting` is "on", "off" or "auto".

    "auto" means ASCII if the locale can't encode Unicode, and on terminals whose fonts lack most
    symbols: the Linux console, and those called vt100, vt220 or ansi. `encoding` defaults to that
    of the locale.
    """
    if setting != "auto":
        return setting == "on"
    terminal = environ.get("TERM", "").partition("-")[0]
    is_plain = terminal in _PLAIN_TERMINALS or bool(_vt.fullmatch(terminal))
    return is_plain or not _is_utf8(encoding or locale_encoding(environ))


_PLAIN_TERMINALS = {"linux", "ansi", "pcansi"}
_vt = re.compile(r"vt\d+\w*")
_C_LOCALES = {"C", "POSIX"}
_COERCED = {"C.UTF-8", "C.utf8", "UTF-8"}


def locale_encoding(environ: Mapping[str, str]) -> str:
    """Return the name of the locale's encoding, which is ASCII if the user asks for the C locale.

    Python itself uses UTF-8 then, and sets LC_CTYPE to one of `_COERCED` (PEP 538).
    """
    name = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG")
    if name in _COERCED and not environ.get("LC_ALL"):
        name = environ.get("LANG")
    if name in _C_LOCALES:
        return "ascii"
    return locale.getencoding() if hasattr(locale, "getencoding") else "utf-8"


def _is_utf8(encoding: str) -> bool:
    return encoding.lower().replace("-", "").replace("_", "") == "utf8"


class AsciiFilter(LineFilter):
    """Converts lines to ASCII symbols, cell by cell.

    Letters are kept if the locale can encode them, otherwise replaced with question marks.
    """

    def __init__(self, encoding: str) -> None:
        """`encoding` is that of the locale."""
        super().__init__()
        self._encoding = encoding

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(to_ascii(text, self._encoding), style, control)
            for text, style, control in segments
        ]


@lru_cache(maxsize=4096)
def to_ascii(text: str, encoding: str = "utf-8") -> str:
    """Return `text` in ASCII symbols, with the same width and with letters that `encoding` has."""
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
