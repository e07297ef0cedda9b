"""Draws a code in large characters, to be read from a distance."""

from __future__ import annotations

from dataclasses import dataclass

_FONT = """
0   1   2   3   4   5   6   7   8   9
███ .█. ███ ███ █.█ ███ ███ ███ ███ ███
█.█ ██. ..█ ..█ █.█ █.. █.. ..█ █.█ █.█
█.█ .█. ███ ███ ███ ███ ███ ..█ ███ ███
█.█ .█. █.. ..█ ..█ ..█ █.█ ..█ █.█ ..█
███ ███ ███ ███ ..█ ███ ███ ..█ ███ ███

B   C   D   F   G    H   J   K   M
██. ███ ██. ███ .███ █.█ ..█ █.█ █...█
█.█ █.. █.█ █.. █... █.█ ..█ █.█ ██.██
██. █.. █.█ ██. █.██ ███ ..█ ██. █.█.█
█.█ █.. █.█ █.. █..█ █.█ █.█ █.█ █...█
██. ███ ██. █.. .███ █.█ .█. █.█ █...█

N    P   Q    R   T   V   W     X   Y
█..█ ██. .██. ██. ███ █.█ █...█ █.█ █.█
██.█ █.█ █..█ █.█ .█. █.█ █...█ █.█ █.█
█.██ ██. █..█ ██. .█. █.█ █.█.█ .█. .█.
█..█ █.. █.█. █.█ .█. █.█ ██.██ █.█ .█.
█..█ █.. .█.█ █.█ .█. .█. █...█ █.█ .█.

a   b   c   d   e   f   g   h   i
███ █.. ... ..█ ███ .██ .██ █.. .█.
..█ █.. ███ ..█ █.█ .█. █.█ █.. ...
███ ███ █.. ███ ███ ███ .██ ███ ██.
█.█ █.█ █.. █.█ █.. .█. ..█ █.█ .█.
███ ███ ███ ███ ███ .█. ██. █.█ ███

j   k   l   m     n   o   p   q   r
..█ █.. ██. ..... ... ... ... ... ...
... █.█ .█. █████ ███ ███ ███ ███ █.█
..█ ██. .█. █.█.█ █.█ █.█ █.█ █.█ ██.
█.█ ██. .█. █.█.█ █.█ █.█ ███ ███ █..
███ █.█ .██ █.█.█ █.█ ███ █.. ..█ █..

s   t   u   v   w     x   y   z
... .█. ... ... ..... ... █.█ ...
███ ███ █.█ █.█ █.█.█ █.█ █.█ ███
██. .█. █.█ █.█ █.█.█ .█. ███ .██
.██ .█. █.█ █.█ █.█.█ .█. ..█ ██.
███ .██ ███ .█. █████ █.█ ██. ███
"""
"""Digits, the letters of Steam's codes, and those of Mobile-OTP's and Yandex's in lower case."""
_ROWS = 5


def _glyphs() -> dict[str, list[str]]:
    """Return the rows of pixels of each character."""
    glyphs: dict[str, list[str]] = {}
    for block in _FONT.strip().split("\n\n"):
        names, *rows = (line.split() for line in block.splitlines())
        for name, *pixels in zip(names, *rows, strict=True):
            glyphs[name] = [row.replace(".", " ") for row in pixels]
    return glyphs


_GLYPHS = _glyphs()


@dataclass(frozen=True, slots=True)
class _Scale:
    pixel: int
    """Width of a pixel in cells."""
    lines: int
    """Height of a pixel in lines; 0 for half a line."""
    group: int
    """Cells between groups, besides those between characters."""

    def fits(self, code: str, width: int, height: int) -> bool:
        """Return True if the code has room."""
        lines = _ROWS * self.lines or (_ROWS + 1) // 2
        return lines <= height and len(self._row(code, 0)) <= width

    def draw(self, code: str) -> list[str]:
        """Return the lines of the code; all have the same width."""
        rows = [self._row(code, at) for at in range(_ROWS)]
        if self.lines:
            return [row for row in rows for _ in range(self.lines)]
        pairs = zip(rows[::2], [*rows[1::2], " " * len(rows[0])], strict=True)
        return [
            "".join(_HALVES[pixels] for pixels in zip(upper, lower, strict=True))
            for upper, lower in pairs
        ]

    def _row(self, code: str, at: int) -> str:
        gap = " " * max(1, self.pixel // 2)
        cells = (
            " " * self.group
            if char == " "
            else "".join(pixel * self.pixel for pixel in _GLYPHS[char][at]) + gap
            for char in code
        )
        return "".join(cells).removesuffix(gap)


_HALVES = {(" ", " "): " ", ("█", " "): "▀", (" ", "█"): "▄", ("█", "█"): "█"}
_SCALES = (_Scale(4, 2, 6), _Scale(2, 1, 3), _Scale(1, 0, 2))


def big_lines(code: str, width: int, height: int, *, ascii_only: bool) -> list[str]:
    """Return the lines of a code in groups, as large as `width` and `height` allow.

    Codes without room become one line with spaces.
    """
    if all(char in _GLYPHS or char == " " for char in code):
        for scale in _SCALES:
            if ascii_only and not scale.lines:
                break
            if scale.fits(code, width, height):
                return scale.draw(code)
    spaced = " ".join(code)
    return [spaced if len(spaced) <= width else code]
