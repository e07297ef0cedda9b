"""Reading Authenticator Pro's JSON: entries, categories, icons, and their problems.

Specs: authenticator-pro.md, seed-authenticator-pro-strong.txt, hostile-input.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tui.backup.formats._json import load_object
from tui.backup.model import Backup, Problem
from tui.errors import EntryError, FormatError
from tui.otp.entry import (
    Algorithm,
    Binding,
    Category,
    Entry,
    Icon,
    OtpType,
    category_id,
    check,
    short,
)
from tui.otp.secret import Secret
from tui.text import NAME_LIMIT, clean, safe

MAX_ENTRIES = 50_000
"""Maximum number of entries, categories or icons; a file with more is refused."""
MAX_INT = 2**31 - 1
"""Maximum digits, period, ranking and copy count that the app can store."""
MAX_ICON = 2**20
"""Maximum length of an icon, in base64 characters."""

TYPES = {
    1: OtpType.HOTP,
    2: OtpType.TOTP,
    3: OtpType.MOTP,
    4: OtpType.STEAM,
    5: OtpType.YANDEX,
}
"""Types by their number in the file (seed document, "Authenticator")."""
ALGORITHMS = {0: Algorithm.SHA1, 1: Algorithm.SHA256, 2: Algorithm.SHA512}
"""Algorithms by their number in the file (seed document, "Authenticator")."""

LONGEST_GIVEN = NAME_LIMIT * 4
ICON_NAME = re.compile(r"@?[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
ICON_ID = re.compile(r"[A-Za-z0-9]{1,64}")
BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


def parse(data: bytes) -> Backup:
    """Read the JSON of a plain or a decrypted backup.

    Entries that can't be read become refused `problems`. The others keep the file's order; an entry
    that occurs twice is returned twice.

    Raises:
        FormatError: it is not the JSON of a backup, or has more than 50,000 entries.
    """
    root = load_object(data)
    if not isinstance(root.get("Authenticators"), list):
        raise FormatError("The backup is not from Authenticator Pro: it has no list of entries.")
    problems: list[Problem] = []
    categories, ids = _categories(_listed(root, "Categories"), problems)
    icons = _icons(_listed(root, "CustomIcons"), problems)
    rows = _listed(root, "Authenticators")
    bindings = _bindings(_listed(root, "AuthenticatorCategories", None), ids, rows, problems)
    entries = _entries(rows, bindings, problems)
    return Backup(tuple(entries), categories, icons, tuple(problems))


def _listed(root: Mapping[str, Any], key: str, most: int | None = MAX_ENTRIES) -> list[Any]:
    rows = root.get(key)
    if rows is None:
        return []
    if not isinstance(rows, list):
        raise FormatError(f"The backup is not from Authenticator Pro: {key} is not a list.")
    if most is not None and len(rows) > most:
        raise FormatError(f"The backup has {len(rows)} {key}; the limit is {most}.")
    return rows


def _entries(
    rows: list[Any], bindings: Mapping[str, tuple[Binding, ...]], problems: list[Problem]
) -> Iterator[Entry]:
    for place, row in enumerate(rows, 1):
        remarks: list[str] = []
        try:
            if not isinstance(row, dict):
                raise EntryError("it is not a JSON object")
            entry = _entry(row, remarks)
        except EntryError as error:
            problems.append(Problem(_place(place, row), str(error)))
            continue
        problems += (Problem(_place(place, row), remark, refused=False) for remark in remarks)
        bound = bindings.get(entry.secret.given, ())
        yield replace(entry, categories=bound) if bound else entry


def _entry(row: Mapping[str, Any], remarks: list[str]) -> Entry:
    number = _number(row, "Type", -1)
    if number not in TYPES:
        raise EntryError(f"its Type is {short(row.get('Type', 'missing'))}, not 1 to 5")
    kind = TYPES[number]
    given = row.get("Secret")
    if not isinstance(given, str):
        raise EntryError("its Secret is not text")
    digits, algorithm = _digits(row, kind, remarks), _algorithm(row, kind, remarks)
    return check(
        Entry(
            type=kind,
            issuer=_name(row, "Issuer", remarks) or "",
            account=_name(row, "Username", remarks),
            secret=Secret.text(given) if kind is OtpType.MOTP else Secret.base32(given),
            algorithm=algorithm,
            digits=digits,
            period=_number(row, "Period", kind.default_period),
            counter=_number(row, "Counter", 0),
            pin=_text(row, "Pin"),
            icon=_icon_name(row, remarks),
            ranking=_small(row, "Ranking"),
            copy_count=None if row.get("CopyCount") is None else _small(row, "CopyCount"),
        )
    )


def _digits(row: Mapping[str, Any], kind: OtpType, remarks: list[str]) -> int:
    digits = _number(row, "Digits", kind.default_digits)
    if kind.has_digits or 1 <= digits <= 10:
        return digits
    remarks.append(
        f"its Digits {short(digits)} became {kind.default_digits}, the only number for its type"
    )
    return kind.default_digits


def _algorithm(row: Mapping[str, Any], kind: OtpType, remarks: list[str]) -> Algorithm:
    number = _number(row, "Algorithm", 0)
    if number in ALGORITHMS:
        return ALGORITHMS[number]
    if kind.has_digits:
        raise EntryError(f"its Algorithm is {short(number)}, not 0 to 2")
    remarks.append(f"its Algorithm {short(number)} became 0; its type ignores it")
    return Algorithm.SHA1


def _number(row: Mapping[str, Any], key: str, default: int) -> int:
    value = row.get(key)
    if value is None:
        return default
    if type(value) is not int:
        raise EntryError(f"its {key} is not a whole number")
    return value


def _small(row: Mapping[str, Any], key: str) -> int:
    value = _number(row, key, 0)
    if not -MAX_INT <= value <= MAX_INT:
        raise EntryError(f"its {key} is out of range")
    return value


def _text(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise EntryError(f"its {key} is not text")
    if value is not None and len(value) > LONGEST_GIVEN:
        raise EntryError(f"its {key} is too long")
    return value


def _name(row: Mapping[str, Any], key: str, remarks: list[str]) -> str | None:
    given = _text(row, key)
    if given is None:
        return None
    cleaned = clean(given)
    if cleaned != given:
        remarks.append(f"control characters were removed from its {key}")
    return cleaned


def _icon_name(row: Mapping[str, Any], remarks: list[str]) -> str | None:
    icon = row.get("Icon")
    if icon is None or icon == "":
        return icon
    if isinstance(icon, str) and ICON_NAME.fullmatch(icon):
        return icon
    remarks.append("its Icon was left out: invalid name")
    return None


def _place(place: int, row: object) -> str:
    names = (row.get("Issuer"), row.get("Username")) if isinstance(row, dict) else ()
    name = next((safe(name, 64) for name in names if isinstance(name, str) and name.strip()), "")
    return f"entry {place} ({name})" if name else f"entry {place}"


def _categories(
    rows: list[Any], problems: list[Problem]
) -> tuple[tuple[Category, ...], dict[str, str]]:
    """Return the categories, and a map from each id in the file to the id derived from the name."""
    made: dict[str, Category] = {}
    ids: dict[str, str] = {}
    for place, row in enumerate(rows, 1):
        try:
            written = _required(row, "Name")
            ranking = _small(row, "Ranking")
            given = row.get("Id")
            if len(written) > LONGEST_GIVEN:
                raise EntryError("its Name is too long")
            name = clean(written)
            if len(name) > NAME_LIMIT or not name.strip():
                raise EntryError("its Name is empty or too long")
        except EntryError as error:
            problems.append(Problem(f"category {place}", str(error)))
            continue
        if name != written:
            remark = "control characters were removed from its Name"
            problems.append(Problem(f"category {place} ({safe(name, 64)})", remark, refused=False))
        category = Category(category_id(name), name, ranking)
        made.setdefault(category.id, category)
        if isinstance(given, str):
            ids.setdefault(given, category.id)
    return tuple(made.values()), ids


def _bindings(
    rows: list[Any], ids: Mapping[str, str], entries: list[Any], problems: list[Problem]
) -> dict[str, tuple[Binding, ...]]:
    """Return the bindings for each secret, as spelled in the file."""
    secrets = {row["Secret"] for row in entries if isinstance(row, dict) and _has_secret(row)}
    made: dict[str, dict[str, Binding]] = {}
    broken = dangling = 0
    for row in rows:
        try:
            secret, category = _required(row, "AuthenticatorSecret"), _required(row, "CategoryId")
            ranking = _small(row, "Ranking")
        except EntryError:
            broken += 1
            continue
        if category in ids and secret in secrets:
            binding = Binding(ids[category], ranking)
            made.setdefault(secret, {}).setdefault(binding.category, binding)
        else:
            dangling += 1
    for count, reason in (
        (broken, "left out: invalid"),
        (dangling, "left out: no such category or entry in the file"),
    ):
        if count:
            problems.append(Problem(f"{count} of {len(rows)} category assignments", reason, False))
    return {secret: tuple(found.values()) for secret, found in made.items()}


def _has_secret(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get("Secret"), str)


def _icons(rows: list[Any], problems: list[Problem]) -> tuple[Icon, ...]:
    """Return the icons, with their data checked as text but never decoded."""
    made: dict[str, Icon] = {}
    for place, row in enumerate(rows, 1):
        try:
            icon = Icon(_required(row, "Id"), _required(row, "Data"))
            if not ICON_ID.fullmatch(icon.id):
                raise EntryError("its Id is not valid")
            if len(icon.data) > MAX_ICON or not BASE64.fullmatch(icon.data):
                raise EntryError("its Data is not base64, or too long")
            if made.setdefault(icon.id, icon).data != icon.data:
                raise EntryError("another icon in the file has the same Id")
        except EntryError as error:
            problems.append(Problem(f"icon {place}", str(error)))
    return tuple(made.values())


def _required(row: object, key: str) -> str:
    if not isinstance(row, dict):
        raise EntryError("it is not a JSON object")
    value = row.get(key)
    if not isinstance(value, str):
        raise EntryError(f"its {key} is not text")
    return value
