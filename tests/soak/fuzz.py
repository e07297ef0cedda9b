"""Changed, cut and spliced files for every reader, in a process with limited memory."""

from __future__ import annotations

import json
import random
import resource
import time
import traceback
from collections.abc import Sequence

from tests.backup.formats.test_all_readers import CREDENTIALS, STARTS, WORDS, cheap_kdfs, written
from tests.backup.formats.test_hostile import FILES
from tests.soak.report import Result
from tui.backup.content import FileContent
from tui.backup.model import Credentials, Format
from tui.backup.registry import formats
from tui.errors import OtpTuiError

SECONDS = 2.0
"""Processor time that one file may cost."""
MEMORY = 512 * 1024 * 1024
"""Bytes that the reader may use beyond what the process has at first."""
_LARGE = 4096
_PARTS = (b"null", b"-1", b'""', b"[]", b"{}", b"9" * 30, b"true", b"\x00", b"\xff\xff\xff\xff",
          b"\xed\xa0\x80", b"\x1b[2J", b"1e999", b"NaN", b'"\\ud800"')  # fmt: skip


def readers() -> tuple[Format, ...]:
    """Return all formats but the images, which a process of their own reads."""
    return tuple(each for each in formats() if each.name != "qr-image")


def files() -> tuple[bytes, ...]:
    """Return the files to start from."""
    small = [data for data in FILES.values() if len(data) <= _LARGE]
    objects = [json.dumps({one: {two: "a"} for one in WORDS[at : at + 6] for two in WORDS[:9]})
               for at in range(0, len(WORDS), 6)]  # fmt: skip
    return (*written(), *STARTS, *small, *(one.encode() for one in objects))


def changed(drawn: random.Random, sources: Sequence[bytes]) -> bytes:
    """Draw a file: one of `sources` with a few parts changed, cut, repeated or spliced."""
    data = bytearray(drawn.choice(sources))
    for _ in range(drawn.randint(1, 5)):
        at = drawn.randint(0, len(data))
        to = at + drawn.choice((0, 1, 1, 2, 4, 8, 40))
        kind = drawn.randrange(7)
        if kind == 0 and at < len(data):
            data[at] ^= 1 << drawn.randrange(8)
        elif kind == 1:
            data[at:to] = drawn.randbytes(drawn.randint(0, 8))
        elif kind == 2:
            data[at:to] = drawn.choice(_PARTS)
        elif kind == 3:
            data[at:to] = bytes(data[at:to]) * 3
        elif kind == 4:
            word = drawn.choice(WORDS).encode()
            data[at:to] = b'"%s":' % word if drawn.random() < 0.5 else word
        elif kind == 5:
            other = drawn.choice(sources)
            place = drawn.randint(0, len(other))
            data[at:to] = other[place : place + 64]
        elif drawn.random() < 0.3:
            del data[at:]
    return bytes(data)


def fuzz(runs: int, seed: int = 1, names: Sequence[str] = ()) -> Result:
    """Let each reader read `runs` changed files; only our errors, in bounded time and memory."""
    chosen = [each for each in readers() if not names or each.name in names]
    with cheap_kdfs():
        sources = files()
        used = int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * 1024
        slowest, kept = 0.0, 0
        for form in chosen:
            drawn = random.Random(f"{seed} {form.name}")
            own = [data for data in sources if form.sniff(FileContent(data))]
            for number in range(runs):
                data = changed(drawn, own if own and number % 4 else sources)
                began = time.process_time()
                kept += read(form, data, f"{form.name}, seed {seed}, run {number}")
                took = time.process_time() - began
                slowest = max(slowest, took)
                assert took < SECONDS, f"{form.name}, seed {seed}, run {number}: {took:.1f} s"
            peak = int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * 1024 - used
            assert peak < MEMORY, f"{form.name}: {peak // 2**20} MiB"
    return Result(
        f"{len(chosen)} readers × {runs:,} files; seed {seed}",
        f"{kept:,} read, the others refused; slowest {slowest:.2f} s, "
        f"{max(0, peak) // 2**20} MiB more memory",
    )


def read(form: Format, data: bytes, where: str, credentials: Credentials = CREDENTIALS) -> bool:
    """Return True if the bytes are a file of the format, False if one of our errors refuses it."""
    try:
        content = FileContent(data)
        form.sniff(content)
        form.needs(content)
        backup = form.read(data, credentials)
    except OtpTuiError as error:
        if str(error).isprintable():
            return False
        raise
    except Exception as error:
        raise AssertionError(f"{where}: {data!r}\n{traceback.format_exc()}") from error
    assert all((each.what + each.reason).isprintable() for each in backup.problems), where
    return True
