"""Writes CSV tables that spreadsheets and password managers can open."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from tui.backup.formats._otp_field import otp_field, title_of
from tui.backup.formats._round_trip import check_all_fit, plan_round_trip
from tui.backup.formats.csv.columns import COLUMNS, HEADER
from tui.backup.formats.csv.reader import entry_of_row, unguarded
from tui.backup.match import code_fields
from tui.backup.model import Backup, ExportPlan
from tui.errors import EntryError
from tui.otp.entry import Entry
from tui.text import clean

_is_formula = re.compile(r"'*[=+\-@\t\r]").match


def write(backup: Backup) -> bytes:
    """Return the table.

    Raises:
        FormatError: it can't store an entry.
    """
    plan = plan_export(backup)
    check_all_fit(plan, "A CSV file")
    names = {each.id: each.name for each in plan.backup.categories}
    rows = [_row(entry, names) for entry in plan.backup.entries]
    return _dump([COLUMNS, *rows], "\r\n").encode()


def _dump(rows: Iterable[Iterable[str]], end: str) -> str:
    import csv

    made = io.StringIO()
    csv.writer(made, lineterminator="\r\n").writerows(rows)
    return made.getvalue().removesuffix("\r\n") + end


def plan_export(backup: Backup) -> ExportPlan:
    """Return the entries in the user's order, each as it will be read back."""
    plan = plan_round_trip(backup, _reread, most_categories=len(backup.categories))
    by_id = {each.id: each for each in plan.backup.categories}
    used = dict.fromkeys(
        each.category for entry in plan.backup.entries for each in entry.categories
    )
    kept = tuple(replace(by_id[each], ranking=place) for place, each in enumerate(used))
    return replace(plan, backup=replace(plan.backup, categories=kept))


def _reread(entry: Entry) -> Entry:
    """Return the entry that is read from the row of `entry`.

    Raises:
        EntryError: the table can't store it.
    """
    row = dict(zip(HEADER, _row(entry, {}), strict=True))
    try:
        "".join(row.values()).encode()
    except UnicodeEncodeError:
        raise EntryError("it contains an invalid character") from None
    row = {name: unguarded(cell) for name, cell in row.items()}
    found = entry_of_row(row, row["otpauth"])
    if code_fields(found) != code_fields(entry):
        raise EntryError("its URI would have different codes")
    return found


def _row(entry: Entry, names: Mapping[str, str]) -> tuple[str, ...]:
    tags = [names[each.category] for each in entry.categories if each.category in names]
    cells = (
        title_of(entry),
        "",
        clean(entry.account or ""),
        "",
        entry.note,
        otp_field(entry),
        _dump([tags], "") if tags else "",
        "1" if entry.pinned else "",
    )
    return tuple(f"'{cell}" if _is_formula(cell) else cell for cell in cells)
