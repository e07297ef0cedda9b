"""`otp-tui pick`: one copy and exit, in a tmux popup and with the pilot."""

from __future__ import annotations

import shlex
import tempfile
import time
from pathlib import Path

import pytest

from tests.app.helpers import FakeClipboard, FakeClock, codes_of, sample_entries, settle
from tests.cli.program import PASSWORD, Program
from tests.programs import need
from tests.terminal.helpers import SECRET, AppTerminal, codes_around, fill, wait_until
from tests.terminal.tmux import Tmux
from tui.app.app import OtpApp
from tui.app.screens.big_code import BigCodeScreen
from tui.clipboard import Outcome
from tui.config.schema import Config
from tui.crypto.kdf import Argon2Params
from tui.vault.document import Document
from tui.vault.vault import Vault


@pytest.fixture
def app(tmp_path: Path) -> OtpApp:
    clock = FakeClock()
    vault = Vault.create(tmp_path / "v.json", PASSWORD, Argon2Params(2, 19456, 1), clock)
    entries, categories = sample_entries()
    vault.change(lambda _: Document(tuple(entries), tuple(categories)))
    return OtpApp(
        vault.path,
        Config(),
        clock=clock,
        clipboard=FakeClipboard(),
        vault=vault,
        environ={},
        pick="",
    )


def clipboard_of(app: OtpApp) -> FakeClipboard:
    clipboard = app.copier._clipboard
    assert isinstance(clipboard, FakeClipboard)
    return clipboard


def clear_after(program: Program, seconds: int) -> None:
    config = program.folder / "config.toml"
    config.write_text(f"clipboard_clear = {seconds}\n{config.read_text()}")


def test_pick_in_a_tmux_popup_copies_and_closes_it(program: Program) -> None:
    need("tmux")
    fill(program)
    clear_after(program, 0)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as within:
        outer = Tmux(folder, program)
        inner = ["tmux", "-S", f"{within}/s", "-f", "/dev/null"]
        try:
            outer.type(f"unset TMUX; {shlex.join([*inner, 'new-session', '/bin/sh'])}", "Enter")
            outer.wait_for("[0]", "[0:")
            pick = shlex.join([*program.command, "pick", "regis"])
            popup = shlex.join([*inner, "display-popup", "-w80%", "-h80%", "-E", pick])
            outer.type(popup, "Enter")
            outer.wait_for(" unlock ")
            outer.type(PASSWORD, "Enter")
            outer.wait_for("/ regis")
            outer.sees_code(SECRET)
            frame = outer.screen().splitlines()[12].strip()[0]
            assert "Library" not in outer.screen()
            began = time.time()
            outer.type("", "Enter")
            wait_until(lambda: f"\n{frame}" not in outer.screen().replace(" ", ""), outer.screen)
            outer.type(f"{shlex.join([*inner, 'show-buffer'])}; echo; echo over", "Enter")
            outer.wait_for("\nover")
            shown = outer.screen()
            assert any(code in shown.splitlines() for code in codes_around(SECRET, began))
        finally:
            outer.type("", "Enter")
            outer.type(shlex.join([*inner, "kill-server"]), "Enter")
            wait_until(lambda: "server exited" in outer.screen(), outer.screen)
            outer.run("kill-server")


async def test_letters_search_and_enter_copies_and_exits(app: OtpApp) -> None:
    async with app.run_test(size=(60, 14)) as pilot:
        await settle(pilot)
        await pilot.press(*"steam")
        await pilot.pause()
        assert [entry.issuer for entry in codes_of(app).rows] == ["Steam"]
        await pilot.press("enter")
        await pilot.pause(0.3)
    assert app.picked == "Copied to the clipboard: Steam (gordon)."
    assert len(clipboard_of(app).text) == 5


async def test_escape_exits_without_a_copy(app: OtpApp) -> None:
    async with app.run_test(size=(60, 14)) as pilot:
        await settle(pilot)
        await pilot.press(*"st", "escape")
        await pilot.pause(0.2)
        assert not app.is_running
    assert app.picked == ""
    assert clipboard_of(app).text == ""


async def test_a_failed_copy_does_not_exit(app: OtpApp) -> None:
    clipboard_of(app).why_not = "There is no way to copy here."
    async with app.run_test(size=(60, 14)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, BigCodeScreen)
    assert app.picked == ""


async def test_a_code_that_may_not_arrive_is_shown_before_the_exit(app: OtpApp) -> None:
    clipboard_of(app).outcome = Outcome("Sent to tmux", doubt="It needs a line.")
    async with app.run_test(size=(60, 14)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, BigCodeScreen)
        await pilot.press("escape")
        await pilot.pause(0.3)
        assert not app.is_running
    assert app.picked.startswith("Sent to tmux: ")


async def test_a_counter_based_code_is_copied(app: OtpApp) -> None:
    async with app.run_test(size=(60, 14)) as pilot:
        await settle(pilot)
        await pilot.press(*"bank", "enter")
        await pilot.pause(0.3)
    assert app.picked == "Copied to the clipboard: Bank (gordon)."


def test_pick_needs_a_vault_and_a_terminal(program: Program) -> None:
    assert "needs a terminal" in program.run("pick").err


@pytest.mark.parametrize("piped", [False, True], ids=["file", "stdin"])
def test_pick_opens_with_a_password_from_an_option(program: Program, piped: bool) -> None:
    fill(program)
    clear_after(program, int(not piped))
    file = program.folder / "password"
    file.write_text(PASSWORD)
    file.chmod(0o600)
    pick = [*program.command, "pick"]
    argv = ["sh", "-c", f"{shlex.join([*pick, '--password-stdin'])} < {file}"]
    if not piped:
        argv = [*pick, "--password-file", str(file)]
    with AppTerminal(argv, program.env, program.folder) as terminal:
        terminal.wait_for("Library")
        terminal.type("libr\r")
        assert terminal.end() == 0
        assert "unlock" not in terminal.all
        assert "Library" in terminal.after_the_app
        assert terminal.is_given_back
        if not piped:
            assert "Clears in 1 s if this terminal is still open." in terminal.after_the_app
            terminal.wait_for("\x1b]52;c;\x07")
