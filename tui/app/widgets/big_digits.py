"""Draws a code in large digits, to be read from a distance."""

from __future__ import annotations

from dataclasses import dataclass

_DRAWN = """
███ .█. ███ ███ █.█ ███ ███ ███ ███ ███
█.█ ██. ..█ ..█ █.█ █.. █.. ..█ █.█ █.█
█.█ .█. ███ ███ ███ ███ ███ ..█ ███ ███
█.█ .█. █.. ..█ ..█ ..█ █.█ ..█ █.█ ..█
███ ███ ███ ███ ..█ ███ ███ ..█ ███ ███
"""
"""The digits from 0 to 9."""
_ROWS = [line.replace(".", " ").split("\n")[0] for line in _DRAWN.strip().split("\n")]
_SIZE = 3
"""Width of a digit in pixels."""


@dataclass(frozen=True, slots=True)
class _Scale:
    pixel: int
    """Width of a pixel in cells."""
    lines: int
    """Height of a pixel in lines; 0 for half a line."""
    group: int
    """Cells between groups, besides those between digits."""

    @property
    def gap(self) -> int:
        """Cells between digits."""
        return max(1, self.pixel // 2)

    def width(self, code: str) -> int:
        digit = _SIZE * self.pixel + self.gap
        return sum(self.group if char == " " else digit for char in code) - self.gap

    def draw(self, code: str) -> list[str]:
        rows = ["".join(self._cells(row, char) for char in code).rstrip() for row in _ROWS]
        if self.lines:
            return [row for row in rows for _ in range(self.lines)]
        width = max(map(len, rows))
        pairs = zip(rows[::2], [*rows[1::2], ""], strict=True)
        return [
            "".join(
                _HALVES[top, low] for top, low in zip(a.ljust(width), b.ljust(width), strict=True)
            )
            for a, b in pairs
        ]

    def _cells(self, row: str, char: str) -> str:
        if char == " ":
            return " " * self.group
        at = int(char) * (_SIZE + 1)
        pixels = row[at : at + _SIZE]
        return "".join(pixel * self.pixel for pixel in pixels) + " " * self.gap


_HALVES = {(" ", " "): " ", ("█", " "): "▀", (" ", "█"): "▄", ("█", "█"): "█"}
_SCALES = (_Scale(4, 2, 6), _Scale(2, 1, 3), _Scale(1, 0, 2))


def big_lines(code: str, width: int, height: int, *, ascii_only: bool) -> list[str]:
    """Return the lines of a code in groups, as large as `width` and `height` allow.

    Codes with letters, and those without room, become one line with spaces.
    """
    if code.replace(" ", "").isdecimal() and code.isascii():
        for scale in _SCALES:
            lines = len(_ROWS) * scale.lines or 3
            if ascii_only and not scale.lines:
                break
            if scale.width(code) <= width and lines <= height:
                return scale.draw(code)
    spaced = " ".join(code)
    return [spaced if len(spaced) <= width else code]
