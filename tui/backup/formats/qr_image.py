"""Images with QR codes of otpauth:// or otpauth-migration:// URIs: screenshots, photos.

Pillow reads the image, zxing-cpp the codes; both are imported only when an image is read.
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
"""Maximum number of pixels; a larger image is refused before decoding takes over 256 MiB."""
MAX_SIDE = 65_535
"""Maximum width and height that zxing-cpp accepts."""

_KINDS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
_MAGIC = re.compile(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|RIFF.{4}WEBP|BM.{4}\0{4}", re.DOTALL
)
_is_otp = re.compile("(?:otpauth|otpauth-migration|motp|steam)://", re.IGNORECASE).match


def _sniff(content: FileContent) -> bool:
    return _MAGIC.match(content.data[:16]) is not None


def _read(data: bytes, _credentials: Credentials) -> Backup:
    """Read all QR codes in the image, from the top down; those without a URI become problems.

    Raises:
        FormatError: it is not an image, is damaged or too large, or no QR code in it contains an
            OTP account.
    """
    from tui.backup.formats.google.reader import read_uris

    texts = _texts(_load(data))
    if not texts:
        raise FormatError(
            "No QR code found in the image.",
            "Crop it to the code, or use a larger, sharper image.",
        )
    if not any(_is_otp(text) for text in texts):
        raise FormatError("This QR code contains no OTP account.")
    return read_uris((f"QR code {number}", text) for number, text in enumerate(texts, 1))


def _load(data: bytes) -> Image:
    """Return the first frame in grayscale, with white for transparent pixels.

    Raises:
        FormatError: as `_read`.
    """
    from PIL import Image as pillow  # noqa: N813

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the limits and errors here cover what Pillow warns of
        try:
            with pillow.open(BytesIO(data), formats=_KINDS) as found:
                if found.width * found.height > MAX_PIXELS:
                    raise FormatError(_HUGE)
                if max(found.size) > MAX_SIDE:
                    raise FormatError(f"The image is wider or higher than {MAX_SIDE} pixels.")
                if not found.has_transparency_data:
                    return found.convert("L")
                clear = found.convert("RGBA")
                white = pillow.new("RGBA", clear.size, "white")
                return pillow.alpha_composite(white, clear).convert("L")
        except pillow.DecompressionBombError:
            raise FormatError(_HUGE) from None
        except (OSError, ValueError, SyntaxError, EOFError, struct.error):
            raise FormatError("The file is not an image, or is damaged.") from None


def _texts(image: Image) -> list[str]:
    """Return the texts of the QR codes, from the top down and then from the left."""
    import zxingcpp

    only = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found = zxingcpp.read_barcodes(image, formats=only, text_mode=zxingcpp.TextMode.Plain)
    placed = sorted(
        (code.position.top_left.y, code.position.top_left.x, code.text) for code in found
    )
    return [text.strip() for _, _, text in placed]


_HUGE = f"The image has more than {MAX_PIXELS // 1_000_000} million pixels."

FORMAT = Format(
    name="qr-image",
    label="Image with QR codes",
    how_to_export="Take a screenshot of the QR code that a site or an app shows.",
    suffixes=(".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"),
    sniff=_sniff,
    needs=lambda _content: Needs.NOTHING,
    read=_read,
    encrypted=False,
    write_needs=Needs.NOTHING,
)
