"""Images with QR codes: real ones, generated ones, and hostile ones."""

from __future__ import annotations

import random
import resource
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from tests import interop
from tests.backup.formats.expected import assert_as_told
from tests.backup.support import recognize
from tests.conftest import STRESS
from tests.terminal.helpers import wait_until
from tests.vault.support import entry
from tui.backup import image_process, image_program
from tui.backup.model import Backup, Credentials
from tui.backup.registry import by_name
from tui.errors import FormatError, ImageFaultError

QR = by_name("qr-image")
GOOGLE = by_name("google-migration")
URI = "otpauth://totp/Site:me?secret=GEZDGNBVGY3TQOJQ&issuer=Site"


def read(data: bytes) -> Backup:
    return QR.read(data, Credentials())


def code(text: str, scale: int = 4) -> Image.Image:
    """The QR code of a text, black on white, with its margin."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    return Image.fromarray(made.to_image(scale))


def below(*pictures: Image.Image) -> Image.Image:
    """Return the images one below the other."""
    sheet = Image.new(
        "L", (max(each.width for each in pictures), sum(each.height for each in pictures)), 255
    )
    top = 0
    for each in pictures:
        sheet.paste(each, (0, top))
        top += each.height
    return sheet


def saved(picture: Image.Image, kind: str = "PNG") -> bytes:
    file = BytesIO()
    picture.save(file, kind)
    return file.getvalue()


def test_the_real_images_have_the_entries_of_their_manifest() -> None:
    rows = [row for row in interop.samples("google-migration") if row["file"].endswith(".png")]
    assert len(rows) == 3
    for row in rows:
        data = (interop.ROOT / row["file"]).read_bytes()
        assert recognize(data, row["file"]) is QR
        if row["negative"]:
            with pytest.raises(FormatError, match="no OTP account"):
                read(data)
            continue
        backup = read(data)
        assert_as_told(backup.entries, row["expected"]["entries"], within_issuer=True)
        size, index = row["batches"][0]["batch_size"], row["batches"][0]["batch_index"]
        missing = [str(part + 1) for part in range(size) if part != index]
        told = [f"parts {', '.join(missing)} of {size} are missing"] if missing else []
        assert [each.reason for each in backup.problems] == told


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_every_kind_of_image_is_recognized_and_read(kind: str) -> None:
    data = saved(code(URI), kind)
    assert recognize(data, "x") is QR
    (found,) = read(data).entries
    assert (found.issuer, found.account) == ("Site", "me")


def test_a_rotated_inverted_or_transparent_image_is_read() -> None:
    plain = code(URI)
    clear = Image.new("LA", plain.size, (0, 0))
    clear.putalpha(plain.point(lambda grey: 255 - grey))
    for picture in (plain.rotate(90), plain.point(lambda grey: 255 - grey), clear):
        assert len(read(saved(picture)).entries) == 1


def test_all_parts_of_an_export_in_one_image_with_another_code() -> None:
    assert GOOGLE.write is not None
    entries = tuple(entry(f"Site {place}", ranking=place) for place in range(13))
    first, second = GOOGLE.write(Backup(entries), Credentials()).decode().split()
    backup = read(saved(below(code(second), code("https://example.org"), code(first), code(URI))))
    names = [each.issuer for each in backup.entries]
    assert names == [*(f"Site {place}" for place in range(13)), "Site"]
    (problem,) = backup.problems
    assert problem.what == "QR code 2"
    assert "not an otpauth://" in problem.reason


def test_an_image_without_a_code_is_refused() -> None:
    with pytest.raises(FormatError, match="No QR code") as caught:
        read(saved(Image.new("L", (200, 200), 255)))
    assert caught.value.hint


def png(width: int, height: int, data: bytes = b"") -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + check

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("size", [(65_536, 1), (1, 65_536)])
def test_an_image_that_is_too_long_for_the_reader_is_refused(size: tuple[int, int]) -> None:
    width, height = size
    with pytest.raises(FormatError, match="65535 pixels"):
        read(png(*size, (b"\0" + b"\xff" * width) * height))


@pytest.mark.parametrize("size", [(8001, 8000), (10_000, 10_000), (2**31 - 1, 2**31 - 1)])
def test_an_image_that_would_fill_the_memory_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(FormatError, match="64 million pixels"):
        read(png(*size))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"GIF89a",
        b"RIFF\0\0\0\0WEBP",
        b"BM" + bytes(60),
        png(100, 100),
        png(0, 0),
    ],
    ids=range(9),
)
def test_an_incomplete_image_is_one_sentence(data: bytes) -> None:
    with pytest.raises(FormatError, match="not an image, or is damaged") as caught:
        read(data)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_a_damaged_image_raises_nothing_else(kind: str) -> None:
    good = saved(code(URI, 2), kind)
    chance = random.Random(7)
    for _ in range(60):
        bad = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            bad[chance.randrange(min(len(bad), 400))] = chance.randrange(256)
        with suppress(ImageFaultError):
            image_program.texts(bytes(bad[: chance.randint(20, len(bad))]))


def test_no_image_library_is_imported_by_the_program_itself() -> None:
    program = (
        "import sys\nfrom tui.backup.sources import read_image\n"
        "read_image(sys.stdin.buffer.read())\n"
        "print({'PIL', 'zxingcpp'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=saved(code(URI)),
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == b"set()"


# -- what an image may cost ----------------------------------------------------------------


def tiled(tile: Image.Image, side: int) -> bytes:
    """Return an image of `side` pixels in black and white, full of copies of `tile`."""
    width, height = tile.size
    across = Image.new("L", (side, height), 255)
    for left in range(0, side - width, width):
        across.paste(tile, (left, 0))
    sheet = Image.new("L", (side, side), 255)
    for top in range(0, side - height, height):
        sheet.paste(across, (0, top))
    return saved(sheet.convert("1"))


def finder() -> Image.Image:
    """The square in the corner of a QR code, with a margin."""
    rings = [[max(abs(x - 4), abs(y - 4)) for x in range(9)] for y in range(9)]
    return Image.frombytes(
        "L", (9, 9), bytes(255 * (ring in (2, 4)) for row in rings for ring in row)
    )


def clear(side: int) -> bytes:
    return saved(Image.new("RGBA", (side, side), (0, 0, 0, 0)))


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "tiled codes": (lambda: tiled(code(URI, 2), 5000), "takes too long|No QR code"),
    "finder patterns": (lambda: tiled(finder(), 7000), "takes too long to read"),
    "transparency": (lambda: clear(8000), "No QR code"),
}


@pytest.mark.skipif(not STRESS, reason="takes seconds; the limits are tested below")
@pytest.mark.parametrize("name", HOSTILE)
def test_an_image_costs_two_seconds_and_512_mib_at_most(name: str) -> None:
    make, words = HOSTILE[name]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(FormatError, match=words) as caught:
        read(make())
    assert caught.value.hint == "" or "Crop it" in caught.value.hint
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 3.0
    assert after.ru_maxrss <= 512 * 1024


def test_the_process_has_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    replaced(
        monkeypatch,
        "import resource, sys; sys.path[:] = sys.argv[2:]; from tui.backup import image_program;"
        "kinds = resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_CORE;"
        "image_program.texts = lambda data: [resource.getrlimit(kind)[0] for kind in kinds];"
        "image_program.main()",
    )
    assert image_process.read_texts(b"") == ["2", str(512 * 1024 * 1024), "0"]


def test_a_transparent_image_is_converted_in_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_program, "_STRIP", 1000)
    picture = code(URI)
    palette = picture.convert("P")
    palette.info["transparency"] = picture.convert("P").getpixel((0, 0))
    for each in (picture.convert("RGBA"), palette):
        assert image_program.texts(saved(each)) == [URI]


def replaced(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Have images read by another program."""
    monkeypatch.setattr(image_process, "_START", program)


def test_it_does_not_wait_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    replaced(monkeypatch, "import time; time.sleep(60)")
    monkeypatch.setattr(image_process, "TIMEOUT", 0.2)
    with pytest.raises(FormatError, match="takes too long to read"):
        read(saved(code(URI)))


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("raise SystemExit(1)", "not an image"),
        ("import os; os.kill(os.getpid(), 11)", "not an image"),
        ("import os; os.kill(os.getpid(), 24)", "takes too long to read"),
        ("print('[')", "not an image"),
        ("print('{}')", "not an image"),
        ("print('[1]')", "not an image"),
        ("print('{\"texts\": 1}')", "not an image"),
        ('print(\'{"fault": "memory"}\')', "too much memory"),
    ],
)
def test_what_the_process_says_is_not_trusted(
    monkeypatch: pytest.MonkeyPatch, program: str, words: str
) -> None:
    replaced(monkeypatch, program)
    with pytest.raises(FormatError, match=words) as caught:
        read(saved(code(URI)))
    assert caught.value.__cause__ is None


def test_the_process_gets_no_environment_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTP_TUI_CANARY", "canary")
    replaced(
        monkeypatch,
        "import json, os, sys; texts = [' '.join([*os.environ, *sys.argv[1:], os.getcwd()])];"
        "print(json.dumps({'texts': texts}))",
    )
    (text,) = image_process.read_texts(b"image")
    assert "CANARY" not in text
    assert text.endswith(" /")


def test_the_process_ends_when_the_program_is_killed(tmp_path: Path) -> None:
    started = tmp_path / "pid"
    endless = (
        "import os, sys; sys.path[:] = sys.argv[2:]; from tui.backup import image_program;"
        "image_program._end_with_pipe(int(sys.argv[1]));"
        f"open({str(started)!r}, 'w').write(f'{{os.getpid()}}.');"
        "any(iter(int, 1))"
    )
    program = f"""
from tui.backup import image_process
image_process._START = {endless!r}
image_process.read_texts(b"image")
"""
    with subprocess.Popen([sys.executable, "-c", program]) as parent:
        wait_until(lambda: started.exists() and started.read_text().endswith("."), str)
        process = started.read_text().rstrip(".")
        parent.kill()
        wait_until(lambda: has_ended(process), str)


def has_ended(process: str) -> bool:
    try:
        return " Z " in Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return True
