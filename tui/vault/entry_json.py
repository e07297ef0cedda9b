"""One entry of the document: JSON <-> Entry, fast enough for ten thousand at a time.

Spec: vault.md, "The document inside"; docs/vault-format.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import product
from json.encoder import encode_basestring_ascii as quote
from operator import itemgetter
from sys import intern
from types import MappingProxyType
from typing import Any

from tui import limits
from tui.errors import EntryError
from tui.otp.entry import Algorithm, Binding, Entry, OtpType, check
from tui.otp.secret import Secret
from tui.vault.one_entry import FIELDS

_FIELDS = tuple(FIELDS)
_KINDS = list(FIELDS.values())
_LATER = ("used", "deleted")
"""Times, written only if they are not 0."""
_FORWARD = "forward"
"""Written only if it is true."""
_KNOWN = frozenset(_FIELDS) | {"secret_given", *_LATER, _FORWARD}
_REQUIRED = frozenset({"id", "type", "issuer", "secret"})
_DEFAULTS: dict[str, Any] = {
    "account": None, "algorithm": "SHA1", "counter": 0, "pin": None, "icon": None,
    "categories": [], "ranking": 0, "pinned": False, "copy_count": None, "note": "",
    "created": 0, "updated": 0, "revision": 0,
}  # fmt: skip
# All combinations of types that the values may have: one lookup instead of 19 checks.
_SHAPES = frozenset(product(*_KINDS))
_values = itemgetter(*_FIELDS)
_place = itemgetter("id", "ranking")
_TYPES = {kind.value: kind for kind in OtpType}
_ALGORITHMS = {algorithm.value: algorithm for algorithm in Algorithm}
_NO_EXTRA: Mapping[str, Any] = MappingProxyType({})

_TYPE, _SECRET, _ALGORITHM, _CATEGORIES = map(
    _FIELDS.index, ("type", "secret", "algorithm", "categories")
)
# The __init__ of a frozen dataclass with this many fields takes 4 µs, this 2 µs.
_new = Entry.__new__
_setters = tuple(getattr(Entry, name).__set__ for name in (*_FIELDS, *_LATER, _FORWARD, "extra"))


def read_entry(raw: object) -> Entry:
    """Return the entry in `raw`, a value of parsed JSON.

    Unknown keys go to `extra`; missing optional keys take their defaults.

    Raises:
        EntryError: it is invalid; the message is the end of a sentence.
    """
    if type(raw) is not dict:
        raise EntryError("it is not an object")
    try:
        values = _values(raw)
    except KeyError:
        raw = _completed(raw)
        values = _values(raw)
    if tuple(map(type, values)) not in _SHAPES:
        raise EntryError(f"“{_mistyped(values)}” has the wrong type")
    found = list(values)
    try:
        kind = found[_TYPE] = _TYPES[values[_TYPE]]
        found[_ALGORITHM] = _ALGORITHMS[values[_ALGORITHM]]
    except KeyError:
        raise EntryError("its type or algorithm is unknown") from None
    if not 0 < len(values[0]) <= limits.ID:
        raise EntryError(f"its id must have 1 to {limits.ID} characters")
    found[_SECRET] = (Secret.text if kind is OtpType.MOTP else Secret.base32)(values[_SECRET])
    found[_CATEGORIES] = _bindings(values[_CATEGORIES])
    if len(raw) != len(_FIELDS):
        found[_SECRET] = _as_given(found[_SECRET], raw)
        found += _moments(raw)
        found.append(_is_forwarded(raw))
        found.append(
            MappingProxyType({key: value for key, value in raw.items() if key not in _KNOWN})
        )
    else:
        found += (0, 0, False, _NO_EXTRA)
    entry = _new(Entry)
    for put, value in zip(_setters, found, strict=True):
        put(entry, value)
    return check(entry)


def write_entry(entry: Entry) -> str:
    """Return `entry` as JSON: ASCII without white space."""
    secret = entry.secret
    given = "" if secret.given == secret.normal else f',"secret_given":{quote(secret.given)}'
    more = f',"used":{entry.used}' if entry.used else ""
    more += f',"deleted":{entry.deleted}' if entry.deleted else ""
    more += ',"forward":true' if entry.forward else ""
    extra = {key: value for key, value in entry.extra.items() if key not in _KNOWN}
    more += "," + dump(extra)[1:-1] if extra else ""
    places = ",".join(
        [
            f'{{"id":{quote(place.category)},"ranking":{place.ranking}}}'
            for place in entry.categories
        ]
    )
    return (
        f'{{"id":{quote(entry.id)},"type":"{entry.type.value}","issuer":{quote(entry.issuer)},'
        f'"account":{_quote_or_null(entry.account)},"secret":{quote(secret.normal)}{given},'
        f'"algorithm":"{entry.algorithm.value}","digits":{entry.digits},"period":{entry.period},'
        f'"counter":{entry.counter},"pin":{_quote_or_null(entry.pin)},'
        f'"icon":{_quote_or_null(entry.icon)},"categories":[{places}],"ranking":{entry.ranking},'
        f'"pinned":{"true" if entry.pinned else "false"},'
        f'"copy_count":{"null" if entry.copy_count is None else entry.copy_count},'
        f'"note":{quote(entry.note)},"created":{entry.created},"updated":{entry.updated},'
        f'"revision":{entry.revision}{more}}}'
    )


def dump(value: object) -> str:
    """Return `value` as JSON: ASCII without white space."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def _completed(raw: dict[str, Any]) -> dict[str, Any]:
    missing = _REQUIRED - raw.keys()
    if missing:
        raise EntryError(f"“{min(missing)}” is missing")
    kind = raw["type"] if type(raw["type"]) is str else ""
    if kind not in _TYPES:
        raise EntryError("its type is unknown")
    defaults = {"digits": _TYPES[kind].default_digits, "period": _TYPES[kind].default_period}
    return _DEFAULTS | defaults | raw


def _mistyped(values: tuple[Any, ...]) -> str:
    return next(
        name
        for name, value, kinds in zip(_FIELDS, values, _KINDS, strict=True)
        if type(value) not in kinds
    )


def _as_given(secret: Secret, raw: dict[str, Any]) -> Secret:
    given = raw.get("secret_given")
    if type(given) is not str or raw["type"] == OtpType.MOTP:
        return secret
    # If they don't match, something changed only `secret`, which takes precedence.
    as_given = Secret.base32(given)
    return as_given if as_given.normal == secret.normal else secret


def _moments(raw: dict[str, Any]) -> list[int]:
    moments = [raw.get(name, 0) for name in _LATER]
    if any(type(moment) is not int or moment < 0 for moment in moments):
        raise EntryError("a date in it is not a number of seconds")
    return moments


def _is_forwarded(raw: dict[str, Any]) -> bool:
    found = raw.get(_FORWARD, False)
    if type(found) is not bool:
        raise EntryError(f"“{_FORWARD}” has the wrong type")
    return found


def _bindings(raw: list[Any]) -> tuple[Binding, ...]:
    made = []
    for place in raw:
        try:
            identity, ranking = _place(place)
        except (KeyError, TypeError):
            identity = ranking = None
        if type(identity) is not str or type(ranking) is not int or len(place) != 2:
            raise EntryError("one of its categories is not an id with a ranking")
        made.append(Binding(intern(identity), ranking))
    return tuple(made)


def _quote_or_null(text: str | None) -> str:
    return "null" if text is None else quote(text)
