"""Images with QR codes of otpauth:// or otpauth-migration:// URIs: screenshots, photos.

A process of its own reads them (`image_process`), with Pillow and zxing-cpp.
"""

from __future__ import annotations

import re

from tui.backup.content import FileContent
from tui.backup.model import Backup, Credentials, Format, Needs
from tui.errors import FormatError

_MAGIC = re.compile(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|RIFF.{4}WEBP|BM.{4}\0{4}", re.DOTALL
)
_is_otp = re.compile("(?:otpauth|otpauth-migration|motp|steam)://", re.IGNORECASE).match


def _sniff(content: FileContent) -> bool:
    return _MAGIC.match(content.data[:16]) is not None


def _read(data: bytes, _credentials: Credentials) -> Backup:
    """Read all QR codes in the image, from the top down; those without a URI become problems.

    Raises:
        FormatError: it is not an image, is damaged, too large or takes too long, or no QR code in
            it contains an OTP account.
    """
    from tui.backup.formats.google.reader import read_uris
    from tui.backup.image_process import read_texts

    if not _MAGIC.match(data[:16]):
        raise FormatError("The file is not an image, or is damaged.")
    texts = read_texts(data)
    if not texts:
        raise FormatError(
            "No QR code found in the image.",
            "Crop it to the code, or use a larger, sharper image.",
        )
    if not any(_is_otp(text) for text in texts):
        raise FormatError("This QR code contains no OTP account.")
    return read_uris((f"QR code {number}", text) for number, text in enumerate(texts, 1))


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
