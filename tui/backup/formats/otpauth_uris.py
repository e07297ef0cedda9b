"""A list of otpauth:// and motp:// URIs, one a line: what many apps print and take in.

A URI has no standard but a de-facto one (Key Uri Format); what it says is in `otp/uri.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tui.backup.content import FileContent
from tui.backup.formats._lines import numbered_lines
from tui.backup.model import Backup, Credentials, ExportPlan, Format, Needs, Problem
from tui.errors import EntryError, FormatError
from tui.otp import uri
from tui.otp.entry import Entry, OtpType
from tui.text import safe

_SCHEMES = re.compile(rb"(?:otpauth|motp)://", re.IGNORECASE)


_NONE = b"# otpauth URIs: none\n"
"""A list of no URIs, so that an empty vault can be told from an empty file."""


def _sniff(content: FileContent) -> bool:
    return content.data == _NONE or _SCHEMES.match(content.first_line) is not None


def _read(data: bytes, _credentials: Credentials) -> Backup:
    """Read every line; one that is no such URI is a problem with its number and its name.

    A label of one name is the account here, as the apps that write such lists have it.

    Raises:
        FormatError: it is not UTF-8 text, has too many lines, or not one URI.
    """
    lines = numbered_lines(data, "list")
    entries: list[Entry] = []
    problems: list[Problem] = []
    for number, told in lines:
        try:
            entry = uri.parse(told, lone_is_account=True)
        except EntryError as error:
            problems.append(Problem(f"line {number}{_label(told)}", str(error)))
        else:
            entries.append(replace(entry, ranking=len(entries)))
    if problems and not entries and not any(_SCHEMES.match(line.encode()) for _, line in lines):
        raise FormatError("The file is not a list of otpauth:// URIs.")
    return Backup(tuple(entries), problems=tuple(problems))


def _label(line: str) -> str:
    """The name in a line, as far as it can be told; never what comes after it."""
    if not _SCHEMES.match(line[:16].encode(errors="replace")):
        return ""
    name = line.partition("://")[2].partition("?")[0].rpartition("/")[2]
    shown = safe(uri.readable(name), 64).strip()
    return f" ({shown})" if shown and "secret=" not in name.lower() else ""


def _write(backup: Backup, _credentials: Credentials) -> bytes:
    """Return the list.

    Raises:
        FormatError: an entry does not fit.
    """
    planned = _plan_export(backup)
    if planned.left_out:
        first = planned.left_out[0]
        raise FormatError(f"A URI cannot hold {first.what}: {first.reason}.")
    lines = "".join(f"{uri.build(entry)}\n" for entry in planned.backup.entries)
    return lines.encode() or _NONE


def _plan_export(backup: Backup) -> ExportPlan:
    """Return the entries in the user's order, as they are read from their URIs again."""
    kept: list[Entry] = []
    left_out: list[Problem] = []
    changed: list[Problem] = []
    for entry in sorted(backup.entries, key=lambda each: each.ranking):
        try:
            again = _again(entry)
        except EntryError as error:
            left_out.append(Problem(entry.label, str(error)))
            continue
        changed += (
            Problem(entry.label, change, refused=False) for change in _changes(entry, again)
        )
        kept.append(replace(again, id=entry.id, ranking=len(kept)))
    return ExportPlan(Backup(tuple(kept)), tuple(left_out), tuple(changed))


def _again(entry: Entry) -> Entry:
    """Return what is read from the URI of `entry`.

    Raises:
        EntryError: that makes other codes, or there is no URI.
    """
    try:
        again = uri.parse(uri.build(entry), lone_is_account=True)
    except UnicodeEncodeError:
        raise EntryError("its secret is not text") from None
    if _makes(again) != _makes(entry):
        raise EntryError(
            f"its URI would be read as {_KINDS[again.type]}"
            if again.type is not entry.type
            else "its URI would make other codes"
        )
    return again


def _makes(entry: Entry) -> tuple[object, ...]:
    """Return what makes the codes, but for the PIN."""
    counted = (entry.algorithm, entry.digits) if entry.type.has_digits else ()
    period = entry.period if entry.type is OtpType.TOTP else 0
    counter = entry.counter if entry.type is OtpType.HOTP else 0
    return entry.type, entry.secret.normal, counted, period, counter


def _changes(entry: Entry, again: Entry) -> Iterator[str]:
    for name, before, after in (
        ("issuer", entry.issuer, again.issuer),
        ("account", entry.account or "", again.account or ""),
    ):
        if before != after:
            yield f"its {name} is written as “{safe(after, 64)}”"
    if entry.secret.given != again.secret.given:
        yield "its secret is written in capitals, without spaces, dashes and padding"


_KINDS = {
    OtpType.TOTP: "TOTP",
    OtpType.HOTP: "HOTP",
    OtpType.STEAM: "one of Steam's",
    OtpType.MOTP: "Mobile-OTP",
    OtpType.YANDEX: "one of Yandex'",
}

FORMAT = Format(
    name="otpauth-uris",
    label="List of otpauth:// URIs",
    suffixes=(".txt", ".uris"),
    sniff=_sniff,
    needs=lambda _content: Needs.NOTHING,
    read=_read,
    write=_write,
    plan_export=_plan_export,
    encrypted=False,
    write_needs=Needs.NOTHING,
)
