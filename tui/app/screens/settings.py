"""The settings screen: all settings and keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Input, Static

from tui.app.screens.base import Dialog
from tui.app.setting_rows import SettingRow
from tui.app.widgets.bars import TitleBar
from tui.app.widgets.cells import width_of
from tui.app.widgets.key_bar import KeyBar
from tui.app.widgets.row_list import RowList
from tui.app.widgets.settings_list import SettingsList
from tui.app.widgets.status_line import StatusLine
from tui.app.widgets.text_input import TextInput
from tui.config.schema import Config, Setting
from tui.paths import VAULT_VARIABLE, short_path
from tui.text import safe

_CHOOSE = [("←→", "change"), ("d", "default"), ("Esc", "close")]
_TYPE = [("↵", "edit"), ("d", "default"), ("Esc", "close")]
_PRESS = [
    ("↵", "set key"),
    ("+", "add key"),
    ("-", "remove keys"),
    ("d", "default"),
    ("Esc", "close"),
]
_TYPING = [("↵", "save"), ("Esc", "cancel")]
_PRESSING = [("Esc", "cancel")]
_SECONDS = 8.0
_WIDEST = 100
"""Maximum width of the explanation, in cells, with its padding."""


class SettingsScreen(Dialog[None]):
    """Shows all settings and keys; changes apply and are saved at once."""

    CSS_PATH = "settings.tcss"
    AUTO_FOCUS = "SettingsList"
    BINDINGS: ClassVar = [
        Binding("escape,q", "close", show=False),
        Binding("left", "choose(-1)", show=False),
        Binding("right,space", "choose(1)", show=False),
        Binding("enter", "change", show=False),
        Binding("plus", "add_key", show=False),
        Binding("minus", "no_key", show=False),
        Binding("d", "default", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._pressing: tuple[str, ...] | None = None
        """The keys to keep while waiting for another one; None if not waiting."""

    def compose(self) -> ComposeResult:
        self._list = SettingsList(self.context.config, self.context.keymap)
        self._edit = TextInput(id="edit")
        self._edit.cursor_blink = False
        yield TitleBar("settings")
        yield self._list
        yield Static("", id="about", markup=False)
        yield self._edit
        yield StatusLine()
        yield KeyBar(_CHOOSE)

    def on_mount(self) -> None:
        self._show_path(self.size.width)
        self._explain()

    def on_resize(self, event: events.Resize) -> None:
        self._show_path(event.size.width)
        self._reserve_height(event.size.width)

    def settings_changed(self, before: Config) -> None:
        """Show the new values."""
        self._list.show(self.context.config, self.context.keymap)
        self._explain()

    # --- showing -------------------------------------------------------------------------

    def _show_path(self, width: int) -> None:
        path = self.context.settings.file
        text = "no settings file" if path is None else short_path(path)
        room = max(8, width - 22)
        if width_of(text) > room:
            text = f"…{text[1 - room :]}"
        self.query_one(TitleBar).show(text)

    def _reserve_height(self, width: int) -> None:
        """Give the explanation the height of the longest one, so that the list never moves."""
        room = max(1, min(width, _WIDEST) - 4)
        heights = [Content(self._about(row)).get_height({}, room) for row in self._list.rows]
        self.query_one("#about", Static).styles.height = max(heights)

    def _about(self, row: SettingRow) -> str:
        """Return the explanation of a row."""
        words = [row.help, *self._notes(row)]
        if row.setting is not None and not row.choices:
            words.insert(1, _allowed(row.setting))
        return f"{row.key}: {' '.join(words)}"

    @on(RowList.Moved)
    def _moved(self) -> None:
        """Close an open field, as it is for the row before, and explain this one."""
        if self._pressing is not None:
            self._pressing = None
            self.say("")
        if self._edit.display:
            self._end_edit()
        else:
            self._explain()

    def _explain(self) -> None:
        """Explain the highlighted row, and show the keys that change it."""
        row = self._list.highlighted
        self.query_one("#about", Static).update(self._about(row))
        keys = _PRESS if row.setting is None else _CHOOSE if row.choices else _TYPE
        if self._pressing is not None:
            keys = _PRESSING
        elif self._edit.display:
            keys = _TYPING
        self.query_one(KeyBar).show(keys)

    def _notes(self, row: SettingRow) -> list[str]:
        """Return sentences about what overrides the setting."""
        app = self.context
        if row.key == "vault":
            path = short_path(app.vault_path)
            notes = [f"Currently open: {path}. A change applies at the next start."]
            if app.environ.get(VAULT_VARIABLE):
                notes.insert(0, f"{VAULT_VARIABLE} overrides it.")
            return notes
        if row.key == "theme" and app.no_color:
            return ["NO_COLOR is set: no colors are shown."]
        if row.key == "theme" and app.few_colors:
            return ["This terminal has 16 colors; otp-dark and otp-light use only those."]
        return []

    def say(self, text: str, tone: str = "strong") -> None:
        until = None if tone == "error" else self.context.clock.steady() + _SECONDS
        self.query_one(StatusLine).say(text, tone, until)

    # --- changing a setting ----------------------------------------------------------------

    def action_choose(self, step: int) -> None:
        """Change to the next value, or to the previous one (-1)."""
        row = self._list.highlighted
        if row.choices and row.setting is not None:
            place = row.choices.index(row.setting.of(self.context.config))
            self._set(row, row.choices[(place + step) % len(row.choices)])

    @on(RowList.Chosen)
    def action_change(self) -> None:
        """Change to the next value, open the field, or wait for a key."""
        row = self._list.highlighted
        if row.setting is None:
            self._wait_for_key(())
        elif row.choices:
            self.action_choose(1)
        else:
            self._place_field()
            self._edit.display = True
            self._edit.value = row.setting.type.text(row.setting.of(self.context.config))
            self._edit.cursor_position = len(self._edit.value)
            self.set_focus(self._edit)
            self._explain()

    @on(SettingsList.Shifted)
    def _place_field(self) -> None:
        """Put the field over the value of the highlighted row."""
        place = self._list.value_region.translate(self._list.region.offset)
        self._edit.styles.offset = place.offset
        self._edit.styles.width = place.width

    @on(Input.Changed, "#edit")
    def _check(self, event: Input.Changed) -> None:
        """Show mistakes while the user types."""
        setting = self._list.highlighted.setting
        if self._edit.display and setting is not None:
            try:
                value = setting.type.parse(event.value)
            except ValueError:
                self.say(_refusal(event.value), "warning")
            else:
                self.say(setting.set_in(self.context.config, value).kdf.mistake, "warning")

    @on(Input.Submitted, "#edit")
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        row = self._list.highlighted
        if row.setting is None:
            return
        try:
            value = row.setting.type.parse(event.value)
        except ValueError:
            self.say(_refusal(event.value), "warning")
        else:
            if self._set(row, value):
                self._end_edit()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Close the field when the list gets the focus in another way."""
        if event.widget is self._list and self._edit.display:
            self._end_edit()

    def _end_edit(self) -> None:
        self._edit.display = False
        self.set_focus(self._list)
        self.say("")
        self._explain()

    def _set(self, row: SettingRow, value: Any) -> bool:
        """Change a setting; return False if the value is not allowed.

        What turns off the question for the password asks for it first.
        """
        if self.context.asks_again and row.setting is not None:
            config = row.setting.set_in(self.context.config, value)
            if config.password_command or not config.ask_again:
                self._ask_and_set(row, value)
                return True
        return self._try(lambda: self.context.settings.set(row.path, value))

    @work(group="setting", exclusive=True, exit_on_error=False, description="change a setting")
    async def _ask_and_set(self, row: SettingRow, value: Any) -> None:
        from tui.app.screens.ask_password import may_show

        if await may_show(self, "change this setting"):
            self._try(lambda: self.context.settings.set(row.path, value))

    def _try(self, change: Callable[[], None]) -> bool:
        try:
            change()
        except ValueError as mistake:
            self.say(str(mistake), "warning")
            return False
        return True

    def action_default(self) -> None:
        """Change to the default, and remove the value from the file."""
        row, settings = self._list.highlighted, self.context.settings
        if row.setting is None:
            self._try(lambda: settings.set_keys(row.command, None))
        else:
            self._try(lambda: settings.reset(row.path))

    # --- changing a key ----------------------------------------------------------------------

    def action_add_key(self) -> None:
        """Wait for another key for the highlighted command."""
        row = self._list.highlighted
        if row.setting is None:
            self._wait_for_key(self.context.keymap.of(row.command))

    def action_no_key(self) -> None:
        """Remove the keys of the highlighted command."""
        row = self._list.highlighted
        if row.setting is None:
            self._set_keys(row, ())

    def _wait_for_key(self, others: tuple[str, ...]) -> None:
        self._pressing = others
        self.say(f"Press the key for: {self._list.highlighted.label}", "warning")
        self._explain()

    def on_key(self, event: events.Key) -> None:
        """Handle the key that is waited for; the key that opens the settings also closes them."""
        if self._pressing is None:
            if event.key in self.context.keymap.of("settings") and not self._edit.display:
                event.stop()
                self.action_close()
            return
        event.stop()
        event.prevent_default()
        others, self._pressing = self._pressing, None
        row = self._list.highlighted
        self.say("")
        self._explain()
        if event.key != "escape":
            self._set_keys(row, (*others, event.key))

    def _set_keys(self, row: SettingRow, keys: tuple[str, ...]) -> None:
        unique = tuple(dict.fromkeys(keys))
        self._try(lambda: self.context.settings.set_keys(row.command, unique))

    def action_close(self) -> None:
        """Close the field, or the screen."""
        if self._edit.display:
            self._end_edit()
        else:
            self.dismiss()


def _refusal(text: str) -> str:
    """Return what to say of a value that is not allowed; the explanation says what is."""
    return f"“{safe(text, 40)}” isn't allowed here." if text.strip() else "Type a value."


def _allowed(setting: Setting) -> str:
    """Return a sentence about the values of a setting, with the quotes of text, not of TOML."""
    allowed = re.sub(r'"([^"]*)"', r"“\1”", setting.type.allowed)
    return f"Allowed: {allowed}."
