"""Documents as hypothesis draws them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.vault.support import identity
from tui.otp.entry import (
    MAX_COUNTER,
    MAX_PERIOD,
    Algorithm,
    Binding,
    Category,
    Entry,
    Icon,
    OtpType,
)
from tui.otp.secret import Secret
from tui.vault.document import Document, Unreadable

NAMES = ("a", "b", "c", "d", "e")
_text = st.text(max_size=8)
_small = st.integers(0, 3)
_base32 = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567abc -", min_size=1, max_size=40).filter(
    lambda text: len(text.replace(" ", "").replace("-", "")) >= 2
)


def json_values() -> st.SearchStrategy[Any]:
    """Any JSON value."""
    plain = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False).filter(lambda number: abs(number) != float("inf"))
    )
    return st.recursive(
        plain | _text,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
        max_leaves=8,
    )


# Each is made once: making them for each draw takes longer than drawing from them.
_types = st.sampled_from([OtpType.TOTP, OtpType.HOTP, OtpType.STEAM, OtpType.MOTP])
_issuers = _text | st.sampled_from(["one", "two"])
_accounts = st.none() | st.sampled_from(["", "me"])
_algorithms, _digits = st.sampled_from(Algorithm), st.integers(1, 10)
_periods, _counters = st.sampled_from([1, 30, MAX_PERIOD]), _small | st.just(MAX_COUNTER)
_pins = st.none() | st.just("1234")
_icons = st.none() | st.sampled_from(["@1", "github"])
_bindings = st.lists(st.sampled_from(NAMES), unique=True, max_size=2)
_pinned, _counts = st.booleans(), st.none() | _small
_deleted = st.sampled_from([0, 0, 0, 1, 2])
_extras = st.dictionaries(st.sampled_from(["x", "y"]), json_values(), max_size=2)
_some = st.lists(st.sampled_from(NAMES), unique=True, max_size=4)


@st.composite
def entries(draw: st.DrawFn, name: str) -> Entry:
    """An entry with an id derived from `name`, and few different values, so that two are often
    equal."""
    kind = draw(_types)
    motp = kind is OtpType.MOTP
    return Entry(
        id=identity(name),
        type=kind,
        issuer=draw(_issuers),
        account=draw(_accounts),
        secret=Secret.text("a b") if motp else Secret.base32(draw(_base32)),
        algorithm=draw(_algorithms),
        digits=draw(_digits),
        period=draw(_periods),
        counter=draw(_counters),
        pin=draw(_pins),
        icon=draw(_icons),
        categories=tuple(Binding(category, draw(_small)) for category in draw(_bindings)),
        ranking=draw(_small),
        pinned=draw(_pinned),
        copy_count=draw(_counts),
        note=draw(_text),
        created=draw(_small),
        updated=draw(_small),
        revision=draw(_small),
        used=draw(_small),
        deleted=draw(_deleted),
        forward=draw(_pinned),
        extra=draw(_extras),
    )


_entries = {name: entries(name) for name in NAMES}


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A document with entries, some in the trash, and with categories and icons with few different
    ids."""
    categories = tuple(Category(one, draw(_text), draw(_small)) for one in draw(_some))
    return Document(
        categories=categories,
        icons=tuple(Icon(one, draw(_text)) for one in draw(_some)),
        preferences=draw(_extras),
        unreadable=tuple(
            Unreadable({"issuer": one}, "“id” is missing", one) for one in draw(_some)
        ),
        extra=draw(_extras),
        kept={("categories", one.id): {"x": draw(_small)} for one in categories[:1]},
    ).holding(draw(_entries[name]) for name in draw(_some))
