"""`otp-tui edit`: only the fields given as options change."""

from __future__ import annotations

import fcntl
from typing import Any

import pytest

from tests.cli.program import PASSWORD, Program
from tests.cli.terminal import Terminal
from tui.cli import output
from tui.vault import store
from tui.vault.vault import Vault

NEW = "MZXW6YTBOIMZXW6YTBOI"


def one(program: Program, query: str) -> dict[str, Any]:
    (row,) = program.open("list", "--json", "--secrets", "--at", "59", query).json
    assert isinstance(row, dict)
    return row


def test_only_the_given_fields_change(filled: Program) -> None:
    before = one(filled, "vpn")
    options = ("--issuer", "Office", "--account", "gordon", "--note", "on the 3rd floor")
    done = filled.open_real("edit", "VPN", *options)
    assert (done.code, done.out) == (0, "")
    assert done.err == "Changed VPN; it is now Office (gordon).\n"
    after = {"issuer": "Office", "account": "gordon", "note": "on the 3rd floor"}
    assert one(filled, "office") == {**before, **after}
    assert Vault.open(filled.vault, PASSWORD).entries[3].note == "on the 3rd floor"


def test_numbers_and_the_algorithm(filled: Program) -> None:
    options = ("--period", "60", "--digits", "7", "--algorithm", "SHA512")
    done = filled.open("edit", "GitHub", *options)
    assert (done.code, done.err) == (0, "Changed GitHub (octocat).\n")
    rows = filled.open("list", "--json", "github").json
    row = next(each for each in rows if each["issuer"] == "GitHub")
    assert (row["period"], row["digits"], row["algorithm"]) == (60, 7, "SHA512")
    assert filled.open("edit", "bank", "--counter", "42").code == 0
    assert one(filled, "bank")["counter"] == 42


@pytest.mark.parametrize("new", [1_000_000, 2])
def test_undo_restores_a_counter_until_a_code_is_used(filled: Program, new: int) -> None:
    def counter() -> int:
        return int(one(filled, "bank")["counter"])

    assert filled.open("edit", "bank", "--counter", str(new)).code == 0
    assert "stays" not in filled.open("undo").err
    assert counter() == 5
    assert "stays" not in filled.open("undo", "--redo").err
    assert counter() == new
    assert filled.open("code", "bank").code == 0
    done = filled.open("undo")
    kept = "The counter of Bank (gordon) stays, so that no code is repeated."
    assert (kept in done.err) == (new > 5)
    assert counter() == max(new + 1, 5)
    assert filled.open("undo", "--redo").code == 0
    assert counter() == new + 1


def test_an_empty_value_clears_a_field(filled: Program) -> None:
    assert filled.open("edit", "bank", "--account", "").code == 0
    assert one(filled, "bank")["account"] is None


def test_the_type_changes(filled: Program) -> None:
    assert filled.open("edit", "郵便局", "--type", "totp").code == 0
    row = one(filled, "郵便局")
    assert (row["type"], row["digits"], row["period"]) == ("totp", 6, 30)


def test_a_new_secret_and_a_new_pin(filled: Program) -> None:
    done = filled.open("edit", "VPN", "--secret-stdin", "--pin-stdin", stdin=f"{NEW}\n777\n")
    assert done.code == 0
    assert (one(filled, "vpn")["secret"], one(filled, "vpn")["pin"]) == (NEW, "777")
    assert NEW not in done.err


def test_a_new_secret_is_typed_without_echo(filled: Program) -> None:
    terminal = Terminal(filled, "edit", "bank", "--new-secret")
    terminal.wait_for("assword")
    terminal.type(f"{PASSWORD}\n")
    terminal.wait_for("New secret for Bank (gordon)")
    terminal.type(f"{NEW}\n")
    assert terminal.end() == (0, "")
    assert NEW not in terminal.seen
    assert one(filled, "bank")["secret"] == NEW


def test_a_type_with_a_pin_asks_for_it(filled: Program) -> None:
    done = filled.open_real("edit", "bank", "--type", "motp")
    assert (done.code, "--pin-stdin" in done.err) == (2, True)
    assert filled.open("edit", "bank", "--type", "motp", "--pin-stdin", stdin="12").code == 0
    assert one(filled, "bank")["pin"] == "12"


def test_pinned_ones_are_listed_first(filled: Program) -> None:
    assert filled.open("edit", "vpn", "--pinned").code == 0
    assert filled.open("list").out.startswith("VPN")
    assert filled.open("edit", "vpn", "--unpinned").code == 0
    assert filled.open("list").out.startswith("Bank")


def test_categories_are_added_and_removed(filled: Program) -> None:
    name = "GitHub:octocat"
    both = filled.open("edit", name, "--no-category", "work", "--category", "Work")
    assert (both.code, "The same category" in both.err) == (2, True)
    assert filled.open("edit", name, "--no-category", "work").code == 0
    assert filled.open("edit", "bank", "--category", "Work", "--category", "web").code == 0
    rows = {row["issuer"]: row["categories"] for row in filled.open("list", "--json").json}
    assert (rows["GitHub"], rows["Bank"]) == (["Web"], ["Web", "Work"])
    done = filled.open("edit", "bank", "--category", "Nothing")
    assert (done.code, "Nothing" in done.err) == (4, True)


@pytest.mark.parametrize(
    ("query", "options", "named"),
    [
        ("bank", ("--digits", "0", "--counter", "x"), ("--digits: ", "--counter: ")),
        ("bank", ("--issuer", "", "--account", " "), ("--issuer: ",)),
        ("bank", ("--period", "30"), ("--period doesn't apply to the type hotp",)),
        ("bank", ("--new-pin",), ("A PIN doesn't apply to the type hotp",)),
        ("郵便局", ("--type", "yandex", "--pin-stdin"), ("16 or 26 bytes",)),
    ],
)
def test_mistakes_are_named_by_their_field(
    filled: Program, query: str, options: tuple[str, ...], named: tuple[str, ...]
) -> None:
    before = filled.vault.read_bytes()
    done = filled.open("edit", query, *options, stdin="1234\n")
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert all(words in done.err for words in named)
    assert filled.vault.read_bytes() == before


def test_nothing_to_change(filled: Program) -> None:
    before = filled.vault.read_bytes()
    assert filled.spawn("edit", "bank").code == 2
    done = filled.open("edit", "bank", "--issuer", "Bank", "--digits", "6", "--unpinned")
    assert (done.code, "No change: " in done.err) == (0, True)
    assert filled.vault.read_bytes() == before


def test_no_match_and_several_matches(filled: Program) -> None:
    before = filled.vault.read_bytes()
    done = filled.open("edit", "octo", "--note", "x")
    assert (done.code, done.out) == (4, "")
    assert "GitHub Enterprise (octocat)" in done.err
    assert filled.open("edit", "no such thing", "--note", "x").code == 4
    assert filled.vault.read_bytes() == before


def test_an_edit_is_undone_in_one_step(filled: Program) -> None:
    before = filled.open("list", "--json", "--secrets", "--at", "59").out
    options = ("--issuer", "Other", "--pinned", "--category", "Work", "--secret-stdin")
    assert filled.open("edit", "vpn", *options, stdin=f"{NEW}\n").code == 0
    done = filled.open("undo")
    assert (done.code, done.err) == (
        0,
        "Undid the change of VPN. To redo, run: otp-tui undo --redo\n",
    )
    assert filled.open("list", "--json", "--secrets", "--at", "59").out == before


@pytest.mark.parametrize("option", ["--secret", "--pin"])
def test_a_secret_as_an_argument_is_refused_and_not_repeated(filled: Program, option: str) -> None:
    for args in ((option, NEW), (f"{option}={NEW}",)):
        done = filled.spawn("edit", "bank", *args)
        assert (done.code, done.out) == (2, "")
        assert f"{option}-stdin" in done.err
        assert NEW not in done.err


def test_codes_are_forwarded_only_if_marked(filled: Program) -> None:
    assert one(filled, "vpn")["forward"] is False
    said = "Changed VPN. Its codes can be forwarded by otp-tui ssh-agent.\n"
    assert filled.open("edit", "VPN", "--forward").err == said
    counter = filled.open("edit", "bank", "--forward").err
    assert "advances the counter of" in counter
    assert "otp-tui ssh-agent --confirm" in counter
    assert one(filled, "vpn")["forward"] is True
    assert "SSH" in filled.open("show", "VPN").out
    assert filled.open("edit", "VPN", "--no-forward").code == 0
    assert one(filled, "vpn")["forward"] is False


@pytest.mark.parametrize("sees", [True, False])
def test_a_wait_for_another_program_is_said_on_a_terminal(
    filled: Program, monkeypatch: pytest.MonkeyPatch, sees: bool
) -> None:
    monkeypatch.setattr(store, "WAIT_TOLD", 0.0)
    monkeypatch.setattr(store, "LOCK_WAIT", 0.01)
    monkeypatch.setattr(output, "errors_are_read", lambda: sees)
    with filled.vault.with_name(f"{filled.vault.name}.lock").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = filled.open("edit", "VPN", "--note", "new")
    notice = "otp-tui: Waiting for another program to release ~/data/vault.json.lock …\n"
    assert done.code == 1
    assert done.err.startswith(notice) is sees
    assert "Couldn't save the vault" in done.err
