"""Two documents that grew out of one: nothing is lost, and what does not clash is all taken."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from tests.vault.strategies import documents
from tests.vault.support import document, entry
from tui.otp.entry import Binding, Category, Icon, OtpType
from tui.otp.secret import Secret
from tui.vault.document import Document, Unreadable
from tui.vault.threeway import merge, rejoin

A, B, C = entry("a"), entry("b"), entry("c")
HOTP = entry("hotp", OtpType.HOTP, counter=5)
OTHER = Secret.base32("MZXW6YTBOI")


def issuers(made: Document) -> list[str]:
    return [one.issuer for one in made.entries]


@settings(max_examples=30, deadline=None)
@given(documents(), documents())
def test_what_one_side_did_is_the_result_where_the_other_did_nothing(
    base: Document, changed: Document
) -> None:
    assert merge(base, base, changed) == changed
    assert merge(base, changed, base) == changed


@settings(max_examples=30, deadline=None)
@given(documents(), documents(), documents())
def test_no_entry_is_lost(base: Document, ours: Document, theirs: Document) -> None:
    merged = merge(base, ours, theirs)
    ids = [one.id for one in merged.entries]
    assert len(set(ids)) == len(ids)
    olds = {one.id: one for one in base.entries}
    mine = {one.id: one for one in ours.entries}
    others = {one.id: one for one in theirs.entries}
    for identity in mine.keys() | others.keys():
        old, our, their = olds.get(identity), mine.get(identity), others.get(identity)
        deleted = (our is None and their == old) or (their is None and our == old)
        assert (identity in ids) != deleted
    names = [(one.type, one.issuer, one.note) for one in merged.entries]
    for side in (mine, others):
        for one in side.values():
            if one.id not in olds and one.id not in (others if side is mine else mine):
                assert (one.type, one.issuer, one.note) in names


@settings(max_examples=30, deadline=None)
@given(documents(), documents(), documents())
def test_a_put_back_file_takes_nothing_away(
    base: Document, ours: Document, theirs: Document
) -> None:
    merged = rejoin(base, ours, theirs)
    kept = {one.id: one for one in merged.entries}
    for one in ours.entries:
        if one.id in kept:
            assert kept[one.id].counter >= one.counter
        else:
            # Ours may go only where it was there unchanged and they still have an older self.
            assert one in base.entries
    for one in ours.entries:
        if one.id not in {their.id for their in theirs.entries}:
            assert one.id in kept


def test_changes_of_different_entries_are_both_taken() -> None:
    ours = document(replace(A, note="ours"), B)
    theirs = document(A, replace(B, note="theirs"))
    assert merge(document(A, B), ours, theirs) == document(
        replace(A, note="ours"), replace(B, note="theirs")
    )


def test_changes_of_different_fields_of_one_entry_are_both_taken() -> None:
    ours, theirs = replace(A, issuer="new", revision=1), replace(A, note="n", revision=3)
    merged = merge(document(A), document(ours), document(theirs))
    assert merged == document(replace(A, issuer="new", note="n", revision=3))


@pytest.mark.parametrize("swap", [False, True])
def test_a_deletion_against_a_change_keeps_the_change(swap: bool) -> None:
    changed, deleted = document(replace(A, note="new"), B), document(B)
    ours, theirs = (deleted, changed) if swap else (changed, deleted)
    assert merge(document(A, B), ours, theirs) == changed


def test_a_deletion_against_nothing_deletes() -> None:
    assert merge(document(A, B), document(B), document(A, B, C)) == document(B, C)


def test_two_changes_of_one_field_keep_both_entries_side_by_side() -> None:
    ours, theirs = replace(A, issuer="ours"), replace(A, issuer="theirs")
    merged = merge(document(A, B), document(ours, B), document(theirs, B))
    assert issuers(merged) == ["ours", "theirs", "b"]
    assert merged.entries[0] == ours
    assert merged.entries[1].id not in {A.id, B.id}
    assert replace(merged.entries[1], id=A.id) == theirs


def test_the_same_change_twice_is_one_change() -> None:
    changed = document(replace(A, issuer="same"))
    assert merge(document(A), changed, changed) == changed


@pytest.mark.parametrize(("ours", "theirs"), [(7, 9), (9, 7)])
def test_hotp_keeps_the_higher_counter_and_one_entry(ours: int, theirs: int) -> None:
    merged = merge(
        document(HOTP),
        document(replace(HOTP, counter=ours)),
        document(replace(HOTP, counter=theirs)),
    )
    assert merged == document(replace(HOTP, counter=9))


def test_where_both_entries_stay_neither_repeats_a_code() -> None:
    ours = replace(HOTP, issuer="ours", counter=6)
    theirs = replace(HOTP, issuer="theirs", counter=9)
    merged = merge(document(HOTP), document(ours), document(theirs))
    assert [(one.issuer, one.counter) for one in merged.entries] == [("ours", 9), ("theirs", 9)]


def test_a_counter_belongs_to_its_secret() -> None:
    renewed, moved = replace(HOTP, secret=OTHER, counter=0), replace(HOTP, counter=9)
    for ours, theirs in ((renewed, moved), (moved, renewed)):
        assert merge(document(HOTP), document(ours), document(theirs)) == document(renewed)


def test_changes_that_do_not_fit_together_keep_both_entries() -> None:
    base = replace(A, secret=Secret.base32("GEZDGNBVGY3TQOJQGEZDGNBVGY"))
    ours = replace(base, type=OtpType.YANDEX)
    theirs = replace(base, secret=OTHER)
    merged = merge(document(base), document(ours), document(theirs))
    assert [(one.type, one.secret) for one in merged.entries] == [
        (OtpType.YANDEX, base.secret),
        (OtpType.TOTP, OTHER),
    ]


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"), [(3, 5, 5), (5, 3, 5), (None, 2, 2), (2, None, 2)]
)
def test_copy_counts_take_the_higher_one(
    ours: int | None, theirs: int | None, expected: int
) -> None:
    base = replace(A, copy_count=1)
    merged = merge(
        document(base),
        document(replace(base, copy_count=ours)),
        document(replace(base, copy_count=theirs)),
    )
    assert merged == document(replace(base, copy_count=expected))


def test_two_orders_of_one_list_are_no_conflict() -> None:
    ours = document(replace(A, ranking=1), replace(B, ranking=5))
    theirs = document(replace(A, ranking=2), replace(B, ranking=3))
    assert merge(document(A, B), ours, theirs) == ours


def test_what_is_new_of_theirs_comes_in_at_its_place() -> None:
    first, mine = entry("first"), entry("mine")
    merged = merge(document(A, B), document(A, mine, B), document(first, A, B, C))
    assert issuers(merged) == ["first", "a", "mine", "b", "c"]


def test_unknown_keys_merge_key_by_key_and_clash_like_fields() -> None:
    base = replace(A, extra={"x": 1, "y": 1})
    ours = replace(base, extra={"x": 2, "y": 1, "new": 0})
    theirs = replace(base, extra={"x": 1})
    assert merge(document(base), document(ours), document(theirs)).entries[0].extra == {
        "x": 2,
        "new": 0,
    }
    clash = replace(base, extra={"x": 3, "y": 1})
    assert len(merge(document(base), document(ours), document(clash)).entries) == 2


def test_categories_of_an_entry_merge_one_by_one() -> None:
    base = replace(A, categories=(Binding("1"), Binding("2")))
    ours = replace(base, categories=(Binding("1"), Binding("2"), Binding("3")))
    theirs = replace(base, categories=(Binding("2", 7),))
    merged = merge(document(base), document(ours), document(theirs)).entries[0]
    assert merged.categories == (Binding("2", 7), Binding("3"))


def test_a_deleted_category_stays_where_the_other_side_began_to_use_it() -> None:
    web, work = Category.named("Web"), Category.named("Work")
    base = Document((A,), (web, work))
    ours = Document((replace(A, categories=(Binding(web.id),)),), (web, work))
    assert merge(base, ours, Document((A,))).categories == (web,)
    assert merge(base, Document((A,)), ours).categories == (web,)


def test_a_deleted_icon_stays_where_the_other_side_began_to_use_it() -> None:
    icon = Icon("1badcafe", "AAAA")
    ours = Document((replace(A, icon="@1badcafe"),), icons=(icon,))
    assert merge(Document((A,), icons=(icon,)), ours, Document((A,))).icons == (icon,)


def test_a_category_renamed_here_and_moved_there_is_both() -> None:
    web = Category("1", "Web", 0)
    merged = merge(
        Document(categories=(web,)),
        Document(categories=(replace(web, name="World"),)),
        Document(categories=(replace(web, ranking=4),)),
    )
    assert merged.categories == (Category("1", "World", 4),)


def test_preferences_merge_key_by_key_and_ours_win() -> None:
    merged = merge(
        Document(preferences={"a": 1, "b": 1, "c": 1}),
        Document(preferences={"a": 2, "b": 1}),
        Document(preferences={"a": 3, "b": 4, "c": 1, "d": 5}),
    )
    assert merged.preferences == {"a": 2, "b": 4, "d": 5}


def test_unreadable_entries_of_both_stay_and_doubles_stay_double() -> None:
    def kept(*raws: Any) -> Document:
        return Document(unreadable=tuple(Unreadable(raw, "why", "who") for raw in raws))

    merged = merge(kept("a", "b"), kept("a", "b", "c", "c"), kept("a", "d"))
    assert [one.raw for one in merged.unreadable] == ["a", "d", "c", "c"]


def test_a_file_put_back_does_not_delete_revert_or_turn_back_a_counter() -> None:
    old = document(A, HOTP)
    edited = replace(A, note="new", revision=1)
    base = document(edited, replace(HOTP, counter=8, revision=3), B)
    assert rejoin(base, base, old) == base


def test_a_file_of_another_machine_adds_and_edits() -> None:
    base = document(A, B)
    theirs = document(replace(A, note="there", revision=1), C)
    merged = rejoin(base, base, theirs)
    assert {(one.issuer, one.note) for one in merged.entries} == {
        ("a", "there"),
        ("b", ""),
        ("c", ""),
    }
