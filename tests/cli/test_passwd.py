"""`otp-tui passwd`: the new password opens the vault, and the old one no longer does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.program import PASSWORD, Program
from tests.cli.terminal import Terminal

NEW = "another password"


def slots(program: Program) -> list[dict[str, Any]]:
    """Return the slots in the vault file."""
    found: list[dict[str, Any]] = json.loads(program.vault.read_text())["slots"]
    return found


def test_the_new_password_opens_and_the_old_one_does_not(filled: Program) -> None:
    before = filled.open("list", "--json", "--secrets", "--at", "59").json
    done = filled.spawn(
        "passwd", "--password-stdin", "--new-password-stdin", stdin=f"{PASSWORD}\n{NEW}\n"
    )
    assert (done.code, done.out) == (0, "")
    assert "backups" in done.err
    assert filled.open("list").code == 3
    done = filled.run(
        "list", "--json", "--secrets", "--at", "59", "--password-stdin", stdin=f"{NEW}\n"
    )
    assert done.json == before


def test_the_configured_key_derivation_is_used_with_a_new_salt(filled: Program) -> None:
    (old,) = slots(filled)
    config = filled.folder / "config.toml"
    config.write_text("[kdf]\nmemory_mib = 20\ntime_cost = 2\nparallelism = 1\n")
    assert filled.open("passwd", "--new-password-stdin", stdin=f"{NEW}\n").code == 0
    (new,) = slots(filled)
    assert (new["kdf"]["memory_kib"], new["kdf"]["time_cost"]) == (20480, 2)
    assert new["kdf"]["salt"] != old["kdf"]["salt"]
    assert new["nonce"] != old["nonce"]
    assert new["id"] != old["id"]


def test_password_from_a_file(filled: Program) -> None:
    file = filled.folder / "new"
    file.write_text(NEW)
    assert filled.open("passwd", "--new-password-file", file).code == 1
    file.chmod(0o600)
    assert filled.open("passwd", "--new-password-file", file).code == 0
    assert filled.run("list", "--password-file", file).code == 0


@pytest.mark.parametrize(
    ("old", "new", "code"), [(PASSWORD, "seven77", 2), (PASSWORD, "", 2), ("wrong", NEW, 3)]
)
def test_a_refused_password_changes_nothing(filled: Program, old: str, new: str, code: int) -> None:
    before = filled.vault.read_bytes()
    given = ("passwd", "--password-stdin", "--new-password-stdin")
    done = filled.run(*given, stdin=f"{old}\n{new}\n")
    assert (done.code, done.out) == (code, "")
    assert done.err.count("\n") == 1
    assert filled.vault.read_bytes() == before


def test_passwords_are_typed_on_the_terminal(filled: Program) -> None:
    terminal = Terminal(filled, "passwd")
    for prompt, answer in (("Password for", PASSWORD), ("New password", NEW), ("Repeat", NEW)):
        terminal.wait_for(prompt)
        terminal.type(f"{answer}\n")
    assert terminal.end() == (0, "")
    assert NEW not in terminal.seen
    assert filled.run("list", "--password-stdin", stdin=f"{NEW}\n").code == 0


def test_passwords_that_do_not_match_change_nothing(filled: Program) -> None:
    before = filled.vault.read_bytes()
    terminal = Terminal(filled, "passwd")
    for prompt, answer in (
        ("Password for", PASSWORD),
        ("New password", NEW),
        ("Repeat", f"{NEW}!"),
    ):
        terminal.wait_for(prompt)
        terminal.type(f"{answer}\n")
    assert terminal.end()[0] == 2
    assert filled.vault.read_bytes() == before
