"""An older file in the vault's place: said once, and not changed without a yes."""

from __future__ import annotations

import pytest

from tests.cli.program import PASSWORD, Outcome, Program
from tests.cli.terminal import Terminal

OLDER = "older than the last one used on this machine (generation 2, last seen 3)"


@pytest.fixture
def older(filled: Program) -> Program:
    """The program with a vault that was replaced by its previous version."""
    before = filled.vault.read_bytes()
    assert filled.open("edit", "github enterprise", "--note", "new").code == 0
    filled.vault.write_bytes(before)
    return filled


def edit(program: Program, *options: str) -> Outcome:
    return program.open("edit", "github enterprise", "--note", "newer", *options)


def test_a_command_says_once_that_the_vault_is_older(older: Program) -> None:
    first, second = older.open("list", "github"), older.open("list", "github")
    assert OLDER in first.err
    assert second.err == ""
    assert first.code == second.code == 0


def test_an_older_vault_is_not_changed_without_a_yes(older: Program) -> None:
    before = older.vault.read_bytes()
    refused = edit(older)
    assert refused.code == 1
    assert OLDER in refused.err
    assert "--accept-older" in refused.err
    assert older.vault.read_bytes() == before
    hotp = older.open("code", "bank")
    assert (hotp.code, hotp.out) == (1, "")
    assert older.vault.read_bytes() == before


def test_an_older_vault_can_be_accepted(older: Program) -> None:
    done = edit(older, "--accept-older")
    assert (done.code, OLDER in done.err) == (0, False)
    assert older.open("code", "bank").code == 0
    assert older.open("list", "github").err == ""
    assert "newer" in older.open("show", "github enterprise").out


def test_the_option_may_come_first_and_accepts_what_is_only_read(older: Program) -> None:
    done = older.run("--accept-older", "list", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert done.code == 0
    assert OLDER not in done.err
    assert edit(older).code == 0


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("", 1)])
def test_a_terminal_is_asked(older: Program, answer: str, code: int) -> None:
    before = older.vault.read_bytes()
    terminal = Terminal(older, "edit", "github enterprise", "--note", "newer")
    terminal.wait_for("Password")
    terminal.type(f"{PASSWORD}\n")
    terminal.wait_for("Change this vault?", hidden=False)
    terminal.type(f"{answer}\n")
    assert terminal.end()[0] == code
    assert OLDER in " ".join(terminal.seen.split())
    assert (older.vault.read_bytes() == before) is bool(code)


def test_copying_asks_nothing(older: Program) -> None:
    config = older.folder / "config.toml"
    before = older.vault.read_bytes()
    config.write_text('clipboard_command = ["cat"]\nclipboard_clear = 0\n')
    terminal = Terminal(older, "code", "github enterprise", "--copy")
    terminal.wait_for("Password")
    terminal.type(f"{PASSWORD}\n")
    assert terminal.end()[0] == 0
    assert "Change this vault?" not in terminal.seen
    assert OLDER in " ".join(terminal.seen.split())
    assert older.vault.read_bytes() == before


def test_doctor_always_reports_an_older_vault(older: Program) -> None:
    for _ in range(2):
        (found,) = [one for one in doctor(older) if one["name"] == "vault generation"]
        assert OLDER in found["says"]
        assert "--accept-older" in found["advice"]
        older.open("list")
    edit(older, "--accept-older")
    (found,) = [one for one in doctor(older) if one["name"] == "vault generation"]
    assert found["advice"] == ""


def test_doctor_names_the_newest_file_to_merge(filled: Program) -> None:
    before = filled.vault.read_bytes()
    for note in ("new", "newer"):
        assert filled.open("edit", "github enterprise", "--note", note).code == 0
    newer = filled.vault.with_name("vault.conflict-newer.json")
    filled.vault.rename(newer)
    filled.vault.write_bytes(before)
    filled.vault.chmod(0o600)
    (found,) = [one for one in doctor(filled) if one["name"] == "vault generation"]
    assert f"{newer.name}, generation 4. Run: otp-tui merge {newer} " in found["advice"]
    newer.unlink()
    (found,) = [one for one in doctor(filled) if one["name"] == "vault generation"]
    assert ", generation 3. Run: otp-tui merge " in found["advice"]


def doctor(program: Program) -> list[dict[str, str]]:
    findings: list[dict[str, str]] = program.run("doctor", "--json").json["findings"]
    return findings
