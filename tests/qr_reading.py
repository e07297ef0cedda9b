"""Reads QR codes from a terminal as a phone would: cells -> image -> zxing-cpp."""

from __future__ import annotations

from collections.abc import Sequence

import zxingcpp
from PIL import Image

HALVES = {" ": (False, False), "▀": (True, False), "▄": (False, True), "█": (True, True)}
"""For each character, True for the halves (upper, lower) that are foreground."""
_PIXELS = 4
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def read_lines(lines: Sequence[str]) -> str | None:
    """Return the text of a code drawn in half blocks, dark on light; None if it can't be read."""
    rows = []
    for line in lines:
        halves = [HALVES[char] for char in line]
        rows += [[upper for upper, _ in halves], [lower for _, lower in halves]]
    return read_modules(rows)


def read_ascii(lines: Sequence[str]) -> str | None:
    """Return the text of a code drawn with two characters per module."""
    return read_modules([[char == "#" for char in line[::2]] for line in lines])


def read_modules(rows: Sequence[Sequence[bool]]) -> str | None:
    """Return the text of a square of modules; None if it isn't square or can't be read."""
    width = len(rows[0])
    assert {len(row) for row in rows} == {width}
    picture = Image.new("L", (width, len(rows)))
    picture.putdata([0 if dark else 255 for row in rows for dark in row])
    larger = picture.resize((width * _PIXELS, len(rows) * _PIXELS), Image.Resampling.NEAREST)
    found = zxingcpp.read_barcodes(larger, formats=_QR)
    return found[0].text if len(found) == 1 else None
