"""Goals 8 and 9: large and hostile files, in processor time."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from functools import partial

from benchmarks.entries import document
from benchmarks.figures import Figure, processor_time
from tests.backup.formats import authpro, avtotpy
from tui.backup.apply import apply
from tui.backup.model import Backup, Credentials
from tui.backup.plan import DEFAULT_ACTIONS, plan
from tui.backup.registry import by_name
from tui.errors import FormatError, UriError
from tui.otp.uri import MAX_URI, parse
from tui.vault.document import Document

MIB = 2**20
_PAGE = "<!doctype html>\n<html><body><table><tr><th>OTP Auth URI</th></tr>"
_MIGRATION = b"otpauth-migration://offline?data="
Work = Callable[[], object]


def growing(_runs: int) -> list[Figure]:
    """Goal 8: ten times as much takes about ten times as long, not a hundred times."""
    cases: dict[str, tuple[Callable[[int], Work], int]] = {
        "import into a vault that has half of it": (_import, 5_000),
        "read Authenticator Pro's JSON": (_plain, 50_000),
        "parse a URI of many parts": (_uri, MAX_URI),
        "read a page of many small parts": (_page_parts, 12 * MIB),
        "read a page of one long row": (_page_row, 8 * MIB),
        "read a Google export of many parts": (_migration, 15 * MIB),
    }
    figures = []
    for what, (case, size) in cases.items():
        large = processor_time(case(size))
        small = min(processor_time(case(size // 10)) for _ in range(3))
        figures.append(Figure.of_times("8", f"{what}: ten times as much", large, small, 40))
    return figures


def refusing(_runs: int) -> list[Figure]:
    """Goal 9: a file that nothing can open is refused in time."""
    gcm = avtotpy.Way()
    large = b" " * (16 * MIB - 100)
    cases: dict[str, tuple[Work, float]] = {
        "AVTotpy, small, wrong user": (_avtotpy(gcm.make([avtotpy.row()], user="other")), 0.2),
        "AVTotpy, 16 MiB, wrong user": (_avtotpy(gcm.make(large, user="other")), 8),
        "image of 100 million pixels": (_refused("qr-image", _png(10_000, 10_000)), 1),
    }
    return [
        Figure.of_times("9", f"refuse: {what}", processor_time(work), limit, 1.0)
        for what, (work, limit) in cases.items()
    ]


def _import(size: int) -> Work:
    entries = document(2 * size).entries
    here = Document(entries=entries[:size])
    backup = Backup(entries[size // 2 : size + size // 2])

    return lambda: apply(here, backup, plan(here, backup), 1, actions=DEFAULT_ACTIONS)


def _plain(size: int) -> Work:
    row = json.dumps(authpro.entry()).encode()
    data = b'{"Authenticators":[' + (row + b",") * (size - 1) + row + b"]}"
    return partial(by_name("authenticator-pro-plain").read, data, Credentials())


def _uri(size: int) -> Work:
    start = "otpauth://totp/A?secret=JBSWY3DPEHPK3PXP"
    uris = [(start + part * size)[:size] for part in ("&", "&a=b", "+", "%41", "&tags=x", ":", "?")]

    def work() -> None:
        for uri in uris:
            try:
                parse(uri)
            except UriError:
                continue

    return work


def _page_parts(size: int) -> Work:
    units = ["<", "<a ", "<!--", "<![CDATA[", "<code>", "&", "<code>   "]
    return _pages([unit * (size // len(unit)) for unit in units])


def _page_row(size: int) -> Work:
    ends = (" " * size, "otpauth://" + "&#" * (size // 2), "&" * size)
    return _pages([f"<code>{end}" for end in ends])


def _pages(bodies: list[str]) -> Work:
    read = by_name("authenticator-pro-html").read
    pages = [(_PAGE + body).encode() for body in bodies]
    return lambda: [read(page, Credentials()) for page in pages]


def _migration(size: int) -> Work:
    parts = (b"A" * size, b"CgA" * (size // 3), b"&" * size)
    works = [_refused("google-migration", _MIGRATION + part) for part in parts]
    return lambda: [work() for work in works]


def _avtotpy(data: bytes) -> Work:
    return _refused("avtotpy", data, Credentials("", avtotpy.USER, avtotpy.SECRET))


def _refused(name: str, data: bytes, credentials: Credentials | None = None) -> Work:
    def work() -> None:
        try:
            by_name(name).read(data, credentials or Credentials())
        except FormatError:
            return
        raise AssertionError(f"{name} reads it")

    return work


def _png(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + check

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts
