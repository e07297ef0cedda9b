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
    """Anything that JSON can hold."""
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


@st.composite
def entries(draw: st.DrawFn, name: str) -> Entry:
    """An entry with the id that follows from `name`; few values, so that two are often alike."""
    kind = draw(st.sampled_from([OtpType.TOTP, OtpType.HOTP, OtpType.STEAM, OtpType.MOTP]))
    motp = kind is OtpType.MOTP
    return Entry(
        id=identity(name),
        type=kind,
        issuer=draw(_text | st.sampled_from(["one", "two"])),
        account=draw(st.none() | st.sampled_from(["", "me"])),
        secret=Secret.text("a b") if motp else Secret.base32(draw(_base32)),
        algorithm=draw(st.sampled_from(Algorithm)),
        digits=draw(st.integers(1, 10)),
        period=draw(st.sampled_from([1, 30, MAX_PERIOD])),
        counter=draw(_small | st.just(MAX_COUNTER)),
        pin=draw(st.none() | st.just("1234")),
        icon=draw(st.none() | st.sampled_from(["@1", "github"])),
        categories=tuple(
            Binding(category, draw(_small))
            for category in draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=2))
        ),
        ranking=draw(_small),
        pinned=draw(st.booleans()),
        copy_count=draw(st.none() | _small),
        note=draw(_text),
        created=draw(_small),
        updated=draw(_small),
        revision=draw(_small),
        used=draw(_small),
        deleted=draw(st.sampled_from([0, 0, 0, 1, 2])),
        extra=draw(st.dictionaries(st.sampled_from(["x", "y"]), json_values(), max_size=2)),
    )


def _some(names: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(names, unique=True, max_size=4)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A document of entries, some in the trash, categories and icons with ids out of a few."""
    some = _some(st.sampled_from(NAMES))
    categories = tuple(Category(one, draw(_text), draw(_small)) for one in draw(some))
    return Document(
        categories=categories,
        icons=tuple(Icon(one, draw(_text)) for one in draw(some)),
        preferences=draw(st.dictionaries(st.sampled_from(["x", "y"]), json_values(), max_size=2)),
        unreadable=tuple(
            Unreadable({"issuer": one}, "its id is missing", one) for one in draw(some)
        ),
        extra=draw(st.dictionaries(st.sampled_from(["x", "y"]), json_values(), max_size=2)),
        kept={("categories", one.id): {"x": draw(_small)} for one in categories[:1]},
    ).holding(draw(entries(name)) for name in draw(some))
