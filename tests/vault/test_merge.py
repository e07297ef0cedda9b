"""Merging two documents: nothing is lost, and changes without conflicts are all applied."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from tests.vault.strategies import documents
from tests.vault.support import document, entry
from tui.otp.entry import Binding, Category, Entry, Icon, OtpType
from tui.otp.secret import Secret
from tui.vault.counters import with_highest_counters
from tui.vault.document import Document, Unreadable, by_secret
from tui.vault.merge import merge, rejoin, second_id

A, B, C = entry("a"), entry("b"), entry("c")
HOTP = entry("hotp", OtpType.HOTP, counter=5)
OTHER = Secret.base32("MZXW6YTBOI")


def issuers(made: Document) -> list[str]:
    return [one.issuer for one in made.entries]


@given(documents(), documents())
def test_changes_of_one_side_are_applied(base: Document, changed: Document) -> None:
    expected = with_highest_counters(changed, changed)
    assert merge(base, base, changed) == expected
    assert merge(base, changed, base) == expected


@given(documents(), documents(), documents())
def test_no_entry_is_lost(base: Document, ours: Document, theirs: Document) -> None:
    merged = merge(base, ours, theirs)
    ids = [one.id for one in merged.everything]
    assert len(set(ids)) == len(ids)
    olds = {one.id: one for one in base.everything}
    mine = {one.id: one for one in ours.everything}
    others = {one.id: one for one in theirs.everything}
    for identity in mine.keys() | others.keys():
        old, our, their = olds.get(identity), mine.get(identity), others.get(identity)
        if our is None and old is None and identity not in ids:
            continue  # ours has the same one, see below
        deleted = (our is None and their == old) or (their is None and our == old)
        assert (identity in ids) != deleted
    names = [(one.type, one.issuer, one.note) for one in merged.everything]
    for side in (mine, others):
        for one in side.values():
            if one.id not in olds and one.id not in (others if side is mine else mine):
                assert (one.type, one.issuer, one.note) in names


@given(documents(), documents(), documents())
def test_an_older_file_removes_nothing(base: Document, ours: Document, theirs: Document) -> None:
    merged = rejoin(base, ours, theirs)
    kept = {one.id: one for one in merged.everything}
    for one in ours.everything:
        if one.id in kept:
            counted = one.type.has_counter and by_secret(kept[one.id]) == by_secret(one)
            if counted and kept[one.id].type.has_counter:
                assert kept[one.id].counter >= one.counter
        else:
            # Ours may be dropped only if it was unchanged in base and they have an older version.
            assert one in base.everything
    for one in ours.everything:
        if one.id not in {their.id for their in theirs.everything}:
            assert one.id in kept


def test_changes_of_different_entries_are_both_applied() -> None:
    ours = document(replace(A, note="ours"), B)
    theirs = document(A, replace(B, note="theirs"))
    assert merge(document(A, B), ours, theirs) == document(
        replace(A, note="ours"), replace(B, note="theirs")
    )


def test_changes_of_different_fields_are_both_applied() -> None:
    ours, theirs = replace(A, issuer="new", revision=1), replace(A, note="n", revision=3)
    merged = merge(document(A), document(ours), document(theirs))
    assert merged == document(replace(A, issuer="new", note="n", revision=3))


@pytest.mark.parametrize("swap", [False, True])
def test_a_permanent_deletion_and_a_change_keep_the_entry(swap: bool) -> None:
    changed, deleted = document(replace(A, note="new"), B), document(B)
    ours, theirs = (deleted, changed) if swap else (changed, deleted)
    assert merge(document(A, B), ours, theirs) == changed


def test_a_permanent_deletion_of_an_unchanged_entry_deletes() -> None:
    assert merge(document(A, B), document(B), document(A, B, C)) == document(B, C)


def trashed(one: Entry, moment: int = 7) -> Entry:
    return replace(one, deleted=moment, revision=one.revision + 1, updated=moment)


def both_ways(base: Document, one: Document, other: Document) -> list[Document]:
    """Return the merge of two documents, which must not depend on who merges."""
    return [merge(base, one, other), merge(base, other, one)]


def live(made: Document) -> list[tuple[str, str]]:
    return [(one.issuer, one.note) for one in made.entries]


def test_an_edit_of_a_deleted_entry_restores_it() -> None:
    deleted = document().holding([trashed(A)])
    for merged in both_ways(document(A), deleted, document(replace(A, note="edited"))):
        assert live(merged) == [("a", "edited")]
        assert merged.trash == ()


USES: dict[str, dict[str, Any]] = {
    "copied": {"copy_count": 3, "used": 99},
    "moved": {"ranking": 9, "revision": 1, "updated": 99},
    "put into another category": {"categories": (Binding("1"),), "revision": 1},
}


@pytest.mark.parametrize("use", USES)
def test_a_deletion_stays_if_the_entry_was_only_used_or_sorted(use: str) -> None:
    deleted = document().holding([trashed(A)])
    for merged in both_ways(document(A), deleted, document(replace(A, **USES[use]))):
        assert merged.entries == ()
        assert [one.deleted for one in merged.trash] == [7]


def test_a_counter_that_moved_stays_moved_in_the_trash() -> None:
    deleted = document().holding([trashed(HOTP)])
    for merged in both_ways(document(HOTP), deleted, document(replace(HOTP, counter=9))):
        assert [one.counter for one in merged.trash] == [9]


def test_an_entry_deleted_by_both_has_the_later_time() -> None:
    first, second = (document().holding([trashed(A, moment)]) for moment in (7, 8))
    for merged in both_ways(document(A), first, second):
        assert merged.entries == ()
        assert [one.deleted for one in merged.trash] == [8]


def test_an_entry_edited_and_then_deleted_is_in_the_trash_with_the_edit() -> None:
    plain, edited = (
        document().holding([trashed(one)]) for one in (A, replace(A, note="edited", revision=1))
    )
    for merged in both_ways(document(A), plain, edited):
        assert [one.note for one in merged.trash] == ["edited"]
        assert merged.entries == ()


def test_a_restored_entry_stays_whatever_the_other_side_did() -> None:
    base = document().holding([trashed(A)])
    back = document(replace(trashed(A), deleted=0, revision=2))
    later = document().holding([replace(trashed(A, 50), revision=3)])
    for other in (document(), base, later):
        for merged in both_ways(base, back, other):
            assert live(merged) == [("a", "")]
            assert merged.trash == ()


def test_a_permanent_deletion_stays_if_the_other_side_did_nothing() -> None:
    base = document(B).holding([B, trashed(A)])
    for merged in both_ways(base, document(B), base):
        assert merged == document(B)


def test_machines_that_merged_the_same_conflict_keep_each_version_once() -> None:
    base = document(HOTP)
    one = document(replace(HOTP, note="one", revision=1, updated=5))
    other = document(replace(HOTP, note="other", revision=1, updated=7))
    here, there = merge(base, one, other), merge(base, other, one)
    used = there.holding(replace(each, counter=each.counter + 2) for each in there.everything)
    for ours, theirs in ((here, used), (used, here)):
        again = merge(base, ours, theirs)
        assert sorted(each.note for each in again.entries) == ["one", "other"]
        assert {each.counter for each in again.entries} == {HOTP.counter + 2}
    edited = there.holding(
        replace(each, note=f"{each.note}, edited", revision=2) for each in there.everything
    )
    notes = {each.note for each in merge(base, here, edited).entries}
    assert notes == {"one", "other", "one, edited", "other, edited"}


def test_versions_that_earlier_merges_kept_repeat_no_code() -> None:
    base = document(HOTP)
    first = document(replace(HOTP, note="first", revision=1))
    second = document(replace(HOTP, note="second", revision=1))
    kept = merge(base, first, second)
    edited = document(replace(HOTP, note="third", counter=HOTP.counter + 3, revision=4))
    used = document(replace(HOTP, counter=HOTP.counter + 3, revision=3))
    for third in (edited, used):
        counters = {one.counter for one in merge(base, kept, third).entries}
        assert counters == {HOTP.counter + 3}


def test_an_older_file_does_not_undo_a_deletion() -> None:
    base = document(B).holding([B, trashed(A)])
    assert rejoin(base, base, document(A, B)) == base


def test_renaming_a_category_restores_no_entry() -> None:
    work, job = Category.named("Work"), Category.named("Job")
    one = replace(A, categories=(Binding(work.id),))
    renamed = Document((replace(one, categories=(Binding(job.id),), revision=1),), (job,))
    deleted = Document((), (work,)).holding([trashed(one)])
    for merged in both_ways(Document((one,), (work,)), renamed, deleted):
        assert merged.entries == ()
        assert [place.category for place in merged.trash[0].categories] == [job.id]


def test_a_deleted_category_stays_for_an_entry_added_to_it() -> None:
    work, job = Category.named("Work"), Category.named("Job")
    one, new = (replace(each, categories=(Binding(work.id),)) for each in (A, C))
    renamed = Document((replace(one, categories=(Binding(job.id),)),), (job,))
    for merged in both_ways(Document((one,), (work,)), renamed, Document((one, new), (work,))):
        assert set(merged.categories) == {work, job}
        places = {each.issuer: each.categories[0].category for each in merged.entries}
        assert places == {"a": job.id, "c": work.id}


@pytest.mark.parametrize("text", ["ABCD", "e3 15 ab"])
def test_a_secret_stays_with_its_type(text: str) -> None:
    """The same text is one key for Mobile-OTP and another one as base32, or none at all."""
    base = replace(A, type=OtpType.MOTP, secret=Secret.text("ABCD"), pin="1")
    counted = replace(base, type=OtpType.TOTP, secret=Secret.base32("ABCD"))
    other = replace(base, secret=Secret.text(text), note="mine")
    for merged in both_ways(document(base), document(counted), document(other)):
        for one in merged.entries:
            assert (one.secret.key == one.secret.given.encode()) is (one.type is OtpType.MOTP)
        assert {one.type for one in merged.entries} >= {OtpType.TOTP}
        assert len(merged.entries) == (1 if text == "ABCD" else 2)


def test_two_changes_of_one_field_keep_both_entries() -> None:
    earlier, later = replace(A, issuer="earlier", updated=5), replace(A, issuer="later", updated=6)
    for merged in both_ways(document(A, B), document(earlier, B), document(later, B)):
        assert issuers(merged) == ["later", "earlier", "b"]
        assert merged.entries[0] == later
        assert merged.entries[1].id not in {A.id, B.id}
        assert replace(merged.entries[1], id=A.id) == earlier


def test_two_machines_that_kept_versions_under_each_others_id_keep_each_once() -> None:
    one, other = replace(A, issuer="one", updated=5), replace(A, issuer="other", updated=6)
    kept = [replace(each, id=second_id(each)) for each in (one, other)]
    here, there = document(one, kept[1]), document(other, kept[0])
    for base in (document(A), document(one), document(other)):
        for merged in both_ways(base, here, there):
            assert sorted(issuers(merged)) == ["one", "other"]


def test_a_version_that_one_side_has_as_the_entry_itself_was_not_deleted_there() -> None:
    one, other = replace(A, issuer="one", updated=5), replace(A, issuer="other", updated=6)
    beside = replace(one, id=second_id(one))
    for merged in both_ways(document(one, beside), document(one), document(other, beside)):
        assert sorted(issuers(merged)) == ["one", "other"]


def test_an_entry_edited_to_equal_its_double_is_one_with_it() -> None:
    one, other = replace(A, issuer="one", updated=5), replace(A, issuer="other", updated=6)
    beside = replace(one, id=second_id(one))
    edited = document(replace(one, revision=9), beside)
    for merged in both_ways(
        document(other, beside), edited, document(other, replace(beside, pinned=True))
    ):
        assert issuers(merged) == ["one"]
        assert merged.entries[0].pinned


def test_a_pin_is_not_worth_a_second_entry() -> None:
    merged = merge(document(), document(replace(A, pinned=True)), document(A))
    assert merged.entries == (replace(A, pinned=True),)


def test_the_same_change_on_both_sides_is_applied_once() -> None:
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


def test_two_kept_entries_do_not_repeat_a_code() -> None:
    ours = replace(HOTP, issuer="ours", counter=6)
    theirs = replace(HOTP, issuer="theirs", counter=9)
    merged = merge(document(HOTP), document(ours), document(theirs))
    assert [(one.issuer, one.counter) for one in merged.entries] == [("ours", 9), ("theirs", 9)]


def test_the_same_entry_added_by_both_is_one_entry() -> None:
    web, work = Binding("web", 0), Binding("work", 0)
    our = replace(HOTP, id="1", counter=5, categories=(web,), created=10)
    their = replace(HOTP, id="2", counter=7, categories=(work,), created=20, copy_count=3)
    merged = merge(document(A), document(A, our), document(their, A))
    assert merged.entries == (A, replace(our, counter=7, categories=(work, web), copy_count=3))


def test_two_new_entries_that_differ_are_both_kept() -> None:
    our, their = replace(HOTP, id="1"), replace(HOTP, id="2", note="spare")
    merged = merge(document(), document(our), document(their))
    assert {one.id for one in merged.entries} == {"1", "2"}


def test_an_entry_that_one_side_added_twice_stays_double() -> None:
    twice = replace(HOTP, id="1"), replace(HOTP, id="2")
    merged = merge(document(), document(replace(HOTP, id="3")), document(*twice))
    assert len(merged.entries) == 2


def test_a_counter_belongs_to_its_secret() -> None:
    renewed, moved = replace(HOTP, secret=OTHER, counter=0), replace(HOTP, counter=9)
    for ours, theirs in ((renewed, moved), (moved, renewed)):
        assert merge(document(HOTP), document(ours), document(theirs)) == document(renewed)


def test_incompatible_changes_keep_both_entries() -> None:
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
def test_the_higher_copy_count_wins(ours: int | None, theirs: int | None, expected: int) -> None:
    base = replace(A, copy_count=1)
    merged = merge(
        document(base),
        document(replace(base, copy_count=ours)),
        document(replace(base, copy_count=theirs)),
    )
    assert merged == document(replace(base, copy_count=expected))


def test_two_orders_of_one_list_do_not_conflict() -> None:
    ours = document(replace(A, ranking=1), replace(B, ranking=5))
    theirs = document(replace(A, ranking=2), replace(B, ranking=3))
    assert merge(document(A, B), ours, theirs) == ours


def test_their_new_entries_keep_their_place() -> None:
    first, mine = entry("first"), entry("mine")
    merged = merge(document(A, B), document(A, mine, B), document(first, A, B, C))
    assert issuers(merged) == ["first", "a", "mine", "b", "c"]


def test_unknown_keys_merge_and_conflict_like_fields() -> None:
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


def test_a_deleted_category_stays_if_the_other_side_uses_it() -> None:
    web, work = Category.named("Web"), Category.named("Work")
    base = Document((A,), (web, work))
    ours = Document((replace(A, categories=(Binding(web.id),)),), (web, work))
    assert merge(base, ours, Document((A,))).categories == (web,)
    assert merge(base, Document((A,)), ours).categories == (web,)


def test_a_deleted_icon_stays_if_the_other_side_uses_it() -> None:
    icon = Icon("1badcafe", "AAAA")
    ours = Document((replace(A, icon="@1badcafe"),), icons=(icon,))
    assert merge(Document((A,), icons=(icon,)), ours, Document((A,))).icons == (icon,)


def test_a_category_renamed_by_one_and_moved_by_the_other_is_both() -> None:
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


def test_unreadable_items_of_both_sides_are_kept() -> None:
    def kept(*raws: Any) -> Document:
        return Document(unreadable=tuple(Unreadable(raw, "why", "who") for raw in raws))

    merged = merge(kept("a", "b"), kept("a", "b", "c", "c"), kept("a", "d"))
    assert [one.raw for one in merged.unreadable] == ["a", "d", "c", "c"]


def test_an_older_file_does_not_delete_revert_or_lower_a_counter() -> None:
    old = document(A, HOTP)
    edited = replace(A, note="new", revision=1)
    base = document(edited, replace(HOTP, counter=8, revision=3), B)
    assert rejoin(base, base, old) == base


def test_a_file_from_another_machine_lowers_no_counter() -> None:
    base = document(replace(HOTP, counter=8, revision=3))
    theirs = document(replace(HOTP, note="there", revision=4))
    assert [(one.note, one.counter) for one in rejoin(base, base, theirs).entries] == [("there", 8)]


def test_a_secret_from_another_machine_comes_with_its_own_counter() -> None:
    base = document(replace(HOTP, counter=100, revision=80))
    theirs = document(replace(HOTP, secret=OTHER, counter=0, revision=81))
    merged = rejoin(base, base, theirs)
    assert [(one.secret, one.counter) for one in merged.entries] == [(OTHER, 0)]


def test_a_file_from_another_machine_adds_and_edits() -> None:
    base = document(A, B)
    theirs = document(replace(A, note="there", revision=1), C)
    merged = rejoin(base, base, theirs)
    assert {(one.issuer, one.note) for one in merged.entries} == {
        ("a", "there"),
        ("b", ""),
        ("c", ""),
    }
