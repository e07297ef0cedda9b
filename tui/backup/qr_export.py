"""Exports to Google Authenticator as QR codes on the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tui.backup.export_plan import plan_export
from tui.backup.formats import google
from tui.backup.formats.google.writer import ENTRIES_IN_A_PART, uris
from tui.backup.model import Backup, ExportPlan, Problem
from tui.errors import EntryError, ExportError
from tui.qr import MAX_BYTES, QrCode, make

NAME = google.NAME
"""The format whose files have the same contents as the QR codes."""
HOW_TO_SCAN = "In Google Authenticator: Transfer accounts, Import accounts."
"""Where to scan the codes in the app."""


def plan_codes(backup: Backup) -> ExportPlan:
    """Return the export plan, with entries that are too long for a QR code left out."""
    plan = plan_export(google.FORMAT, backup)
    too_long = {
        entry.id
        for entry in plan.backup.entries
        if len(uris(replace(plan.backup, entries=(entry,)))[0]) > MAX_BYTES
    }
    if not too_long:
        return plan
    kept = tuple(entry for entry in plan.backup.entries if entry.id not in too_long)
    problems = (
        Problem(entry.label, "it is too long for a QR code")
        for entry in plan.backup.entries
        if entry.id in too_long
    )
    return replace(
        plan, backup=replace(plan.backup, entries=kept), left_out=(*plan.left_out, *problems)
    )


def texts_of_codes(plan: ExportPlan, fits: Callable[[QrCode], bool]) -> tuple[str, ...]:
    """Return the texts of the QR codes for a plan of `plan_codes`.

    Each contains ten entries, as in the app, or fewer if it would not fit on the screen (`fits`),
    but at least one.

    Raises:
        ExportError: the plan has no entries.
    """
    entries = plan.backup.entries
    if not entries:
        first = plan.left_out[0] if plan.left_out else None
        raise ExportError(
            "Google Authenticator can't store any of the entries."
            if first
            else "No entries to show.",
            f"First problem: {first.what}: {first.reason}." if first else "",
        )
    texts: tuple[str, ...] = ()
    for in_a_part in range(min(ENTRIES_IN_A_PART, len(entries)), 0, -1):
        texts = uris(plan.backup, in_a_part)
        try:
            if fits(make(max(texts, key=len))):
                break
        except EntryError:
            continue
    return texts
