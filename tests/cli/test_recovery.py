"""`otp-tui recovery`: a code that opens the vault without its password."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import replace

from tests.cli.program import PASSWORD, Program
from tests.cli.terminal import Terminal
from tui.vault import envelope, seal
from tui.vault.document import Document, write
from tui.vault.envelope import RecoverySlot
from tui.vault.vault import Vault

NEW = "another password"
USE = ("recovery", "use", "--recovery-code-stdin", "--new-password-stdin")


def new_code(program: Program) -> str:
    """Create a code and return it as printed."""
    done = program.run("recovery", "new", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert done.code == 0
    return done.out.strip()


def test_a_code_is_shown_once_and_opens_the_vault(filled: Program) -> None:
    before = filled.open("list", "--json", "--secrets", "--at", "59").json
    done = filled.spawn("recovery", "new", "--password-stdin", stdin=PASSWORD)
    assert done.code == 0
    assert re.fullmatch(r"([A-Z2-7]{4}-){7}[A-Z2-7]{4}\n", done.out)
    assert done.out.strip() not in done.err
    typed = done.out.strip().replace("-", " ").lower()
    done = filled.spawn(*USE, stdin=f"{typed}\n{NEW}\n")
    assert (done.code, done.out) == (0, "")
    refused = filled.open("list")
    assert refused.code == 3
    assert "If you forgot it, run: otp-tui recovery use." in refused.err
    after = filled.run(
        "list", "--json", "--secrets", "--at", "59", "--password-stdin", stdin=f"{NEW}\n"
    )
    assert after.json == before


def test_the_code_opens_copies_whose_password_is_lost(filled: Program) -> None:
    code = new_code(filled)
    copy = filled.vault.with_name("vault.sync-conflict-20260102-030405-ABCDEFG.json")
    shutil.copy(filled.vault, copy)
    edited = filled.run(
        "--vault", copy, "edit", "bank", "--note", "x", "--password-stdin", stdin=f"{PASSWORD}\n"
    )
    assert edited.code == 0, edited.err
    assert filled.run(*USE, stdin=f"{code}\n{NEW}\n").code == 0
    options = ("--yes", "--password-stdin", "--copy-password-stdin")
    done = filled.run("merge", *options, stdin=f"{NEW}\n{code}\n")
    assert (done.code, "Vault and copy both come from generation" in done.err) == (0, True), (
        done.err
    )
    done = filled.run("recover", *options, "1", stdin=f"{NEW}\n{code}\n")
    assert done.code == 0, done.err


def test_password_and_code_are_independent(filled: Program) -> None:
    code = new_code(filled)
    assert filled.open("passwd", "--new-password-stdin", stdin=f"{NEW}\n").code == 0
    assert filled.run(*USE, stdin=f"{code}\n{PASSWORD}\n").code == 0
    assert filled.open("list").code == 0


def test_a_new_code_replaces_the_previous_one(filled: Program) -> None:
    first, second = new_code(filled), new_code(filled)
    before = filled.vault.read_bytes()
    done = filled.run(*USE, stdin=f"{first}\n{NEW}\n")
    assert (done.code, done.out) == (3, "")
    assert filled.vault.read_bytes() == before
    assert filled.run(*USE, stdin=f"{second}\n{NEW}\n").code == 0


def test_a_vault_of_somebody_else_is_refused_with_our_code(filled: Program) -> None:
    code = new_code(filled)
    known = envelope.parse(filled.vault.read_bytes())
    password, slot = known.slots
    assert isinstance(slot, RecoverySlot)
    key = bytes(32)
    slots = password, seal.wrapped_anew(known.vault_id, key, slot, bytes(32))
    header = replace(known, generation=known.generation + 5, slots=slots)
    forged = envelope.serialize(seal.seal(header, key, write(Document())))
    filled.vault.write_bytes(forged)
    done = filled.run(*USE, stdin=f"{code}\n{NEW}\n")
    assert (done.code, done.out) == (3, "")
    assert "recovery code" in done.err
    assert filled.vault.read_bytes() == forged


def test_passwd_says_that_it_removed_a_foreign_code(filled: Program) -> None:
    vault = Vault.open(filled.vault, PASSWORD)
    known = envelope.parse(filled.vault.read_bytes())
    foreign = seal.recovery_slot(known.vault_id, vault.key, bytes(20))
    header = replace(known, generation=known.generation + 1, slots=(*known.slots, foreign))
    filled.vault.write_bytes(
        envelope.serialize(seal.seal(header, vault.key, write(vault.document)))
    )
    done = filled.open("passwd", "--new-password-stdin", stdin=f"{NEW}\n")
    assert done.code == 0
    assert "otp-tui recovery new" in done.err
    assert "stays valid" not in done.err


def test_a_missing_code_is_reported_before_the_prompt(filled: Program) -> None:
    done = filled.spawn("recovery", "use")
    assert (done.code, done.out) == (1, "")
    assert "recovery new" in done.err


def test_an_invalid_code_is_refused(filled: Program) -> None:
    new_code(filled)
    before = filled.vault.read_bytes()
    for typed in ("ABCD-EFGH", "", "9" * 32):
        done = filled.run(*USE, stdin=f"{typed}\n{NEW}\n")
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert filled.vault.read_bytes() == before


def test_a_short_new_password_changes_nothing(filled: Program) -> None:
    code = new_code(filled)
    before = filled.vault.read_bytes()
    assert filled.run(*USE, stdin=f"{code}\nshort\n").code == 2
    assert filled.vault.read_bytes() == before


def test_no_code_is_created_if_standard_output_is_closed(filled: Program) -> None:
    before = filled.vault.read_bytes()
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*filled.command, "recovery", "new", "--password-stdin"],
        input=PASSWORD.encode(),
        stdout=writing,
        stderr=subprocess.PIPE,
        env=filled.env,
        timeout=60,
        check=False,
    )
    os.close(writing)
    assert done.returncode == 141
    assert filled.vault.read_bytes() == before


def test_the_code_is_typed_on_the_terminal_without_echo(filled: Program) -> None:
    code = new_code(filled)
    terminal = Terminal(filled, "recovery", "use")
    for prompt, answer in (
        ("Recovery code", code),
        ("New password", NEW),
        ("Repeat", NEW),
        ("Encrypt them", "y"),
    ):
        terminal.wait_for(prompt, hidden="them" not in prompt)
        terminal.type(f"{answer}\n")
    assert terminal.end() == (0, "")
    assert code not in terminal.seen
    assert filled.run("list", "--password-stdin", stdin=f"{NEW}\n").code == 0


def test_a_mistyped_code_is_asked_for_again(filled: Program) -> None:
    code = new_code(filled)
    terminal = Terminal(filled, "recovery", "use")
    terminal.wait_for("Recovery code")
    terminal.type(f"{code[:-1]}\n{code[::-1]}\n{code}\n{NEW}\n{NEW}\nn\nn\n")
    assert terminal.end()[0] == 0
    assert terminal.seen.count("Try again.") == 2
    assert filled.run("list", "--password-stdin", stdin=f"{NEW}\n").code == 0


def test_an_action_is_required(program: Program) -> None:
    for args in (("recovery",), ("recovery", "lose")):
        done = program.run(*args)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_an_unsaved_code_is_reported_as_invalid(filled: Program) -> None:
    """It was printed already, so the user must be told not to keep it."""
    (filled.vault.parent / "vault.json.lock").mkdir()
    done = filled.run("recovery", "new", "--password-stdin", stdin=PASSWORD)
    assert done.code == 1
    assert done.err.endswith("The new code was not saved: discard it.\n")
