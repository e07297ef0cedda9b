"""The signs that are no letters, in two sets: for most terminals, and in plain ASCII.

Widgets that draw signs take them from `symbols_of(app)`. What is drawn all the same by others
(borders, Textual's own widgets, sentences, names out of a vault) goes through `AsciiFilter`,
a filter over every line, where the set is ASCII.
"""

from __future__ import annotations

import locale
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual.filter import LineFilter

if TYPE_CHECKING:
    from textual.app import App
    from textual.color import Color


_NONE: Mapping[str, str] = {}


class Symbols(NamedTuple):
    """One set. Each sign is one cell wide, but for `asks` and the names of keys.

    A dataclass of this size would be made more slowly.
    """

    bar: str = "▌"
    """Before the selected row."""
    tick: str = "✓"
    """Ticked, or done."""
    cross: str = "✗"
    """Refused, or failed."""
    dot: str = "·"
    """Between two things, and in the place of a digit that is not known yet."""
    hidden: str = "•"
    """In the place of a character that is hidden."""
    pin: str = "▴"
    """Pinned on top."""
    dash: str = "–"
    """Nothing here, or from one to another."""
    cut: str = "…"
    """Where a text was cut."""
    asks: str = "↵"
    """A key asks for the code; at most two cells."""
    rule: str = "─"
    """A line across."""
    wall: str = "│"
    """A line down."""
    full: str = "█"
    """The part of a bar that is left."""
    shade: str = "░"
    """The part of a bar that is gone."""
    left_end: str = "▕"
    """Before a bar."""
    right_end: str = "▏"
    """After a bar."""
    caret: str = "▏"
    """Where the next letter goes."""
    on: str = "●"
    """The chosen one of several, or yes."""
    off: str = "○"
    """Another one, or no."""
    back: str = "‹"
    """There is one before it."""
    forth: str = "›"
    """There is one after it."""
    ascii: bool = False
    """Whether this is the plain set."""
    keys: Mapping[str, str] = _NONE
    """What is said for a key instead of its sign."""

    def key(self, shown: str) -> str:
        """Return a key as it is written with these signs, from how it is written with all."""
        return self.keys.get(shown, shown)


UNICODE = Symbols()
ASCII = Symbols(
    bar=">",
    tick="*",
    cross="x",
    dot="-",
    hidden="*",
    pin="^",
    dash="-",
    cut="~",
    asks="<-",
    rule="-",
    wall="|",
    full="#",
    shade=".",
    left_end="[",
    right_end="]",
    caret="_",
    on="*",
    off="o",
    back="<",
    forth=">",
    ascii=True,
    keys={
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
        "1 – 9": "1 - 9",
    },
)


def symbols_of(app: App[Any]) -> Symbols:
    """Return the set that the app draws with."""
    found = getattr(app, "symbols", UNICODE)
    return found if isinstance(found, Symbols) else UNICODE


def wants_ascii(setting: str, environ: Mapping[str, str], encoding: str | None = None) -> bool:
    """Return whether the plain set is drawn with: `setting` is that of the config.

    "auto" takes it where the locale cannot write the other one, and on the Linux console,
    whose fonts have few of its signs. `encoding` is the locale's own if not given.
    """
    if setting != "auto":
        return setting == "on"
    return environ.get("TERM") == "linux" or not _is_utf8(encoding or locale_encoding())


def locale_encoding() -> str:
    """Return the name of the encoding that the user's locale writes in."""
    return locale.getencoding() if hasattr(locale, "getencoding") else "utf-8"


def _is_utf8(encoding: str) -> bool:
    return encoding.lower().replace("-", "").replace("_", "") == "utf8"


_DRAWN = {
    "-": "·─━═┄┅┈┉╌╍╴╶╸╺⎯‐‑‒–—―▁▂▔⎺⎻⎼⎽",
    "|": "│┃║┆┇┊┋╎╏╵╷╹╻▎▍▏▕▐▌▋▊▉",
    "+": "┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬┍┎┑┒┕┖┙┚┝┥┠┨┯┰┷┸┿╂▖▗▘▙▚▛▜▝▞▟",
    "#": "▀▄█▇▆▅▃▓■▪▊",
    ".": "░▒",
    "*": "✓✔•●★☆",
    "x": "✗✘×",
    "o": "○◯",
    "<": "‹←«◀◂",
    ">": "›→»▶▸▹",
    "^": "↑▲△▴⇧",
    "v": "↓▼▽▾",
    "~": "…",
    '"': "“”„",
    "'": "‘’‚",
}
_PLAIN = {ord(sign): plain for plain, signs in _DRAWN.items() for sign in signs}


class AsciiFilter(LineFilter):
    """Writes every line with plain signs, cell for cell.

    Letters stay where the locale can write them; a question mark stands for the others.
    """

    def __init__(self, encoding: str = "") -> None:
        """`encoding` is the locale's own if not given."""
        super().__init__()
        self._encoding = encoding or locale_encoding()

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(plain(text, self._encoding), style, control)
            for text, style, control in segments
        ]


@lru_cache(maxsize=4096)
def plain(text: str, encoding: str = "utf-8") -> str:
    """Return `text` in plain signs and in as many cells, with what `encoding` can write."""
    if text.isascii():
        return text
    text = text.replace(" …", "..").translate(_PLAIN)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_written(char, encoding) for char in text)
    except LookupError:
        return text
    return text


def _written(char: str, encoding: str) -> str:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return "?" * cell_len(char)
    return char
