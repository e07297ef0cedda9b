"""The keys below a screen or a card, and what they do."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual import events

from tui.app.commands import command_key
from tui.app.context import context_of
from tui.app.symbols import key_text
from tui.app.widgets.bars import Bar
from tui.app.widgets.cells import fit, width_of
from tui.config.commands import COMMANDS


class KeyBar(Bar):
    """Shows the most important keys, by default those of the command table."""

    def __init__(self, keys: Sequence[tuple[str, str]] | None = None) -> None:
        super().__init__()
        self._keys = keys
        self._spots: list[tuple[int, int, str]] = []

    def show(self, keys: Sequence[tuple[str, str]] | None) -> None:
        """Show these keys and labels; None for those of the command table."""
        if keys != self._keys:
            self._keys = keys
            self.refresh()

    def segments(self, width: int) -> list[Segment]:
        strong, muted = self.line_styles.strong, self.line_styles.muted
        parts: list[Segment] = []
        self._spots = []
        at = 0
        for key, label, action in self._shown(width):
            parts += [Segment(f" {key}", strong), Segment(f" {label} ", muted)]
            size = width_of(key) + width_of(label) + 3
            self._spots.append((at, at + size, action))
            at += size
        return parts

    def _shown(self, width: int) -> list[tuple[str, str, str]]:
        """Return key, label and action ("" if a click does nothing) of each key that fits."""
        context = context_of(self.app)
        if self._keys is not None:
            ascii_only = context.ascii_only
            given = [(key_text(key, ascii_only=ascii_only), label, "") for key, label in self._keys]
            return _fitting(given, width, keep=1)
        ranked = sorted((command for command in COMMANDS if command.rank), key=lambda c: c.rank)
        known = [(command_key(context, each.id), each.label, each.action) for each in ranked]
        return _fitting([each for each in known if each[0]], width, keep=2)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        for start, end, action in self._spots:
            if action and start <= event.x < end:
                self.call_later(self.run_action, f"screen.{action}")


class CardTitle(Bar):
    """The title of a card that has no room for a line of keys, and the key that closes it."""

    BEHIND = "surface"
    DEFAULT_CSS = """
    CardTitle { background: $surface; }
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self._words = title

    def segments(self, width: int) -> list[Segment]:
        styles = self.line_styles
        room = max(0, width - len("Esc close"))
        return [
            Segment(fit(self._words, room), styles.strong),
            Segment("Esc", styles.strong),
            Segment(" close", styles.muted),
        ]


class CardKeys(KeyBar):
    """The keys at the end of a card."""

    BEHIND = "surface"
    DEFAULT_CSS = """
    CardKeys { background: $surface; margin-top: 1; }
    """

    def segments(self, width: int) -> list[Segment]:
        first, *rest = super().segments(width + 1) or [Segment("")]
        return [Segment(first.text.removeprefix(" "), first.style), *rest]


def _fitting(keys: list[tuple[str, str, str]], width: int, keep: int) -> list[tuple[str, str, str]]:
    """Drop keys from the end, except the last `keep`, until the rest fits."""
    while len(keys) > keep and sum(width_of(k) + width_of(w) + 3 for k, w, _ in keys) > width:
        del keys[-keep - 1]
    return keys
