"""A clipboard that cannot be cleared is reported wherever the user is."""

from __future__ import annotations

import threading

import pytest

from tests.app.conftest import MakeApp
from tests.app.helpers import FakeClock, pass_time, settle, status_of
from tui.app.app import OtpApp
from tui.app.screens.big_code import BigCodeScreen
from tui.app.screens.unlock import UnlockScreen
from tui.clipboard.osc52 import Osc52Clipboard
from tui.errors import ClipboardError

WORDS = "Couldn't clear the clipboard: Can't write to the terminal: Input/output error."
CLEARED = "Cleared the terminal's clipboard."


class Terminal:
    """A terminal that can fail."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.broken = False

    def write(self, sequence: str) -> None:
        if self.broken:
            raise OSError(5, "Input/output error")
        self.sent.append(sequence)


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


@pytest.fixture
def app(request: pytest.FixtureRequest, make_app: MakeApp, terminal: Terminal) -> OtpApp:
    mark = request.node.get_closest_marker("config")
    made = make_app(**(mark.kwargs if mark else {}))
    return OtpApp(made.vault_path, made.config, clock=made.clock, vault=made.vault, environ={},
                  clipboard=Osc52Clipboard({"TERM": "xterm"}, terminal.write))  # fmt: skip


async def test_the_clipboard_is_cleared_when_its_time_is_up(
    app: OtpApp, clock: FakeClock, terminal: Terminal
) -> None:
    async with app.run_test(size=(100, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        terminal.broken = True
        await pass_time(pilot, clock, 30)
        await settle(pilot)
        assert status_of(app) == WORDS
        terminal.broken = False
        await pass_time(pilot, clock, 5)
        await settle(pilot)
        assert len(terminal.sent) == 2


async def test_a_slow_failure_to_clear_the_clipboard_is_reported(
    app: OtpApp, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow(self: Osc52Clipboard, *, unseen: bool = True) -> str:
        assert go_on.wait(10)
        raise ClipboardError("xclip timed out after 2 s.")

    async with app.run_test(size=(100, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        monkeypatch.setattr(Osc52Clipboard, "clear", slow)
        clock.moment += 30
        for _ in range(3):  # seconds pass, and it still takes
            app.tick()
            await pilot.pause()
        go_on.set()
        await settle(pilot)
        assert status_of(app) == "Couldn't clear the clipboard: xclip timed out after 2 s."


async def test_a_clipboard_that_is_slow_to_clear_is_cleared_after_the_exit(
    app: OtpApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, asked = threading.Event(), []
    monkeypatch.setattr(Osc52Clipboard, "clear", lambda *_, **__: go_on.wait(10) and "")
    monkeypatch.setattr(
        "tui.clipboard.later.clear_later", lambda *args, **_: asked.append(args[:2])
    )
    async with app.run_test(size=(100, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        handover = app.copier.handover()
    go_on.set()
    assert handover is not None
    assert asked == [(handover, 0)]


async def test_the_clipboard_is_cleared_at_lock_and_at_exit(
    app: OtpApp, terminal: Terminal
) -> None:
    async with app.run_test(size=(100, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        terminal.broken = True
        await pilot.press("l")
        await settle(pilot)
        assert isinstance(app.screen, UnlockScreen)
        assert WORDS in str(app.screen.query_one("#status").render())
    assert app.exit_warning == WORDS


async def test_clearing_what_cannot_be_read_back_is_reported(
    app: OtpApp, clock: FakeClock, terminal: Terminal
) -> None:
    async with app.run_test(size=(100, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        await pass_time(pilot, clock, 30)
        await settle(pilot)
        assert status_of(app) == CLEARED
        await pilot.press("l")
        await settle(pilot)
        assert len(terminal.sent) == 2  # not again: something else may be there by now
        assert CLEARED not in str(app.screen.query_one("#status").render())


@pytest.mark.config(lock_after=1, clipboard_clear=90)
async def test_a_lock_that_clears_the_terminal_says_so(app: OtpApp, clock: FakeClock) -> None:
    async with app.run_test(size=(100, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        await pass_time(pilot, clock, 60)
        await settle(pilot)
        said = f"Locked after inactivity. {CLEARED}"
        assert str(app.screen.query_one("#status").render()).startswith(said)


async def test_a_copy_that_may_not_arrive_names_the_key_that_shows_the_code(
    app: OtpApp, terminal: Terminal
) -> None:
    environ = {"TERM": "tmux-256color", "SSH_TTY": "/dev/pts/1"}
    app.copier.use(Osc52Clipboard(environ, terminal.write), 30)
    async with app.run_test(size=(100, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert "set -s set-clipboard on. Press b to show the code." in status_of(app)
        await pilot.press("b")
        await settle(pilot)
        assert isinstance(app.screen, BigCodeScreen)
