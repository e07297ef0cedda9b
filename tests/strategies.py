"""Hypothesis strategies for vaults: everything that a document can store, mostly likely values."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Collection, Sequence
from functools import cache

from hypothesis import strategies as st

from tui.otp.entry import (
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
"""Names of categories, including an unusual one."""
_ICONS = tuple(Icon(f"{place:08x}", "iVBORw0KGgo=") for place in range(3))
_names = (
    st.sampled_from(["GitHub", "A: b", "null", "Steam", "Air Canada", "C++", "50%"])
    | st.text(max_size=12)
    | st.text("aé☃\N{GRINNING FACE}", min_size=30, max_size=45)
)
_small = st.integers(0, 5)
# Created once: creating them for each draw takes longer than drawing from them.
_types, _algorithms = st.sampled_from(OtpType), st.sampled_from(Algorithm)
_ids = st.integers(0, 2**128 - 1).map(lambda number: str(uuid.UUID(int=number)))
_bindings = st.lists(st.sampled_from((*CATEGORIES, "gone")), unique=True, max_size=2)
_accounts = st.none() | st.just("") | _names
_digits, _periods = st.sampled_from([6, 8, 1, 3, 4, 7, 10]), st.sampled_from([30, 60, 1])
_counters = _small | st.just(MAX_COUNTER)
_pins = st.none() | st.sampled_from(["", "1234", "pín"])
_icon_names = st.none() | st.sampled_from(["github", "@00000001", "@ffffffff", "no icon"])
_rankings, _flags, _counts = _small | st.just(2**40), st.booleans(), st.none() | _small
_notes, _deleted = st.sampled_from(["", "a note"]), st.sampled_from([0, 0, 0, 5])
_named = st.lists(st.sampled_from(CATEGORIES), unique=True)
_icons = st.lists(st.sampled_from(_ICONS), unique=True)


@cache
def secrets(kind: OtpType) -> st.SearchStrategy[Secret]:
    """Draw secrets of a type, as people and apps write them."""
    if kind is OtpType.MOTP:
        return st.text(min_size=1, max_size=24).filter(_can_be_text).map(Secret.text)
    if kind is OtpType.YANDEX:
        return st.binary(min_size=16, max_size=16).map(_base32).map(Secret.base32)
    odd = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567abcxyz -", min_size=2, max_size=40)
    usual = st.binary(min_size=1, max_size=32).map(_base32)
    return (usual | odd.filter(_can_be_base32)).map(Secret.base32)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """Draw an entry of any type, with all fields."""
    kind = draw(_types)
    counted = kind in {OtpType.TOTP, OtpType.HOTP}
    bound = draw(_bindings)
    return Entry(
        id=draw(_ids),
        type=kind,
        issuer=draw(_names),
        account=draw(_accounts),
        secret=draw(secrets(kind)),
        algorithm=draw(_algorithms) if counted else Algorithm.SHA1,
        digits=draw(_digits) if counted else kind.default_digits,
        period=draw(_periods) if counted else kind.default_period,
        counter=draw(_counters) if kind is OtpType.HOTP else 0,
        pin=draw(_pins),
        icon=draw(_icon_names),
        categories=tuple(Binding(Category.named(name).id, draw(_small)) for name in bound),
        ranking=draw(_rankings),
        pinned=draw(_flags),
        copy_count=draw(_counts),
        note=draw(_notes),
        created=draw(_small),
        updated=draw(_small),
        revision=draw(_small),
        used=draw(_small),
        deleted=draw(_deleted),
    )


_entries = st.lists(entries(), max_size=5, unique_by=lambda each: each.id)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Draw a vault with entries in the list and in the trash, and used and unused categories and
    icons."""
    named = draw(_named)
    return Document(
        categories=tuple(Category.named(name, draw(_small)) for name in named),
        icons=tuple(draw(_icons)),
    ).holding(draw(_entries))


_fitting_named = st.lists(st.sampled_from([name for name in CATEGORIES if name]), unique=True)
_fitting_issuers = st.sampled_from(["GitHub", "Air Canada", "C++", "50%", "aé☃"])
_fitting_accounts = st.sampled_from(["", "ada@example.org", "me"])
_fitting_digits = st.sampled_from([6, 8])
_fitting_pins = st.none() | st.sampled_from(["1234", "pín"])


@st.composite
def fitting_documents(
    draw: st.DrawFn,
    holds: Collection[str],
    types: Sequence[OtpType],
    periods: Sequence[int],
    most_counter: int = MAX_COUNTER,
) -> Document:
    """Draw a vault with at least one entry, which a format stores unchanged.

    `holds` are the fields that it stores, `types` and `periods` those that it supports,
    `most_counter` the highest counter.
    """
    named = tuple(draw(_fitting_named))
    icons = tuple(draw(_icons))
    fitting = _fitting_entries(
        frozenset(holds), tuple(types), tuple(periods), most_counter, named, icons
    )
    return Document(
        entries=tuple(draw(fitting)),
        categories=tuple(Category.named(name, draw(_small)) for name in named),
        icons=icons,
    )


@cache
def _fitting_entries(
    holds: frozenset[str],
    types: tuple[OtpType, ...],
    periods: tuple[int, ...],
    most_counter: int,
    named: tuple[str, ...],
    icons: tuple[Icon, ...],
) -> st.SearchStrategy[list[Entry]]:
    """Draw the entries of a vault with these categories and icons."""
    kinds, periods_kept = st.sampled_from(types), st.sampled_from(periods)
    bindings = st.lists(st.sampled_from(named), unique=True) if named else st.just([])
    counters = _small | st.just(most_counter)
    shown = st.sampled_from([None, "github", *(f"@{each.id}" for each in icons)])
    accounts = _fitting_accounts | st.none() if "account" in holds else _fitting_accounts

    @st.composite
    def fitting(draw: st.DrawFn) -> Entry:
        kind = draw(kinds)
        bound = draw(bindings)
        counted = kind in {OtpType.TOTP, OtpType.HOTP}
        return Entry(
            id=draw(_ids),
            type=kind,
            issuer=draw(_fitting_issuers),
            account=draw(accounts),
            secret=draw(_fitting_secrets(kind, odd="secret" in holds)),
            algorithm=draw(_algorithms) if counted else Algorithm.SHA1,
            digits=draw(_fitting_digits) if counted else kind.default_digits,
            period=draw(periods_kept) if kind is OtpType.TOTP else kind.default_period,
            counter=draw(counters) if kind is OtpType.HOTP else 0,
            pin=draw(_fitting_pins) if "pin" in holds else None,
            icon=draw(shown) if "icon" in holds else None,
            categories=tuple(Binding(Category.named(each).id, draw(_small)) for each in bound)
            if "categories" in holds
            else (),
            ranking=draw(_small),
            pinned=draw(_flags) if "pinned" in holds else False,
            copy_count=draw(_counts),
            note=draw(_notes) if "note" in holds else "",
            created=draw(_small),
            updated=draw(_small),
            revision=draw(_small),
        )

    unique = (lambda each: each.id, lambda each: each.secret.given)
    return st.lists(fitting(), min_size=1, max_size=5, unique_by=unique)


@cache
def _fitting_secrets(kind: OtpType, *, odd: bool) -> st.SearchStrategy[Secret]:
    """Draw secrets that all apps accept, in their own spelling unless `odd`."""
    if kind is OtpType.MOTP:
        return st.binary(min_size=8, max_size=12).map(lambda raw: Secret.text(raw.hex()))
    if odd:
        return secrets(kind)
    length = {"min_size": 16, "max_size": 16} if kind is OtpType.YANDEX else {"min_size": 1}
    return st.binary(**length).map(_base32).map(Secret.base32)


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=")


def _can_be_base32(text: str) -> bool:
    return len(text.replace(" ", "").replace("-", "")) >= 2


def _can_be_text(text: str) -> bool:
    return bool(text.strip()) and text.isprintable()
