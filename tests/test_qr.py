"""QR codes can be read back, and are as small as possible."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.qr_reading import read_ascii, read_lines, read_modules
from tui import qr
from tui.errors import EntryError

URI = "otpauth://totp/Site:me?secret=GEZDGNBVGY3TQOJQ&issuer=Site"


@pytest.mark.parametrize("text", [URI, "A", "郵便局 👪", "x" * 700], ids=range(4))
def test_a_drawn_code_is_read_back(text: str) -> None:
    code = qr.make(text)
    for margin in qr.MARGINS:
        assert read_lines(code.half_blocks(margin)) == text
        assert read_ascii(code.ascii(margin)) == text


def test_the_stated_size_is_the_drawn_size() -> None:
    for length in (1, 60, 200):
        code = qr.make("x" * length)
        for margin in qr.MARGINS:
            lines = code.half_blocks(margin)
            assert code.size(margin) == (len(lines[0]), len(lines))
            plain = code.ascii(margin)
            assert code.size(margin, plain=True) == (len(plain[0]), len(plain))


def test_the_margin_is_light_all_around() -> None:
    lines = qr.make(URI).half_blocks(4)
    for edge in (*lines[:2], *(line[:4] for line in lines), *(line[-4:] for line in lines)):
        assert not edge.strip()


def test_a_code_has_the_smallest_version_for_its_text() -> None:
    """ISO/IEC 18004, table 7: 2-L holds 32 bytes, 3-L 53; never a micro QR code."""
    assert len(qr.make("x" * 32).modules) == 25
    assert len(qr.make("x" * 33).modules) == 29
    assert len(qr.make("1").modules) == 21


def test_the_margin_is_the_widest_that_fits() -> None:
    code = qr.make(URI)
    side = len(code.modules)
    assert side == 33
    assert code.margin_within(41, 21) == 4
    assert code.margin_within(40, 21) == 3
    assert code.margin_within(80, 19) == 2
    assert code.margin_within(36, 40) is None
    assert code.margin_within(80, 18) is None


def test_a_text_that_is_too_long_is_not_repeated() -> None:
    assert read_modules([list(row) for row in qr.make("x" * qr.MAX_BYTES).modules])
    with pytest.raises(EntryError, match="it is too long for a QR code") as caught:
        qr.make("x" * (qr.MAX_BYTES + 1))
    assert caught.value.__suppress_context__


def test_the_repr_of_a_qr_code_hides_it() -> None:
    assert repr(qr.make(URI)) == "QrCode()"


def test_segno_is_imported_when_a_code_is_made() -> None:
    program = "import sys, tui.qr; assert 'segno' not in sys.modules; tui.qr.make('x')"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
