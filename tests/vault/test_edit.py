"""Changes of entries and categories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.vault.support import document, entry, full_document, identity
from tui.errors import EditConflictError, EntryError, MatchError, UsageError
from tui.otp.draft import Draft
from tui.otp.entry import Binding, Category, Entry, OtpType
from tui.otp.secret import Secret
from tui.vault import document as documents_json
from tui.vault.categories import assign, create, rename
from tui.vault.categories import delete as delete_category
from tui.vault.document import Document
from tui.vault.edit import (
    add,
    count_use,
    delete,
    edit,
    move,
    pin,
    restore,
    take_counter,
)
from tui.vault.order import Order, ordered, with_order
from tui.vault.trash import EXPIRED, KEPT_DAYS, days_left, discard, expire
from tui.vault.undo import KEY, Step, last_step, step_label, undo, undoable, undoable_as_one

NOW = 1_700_000_000
DAY = 86_400
WORK, WEB = Category.named("Work", 0), Category.named("Web", 3)
A = entry("a", ranking=4, categories=(Binding(WORK.id, 2),))
B = entry("b", ranking=7, categories=(Binding(WORK.id, 5), Binding(WEB.id, 0)))
C = entry("c", ranking=9)
HOTP = entry("hotp", OtpType.HOTP, counter=5)
MOTP = entry("motp", OtpType.MOTP, secret=Secret.text("ABCD"), pin="1", period=10)
SORTED = Document((A, B, C), (WORK, WEB))


def issuers(entries: tuple[Entry, ...] | list[Entry]) -> list[str]:
    return [one.issuer for one in entries]


def again(made: Document) -> Document:
    """The document as another program reads it."""
    return documents_json.read(documents_json.write(made))


# --- entries -----------------------------------------------------------------------------


def test_added_entries_come_last_with_new_ids() -> None:
    new = entry("new", categories=(Binding(WORK.id), Binding("gone")))
    after = add(SORTED, [new, new], NOW)
    first, second = after.entries[3:]
    assert after.entries[:3] == SORTED.entries
    assert len({one.id for one in after.entries}) == 5
    assert (first.ranking, second.ranking) == (10, 11)
    assert (first.categories, second.categories) == ((Binding(WORK.id, 6),), (Binding(WORK.id, 7),))
    assert (first.created, first.updated) == (NOW, NOW)


def test_an_invalid_entry_is_not_added() -> None:
    with pytest.raises(EntryError):
        add(SORTED, [entry("new", digits=11)], NOW)


def test_an_edit_keeps_changes_made_since() -> None:
    before = HOTP
    moved = replace(HOTP, counter=8, copy_count=3, account="theirs", revision=2)
    after = edit(document(moved), before, {"issuer": "new", "note": "n"}, NOW)
    (one,) = after.entries
    assert (one.issuer, one.note) == ("new", "n")
    assert (one.counter, one.copy_count, one.account) == (8, 3, "theirs")
    assert (one.revision, one.updated) == (3, NOW)


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("name", ["secret", "pin", "note"])
def test_two_edits_of_one_field_keep_both_values(name: str, swap: bool) -> None:
    """The form was open while another program saved: the step gets the document of that program."""
    values: tuple[object, ...] = ("two", "one")
    if name == "secret":
        values = (Secret.base32("MZXW6YTBOI"), Secret.base32("JBSWY3DPEHPK3PXP"))
    mine, other = reversed(values) if swap else values
    moved = replace(HOTP, **{name: other})  # type: ignore[arg-type]
    after = edit(document(moved), HOTP, {name: mine}, NOW)
    assert after.entries[0] == moved
    assert getattr(after.entries[1], name) == mine
    assert len({one.id for one in after.entries}) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"counter": 6}, "the counter"),
        ({"account": "a", "counter": 9}, "the account and the counter"),
    ],
)
def test_an_edit_of_a_field_that_another_program_changed_is_refused(
    changes: dict[str, Any], words: str
) -> None:
    moved = replace(HOTP, counter=8, account="theirs", revision=2)
    with pytest.raises(EditConflictError, match=f"changed {words} of"):
        edit(document(moved), HOTP, {**changes, "issuer": "new"}, NOW)
    edit(document(moved), moved, {**changes, "issuer": "new"}, NOW)


def test_two_equal_edits_of_a_field_are_no_conflict() -> None:
    moved = replace(HOTP, account="theirs", revision=2)
    made = edit(document(moved), HOTP, {"account": "theirs", "issuer": "new"}, NOW)
    assert [one.issuer for one in made.entries] == ["new"]


def test_another_type_keeps_the_secret_of_another_program() -> None:
    other = replace(A, secret=Secret.base32("JBSWY3DPEHPK3PXP"))
    made = edit(document(other), A, {"type": OtpType.STEAM, "digits": 5}, NOW)
    assert [one.secret for one in made.entries] == [other.secret]


def test_an_edit_without_changes_changes_nothing() -> None:
    made = document(A)
    assert edit(made, A, {}, NOW) is made


def test_an_edit_that_makes_an_entry_invalid_is_refused() -> None:
    with pytest.raises(EntryError):
        edit(document(A), A, {"period": 0}, NOW)


def test_an_edit_of_a_deleted_entry_is_refused() -> None:
    for made in (document(B), delete(document(A), {A.id}, NOW)):
        with pytest.raises(MatchError):
            edit(made, A, {"note": "n"}, NOW)


def test_another_type_reads_the_secret_again() -> None:
    """ABCD is four bytes of Mobile-OTP, and two and a half as base32."""
    changes = replace(Draft.of(MOTP), type=OtpType.TOTP).changes(MOTP)
    made = edit(document(MOTP), MOTP, changes, NOW)
    assert made.entries[0].secret.key == again(made).entries[0].secret.key == b"\x00D"


def test_deletion_and_restore() -> None:
    trashed = delete(SORTED, {B.id}, NOW)
    assert issuers(trashed.entries) == ["a", "c"]
    assert [(one.issuer, one.deleted) for one in trashed.trash] == [("b", NOW)]
    back = restore(trashed, {B.id}, NOW + 5)
    assert issuers(ordered(back)) == ["a", "b", "c"]
    assert back.trash == ()
    (one,) = (each for each in back.entries if each.id == B.id)
    assert replace(one, revision=0, updated=0) == B
    assert one.revision == 2


def test_deletion_at_the_epoch() -> None:
    assert issuers(delete(SORTED, {A.id}, 0).trash) == ["a"]


def test_only_entries_in_the_trash_are_discarded_or_restored() -> None:
    with pytest.raises(MatchError, match="this entry is no longer in the trash"):
        discard(SORTED, {A.id})
    with pytest.raises(MatchError, match="these entries are no longer in the trash"):
        restore(SORTED, {A.id, B.id}, NOW)
    trashed = delete(SORTED, {A.id, B.id}, NOW)
    assert issuers(discard(trashed, {A.id}).trash) == ["b"]


def test_a_change_of_entries_that_were_all_deleted_meanwhile_is_refused() -> None:
    trashed = delete(SORTED, {A.id}, NOW)
    changes: tuple[Callable[[set[str]], Document], ...] = (
        lambda ids: delete(trashed, ids, NOW),
        lambda ids: pin(trashed, ids, True, NOW),
        lambda ids: assign(trashed, ids, {"x": True}, NOW),
    )
    for change in changes:
        with pytest.raises(MatchError, match="already deleted this entry"):
            change({A.id})
        assert change({A.id, B.id}).trash[0] == trashed.trash[0]


def test_the_trash_keeps_for_thirty_days() -> None:
    trashed = delete(SORTED, {A.id}, NOW)
    (one,) = trashed.trash
    for passed, left in ((0, 30), (1, 30), (DAY, 29), (KEPT_DAYS * DAY - 1, 1), (99 * DAY, 0)):
        assert days_left(one, NOW + passed) == left
        found = expire(trashed, NOW + passed)
        assert bool(expire(found, NOW + passed + DAY).trash) is (left > 0)


@pytest.mark.parametrize("years", [1, 30])
def test_a_clock_that_jumps_ahead_and_back_does_not_empty_the_trash(years: int) -> None:
    trashed = delete(SORTED, {A.id}, NOW)
    jumped = expire(trashed, NOW + years * 365 * DAY)
    assert expire(jumped, NOW + years * 365 * DAY + DAY - 1).trash == trashed.trash
    right = expire(jumped, NOW + DAY)
    assert right == trashed
    assert expire(right, NOW + 2 * years * 365 * DAY).trash == trashed.trash


def test_a_clock_that_jumps_twice_does_not_empty_the_trash() -> None:
    trashed = delete(SORTED, {A.id}, NOW)
    for years in (1, 30, 2, 99):
        trashed = expire(trashed, NOW + years * 365 * DAY)
    assert issuers(trashed.trash) == ["a"]


def test_an_entry_deleted_in_1970_stays_for_thirty_days() -> None:
    used = replace(B, used=NOW)
    trashed = delete(document(A, used), {A.id}, 7)
    later = expire(expire(trashed, NOW + 2 * DAY), NOW + 4 * DAY)
    assert issuers(later.trash) == ["a"]
    assert days_left(later.trash[0], NOW) == 30


def test_an_entry_deleted_in_the_future_stays_for_thirty_days() -> None:
    assert days_left(delete(SORTED, {A.id}, NOW + 9999 * DAY).trash[0], NOW) == 30


def test_the_next_deletion_removes_expired_entries() -> None:
    found = expire(delete(SORTED, {A.id}, NOW), NOW + KEPT_DAYS * DAY)
    later = delete(found, {B.id}, NOW + KEPT_DAYS * DAY + DAY)
    assert issuers(later.trash) == ["b"]


def test_pinning_a_pinned_entry_changes_nothing() -> None:
    pinned = pin(SORTED, {C.id}, True, NOW)
    assert issuers(ordered(pinned)) == ["c", "a", "b"]
    assert pin(pinned, {C.id}, True, NOW + 1) == pinned
    assert issuers(ordered(pin(pinned, {C.id}, False, NOW))) == ["a", "b", "c"]


def test_a_copy_is_counted() -> None:
    once = count_use(SORTED, A.id, NOW)
    twice = count_use(once, A.id, NOW - 100)
    assert [(one.copy_count, one.used) for one in twice.entries] == [(2, NOW), (None, 0), (None, 0)]
    assert twice.entries[0].revision == A.revision
    assert count_use(SORTED, identity("nobody"), NOW) is SORTED


# --- order -------------------------------------------------------------------------------


def test_an_entry_moves_in_the_list_and_keeps_its_place_in_categories() -> None:
    after = move(SORTED, C.id, -2, None, NOW)
    assert issuers(ordered(after)) == ["c", "a", "b"]
    assert issuers(ordered(after, WORK.id)) == ["a", "b"]


def test_an_entry_moves_only_in_its_category() -> None:
    after = move(SORTED, A.id, 1, WORK.id, NOW)
    assert issuers(ordered(after, WORK.id)) == ["b", "a"]
    assert issuers(ordered(after)) == ["a", "b", "c"]


def test_repeated_moves_are_undone_as_one() -> None:
    made = SORTED
    for _ in range(2):
        made = undoable_as_one(lambda now: move(now, A.id, 1, None, NOW), "move of a (me)", NOW)(
            made
        )
    assert issuers(ordered(made)) == ["b", "c", "a"]
    assert last_step(again(made)) == Step("move of a (me)")
    assert issuers(ordered(undo(again(made), NOW))) == ["a", "b", "c"]


# --- categories --------------------------------------------------------------------------


def test_a_new_category_comes_last() -> None:
    made = create(SORTED, "  Home\u202f ")
    assert made.categories == (WORK, WEB, Category.named("Home", 4))


@pytest.mark.parametrize("name", ["", "  ", "\x00\x1b", "x" * 1025, "Work", " Work "])
def test_an_invalid_category_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        create(SORTED, name)
    with pytest.raises(UsageError):
        rename(SORTED, WEB.id, name, NOW)


def test_control_characters_are_removed_from_category_names() -> None:
    made = create(Document(), "Ho\x1bme\udcff")
    assert [one.name for one in made.categories] == ["Home"]


def test_a_new_category_never_gets_a_taken_id() -> None:
    taken = replace(Category.named("Home"), name="House")
    made = create(Document(categories=(taken,)), "Home")
    assert len({one.id for one in made.categories}) == 2


def test_a_renamed_category_keeps_its_place_and_entries() -> None:
    made = replace(delete(SORTED, {B.id}, NOW), kept={("categories", WORK.id): {"x": 1}})
    after = rename(made, WORK.id, "Job", NOW)
    job = Category.named("Job", WORK.ranking)
    assert after.categories == (job, WEB)
    assert [one.categories for one in after.everything] == [
        (Binding(job.id, 2),),
        (),
        (Binding(job.id, 5), Binding(WEB.id, 0)),
    ]
    assert after.kept == {("categories", job.id): {"x": 1}}


def test_renaming_to_the_same_name_changes_nothing() -> None:
    assert rename(SORTED, WORK.id, " Work ", NOW) is SORTED


def test_a_deleted_category_leaves_its_entries() -> None:
    after = delete_category(delete(SORTED, {B.id}, NOW), WORK.id, NOW)
    assert after.categories == (WEB,)
    assert issuers(after.everything) == ["a", "c", "b"]
    assert [one.categories for one in after.everything] == [(), (), (Binding(WEB.id, 0),)]


def test_changes_of_a_missing_category_are_refused() -> None:
    gone = identity("nothing")
    with pytest.raises(MatchError):
        rename(SORTED, gone, "x", NOW)
    with pytest.raises(MatchError):
        delete_category(SORTED, gone, NOW)


def test_entries_are_added_to_and_removed_from_categories() -> None:
    after = assign(SORTED, {A.id, C.id}, {WORK.id: True, WEB.id: False}, NOW)
    places = {one.issuer: one.categories for one in after.entries}
    assert places["a"] == (Binding(WORK.id, 2),)
    assert places["b"] == B.categories
    assert places["c"] == (Binding(WORK.id, 6),)
    assert after.entries[0] is A


def test_assigning_to_a_missing_category_does_nothing() -> None:
    assert assign(SORTED, {A.id}, {"gone": True}, NOW) == SORTED


# --- undoing -----------------------------------------------------------------------------

STEPS: dict[str, Callable[[Document], Document]] = {
    "add": lambda now: add(now, [entry("new")], NOW),
    "edit": lambda now: edit(
        now, now.entries[0], {"issuer": "x", "secret": Secret.base32("AA")}, NOW
    ),
    "another type": lambda now: edit(
        now, MOTP, replace(Draft.of(MOTP), type=OtpType.TOTP).changes(MOTP), NOW
    ),
    "delete": lambda now: delete(now, {now.entries[1].id, now.entries[3].id}, NOW),
    "restore": lambda now: restore(now, {now.trash[0].id}, NOW),
    "discard": lambda now: discard(now, {now.trash[0].id}),
    "expire": lambda now: delete(expire(now, NOW + 98 * DAY), {now.entries[0].id}, NOW + 99 * DAY),
    "pin": lambda now: pin(now, {one.id for one in now.entries}, True, NOW),
    "move": lambda now: move(now, now.entries[2].id, -1, None, NOW),
    "assign": lambda now: assign(now, {now.entries[1].id}, {WORK.id: True}, NOW),
    "make_category": lambda now: create(now, "Home"),
    "rename_category": lambda now: rename(now, WORK.id, "Job", NOW),
    "delete_category": lambda now: delete_category(now, WORK.id, NOW),
}


def base() -> Document:
    """Something for each step to do."""
    full = full_document()
    work = Category.named("Work")
    bound = (replace(full.entries[2], categories=(Binding(work.id, 4),)),)
    made = replace(full, entries=(*full.entries[:2], *bound, *full.entries[3:], MOTP, entry("old")))
    return again(delete(made, {identity("old")}, NOW - DAY))


def plain(made: Document) -> tuple[object, ...]:
    """Return everything but the revisions and dates of entries, and the note of expired ones."""
    return (
        [replace(one, revision=0, updated=0) for one in made.entries],
        [replace(one, revision=0, updated=0, deleted=1) for one in made.trash],
        made.categories,
        {key: value for key, value in made.preferences.items() if key not in {EXPIRED, KEY}},
    )


@pytest.mark.parametrize("name", STEPS)
def test_every_step_is_undone_in_another_program(name: str) -> None:
    before = base()
    after = again(undoable(STEPS[name], f"a step ({name})")(before))
    assert plain(after) != plain(before)
    assert last_step(after) == Step(f"a step ({name})")
    assert plain(undo(after, NOW)) == plain(before)
    assert plain(undo(again(undo(after, NOW)), NOW)) == plain(after)


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_undone_after_copies_and_another_order(name: str) -> None:
    before = base()
    after = undoable(STEPS[name], "a step")(before)
    for one in after.entries:
        after = count_use(after, one.id, NOW + 9)
    after = again(with_order(after, Order.USE))
    assert last_step(after) == Step("a step")
    back = undo(after, NOW)
    assert with_order(back, Order.USE) == back
    counted = {one.id: one.used for one in after.entries}
    assert all(one.used == counted[one.id] for one in back.entries if one.id in counted)
    assert issuers(back.entries) == issuers(before.entries)


def test_a_step_without_changes_keeps_the_last_undo() -> None:
    after = undoable(STEPS["pin"], "pinning")(base())
    assert undoable(STEPS["pin"], "pinning again")(after) is after


def test_a_step_label_names_one_entry_or_counts_several() -> None:
    assert step_label("deletion", [A]) == "deletion of a (me)"
    assert step_label("deletion", [A, B]) == "deletion of 2 entries"


def test_a_counter_advances_in_all_entries_with_its_secret() -> None:
    """As a merge may have kept two versions of one entry, for the same account of a service."""
    one = entry("Bank", OtpType.HOTP, counter=4)
    kept = replace(one, id="00000000-0000-4000-8000-000000000009", note="other")
    another = entry("Club", OtpType.HOTP, counter=1, secret=Secret.base32("JBSWY3DPEHPK3PXP"))
    after, taken = take_counter(Document(entries=(one, kept, another)), one.id, 2)
    assert taken == one
    assert [each.counter for each in after.entries] == [5, 5, 1]
