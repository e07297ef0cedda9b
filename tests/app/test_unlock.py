"""Welcome and unlock screen: creating a vault, opening it, waiting after wrong passwords."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.widgets import Label

from tests.app.conftest import MakeApp, MakeVault
from tests.app.helpers import PASSWORD, FakeClock, codes_of, pass_time, settle
from tui.app.app import OtpApp
from tui.app.screens.ask_password import AskPasswordScreen
from tui.app.screens.choose_image import ImageScreen
from tui.app.screens.codes import CodesScreen
from tui.app.screens.entry_form import EntryFormScreen
from tui.app.screens.help import HelpScreen
from tui.app.screens.import_backup import ImportScreen
from tui.app.screens.palette import PaletteScreen
from tui.app.screens.unlock import UnlockScreen
from tui.app.screens.welcome import WelcomeScreen
from tui.app.widgets.password_input import PasswordInput
from tui.app.widgets.status_label import StatusLabel
from tui.app.widgets.status_line import StatusLine
from tui.app.wrong_tries import LONGEST_WAIT, WrongTries, wait_after
from tui.vault.locked_vault import LockedVault


def message_of(app: OtpApp) -> str:
    return app.screen.query_one(StatusLabel).message


async def test_the_first_run_creates_a_vault_and_starts_empty(
    make_app: MakeApp, vault_path: Path
) -> None:
    app = make_app(vault=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, WelcomeScreen)
        await pilot.press(*"christopher")
        await settle(pilot)
        assert message_of(app) == "Very weak password. Names are easy to guess."
        assert app.screen.query_one(StatusLabel).has_class("tone-warning")
        await pilot.press("ctrl+u", *"long enough", "enter", *"long enough", "enter")
        await settle(pilot)
        assert "Vault created" in str(app.screen.query_one("#words", Label).render())
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, CodesScreen)
    assert LockedVault.read(vault_path).unlock("long enough").entries == ()


@pytest.mark.parametrize(
    ("key", "screen"),
    [
        ("i", ImportScreen),
        ("a", EntryFormScreen),
        ("o", ImageScreen),
        ("r", AskPasswordScreen),  # before it creates a recovery code
        ("colon", PaletteScreen),
        ("question_mark", HelpScreen),
    ],
)
async def test_the_first_run_offers_ways_to_fill_the_vault(
    make_app: MakeApp, key: str, screen: type
) -> None:
    app = make_app(vault=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press(*"long enough", "enter", *"long enough", "enter")
        await settle(pilot)
        await pilot.press(key)
        await settle(pilot)
        assert isinstance(app.screen, screen)
        await pilot.press("escape", "escape")
        await settle(pilot)
        assert isinstance(app.screen, CodesScreen)


async def test_a_short_password_creates_no_vault(make_app: MakeApp, vault_path: Path) -> None:
    app = make_app(vault=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press(*"seven77", "enter")
        await settle(pilot)
        assert "at least 8" in message_of(app)
    assert not vault_path.exists()


async def test_two_different_passwords_create_no_vault(make_app: MakeApp, vault_path: Path) -> None:
    app = make_app(vault=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press(*"long enough", "enter", *"long enouhg", "enter")
        await settle(pilot)
        assert "don't match" in message_of(app)
    assert not vault_path.exists()


async def test_the_strength_is_shown_while_typing(make_app: MakeApp) -> None:
    app = make_app(vault=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press(*"aaaaaaaa")
        await settle(pilot)
        assert "weak" in message_of(app)
        app.screen.query_one("#first", PasswordInput).value = "Tr0ub4dor &3 horses staple"
        await settle(pilot)
        assert "strong" in message_of(app)


async def test_the_password_opens_the_vault(make_app: MakeApp, make_vault: MakeVault) -> None:
    make_vault().close()
    app = make_app(vault=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, UnlockScreen)
        await pilot.press(*PASSWORD, "enter")
        await settle(pilot)
        assert isinstance(app.screen, CodesScreen)
        assert codes_of(app).row_count == 8
        assert app.screen.query_one(StatusLine).size.height == 1  # no style of the unlock screen


async def test_a_wrong_password_is_reported_and_opens_nothing(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    make_vault().close()
    app = make_app(vault=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press(*"wrong", "enter")
        await settle(pilot)
        assert isinstance(app.screen, UnlockScreen)
        assert message_of(app) == "Wrong password."
        await pilot.press(*PASSWORD, "enter")
        await settle(pilot)
        assert isinstance(app.screen, CodesScreen)


async def test_after_wrong_passwords_the_right_one_has_to_wait(
    make_app: MakeApp, make_vault: MakeVault, clock: FakeClock
) -> None:
    make_vault().close()
    app = make_app(vault=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        for _ in range(2):
            await pilot.press(*"wrong", "enter")
            await settle(pilot)
        await pilot.press(*PASSWORD, "enter")
        assert isinstance(app.screen, UnlockScreen)
        assert message_of(app) == "Wrong password. Try again in 1 s."
        await pass_time(pilot, clock, 1.5)
        assert isinstance(app.screen, CodesScreen), "what was typed is tried when its turn comes"


async def test_a_restart_does_not_end_the_wait(
    make_app: MakeApp, make_vault: MakeVault, clock: FakeClock
) -> None:
    make_vault().close()
    app = make_app(vault=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        for _ in range(2):
            await pilot.press(*"wrong", "enter")
            await settle(pilot)
    again = make_app(vault=None)
    async with again.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert message_of(again) == "Wrong password. Try again in 1 s."
        await pilot.press(*PASSWORD, "enter")
        assert isinstance(again.screen, UnlockScreen)
        await pass_time(pilot, clock, 1.5)
        assert isinstance(again.screen, CodesScreen)
    last = make_app(vault=None)
    async with last.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert message_of(last) == ""


@pytest.mark.parametrize(("jump", "left"), [(0, 30), (10, 20), (-86400 * 365, 30), (86400, 0)])
def test_no_clock_makes_the_wait_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: FakeClock, jump: int, left: int
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    tries = WrongTries(tmp_path / "vault.json", clock)
    tries.remember(7)
    clock.moment += jump
    assert 0 <= tries.last().left <= LONGEST_WAIT
    assert abs(tries.last().left - left) <= 1
    (file,) = tmp_path.rglob("*.json")
    file.write_text('{"count": true, "at": 1e999}')
    assert tries.last() == (0, 0.0)


@pytest.mark.parametrize("has_code", [False, True])
async def test_advice_is_given_from_the_third_wrong_password_on(
    make_app: MakeApp, make_vault: MakeVault, clock: FakeClock, has_code: bool
) -> None:
    vault = make_vault()
    if has_code:
        vault.set_recovery_code(bytes(20))
    vault.close()
    app = make_app(vault=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        place = app.screen.query_one("#password").region
        for damaged in (False, False, True):
            await pilot.press(*"wrong", "enter")
            await settle(pilot)
            advice = str(app.screen.query_one("#advice", Label).content)
            assert ("damaged" in advice) is damaged
            assert ("Caps Lock" in advice) is damaged
            assert ("otp-tui recovery use" in advice) is (damaged and has_code)
            assert message_of(app).startswith("Wrong password.")
            assert app.screen.query_one("#password").region == place
            await pass_time(pilot, clock, 60)


def test_the_wait_grows_to_half_a_minute() -> None:
    waits = [wait_after(tries) for tries in range(1, 12)]
    assert waits[:4] == [0, 1, 2, 4]
    assert waits == sorted(waits)
    assert waits[-1] == 30


async def test_a_damaged_vault_is_reported_and_not_changed(
    make_app: MakeApp, make_vault: MakeVault, vault_path: Path
) -> None:
    make_vault().close()
    vault_path.write_text('{"format": "something else"}')
    app = make_app(vault=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press(*PASSWORD, "enter")
        await settle(pilot)
        assert isinstance(app.screen, UnlockScreen)
        assert message_of(app)
    assert vault_path.read_text() == '{"format": "something else"}'


async def test_a_password_field_copies_nothing(make_app: MakeApp, make_vault: MakeVault) -> None:
    make_vault().close()
    app = make_app(vault=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press(*"secret", "shift+home", "ctrl+c")
        field = app.screen.query_one(PasswordInput)
        field.action_copy()
        field.action_cut()
        assert app.clipboard == ""
        assert field.value == "secret"


async def test_ctrl_u_clears_the_field_before_the_next_keys(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    make_vault().close()
    app = make_app(vault=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        for key in (*"wrong", "ctrl+u", *"right"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await settle(pilot)
        await settle(pilot)
        assert app.screen.query_one(PasswordInput).value == "right"


async def test_a_new_password_that_is_too_short_is_cleared(make_app: MakeApp) -> None:
    """Nobody sees that the next attempt would be added to it."""
    app = make_app(vault=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press(*"short", "enter")
        await settle(pilot)
        assert app.screen.query_one("#first", PasswordInput).value == ""
        assert "at least 8 characters" in str(app.screen.query_one(StatusLabel).render())


@pytest.mark.parametrize("size", [(40, 12), (60, 16), (80, 24)])
async def test_the_welcome_screen_fits_and_shows_mistakes(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = make_app(vault=None)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await pilot.press(*"long enough", "enter", *"otherwise", "enter")
        await settle(pilot)
        shown = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "Passwords don't match" in shown
        assert "^q quit" in shown
