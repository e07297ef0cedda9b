"""Themes: all are readable, and nothing depends on color."""

from __future__ import annotations

import pytest
from rich.style import Style
from textual.color import Color
from textual.pilot import Pilot
from textual.strip import Strip
from textual.theme import BUILTIN_THEMES, Theme

from tests.app.conftest import MakeApp
from tests.app.helpers import codes_of, settle
from tui.app.app import OtpApp
from tui.app.no_color import bare
from tui.app.screens.settings import SettingsScreen
from tui.app.styles import NO_COLOR_STYLES, LineStyles, styles_of
from tui.app.themes import BOLD, TEXT, completed, contrast, named
from tui.config.schema import THEMES


def painted(app: OtpApp) -> list[Strip]:
    """Return what the terminal gets, line by line."""
    return app.screen._compositor.render_strips()


def test_the_settings_list_all_themes() -> None:
    assert set(THEMES) == {"auto", "otp-dark", "otp-light", *BUILTIN_THEMES} - {"textual-ansi"}


@pytest.mark.parametrize(
    ("told", "theme"),
    [
        ("15;0", "otp-dark"),
        ("0;15", "otp-light"),
        ("0;default;15", "otp-light"),
        ("12;8", "otp-dark"),
        ("0;7", "otp-light"),
        ("", "otp-dark"),
        ("dark", "otp-dark"),
        ("0;²", "otp-dark"),
    ],
)
def test_auto_follows_the_terminal(told: str, theme: str) -> None:
    assert named("auto", {"COLORFGBG": told}) == theme
    assert named("nord", {"COLORFGBG": told}) == "nord"


@pytest.mark.parametrize("name", [name for name in THEMES if not name.startswith(("auto", "ansi"))])
async def test_text_is_readable_in_every_theme(make_app: MakeApp, name: str) -> None:
    app = make_app(vault=None, theme=name)
    assert app.theme == name
    styles = styles_of(app)
    plain_ones = (styles.plain, styles.code, styles.muted, styles.strong)
    for style in (*plain_ones, styles.good, styles.warning, styles.error):
        assert ratio(style) >= TEXT - 0.1
    warm = [each + Style(bold=True) + styles.highlight for each in (styles.warning, styles.error)]
    for style in (styles.on_plain, styles.on_code, *warm):
        assert style.bold
        assert ratio(style) >= BOLD
    assert ratio(styles.on_muted) >= TEXT - 0.2
    assert ratio(styles.tab) >= TEXT - 0.2
    for style in (styles.name, styles.pin, *styles.categories):
        assert ratio(style) >= TEXT - 0.2
        assert ratio(style + styles.highlight) >= TEXT - 0.2
    assert ratio(styles.rule) >= 1.4
    assert contrast(behind(styles.on_plain), behind(styles.plain)) >= 1.2


def behind(style: Style) -> Color:
    assert style.bgcolor is not None
    return Color.from_rich_color(style.bgcolor)


def ratio(style: Style) -> float:
    assert style.color is not None
    return contrast(Color.from_rich_color(style.color), behind(style))


@pytest.mark.parametrize("keys", [(), ("e",)], ids=str)
@pytest.mark.parametrize("name", ["ansi-dark", "ansi-light"])
async def test_a_theme_in_the_terminals_own_colors_sends_no_others(
    make_app: MakeApp, name: str, keys: tuple[str, ...]
) -> None:
    app = make_app(theme=name)
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press(*keys)
        await settle(pilot)
        styles = [segment.style for line in painted(app) for segment in line if segment.style]
        colors = [color for style in styles for color in (style.color, style.bgcolor) if color]
        assert colors
        assert all(color.is_default or color.is_system_defined for color in colors)


async def without_color(make_app: MakeApp, environ: dict[str, str], *keys: str) -> list[Strip]:
    app = make_app()
    app = OtpApp(app.vault_path, app.config, clock=app.clock, clipboard=app._given_clipboard,
                 vault=app.vault, environ=environ)  # fmt: skip
    async with app.run_test() as pilot:
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)
        return painted(app)


@pytest.mark.parametrize("keys", [(), ("e",), ("question_mark",), ("l",), ("i",)], ids=str)
async def test_without_color_no_color_is_sent(make_app: MakeApp, keys: tuple[str, ...]) -> None:
    lines = await without_color(make_app, {"NO_COLOR": "1"}, *keys)
    styles = [segment.style for line in lines for segment in line if segment.style]
    assert styles
    assert all(each.color is None and each.bgcolor is None for each in styles)


async def test_without_color_the_highlighted_row_and_category_are_reverse(
    make_app: MakeApp,
) -> None:
    lines = await without_color(make_app, {"NO_COLOR": "1"})
    reverse = ["".join(each.text for each in line if each.style and each.style.reverse)
               for line in lines]  # fmt: skip
    assert next(text for text in reverse if text.strip()) == " All "
    assert "GitHub" in "".join(reverse)


async def test_an_empty_no_color_counts_as_unset(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    lines = await without_color(make_app, {"NO_COLOR": ""})
    colors = [segment.style.color for line in lines for segment in line if segment.style]
    triplets = [color.triplet for color in colors if color and color.triplet]
    assert any(len({*triplet}) > 1 for triplet in triplets)


@pytest.mark.parametrize(
    ("style", "told"),
    [
        ("bold #ffffff on #000000", "bold"),
        ("#808080 on #000000", "dim"),
        ("#dadada on #303030", "underline"),
        ("#000000 on #ffffff", "reverse"),
        ("reverse #dadada on #000000", "reverse"),
        ("reverse #000000 on #ffffff", "not reverse"),
        ("", ""),
    ],
)
def test_light_and_dark_become_attributes(style: str, told: str) -> None:
    made, wanted = bare(Style.parse(style)), Style.parse(told)
    assert (made.color, made.bgcolor) == (None, None)
    assert [bool(getattr(made, name)) for name in ("bold", "dim", "underline", "reverse")] == [
        bool(getattr(wanted, name)) for name in ("bold", "dim", "underline", "reverse")
    ]


def test_without_color_different_meanings_have_different_attributes() -> None:
    styles: LineStyles = NO_COLOR_STYLES
    assert styles.on_plain.reverse
    assert styles.on_muted.reverse
    assert len({str(each) for each in (styles.plain, styles.muted, styles.strong)}) == 3


async def test_with_16_colors_no_others_are_used(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-16color")
    monkeypatch.delenv("COLORTERM", raising=False)
    for theme, dark in (("nord", True), ("otp-light", False), ("auto", True)):
        made = make_app(vault=None, theme=theme)
        app = OtpApp(made.vault_path, made.config, environ={"TERM": "xterm-16color"})
        assert app.current_theme.dark is dark
        variables = app.theme_variables
        for name in ("foreground", "background", "panel", "primary", "muted", "error", "warning"):
            color = Color.parse(variables[name])
            assert set(color.rgb) <= {0, 85, 170, 255}
        assert contrast(Color.parse(variables["muted"]), Color.parse(variables["panel"])) > BOLD


@pytest.mark.parametrize("theme", ["otp-dark", "otp-light"])
async def test_with_16_colors_text_stands_on_no_color_that_may_be_pastel(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, theme: str
) -> None:
    monkeypatch.setenv("TERM", "xterm-16color")
    monkeypatch.delenv("COLORTERM", raising=False)
    made = make_app(vault=None, theme=theme)
    app = OtpApp(made.vault_path, made.config, environ={"TERM": "xterm-16color"})
    for name in ("highlight", "panel", "field"):
        assert len(set(Color.parse(app.theme_variables[name]).rgb)) == 1
    styles = styles_of(app)
    for style in (styles.on_plain, styles.on_code, styles.on_muted, styles.warning):
        shown = style + styles.highlight
        assert shown.color is not None
        assert shown.bgcolor is not None
        pair = (Color.from_rich_color(each) for each in (shown.color, shown.bgcolor))
        assert contrast(*pair) > TEXT


@pytest.mark.config(theme="otp-dark")
async def test_a_new_theme_also_applies_to_the_screens_below(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    codes = codes_of(app)
    app.push_screen(SettingsScreen())
    await settle(pilot)
    app.settings.set(("theme",), "otp-light")
    await settle(pilot)
    await pilot.press("escape")
    await settle(pilot)
    assert styles_of(app).plain.bgcolor == styles_of(codes.app).plain.bgcolor
    line = painted(app)[4]
    backs = {segment.style.bgcolor.get_truecolor().hex for segment in line
             if segment.style and segment.style.bgcolor}  # fmt: skip
    assert backs == {"#ffffff"}


def test_a_theme_keeps_its_own_variables() -> None:
    theme = Theme("mine", "#222222", background="#000000", variables={"muted": "#333333"})
    given = {**theme.to_color_system().generate(), **theme.variables}
    made = completed(given, theme)
    assert (made["muted"], made["primary"], made["background"]) == ("#333333", "#222222", "#000000")


def test_our_colors_are_in_the_256_color_palette(make_app: MakeApp) -> None:
    app = make_app(vault=None, theme="otp-dark")
    for style in (styles_of(app).warning, styles_of(app).error, styles_of(app).on_code):
        assert style.color is not None
        assert style.color.number is not None
