"""Reads lists of URIs, one per line, with what andOTP and Ente Auth add to them."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_plus

from tui.backup.formats import _json
from tui.backup.formats._entries import MAX_NOTE, Collector, number
from tui.backup.formats._lines import numbered_lines
from tui.backup.model import Backup, Problem
from tui.errors import EntryError, FormatError
from tui.otp import uri
from tui.otp.entry import Binding, Entry, OtpType, category_id
from tui.text import NAME_LIMIT, clean, safe

DISPLAY = "codeDisplay"
"""The parameter with JSON in which Ente Auth keeps notes, tags and more."""
MICROSECONDS = 1_000_000
_LATEST = 2**40
_is_uri = re.compile(rb"(?:otpauth|motp|steam)://|motp:/", re.IGNORECASE).match
_has_display = re.compile(rb"otpauth://[^?]*\?(?:[^#]*&)?codeDisplay=", re.IGNORECASE).match
_of_winauth = re.compile(
    r"(otpauth://[a-z]+/)([^?]*)(\?secret=[^&]*&digits=\d+&(?:.*&)?icon=\w+)", re.IGNORECASE
).fullmatch
_is_pin = re.compile("[0-9]{4,16}").fullmatch


def is_uri(line: bytes) -> bool:
    """Return True if a line starts like a URI of an entry."""
    return _is_uri(line) is not None


def has_display(line: bytes) -> bool:
    """Return True if Ente Auth wrote the line."""
    return _has_display(line) is not None


def read_lines(data: bytes) -> Backup:
    """Read every line that is neither blank nor a comment; those that fail become problems.

    Raises:
        FormatError: it is not UTF-8 text, has too many lines, or contains no URI.
    """
    lines = [
        (where, part)
        for where, line in numbered_lines(data, "list")
        for part in uri.split_line(line)
    ]
    found: list[tuple[int, Entry]] = []
    problems: list[Problem] = []
    groups = Collector()
    for where, line in lines:
        try:
            entry, names, position = _read(line)
        except EntryError as error:
            problems.append(Problem(f"line {where}{_label(line)}", str(error)))
        else:
            found.append((position, entry))
            for name in names:
                groups.category(name)
    if problems and not found and not any(is_uri(line.encode()) for _, line in lines):
        raise FormatError("The file is not a list of otpauth:// URIs.")
    found.sort(key=lambda each: each[0])
    ranked = (replace(entry, ranking=place) for place, (_, entry) in enumerate(found))
    return Backup(tuple(ranked), groups.backup().categories, problems=tuple(problems))


def read_line(line: str) -> tuple[Entry, tuple[str, ...]]:
    """Return the entry of a line, and the names of its categories.

    Raises:
        EntryError: it is not a URI, or part of it is invalid.
    """
    entry, names, _ = _read(line)
    return entry, names


def _read(line: str) -> tuple[Entry, tuple[str, ...], int]:
    """Return the entry of a line, the names of its categories, and its position; 0 if it has none.

    Raises:
        EntryError: it is not a URI, or part of it is invalid.
    """
    head, _, query = line.partition("?")
    parts = query.split("&")
    shown = next((part for part in parts if part.startswith(f"{DISPLAY}=")), None)
    if shown is None:
        entry = uri.parse(_without_plus(line), lone_is_account=True)
        names = uri.tags(line) if "tags=" in query.lower() else ()
        return _bound(entry, names), names, 0
    # All of the query is form encoded, unlike in the URIs of other apps.
    others = "&".join(part for part in parts if part is not shown).replace("+", "%20")
    given = f"{head}?{others}"
    entry = uri.parse(given, lone_is_account=True, nameless=True, steam_by_issuer=False)
    display = _display(shown.partition("=")[2])
    names = _tags(display.get("tags"))
    note = display.get("note")
    if note is not None and not isinstance(note, str):
        raise EntryError("its note is not text")
    if len(note or "") > MAX_NOTE:
        raise EntryError(f"its note is longer than {MAX_NOTE} characters")
    count = display.get("tapCount")
    used = number(display.get("lastUsedAt"), "last use", 0) // MICROSECONDS
    entry = replace(
        _bound(entry, names),
        pin=_pin(parts) if entry.type is OtpType.YANDEX else None,
        note=note or "",
        pinned=display.get("pinned") is True,
        deleted=int(display.get("trashed") is True),
        copy_count=None if count is None else max(0, number(count, "use count", 0)),
        used=used if 0 <= used < _LATEST else 0,
    )
    return entry, names, number(display.get("position"), "position", 0)


def _without_plus(line: str) -> str:
    """Return a line of WinAuth with the account encoded as in URIs, and any other line unchanged.

    WinAuth encodes the account, but not the issuer before it, as forms do (its `ToUrl`).
    """
    found = _of_winauth(line)
    if found is None:
        return line
    issuer, colon, account = found[2].rpartition(":")
    return f"{found[1]}{issuer}{colon}{account.replace('+', '%20')}{found[3]}"


def _bound(entry: Entry, names: tuple[str, ...]) -> Entry:
    return replace(entry, categories=tuple(Binding(category_id(name)) for name in names))


def _display(text: str) -> dict[str, Any]:
    try:
        return _json.load_object(unquote_plus(text, errors="strict").encode())
    except (UnicodeError, FormatError):
        raise EntryError(f"its {DISPLAY} is damaged") from None


def _tags(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise EntryError("its tags are not a list of names")
    cleaned = (clean(each).strip()[:NAME_LIMIT] for each in value)
    return tuple(dict.fromkeys(name for name in cleaned if name))


def _pin(parts: list[str]) -> str | None:
    """Return the PIN of a Yandex entry, which is written as digits or in base32."""
    given = next((part for part in parts if part.startswith("pin=")), "").partition("=")[2]
    text = unquote_plus(given).upper().replace(" ", "").replace("-", "").rstrip("=")
    if _is_pin(text) or not text:
        return text or None
    try:
        decoded = base64.b32decode(text + "=" * (-len(text) % 8)).decode("ascii")
    except ValueError:
        decoded = ""
    if not _is_pin(decoded):
        raise EntryError("its PIN is not 4 to 16 digits")
    return decoded


def _label(line: str) -> str:
    """Return the name in a line, if any; never what follows it."""
    if not is_uri(line[:16].encode(errors="replace")) or line[:6].lower() == "steam:":
        return ""
    name = line.partition("?")[0].rpartition("/")[2]
    shown = safe(uri.readable(name), 64).strip()
    return f" ({shown})" if shown and "secret=" not in name.lower() else ""
