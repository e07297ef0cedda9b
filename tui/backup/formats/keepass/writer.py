"""Writes entries as the XML of a KeePass database, and plans which it can store.

TOTP and Steam are written as an otpauth URI in `otp`, which most apps read; TOTP that such a URI
can't hold is written as KeePass's `TimeOtp-…`, and HOTP as its `HmacOtp-…`. Categories become tags.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from xml.sax.saxutils import escape

from tui.backup.formats._round_trip import check_all_fit, plan_round_trip, stored_categories
from tui.backup.formats.keepass.otp_fields import HMAC, NOTES, OTP, TIME, TITLE, USER, entries_of
from tui.backup.formats.keepass.sealing import seal
from tui.backup.match import code_fields
from tui.backup.model import Backup, Credentials, ExportPlan, Problem
from tui.crypto.stream import StreamCipher
from tui.errors import EntryError
from tui.otp import uri
from tui.otp.entry import Algorithm, Binding, Category, Entry, OtpType
from tui.text import safe

_PROTECTED = frozenset({"Password", OTP, f"{TIME}Secret-Base32", f"{HMAC}Secret-Base32"})
_not_xml = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(backup: Backup, credentials: Credentials) -> bytes:
    """Return a database with the entries in one group.

    Raises:
        FormatError: the format can't store an entry, or the password is missing.
    """
    plan = plan_export(backup)
    check_all_fit(plan, "KeePass")
    return seal(lambda stream: _xml(plan.backup, stream).encode(), credentials)


def plan_export(backup: Backup) -> ExportPlan:
    """Return the entries in the user's order, each as it will be read back."""
    _, names = stored_categories(backup)
    tags = {place: name for place, name in names.items() if _is_tag(name)}
    used: dict[str, Category] = {}
    bound: dict[str, tuple[Binding, ...]] = {}
    lost: list[Problem] = []

    def reread(entry: Entry) -> Entry:
        found = _reread(entry)
        mine = dict.fromkeys(each.category for each in entry.categories if each.category in names)
        for name in (names[each] for each in mine if each not in tags):
            reason = f"it is removed from the category “{safe(name, 64)}”"
            lost.append(Problem(entry.label, reason, refused=False))
        if found.note != entry.note:
            lost.append(Problem(entry.label, "its note loses control characters", refused=False))
        kept = dict.fromkeys(tags[each] for each in mine if each in tags)
        made = [Category.named(name) for name in kept]
        for each in made:
            used.setdefault(each.id, replace(each, ranking=len(used)))
        bound[entry.id] = tuple(Binding(each.id) for each in made)
        return found

    plan = plan_round_trip(backup, reread)
    entries = (replace(each, categories=bound[each.id]) for each in plan.backup.entries)
    return replace(
        plan,
        backup=replace(plan.backup, entries=tuple(entries), categories=tuple(used.values())),
        changed=(*plan.changed, *lost),
    )


def _is_tag(name: str) -> bool:
    return not re.search("[;,]", name) and not _not_xml.search(name)


def _reread(entry: Entry) -> Entry:
    """Return the entry that is read from what is written for `entry`.

    Raises:
        EntryError: KeePass can't store it.
    """
    (read,) = entries_of(_strings(entry))
    return read()


def _strings(entry: Entry) -> dict[str, str]:
    """Return the strings of a KeePass entry.

    Raises:
        EntryError: KeePass can't store it.
    """
    names = {TITLE: entry.issuer or entry.account or "", USER: entry.account or ""}
    common = {
        name: _not_xml.sub("", text)
        for name, text in {**names, "Password": "", "URL": "", NOTES: entry.note}.items()
    }
    if entry.type is OtpType.HOTP:
        if entry.algorithm is not Algorithm.SHA1 or entry.digits != OtpType.HOTP.default_digits:
            raise EntryError("KeePass supports counter-based codes only with SHA1 and 6 digits")
        own = {"Secret-Base32": entry.secret.normal, "Counter": str(entry.counter)}
        return common | {HMAC + name: value for name, value in own.items()}
    if entry.type not in (OtpType.TOTP, OtpType.STEAM):
        raise EntryError(f"KeePass doesn't support {entry.type.short_label}")
    try:
        link = uri.build(entry) + ("&encoder=steam" if entry.type is OtpType.STEAM else "")
        with_uri = common | {OTP: link}
        (read,) = entries_of(with_uri)
        if code_fields(read()) == code_fields(entry):
            return with_uri
    except EntryError:
        if entry.type is OtpType.STEAM:
            raise
    own = {
        "Secret-Base32": entry.secret.normal,
        "Algorithm": f"HMAC-SHA-{entry.algorithm.value.removeprefix('SHA')}",
        "Length": str(entry.digits),
        "Period": str(entry.period),
    }
    return common | {TIME + name: value for name, value in own.items()}


def _xml(backup: Backup, stream: StreamCipher) -> str:
    names = {each.id: each.name for each in backup.categories}
    rows = "".join(part for entry in backup.entries for part in _row(entry, names, stream))
    return (
        '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n'
        "<KeePassFile><Meta><Generator>otp-tui</Generator><DatabaseName>otp-tui</DatabaseName>"
        "<RecycleBinEnabled>True</RecycleBinEnabled></Meta>"
        f"<Root><Group><UUID>{_uuid()}</UUID><Name>otp-tui</Name><IsExpanded>True</IsExpanded>"
        f"{rows}</Group><DeletedObjects/></Root></KeePassFile>\n"
    )


def _row(entry: Entry, names: Mapping[str, str], stream: StreamCipher) -> Iterator[str]:
    yield f"<Entry><UUID>{_uuid()}</UUID>"
    if tags := ";".join(names[each.category] for each in entry.categories):
        yield f"<Tags>{_escaped(tags)}</Tags>"
    for name, text in _strings(entry).items():
        if name in _PROTECTED:
            value = base64.b64encode(stream.xor(text.encode())).decode()
            yield f'<String><Key>{name}</Key><Value Protected="True">{value}</Value></String>'
        else:
            yield f"<String><Key>{name}</Key><Value>{_escaped(text)}</Value></String>"
    yield "</Entry>"


def _escaped(text: str) -> str:
    return escape(text, {"\r": "&#13;"})


def _uuid() -> str:
    return base64.b64encode(os.urandom(16)).decode()
