"""`otp-tui category`: list, add, rename and remove."""

from __future__ import annotations

import pytest

from tests.cli.program import PASSWORD, Outcome, Program


def category(program: Program, *args: str) -> Outcome:
    return program.run("category", *args, "--password-stdin", stdin=f"{PASSWORD}\n")


def names(program: Program) -> list[tuple[str, int]]:
    return [(row["name"], row["entries"]) for row in category(program, "list", "--json").json]


def bound(program: Program) -> list[str]:
    rows = {row["issuer"]: row["categories"] for row in program.open("list", "--json").json}
    found = rows["GitHub"]
    assert isinstance(found, list)
    return found


def test_list_shows_order_and_counts(filled: Program) -> None:
    done = filled.spawn("category", "list", "--password-stdin", stdin=PASSWORD)
    assert (done.code, done.out, done.err) == (0, "Web   1 entry\nWork  1 entry\n", "")
    assert category(filled, "add", "Home").code == 0
    assert names(filled) == [("Web", 1), ("Work", 1), ("Home", 0)]
    (row, *_) = category(filled, "list", "--json").json
    assert list(row) == ["id", "name", "entries"]


def test_no_categories_yet(program: Program, empty_bytes: bytes) -> None:
    program.vault.parent.mkdir(mode=0o700)
    program.vault.write_bytes(empty_bytes)
    done = category(program, "list")
    assert (done.code, done.out, done.err.count("\n")) == (0, "", 2)
    assert category(program, "list", "--json").json == []


def test_renaming_keeps_the_entries(filled: Program) -> None:
    done = filled.spawn("category", "rename", "work", "Büro", "--password-stdin", stdin=PASSWORD)
    assert (done.code, done.out, done.err) == (0, "", "Renamed category “Work” to “Büro”.\n")
    assert names(filled) == [("Web", 1), ("Büro", 1)]
    assert bound(filled) == ["Web", "Büro"]
    assert category(filled, "rename", "Büro", "BÜRO").code == 0
    before = filled.vault.read_bytes()
    assert "already" in category(filled, "rename", "BÜRO", "BÜRO").err
    assert filled.vault.read_bytes() == before


def test_removing_keeps_the_entries(filled: Program) -> None:
    done = category(filled, "remove", "Work")
    assert (done.code, "1 entry" in done.err) == (0, True)
    assert (names(filled), bound(filled)) == ([("Web", 1)], ["Web"])


@pytest.mark.parametrize(
    "args",
    [("add", "Home"), ("rename", "Work", "Job"), ("remove", "Work")],
    ids=lambda args: args[0],
)
def test_every_change_can_be_undone(filled: Program, args: tuple[str, ...]) -> None:
    before = (names(filled), bound(filled))
    assert category(filled, *args).code == 0
    assert (names(filled), bound(filled)) != before
    assert filled.open("undo").code == 0
    assert (names(filled), bound(filled)) == before


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("add", "Work"), 2),
        (("add", " "), 2),
        (("add", "x" * 1025), 2),
        (("rename", "Work", "Web"), 2),
        (("rename", "Nothing", "x"), 4),
        (("remove", "Wor"), 4),
        (("add",), 2),
        (("rename", "Work"), 2),
        ((), 2),
        (("perhaps",), 2),
    ],
)
def test_invalid_changes_are_refused(filled: Program, args: tuple[str, ...], code: int) -> None:
    before = filled.vault.read_bytes()
    done = category(filled, *args)
    assert (done.code, done.out) == (code, "")
    assert done.err.count("\n") == 1
    assert filled.vault.read_bytes() == before


def test_names_that_differ_only_in_case_are_distinct(filled: Program) -> None:
    assert category(filled, "add", "WORK").code == 0
    done = category(filled, "remove", "wORK")
    assert (done.code, "Work" in done.err, "WORK" in done.err) == (4, True, True)
    assert category(filled, "remove", "WORK").code == 0
    assert names(filled) == [("Web", 1), ("Work", 1)]


def test_hostile_names_do_not_reach_the_terminal(filled: Program) -> None:
    for name in ("Ho\x1b]52;c;AAAA\x07me", "\udcff\udcfe!"):
        done = category(filled, "add", name)
        assert done.code == 0
        assert not set(done.err) & set("\x1b\x07")
        assert "crashed" not in done.err
