"""Reads the QR codes in an image: a program, run by `image_process`, that limits itself.

The libraries that decode images are large and written in C, so they never see a vault. The image
comes on standard input; the texts, or a fault, go to standard output as JSON.
"""

from __future__ import annotations

import sys

from tui.errors import ImageFaultError

TYPE_CHECKING = False  # a fast start: typing takes 6 ms to import
if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 64_000_000
"""Maximum number of pixels; a larger image is refused before it is decoded."""
MAX_SIDE = 65_535
"""Maximum width and height that zxing-cpp accepts."""
CPU_SECONDS = 2
"""Seconds of one processor; then the system ends the program with SIGXCPU."""
MEMORY = 512 * 1024 * 1024
"""Maximum size of its memory, in bytes."""
DAMAGED, MANY_PIXELS, LONG, BIG = "damaged", "pixels", "side", "memory"
"""The faults: not an image, too many pixels, too wide or high, too much memory needed."""

_KINDS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
_STRIP = 4_000_000
"""Pixels of a transparent image that are converted at a time."""


def main() -> None:
    """Read an image within the limits; end when the other end of a pipe is closed.

    The first argument is the descriptor of that pipe.
    """
    import json
    import resource
    from contextlib import suppress

    _end_with_pipe(int(sys.argv[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    with suppress(ValueError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    answer: dict[str, object]
    try:
        answer = {"texts": texts(sys.stdin.buffer.read())}
    except ImageFaultError as fault:
        answer = {"fault": str(fault)}
    except MemoryError:
        answer = {"fault": BIG}
    with open(1, "w", encoding="ascii") as output:
        json.dump(answer, output)


def _end_with_pipe(descriptor: int) -> None:
    """Have the system end this program, whatever it does, when `descriptor` becomes readable."""
    import fcntl
    import os
    import select

    fcntl.fcntl(descriptor, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_ASYNC)
    if select.select([descriptor], [], [], 0)[0]:
        sys.exit(1)


def texts(data: bytes) -> list[str]:
    """Return the texts of the QR codes, from the top down and then from the left.

    Raises:
        ImageFaultError: it is not an image, is damaged or too large.
        MemoryError: it needs too much memory.
    """
    import zxingcpp

    only = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found = zxingcpp.read_barcodes(_load(data), formats=only, text_mode=zxingcpp.TextMode.Plain)
    placed = sorted(
        (code.position.top_left.y, code.position.top_left.x, code.text) for code in found
    )
    return [text.strip() for _, _, text in placed]


def _load(data: bytes) -> Image:
    """Return the first frame in grayscale, with white for transparent pixels."""
    import struct
    import warnings
    from io import BytesIO

    from PIL import Image as pillow  # noqa: N813

    warnings.simplefilter("ignore")  # the limits and errors here cover what Pillow warns of
    try:
        with pillow.open(BytesIO(data), formats=_KINDS) as found:
            if found.width * found.height > MAX_PIXELS:
                raise ImageFaultError(MANY_PIXELS)
            if max(found.size) > MAX_SIDE:
                raise ImageFaultError(LONG)
            if found.has_transparency_data:
                return _on_white(found)
            found.draft("L", found.size)  # decodes a JPEG without its colors
            return found.convert("L")
    except pillow.DecompressionBombError:
        raise ImageFaultError(MANY_PIXELS) from None
    except (OSError, ValueError, SyntaxError, EOFError, struct.error):
        raise ImageFaultError(DAMAGED) from None


def _on_white(image: Image) -> Image:
    """Return `image` in grayscale, on white, without another copy of all its colors."""
    from PIL import Image as pillow  # noqa: N813

    width, height = image.size
    made = pillow.new("L", image.size)
    step = max(1, _STRIP // max(1, width))
    for top in range(0, height, step):
        strip = image.crop((0, top, width, min(top + step, height))).convert("RGBA")
        white = pillow.new("RGBA", strip.size, "white")
        made.paste(pillow.alpha_composite(white, strip).convert("L"), (0, top))
    return made
