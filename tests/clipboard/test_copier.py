"""When a copied code is taken away again."""

from __future__ import annotations

import pytest

from tests.clipboard.helpers import CODE
from tui.clipboard import Copier, Outcome
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
        return Outcome.COPIED

    def clear(self) -> None:
        self.clears += 1
        if self.broken:
            raise ClipboardError("It is broken.")
        self.held = ""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def clipboard() -> FakeClipboard:
    return FakeClipboard()


def test_a_code_is_taken_away_when_its_time_is_over(
    clock: FakeClock, clipboard: FakeClipboard
) -> None:
    copier = Copier(clipboard, clock, 30)
    assert copier.copy(CODE) is Outcome.COPIED
    clock.time += 29.9
    assert not copier.due
    assert not copier.tick()
    assert clipboard.held == CODE
    clock.time += 0.1
    assert copier.due
    assert copier.tick()
    assert clipboard.held == ""
    assert not copier.tick()
    assert clipboard.clears == 1


def test_another_copy_starts_the_time_anew(clock: FakeClock, clipboard: FakeClipboard) -> None:
    copier = Copier(clipboard, clock, 30)
    copier.copy(CODE)
    clock.time += 20
    copier.copy("118204")
    clock.time += 20
    assert not copier.due


def test_zero_leaves_it_until_lock_or_exit(clock: FakeClock, clipboard: FakeClipboard) -> None:
    copier = Copier(clipboard, clock, 0)
    copier.copy(CODE)
    clock.time += 1e6
    assert not copier.tick()
    assert copier.clear()
    assert clipboard.held == ""


def test_a_copy_that_failed_half_way_is_cleaned_up_too(
    clock: FakeClock, clipboard: FakeClipboard
) -> None:
    clipboard.broken = True
    copier = Copier(clipboard, clock, 30)
    with pytest.raises(ClipboardError):
        copier.copy(CODE)
    clock.time += 30
    assert copier.due


def test_clearing_raises_nothing(clock: FakeClock, clipboard: FakeClipboard) -> None:
    copier = Copier(clipboard, clock, 30)
    copier.copy(CODE)
    clipboard.broken = True
    assert copier.clear() is False


def test_another_way_leaves_nothing_behind_on_the_one_before(
    clock: FakeClock, clipboard: FakeClipboard
) -> None:
    copier, other = Copier(clipboard, clock, 30), FakeClipboard()
    copier.copy(CODE)
    copier.use(other, 0)
    assert clipboard.held == CODE
    clock.time += 30
    assert copier.tick()
    assert clipboard.held == ""
    copier.copy(CODE)
    assert (clipboard.held, other.held) == ("", CODE)
    assert copier.clear()
    assert (clipboard.clears, other.clears, other.held) == (1, 2, "")


def test_a_way_that_could_not_be_cleared_is_tried_again(
    clock: FakeClock, clipboard: FakeClipboard
) -> None:
    copier = Copier(clipboard, clock, 30)
    copier.copy(CODE)
    copier.use(FakeClipboard(), 30)
    clipboard.broken = True
    assert not copier.clear()
    clipboard.broken = False
    assert copier.clear()
    assert clipboard.held == ""
