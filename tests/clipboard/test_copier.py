"""When a copied code is cleared."""

from __future__ import annotations

import pytest

from tests.clipboard.helpers import CODE
from tui.clipboard import COPIED, Copier, Handover, Outcome
from tui.clipboard.copier import RETRIES
from tui.clipboard.osc52 import Osc52Clipboard, osc52
from tui.errors import ClipboardError


class FakeClock:
    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return 0.0

    def steady(self) -> float:
        return self.time


class FakeClipboard:
    def __init__(self) -> None:
        self.held = ""
        self.clears = 0
        self.broken = False

    def copy(self, text: str) -> Outcome:
        if self.broken:
            raise ClipboardError("It is broken.")
        self.held = text
        return COPIED

    def expect(self) -> Outcome:
        return COPIED

    def clear(self, *, unseen: bool = True) -> str:
        self.clears += 1
        if self.broken:
            raise ClipboardError("It is broken.")
        self.held = ""
        return ""

    def handover(self) -> Handover | None:
        return None

    def take_over(self, texts: tuple[str, ...]) -> None:
        """Not used in tests."""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def clipboard() -> FakeClipboard:
    return FakeClipboard()


def test_a_code_is_cleared_when_its_time_is_up(clock: FakeClock, clipboard: FakeClipboard) -> None:
    copier = Copier(clipboard, clock, 30)
    assert copier.copy(CODE) is COPIED
    clock.time += 29.9
    assert not copier.due
    copier.tick()
    assert clipboard.held == CODE
    clock.time += 0.1
    assert copier.due
    copier.tick()
    assert clipboard.held == ""
    copier.tick()
    assert clipboard.clears == 1


def test_another_copy_restarts_the_time(clock: FakeClock, clipboard: FakeClipboard) -> None:
    copier = Copier(clipboard, clock, 30)
    copier.copy(CODE)
    clock.time += 20
    copier.copy("118204")
    clock.time += 20
    assert not copier.due


def test_zero_leaves_the_code_until_lock(clock: FakeClock, clipboard: FakeClipboard) -> None:
    copier = Copier(clipboard, clock, 0)
    copier.copy(CODE)
    clock.time += 1e6
    copier.tick()
    assert clipboard.held == CODE
    copier.clear()
    assert clipboard.held == ""


def test_what_cannot_be_read_back_is_cleared_only_while_that_is_expected(
    clock: FakeClock,
) -> None:
    sent: list[str] = []
    copier = Copier(Osc52Clipboard({"TERM": "xterm"}, sent.append), clock, 30)
    copier.copy(CODE)
    assert copier.clear() == "Cleared the terminal's clipboard."
    assert copier.clear() == ""
    copier.use(None, 0)
    copier.copy(CODE)
    assert copier.clear() == ""
    assert sent == [osc52(CODE), osc52(""), osc52(CODE)]


def test_a_copy_that_failed_halfway_is_cleared(clock: FakeClock, clipboard: FakeClipboard) -> None:
    clipboard.broken = True
    copier = Copier(clipboard, clock, 30)
    with pytest.raises(ClipboardError):
        copier.copy(CODE)
    clock.time += 30
    assert copier.due


def test_a_clipboard_that_cannot_be_cleared_is_reported_and_retried(
    clock: FakeClock,
) -> None:
    """Tests real clipboards, which have to remember what they copied."""
    sent: list[str] = []
    broken = False

    def write(sequence: str) -> None:
        if broken:
            raise OSError(5, "Input/output error")
        sent.append(sequence)

    copier = Copier(Osc52Clipboard({"TERM": "xterm"}, write), clock, 30)
    copier.copy(CODE)
    broken = True
    for pause in (30, *RETRIES):
        clock.time += pause - 0.1
        copier.tick()
        clock.time += 0.1
        with pytest.raises(ClipboardError) as told:
            copier.tick()
        assert told.value.sentence == (
            "Couldn't clear the clipboard: Can't write to the terminal: Input/output error."
        )
    clock.time += 1e6
    assert not copier.due
    with pytest.raises(ClipboardError):
        copier.clear()
    broken = False
    copier.clear()
    assert sent == [osc52(CODE), osc52("")]


def test_a_new_copy_has_all_its_retries(clock: FakeClock, clipboard: FakeClipboard) -> None:
    copier = Copier(clipboard, clock, 30)
    copier.copy(CODE)
    clipboard.broken = True
    for _ in RETRIES:
        with pytest.raises(ClipboardError):
            copier.clear()
    clipboard.broken = False
    copier.copy("118204")
    clipboard.broken = True
    for pause in (30, *RETRIES):
        clock.time += pause
        with pytest.raises(ClipboardError):
            copier.tick()


def test_changing_the_clipboard_clears_the_previous_one(
    clock: FakeClock, clipboard: FakeClipboard
) -> None:
    copier, other = Copier(clipboard, clock, 30), FakeClipboard()
    copier.copy(CODE)
    copier.use(other, 0)
    assert clipboard.held == CODE
    clock.time += 30
    copier.tick()
    assert clipboard.held == ""
    copier.copy(CODE)
    assert (clipboard.held, other.held) == ("", CODE)
    copier.clear()
    assert (clipboard.clears, other.clears, other.held) == (1, 2, "")


def test_a_previous_clipboard_that_could_not_be_cleared_is_retried(
    clock: FakeClock, clipboard: FakeClipboard
) -> None:
    copier = Copier(clipboard, clock, 30)
    copier.copy(CODE)
    copier.use(FakeClipboard(), 30)
    clipboard.broken = True
    with pytest.raises(ClipboardError):
        copier.clear()
    clipboard.broken = False
    copier.clear()
    assert clipboard.held == ""
