"""What hardly ever happens together: many keys at once, locking amid work, no room, many rows."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from tests.app.conftest import MakeApp, MakeVault
from tests.app.helpers import (
    PASSWORD,
    FakeClipboard,
    FakeClock,
    codes_of,
    lines_of,
    pass_time,
    settle,
    status_of,
)
from tests.app.test_import import backup_file, open_file
from tui.app.app import OtpApp
from tui.app.screens.codes import CodesScreen
from tui.app.screens.confirm import ConfirmScreen
from tui.app.screens.import_backup import ImportScreen
from tui.app.screens.unlock import UnlockScreen
from tui.app.widgets.bars import KeyBar, TitleBar
from tui.app.widgets.file_chooser import PathInput
from tui.app.widgets.password_input import PasswordInput
from tui.app.widgets.preview_list import PreviewList
from tui.clipboard import Outcome
from tui.errors import NotSavedError
from tui.otp.entry import Entry, OtpType
from tui.otp.secret import Secret
from tui.vault.vault import LockedVault, Vault


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


async def press_at_once(pilot: Pilot[None], *keys: tuple[str, str]) -> None:
    """Let pairs of key and character arrive together, as from a slow line."""
    for key, character in keys:
        pilot.app.post_message(events.Key(key, character))
    await settle(pilot)
    await settle(pilot)


async def unlock(pilot: Pilot[None]) -> None:
    await settle(pilot)
    assert isinstance(pilot.app.screen, UnlockScreen)
    pilot.app.screen.query_one(PasswordInput).value = PASSWORD
    await pilot.press("enter")
    await settle(pilot)
    assert isinstance(pilot.app.screen, CodesScreen)


async def test_letters_that_come_together_with_the_slash_are_searched_for(
    make_app: MakeApp, clipboard: FakeClipboard
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press_at_once(pilot, ("slash", "/"), *((letter, letter) for letter in "vpn"))
        assert [entry.issuer for entry in codes_of(app).rows] == ["VPN"]
        assert clipboard.text == ""


async def test_an_idle_lock_amid_an_import_locks(
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
        await pilot.press("enter")
        await until_reached(pilot, gate)
        assert isinstance(app.clock, FakeClock)
        app.clock.moment += 300
        app.tick()
        await pilot.pause()
        assert isinstance(app.screen, UnlockScreen)
        assert app.vault is None
        gate.opened.set()
        await unlock(pilot)
    issuers = [entry.issuer for entry in LockedVault.read(vault_path).unlock(PASSWORD).entries]
    assert issuers[:2] == ["GitHub", "Registrar"]
    assert issuers[8:] in ([], ["Shop 0", "Shop 1"])


async def test_a_code_that_is_still_being_copied_at_the_lock_is_taken_off_again(
    make_app: MakeApp, clipboard: FakeClipboard, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = clipboard.copy

    def slow(text: str) -> Outcome:
        gate.wait()
        return real(text)

    monkeypatch.setattr(clipboard, "copy", slow)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await until_reached(pilot, gate)
        app.lock()
        await pilot.pause()
        gate.opened.set()
        await settle(pilot)
        assert isinstance(app.screen, UnlockScreen)
        assert clipboard.text == ""
        await unlock(pilot)


async def test_no_room_at_all_and_room_again(make_app: MakeApp) -> None:
    app = make_app(countdown="shared")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        before = lines_of(codes_of(app))
        for size in ((1, 1), (3, 24), (80, 2)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
            await pilot.press("end", "slash", "v", "escape", "home")
            await settle(pilot)
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert lines_of(codes_of(app)) == before


async def test_the_import_screen_without_room(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_file(pilot, backup_file(tmp_path, "authenticator-pro-plain"))
        for size in ((1, 1), (20, 3), (80, 24)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
        assert isinstance(app.screen, ImportScreen)
        await pilot.press("enter")
        await settle(pilot)
        assert codes_of(app).row_count == 10


@pytest.mark.parametrize("keys", [("down",), ("j",), ("end", "k"), ("pagedown", "up")])
async def test_the_rows_of_a_preview_are_walked_with_the_keys_of_the_list(
    make_app: MakeApp, tmp_path: Path, keys: tuple[str, ...]
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_file(pilot, backup_file(tmp_path, "authenticator-pro-plain", count=3))
        await pilot.press(*keys, "space")
        assert app.screen.query_one(PreviewList).deselected == {1}


async def test_ten_thousand_entries_scroll_and_are_searched(
    make_app: MakeApp, make_vault: MakeVault, clock: FakeClock
) -> None:
    secret = Secret.base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    many = [
        Entry(type=OtpType.TOTP, issuer=f"Shop {place:05}", secret=secret, ranking=place)
        for place in range(10_000)
    ]
    app = make_app(make_vault(many, []))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert shown(app) == [f"Shop {place:05}" for place in range(19)]
        await pilot.press("end")
        await settle(pilot)
        assert shown(app)[-1] == "Shop 09999"
        await pilot.press("pageup", "pageup")
        await settle(pilot)
        assert highlighted(app) == "Shop 09961"
        await pass_time(pilot, clock, 1)
        await pilot.press("slash", *"0777")
        await settle(pilot)
        assert codes_of(app).row_count == 11
        assert shown(app)[0] == "Shop 00777"


def shown(app: OtpApp) -> list[str]:
    """The issuers on screen."""
    lines = lines_of(codes_of(app))
    return [f"Shop {line.split('Shop ')[1][:5]}" for line in lines if "Shop " in line]


def highlighted(app: OtpApp) -> str | None:
    entry = codes_of(app).highlighted
    return entry.issuer if entry else None


async def test_what_is_not_saved_stays_on_screen_and_is_saved_when_that_is_possible(
    make_app: MakeApp, make_vault: MakeVault, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = make_vault()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        with monkeypatch.context() as patched:
            patched.setattr("os.fsync", full)
            with pytest.raises(NotSavedError):
                vault.change(lambda document: replace(document, entries=document.entries[:3]))
            app.screen.reload()  # type: ignore[attr-defined]
            for key in ("q", "ctrl+q", "ctrl+c", "l"):
                await pilot.press(key)
                await settle(pilot)
                assert isinstance(app.screen, ConfirmScreen), key
                await pilot.press("n")
                await settle(pilot)
            assert "NOT SAVED" in lines_of(app.screen.query_one(TitleBar))[0]
        await pass_time(pilot, clock, 30)
        await settle(pilot)
        assert "NOT SAVED" not in lines_of(app.screen.query_one(TitleBar))[0]
        assert vault.saved


async def test_a_path_longer_than_any_system_takes_is_told(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("i")
        await settle(pilot)
        app.screen.query_one(PathInput).value = "/tmp/" + "x" * 300
        await pilot.press("enter")
        await settle(pilot)
        assert "too long" in status_of(app)


async def test_tab_lists_the_names_where_several_go_on(make_app: MakeApp, tmp_path: Path) -> None:
    for name in ("a-one", "a-two"):
        (tmp_path / name).touch()
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("i")
        await settle(pilot)
        field = app.screen.query_one(PathInput)
        field.value = f"{tmp_path}/a-"
        await pilot.press("tab")
        await settle(pilot)
        assert app.focused is field
        assert status_of(app) == "a-one  a-two"


async def test_the_keys_below_are_those_that_work_while_searching(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "q quit" in lines_of(app.screen.query_one(KeyBar))[0]
        await pilot.press("slash")
        await settle(pilot)
        below = lines_of(app.screen.query_one(KeyBar))[0]
        assert "Esc clear" in below
        assert "quit" not in below


@pytest.mark.parametrize("size", [(40, 12), (60, 16), (80, 24)])
async def test_the_welcome_screen_fits_and_says_what_is_wrong(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = make_app(vault=None)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await pilot.press(*"long enough", "enter", *"otherwise", "enter")
        await settle(pilot)
        shown = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "Passwords don't match" in shown
        assert "╮" in shown
