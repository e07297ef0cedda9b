"""Counters of HOTP entries: one for each secret, whichever entries have it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tui.otp.entry import Entry
from tui.vault.document import Document, by_secret


def highest_counters(entries: Iterable[Entry]) -> dict[tuple[object, ...], int]:
    """Return the highest counter of the HOTP entries with each secret, by `by_secret`."""
    highest: dict[tuple[object, ...], int] = {}
    for entry in entries:
        if entry.type.has_counter:
            secret = by_secret(entry)
            highest[secret] = max(highest.get(secret, 0), entry.counter)
    return highest


def with_counter(entry: Entry, counters: Mapping[tuple[object, ...], int]) -> Entry:
    """Return the entry; an HOTP one gets the counter of its secret, unless its own is higher."""
    counter = counters.get(by_secret(entry), 0) if counters and entry.type.has_counter else 0
    return replace(entry, counter=counter) if counter > entry.counter else entry


def with_highest_counters(document: Document, *sides: Document) -> Document:
    """Return `document` with no counter below that of a side's entry with the same secret."""
    highest = highest_counters(entry for side in sides for entry in side.everything)
    if not highest:
        return document
    return document.holding(with_counter(entry, highest) for entry in document.everything)
