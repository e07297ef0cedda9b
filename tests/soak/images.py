"""Changed images with QR codes, read within the limits of the process that reads them.

A new process for each image would take hours, so most are decoded here, under the same limit of
memory. An image that is slow, and a few of all, go through the process itself.
"""

from __future__ import annotations

import random
import resource
import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from PIL import Image, ImageChops

from tests.backup.formats.test_qr_image import URI, below, code, saved
from tests.soak.fuzz import SECONDS, changed
from tests.soak.report import Result
from tui.backup import image_program
from tui.backup.model import Credentials
from tui.backup.registry import by_name
from tui.errors import FormatError, ImageFaultError

_KINDS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"iCCP", b"zTXt", b"acTL", b"fcTL", b"eXIf")
_OVERHEAD = 1.0
"""Seconds of a processor that the start of the process and its last second take."""


@cache
def pictures() -> tuple[Image.Image, ...]:
    """Return small images: a code, two of them, one with colors and one with transparency."""
    one = code(URI, 2)
    clear = Image.new("RGBA", one.size)
    clear.paste(one.convert("RGBA"), mask=ImageChops.invert(one))
    return one, below(one, code("steam://JBSWY3DP", 2)), one.convert("RGB"), clear, one.convert("P")


@cache
def files() -> tuple[bytes, ...]:
    """Return the images in each kind of file that can have them."""
    return tuple(
        saved(picture.convert("RGB") if kind == "JPEG" else picture, kind)
        for picture in pictures()
        for kind in _KINDS
    )


def image(drawn: random.Random) -> bytes:
    """Draw an image: its file's bytes changed, a chunk of a PNG, or what it shows."""
    kind = drawn.randrange(3)
    if kind == 0:
        return changed(drawn, files())
    if kind == 1:
        return _other_chunks(drawn, drawn.choice(files()[:: len(_KINDS)]))
    return _other_pixels(drawn)


def _other_chunks(drawn: random.Random, data: bytes) -> bytes:
    """Change the chunks of a PNG, and make their checksums right."""
    chunks, at = [], 8
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + size]))
        at += 12 + size
    for _ in range(drawn.randint(1, 3)):
        place = drawn.randrange(len(chunks))
        name, content = chunks[place]
        kind = drawn.randrange(5)
        if kind == 0 and name == b"IDAT":
            with suppress(zlib.error):  # it was changed before
                plain = zlib.decompressobj().decompress(content, 1 << 20)
                chunks[place] = name, zlib.compress(changed(drawn, [plain]))
        elif kind <= 1:
            chunks[place] = name, changed(drawn, [content])
        elif kind == 2:
            chunks[place] = drawn.choice(_CHUNKS), content
        elif kind == 3:
            chunks.insert(place, (drawn.choice(_CHUNKS), drawn.randbytes(drawn.randint(0, 40))))
        elif name == b"IHDR":
            width, height = (drawn.choice((0, 1, 7, 300, 9000, 2**16, 2**31)) for _ in range(2))
            depth, color = drawn.choice((1, 2, 4, 8, 16)), drawn.choice((0, 2, 3, 4, 6))
            chunks[place] = name, struct.pack(">IIBBBBB", width, height, depth, color, 0, 0,
                                              drawn.randrange(2))  # fmt: skip
    return data[:8] + b"".join(
        struct.pack(">I", len(content)) + name + content
        + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )  # fmt: skip


def _other_pixels(drawn: random.Random) -> bytes:
    """Change what an image shows, by rectangles, noise, turns, sizes and repetition."""
    picture = drawn.choice(pictures()).convert("L")
    for _ in range(drawn.randint(1, 4)):
        width, height = picture.size
        left, top = drawn.randrange(width), drawn.randrange(height)
        kind = drawn.randrange(6)
        if kind == 0:
            corner = left + drawn.randint(1, 30), top + drawn.randint(1, 30)
            picture.paste(drawn.choice((0, 128, 255)), (left, top, *corner))
        elif kind == 1:
            side = drawn.randint(1, 40)
            noise = Image.frombytes("L", (side, side), drawn.randbytes(side * side))
            picture.paste(noise, (left, top))
        elif kind == 2:
            picture = picture.rotate(drawn.choice((1, 45, 90, 180)), expand=True, fillcolor=255)
        elif kind == 3:
            picture = ImageChops.invert(picture)
        elif kind == 4:
            picture = picture.resize((max(1, width * drawn.randint(1, 6) // 3),
                                      max(1, height * drawn.randint(1, 6) // 3)))  # fmt: skip
        elif width * height < 40_000:
            picture = below(picture, picture)
        else:
            picture = picture.crop((left // 2, top // 2, width, height))
    return saved(picture, drawn.choice(("PNG", "BMP", "GIF")))


def images(runs: int, through: int, seed: int = 1) -> Result:
    """Read `runs` images, about `through` of them in a process of its own, and all slow ones.

    Pillow has errors of its own for some damaged images. They end the process, so the first
    `through` of these go through it, too.
    """
    drawn = random.Random(f"images {seed}")
    every = max(1, runs // max(1, through))
    slowest, found, refused, foreign, processes = 0.0, 0, 0, 0, 0
    for number in range(runs):
        data, where = image(drawn), f"image, seed {seed}, run {number}"
        began = time.process_time()
        failed, texts = False, []
        with _limit():
            try:
                texts = image_program.texts(data)
            except (ImageFaultError, MemoryError):
                refused += 1
            except Exception:  # noqa: BLE001 - it ends the process
                foreign, failed = foreign + 1, True
        took = time.process_time() - began
        found += bool(texts)
        if took >= SECONDS or number % every == 0 or (failed and foreign <= through):
            processes += 1
            used = _of_children()
            assert _entries(data) == 0 or texts, f"{where}: texts that were not found here"
            used = _of_children() - used
            assert used < SECONDS + _OVERHEAD, f"{where}: {used:.1f} s"
            took = min(took, used)
        slowest = max(slowest, took)
    return Result(
        f"{runs:,} images, {processes:,} of them in a separate process; seed {seed}",
        f"{found:,} with codes, {refused:,} refused, {foreign:,} with errors from the image "
        f"library; slowest {slowest:.2f} s",
    )


def _entries(data: bytes) -> int:
    try:
        return len(by_name("qr-image").read(data, Credentials()).entries)
    except FormatError:
        return 0


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def _limit() -> Iterator[None]:
    """Limit the memory of this process to what it has and what the reading process may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + image_program.MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
