"""Pictures with QR codes of otpauth:// or otpauth-migration:// URIs: screenshots, photos.

zxing-cpp finds and reads the codes, Pillow the picture; both are imported when a picture is
read and not before.
"""

from __future__ import annotations

import re
import struct
import warnings
from io import BytesIO
from typing import TYPE_CHECKING

from tui.backup.content import FileContent
from tui.backup.model import Backup, Credentials, Format, Needs
from tui.errors import FormatError

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 64_000_000
"""A larger picture is refused before it is unpacked; it would take more than 256 MiB."""
MAX_SIDE = 65_535
"""zxing-cpp takes no picture that is wider or higher."""

_KINDS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
_MAGIC = re.compile(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|RIFF.{4}WEBP|BM.{4}\0{4}", re.DOTALL
)
_is_otp = re.compile("(?:otpauth|otpauth-migration|motp)://", re.IGNORECASE).match


def _sniff(content: FileContent) -> bool:
    return _MAGIC.match(content.data[:16]) is not None


def _read(data: bytes, _credentials: Credentials) -> Backup:
    """Read all QR codes of the picture, from the top down; one that holds no URI is named.

    Raises:
        FormatError: it is no picture, a damaged or a huge one, or no QR code in it holds
            one-time passwords.
    """
    from tui.backup.formats.google.reader import read_uris

    texts = _texts(_picture(data))
    if not texts:
        raise FormatError(
            "No QR code was found in the picture.",
            "Cut it down to the code, or take it again, larger and sharper.",
        )
    if not any(_is_otp(text) for text in texts):
        raise FormatError("What the picture's QR code says is not for one-time passwords.")
    return read_uris((f"QR code {number}", text) for number, text in enumerate(texts, 1))


def _picture(data: bytes) -> Image:
    """Return the picture (of a moving one the first) in grey, on white where it is clear.

    Raises:
        FormatError: as `_read`.
    """
    from PIL import Image as pillow  # noqa: N813

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Pillow would warn of is bounded or told here
        try:
            with pillow.open(BytesIO(data), formats=_KINDS) as found:
                if found.width * found.height > MAX_PIXELS:
                    raise FormatError(_HUGE)
                if max(found.size) > MAX_SIDE:
                    raise FormatError(f"The picture has more than {MAX_SIDE} pixels in a row.")
                if not found.has_transparency_data:
                    return found.convert("L")
                clear = found.convert("RGBA")
                white = pillow.new("RGBA", clear.size, "white")
                return pillow.alpha_composite(white, clear).convert("L")
        except pillow.DecompressionBombError:
            raise FormatError(_HUGE) from None
        except (OSError, ValueError, SyntaxError, EOFError, struct.error):
            raise FormatError("The file is not a picture, or a damaged one.") from None


def _texts(picture: Image) -> list[str]:
    """Return what the QR codes say, from the top down and then from the left."""
    import zxingcpp

    only = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found = zxingcpp.read_barcodes(picture, formats=only, text_mode=zxingcpp.TextMode.Plain)
    placed = sorted(
        (code.position.top_left.y, code.position.top_left.x, code.text) for code in found
    )
    return [text.strip() for _, _, text in placed]


_HUGE = f"The picture has more than {MAX_PIXELS // 1_000_000} million pixels."

FORMAT = Format(
    name="qr-image",
    label="Picture with QR codes",
    suffixes=(".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"),
    sniff=_sniff,
    needs=lambda _content: Needs.NOTHING,
    read=_read,
    encrypted=False,
    write_needs=Needs.NOTHING,
)
