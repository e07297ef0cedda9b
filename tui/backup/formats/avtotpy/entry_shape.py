"""One entry of AVTotpy's JSON: read with any known key names, written in the same shape.

Spec: avtotpy.md, "JSON is read tolerantly", "Writing is faithful"; hostile-input.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tui.errors import EntryError
from tui.otp import uri
from tui.otp.entry import Algorithm, Entry, OtpType, check, short
from tui.otp.secret import Secret
from tui.text import NAME_LIMIT, clean, safe

FIELDS = {
    "issuer": "issuer service provider servicename issuername site website app",
    "account": "account accountname username user email login label name",
    "secret": "secret key seed secretkey totpsecret sharedsecret",
    "algorithm": "algorithm algo digest hash hashalgorithm",
    "digits": "digits digitcount codelength",
    "period": "period interval step timestep periodseconds",
    "type": "type otptype kind",
    "uri": "uri url otpauth otpauthuri otpauthurl totpuri",
}
"""Possible keys of each field, in lower case without dashes and underscores. The first one found is
used."""
_ALGORITHM = re.compile(r"((?:hmac[-_]?)?sha[-_]?)(1|256|512)", re.IGNORECASE)
_NUMBER = re.compile("[0-9]{1,10}")
_LONGEST_GIVEN = NAME_LIMIT * 4
_DEFAULT_KEYS = (
    ("name", "account"),
    *((name, name) for name in ("issuer", "secret", "algorithm", "digits", "period")),
)


@dataclass(frozen=True, slots=True)
class EntryShape:
    """The form of an entry in the JSON, without its values."""

    uris: bool = False
    """True if each entry is only an otpauth URI."""
    keys: tuple[tuple[str, str], ...] = _DEFAULT_KEYS
    """Keys in order, each with its field."""
    sha: str = "SHA"
    """The text before the number in the names of hashes."""
    text: tuple[str, ...] = ()
    """Fields whose numbers are written as text."""
    kind: str = "totp"
    """The value of the type, if it has a key."""
    nulls: bool = True
    """True if a missing account is null, False if it is an empty string."""


def read_row(row: object, remarks: list[str]) -> Entry:
    """Return the entry in an object or a URI.

    Raises:
        EntryError: it can't be read; the message gives field and reason.
    """
    if isinstance(row, str):
        return uri.parse(row)
    if not isinstance(row, dict):
        raise EntryError("it is neither an object nor a URI")
    roles = keys_of(row)
    if "secret" not in roles and "uri" in roles:
        return uri.parse(_text(row, roles["uri"]) or "")
    kind = _text(row, roles.get("type"))
    if kind is not None and plain(kind) != OtpType.TOTP:
        raise EntryError(f"its type is {short(kind)}; only TOTP is supported")
    secret = _text(row, roles.get("secret"))
    if secret is None:
        raise EntryError("it has no secret")
    issuer, account = _names(row, roles, remarks)
    return check(
        Entry(
            type=OtpType.TOTP,
            issuer=issuer,
            account=account,
            secret=Secret.base32(secret),
            algorithm=_algorithm(row, roles.get("algorithm")),
            digits=_number(row, roles.get("digits"), 6),
            period=_number(row, roles.get("period"), OtpType.TOTP.default_period),
        )
    )


def write_row(entry: Entry, shape: EntryShape) -> Any:
    """Return the JSON value of one TOTP entry.

    Raises:
        UriError: entries are URIs, and this one has no name.
    """
    if shape.uris:
        return uri.build(entry)
    fields = {each for _, each in shape.keys}
    account = entry.account if shape.nulls else entry.account or ""
    names = [name for name in (entry.issuer, entry.account) if name]
    values: dict[str, Any] = {
        "issuer": entry.issuer,
        "account": account if "issuer" in fields else ":".join(names),
        "secret": entry.secret.given,
        "algorithm": shape.sha + entry.algorithm.value.removeprefix("SHA"),
        "digits": entry.digits,
        "period": entry.period,
        "type": shape.kind,
    }
    if "uri" in fields:
        values["uri"] = uri.build(entry)
    for each in shape.text:
        values[each] = str(values[each])
    return {key: values[each] for key, each in shape.keys}


def keys_of(row: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the key of each field that the object has."""
    return _fields_of(tuple(row))


@lru_cache(maxsize=16)
def _fields_of(given: tuple[str, ...]) -> Mapping[str, str]:
    keys: dict[str, str] = {}
    for key in given:
        keys.setdefault(plain(key), key)
    roles = {}
    for each, names in FIELDS.items():
        found = next((name for name in names.split() if name in keys), None)
        if found is not None:
            roles[each] = keys.pop(found)
    if "issuer" not in roles and (left := keys.get("name") or keys.get("label")):
        roles["issuer"] = left
    return roles


def shape_of(rows: Sequence[Any]) -> EntryShape:
    """Return the shape of the row with the most known fields."""
    objects = [row for row in rows if isinstance(row, dict)]
    if not objects:
        return EntryShape(uris=True)
    best = max(objects, key=lambda row: len(keys_of(row)))
    roles = keys_of(best)
    fields = {key: each for each, key in roles.items()}
    algorithm, kind = best.get(roles.get("algorithm", "")), best.get(roles.get("type", ""))
    named = _ALGORITHM.fullmatch(algorithm) if isinstance(algorithm, str) else None
    numbers = [each for each in ("digits", "period") if each in roles]
    accounts = [row[key] for row in objects if (key := keys_of(row).get("account")) in row]
    return EntryShape(
        keys=tuple((key, fields[key]) for key in best if key in fields),
        sha=named[1] if named else "SHA",
        text=tuple(each for each in numbers if isinstance(best[roles[each]], str)),
        kind=kind if isinstance(kind, str) else "totp",
        nulls=None in accounts,
    )


def _names(
    row: Mapping[str, Any], roles: Mapping[str, str], remarks: list[str]
) -> tuple[str, str | None]:
    issuer, account = _name(row, roles.get("issuer"), remarks), None
    if (key := roles.get("account")) is not None:
        account = _name(row, key, remarks)
        if issuer and account and plain(key) == "label":
            account = account.removeprefix(f"{issuer}:")
    if "issuer" in roles or not account:
        return issuer or "", account
    before, colon, after = account.partition(":")
    if colon and before:
        return before, after or None
    return ("", account) if "@" in account else (account, None)


def _name(row: Mapping[str, Any], key: str | None, remarks: list[str]) -> str | None:
    given = _text(row, key)
    if given is None:
        return None
    if len(given) > _LONGEST_GIVEN:
        raise EntryError(f"its {safe(key or '', 40)} is too long")
    cleaned = clean(given)
    if cleaned != given:
        remarks.append(f"control characters were removed from its {safe(key or '', 40)}")
    return cleaned


def _text(row: Mapping[str, Any], key: str | None) -> str | None:
    value = None if key is None else row.get(key)
    if value is not None and not isinstance(value, str):
        raise EntryError(f"its {safe(key or '', 40)} is not text")
    return value


def _number(row: Mapping[str, Any], key: str | None, default: int) -> int:
    value = None if key is None else row.get(key)
    if value is None:
        return default
    if type(value) is int:
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    raise EntryError(f"its {safe(key or '', 40)} is not a whole number")


def _algorithm(row: Mapping[str, Any], key: str | None) -> Algorithm:
    given = _text(row, key)
    if given is None:
        return Algorithm.SHA1
    named = _ALGORITHM.fullmatch(given)
    if named is None:
        raise EntryError(
            f"its algorithm is {short(given)}; only SHA1, SHA256 and SHA512 are supported"
        )
    return Algorithm(f"SHA{named[2]}")


def place_of(place: int, row: object) -> str:
    names: list[Any] = []
    if isinstance(row, dict):
        roles = keys_of(row)
        names = [row.get(roles.get(each, "")) for each in ("issuer", "account")]
    name = next((safe(name, 64) for name in names if isinstance(name, str) and name.strip()), "")
    return f"entry {place} ({name})" if name else f"entry {place}"


def plain(key: str) -> str:
    return key.lower().translate({ord(char): None for char in "-_ "})
