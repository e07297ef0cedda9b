"""Locking: when, and what is dropped."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from tests.app.conftest import MakeApp
from tests.app.fast_pilot import expect_held_work
from tests.app.helpers import (
    PASSWORD,
    FakeClipboard,
    FakeClock,
    pass_time,
    press,
    settle,
    until_locked,
)
from tests.app.test_import import backup_file, open_file
from tui.app.app import OtpApp
from tui.app.screens.codes import CodesScreen
from tui.app.screens.import_backup import ImportScreen
from tui.app.screens.unlock import UnlockScreen
from tui.app.widgets.password_input import PasswordInput
from tui.clipboard import Outcome
from tui.errors import NotSavedError, OtpTuiError
from tui.otp.entry import Entry
from tui.vault.locked_vault import LockedVault
from tui.vault.vault import Vault


@pytest.mark.parametrize("key", ["l", "ctrl+l"])
async def test_a_key_locks(app: OtpApp, pilot: Pilot[None], vault: Vault, key: str) -> None:
    await pilot.press(key)
    await settle(pilot)
    assert isinstance(app.screen, UnlockScreen)
    assert app.vault is None
    with pytest.raises((OtpTuiError, AttributeError)):
        vault.change(lambda document: document)


async def test_locking_replaces_every_screen(app: OtpApp, pilot: Pilot[None]) -> None:
    await pilot.press("i")
    await settle(pilot)
    assert isinstance(app.screen, ImportScreen)
    await pilot.press("ctrl+l")
    await settle(pilot)
    kinds = [type(screen) for screen in app.screen_stack]
    assert CodesScreen not in kinds
    assert ImportScreen not in kinds


async def test_locking_drops_the_entries(make_app: MakeApp) -> None:
    def held() -> int:
        gc.collect()
        return sum(isinstance(thing, Entry) for thing in gc.get_objects())

    before = held()
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("j", "enter", "slash", *"git")
        await settle(pilot)
        assert held() > before
        await pilot.press("ctrl+l")
        await settle(pilot)
        assert held() == before


async def test_locking_clears_the_clipboard(pilot: Pilot[None], clipboard: FakeClipboard) -> None:
    await pilot.press("enter")
    await settle(pilot)
    assert clipboard.text
    await pilot.press("l")
    await settle(pilot)
    assert clipboard.text == ""


async def test_quitting_clears_the_clipboard(make_app: MakeApp, clipboard: FakeClipboard) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert clipboard.text
        await pilot.press("q")
    assert clipboard.text == ""


@pytest.mark.config(lock_after=5)
async def test_inactivity_locks_and_a_key_restarts_the_time(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    await pass_time(pilot, clock, 299)
    await pilot.press("j")
    await pass_time(pilot, clock, 299)
    assert isinstance(app.screen, CodesScreen)
    await pass_time(pilot, clock, 1)
    assert isinstance(app.screen, UnlockScreen)


@pytest.mark.config(lock_after=0)
async def test_zero_minutes_never_lock(app: OtpApp, pilot: Pilot[None], clock: FakeClock) -> None:
    await pass_time(pilot, clock, 100_000)
    assert isinstance(app.screen, CodesScreen)


@pytest.mark.parametrize("kind", [events.MouseScrollUp, events.MouseScrollDown])
@pytest.mark.config(lock_after=5)
async def test_scrolling_is_activity(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock, kind: type[events.MouseScrollUp]
) -> None:
    await pass_time(pilot, clock, 299)
    app.post_message(kind(None, 5, 5, 0, 0, 0, False, False, False))
    await settle(pilot)
    await pass_time(pilot, clock, 299)
    assert isinstance(app.screen, CodesScreen)


async def test_a_lock_does_not_wait_for_a_save(
    make_app: MakeApp, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program may hold the vault for seconds; the codes are gone at once."""
    go_on = threading.Event()

    def stuck(self: Vault) -> None:
        go_on.wait(10)
        raise NotSavedError("The disk is full.")

    app = make_app(lock_after=5)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        monkeypatch.setattr(Vault, "save", stuck)
        monkeypatch.setattr(Vault, "flushed", property(lambda self: False))
        monkeypatch.setattr(Vault, "saved", property(lambda self: False))
        clock.moment += 300
        app.tick()
        await pilot.pause()
        assert isinstance(app.screen, UnlockScreen)
        go_on.set()
        await settle(pilot)
        assert "NOT SAVED" in "".join(str(each.render()) for each in app.screen.query("Label"))


# --- locking while something is going on ---------------------------------------------------------


class Gate:
    """Holds a thread until the test lets it go on."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def wait(self) -> None:
        self.reached.set()
        assert self.opened.wait(10)


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.opened.set()


async def until_reached(pilot: Pilot[None], gate: Gate) -> None:
    for _ in range(200):
        await pilot.pause(0.01)
        if gate.reached.is_set():
            return
    raise AssertionError("the work never began")


async def unlock(pilot: Pilot[None]) -> None:
    await settle(pilot)
    assert isinstance(pilot.app.screen, UnlockScreen)
    pilot.app.screen.query_one(PasswordInput).value = PASSWORD
    await pilot.press("enter")
    await settle(pilot)
    assert isinstance(pilot.app.screen, CodesScreen)


async def test_an_idle_lock_interrupts_an_import(
    make_app: MakeApp, vault_path: Path, tmp_path: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Vault.change

    def slow(self: Vault, *args: Any, **more: Any) -> Any:
        gate.wait()
        return real(self, *args, **more)

    app = make_app(lock_after=5)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_file(pilot, backup_file(tmp_path, "authenticator-pro-plain"))
        monkeypatch.setattr(Vault, "change", slow)
        expect_held_work(monkeypatch)
        await pilot.press("enter")
        await until_reached(pilot, gate)
        assert isinstance(app.clock, FakeClock)
        app.clock.moment += 300
        app.tick()
        await until_locked(pilot)
        assert app.vault is None
        gate.opened.set()
        await unlock(pilot)
    issuers = [entry.issuer for entry in LockedVault.read(vault_path).unlock(PASSWORD).entries]
    assert issuers[:2] == ["GitHub", "Registrar"]
    assert issuers[8:] in ([], ["Shop 0", "Shop 1"])


async def test_a_code_being_copied_at_the_lock_is_cleared(
    make_app: MakeApp, clipboard: FakeClipboard, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = clipboard.copy

    def slow(text: str) -> Outcome:
        gate.wait()
        return real(text)

    monkeypatch.setattr(clipboard, "copy", slow)
    expect_held_work(monkeypatch)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await until_reached(pilot, gate)
        app.lock()
        await until_locked(pilot)
        gate.opened.set()
        await settle(pilot)
        assert isinstance(app.screen, UnlockScreen)
        assert clipboard.text == ""
        await unlock(pilot)


async def test_the_password_can_be_typed_after_a_lock_in_the_background(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    """The terminal's window had no focus when the vault was locked."""
    app.post_message(events.AppBlur())
    await pass_time(pilot, clock, 10 * 60)
    assert app.vault is None
    app.post_message(events.AppFocus())
    await press(pilot, *PASSWORD, "enter")
    await settle(pilot)
    assert app.vault is not None


async def test_a_wall_clock_that_is_set_neither_locks_nor_delays_a_lock(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    clock.set_by = 24 * 3600
    await pass_time(pilot, clock, 1)
    assert app.vault is not None
    clock.set_by = -24 * 3600
    await pass_time(pilot, clock, 10 * 60)
    assert app.vault is None
