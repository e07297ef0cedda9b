"""The password command on the unlock screen: at the start, then only if Enter asks for it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.app.conftest import MakeApp, MakeVault
from tests.app.helpers import PASSWORD, FakeClock, pass_time, settle
from tests.app.test_unlock import message_of
from tui.app.app import OtpApp
from tui.app.screens.codes import CodesScreen
from tui.app.screens.unlock import UnlockScreen
from tui.app.widgets.password_input import PasswordInput

SIZES = [(80, 24), (40, 12)]


def giving(folder: Path, script: str) -> tuple[str, ...]:
    """A command that counts its runs."""
    return ("/bin/sh", "-c", f"echo >> {folder}/runs\n{script}")


def runs(folder: Path) -> int:
    path = folder / "runs"
    return len(path.read_text().splitlines()) if path.exists() else 0


async def until(pilot: Pilot[None], what: type[object]) -> None:
    """Wait for a screen: a program that the app runs takes its time."""
    deadline = time.monotonic() + 20
    while not isinstance(pilot.app.screen, what):
        assert time.monotonic() < deadline
        await pilot.pause(0.02)
    await settle(pilot)


async def until_told(pilot: Pilot[None], app: OtpApp, words: str) -> None:
    """Wait for words on the unlock screen."""
    deadline = time.monotonic() + 20
    while words not in message_of(app):
        assert time.monotonic() < deadline, message_of(app)
        await pilot.pause(0.02)


async def test_the_vault_opens_at_the_start(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    make_vault().close()
    app = make_app(vault=None, password_command=giving(tmp_path, f"echo '{PASSWORD}'"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, CodesScreen)
    assert runs(tmp_path) == 1


@pytest.mark.parametrize("key", ["l", "idle"])
async def test_after_a_lock_it_waits_for_enter(
    make_app: MakeApp, make_vault: MakeVault, clock: FakeClock, tmp_path: Path, key: str
) -> None:
    make_vault().close()
    app = make_app(vault=None, password_command=giving(tmp_path, f"echo '{PASSWORD}'"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, CodesScreen)
        if key == "idle":
            await pass_time(pilot, clock, 301)
        else:
            await pilot.press(key)
        await until(pilot, UnlockScreen)
        await pass_time(pilot, clock, 60)
        await pilot.pause(0.2)
        assert isinstance(app.screen, UnlockScreen), "a lock that opens itself is no lock"
        assert runs(tmp_path) == 1
        assert "Enter runs sh" in app.screen.query_one(PasswordInput).placeholder
        await pilot.press("enter")
        await until(pilot, CodesScreen)
    assert runs(tmp_path) == 2


@pytest.mark.parametrize("size", SIZES)
async def test_a_failure_is_one_sentence_and_the_password_is_asked_for(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path, size: tuple[int, int]
) -> None:
    make_vault().close()
    app = make_app(vault=None, password_command=giving(tmp_path, "echo hunter2; exit 7"))
    async with app.run_test(size=size) as pilot:
        await until_told(pilot, app, "The password command sh failed with exit code 7.")
        assert "hunter2" not in message_of(app)
        await pilot.press(*PASSWORD, "enter")
        await until(pilot, CodesScreen)
    assert runs(tmp_path) == 1


async def test_its_password_may_be_wrong(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    make_vault().close()
    app = make_app(vault=None, password_command=giving(tmp_path, "echo hunter2"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_told(pilot, app, "Wrong password. The password came from sh.")
        assert isinstance(app.screen, UnlockScreen)
        assert app.screen.query_one(PasswordInput).value == ""


async def test_a_typed_password_does_not_wait_for_the_command(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    make_vault().close()
    app = make_app(vault=None, password_command=giving(tmp_path, "sleep 30; echo x"))
    began = time.monotonic()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_told(pilot, app, "Running sh")
        await pilot.press(*PASSWORD, "enter")
        await until(pilot, CodesScreen)
        await settle(pilot)
        assert isinstance(app.screen, CodesScreen)
    assert time.monotonic() - began < 20, "the end waits for no command"


async def test_quitting_stops_the_command(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    make_vault().close()
    late = tmp_path / "late"
    app = make_app(vault=None, password_command=giving(tmp_path, f"sleep 2; touch {late}"))
    began = time.monotonic()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_told(pilot, app, "Running sh")
        await pilot.press("ctrl+q")
    time.sleep(max(0, began + 3 - time.monotonic()))
    assert not late.exists()


async def test_enter_alone_does_nothing_without_a_command(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    make_vault().close()
    app: OtpApp = make_app(vault=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        field = app.screen.query_one(PasswordInput)
        assert (field.disabled, field.placeholder) == (False, "Password")
