"""The terminal shows what Textual painted, although only changed cells are sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tests.app.terminal_cells import cells_of
from tui.app.painting.painter import Painter

WIDTH, HEIGHT = 24, 4
TEXTS = st.sampled_from(
    [
        "a",
        "b",
        " ",
        "  ",
        " " * 14,
        "code 123",
        "123 456",
        "│",
        "▌",
        "██",
        "–",
        "日本",
        "e\u0301",
        "🔑",
    ]
)
STYLES = st.sampled_from(
    ["none", "bold", "dim red", "reverse", "underline", "on blue", "bold red on blue", "green",
     "italic #ff8800 on #112233", "strike on blue"]
).map(Style.parse)  # fmt: skip
LINES = st.lists(st.tuples(TEXTS, STYLES), max_size=8)


def line_of(parts: Sequence[tuple[str, Style]]) -> Strip:
    strip = Strip([Segment(text, style) for text, style in parts])
    return Strip(strip.adjust_cell_length(WIDTH))


class Screens:
    """What a terminal shows with the painter's output, and with Textual's own."""

    def __init__(self, *, erases: bool = True) -> None:
        self.painter = Painter(ColorSystem.TRUECOLOR, erases=erases)
        self.painter.resize(WIDTH, HEIGHT)
        self._ours, self._theirs = pyte.Screen(WIDTH, HEIGHT), pyte.Screen(WIDTH, HEIGHT)
        # Otherwise pyte wraps before it combines a character with the last one of a line.
        self._ours.reset_mode(pyte.modes.DECAWM)
        self.lines = [Strip.blank(WIDTH)] * HEIGHT

    def full(self) -> LayoutUpdate:
        return LayoutUpdate([[line] for line in self.lines], Region(0, 0, WIDTH, HEIGHT))

    def send(self) -> str:
        changes = self.painter.changes((0, 0))
        pyte.Stream(self._ours).feed(changes)
        return changes

    def agree(self) -> None:
        console = Console(color_system="truecolor", force_terminal=True)
        self._theirs.reset()
        self._theirs.reset_mode(pyte.modes.DECAWM)
        pyte.Stream(self._theirs).feed(self.full().render_segments(console))
        assert cells_of(self._ours) == cells_of(self._theirs)
        assert (self._ours.cursor.x, self._ours.cursor.y) == (0, 0)


@given(frames=st.lists(st.tuples(st.dictionaries(st.integers(0, HEIGHT - 1), LINES, max_size=4),
                                 st.booleans(), st.booleans()), max_size=6),
       erases=st.booleans())  # fmt: skip
def test_it_shows_what_full_frames_show(
    frames: list[tuple[dict[int, Any], bool, bool]], erases: bool
) -> None:
    screens = Screens(erases=erases)
    screens.painter.take(screens.full())
    for changed, skipped, forgotten in frames:
        for y, parts in changed.items():
            screens.lines[y] = line_of(parts)
        chops = [{0: screens.lines[y] if y in changed else None} for y in range(HEIGHT)]
        spans = [(y, 0, WIDTH) for y in sorted(changed)]
        if spans:
            screens.painter.take(ChopsUpdate(chops, spans, [[WIDTH]] * HEIGHT))
        if forgotten:
            screens.painter.forget()
        if not skipped:
            screens.send()
            screens.agree()
    screens.send()
    screens.agree()


def test_a_combining_character_in_the_last_column() -> None:
    screens = Screens(erases=False)
    screens.painter.take(screens.full())
    screens.lines[3] = line_of([(" " * 23, Style()), ("e\u0301", Style())])
    screens.painter.take(screens.full())
    screens.send()
    screens.agree()


def test_only_changed_cells_are_sent() -> None:
    screens = Screens()
    screens.lines = [line_of([("Registrar  ops@example.org", Style())])] * HEIGHT
    screens.painter.take(screens.full())
    screens.send()
    screens.painter.take(screens.full())
    assert screens.send() == ""
    screens.lines[1] = line_of([("Registrar  abc@example.org", Style())])
    screens.painter.take(screens.full())
    assert screens.send() == "\x1b[2;12Habc\x1b[1H"


BIG = Style.parse("bold #ffffff on #1c1c1c")


def test_full_blocks_are_spaces_on_their_color() -> None:
    screens = Screens()
    for style in (BIG, Style.parse("bold"), Style.parse("bold red on blue")):
        screens.lines[1] = line_of([("  ████  ██ █", style)])
        screens.painter.take(screens.full())
        blocks = screens.send().count("█")
        assert blocks == (0 if style is BIG else 7)
        screens.agree()


def test_blank_rows_are_erased_with_one_sequence_each() -> None:
    screens = Screens()
    beside = ("│ ██", BIG)
    code, account = ("  492 039 github ", Style()), ("       octocat   ", Style())
    screens.lines = [line_of([names, beside]) for names in (code, account, code, account)]
    screens.painter.take(screens.full())
    screens.send()
    screens.lines = [line_of([(" " * 17, Style()), ("│ █ ", BIG)])] * HEIGHT
    screens.painter.take(screens.full())
    erased = "\x1b[16C\x1b[m" + "\x1b[B".join(["\x1b[1K"] * 4)
    assert screens.send().startswith(erased)
    screens.agree()


def test_the_cursor_moves_the_shortest_way() -> None:
    screens = Screens()
    screens.painter.take(screens.full())
    screens.send()
    screens.lines = [line_of([("  x", Style())])] * HEIGHT
    screens.painter.take(screens.full())
    sent = screens.send()
    assert "\x1b[B\x1b[D" in sent
    assert not set(sent) & set("\b\v\n")
    screens.agree()


def test_the_cursor_stays_if_nobody_asks_for_it() -> None:
    screens = Screens()
    screens.painter.take(screens.full())
    screens.send()
    screens.lines[0] = line_of([("abc", Style())])
    screens.painter.take(screens.full())
    assert screens.painter.changes(None) == "abc"


def test_control_characters_are_left_out() -> None:
    screens = Screens()
    screens.lines[0] = Strip([Segment("a\x1b]52;c;eA==\x07b\x9bc")])
    screens.painter.take(screens.full())
    assert not set(screens.send().replace("\x1b[", "")) & {"\x1b", "\x07", "\x9b"}


def test_a_part_of_a_line_is_painted() -> None:
    screens = Screens()
    screens.painter.take(screens.full())
    screens.send()
    part = Strip([Segment("one two")])
    screens.painter.take(ChopsUpdate([{0: None, 5: part, 12: None}] * HEIGHT, [(2, 5, 9)],
                                     [[5, 12, WIDTH]] * HEIGHT))  # fmt: skip
    assert cell_len(part.text) == 7
    assert "one" in screens.send()
    assert screens._ours.display[2].strip() == "one"
