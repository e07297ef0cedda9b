"""Vaults as hypothesis draws them: whatever the document can hold, and mostly the likely."""

from __future__ import annotations

import base64
import uuid

from hypothesis import strategies as st

from tui.otp.entry import (
    DEFAULT_DIGITS,
    DEFAULT_PERIOD,
    MAX_COUNTER,
    Algorithm,
    Binding,
    Category,
    Entry,
    Icon,
    OtpType,
)
from tui.otp.secret import Secret
from tui.vault.document import Document

CATEGORIES = ("Work", "Web", "Family", "")
"""Names that categories are drawn from, the odd one included."""
_ICONS = tuple(Icon(f"{place:08x}", "iVBORw0KGgo=") for place in range(3))
_names = (
    st.sampled_from(["GitHub", "A: b", "null", "Steam", "Air Canada", "C++", "50%"])
    | st.text(max_size=12)
    | st.text("aé☃\N{GRINNING FACE}", min_size=30, max_size=45)
)
_small = st.integers(0, 5)


def secrets(kind: OtpType) -> st.SearchStrategy[Secret]:
    """Secrets of a type, as people and apps write them."""
    if kind is OtpType.MOTP:
        return st.text(min_size=1, max_size=24).filter(_can_be_text).map(Secret.text)
    if kind is OtpType.YANDEX:
        return st.binary(min_size=16, max_size=16).map(_base32).map(Secret.base32)
    odd = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567abcxyz -", min_size=2, max_size=40)
    usual = st.binary(min_size=1, max_size=32).map(_base32)
    return (usual | odd.filter(_can_be_base32)).map(Secret.base32)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """An entry of any type, with every field."""
    kind = draw(st.sampled_from(OtpType))
    counted = kind in {OtpType.TOTP, OtpType.HOTP}
    bound = draw(st.lists(st.sampled_from((*CATEGORIES, "gone")), unique=True, max_size=2))
    return Entry(
        id=str(uuid.UUID(int=draw(st.integers(0, 2**128 - 1)))),
        type=kind,
        issuer=draw(_names),
        account=draw(st.none() | st.just("") | _names),
        secret=draw(secrets(kind)),
        algorithm=draw(st.sampled_from(Algorithm)) if counted else Algorithm.SHA1,
        digits=draw(st.sampled_from([6, 8, 1, 3, 4, 7, 10])) if counted else DEFAULT_DIGITS[kind],
        period=draw(st.sampled_from([30, 60, 1])) if counted else DEFAULT_PERIOD[kind],
        counter=draw(_small | st.just(MAX_COUNTER)) if kind is OtpType.HOTP else 0,
        pin=draw(st.none() | st.sampled_from(["", "1234", "pín"])),
        icon=draw(st.none() | st.sampled_from(["github", "@00000001", "@ffffffff", "no icon"])),
        categories=tuple(Binding(Category.named(name).id, draw(_small)) for name in bound),
        ranking=draw(_small | st.just(2**40)),
        pinned=draw(st.booleans()),
        copy_count=draw(st.none() | _small),
        note=draw(st.sampled_from(["", "a note"])),
        created=draw(_small),
        updated=draw(_small),
        revision=draw(_small),
    )


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A vault of some entries, with categories and icons that they use, or do not."""
    named = draw(st.lists(st.sampled_from(CATEGORIES), unique=True))
    return Document(
        entries=tuple(draw(st.lists(entries(), max_size=5, unique_by=lambda each: each.id))),
        categories=tuple(Category.named(name, draw(_small)) for name in named),
        icons=tuple(draw(st.lists(st.sampled_from(_ICONS), unique=True))),
    )


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=")


def _can_be_base32(text: str) -> bool:
    return len(text.replace(" ", "").replace("-", "")) >= 2


def _can_be_text(text: str) -> bool:
    return bool(text.strip()) and text.isprintable()
