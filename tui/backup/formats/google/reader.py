"""Reads otpauth-migration:// URIs and joins the parts of an export."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeVar
from urllib.parse import unquote_to_bytes

from tui.backup.formats._entries import Collector
from tui.backup.formats._uri_lines import read_line
from tui.backup.formats.google import payload
from tui.backup.model import Backup, Parts, Problem
from tui.errors import EntryError, FormatError
from tui.otp.entry import Algorithm, Entry, OtpType, check, short
from tui.otp.secret import Secret
from tui.text import clean, safe

SCHEME = "otpauth-migration://"
MAX_ENTRIES = 50_000
"""Maximum number of entries; an export with more is refused."""
TYPES = {1: OtpType.HOTP, 2: OtpType.TOTP}
"""Types by their number in the message."""
ALGORITHMS = {0: Algorithm.SHA1, 1: Algorithm.SHA1, 2: Algorithm.SHA256, 3: Algorithm.SHA512}
"""Algorithms by their number in the message; 0 is unspecified."""
DIGITS = {0: 6, 1: 6, 2: 8}
"""Digits by their number in the message; 0 is unspecified."""

_T = TypeVar("_T")
_MD5 = 4
_find_data = re.compile("[?&]data=([^&]+)", re.IGNORECASE).search
_NAMED = 10  # missing parts that are named one by one
_STANDARD = str.maketrans("-_ ", "+/+")  # form decoders turn pluses into spaces


@dataclass(slots=True)
class _Export:
    """The parts of one export that were found."""

    size: int = 1
    """Its number of parts."""
    parts: list[tuple[int, list[Entry]]] = field(default_factory=list)
    """Index and entries of each part, in the order found."""


def read_uris(found: Iterable[tuple[str, str]]) -> Backup:
    """Return the entries of URIs, each given with its position in the file.

    The parts of an export are joined at the position of the first one, in their own order. A
    repeated part is ignored, and a missing one is a problem. URIs of single entries may be among
    them. `Backup.parts` can be joined with those of other files.

    Raises:
        FormatError: none of the URIs can be read, or there are more than 50,000 entries.
    """
    exports: dict[object, _Export] = {}
    uris = tuple(found)
    several: set[tuple[int, int]] = set()
    seen: set[payload.Payload] = set()
    problems: list[Problem] = []
    groups = Collector()
    count = read = 0
    for where, text in uris:
        try:
            if text[: len(SCHEME)].lower() != SCHEME:
                entry, names = read_line(text)
                for name in names:
                    groups.category(name)
                exports[object()] = _Export(parts=[(0, [entry])])
                count, read = count + 1, read + 1
                continue
            part = payload.parse(_data(text))
        except EntryError as error:
            problems.append(Problem(where, str(error)))
            continue
        read += 1
        if part in seen:
            continue
        seen.add(part)
        count += len(part.rows)
        if count > MAX_ENTRIES:
            raise FormatError(f"The export has more than {MAX_ENTRIES} entries.")
        of_export = part.identity, part.size
        if part.size > 1:
            several.add(of_export)
        export = exports.setdefault(of_export, _Export(part.size))
        export.parts.append((part.index, _entries(where, part, problems)))
    if problems and not read:
        raise FormatError(f"Can't read the export: {problems[0].reason}.")
    entries: list[Entry] = []
    for export in exports.values():
        for _, held in sorted(export.parts, key=lambda part: part[0]):
            entries += held
        if missing := _missing(export):
            problems.append(Problem("the export", missing))
    ranked = (replace(entry, ranking=place) for place, entry in enumerate(entries))
    parts = Parts(frozenset(several), uris) if several else None
    categories = groups.backup().categories
    return Backup(tuple(ranked), categories, problems=tuple(problems), parts=parts)


def _data(text: str) -> bytes:
    """Return the bytes in a migration URI.

    Raises:
        EntryError: there are none, or they are not base64.
    """
    given = _find_data(text)
    if not given:
        raise EntryError("the URI has no data")
    plain = unquote_to_bytes(given[1].strip()).decode("ascii", "replace").translate(_STANDARD)
    digits = plain.rstrip("=")
    try:
        return base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)
    except ValueError:
        raise EntryError("its data is not base64") from None


def _missing(export: _Export) -> str:
    here = {index for index, _ in export.parts}
    absent = (index for index in range(export.size) if index not in here)
    named = [str(index + 1) for index in islice(absent, _NAMED)]
    if export.size < 2 or not named:
        return ""
    if len(named) == 1:
        return f"part {named[0]} of {export.size} is missing"
    more = export.size - sum(0 <= index < export.size for index in here) - len(named)
    others = f" and {more} more" if more else ""
    return f"parts {', '.join(named)}{others} of {export.size} are missing"


def _entries(where: str, part: payload.Payload, problems: list[Problem]) -> list[Entry]:
    made = []
    for place, row in enumerate(part.rows, 1):
        try:
            made.append(entry(row))
        except EntryError as error:
            name = safe((row.name or row.issuer).decode(errors="replace"), 64).strip()
            shown = f" ({name})" if name else ""
            problems.append(Problem(f"{where}, entry {place}{shown}", str(error)))
    return made


def entry(row: payload.PayloadEntry) -> Entry:
    """Return the entry of a row, whose name may start with the issuer and a colon.

    Raises:
        EntryError: it can't be read; the message names the field.
    """
    kind = _known(TYPES, row.type, "type (HOTP or TOTP)")
    if row.algorithm == _MD5:
        raise EntryError("its algorithm is MD5, which is not supported")
    if not row.secret:
        raise EntryError("the secret is empty")
    issuer, name = _text(row.issuer), _text(row.name)
    if issuer and f"{name}:".startswith(f"{issuer}:"):
        name = name[len(issuer) + 1 :].strip()
    elif not issuer:
        issuer, name = _split_name(name)
    return check(
        Entry(
            type=kind,
            issuer=issuer,
            account=name or None,
            secret=Secret.base32(base64.b32encode(row.secret).decode().rstrip("=")),
            algorithm=_known(ALGORITHMS, row.algorithm, "algorithm"),
            digits=_known(DIGITS, row.digits, "number of digits"),
            counter=row.counter if kind is OtpType.HOTP else 0,
        )
    )


def _split_name(name: str) -> tuple[str, str]:
    """Return issuer and account of an entry without an issuer: `Shop:ada` has both.

    Before a space, a colon is part of a text: real exports have `encoding: …` as an account.
    """
    issuer, _, account = name.partition(":")
    if issuer.strip() and account and not account[0].isspace():
        return issuer.strip(), account
    return "", name


def _known(choices: Mapping[int, _T], number: int, what: str) -> _T:
    if number not in choices:
        raise EntryError(f"its {what} is unknown ({short(number)})")
    return choices[number]


def _text(data: bytes) -> str:
    try:
        return clean(data.decode()).strip()
    except UnicodeDecodeError:
        raise EntryError("its name is not UTF-8 text") from None
