"""Merging two versions of a document without a common ancestor."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given

from tests.vault.strategies import documents
from tests.vault.support import document, entry
from tui.otp.entry import Entry, OtpType
from tui.otp.secret import Secret
from tui.vault.document import Document
from tui.vault.merge_by_age import merge_by_age

A = entry("a", revision=5, updated=100)
B, C = entry("b"), entry("c")
HOTP = entry("hotp", OtpType.HOTP, counter=5, revision=5, updated=100)


def edited(made: Entry, edits: int = 1, **changes: object) -> Entry:
    """Return an entry after some edits, each a second apart."""
    return replace(
        made,
        revision=made.revision + edits,
        updated=made.updated + edits,
        **changes,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("ours_newer", [False, True])
def test_the_newer_version_of_an_entry_counts(ours_newer: bool) -> None:
    old, new = document(A), document(edited(A, note="new"))
    merged = merge_by_age(new, old) if ours_newer else merge_by_age(old, new)
    assert merged == document(edited(A, note="new"))


def test_items_that_one_side_has_are_kept() -> None:
    merged = merge_by_age(document(A, B), document(A, C))
    assert set(merged.entries) == {A, B, C}


def test_a_deletion_arrives() -> None:
    gone = edited(A, deleted=101)
    for sides in ((document(A), Document(trash=(gone,))), (Document(trash=(gone,)), document(A))):
        assert merge_by_age(*sides) == Document(trash=(gone,))


def test_a_restored_entry_arrives() -> None:
    gone = edited(A, deleted=101)
    back = edited(gone, deleted=0)
    assert merge_by_age(Document(trash=(gone,)), document(back)) == document(back)


def test_counters_are_never_lowered() -> None:
    used, renamed = edited(HOTP, 2, counter=7), edited(HOTP, 3, counter=5, issuer="new")
    for sides in ((used, renamed), (renamed, used)):
        merged = merge_by_age(document(sides[0]), document(sides[1]))
        assert [one.counter for one in merged.everything] == [7]


def test_both_are_kept_if_both_were_edited() -> None:
    ours, theirs = edited(A, note="ours"), replace(edited(A, note="theirs"), updated=200)
    merged = merge_by_age(document(ours), document(theirs))
    assert [one.note for one in merged.entries] == ["theirs", "ours"]
    assert merge_by_age(merged, document(theirs)) == merged


def test_an_older_version_shows_who_changed_which_field() -> None:
    ours, theirs = edited(A, issuer="ours"), replace(edited(A, note="theirs"), updated=200)
    merged = merge_by_age(document(ours), document(theirs), [document(A)])
    assert [(one.issuer, one.note) for one in merged.entries] == [("ours", "theirs")]


def test_the_newer_name_counts_but_no_secret_is_dropped() -> None:
    other, third = Secret.base32("MZXW6YTBOI"), Secret.base32("MZXW6YTBOJ")
    ours, theirs = edited(A, issuer="x"), edited(A, 2, issuer="y")
    merged = merge_by_age(document(ours), document(theirs), [document(A)])
    assert [one.issuer for one in merged.entries] == ["y"]
    ours, theirs = edited(A, secret=other), edited(A, 2, secret=third)
    merged = merge_by_age(document(ours), document(theirs), [document(A)])
    assert [one.secret for one in merged.entries] == [third, other]


def test_a_deletion_does_not_drop_edits_of_the_other_side() -> None:
    ours, theirs = edited(A, note="ours"), edited(A, 2, deleted=102)
    merged = merge_by_age(document(ours), Document(trash=(theirs,)), [document(A)])
    assert [(one.note, one.deleted) for one in merged.everything] == [("ours", 0)]


def test_a_used_entry_that_the_other_side_deleted_is_deleted() -> None:
    used, gone = edited(HOTP, counter=6), replace(edited(HOTP, deleted=50), updated=300)
    for ours, theirs in ((used, gone), (gone, used)):
        merged = merge_by_age(Document().holding([ours]), Document().holding([theirs]))
        assert [(one.counter, bool(one.deleted)) for one in merged.everything] == [(6, True)]


@given(documents(), documents())
@example(document(A), document(replace(A, id="another")))
def test_no_id_is_lost_or_doubled(ours: Document, theirs: Document) -> None:
    """But an entry that both sides added is one, with our id."""
    ids = [one.id for one in merge_by_age(ours, theirs).everything]
    assert len(set(ids)) == len(ids)
    assert {one.id for one in ours.everything} <= set(ids)
    added = {(one.issuer, one.account, one.secret) for one in ours.everything}
    there = [
        (one.issuer, one.account, one.secret) for one in theirs.everything if one.id not in ids
    ]
    assert added.issuperset(there)


@given(documents(), documents())
def test_merging_again_changes_nothing(ours: Document, theirs: Document) -> None:
    merged = merge_by_age(ours, theirs)
    again = merge_by_age(merged, theirs)
    assert [one.id for one in again.everything] == [one.id for one in merged.everything]
