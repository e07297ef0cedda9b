"""`otp-tui remove` and `otp-tui restore`: to the trash, back, and permanently."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from tests.cli.conftest import HOSTILE
from tests.cli.program import PASSWORD, Program
from tests.cli.terminal import Terminal
from tui.vault.document import Document
from tui.vault.trash import expire
from tui.vault.vault import Vault

DAY = 86_400
BANK = "00000000-0000-4000-8000-000000000003"


def issuers(program: Program) -> list[str]:
    return [row["issuer"] for row in program.open("list", "--json").json]


def trash(program: Program) -> list[str]:
    return [row["issuer"] for row in program.open("restore", "--json").json]


def test_move_to_the_trash_and_restore(filled: Program) -> None:
    before = filled.open("list", "--json", "--secrets", "--at", "59").out
    done = filled.open_real("remove", "bank", "--yes")
    assert (done.code, done.out) == (0, "")
    assert "Moved Bank (gordon) to the trash for 30 days." in done.err
    assert "Bank" not in issuers(filled)
    assert filled.open("code", "bank").code == 4
    done = filled.open_real("restore", "bank")
    assert (done.code, done.out, done.err) == (0, "", "Restored Bank (gordon).\n")
    assert filled.open("list", "--json", "--secrets", "--at", "59").out == before


def test_the_trash_is_listed_latest_first(filled: Program) -> None:
    assert filled.open("remove", "bank", "--yes").code == 0
    assert filled.open("remove", "evil", "--yes").code == 0
    vault = Vault.open(filled.vault, PASSWORD)
    now = int(time.time())
    days = {"Bank": 29 * DAY, HOSTILE: 1}
    vault.change(
        lambda document: document.holding(
            replace(one, deleted=now - days[one.issuer]) if one.deleted else one
            for one in document.everything
        )
    )
    done = filled.open_real("restore", "--json")
    assert [(row["issuer"], row["days_left"]) for row in done.json] == [(HOSTILE, 30), ("Bank", 1)]
    bank = done.json[1]
    assert bank == {
        "id": BANK,
        "issuer": "Bank",
        "account": "gordon",
        "deleted": bank["deleted"],
        "days_left": 1,
    }
    done = filled.open("restore")
    assert [line.split("  ")[-1].strip() for line in done.out.splitlines()] == [
        "30 days left",
        "1 day left",
    ]
    assert not set(done.out) & set("\x1b\x07\x9b\u202e")


def test_expired_entries_are_neither_listed_nor_restored(filled: Program) -> None:
    """The entry expires on one day and is deleted on a later one."""
    vault = Vault.open(filled.vault, PASSWORD)
    now = int(time.time())

    def over(document: Document) -> Document:
        return document.holding(
            replace(one, deleted=5) if one.id == BANK else one for one in document.entries
        )

    vault.change(over)
    assert trash(filled) == ["Bank"]
    vault.change(lambda document: expire(document, now - 2 * DAY))
    assert trash(filled) == []
    assert filled.open("restore", "bank").code == 4


def test_an_empty_trash(filled: Program) -> None:
    done = filled.open("restore")
    assert (done.code, done.out, done.err) == (0, "", "The trash is empty.\n")
    done = filled.open("restore", "bank")
    assert (done.code, done.out) == (4, "")
    assert filled.run("restore", "bank", "--json").code == 2


def test_for_good_deletes_only_from_the_trash(filled: Program) -> None:
    done = filled.open("remove", "bank", "--for-good", "--yes")
    assert (done.code, "in the trash" in done.err) == (4, True)
    assert filled.open("remove", "bank", "--yes").code == 0
    done = filled.open("remove", "bank", "--for-good", "--yes")
    assert (done.code, done.err) == (
        0,
        "Permanently deleted Bank (gordon). "
        "To undo this before the next change, run: otp-tui undo\n",
    )
    assert (trash(filled), "Bank" in issuers(filled)) == ([], False)


@pytest.mark.parametrize("for_good", [False, True])
def test_a_removal_can_be_undone(filled: Program, for_good: bool) -> None:
    before = issuers(filled)
    assert filled.open("remove", "bank", "--yes").code == 0
    if for_good:
        assert filled.open("remove", "bank", "--yes", "--for-good").code == 0
    done = filled.open("undo")
    assert (done.code, done.err) == (
        0,
        "Undid the deletion of Bank (gordon). To redo, run: otp-tui undo --redo\n",
    )
    assert (trash(filled) == ["Bank"]) is for_good
    assert (issuers(filled) == before) is not for_good


def test_undo_and_redo_in_turn(filled: Program) -> None:
    assert filled.open("remove", "bank", "--yes").code == 0
    assert filled.open("undo", "--redo").err == (
        "otp-tui: Nothing to redo. Only the last undo can be redone.\n"
    )
    for _ in range(2):
        done = filled.open("undo")
        assert (done.code, done.err) == (
            0,
            "Undid the deletion of Bank (gordon). To redo, run: otp-tui undo --redo\n",
        )
        assert trash(filled) == []
        done = filled.open("undo")
        assert (done.code, "otp-tui undo --redo" in done.err) == (1, True)
        assert trash(filled) == []
        done = filled.open("undo", "--redo")
        assert (done.code, done.err) == (
            0,
            "Redid the deletion of Bank (gordon). To undo, run: otp-tui undo\n",
        )
        assert trash(filled) == ["Bank"]


def test_no_match_and_several_matches(filled: Program) -> None:
    before = filled.vault.read_bytes()
    done = filled.open("remove", "octo", "--yes")
    assert (done.code, done.out) == (4, "")
    assert "GitHub Enterprise (octocat)" in done.err
    assert filled.open("remove", "nothing like it", "--yes").code == 4
    assert filled.vault.read_bytes() == before


def test_without_a_terminal_yes_is_needed(filled: Program) -> None:
    before = filled.vault.read_bytes()
    done = filled.spawn("remove", "bank")
    assert (done.code, done.out) == (2, "")
    assert "--yes" in done.err, "said before a password is asked for"
    assert filled.vault.read_bytes() == before


@pytest.mark.parametrize(
    ("typed", "code", "gone"),
    [("y\n", 0, True), ("YES\n", 0, True), ("\n", 1, False), ("n\n", 1, False), ("yo\n", 1, False)],
)
def test_the_question_names_the_entry(filled: Program, typed: str, code: int, gone: bool) -> None:
    terminal = Terminal(filled, "remove", "bank")
    terminal.wait_for("assword")
    terminal.type(f"{PASSWORD}\n")
    terminal.wait_for("Move Bank (gordon) to the trash? [y/N]", hidden=False)
    terminal.type(typed)
    assert terminal.end() == (code, "")
    assert ("Bank" not in issuers(filled)) is gone


def test_what_another_program_removed_during_the_question_is_not_said_to_be_removed(
    filled: Program,
) -> None:
    terminal = Terminal(filled, "remove", "bank")
    terminal.wait_for("assword")
    terminal.type(f"{PASSWORD}\n")
    terminal.wait_for("[y/N]", hidden=False)
    assert filled.open("remove", "--yes", "bank").code == 0
    terminal.type("y\n")
    assert terminal.end()[0] == 4
    assert "another program already deleted this entry" in terminal.seen


def test_an_empty_query_names_no_entry(filled: Program) -> None:
    vault = Vault.open(filled.vault, PASSWORD)
    vault.change(lambda document: document.holding(document.entries[:1]))
    before = filled.vault.read_bytes()
    for command in (["remove", "--yes"], ["edit", "--note", "x"], ["code"], ["show"]):
        for query in ("", " "):
            done = filled.open_real(*command, query)
            assert (done.code, done.out) == (2, ""), command
            assert "The query is empty" in done.err
    assert filled.vault.read_bytes() == before


def test_ctrl_c_and_ctrl_d_at_the_question_remove_nothing(filled: Program) -> None:
    before = filled.vault.read_bytes()
    for key, code in (("\x03", 130), ("\x04", 1)):
        terminal = Terminal(filled, "remove", "evil")
        terminal.wait_for("assword")
        terminal.type(f"{PASSWORD}\n")
        terminal.wait_for("[y/N]", hidden=False)
        terminal.type(key)
        assert terminal.end() == (code, "")
        assert "Traceback" not in terminal.seen
        assert "\x1b" not in terminal.seen
    assert filled.vault.read_bytes() == before
