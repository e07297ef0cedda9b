"""Keys that arrive together have the same effect as one by one."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual import events
from textual._compositor import LayoutUpdate
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widgets import Input

from tests.app.conftest import MakeApp
from tests.app.helpers import (
    PASSWORD,
    FakeClipboard,
    codes_of,
    lines_of,
    sample_entries,
    settle,
    status_of,
)
from tests.conftest import STRESS
from tui.app.app import OtpApp
from tui.app.screens.codes import CodesScreen
from tui.app.screens.entry_form import EntryFormScreen
from tui.app.screens.palette import PaletteList
from tui.app.screens.unlock import UnlockScreen
from tui.app.screens.welcome import WelcomeScreen
from tui.app.widgets.key_bar import KeyBar
from tui.config.commands import COMMANDS

URI = "otpauth://totp/New:me?secret=JBSWY3DPEHPK3PXP"
COMMAND_KEYS = sorted({command.keys[0] for command in COMMANDS if command.id != "quit"})
OTHER_KEYS = ["enter", "escape", "tab", "shift+tab", "ctrl+u", "backspace", "ctrl+s", "ctrl+l",
              "down", "y", "1", "2"]  # fmt: skip
WORDS = ["ad", "git", "Web", PASSWORD]


def key(name: str) -> events.Key:
    """The event of a key by its name, with the character that it types."""
    if len(name) == 1:
        return events.Key(_character_to_key(name) if not name.isalnum() else name, name)
    characters = {"space": " ", "slash": "/", "comma": ",", "colon": ":", "question_mark": "?",
                  "enter": "\r", "tab": "\t"}  # fmt: skip
    return events.Key(name, characters.get(name))


def typed(text: str) -> list[events.Event]:
    """The keys of a text; a line feed is Enter."""
    return [key("enter" if char == "\n" else char) for char in text]


def click(x: int, y: int) -> list[events.Event]:
    """The events of a click on a cell of the screen."""
    kinds = (events.MouseDown, events.MouseUp)
    return [kind(None, x, y, 0, 0, 1, False, False, False, x, y) for kind in kinds]


def pasted(text: str) -> list[events.Event]:
    return [events.Paste(text)]


inputs = st.lists(
    st.one_of(
        st.sampled_from(COMMAND_KEYS).map(lambda name: [key(name)]),
        st.sampled_from(OTHER_KEYS).map(lambda name: [key(name)]),
        st.sampled_from(WORDS).map(typed),
        st.sampled_from([*WORDS, URI]).map(pasted),
    ),
    min_size=1,
    max_size=3,
).map(lambda parts: [event for part in parts for event in part])
_IN_A_ROW = 50 if STRESS else 25
runs = st.lists(inputs, min_size=_IN_A_ROW, max_size=_IN_A_ROW)


async def together(pilot: Pilot[None], keys: Sequence[events.Event]) -> None:
    """Let the keys arrive before the app has handled the first of them."""
    for event in keys:
        pilot.app.post_message(event)
    await settle(pilot)


async def one_by_one(pilot: Pilot[None], keys: Sequence[events.Event]) -> None:
    """Let each key arrive after the previous one is handled."""
    app = pilot.app
    assert isinstance(app, OtpApp)
    for event in keys:
        arrived = asyncio.Event()
        app.post_message(event)
        app.call_later(arrived.set)
        await arrived.wait()
        while not app.keys.idle:
            await asyncio.sleep(0.001)
    await settle(pilot)


def state(app: OtpApp, folder: Path) -> list[object]:
    """What the user sees, and the contents of the vault."""
    vault = app.vault
    entries = (
        []
        if vault is None
        else [
            (each.issuer, each.account, each.pinned, bool(each.deleted), each.note, each.copy_count)
            for each in (*vault.document.entries, *vault.document.trash)
        ]
    )
    screens = [type(screen).__name__ for screen in app.screen_stack]
    return [screens, _text(app), entries, sorted(_names(folder))]


def _text(app: OtpApp) -> list[str]:
    """Return the lines that the terminal shows, without the real seconds of files."""
    compositor = app.screen._compositor
    update = compositor.render_update(full=True, screen_stack=app._background_screens)
    assert isinstance(update, LayoutUpdate)
    lines = ["".join(strip.text for strip in strips) for strips in update.strips]
    return [re.sub(r"([0-9]{2}:[0-9]{2}):[0-9]{2}", r"\1", line) for line in lines]


def _names(folder: Path) -> list[str]:
    return [str(each.relative_to(folder)) for each in folder.rglob("*") if each.name[0] != "."]


async def _states(
    app: OtpApp, home: Path, sequences: Sequence[Sequence[events.Event]], burst: bool
) -> list[list[object]]:
    found = []
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        for sequence in sequences:
            await (together if burst else one_by_one)(pilot, [_copy(each) for each in sequence])
            found.append(state(app, home))
    return found


def _copy(event: events.Event) -> events.Event:
    if isinstance(event, events.Paste):
        return events.Paste(event.text)
    assert isinstance(event, events.Key)
    return events.Key(event.key, event.character)


@pytest.mark.timeout(3600 if STRESS else 600)
@settings(
    max_examples=200 if STRESS else 4,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sequences=runs)
async def test_keys_together_have_the_same_effect_as_one_by_one(
    sequences: list[list[events.Event]],
    make_app: MakeApp,
    vault_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    # The clock of the tests stands still, so waiting after wrong passwords would never end.
    monkeypatch.setattr("tui.app.screens.unlock.wait_after", lambda _tries: 0.0)
    found = []
    for burst in (False, True):
        for folder in (home, vault_path.parent):
            shutil.rmtree(folder, ignore_errors=True)
        home.mkdir()
        found.append(await _states(make_app(), home, sequences, burst))
    assert found[0] == found[1]


@pytest.mark.parametrize("keys", ["ad", "adocker", "Edocker"])
async def test_letters_go_to_the_form_that_the_first_one_opens(
    make_app: MakeApp, keys: str
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await together(pilot, typed(keys))
        assert isinstance(app.screen, EntryFormScreen)
        assert app.screen.query_one("#issuer", Input).value.endswith(keys[1:])


async def test_a_vault_is_created_with_a_password_typed_twice_at_once(
    make_app: MakeApp, vault_path: Path
) -> None:
    app = make_app(vault=None)
    async with app.run_test() as pilot:
        await settle(pilot)
        assert isinstance(app.screen, WelcomeScreen)
        await together(pilot, typed("correct horse\ncorrect horse\n\n"))
        assert isinstance(app.screen, CodesScreen)
        assert vault_path.exists()


async def test_a_second_click_does_not_go_to_the_screen_that_the_first_opens(
    make_app: MakeApp,
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        bar = app.screen.query_one(KeyBar)
        x = lines_of(bar)[0].index("add")
        await together(pilot, [*click(x, bar.region.y), *click(x, bar.region.y)])
        assert isinstance(app.screen, EntryFormScreen)
        await together(pilot, [key("escape")])
        assert isinstance(app.screen, CodesScreen)


async def test_a_double_click_on_a_command_copies_no_code_behind_it(
    make_app: MakeApp, clipboard: FakeClipboard
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await together(pilot, [key("colon"), *typed("sort by issuer")])
        listed = app.screen.query_one(PaletteList)
        twice = click(listed.region.x + 2, listed.region.y)
        await together(pilot, [*twice, *click(listed.region.x + 2, listed.region.y)])
        assert isinstance(app.screen, CodesScreen)
        await together(pilot, click(listed.region.x + 2, listed.region.y))
        assert (status_of(app), clipboard.text) == ("Sorted by issuer.", "")


async def test_the_wheel_does_not_overtake_a_click(make_app: MakeApp, make_vault: Any) -> None:
    entries = [replace(sample_entries()[0][0], id=str(n), issuer=f"E{n:03}") for n in range(60)]
    app = make_app(make_vault(entries, []))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        codes = codes_of(app)
        x, y = codes.region.x + 20, codes.region.y + 2
        wheel = events.MouseScrollDown(None, x, y, 0, 0, 0, False, False, False, x, y)
        await together(pilot, [key("n"), *click(x, y), *click(x, y), wheel, wheel])
        assert "E002" in status_of(app)
        assert codes.top > 2


async def test_password_and_search_typed_at_once(make_app: MakeApp, make_vault: Any) -> None:
    make_vault().close()
    app = make_app(vault=None)
    async with app.run_test() as pilot:
        await settle(pilot)
        await together(pilot, [*typed("wrong"), key("ctrl+u"), *typed(f"{PASSWORD}\n/steam")])
        assert isinstance(app.screen, CodesScreen)
        assert [entry.issuer for entry in codes_of(app).rows] == ["Steam"]


async def test_line_feed_is_enter(make_app: MakeApp, make_vault: Any) -> None:
    make_vault().close()
    app = make_app(vault=None)
    async with app.run_test() as pilot:
        await settle(pilot)
        await together(pilot, [*typed(PASSWORD), events.Key("ctrl+j", "\n")])
        assert isinstance(app.screen, CodesScreen)


async def test_escape_and_a_letter_in_one_packet_are_two_keys(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await settle(pilot)
        await together(pilot, [*typed("/steam"), events.Key("alt+a", "a")])
        assert isinstance(app.screen, EntryFormScreen)


async def test_ctrl_l_skips_keys_that_wait_for_work(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await settle(pilot)
        app.run_worker(asyncio.Event().wait(), name="never ends")
        app.post_message(key("a"))
        await asyncio.sleep(0.2)
        assert isinstance(app.screen, CodesScreen)
        await pilot.press("ctrl+l")
        await settle(pilot)
        assert isinstance(app.screen, UnlockScreen)


async def test_keys_that_arrive_as_the_app_ends_are_dropped(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await settle(pilot)
        for event in typed("aqadocker"):
            app.post_message(event)
        app.exit()
    async with asyncio.timeout(5):
        while not app.keys.idle:
            await asyncio.sleep(0.01)


async def test_a_jump_to_the_end_is_done_before_the_next_key(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(90, 20)) as pilot:
        await settle(pilot)
        await one_by_one(pilot, [key("question_mark"), key("end")])
        help_text = app.screen.query_one("#keys")
        assert help_text.scroll_y == help_text.max_scroll_y > 0
