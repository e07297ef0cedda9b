"""`otp-tui passwd`: the new password opens the vault, and the old one no longer does."""

from __future__ import annotations

import json
import shutil
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
    for prompt, answer in (
        ("Password for", PASSWORD),
        ("New password", NEW),
        ("Repeat", NEW),
        ("Encrypt them", "n"),
        ("Remove them", "n"),
    ):
        terminal.wait_for(prompt, hidden="them" not in prompt)
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
    terminal.wait_for("Try again")
    terminal.type("\x04")
    assert terminal.end()[0] == 2
    assert filled.vault.read_bytes() == before


def older(program: Program, password: str) -> list[bool]:
    """Return which of the older copies a password opens, oldest first."""
    found = []
    for path in sorted((program.vault.parent / "backups").iterdir()):
        done = program.run("list", "--vault", path, "--password-stdin", stdin=f"{password}\n")
        found.append(done.code == 0)
    return found


CHANGE = ("passwd", "--password-stdin", "--new-password-stdin")


@pytest.mark.parametrize("option", ["", "--rekey-backups", "--remove-backups"])
def test_older_copies_are_kept_or_encrypted_again_or_removed(filled: Program, option: str) -> None:
    assert filled.open("remove", "--yes", "GitHub").code == 0
    before = older(filled, PASSWORD)
    names = sorted((filled.vault.parent / "backups").iterdir())
    moments = [path.stat().st_mtime_ns for path in names]
    given = f"{PASSWORD}\n{NEW}\n"
    done = filled.run(*CHANGE, *([option] if option else []), stdin=given)
    assert done.code == 0
    count = len(before) + 1  # the version that was replaced
    if option == "--remove-backups":
        assert f"Removed {count} older copies." in done.err
        assert older(filled, PASSWORD) == []
        return
    after = sorted((filled.vault.parent / "backups").iterdir())
    assert after[:-1] == names
    assert [path.stat().st_mtime_ns for path in names] == moments
    new = option == "--rekey-backups"
    assert ("still open" in done.err) is not new
    assert older(filled, NEW) == [new] * count
    assert older(filled, PASSWORD) == [not new] * count


def test_copies_under_an_even_older_key_are_counted(filled: Program) -> None:
    assert filled.run(*CHANGE, stdin=f"{PASSWORD}\n{NEW}\n").code == 0
    shutil.copy(filled.vault, filled.vault.with_name("vault.conflict-1.json"))
    done = filled.run(*CHANGE, "--rekey-backups", stdin=f"{NEW}\n{PASSWORD}\n")
    assert done.code == 1
    assert "Re-encrypted 1 older copy." in done.err
    assert "1 older copy opens with an even older password and was not re-en" in done.err
    assert "damaged" not in done.err
    assert "1 conflict copy next to the vault still opens with an old password" in done.err


def test_a_recovery_code_of_version_1_is_typed_once_or_replaced(filled: Program) -> None:
    from tests.vault import golden
    from tests.vault.support import PASSWORD as OLD
    from tui.vault.recovery import as_text

    def use(code: str) -> int:
        args = ("recovery", "use", "--recovery-code-stdin", "--new-password-stdin")
        return filled.run(*args, stdin=f"{code}\n{NEW}\n").code

    code = as_text(golden.CODE)
    filled.vault.write_bytes(golden.PATH.read_bytes())
    wrong = filled.run(*CHANGE, "--recovery-code-stdin", stdin=f"{OLD}\n{'A' * 32}\n{NEW}\n")
    assert wrong.code == 3
    assert filled.vault.read_bytes() == golden.PATH.read_bytes()
    done = filled.run(*CHANGE, "--recovery-code-stdin", stdin=f"{OLD}\n{code}\n{NEW}\n")
    assert (done.code, done.out) == (0, "")
    assert use(code) == 0
    filled.vault.write_bytes(golden.PATH.read_bytes())
    done = filled.run(*CHANGE, "--accept-older", stdin=f"{OLD}\n{NEW}\n")
    assert done.code == 0
    assert use(code) == 3
    assert use(done.out.strip()) == 0
