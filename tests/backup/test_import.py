"""What an import does to a vault: nothing twice, nothing lost, in the file's order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timing import growth
from tui.backup.apply import Report, apply
from tui.backup.match import differences
from tui.backup.model import Backup, Problem
from tui.backup.plan import (
    DEFAULT_ACTIONS,
    ImportAction,
    MatchKind,
    actions_for,
    plan,
)
from tui.otp.entry import Algorithm, Binding, Category, Entry, Icon, OtpType
from tui.otp.secret import Secret
from tui.vault.document import Document

NOW = 1_700_000_000
ONE, TWO, THREE = "JBSWY3DPEHPK3PXP", "GEZDGNBVGY3TQOJQ", "KRSXG5CTMVRXEZLU"
WEB, WORK = Category.named("Web"), Category.named("Work", 1)


def entry(secret: str = ONE, issuer: str = "Example", account: str = "ada", **more: Any) -> Entry:
    made = Secret.text(secret) if more.get("type") is OtpType.MOTP else Secret.base32(secret)
    fields: dict[str, Any] = {"type": OtpType.TOTP, **more}
    return Entry(issuer=issuer, account=account, secret=made, **fields)


def vault(*entries: Entry, **more: Any) -> Document:
    return replace(Document(), entries=entries, **more)


def kinds(document: Document, *entries: Entry) -> list[MatchKind]:
    return [row.kind for row in plan(document, Backup(entries))]


def bring(
    document: Document,
    backup: Backup,
    actions: Mapping[MatchKind, ImportAction] = DEFAULT_ACTIONS,
    deselected: Collection[int] = (),
) -> tuple[Document, Report]:
    planned = plan(document, backup)
    return apply(document, backup, planned, NOW, actions=actions, deselected=deselected)


# -- planning --------------------------------------------------------------------------------


def test_what_the_vault_does_not_have_is_new() -> None:
    assert kinds(vault(), entry()) == [MatchKind.NEW]
    assert kinds(vault(entry()), entry(TWO, account="bob")) == [MatchKind.NEW]


@pytest.mark.parametrize(
    "same",
    [
        entry("jbsw y3dp-ehpk 3pxp=="),
        replace(entry(), account="ada", icon="google", ranking=9, copy_count=4),
        entry(counter=5),
        entry(pin="1234"),
    ],
)
def test_the_same_secret_names_and_settings_are_identical(same: Entry) -> None:
    (row,) = plan(vault(entry()), Backup((same,)))
    assert row.kind is MatchKind.IDENTICAL
    assert row.existing is not None


def test_settings_that_the_type_ignores_make_no_difference() -> None:
    here = entry(type=OtpType.STEAM)
    there = replace(here, digits=5, period=60, algorithm=Algorithm.SHA512, pin="1")
    assert kinds(vault(here), there) == [MatchKind.IDENTICAL]


def test_no_account_and_an_empty_one_are_identical() -> None:
    assert kinds(vault(entry(account="")), replace(entry(), account=None)) == [MatchKind.IDENTICAL]


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        (entry(issuer="Other"), ["issuer"]),
        (entry(account="bob"), ["account"]),
        (entry(digits=8, period=60), ["digits", "period"]),
        (entry(algorithm=Algorithm.SHA256), ["algorithm"]),
        (entry(type=OtpType.HOTP), ["type"]),
    ],
)
def test_the_same_secret_with_other_names_or_settings_is_changed(
    changed: Entry, fields: list[str]
) -> None:
    here = entry()
    (row,) = plan(vault(here), Backup((changed,)))
    assert (row.kind, row.existing) == (MatchKind.CHANGED, here)
    assert [each.field for each in differences(here, changed)] == fields
    assert all(field in row.reason for field in fields)


def test_another_pin_is_a_change_that_shows_no_pin() -> None:
    here = entry("e3152afee62599c8", type=OtpType.MOTP, pin="1234")
    there = replace(here, pin="9876")
    (row,) = plan(vault(here), Backup((there,)))
    assert row.kind is MatchKind.CHANGED
    shown = row.reason + str(differences(here, there))
    assert "PIN" in shown
    assert "1234" not in shown
    assert "9876" not in shown


def test_a_counter_that_is_ahead_is_a_change_and_one_behind_is_not() -> None:
    here = entry(type=OtpType.HOTP, counter=5)
    assert kinds(vault(here), replace(here, counter=6)) == [MatchKind.CHANGED]
    assert kinds(vault(here), replace(here, counter=4)) == [MatchKind.IDENTICAL]


def test_a_mobile_otp_secret_is_text_and_never_the_base32_of_another() -> None:
    here = entry(TWO)
    motp = entry(here.secret.key.decode(), issuer="M", account="m", type=OtpType.MOTP)
    assert kinds(vault(here), motp) == [MatchKind.NEW]
    text = entry("e3152afee62599c8", type=OtpType.MOTP)
    upper = entry("E3152AFEE62599C8", issuer="Upper", type=OtpType.MOTP)
    assert kinds(vault(text), upper) == [MatchKind.NEW]


def test_a_namesake_is_told_beside_an_entry_that_is_here_already() -> None:
    document = vault(entry(ONE))
    assert kinds(document, entry(ONE), entry(TWO)) == [MatchKind.IDENTICAL, MatchKind.SAME_NAME]


def test_the_same_names_with_another_secret_are_a_namesake() -> None:
    here = entry()
    (row,) = plan(vault(here), Backup((entry(TWO),)))
    assert (row.kind, row.existing) == (MatchKind.SAME_NAME, here)
    nameless = entry(issuer="", account="")
    assert kinds(vault(nameless), replace(nameless, secret=Secret.base32(TWO))) == [MatchKind.NEW]


def test_the_same_again_in_the_file_is_twice_unless_the_vault_has_it_twice() -> None:
    assert kinds(vault(), entry(), entry()) == [MatchKind.NEW, MatchKind.REPEATED]
    assert kinds(vault(entry()), entry(), entry()) == [MatchKind.IDENTICAL, MatchKind.REPEATED]
    assert kinds(vault(entry(), entry()), entry(), entry()) == [MatchKind.IDENTICAL] * 2


def test_entries_of_one_secret_find_each_its_own_counterpart() -> None:
    a, b = entry(account="a"), entry(account="b")
    assert kinds(vault(a), replace(b), replace(a)) == [MatchKind.NEW, MatchKind.IDENTICAL]
    rows = plan(vault(a, b), Backup((replace(b, digits=8), replace(a, digits=8))))
    assert [row.existing for row in rows] == [b, a]


def test_refused_parts_are_rows_with_their_reason() -> None:
    problems = (Problem("entry 2 (Bad)", "its Secret is not text"), Problem("x", "y", False))
    rows = plan(vault(), Backup((entry(),), problems=problems))
    assert [(row.kind, row.what, row.reason) for row in rows[1:]] == [
        (MatchKind.REFUSED, "entry 2 (Bad)", "its Secret is not text")
    ]


# -- choices ---------------------------------------------------------------------------------


def test_by_default_every_new_secret_comes_in_and_nothing_else_changes() -> None:
    here = vault(entry(), entry(TWO, account="bob"))
    file = Backup((entry(), entry(TWO, account="robert"), entry(THREE), entry(THREE)))
    after, report = bring(here, file)
    assert after.entries[:2] == here.entries
    assert [each.secret.given for each in after.entries[2:]] == [THREE]
    assert (report.added, report.replaced, report.skipped, report.already_here) == (1, 0, 3, 3)
    assert after.entries[2].created == after.entries[2].updated == NOW


@pytest.mark.parametrize("choice", ImportAction)
def test_one_switch_never_replaces_a_secret_by_another(choice: ImportAction) -> None:
    here = vault(entry())
    after, _ = bring(here, Backup((entry(TWO),)), actions_for(choice))
    assert [each.secret.given for each in after.entries] == [ONE, TWO]


def test_keeping_adds_beside_under_an_id_of_its_own() -> None:
    file = Backup((entry(),))
    once, _ = bring(vault(), file)
    twice, report = bring(once, file, actions_for(ImportAction.ADD))
    assert report.added == 1
    assert len({each.id for each in twice.entries} | {file.entries[0].id}) == 3


def test_replacing_keeps_what_only_the_vault_knows() -> None:
    here = entry(
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
    there = entry(
        type=OtpType.HOTP, account="new", counter=3, copy_count=2, categories=(Binding(WORK.id),)
    )
    after, report = bring(
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


def test_replacing_a_namesake_takes_the_secret_with_its_own_counter() -> None:
    here = entry(type=OtpType.HOTP, counter=9, note="mine")
    choices = {**DEFAULT_ACTIONS, MatchKind.SAME_NAME: ImportAction.REPLACE}
    after, _ = bring(vault(here), Backup((entry(TWO, type=OtpType.HOTP, counter=1),)), choices)
    (only,) = after.entries
    assert (only.id, only.note, only.secret.given, only.counter) == (here.id, "mine", TWO, 1)


def test_replacing_adds_nothing_for_what_is_twice_in_the_file() -> None:
    file = Backup((entry(account="new"), entry(account="new")))
    after, report = bring(vault(entry()), file, actions_for(ImportAction.REPLACE))
    assert [each.account for each in after.entries] == ["new"]
    assert (report.added, report.replaced, report.skipped) == (0, 1, 1)


def test_replacing_what_is_gone_meanwhile_adds_it() -> None:
    file = Backup((entry(account="new"),))
    rows = plan(vault(entry()), file)
    after, report = apply(vault(), file, rows, NOW, actions=actions_for(ImportAction.REPLACE))
    assert report.added == len(after.entries) == 1


def test_deselected_entries_stay_out_with_their_categories_and_icons() -> None:
    file = Backup(
        (
            entry(categories=(Binding(WEB.id),), icon="@aaaaaaaa"),
            entry(TWO, categories=(Binding(WORK.id),), icon="@bbbbbbbb"),
        ),
        (WEB, WORK, Category.named("Empty", 2)),
        (Icon("aaaaaaaa", "AAAA"), Icon("bbbbbbbb", "BBBB")),
    )
    after, report = bring(vault(), file, deselected={0})
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
            "7 entries imported, 2 already here, 1 refused",
        ),
        (Report(added=1, replaced=3), "1 entry imported, 3 replaced"),
    ],
)
def test_one_line_says_what_came_in(report: Report, sentence: str) -> None:
    assert report.sentence("imported") == sentence


# -- categories, icons, order ----------------------------------------------------------------


def test_into_an_empty_vault_everything_goes_as_it_is() -> None:
    file = Backup(
        (
            entry(ranking=8, categories=(Binding(WORK.id, 6), Binding(WEB.id, 2))),
            entry(TWO, ranking=3, copy_count=0, icon="@0badcafe"),
        ),
        (WORK, WEB),
        (Icon("0badcafe", "AAAA"),),
    )
    after, _ = bring(vault(), file)
    assert [replace(each, id="", created=0, updated=0) for each in after.entries] == [
        replace(each, id="") for each in file.entries
    ]
    assert (after.categories, after.icons) == (file.categories, file.icons)


def test_categories_merge_by_name_and_new_ones_rank_after() -> None:
    moved = replace(WEB, ranking=5)
    file = Backup(
        (entry(categories=(Binding(WEB.id), Binding(WORK.id))),), (replace(WORK, ranking=0), WEB)
    )
    after, _ = bring(vault(categories=(moved,)), file)
    assert after.categories == (moved, replace(WORK, ranking=6))
    assert {each.category for each in after.entries[0].categories} == {WEB.id, WORK.id}


def test_a_category_finds_the_vaults_own_of_that_name_under_whatever_id() -> None:
    renamed = Category(WORK.id, "Web", 0)
    file = Backup((entry(categories=(Binding(WEB.id), Binding(WORK.id))),), (WEB, WORK))
    after, _ = bring(vault(categories=(renamed,)), file)
    names = {each.id: each.name for each in after.categories}
    assert len(names) == 2
    assert [names[each.category] for each in after.entries[0].categories] == ["Web", "Work"]


def test_new_entries_rank_after_what_is_there_in_the_order_of_the_file() -> None:
    here = vault(
        entry(ranking=10, categories=(Binding(WEB.id, 4),)),
        categories=(WEB,),
    )
    file = Backup(
        (
            entry(TWO, ranking=2, categories=(Binding(WEB.id, 1),)),
            entry(THREE, ranking=1, categories=(Binding(WEB.id, 3),)),
        ),
        (WEB,),
    )
    after, _ = bring(here, file)
    assert [(each.secret.given, each.ranking) for each in after.entries] == [
        (ONE, 10),
        (TWO, 12),
        (THREE, 11),
    ]
    assert [each.categories[0].ranking for each in after.entries] == [4, 5, 6]


def test_two_pictures_of_one_id_are_both_kept() -> None:
    here = vault(entry(icon="@0badcafe"), icons=(Icon("0badcafe", "AAAA"),))
    file = Backup((entry(TWO, icon="@0badcafe"),), (), (Icon("0badcafe", "BBBB"),))
    after, _ = bring(here, file)
    pictures = {f"@{each.id}": each.data for each in after.icons}
    assert [pictures[each.icon or ""] for each in after.entries] == ["AAAA", "BBBB"]


# -- properties ------------------------------------------------------------------------------

_entry = st.builds(
    lambda secret, issuer, account, kind, digits, counter, ranking, bound: entry(
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
    once, _ = bring(vault(*here, categories=(WEB,)), file, actions_for(choice))
    again, report = bring(once, file, actions_for(choice))
    assert (report.added, report.replaced) == (0, 0)
    assert again == once


@given(_entries, _entries, st.sampled_from(ImportAction))
def test_no_secret_is_ever_lost_and_every_entry_is_accounted_for(
    here: tuple[Entry, ...], there: tuple[Entry, ...], choice: ImportAction
) -> None:
    after, report = bring(vault(*here), Backup(there, (WEB, WORK)), actions_for(choice))
    secrets = Counter(each.secret.key for each in after.entries)
    assert secrets >= Counter(each.secret.key for each in here)
    assert set(secrets) == {each.secret.key for each in (*here, *there)}
    assert report.added + report.replaced + report.skipped == len(there)
    assert len({each.id for each in after.entries}) == len(after.entries)
    known = {each.id for each in after.categories}
    assert all(
        each.category in known for new in after.entries[len(here) :] for each in new.categories
    )


def test_no_entry_is_compared_with_all_others() -> None:
    entries = tuple(
        Entry(
            type=OtpType.TOTP,
            issuer=f"Issuer {number % 700}",
            account=f"account {number}",
            secret=Secret("x", "X", number.to_bytes(20)),
            categories=(Binding(WEB.id, number),),
        )
        for number in range(15_000)
    )

    def import_half(size: int) -> None:
        here = vault(*entries[: 2 * size], categories=(WEB,))
        after, report = bring(here, Backup(entries[size : 3 * size], (WEB,)))
        assert (len(after.entries), report.added) == (3 * size, size)

    assert growth(import_half, 500) < 40


# -- what files teach ------------------------------------------------------------------------


def test_what_a_file_taught_is_kept_part_by_part_and_by_format() -> None:
    document, _ = bring(vault(), Backup(profiles={"a": {"magic": "1", "entry": {"x": 1}}}))
    document, _ = bring(document, Backup(profiles={"a": {"magic": "2"}, "b": {"magic": "3"}}))
    assert document.profiles == {"a": {"magic": "2", "entry": {"x": 1}}, "b": {"magic": "3"}}
    assert bring(document, Backup((entry(),)))[0].profiles == document.profiles


def test_what_teaches_nothing_leaves_no_trace() -> None:
    assert bring(vault(), Backup())[0].preferences == {}
