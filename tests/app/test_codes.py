"""The code list: what it shows as time passes, and its keys."""

from __future__ import annotations

import dataclasses
import unicodedata

import pytest
from textual import events
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Label, Static

from tests.app.conftest import MakeApp, MakeVault
from tests.app.helpers import (
    FakeClipboard,
    FakeClock,
    codes_of,
    lines_of,
    pass_time,
    press,
    sample_entries,
    settle,
    status_of,
    text_of,
)
from tui.app.app import OtpApp
from tui.app.screens.big_code import BigCodeScreen
from tui.app.screens.help import HelpScreen
from tui.app.widgets.bars import CategoryBar, TitleBar
from tui.app.widgets.big_digits import big_lines
from tui.app.widgets.key_bar import CardTitle
from tui.app.widgets.status_line import StatusLine
from tui.errors import NotSavedError
from tui.otp import codes as otp_codes
from tui.otp.codes import code_at, group, next_code, remaining
from tui.otp.entry import Binding, Category, Entry, OtpType
from tui.otp.secret import Secret
from tui.vault.vault import Vault


async def test_every_row_shows_the_code_of_its_entry(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    lines = lines_of(codes_of(app))
    for line, entry in zip(lines, codes_of(app).rows, strict=False):
        if entry.type in (OtpType.HOTP, OtpType.YANDEX):
            continue
        assert group(code_at(entry, clock.now()).text) in line


async def test_an_entry_without_a_code_does_not_hide_the_others(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    lines = lines_of(codes_of(app))
    assert "no code" in lines[7]
    assert "Yandex" in lines[7]


@pytest.mark.config(countdown="each")
async def test_each_row_counts_down_by_its_own_period(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    await pass_time(pilot, clock, 3)
    lines = lines_of(codes_of(app))
    assert seconds_in(lines[0]) == "7 s"
    assert seconds_in(lines[1]) == "37 s"
    assert seconds_in(lines[4]) == "7 s"


async def test_codes_change_when_their_period_ends(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    before = lines_of(codes_of(app))[0]
    await pass_time(pilot, clock, 10)
    after = lines_of(codes_of(app))[0]
    entry = codes_of(app).rows[0]
    assert group(code_at(entry, clock.now()).text) in after
    assert group(code_at(entry, clock.now() - 10).text) in before


@pytest.mark.config(countdown="shared")
async def test_a_tick_repaints_only_changed_cells(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    codes = codes_of(app)
    painted: list[int] = []
    original = codes.render_line

    def noting(y: int) -> Strip:
        painted.append(y)
        return original(y)

    codes.render_line = noting  # type: ignore[method-assign]
    await pass_time(pilot, clock, 1)
    # With a shared countdown of 30 s only the rows of 60 s and of 10 s show their own seconds.
    assert set(painted) == {1, 4}


async def test_the_last_five_seconds_look_different(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:

    def code_and_seconds(row: int) -> tuple[str, object, object]:
        _, _, code, seconds, *_ = codes_of(app).render_line(row)
        assert code.style
        assert seconds.style
        return seconds.text.strip(), code.style.color, seconds.style.color

    _, highlighted, _ = code_and_seconds(0)
    _, calm, muted = code_and_seconds(2)
    await pass_time(pilot, clock, 4)
    assert code_and_seconds(2) == ("", calm, muted)
    await pass_time(pilot, clock, 1)
    left, code, warm = code_and_seconds(2)
    assert (left, code) == ("5 s", calm), "the code stays the brightest"
    assert warm != muted
    assert code_and_seconds(0)[1] not in (highlighted, muted)
    await pass_time(pilot, clock, 3)
    assert code_and_seconds(2)[2] not in (warm, muted)


@pytest.mark.config(countdown="shared")
async def test_one_countdown_for_the_most_common_period(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    await pass_time(pilot, clock, 1)
    assert "  9 s ━" in lines_of(app.screen.query_one(TitleBar))[0]
    lines = lines_of(codes_of(app))
    assert seconds_in(lines[0]) == ""
    assert seconds_in(lines[1]) == "39 s"


def seconds_in(line: str) -> str:
    """Return the seconds in a row whose widest code has ten cells."""
    return line[13:18].strip()


@pytest.mark.parametrize(("countdown", "seconds"), [("auto", ""), ("shared", ""), ("each", "10 s")])
async def test_the_countdown_is_shared_by_default(
    make_app: MakeApp, countdown: str, seconds: str
) -> None:
    app = make_app(countdown=countdown)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert seconds_in(lines_of(codes_of(app))[0]) == seconds
        assert ("━" in lines_of(app.screen.query_one(TitleBar))[0]) is (not seconds)


async def test_the_highlighted_row_shows_the_next_code(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    entry = codes_of(app).rows[0]
    assert f"next {group(next_code(entry, clock.now()).text)}" in lines_of(codes_of(app))[0]
    await pilot.press("j")
    assert "next" not in lines_of(codes_of(app))[0]


async def test_the_next_code_keeps_clear_of_the_row_number_without_categories(
    make_app: MakeApp, make_vault: MakeVault, clock: FakeClock
) -> None:
    entry = dataclasses.replace(sample_entries()[0][0], categories=())
    app = make_app(make_vault([entry], []))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        row = lines_of(codes_of(app))[0].rstrip()
        assert row.endswith(f"next {group(next_code(entry, clock.now()).text)}  1")


@pytest.mark.parametrize(("digits", "code"), [(6, "··· ···"), (8, "·· ··· ···")])
async def test_the_key_for_the_next_code_is_shown_where_all_codes_are_equally_wide(
    make_app: MakeApp, make_vault: MakeVault, digits: int, code: str
) -> None:
    made = sample_entries()[0]
    entries = [dataclasses.replace(made[n], digits=digits, categories=()) for n in (0, 3)]
    app = make_app(make_vault(entries, []))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert f"{code} Space Bank" in "\n".join(lines_of(codes_of(app)))


@pytest.mark.parametrize("height", [3, 5, 8])
async def test_the_code_and_the_search_are_visible_in_a_few_lines(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock, height: int
) -> None:
    await pilot.resize_terminal(80, height)
    await settle(pilot)
    code = group(code_at(codes_of(app).rows[0], clock.now()).text)
    await press(pilot, "slash", *"gith", "enter")
    await settle(pilot)
    assert status_of(app)
    bar = app.screen.query_one(CategoryBar)
    assert bar.region.y >= 0
    assert "/ gith" in lines_of(bar)[0]
    assert any(code in line for line in lines_of(codes_of(app)))
    assert codes_of(app).region.bottom < height


async def test_only_rows_on_screen_are_computed(
    make_app: MakeApp, make_vault: MakeVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = sample_entries()[0][0]
    many = [dataclasses.replace(one, id=f"many-{number}", categories=()) for number in range(3000)]
    asked: list[Entry] = []

    def counting(entry: Entry, moment: float) -> otp_codes.Code:
        asked.append(entry)
        return code_at(entry, moment)

    monkeypatch.setattr("tui.app.live_codes.code_at", counting)
    app = make_app(make_vault(many, []))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("G")
        assert "3000" in lines_of(app.screen.query_one(TitleBar))[0]
        assert 0 < len({entry.id for entry in asked}) < 60


# --- copying ---------------------------------------------------------------------------------


async def test_names_stay_beside_their_codes_when_a_message_takes_two_lines(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    entries = [
        Entry(
            type=OtpType.TOTP,
            issuer=f"Site {number}",
            secret=Secret.base32("JBSWY3DPEHPK3PXP"),
            ranking=number,
        )
        for number in range(30)
    ]
    app = make_app(make_vault(entries, []))
    async with app.run_test(size=(50, 16)) as pilot:
        await settle(pilot)
        app.screen.query_one(StatusLine).say("one line")
        await settle(pilot)
        listed = codes_of(app)
        listed.go_to(20)
        await settle(pilot)
        top = listed.top
        app.screen.query_one(StatusLine).say("A message that is much too long for a single line.")
        await settle(pilot)
        assert listed.top > top
        shown = [strip.text for strip in app.screen._compositor.render_strips()]
        painted = [line for line in shown if "Site" in line]
        assert painted == lines_of(listed)
        assert "Site 20" in painted[-1]


async def test_enter_copies_the_highlighted_code(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock, clipboard: FakeClipboard
) -> None:
    await pilot.press("j", "enter")
    await settle(pilot)
    assert clipboard.text == code_at(codes_of(app).rows[1], clock.now()).text
    assert "Copied Registrar" in status_of(app)


async def test_a_digit_copies_the_row_of_that_number(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock, clipboard: FakeClipboard
) -> None:
    await pilot.press("3")
    await settle(pilot)
    assert clipboard.text == code_at(codes_of(app).rows[2], clock.now()).text


async def test_n_copies_the_next_code(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock, clipboard: FakeClipboard
) -> None:
    await pilot.press("n")
    await settle(pilot)
    assert clipboard.text == next_code(codes_of(app).rows[0], clock.now()).text
    assert "next code" in status_of(app)


async def test_a_double_click_copies_and_a_click_highlights(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock, clipboard: FakeClipboard
) -> None:
    await pilot.click(codes_of(app), offset=(20, 1))
    assert codes_of(app).cursor == 1
    assert clipboard.text == ""
    await pilot.click(codes_of(app), offset=(20, 2), times=2)
    await settle(pilot)
    assert clipboard.text == code_at(codes_of(app).rows[2], clock.now()).text


@pytest.mark.config(clipboard_clear=20)
async def test_a_copied_code_is_cleared_after_its_time(
    pilot: Pilot[None], clock: FakeClock, clipboard: FakeClipboard
) -> None:
    await pilot.press("enter")
    await settle(pilot)
    await pass_time(pilot, clock, 19)
    assert clipboard.text
    await pass_time(pilot, clock, 1)
    assert clipboard.text == ""


async def test_a_failed_copy_shows_the_code_large_with_the_reason(
    make_app: MakeApp, clipboard: FakeClipboard
) -> None:
    clipboard.why_not = "Nothing here can copy."
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, BigCodeScreen)
        assert any("Nothing here can copy." in line for line in screen_text(app))
        await pilot.press("escape")
        assert not isinstance(app.screen, BigCodeScreen)


async def test_a_large_code_is_replaced_when_it_expires(
    make_app: MakeApp, clock: FakeClock
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        entry = codes_of(app).highlighted
        assert entry is not None
        await pilot.press("b")
        for _ in range(2):
            await pass_time(pilot, clock, 30)
            moment = int(clock.now())
            shown = str(app.screen.query_one("#big", Label).content).split("\n")
            code = group(code_at(entry, moment).text)
            assert shown == big_lines(code, 60, 5, ascii_only=False)
            left = str(app.screen.query_one("#left", Label).content)
            assert left == f"expires in {remaining(entry, moment)} s, next " + group(
                next_code(entry, moment).text
            )


@pytest.mark.parametrize("size", [(200, 50), (120, 40), (80, 24), (40, 12)])
async def test_large_letters_fit_in_their_card(
    make_app: MakeApp, make_vault: MakeVault, size: tuple[int, int]
) -> None:
    yandex = next(entry for entry in sample_entries()[0] if entry.type is OtpType.YANDEX)
    app = make_app(make_vault([dataclasses.replace(yandex, pin="7586")]))
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await pilot.press("b")
        await settle(pilot)
        big = app.screen.query_one("#big", Label)
        assert big.size.height == len(str(big.content).splitlines())


def screen_text(app: object) -> list[str]:
    from textual.app import App

    assert isinstance(app, App)
    return [strip.text for strip in app.screen._compositor.render_strips()]


# --- counter entries -------------------------------------------------------------------------


async def test_a_counter_based_code_is_shown_after_its_counter_is_saved(
    app: OtpApp, pilot: Pilot[None], vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = codes_of(app).rows[3]
    await pilot.press("j", "j", "j")
    assert "··· ···" in lines_of(codes_of(app))[3]
    await pilot.press("space")
    await settle(pilot)
    assert vault.entries[3].counter == 13
    assert group(code_at(entry, 0).text) in lines_of(codes_of(app))[3]


async def test_a_code_that_is_only_shown_is_not_said_to_be_copied(
    app: OtpApp, pilot: Pilot[None], clipboard: FakeClipboard
) -> None:
    await press(pilot, "4")
    await settle(pilot)
    assert "Bank (gordon)" in status_of(app)
    copied = clipboard.text
    await press(pilot, "space")
    await settle(pilot)
    assert (status_of(app), clipboard.text) == ("", copied)
    app.say("The vault of Bank (gordon) is older.", "warning")
    await press(pilot, "space")
    await settle(pilot)
    assert status_of(app) == "The vault of Bank (gordon) is older."


async def test_no_counter_based_code_is_shown_if_the_counter_is_not_saved(
    make_app: MakeApp, make_vault: MakeVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = make_vault()

    def refuse(_self: Vault, _entry_id: str) -> otp_codes.Code:
        raise NotSavedError("The disk is full.")

    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        with monkeypatch.context() as patched:
            patched.setattr(Vault, "take_hotp", refuse)
            await pilot.press("j", "j", "j", "space")
            await settle(pilot)
        assert "··· ···" in lines_of(codes_of(app))[3]
        assert "NOT SAVED" in status_of(app)
        assert "The disk is full." in status_of(app)
        await pilot.press("space")
        await settle(pilot)
        assert "··· ···" not in lines_of(codes_of(app))[3]
        assert status_of(app) == ""


async def test_enter_on_a_counter_based_entry_copies_its_next_code(
    app: OtpApp, pilot: Pilot[None], clipboard: FakeClipboard
) -> None:
    entry = codes_of(app).rows[3]
    await pilot.press("4")
    await settle(pilot)
    assert clipboard.text == code_at(entry, 0).text
    await pilot.press("enter")
    await settle(pilot)
    assert clipboard.text == code_at(entry, 0).text, "a second Enter copies what is shown"


# --- finding ---------------------------------------------------------------------------------


async def test_letters_search_and_escape_clears(app: OtpApp, pilot: Pilot[None]) -> None:
    await pilot.press("slash", *"gordon")
    assert [entry.issuer for entry in codes_of(app).rows] == ["Steam", "Bank"]
    await pilot.press("space", *"ba")
    assert [entry.issuer for entry in codes_of(app).rows] == ["Bank"]
    await pilot.press("backspace", "backspace", "backspace")
    assert len(codes_of(app).rows) == 2
    await pilot.press("escape")
    assert len(codes_of(app).rows) == 8


async def test_category_names_are_searched_too(app: OtpApp, pilot: Pilot[None]) -> None:
    await pilot.press("slash", *"WORK")
    assert [entry.issuer for entry in codes_of(app).rows] == ["Registrar"]


async def test_arrows_and_enter_work_while_searching(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock, clipboard: FakeClipboard
) -> None:
    await pilot.press("slash", *"o", "down", "enter")
    await settle(pilot)
    assert clipboard.text == code_at(codes_of(app).rows[1], clock.now()).text


async def test_command_letters_are_text_while_searching(app: OtpApp, pilot: Pilot[None]) -> None:
    await pilot.press("slash", *"qlin1")
    assert app.vault is not None
    assert "qlin1" in lines_of(app.screen.query_one(CategoryBar))[0]
    assert "No matches" in "".join(lines_of(codes_of(app)))


async def test_tab_cycles_through_the_categories_in_order(app: OtpApp, pilot: Pilot[None]) -> None:
    await pilot.press("tab")
    assert [entry.issuer for entry in codes_of(app).rows] == ["Registrar", "GitHub"]
    await pilot.press("tab", "tab")
    assert len(codes_of(app).rows) == 8
    await pilot.press("shift+tab")
    assert [entry.issuer for entry in codes_of(app).rows] == ["Registrar"]


async def test_a_click_changes_the_category(app: OtpApp, pilot: Pilot[None]) -> None:
    await pilot.click(CategoryBar, offset=(7, 0))
    await settle(pilot)
    assert [entry.issuer for entry in codes_of(app).rows] == ["Registrar", "GitHub"]


# --- the screen ------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 12), (20, 5)])
async def test_no_line_is_wider_or_narrower_than_the_screen(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        for strip in app.screen._compositor.render_strips():
            assert strip.cell_length == size[0]


@pytest.mark.terminal(120, 40)
async def test_no_control_character_in_a_name_reaches_the_terminal(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await pilot.press("7", "slash", *"evil")
    await settle(pilot)
    shown = "".join(screen_text(app))
    assert "[/foo]" in shown
    assert "[@click=app.quit]ab" in shown
    assert not {c for c in shown if unicodedata.category(c) in {"Cc", "Cf"}}


async def test_help_shows_every_key(make_app: MakeApp) -> None:
    from tui.config.commands import COMMANDS

    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("question_mark")
        await settle(pilot)
        assert isinstance(app.screen, HelpScreen)
        shown = "\n".join(str(part.render()) for part in app.screen.query(Static))
        card = app.screen.query_one("#keys")
        shown += lines_of(app.screen.query_one(CardTitle))[0]
        for command in COMMANDS:
            assert command.help in shown
        columns = app.screen.query_one("#columns")
        assert card.region.contains_region(columns.region), (
            "all keys, without scrolling to the marks below"
        )


# --- keys that arrive together -------------------------------------------------------------------


async def press_at_once(pilot: Pilot[None], *keys: tuple[str, str]) -> None:
    """Let pairs of key and character arrive together, as from a slow line."""
    for key, character in keys:
        pilot.app.post_message(events.Key(key, character))
    await settle(pilot)
    await settle(pilot)


async def test_letters_that_arrive_with_the_slash_are_searched_for(
    app: OtpApp, pilot: Pilot[None], clipboard: FakeClipboard
) -> None:
    await press_at_once(pilot, ("slash", "/"), *((letter, letter) for letter in "vpn"))
    assert [entry.issuer for entry in codes_of(app).rows] == ["VPN"]
    assert clipboard.text == ""


# --- hidden codes and smart copy -----------------------------------------------------------------


@pytest.mark.parametrize("way", ["config", "key"])
async def test_hidden_codes_are_dots_except_in_the_highlighted_row(
    make_app: MakeApp, clock: FakeClock, way: str
) -> None:
    app = make_app(hide_codes=way == "config")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        if way == "key":
            await press(pilot, "h")
        codes = [group(code_at(entry, clock.now()).text) for entry in codes_of(app).rows[:2]]
        assert codes[0] in text_of(app)
        assert codes[1] not in text_of(app)
        await press(pilot, "j")
        assert codes[0] not in text_of(app)
        assert codes[1] in text_of(app)


@pytest.mark.parametrize(("seconds", "following"), [(6, False), (7, True), (8, True)])
async def test_with_few_seconds_left_the_next_code_is_copied_and_reported(
    app: OtpApp,
    pilot: Pilot[None],
    clock: FakeClock,
    clipboard: FakeClipboard,
    seconds: int,
    following: bool,
) -> None:
    await pass_time(pilot, clock, seconds)
    await press(pilot, "enter")
    await settle(pilot)
    entry = codes_of(app).rows[0]
    wanted = next_code if following else code_at
    assert clipboard.text == wanted(entry, clock.now()).text
    assert (
        f"next code of GitHub (octocat), which becomes valid in {10 - seconds} s" in status_of(app)
    ) is following


@pytest.mark.config(smart_copy=0)
async def test_smart_copy_can_be_turned_off(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock, clipboard: FakeClipboard
) -> None:
    await pass_time(pilot, clock, 9)
    await press(pilot, "enter")
    await settle(pilot)
    assert clipboard.text == code_at(codes_of(app).rows[0], clock.now()).text


# --- settings and sizes --------------------------------------------------------------------------


@pytest.mark.config(countdown="each")
async def test_settings_apply_to_the_list_at_once(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    app.settings.set(("hide_codes",), True)
    app.settings.set(("countdown",), "shared")
    await settle(pilot)
    second = codes_of(app).rows[1]
    assert group(code_at(second, clock.now()).text) not in text_of(app)
    assert "━" in lines_of(app.screen.query_one(TitleBar))[0]


async def test_rows_show_the_categories(app: OtpApp, pilot: Pilot[None]) -> None:
    assert "Web Work" in lines_of(codes_of(app))[1]
    assert {len(line) for line in lines_of(codes_of(app))[:5]} == {80}


@pytest.mark.terminal(34, 12)
async def test_below_36_cells_the_seconds_are_left_out(app: OtpApp, pilot: Pilot[None]) -> None:
    line = lines_of(codes_of(app))[1]
    assert line.split()[0] == group(code_at(codes_of(app).rows[1], 1_700_000_000).text).split()[0]


async def test_a_wide_category_name_keeps_the_line_in_place(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    wide = Category.named("家族と友人と仕事と学校とその他の人々")
    entries = [
        dataclasses.replace(entry, categories=(Binding(wide.id),)) for entry in sample_entries()[0]
    ]
    app = make_app(make_vault(entries, [wide]))
    async with app.run_test(size=(120, 24)) as pilot:
        await settle(pilot)
        strips = [codes_of(app).render_line(y) for y in range(4)]
        assert {strip.cell_length for strip in strips} == {codes_of(app).size.width}


@pytest.mark.config(countdown="shared")
async def test_a_terminal_can_shrink_to_nothing_and_grow_again(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    before = lines_of(codes_of(app))
    for size in ((1, 1), (3, 24), (80, 2)):
        await pilot.resize_terminal(*size)
        await settle(pilot)
        await pilot.press("end", "slash", "v", "escape", "home")
        await settle(pilot)
    await pilot.resize_terminal(80, 24)
    await settle(pilot)
    assert lines_of(codes_of(app)) == before


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
        assert [shown(app)[0], shown(app)[-1]] == ["Shop 07770", "Shop 00777"]


def shown(app: OtpApp) -> list[str]:
    """The issuers on screen."""
    lines = lines_of(codes_of(app))
    return [f"Shop {line.split('Shop ')[1][:5]}" for line in lines if "Shop " in line]


def highlighted(app: OtpApp) -> str | None:
    entry = codes_of(app).highlighted
    return entry.issuer if entry else None


async def test_the_letters_that_match_are_underlined(app: OtpApp, pilot: Pilot[None]) -> None:
    await pilot.press("slash", *"rg or")
    await settle(pilot)
    assert underlined(app, 0) == "Rgor"
    await pilot.press("escape")
    await settle(pilot)
    assert underlined(app, 0) == ""


async def test_letters_of_hard_names_are_underlined(app: OtpApp, pilot: Pilot[None]) -> None:
    await pilot.press("slash", *"局", "space", *"家")
    await settle(pilot)
    assert underlined(app, 0) == "局家"
    await pilot.press("ctrl+u", *"foo")
    await settle(pilot)
    assert underlined(app, 0) == "foo"


async def test_the_best_match_is_highlighted_and_copied(
    vault: Vault, pilot: Pilot[None], clock: FakeClock, clipboard: FakeClipboard
) -> None:
    await pilot.press("end", "slash", *"gtihub", "enter")
    await settle(pilot)
    github = vault.entries[0]
    assert clipboard.text == code_at(github, clock.now()).text


async def test_a_category_is_searched_by_its_sign(app: OtpApp, pilot: Pilot[None]) -> None:
    await pilot.press("slash", *"#we git")
    assert [entry.issuer for entry in codes_of(app).rows] == ["GitHub"]


def underlined(app: OtpApp, line: int) -> str:
    segments = codes_of(app).render_line(line)
    return "".join(part.text for part in segments if part.style and part.style.underline)


@pytest.mark.parametrize("width", [40, 120])
async def test_an_empty_vault_names_the_keys_that_work(
    make_app: MakeApp, make_vault: MakeVault, width: int
) -> None:
    app = make_app(make_vault([]))
    async with app.run_test(size=(width, 24)) as pilot:
        await settle(pilot)
        words = " ".join(text_of(app).split())
        assert words == (
            "No entries yet. a add an entry or paste its URI i import a backup or a QR code"
            " ? see all keys"
        )
        await pilot.press("slash")
        await settle(pilot)
        words = " ".join(text_of(app).split())
        assert words == "No entries yet. Press Esc to clear the search."
