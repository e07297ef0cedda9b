"""The pane beside the list: what it shows of the highlighted entry, and what it must not."""

from __future__ import annotations

import dataclasses
from itertools import product
from string import ascii_lowercase

import pytest
from textual.pilot import Pilot

from tests.app.conftest import MakeApp, MakeVault
from tests.app.helpers import (
    FakeClock,
    codes_of,
    lines_of,
    pass_time,
    press,
    sample_entries,
    settle,
    text_of,
)
from tui.app.app import OtpApp
from tui.app.live_codes import seconds_text
from tui.app.widgets.big_digits import _GLYPHS, big_lines
from tui.app.widgets.code_row import columns
from tui.app.widgets.entry_pane import EntryPane
from tui.otp.codes import code_at, group, next_code
from tui.otp.entry import Entry

STEAM_ALPHABET = "23456789BCDFGHJKMNPQRTVWXY"
WIDE = pytest.mark.terminal(120, 40)


def pane_of(app: OtpApp) -> EntryPane:
    return app.screen.query_one(EntryPane)


def pane_text(app: OtpApp) -> str:
    return "\n".join(lines_of(pane_of(app)))


def large(code: str) -> list[str]:
    return big_lines(group(code), 48, 5, ascii_only=False)


async def test_the_pane_is_filled_when_a_resize_makes_room(app: OtpApp, pilot: Pilot[None]) -> None:
    await pilot.resize_terminal(120, 40)
    await settle(pilot)
    assert codes_of(app).rows[0].issuer in pane_text(app)


@WIDE
async def test_the_pane_shows_the_highlighted_entry(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    first, second = codes_of(app).rows[:2]
    shown = pane_text(app)
    for line in large(code_at(first, clock.now()).text):
        assert line in shown
    assert group(next_code(first, clock.now()).text) in shown
    assert "GitHub" in shown
    assert "10 s" in shown
    await press(pilot, "j")
    shown = pane_text(app)
    assert "GitHub" not in shown
    assert "● Web  ● Work" in shown
    assert "60 s" in shown
    code = big_lines(group(code_at(second, clock.now()).text), 48, 5, ascii_only=False)
    assert all(line in shown for line in code)


@WIDE
async def test_the_code_in_the_pane_changes_when_its_period_ends(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    entry = codes_of(app).rows[0]
    await pass_time(pilot, clock, 10)
    assert all(line in pane_text(app) for line in large(code_at(entry, clock.now()).text))


@WIDE
async def test_the_pane_says_that_a_code_was_just_copied(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    assert "never" in pane_text(app)
    await pilot.press("enter")
    await pass_time(pilot, clock, 1)
    assert "just now, copied once" in pane_text(app)


@WIDE
async def test_a_copy_still_counts_after_the_search_and_in_another_category(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    await press(pilot, "slash", *"github", "enter")
    await settle(pilot)
    for key in ("escape", "tab", "shift+tab"):
        await press(pilot, key)
        await pass_time(pilot, clock, 1)
        assert "just now, copied once" in pane_text(app)


@WIDE
async def test_no_code_of_a_counter_based_entry_is_in_the_pane_before_it_is_asked_for(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    entry = codes_of(app).rows[3]
    await press(pilot, "j", "j", "j")
    assert "··· ···" in pane_text(app)
    assert "Space shows the next code" in pane_text(app)
    assert "█" not in pane_text(app)
    await press(pilot, "space")
    await settle(pilot)
    assert all(line in pane_text(app) for line in large(code_at(entry, 0).text))


@WIDE
async def test_an_entry_in_the_trash_has_no_code_in_the_pane(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await press(pilot, "d", "y")
    await settle(pilot)
    await press(pilot, "shift+tab")
    assert "In the trash for 30 more days" in pane_text(app)
    assert "█" not in pane_text(app)
    assert "Next" not in pane_text(app)


@WIDE
async def test_the_pane_names_no_keys_that_would_type_into_the_search(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    assert "v details" in pane_text(app)
    await press(pilot, "slash", *"gi")
    assert "v details" not in pane_text(app)
    await press(pilot, "escape")
    assert "v details" in pane_text(app)


@WIDE
async def test_no_matches_empty_the_pane(app: OtpApp, pilot: Pilot[None]) -> None:
    await press(pilot, "slash", *"zzz")
    await settle(pilot)
    assert pane_text(app).strip() == ""


@WIDE
async def test_a_closed_list_leaves_nothing_in_the_pane(app: OtpApp, pilot: Pilot[None]) -> None:
    pane = pane_of(app)
    await press(pilot, "l")
    await settle(pilot)
    assert (pane._shown, pane._lines) == (None, [])


@pytest.mark.parametrize(("size", "shown"), [((99, 40), False), ((100, 30), True)])
async def test_the_pane_needs_100_columns(
    make_app: MakeApp, size: tuple[int, int], shown: bool
) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert pane_of(app).display is shown
        assert ("next " in text_of(app)) is not shown


@pytest.mark.terminal(40, 12)
async def test_two_accounts_of_one_issuer_differ_where_they_are_cut(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    names = ("octocat.private-home@example.org", "octocat.private-work@example.org", "octocat")
    one = sample_entries()[0][0]
    entries = [
        dataclasses.replace(one, id=f"entry-{name}", account=name, categories=()) for name in names
    ]
    app = make_app(make_vault(entries, []))
    async with app.run_test(size=(40, 12)) as pilot:
        await settle(pilot)
        lines = [line for line in lines_of(codes_of(app)) if "GitHub" in line]
        assert len({line[3:].partition("GitHub")[2].strip() for line in lines}) == 3
        assert "home" in lines[0]
        assert "work" in lines[1]


@pytest.mark.parametrize(
    ("size", "count", "height"),
    [((80, 24), 6, 2), ((80, 24), 7, 1), ((80, 40), 12, 2), ((120, 40), 11, 3), ((120, 40), 12, 2),
     ((120, 40), 18, 1)],
)  # fmt: skip
async def test_rows_are_as_high_as_all_entries_allow(
    make_app: MakeApp,
    make_vault: MakeVault,
    clock: FakeClock,
    size: tuple[int, int],
    count: int,
    height: int,
) -> None:
    one = sample_entries()[0][0]
    entries = [named(one, number) for number in range(count)]
    app = make_app(make_vault(entries, []))
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert codes_of(app).row_height == height
        await press(pilot, "slash", *"name 0")
        assert codes_of(app).row_height == height, "matches don't jump"
        await press(pilot, "escape")
        await pilot.click(codes_of(app), offset=(20, 2 * height))
        assert codes_of(app).cursor == 2
        assert "name 2" in lines_of(codes_of(app))[2 * height + (height == 3)]


def named(entry: Entry, number: int) -> Entry:
    return dataclasses.replace(
        entry, id=f"entry-{number}", account=f"name {number}", ranking=number, categories=()
    )


@pytest.mark.parametrize("alphabet", [STEAM_ALPHABET, "0123456789abcdef", ascii_lowercase])
def test_all_characters_of_a_code_look_different(alphabet: str) -> None:
    drawn = {"".join(big_lines(char, 48, 5, ascii_only=False)) for char in alphabet}
    assert len(drawn) == len(alphabet)
    assert all("█" in each for each in drawn)


def test_codes_without_room_and_half_lines_in_ascii_are_not_drawn_large() -> None:
    assert len(big_lines("oact macq", 48, 10, ascii_only=False)) == 3
    assert big_lines("oact macq", 30, 10, ascii_only=False) == ["o a c t   m a c q"]
    assert big_lines("oact macq", 9, 10, ascii_only=False) == ["oact macq"]
    assert len(big_lines("492 039", 48, 5, ascii_only=True)) == 5
    assert big_lines("492 039", 40, 5, ascii_only=True) == ["4 9 2   0 3 9"]


@pytest.mark.parametrize("width", range(24, 100, 4))
def test_large_codes_fit(width: int) -> None:
    for code in ("492 039", "77 402 198", "4921 039 123", "e4f bb9", "mmww macq"):
        assert max(map(len, big_lines(code, width, 10, ascii_only=False))) <= width


def test_accounts_have_the_room_of_categories_that_no_entry_needs() -> None:
    none, short, long = (columns(80, 7, 12, width, is_tall=False) for width in (0, 3, 99))
    assert (none.categories, short.categories, long.categories) == (0, 4, 9)
    assert none.account == short.account + 5 == long.account + 10


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (99, "99 s"), (100, "100s"), (999, "999s"), (1000, "16m"), (6000, "1h"),
     (10**7, "99h")],
)  # fmt: skip
def test_seconds_take_four_cells(seconds: int, text: str) -> None:
    assert seconds_text(seconds) == text


@pytest.mark.parametrize("width", [1, 20, 34, 36, 40, 44, 57, 60, 80, 120, 200])
def test_columns_fill_the_row(width: int) -> None:
    for code, longest, category, is_tall in product((7, 10), (0, 40), (0, 6, 99), (False, True)):
        places = columns(width, code, longest, category, is_tall=is_tall)
        categories = places.categories + 1 if places.categories else 0
        used = places.names_at + places.names + categories + places.number
        assert used <= max(width, places.names_at + places.number)
        assert used >= width
        if width >= 40 and not is_tall:
            assert places.account >= 9


def test_the_letters_of_steam_end_as_they_should() -> None:
    last = {letter: _GLYPHS[letter][-1] for letter in "BCDFGHJKMNPQRTVWXY"}
    assert [last[letter] for letter in "QRTVWXY"] == [
        " █ █", "█ █", " █ ", " █ ", "█   █", "█ █", " █ ",
    ]  # fmt: skip
    assert all(len({len(row) for row in rows}) == 1 for rows in _GLYPHS.values())
