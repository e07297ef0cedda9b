"""The screen with QR codes: its cells read back as a phone would read them."""

from __future__ import annotations

import pytest
from rich.style import Style
from textual.color import Color as TextualColor
from textual.pilot import Pilot

from tests import interop
from tests.app.conftest import MakeApp
from tests.app.helpers import lines_of, sample_entries, settle
from tests.qr_reading import HALVES, read_modules
from tui.app.app import OtpApp
from tui.app.no_color import NoColorFilter
from tui.app.screens.codes import CodesScreen
from tui.app.screens.qr_code import QrScreen
from tui.app.widgets.key_bar import KeyBar
from tui.app.widgets.qr_picture import QrPicture
from tui.backup.model import Backup, Credentials
from tui.backup.registry import by_name
from tui.otp.describe import setup_uri

URI = "otpauth://totp/Site:me?secret=GEZDGNBVGY3TQOJQ&issuer=Site"
BLACK, WHITE = (0, 0, 0), (255, 255, 255)


def read(app: OtpApp) -> str | None:
    """Return the text of the QR code on screen, whose cells must be only black and white."""
    rows = []
    picture = app.screen.query_one(QrPicture)
    for y in range(picture.size.height):
        upper, lower = [], []
        for text, style, _ in picture.render_line(y):
            ink, ground = colors(style)
            for char in text:
                above, below = HALVES[char]
                upper.append(ink if above else ground)
                lower.append(ink if below else ground)
        assert set(upper + lower) <= {BLACK, WHITE}
        rows += [[cell == BLACK for cell in half] for half in (upper, lower)]
    if app.screen.query_one(QrPicture).ascii_only:
        rows = [row[::2] for row in rows[::2]]
    return read_modules(rows)


def colors(style: Style | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    assert style is not None
    assert style.color is not None
    assert style.bgcolor is not None
    ink, ground = style.color.triplet, style.bgcolor.triplet
    assert ink is not None
    assert ground is not None
    return tuple(ink), tuple(ground)


def words(app: OtpApp) -> str:
    return " ".join(str(label.render()) for label in app.screen.query("#words Label"))


@pytest.mark.parametrize("theme", ["otp-dark", "otp-light"])
@pytest.mark.terminal(80, 30)
async def test_the_code_of_every_type_reads_back_in_both_themes(
    app: OtpApp, pilot: Pilot[None], theme: str
) -> None:
    app.theme = theme
    for entry in sample_entries()[0]:
        uri = setup_uri(entry).uri
        await app.push_screen(QrScreen(entry.label, [uri]))
        await settle(pilot)
        assert read(app) == uri
        app.pop_screen()


async def test_all_parts_of_an_export_can_be_shown(make_app: MakeApp) -> None:
    google = by_name("google-migration")
    assert google.write is not None
    entries = [entry for entry in sample_entries()[0] if entry.type.value in ("totp", "hotp")]
    fitting = [entry for entry in entries if entry.period == 30] * 6
    uris = google.write(Backup(tuple(fitting)), Credentials()).decode().split()
    app = make_app()
    async with app.run_test(size=(160, 60)) as pilot:
        await app.push_screen(QrScreen("Google Authenticator", uris))
        await settle(pilot)
        seen = []
        for place in range(len(uris)):
            assert f"{place + 1} of {len(uris)}" in words(app)
            seen.append(read(app))
            await pilot.press("right")
            await settle(pilot)
        assert seen == uris
        await pilot.press("left")
        await settle(pilot)
        assert read(app) == uris[-2]


async def test_the_parts_of_real_exports_read_back(make_app: MakeApp) -> None:
    texts = [
        (interop.ROOT / row["file"]).read_text().strip()
        for row in interop.samples("google-migration")
        if row["file"].endswith("string1.txt") or row["file"].endswith("string5.txt")
    ]
    assert len(texts) == 2
    app = make_app()
    async with app.run_test(size=(160, 60)) as pilot:
        await app.push_screen(QrScreen("Parts", texts))
        await settle(pilot)
        assert read(app) == texts[0]


async def test_enter_shows_the_next_code_and_closes_after_the_last(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await app.push_screen(QrScreen("Two", [URI, "second"]))
    await settle(pilot)
    await pilot.press("enter")
    await settle(pilot)
    assert read(app) == "second"
    await pilot.press("enter")
    await settle(pilot)
    assert isinstance(app.screen, CodesScreen)


@pytest.mark.terminal(40, 20)
async def test_a_terminal_that_is_too_small_is_reported_until_it_is_resized(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await app.push_screen(QrScreen("Site", [URI], "A note."))
    await settle(pilot)
    assert not app.screen.query_one(QrPicture).display
    assert "at least 37 x 21" in words(app)
    for size in ((37, 21), (65, 19), (80, 24), (120, 40)):
        await pilot.resize_terminal(*size)
        await settle(pilot)
        assert read(app) == URI
        assert "at least" not in words(app)
        assert "Esc close" in lines_of(app.screen.query_one(KeyBar))[0]
    await pilot.resize_terminal(36, 40)
    await settle(pilot)
    assert "at least 37" in words(app)


async def test_the_note_is_next_to_or_below_the_code(app: OtpApp, pilot: Pilot[None]) -> None:
    await app.push_screen(QrScreen("Site", [URI], "Only one app reads it."))
    for size, shown in (((80, 24), True), ((50, 40), True), ((50, 21), False)):
        await pilot.resize_terminal(*size)
        await settle(pilot)
        assert app.screen.query_one("#note").display is shown
        assert read(app) == URI
        for widget in app.screen.query("QrPicture, #words Label, KeyBar"):
            assert not widget.display or app.screen.region.contains_region(widget.region)


@pytest.mark.parametrize("settings", [{}, {"ascii": "on"}], ids=["blocks", "ascii"])
async def test_no_color_keeps_it_black_on_white(
    make_app: MakeApp, settings: dict[str, str]
) -> None:
    app = make_app(**settings)
    async with app.run_test(size=(110, 50)) as pilot:
        await app.push_screen(QrScreen("Site", [URI]))
        await settle(pilot)
        seen = set()
        for y in range(app.screen.query_one(QrPicture).size.height):
            line = app.screen.query_one(QrPicture).render_line(y)
            for _, style, _ in line.apply_filter(NoColorFilter(), TextualColor(0, 0, 0)):
                seen.add(colors(style))
        assert seen <= {(BLACK, WHITE), (WHITE, BLACK)}


@pytest.mark.terminal(110, 50)
@pytest.mark.config(ascii="on")
async def test_without_block_characters_it_is_drawn_with_colored_spaces(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await app.push_screen(QrScreen("Site", [URI]))
    await settle(pilot)
    assert read(app) == URI
    assert not "".join(lines_of(app.screen.query_one(QrPicture))).strip()
