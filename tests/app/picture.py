"""Pictures of screens as text: the lines, and below them the style of each cell.

`python -m tests.app.picture FILE…` shows stored ones in color.
"""

from __future__ import annotations

import sys
from collections import Counter
from itertools import chain
from pathlib import Path
from string import ascii_letters, digits

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.text import Text
from textual._compositor import LayoutUpdate

from tui.app.app import OtpApp

_LETTERS = ascii_letters + digits
_ATTRIBUTES = ("bold", "dim", "italic", "underline", "reverse", "strike")
_SEEN_ON_SPACE = ("underline", "reverse", "strike")


def picture_of(app: OtpApp) -> str:
    """Return what the terminal shows: |text|, then |styles|, one letter for each cell.

    "." is the commonest style; the last lines say what each letter is. A wide character has
    two letters below it. The color of a space is left out, as nobody sees it.
    """
    screen = app.screen
    update = screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    assert isinstance(update, LayoutUpdate)
    texts: list[str] = []
    styles: list[list[str]] = []
    for strips in update.strips:
        segments = [segment for strip in strips for segment in strip if not segment.control]
        texts.append("".join(segment.text for segment in segments))
        styles.append(
            [_words(style or Style(), char) for text, style, _ in segments
             for char in text for _ in range(cell_len(char))]
        )  # fmt: skip
    commonest = Counter(chain(*styles)).most_common(1)[0][0]
    names = {commonest: "."}
    for style in chain(*styles):
        if style not in names:
            names[style] = _LETTERS[len(names) - 1]
    lines = [*(f"|{text}|" for text in texts), ""]
    lines += [*(f"|{''.join(names[style] for style in row)}|" for row in styles), ""]
    lines += [f"{name} {style}".rstrip() for style, name in names.items()]
    return "\n".join(lines) + "\n"


def _words(style: Style, char: str) -> str:
    """A style in Rich's syntax, without invisible parts."""
    shown = _ATTRIBUTES if char != " " else _SEEN_ON_SPACE
    words = [name for name in shown if getattr(style, name)]
    if style.color and (char != " " or words):
        words.append(style.color.name)
    if style.bgcolor:
        words += ["on", style.bgcolor.name]
    return " ".join(words) or "none"


def in_color(picture: str) -> Text:
    """Return a picture in its colors."""
    texts, grid, names = picture.rstrip("\n").split("\n\n")
    styles = {line[0]: Style.parse(line[2:]) for line in names.splitlines()}
    shown = Text()
    for text, row in zip(texts.splitlines(), grid.splitlines(), strict=True):
        place = 1
        for char in text[1:-1]:
            shown.append(char, styles[row[place]])
            place += cell_len(char)
        shown.append("\n")
    return shown


if __name__ == "__main__":
    console = Console(highlight=False)
    for name in sys.argv[1:]:
        console.print(name, style="bold")
        console.print(in_color(Path(name).read_text(encoding="utf-8")), soft_wrap=True)
