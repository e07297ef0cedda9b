"""Applying an import to a document: no duplicates, nothing lost, in the file's order."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backup.support import NOW, ONE, THREE, TWO, WEB, WORK, bring_in, site, vault
from tui.backup.apply import Report, apply
from tui.backup.model import Backup
from tui.backup.plan import DEFAULT_ACTIONS, ImportAction, MatchKind, actions_for, plan
from tui.otp.entry import Binding, Category, Entry, Icon, OtpType

# -- actions ---------------------------------------------------------------------------------


def test_by_default_every_new_secret_is_added_and_nothing_else_changes() -> None:
    here = vault(site(), site(TWO, account="bob"))
    file = Backup((site(), site(TWO, account="robert"), site(THREE), site(THREE)))
    after, report = bring_in(here, file)
    assert after.entries[:2] == here.entries
    assert [each.secret.given for each in after.entries[2:]] == [THREE]
    assert (report.added, report.replaced, report.skipped) == (1, 0, 3)
    assert (report.already_here, report.repeated, report.different) == (1, 1, 1)
    assert after.entries[2].created == after.entries[2].updated == NOW


@pytest.mark.parametrize("choice", ImportAction)
def test_no_action_for_duplicates_replaces_a_secret_by_another(choice: ImportAction) -> None:
    here = vault(site())
    after, _ = bring_in(here, Backup((site(TWO),)), actions_for(choice))
    assert [each.secret.given for each in after.entries] == [ONE, TWO]


def test_keeping_both_adds_the_entry_with_a_new_id() -> None:
    file = Backup((site(),))
    once, _ = bring_in(vault(), file)
    twice, report = bring_in(once, file, actions_for(ImportAction.ADD))
    assert report.added == 1
    assert len({each.id for each in twice.entries} | {file.entries[0].id}) == 3


def test_replacing_keeps_the_fields_that_only_the_vault_has() -> None:
    here = site(
        type=OtpType.HOTP,
        counter=9,
        pinned=True,
        note="mine",
        created=5,
        updated=6,
        revision=3,
        ranking=4,
        copy_count=7,
        icon="google",
        categories=(Binding(WEB.id, 2),),
        extra={"x": 1},
    )
    there = site(
        type=OtpType.HOTP, account="new", counter=3, copy_count=2, categories=(Binding(WORK.id),)
    )
    after, report = bring_in(
        vault(here, categories=(WEB, WORK)),
        Backup((there,), (WORK,)),
        actions_for(ImportAction.REPLACE),
    )
    assert report.replaced == 1
    assert after.entries == (
        replace(
            here,
            account="new",
            revision=4,
            updated=NOW,
            categories=(Binding(WEB.id, 2), Binding(WORK.id)),
        ),
    )


def test_replacing_an_entry_of_the_same_name_takes_the_secret_with_its_own_counter() -> None:
    here = site(type=OtpType.HOTP, counter=9, note="mine")
    choices = {**DEFAULT_ACTIONS, MatchKind.SAME_NAME: ImportAction.REPLACE}
    after, _ = bring_in(vault(here), Backup((site(TWO, type=OtpType.HOTP, counter=1),)), choices)
    (only,) = after.entries
    assert (only.id, only.note, only.secret.given, only.counter) == (here.id, "mine", TWO, 1)


def test_an_entry_from_the_trash_or_twice_in_the_file_has_the_highest_counter() -> None:
    def bank(counter: int, **changes: object) -> Entry:
        return replace(site(type=OtpType.HOTP, counter=counter), **changes)  # type: ignore[arg-type]

    deleted = replace(vault(), trash=(bank(7, deleted=NOW),))
    after, _ = bring_in(deleted, Backup((bank(5),)))
    assert [one.counter for one in after.entries] == [7]
    after, _ = bring_in(vault(), Backup((bank(3), bank(9))))
    assert [one.counter for one in after.entries] == [9]
    after, _ = bring_in(vault(bank(7)), Backup((bank(5),)), actions_for(ImportAction.ADD))
    assert [one.counter for one in after.entries] == [7, 7]


def test_replacing_adds_nothing_for_repeated_entries() -> None:
    file = Backup((site(account="new"), site(account="new")))
    after, report = bring_in(vault(site()), file, actions_for(ImportAction.REPLACE))
    assert [each.account for each in after.entries] == ["new"]
    assert (report.added, report.replaced, report.skipped) == (0, 1, 1)


def test_replacing_an_entry_that_was_deleted_meanwhile_adds_it() -> None:
    file = Backup((site(account="new"),))
    rows = plan(vault(site()), file)
    after, report = apply(vault(), file, rows, NOW, actions=actions_for(ImportAction.REPLACE))
    assert report.added == len(after.entries) == 1


def test_deselected_entries_are_left_out_with_their_categories_and_icons() -> None:
    file = Backup(
        (
            site(categories=(Binding(WEB.id),), icon="@aaaaaaaa"),
            site(TWO, categories=(Binding(WORK.id),), icon="@bbbbbbbb"),
        ),
        (WEB, WORK, Category.named("Empty", 2)),
        (Icon("aaaaaaaa", "AAAA"), Icon("bbbbbbbb", "BBBB")),
    )
    after, report = bring_in(vault(), file, deselected={0})
    assert [each.secret.given for each in after.entries] == [TWO]
    assert [each.name for each in after.categories] == ["Work", "Empty"]
    assert [each.id for each in after.icons] == ["bbbbbbbb"]
    assert report.sentence("imported") == "1 entry imported, 1 not selected"


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        (Report(), "Nothing imported: no entries"),
        (
            Report(added=7, skipped=2, already_here=2, refused=1),
            "7 entries imported, 2 already in the vault, 1 failed",
        ),
        (Report(added=1, replaced=3), "1 entry imported, 3 replaced"),
        (
            Report(skipped=3, already_here=1, different=1),
            "Nothing imported: 1 already in the vault, 1 different and skipped, 1 not selected",
        ),
    ],
)
def test_the_report_is_one_line(report: Report, sentence: str) -> None:
    assert report.sentence("imported") == sentence


# -- categories, icons, order ----------------------------------------------------------------


def test_an_import_into_an_empty_vault_keeps_everything_unchanged() -> None:
    file = Backup(
        (
            site(ranking=8, categories=(Binding(WORK.id, 6), Binding(WEB.id, 2))),
            site(TWO, ranking=3, copy_count=0, icon="@0badcafe"),
        ),
        (WORK, WEB),
        (Icon("0badcafe", "AAAA"),),
    )
    after, _ = bring_in(vault(), file)
    assert [replace(each, id="", created=0, updated=0) for each in after.entries] == [
        replace(each, id="") for each in file.entries
    ]
    assert (after.categories, after.icons) == (file.categories, file.icons)


def test_categories_merge_by_name_and_new_ones_rank_after() -> None:
    moved = replace(WEB, ranking=5)
    file = Backup(
        (site(categories=(Binding(WEB.id), Binding(WORK.id))),), (replace(WORK, ranking=0), WEB)
    )
    after, _ = bring_in(vault(categories=(moved,)), file)
    assert after.categories == (moved, replace(WORK, ranking=6))
    assert {each.category for each in after.entries[0].categories} == {WEB.id, WORK.id}


def test_categories_are_matched_by_name_whatever_their_id() -> None:
    renamed = Category(WORK.id, "Web", 0)
    file = Backup((site(categories=(Binding(WEB.id), Binding(WORK.id))),), (WEB, WORK))
    after, _ = bring_in(vault(categories=(renamed,)), file)
    names = {each.id: each.name for each in after.categories}
    assert len(names) == 2
    assert [names[each.category] for each in after.entries[0].categories] == ["Web", "Work"]


def test_new_entries_rank_after_the_vaults_in_the_order_of_the_file() -> None:
    here = vault(
        site(ranking=10, categories=(Binding(WEB.id, 4),)),
        categories=(WEB,),
    )
    file = Backup(
        (
            site(TWO, ranking=2, categories=(Binding(WEB.id, 1),)),
            site(THREE, ranking=1, categories=(Binding(WEB.id, 3),)),
        ),
        (WEB,),
    )
    after, _ = bring_in(here, file)
    assert [(each.secret.given, each.ranking) for each in after.entries] == [
        (ONE, 10),
        (TWO, 12),
        (THREE, 11),
    ]
    assert [each.categories[0].ranking for each in after.entries] == [4, 5, 6]


def test_two_icons_with_one_id_are_both_kept() -> None:
    here = vault(site(icon="@0badcafe"), icons=(Icon("0badcafe", "AAAA"),))
    file = Backup((site(TWO, icon="@0badcafe"),), (), (Icon("0badcafe", "BBBB"),))
    after, _ = bring_in(here, file)
    pictures = {f"@{each.id}": each.data for each in after.icons}
    assert [pictures[each.icon or ""] for each in after.entries] == ["AAAA", "BBBB"]


# -- profiles --------------------------------------------------------------------------------


def test_profiles_are_kept_by_format_and_merged() -> None:
    document, _ = bring_in(vault(), Backup(profiles={"a": {"magic": "1", "entry": {"x": 1}}}))
    document, _ = bring_in(document, Backup(profiles={"a": {"magic": "2"}, "b": {"magic": "3"}}))
    assert document.profiles == {"a": {"magic": "2", "entry": {"x": 1}}, "b": {"magic": "3"}}
    assert bring_in(document, Backup((site(),)))[0].profiles == document.profiles


def test_without_a_profile_the_preferences_stay_empty() -> None:
    assert bring_in(vault(), Backup())[0].preferences == {}


# -- properties ------------------------------------------------------------------------------


_entry = st.builds(
    lambda secret, issuer, account, kind, digits, counter, ranking, bound: site(
        secret,
        issuer,
        account,
        type=kind,
        digits=digits,
        counter=counter,
        ranking=ranking,
        categories=tuple(Binding(each.id, ranking) for each in bound),
    ),
    st.sampled_from([ONE, TWO, THREE]),
    st.sampled_from(["", "A", "B"]),
    st.sampled_from(["", "x"]),
    st.sampled_from([OtpType.TOTP, OtpType.HOTP]),
    st.sampled_from([6, 8]),
    st.integers(0, 3),
    st.integers(0, 3),
    st.lists(st.sampled_from([WEB, WORK]), unique=True),
)
_entries = st.lists(_entry, max_size=6).map(tuple)


@given(_entries, _entries, st.sampled_from([ImportAction.SKIP, ImportAction.REPLACE]))
def test_the_same_file_again_changes_nothing(
    here: tuple[Entry, ...], there: tuple[Entry, ...], choice: ImportAction
) -> None:
    file = Backup(there, (WEB, WORK))
    once, _ = bring_in(vault(*here, categories=(WEB,)), file, actions_for(choice))
    again, report = bring_in(once, file, actions_for(choice))
    assert (report.added, report.replaced) == (0, 0)
    assert again == once


@given(_entries, _entries, st.sampled_from(ImportAction))
def test_no_secret_is_ever_lost_and_every_entry_is_accounted_for(
    here: tuple[Entry, ...], there: tuple[Entry, ...], choice: ImportAction
) -> None:
    after, report = bring_in(vault(*here), Backup(there, (WEB, WORK)), actions_for(choice))
    secrets = Counter(each.secret.key for each in after.entries)
    assert secrets >= Counter(each.secret.key for each in here)
    assert set(secrets) == {each.secret.key for each in (*here, *there)}
    assert report.added + report.replaced + report.skipped == len(there)
    assert len({each.id for each in after.entries}) == len(after.entries)
    known = {each.id for each in after.categories}
    assert all(
        each.category in known for new in after.entries[len(here) :] for each in new.categories
    )


# -- the trash of another app ------------------------------------------------------------------


def test_trashed_entries_arrive_in_the_trash_once() -> None:
    file = Backup((site(), site(TWO, account="old", deleted=1)))
    once, _ = bring_in(vault(), file)
    assert [each.secret.given for each in once.entries] == [ONE]
    assert [(each.secret.given, each.deleted) for each in once.trash] == [(TWO, NOW)]
    twice, report = bring_in(once, file)
    assert (twice.trash, report.already_here) == (once.trash, 2)
