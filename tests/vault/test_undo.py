"""Undo and redo of the last step, also in another program; counters never go back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from tests.strategies import documents
from tests.vault.conftest import MakeVault
from tests.vault.support import MovedClock, document, entry, full_document
from tui.backup.importer import apply_import
from tui.backup.model import Backup
from tui.backup.plan import ImportAction, MatchKind
from tui.backup.sources import OpenedBackup
from tui.errors import NothingToUndoError
from tui.otp.entry import Binding, Category, Icon, OtpType
from tui.otp.secret import Secret
from tui.vault import document as documents_json
from tui.vault.document import Document
from tui.vault.edit import count_use, delete, pin, restore, take_counter
from tui.vault.order import Order, order_of, with_order
from tui.vault.trash import KEPT_DAYS, discard, expire
from tui.vault.undo import (
    KEY,
    Step,
    kept_counters,
    last_step,
    undo,
    undoable,
    with_undo,
    without_undo,
)
from tui.vault.vault import Vault

NOW = 1_700_000_000
OTHER = Secret.base32("JBSWY3DPEHPK3PXP")
HOTP = entry("Count", OtpType.HOTP, counter=4, secret=Secret.base32("JBSWY3DP"))


def imported(
    document: Document, *entries: Any, action: ImportAction = ImportAction.ADD
) -> Document:
    backup = Backup(tuple(entries), (Category.named("New"),), (Icon("0badcafe", "QQ=="),))
    opened = [OpenedBackup(("/home/me/phone.authpro",), backup)]
    return apply_import(document, opened, NOW, actions=dict.fromkeys(MatchKind, action))[0]


def again(document: Document) -> Document:
    """The document as another program reads it."""
    return documents_json.read(documents_json.write(document))


def unaged(document: Document) -> Document:
    """Return the document without the dates of its entries."""
    plain = replace(document, preferences=dict(without_undo(document).preferences))
    return plain.holding(replace(each, updated=0, revision=0) for each in document.everything)


def test_an_import_is_undone_in_another_program() -> None:
    before = full_document()
    new = entry("New", secret=OTHER)
    after = again(imported(before, replace(new, categories=(Binding(Category.named("New").id),))))
    assert last_step(after) == Step("import of phone.authpro, 1 entry")
    assert len(after.entries) == len(before.entries) + 1
    assert unaged(undo(after, NOW)) == unaged(again(before))
    assert last_step(undo(after, NOW)) == Step("import of phone.authpro, 1 entry", is_undo=True)


def test_the_label_of_an_undo_has_a_prefix_in_the_file() -> None:
    before = Document((entry("Old"),))
    undone = undo(with_undo(before, delete(before, {before.entries[0].id}, NOW), "deletion"), NOW)
    assert undone.preferences[KEY]["label"] == "undoing of the deletion"
    assert undo(undone, NOW).preferences[KEY]["label"] == "deletion"


def test_a_replaced_entry_is_restored_by_undo() -> None:
    before = Document((entry("Old", note="mine"), HOTP))
    after = imported(before, entry("Other name"), action=ImportAction.REPLACE)
    assert [each.issuer for each in after.entries] == ["Other name", "Count"]
    back = undo(again(after), NOW)
    assert unaged(back) == unaged(before)
    assert back.entries[0].revision > after.entries[0].revision


@given(before=documents(), after=documents())
def test_any_step_is_undone_and_redone(before: Document, after: Document) -> None:
    marked = with_undo(before, after, "any step")
    if before == after:
        assert last_step(marked) is None
        return
    assert last_step(again(marked)) == Step("any step")
    back = undo(again(marked), NOW)
    assert [each.id for each in back.everything] == [each.id for each in before.everything]
    assert unaged(_without_counts(back)) == unaged(_without_counts(before))
    assert last_step(again(back)) == Step("any step", is_undo=True)
    redone = undo(again(back), NOW)
    assert last_step(redone) == Step("any step")
    assert [each.id for each in redone.everything] == [each.id for each in after.everything]
    assert unaged(_without_counts(redone)) == unaged(_without_counts(after))


def _without_counts(document: Document) -> Document:
    """Return the document without what undo may change: counts, and when entries were deleted."""
    return document.holding(
        replace(each, counter=0, copy_count=None, used=0, deleted=int(bool(each.deleted)))
        for each in document.everything
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda now: now.replacing(replace(now.entries[0], note="x")),
        lambda now: replace(now, entries=now.entries[1:]),
        lambda now: replace(now, entries=now.entries[::-1]),
        lambda now: delete(now, {now.entries[0].id}, NOW),
        lambda now: pin(now, {now.entries[0].id}, True, NOW),
        lambda now: replace(now, categories=()),
        lambda now: replace(now, icons=()),
        lambda now: replace(now, preferences={**now.preferences, "sort": "x"}),
        lambda now: replace(
            now, preferences={KEY: {**now.preferences[KEY], "label": "nothing, really"}}
        ),
    ],
    ids=["edit", "lose", "shuffle", "delete", "pin", "category", "icon", "preference", "record"],
)
def test_after_another_change_there_is_nothing_to_undo(
    change: Callable[[Document], Document],
) -> None:
    after = change(imported(Document((entry("Old"), HOTP)), entry("New", secret=OTHER)))
    assert last_step(after) is None
    with pytest.raises(NothingToUndoError):
        undo(after, NOW)


@pytest.mark.parametrize("record", [None, 1, "x", [], {}, {"label": 1}, {"label": "x"}])
def test_an_invalid_undo_record_is_ignored(record: Any) -> None:
    with_record = Document((entry("Old"),), preferences={KEY: record})
    if isinstance(record, dict):
        record.update({"entries": {"back": [], "gone": []}} if "label" in record else {})
    assert last_step(with_record) is None


def test_undo_does_not_repeat_codes_used_since(make_vault: MakeVault) -> None:
    vault = make_vault(Document((HOTP,)))
    renamed = replace(HOTP, issuer="Renamed")
    vault.change(lambda now: imported(now, renamed, action=ImportAction.REPLACE))
    codes = [vault.take_hotp(HOTP.id).text for _ in range(2)]
    assert len(set(codes)) == 2
    vault.change(lambda now: undo(now, NOW))
    (back,) = vault.entries
    assert (back.issuer, back.counter) == ("Count", HOTP.counter + 2)


def test_undo_keeps_and_names_a_counter_that_an_import_raised() -> None:
    """Codes up to it were used elsewhere."""
    imported_entry = replace(HOTP, counter=900, issuer="Renamed")
    after = imported(Document((HOTP,)), imported_entry, action=ImportAction.REPLACE)
    assert "The counter of Renamed" in kept_counters(after)
    assert undo(after, NOW).entries[0].counter == 900


def test_using_a_code_of_an_imported_entry_prevents_undo(make_vault: MakeVault) -> None:
    """Undoing would drop its counter, and the next import would repeat the code."""
    vault = make_vault(Document((entry("Old"),)))
    vault.change(lambda now: imported(now, HOTP))
    assert last_step(vault.document)
    vault.take_hotp(vault.entries[1].id)
    assert last_step(vault.document) is None
    assert KEY not in vault.document.preferences


def test_copies_and_the_sort_order_do_not_prevent_undo(
    make_vault: MakeVault, open_vault: Callable[[], Vault]
) -> None:
    one = entry("Old")
    vault = make_vault(Document((one, entry("Other"))))
    vault.change(undoable(lambda now: delete(now, {one.id}, NOW), "deletion of Old (me)"))
    vault.change_later(lambda now: count_use(now, now.entries[0].id, NOW))
    vault.change_later(lambda now: with_order(now, Order.ISSUER))
    vault.save()
    other = open_vault()
    assert last_step(other.document) == Step("deletion of Old (me)")
    other.change(lambda now: undo(now, NOW))
    assert [each.issuer for each in other.entries] == ["Old", "Other"]
    assert other.entries[1].copy_count == 1
    assert order_of(other.document) is Order.ISSUER


def test_undo_of_a_deletion_keeps_the_counter() -> None:
    moved = replace(HOTP, counter=9)
    after = with_undo(document := Document((HOTP,)), delete(document, {HOTP.id}, NOW), "deletion")
    later = after.holding(replace(each, counter=moved.counter) for each in after.everything)
    assert [each.counter for each in undo(later, NOW).entries] == [9]


def test_the_next_change_drops_the_undo_record(
    make_vault: MakeVault, open_vault: Callable[[], Vault], clock: MovedClock
) -> None:
    vault = make_vault(Document((entry("Old"),)))
    vault.change(lambda now: imported(now, entry("New", secret=OTHER)))
    other = open_vault()
    assert last_step(other.document)
    other.change(lambda now: now.replacing(replace(now.entries[0], note="x")))
    assert KEY not in other.document.preferences
    with pytest.raises(NothingToUndoError):
        vault.change(lambda now: undo(now, NOW))
    assert len(vault.entries) == 2
    assert vault.entries[0].note == "x"


def test_the_previous_file_is_kept_in_backups(make_vault: MakeVault) -> None:
    vault = make_vault(Document((entry("Old"),)))
    before = vault.path.read_bytes()
    vault.change(lambda now: imported(now, entry("New", secret=OTHER)))
    kept = [path.read_bytes() for path in (vault.path.parent / "backups").iterdir()]
    assert before in kept


def test_a_step_with_a_huge_undo_record_cannot_be_undone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tui.vault.undo_record.MAX_RECORD", 100)
    after = imported(Document((entry("Old"),)), entry("New", secret=OTHER))
    assert len(after.entries) == 2
    assert KEY not in after.preferences


@pytest.mark.parametrize(
    "changes",
    [
        {"entries": None},
        {"entries": {}},
        {"entries": {"gone": None, "back": []}},
        {"entries": {"gone": [], "back": [[0]]}},
        {"entries": {"gone": [], "back": [[0, {"id": "x", "type": "quantum"}]]}},
        {"entries": {"gone": [{}], "back": []}},
        {"label": 5},
        {"mark": None},
    ],
)
def test_an_undo_record_of_another_version_is_dropped(
    make_vault: MakeVault, changes: dict[str, Any]
) -> None:
    before = full_document()
    after = with_undo(before, replace(before, entries=before.entries[1:]), "deletion")
    record = {**after.preferences[KEY], **changes}
    vault = make_vault(replace(after, preferences={**after.preferences, KEY: record}))
    assert last_step(vault.document) is None
    with pytest.raises(NothingToUndoError):
        undo(vault.document, NOW)
    vault.change(lambda now: replace(now, entries=now.entries[:1]))
    assert len(vault.entries) == 1
    assert KEY not in vault.document.preferences


@pytest.mark.parametrize("late", [-1, 0, 400])
@pytest.mark.parametrize("step", [discard, lambda now, ids: restore(now, ids, NOW)])
def test_an_entry_that_returns_to_the_trash_stays_there_for_a_while(
    late: int, step: Callable[[Document, set[str]], Document]
) -> None:
    """Even if it is overdue, e.g. as it was deleted before the clock was corrected."""
    day = 86_400
    now = NOW + (KEPT_DAYS + late) * day
    deleted = delete(Document(entries=(HOTP,)), {HOTP.id}, NOW)
    after = undoable(lambda found: step(found, {HOTP.id}), "a step")(expire(deleted, NOW))
    back = undo(after, now)
    assert back.trash[0].deleted == (NOW if late < 0 else now)
    assert expire(expire(back, now), now + day).trash == back.trash


def test_only_the_step_that_the_user_saw_is_undone() -> None:
    shown = undoable(lambda now: pin(now, {HOTP.id}, True, NOW), "pinning")(document(HOTP))
    other = undoable(lambda now: delete(now, {HOTP.id}, NOW), "deletion")(shown)
    for changed, last in ((other, "deletion"), (undo(other, NOW), "undoing of the deletion")):
        with pytest.raises(NothingToUndoError, match="another program") as raised:
            undo(changed, NOW, shown)
        assert raised.value.hint == f"The last change is the {last}."
    assert undo(other, NOW, other).entries == undo(other, NOW).entries


def test_an_entry_that_comes_back_has_the_counter_of_its_secret() -> None:
    twin = replace(HOTP, id="00000000-0000-4000-8000-000000000009")
    gone = undoable(lambda now: now.holding([HOTP]), "deletion")(document(HOTP, twin))
    used, _ = take_counter(gone, HOTP.id, NOW)
    assert [each.counter for each in undo(used, NOW).entries] == [5, 5]
