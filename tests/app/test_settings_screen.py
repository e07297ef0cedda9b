"""The settings screen."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.app.conftest import MakeApp, MakeVault
from tests.app.helpers import (
    PASSWORD,
    FakeClipboard,
    codes_of,
    lines_of,
    press,
    sample_entries,
    settle,
    status_of,
)
from tests.app.test_themes import painted
from tui.app.app import OtpApp
from tui.app.screens.ask_password import AskPasswordScreen
from tui.app.screens.settings import SettingsScreen
from tui.app.screens.unlock import UnlockScreen
from tui.app.setting_rows import rows
from tui.app.widgets.bars import TitleBar
from tui.app.widgets.key_bar import KeyBar
from tui.app.widgets.settings_list import SettingsList
from tui.app.widgets.status_line import StatusLine
from tui.config.load import load
from tui.config.schema import SETTINGS, Config, KdfConfig
from tui.vault.vault import Vault


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "etc" / "config.toml"


async def opened(pilot: Pilot[None], file: Path | None, key: str) -> SettingsScreen:
    """Open the settings with one of them highlighted."""
    app = pilot.app
    assert isinstance(app, OtpApp)
    app.settings.file = file
    await settle(pilot)
    screen = SettingsScreen()
    app.push_screen(screen)
    await settle(pilot)
    await go_to(pilot, key)
    return screen


async def go_to(pilot: Pilot[None], key: str) -> None:
    listed = pilot.app.screen.query_one(SettingsList)
    listed.go_to(next(at for at, row in enumerate(listed.rows) if row.key == key))
    await pilot.pause()


async def type_anew(pilot: Pilot[None], text: str) -> None:
    await pilot.press("enter")
    pilot.app.screen.query_one("#edit", Input).value = text
    await pilot.pause()


def said(screen: SettingsScreen) -> str:
    return screen.query_one(StatusLine).message


def about(screen: SettingsScreen) -> str:
    return str(screen.query_one("#about", Static).render())


def written(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def test_every_setting_and_every_command_has_a_row() -> None:
    listed = rows()
    assert [row.key for row in listed if row.setting] == [setting.key for setting in SETTINGS]
    assert all(row.group and row.label and row.help for row in listed)
    assert {"keys.copy", "keys.quit"} <= {row.key for row in listed}


async def test_the_list_keeps_its_place_whatever_is_explained(
    pilot: Pilot[None], file: Path
) -> None:
    screen = await opened(pilot, file, "vault")
    listed = screen.query_one(SettingsList)
    height, explained = listed.size.height, set()
    for _ in listed.rows:
        await pilot.press("down")
        await pilot.pause()
        assert listed.size.height == height
        explained.add(about(screen).count(" "))
        whole = Content(about(screen)).get_height({}, screen.query_one("#about").size.width)
        assert whole <= screen.query_one("#about").size.height
    assert len(explained) > 3


@pytest.mark.config(lock_after=7)
async def test_a_setting_is_explained(pilot: Pilot[None], file: Path) -> None:
    screen = await opened(pilot, file, "lock_after")
    line = next(line for line in lines_of(screen.query_one(SettingsList)) if "Lock" in line)
    assert "7 minutes" in line
    assert "changed" in line
    assert sum("changed" in line for line in lines_of(screen.query_one(SettingsList))) == 1
    assert "Allowed: a number of minutes from 0 to 1440 (0: never)." in about(screen)
    assert lines_of(screen.query_one(TitleBar))[0].rstrip().endswith("etc/config.toml")
    assert "↵ edit" in lines_of(screen.query_one(KeyBar))[0]


async def test_the_arrows_change_a_value_and_save_it(
    app: OtpApp, pilot: Pilot[None], file: Path
) -> None:
    screen = await opened(pilot, file, "clipboard")
    await pilot.press("left")
    await settle(pilot)
    assert app.config.clipboard == "off"
    assert written(file) == {"clipboard": "off"}
    assert said(screen) == "Setting saved: “Copy with”."
    await pilot.press("right", "right")
    await settle(pilot)
    assert written(file) == {"clipboard": "osc52"}


async def test_a_boolean_is_toggled_with_space(app: OtpApp, pilot: Pilot[None], file: Path) -> None:
    await opened(pilot, file, "hide_codes")
    await pilot.press("space")
    await settle(pilot)
    assert app.config.hide_codes
    assert written(file) == {"hide_codes": True}


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("lock_after", "0.5", 0.5),
        ("lock_after", "Never", 0),
        ("smart_copy", "off", 0),
        ("smart_copy", " 10 ", 10),
        ("clipboard_command", "my-copy --to 'the phone'", ["my-copy", "--to", "the phone"]),
        ("clipboard_command", "", []),
        ("vault", "~/x.json", "~/x.json"),
        ("vault", "", ""),
        ("kdf.memory_mib", "128", 128),
    ],
)
async def test_typed_values_are_saved_as_toml(
    app: OtpApp, pilot: Pilot[None], file: Path, key: str, text: str, value: object
) -> None:
    await opened(pilot, file, key)
    await type_anew(pilot, text)
    await pilot.press("enter")
    await settle(pilot)
    tree = written(file)
    assert (tree.get("kdf", tree))[key.rpartition(".")[2]] == value
    assert load(file) == (app.config, ())


@pytest.mark.parametrize(
    ("key", "text", "mistake"),
    [
        ("lock_after", " ", "Type a value."),
        ("lock_after", "x", "“x” isn't allowed here."),
        ("lock_after", "nan", "“nan” isn't allowed here."),
        ("clipboard_clear", "1.5", "“1.5” isn't allowed here."),
        ("clipboard_command", "'open", "“'open” isn't allowed here."),
        ("vault", "codes.json", "“codes.json” isn't allowed here."),
        ("vault", "~no-such-user/codes.json", "“~no-such-user/codes.json” isn't allowed here."),
        ("kdf.time_cost", "16", "Memory (MiB) times iterations must be at most 4096."),
    ],
)
async def test_a_mistake_is_shown_while_typing_and_refused(
    make_app: MakeApp, file: Path, key: str, text: str, mistake: str
) -> None:
    app = make_app(kdf=KdfConfig(memory_mib=1024))
    before = app.config
    async with app.run_test() as pilot:
        screen = await opened(pilot, file, key)
        await type_anew(pilot, text)
        assert said(screen).startswith(mistake)
        await pilot.press("enter")
        await settle(pilot)
        assert screen.query_one("#edit").display
        await pilot.press("escape")
        await settle(pilot)
        assert app.screen is screen
        assert app.config == before
        assert not file.exists()


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 50)])
async def test_a_value_is_typed_in_its_row(
    make_app: MakeApp, file: Path, size: tuple[int, int]
) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        screen = await opened(pilot, file, "password_command")
        await type_anew(pilot, 'x "')
        await settle(pilot)
        assert said(screen)
        line = painted(app)[screen.query_one("#edit").region.y].text
        assert line.split() == ["▌", "Password", "command", "x", '"']
        await pilot.resize_terminal(62, 11)
        await settle(pilot)
        line = painted(app)[screen.query_one("#edit").region.y].text
        assert line.split()[-4:] == ["Password", "command", "x", '"']


async def test_the_wheel_closes_the_field_before_another_row_is_highlighted(
    app: OtpApp, pilot: Pilot[None], file: Path
) -> None:
    screen = await opened(pilot, file, "lock_after")
    await type_anew(pilot, "15")
    listed = screen.query_one(SettingsList)
    listed.scroll_rows(9)
    await settle(pilot)
    assert not screen.query_one("#edit").display
    await press(pilot, "enter")
    assert not file.exists()


async def test_the_default_is_restored_and_removed_from_the_file(
    make_app: MakeApp, file: Path
) -> None:
    file.parent.mkdir()
    file.write_text('theme = "nord"\nother = 1\n')
    app = make_app(theme="nord")
    async with app.run_test() as pilot:
        await opened(pilot, file, "theme")
        await pilot.press("d")
        await settle(pilot)
        assert app.config == Config()
        assert app.theme == "otp-dark"
        assert written(file) == {"other": 1}


async def test_changes_apply_at_once(
    app: OtpApp, pilot: Pilot[None], file: Path, clipboard: FakeClipboard
) -> None:
    await pilot.press("enter")
    await settle(pilot)
    assert clipboard.text
    await opened(pilot, file, "clipboard_clear")
    await type_anew(pilot, "0")
    await pilot.press("enter")
    await go_to(pilot, "lock_after")
    await type_anew(pilot, "0.1")
    await pilot.press("enter")
    await go_to(pilot, "ascii")
    await pilot.press("right")
    await settle(pilot)
    assert painted(app)[-1].text.startswith(" L/R change")
    assert app.ascii_only
    assert isinstance(app.clock, object)
    app.clock.moment += 31  # type: ignore[attr-defined]
    app.tick()
    await settle(pilot)
    assert clipboard.text == ""  # the earlier copy is cleared at its own time
    assert isinstance(app.screen, UnlockScreen)


async def test_another_clipboard_is_used_at_once(make_app: MakeApp, file: Path) -> None:
    made = make_app()
    app = OtpApp(made.vault_path, made.config, clock=made.clock, vault=made.vault,
                 environ={"SSH_TTY": "/dev/pts/1"})  # fmt: skip
    async with app.run_test() as pilot:
        await opened(pilot, file, "clipboard")
        await pilot.press("left", "escape", "enter")
        await settle(pilot)
        shown = " ".join(str(each.render()) for each in app.screen.query("Label"))
        assert "Copying is off." in shown


async def test_the_comments_in_the_file_are_kept(make_app: MakeApp, file: Path) -> None:
    file.parent.mkdir()
    file.write_text("# mine\nlock_after = 5 # minutes\n")
    app = make_app()
    async with app.run_test() as pilot:
        screen = await opened(pilot, file, "hide_codes")
        await pilot.press("space")
        await settle(pilot)
        assert app.screen is screen
        assert file.read_text() == "# mine\nlock_after = 5 # minutes\nhide_codes = true\n"


async def test_everything_is_saved_before_the_app_ends(make_app: MakeApp, file: Path) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await opened(pilot, file, "theme")
        await pilot.press("right", "right", "right", "ctrl+q")
    assert load(file) == (app.config, ())
    assert app.config.theme == "textual-dark"


async def test_a_change_that_cannot_be_saved_at_the_end_is_reported(
    make_app: MakeApp, file: Path
) -> None:
    file.parent.mkdir()
    file.write_text("this is no TOML")
    app = make_app()
    async with app.run_test() as pilot:
        await opened(pilot, file, "theme")
        app.settings.set(("theme",), "nord")
        app.exit()
    assert "is not a TOML file" in app.exit_warning


async def test_a_file_that_cannot_be_written_is_reported_and_the_change_applies(
    make_app: MakeApp, file: Path
) -> None:
    file.parent.mkdir()
    file.write_text("this is no TOML")
    app = make_app()
    async with app.run_test() as pilot:
        screen = await opened(pilot, file, "hide_codes")
        await pilot.press("space")
        await settle(pilot)
        assert said(screen).startswith("Couldn't save: ")
        assert said(screen).endswith(
            "is not a TOML file. Repair or remove it first. The change applies until you quit."
        )
        assert app.config.hide_codes
        assert file.read_text() == "this is no TOML"


async def test_a_missing_settings_file_is_reported(pilot: Pilot[None]) -> None:
    screen = await opened(pilot, None, "hide_codes")
    await pilot.press("space")
    await settle(pilot)
    assert "No settings file is in use" in said(screen)


@pytest.mark.terminal(100, 30)
async def test_a_key_is_set_by_pressing_it(app: OtpApp, pilot: Pilot[None], file: Path) -> None:
    screen = await opened(pilot, file, "keys.down")
    await pilot.press("enter", "j")
    await settle(pilot)
    assert written(file) == {"keys": {"down": "j"}}
    await pilot.press("plus", "s")
    await settle(pilot)
    assert written(file) == {"keys": {"down": ["j", "s"]}}
    assert app.keymap.of("down") == ("j", "s")
    await pilot.press("minus")
    await settle(pilot)
    assert written(file) == {"keys": {"down": []}}
    await pilot.press("d")
    await settle(pilot)
    assert written(file) == {"keys": {}}
    assert app.keymap.of("down") == ("down", "j")
    await pilot.press("enter", "escape")
    await settle(pilot)
    assert (app.screen, app.keymap.changed) == (screen, {})


@pytest.mark.parametrize(
    ("key", "pressed", "words"),
    [
        ("keys.copy", ("enter", "n"), "That key is taken: Copy next code."),
        ("keys.copy", ("enter", "3"), "The key 3 copies that row."),
        ("keys.quit", ("minus",), "This command needs at least one key."),
    ],
)
async def test_a_key_that_is_refused_is_explained(
    app: OtpApp, pilot: Pilot[None], file: Path, key: str, pressed: tuple[str, ...], words: str
) -> None:
    screen = await opened(pilot, file, key)
    await pilot.press(*pressed)
    await settle(pilot)
    assert said(screen) == words
    assert app.config == Config()
    assert not file.exists()


async def test_a_new_key_works_at_once(
    app: OtpApp, pilot: Pilot[None], file: Path, clipboard: FakeClipboard
) -> None:
    await opened(pilot, file, "keys.copy")
    await pilot.press("enter", "y", "escape")
    await settle(pilot)
    await pilot.press("down", "y")
    await settle(pilot)
    assert codes_of(app).cursor == 1
    assert len(clipboard.text) == 8


async def test_what_overrides_a_setting_is_shown(make_app: MakeApp, file: Path) -> None:
    made = make_app()
    app = OtpApp(made.vault_path, made.config, clock=made.clock, vault=made.vault,
                 environ={"OTP_TUI_VAULT": "/x", "NO_COLOR": "1"})  # fmt: skip
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await opened(pilot, file, "vault")
        assert "OTP_TUI_VAULT overrides it." in about(screen)
        await go_to(pilot, "theme")
        assert "NO_COLOR is set" in about(screen)


def test_each_value_is_shown_and_typed() -> None:
    from tui.config.keymap import Keymap

    config = Config(clipboard_command=("a b", "c"), lock_after=0.5, vault="/v", smart_copy=0)
    by_key = {row.key: row for row in rows()}
    shown = {key: row.shown(config, Keymap()) for key, row in by_key.items()}
    assert (shown["clipboard_command"], shown["lock_after"]) == ("'a b' c", "0.5 minutes")
    assert (shown["vault"], shown["password_command"]) == ("/v", "none")
    assert (shown["hide_codes"], shown["keys.down"]) == ("no", "↓  j")
    assert (shown["smart_copy"], shown["kdf.parallelism"]) == ("off", "4 threads")
    assert by_key["vault"].shown(Config(), Keymap()) == "default location"
    lock_after = by_key["lock_after"].setting
    assert lock_after is not None
    assert lock_after.type.text(lock_after.of(config)) == "0.5"


@pytest.mark.parametrize("width", [10, 40, 200])
async def test_it_can_be_resized(app: OtpApp, pilot: Pilot[None], file: Path, width: int) -> None:
    screen = await opened(pilot, file, "theme")
    for height in (3, 12, 60):
        await pilot.resize_terminal(width, height)
        await settle(pilot)
        for widget in screen.query("SettingsList, TitleBar, StatusLine, KeyBar"):
            assert all(len(line) <= widget.size.width for line in lines_of(widget))
    await go_to(pilot, "lock_after")
    await pilot.press("enter")
    await pilot.resize_terminal(80, 24)
    await settle(pilot)
    assert app.is_running


@pytest.mark.parametrize(("key", "value"), [("ask_again", False), ("password_command", ("true",))])
async def test_the_question_for_the_password_cannot_be_turned_off_without_it(
    make_app: MakeApp, vault: Vault, key: str, value: object
) -> None:
    app = make_app(vault, by_session=True)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, None, key)
        for password in ("", PASSWORD):
            if key == "ask_again":
                await press(pilot, "space")
            else:
                await type_anew(pilot, "true")
                await press(pilot, "enter")
            await settle(pilot)
            assert isinstance(app.screen, AskPasswordScreen)
            assert app.asks_again
            await press(pilot, *password, "enter" if password else "escape")
            await settle(pilot)
            assert pilot.app.screen is screen
        assert getattr(app.config, key) == value


async def test_another_row_ends_the_wait_for_a_key(app: OtpApp, pilot: Pilot[None]) -> None:
    app.push_screen(SettingsScreen())
    await press(pilot, "end", "enter")
    assert "Press the key for" in status_of(app)
    app.screen.query_one(SettingsList).go_to(0)
    await settle(pilot)
    await press(pilot, "f9")
    assert status_of(app) == ""
    assert app.config.keys == ()


@pytest.mark.parametrize("hidden", [True, False])
async def test_another_setting_does_not_hide_or_show_codes(
    make_app: MakeApp, make_vault: MakeVault, hidden: bool
) -> None:
    app = make_app(make_vault(*sample_entries()), hide_codes=not hidden)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "h")
        app.settings.set(("theme",), "nord")
        await settle(pilot)
        assert codes_of(app).live.hidden is hidden
