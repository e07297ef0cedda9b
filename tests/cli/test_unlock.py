"""`otp-tui unlock`, `lock` and `status`, and the commands that then need no password."""

from __future__ import annotations

import contextlib
import os
import re
import select
import socket
import time
from collections.abc import Iterator

import pytest

from tests.cli.program import PASSWORD, Program
from tests.cli.terminal import Terminal
from tui.session import Session, choose
from tui.session.agent import SOCKET_NAME
from tui.vault.locked_vault import LockedVault

NO_PASSWORD = "Can't ask for the vault password"


@pytest.fixture(params=["keyring", "agent"])
def unlocked(request: pytest.FixtureRequest, filled: Program) -> Iterator[Program]:
    """The program with a vault that was unlocked for an hour, in each kind of session."""
    filled.env["OTP_TUI_SESSION"] = request.param
    if choose(filled.env).kind != request.param:
        pytest.skip("the kernel refuses to keep keys here")
    done = filled.open("unlock", "--for", "1h")
    assert (done.code, done.out) == (0, ""), done.err
    session, name = session_of(filled), vault_id(filled)
    yield filled
    session.drop(name)


@pytest.fixture
def in_agent(filled: Program, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """The program, not unlocked, with keys in an agent; the user's keyring is left alone."""
    monkeypatch.setattr("tui.session.keyring.kernel_keyring", lambda: None)
    filled.env["OTP_TUI_SESSION"] = "agent"
    yield filled
    session_of(filled).drop_all()


def session_of(program: Program) -> Session:
    return choose(program.env)


def vault_id(program: Program) -> str:
    return LockedVault.read(program.vault).vault_id


def needs_password(program: Program, *args: str) -> bool:
    done = program.run(*args)
    assert done.code in {0, 2}, done.err
    assert (NO_PASSWORD in done.err) == (done.code == 2)
    return done.code == 2


def test_commands_need_no_password_until_lock(unlocked: Program) -> None:
    assert unlocked.run("code", "github", "--at", "59").code == 0
    assert unlocked.run("edit", "github", "--note", "Edited unlocked").code == 0
    assert "Edited unlocked" in unlocked.spawn("show", "github").out
    assert unlocked.run("lock").err == "Locked.\n"
    assert needs_password(unlocked, "code", "github")
    assert unlocked.run("lock").err == "The vault was not unlocked.\n"


def test_status_says_which_vault_by_what_and_until_when(unlocked: Program) -> None:
    (row,) = [
        row
        for row in unlocked.run("status", "--json").json["unlocked"]
        if row["vault_id"] == vault_id(unlocked)
    ]
    kind = session_of(unlocked).kind
    assert (row["path"], row["by"], row["idle"]) == (str(unlocked.vault), kind, None)
    assert 3500 < row["until"] - time.time() <= 3600
    shown = next(line for line in unlocked.run("status").out.splitlines() if row["path"] in line)
    assert f"; key kept by {session_of(unlocked).name}" in shown
    assert "(in 1 h)" in shown


def test_status_takes_two_lines_on_a_narrow_terminal(
    unlocked: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.cli.output.terminal_size", lambda: os.terminal_size((80, 24)))
    lines = unlocked.run("status").out.splitlines()
    place = lines.index(f"{unlocked.vault}:")
    assert lines[place + 1].startswith("  unlocked until ")


def test_doctor_says_what_keeps_keys_and_what_is_unlocked(unlocked: Program) -> None:
    session, lines = session_of(unlocked), unlocked.run("doctor").out.splitlines()
    assert f"  unlock: keys are kept by {session.name}" in lines
    start = f"  unlocked: {unlocked.vault}: unlocked until "
    assert any(line.startswith(start) for line in lines)


def test_no_unlock_asks_once(unlocked: Program) -> None:
    assert needs_password(unlocked, "--no-unlock", "code", "github")
    assert needs_password(unlocked, "code", "github", "--no-unlock")
    assert not needs_password(unlocked, "code", "github")


@pytest.mark.parametrize(
    "args",
    [
        ("show", "github", "--secret"),
        ("show", "github", "--qr"),
        ("list", "--secrets"),
        ("export", "out.csv", "--format", "csv", "--plaintext"),
        ("export", "--qr", "--plaintext"),
        ("recovery", "new"),
        ("passwd", "--new-password-stdin"),
    ],
    ids=" ".join,
)
def test_what_shows_secrets_or_changes_the_password_asks_all_the_same(
    in_agent: Program, args: tuple[str, ...]
) -> None:
    in_agent.open("unlock")
    assert needs_password(in_agent, *args)


def test_the_question_says_what_needs_the_password(in_agent: Program) -> None:
    in_agent.open("unlock")
    terminal = Terminal(in_agent, "show", "github", "--secret")
    terminal.wait_for("Password for vault.json (to show the secret): ")
    terminal.type("\x03")
    assert terminal.end()[0] == 130


def test_unless_the_settings_say_otherwise(in_agent: Program) -> None:
    config = in_agent.folder / "config.toml"
    config.write_text(f"ask_again = false\n{config.read_text()}")
    in_agent.open("unlock")
    assert not needs_password(in_agent, "show", "github", "--secret")
    export = ("export", "out.csv", "--format", "csv", "--plaintext")
    assert in_agent.run(*export).code in {0, 1}
    assert in_agent.run("passwd", "--new-password-stdin", stdin="another password\n").code == 0


def test_a_password_in_an_option_is_checked(unlocked: Program) -> None:
    done = unlocked.run("code", "github", "--password-stdin", stdin="not the password\n")
    assert (done.code, done.out) == (3, "")


def test_a_new_password_ends_it(unlocked: Program) -> None:
    done = unlocked.open("passwd", "--new-password-stdin", stdin="another password\n")
    assert done.code == 0, done.err
    assert needs_password(unlocked, "code", "github")


def test_a_recovery_ends_it(in_agent: Program) -> None:
    code = in_agent.open("recovery", "new").out
    in_agent.open("unlock")
    given = ("--recovery-code-stdin", "--new-password-stdin", "--no-unlock")
    done = in_agent.run("recovery", "use", *given, stdin=f"{code}another password\n")
    assert done.code == 0, done.err
    assert needs_password(in_agent, "code", "github")


def test_a_vault_with_another_key_needs_its_password(unlocked: Program) -> None:
    session_of(unlocked).keep(vault_id(unlocked), os.urandom(32), str(unlocked.vault), 60)
    assert needs_password(unlocked, "code", "github")
    assert unlocked.open("code", "github").code == 0


def test_only_a_longer_time_needs_the_password(in_agent: Program) -> None:
    in_agent.open("unlock", "--for", "2h", "--idle", "1h")
    assert not needs_password(in_agent, "unlock", "--for", "30m", "--idle", "5m")
    assert needs_password(in_agent, "unlock", "--for", "30m", "--idle", "10m")
    assert not needs_password(in_agent, "unlock", "--for", "30m"), "the limit of --idle is kept"
    assert needs_password(in_agent, "unlock", "--for", "1h", "--idle", "5m")
    (row,) = in_agent.run("status", "--json").json["unlocked"]
    assert row["idle"] == 300
    assert 1700 < row["until"] - time.time() <= 1800


def test_lock_all_needs_no_vault(in_agent: Program) -> None:
    in_agent.open("unlock")
    in_agent.vault.unlink()
    in_agent.env["OTP_TUI_VAULT"] = str(in_agent.folder / "none.json")
    done = in_agent.run("lock")
    assert done.code == 1
    assert done.err.endswith("To lock all vaults, run: otp-tui lock --all\n")
    assert in_agent.run("lock", "--all").err == "Locked 1 vault.\n"
    assert in_agent.run("status").err == "No vault is unlocked.\n"


@pytest.mark.parametrize("now", ["missing", "damaged", "replaced", "linked"])
def test_lock_drops_the_key_whatever_the_file_is_now(
    unlocked: Program, empty_bytes: bytes, now: str
) -> None:
    session, name = session_of(unlocked), vault_id(unlocked)
    if now == "linked":
        link = unlocked.folder / "link.json"
        link.symlink_to(unlocked.vault)
        unlocked.env["OTP_TUI_VAULT"] = str(link)
    unlocked.vault.unlink()
    if now in {"damaged", "replaced"}:
        unlocked.vault.write_bytes(b"{}" if now == "damaged" else empty_bytes)
    done = unlocked.run("lock")
    assert session.key(name) is None
    assert done.code == 0
    assert "Locked" in done.err
    assert str(unlocked.vault) not in unlocked.run("status").out


@pytest.mark.parametrize("text", ["0s", "31d", "8", "-1h", "h", "1h30", "٣h"])
def test_a_time_has_a_unit_and_bounds(program: Program, text: str) -> None:
    done = program.run("unlock", f"--for={text}")
    assert done.code == 2
    assert "a time up to 30d, e.g. 8h, 30m or 1h30m" in done.err


@pytest.mark.parametrize("now", ["agent", "off", "keyring", "misspelled"])
def test_lock_ends_what_was_unlocked_with_another_value(unlocked: Program, now: str) -> None:
    before = session_of(unlocked)
    unlocked.env["OTP_TUI_SESSION"] = now
    assert unlocked.run("lock").err == "Locked.\n"
    assert before.key(vault_id(unlocked)) is None


def test_a_new_password_ends_it_with_another_value(unlocked: Program) -> None:
    before = session_of(unlocked)
    unlocked.env["OTP_TUI_SESSION"] = "off"
    done = unlocked.open("passwd", "--new-password-stdin", stdin="another password\n")
    assert done.code == 0, done.err
    assert before.key(vault_id(unlocked)) is None


def test_lock_says_that_the_agent_does_not_answer(
    in_agent: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.session.agent_client._ANSWER", 0.1)
    folder = in_agent.folder / "otp-tui"
    folder.mkdir(0o700)
    with contextlib.chdir(folder), socket.socket(socket.AF_UNIX) as silent:
        silent.bind(SOCKET_NAME)
        silent.listen()
        done = in_agent.run("lock")
    assert done.code == 1
    assert "it may still have the vault's key" in done.err


@pytest.mark.parametrize("args", [("unlock",), ("code", "github"), ()])
def test_a_misspelled_session_is_an_error(filled: Program, args: tuple[str, ...]) -> None:
    filled.env["OTP_TUI_SESSION"] = "agnet"
    done = filled.run(*args)
    assert done.code == 2
    if args:
        assert done.err == "otp-tui: OTP_TUI_SESSION is invalid. Use keyring, agent or off.\n"


def test_a_short_time_is_shown_in_seconds(in_agent: Program) -> None:
    said = in_agent.open("unlock", "--for", "1s").err
    assert re.fullmatch(r"Unlocked until \S+ \d\d:\d\d:\d\d \(in 1 s\)\.\n", said)


def test_unlock_says_that_it_is_turned_off(program: Program) -> None:
    program.env["OTP_TUI_SESSION"] = "off"
    assert program.open("unlock").code == 1
    assert program.run("unlock", "--no-unlock").code == 2


def test_a_typed_password_unlocks_for_the_time_in_the_settings(in_agent: Program) -> None:
    config = in_agent.folder / "config.toml"
    config.write_text(f'unlock_for = "2h"\n{config.read_text()}')
    assert in_agent.open("code", "github").code == 0
    assert needs_password(in_agent, "code", "github"), "it was not typed"
    for more in (["--no-unlock"], []):
        assert needs_password(in_agent, "code", "github")
        terminal = Terminal(in_agent, "code", "github", *more)
        terminal.wait_for("Password for")
        terminal.type(f"{PASSWORD}\n")
        assert terminal.end()[0] == 0
    assert not needs_password(in_agent, "code", "github")
    (row,) = in_agent.run("status", "--json").json["unlocked"]
    assert 7100 < row["until"] - time.time() <= 7200


def test_lock_ends_watch(in_agent: Program) -> None:
    in_agent.open("unlock")
    terminal = Terminal(in_agent, "watch", "github")
    deadline = time.monotonic() + 10
    while not terminal_prints(terminal):
        assert time.monotonic() < deadline
    in_agent.run("lock")
    assert terminal.end()[0] == 1
    assert "The vault was locked." in terminal.seen


def terminal_prints(terminal: Terminal) -> bool:
    """Return True once the program has written a line to its pipe."""
    out = terminal.process.stdout
    assert out is not None
    return bool(select.select([out], [], [], 0.05)[0])
