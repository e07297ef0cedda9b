"""Every key in the table does what the help says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.app.conftest import MakeApp
from tests.app.helpers import FakeClipboard, FakeClock, codes_of, settle, status_of
from tui.app.app import OtpApp
from tui.app.screens.codes import CodesScreen
from tui.config.commands import COMMANDS, NUMBER_HELP
from tui.otp.codes import code_at, next_code
from tui.vault.order import Order, order_of


def _screen(name: str) -> Callable[[OtpApp], bool]:
    return lambda app: type(app.screen).__name__ == name


def _clipboard(app: OtpApp) -> str:
    clipboard = app.copier._clipboard
    assert isinstance(clipboard, FakeClipboard)
    return clipboard.text


def _codes_screen(app: OtpApp) -> CodesScreen:
    assert isinstance(app.screen, CodesScreen)
    return app.screen


def _first_code(app: OtpApp, following: bool) -> str:
    entry = codes_of(app).rows[0]
    return (next_code if following else code_at)(entry, app.clock.now()).text


def _pinned(app: OtpApp) -> bool:
    return app.vault is not None and any(entry.pinned for entry in app.vault.entries)


def _trashed(app: OtpApp) -> int:
    return 0 if app.vault is None else len(app.vault.document.trash)


def _order(app: OtpApp) -> Order:
    assert app.vault is not None
    return order_of(app.vault.document)


def _cursor(place: int) -> Callable[[OtpApp], bool]:
    return lambda app: codes_of(app).cursor == place


def _at(place: int, issuer: str) -> Callable[[OtpApp], bool]:
    return lambda app: codes_of(app).rows[place].issuer == issuer


@dataclass(frozen=True)
class Scene:
    """The keys to press first, and the condition that holds after the key but not before."""

    holds: Callable[[OtpApp], bool]
    before: tuple[str, ...] = ()


SCENES: dict[str, Scene] = {
    "copy": Scene(lambda app: _clipboard(app) == _first_code(app, False)),
    "copy-next": Scene(lambda app: _clipboard(app) == _first_code(app, True)),
    "reveal": Scene(lambda app: bool(codes_of(app).live.revealed), ("j", "j", "j")),
    "large": Scene(_screen("BigCodeScreen")),
    "hide": Scene(lambda app: codes_of(app).live.hidden),
    "search": Scene(lambda app: _codes_screen(app).search_text is not None),
    "clear": Scene(lambda app: _codes_screen(app).search_text is None, ("slash", "g", "i")),
    "next-category": Scene(lambda app: len(codes_of(app).rows) == 2),
    "previous-category": Scene(lambda app: len(codes_of(app).rows) == 1),
    "order": Scene(lambda app: _order(app) is not Order.HAND),
    "down": Scene(_cursor(1)),
    "up": Scene(_cursor(0), ("j",)),
    "page-down": Scene(lambda app: codes_of(app).cursor > 2),
    "page-up": Scene(lambda app: codes_of(app).cursor < 5, ("end",)),
    "first": Scene(_cursor(0), ("j", "j")),
    "last": Scene(_cursor(7)),
    "add": Scene(_screen("EntryFormScreen")),
    "show": Scene(_screen("ShowScreen")),
    "edit": Scene(_screen("EntryFormScreen")),
    "delete": Scene(_screen("ConfirmScreen")),
    "restore": Scene(lambda app: not _trashed(app), ("d", "y", "shift+tab")),
    "pin": Scene(_pinned),
    "categories": Scene(_screen("CategoriesScreen")),
    "move-up": Scene(_at(0, "Registrar"), ("j",)),
    "move-down": Scene(_at(1, "GitHub")),
    "select": Scene(lambda app: len(codes_of(app).selected) == 1),
    "select-all": Scene(lambda app: len(codes_of(app).selected) == len(codes_of(app).rows)),
    "undo": Scene(lambda app: not _pinned(app), ("p",)),
    "import": Scene(_screen("ImportScreen")),
    "merge": Scene(lambda app: "This vault has no conflict copies." in status_of(app)),
    "recover": Scene(_screen("RecoverScreen")),
    "export": Scene(_screen("ExportScreen")),
    "settings": Scene(_screen("SettingsScreen")),
    "palette": Scene(lambda app: not isinstance(app.screen, CodesScreen)),
    "lock": Scene(lambda app: app.vault is None),
    "help": Scene(_screen("HelpScreen")),
    "quit": Scene(lambda app: not app.is_running),
}


@pytest.mark.parametrize(
    ("command", "key"), [(command.id, key) for command in COMMANDS for key in command.keys]
)
async def test_the_key_does_what_the_help_says(make_app: MakeApp, command: str, key: str) -> None:
    scene = SCENES[command]
    app = make_app()
    async with app.run_test(size=(80, 10)) as pilot:
        await settle(pilot)
        for before in scene.before:
            await pilot.press(before)
            await settle(pilot)
        assert not scene.holds(app)
        await pilot.press(key)
        await settle(pilot)
        assert scene.holds(app)


@pytest.mark.parametrize("digit", range(1, 6))
async def test_a_digit_copies_that_row(make_app: MakeApp, clock: FakeClock, digit: int) -> None:
    assert NUMBER_HELP[0] == "1 – 9"
    app = make_app()
    async with app.run_test(size=(80, 20)) as pilot:
        await settle(pilot)
        await pilot.press(str(digit))
        await settle(pilot)
        entry = codes_of(app).rows[digit - 1]
        revealed = codes_of(app).live.revealed.get(entry.id)
        assert _clipboard(app) == (revealed or code_at(entry, clock.now()).text)
