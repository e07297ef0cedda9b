"""The settings screen: every setting and every key, changed at once and saved at once."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Input, Static

from tui.app.screens.base import Dialog
from tui.app.setting_keeper import Keeper, short
from tui.app.setting_rows import (
    Row,
    in_file,
    read,
    too_costly,
    typed_text,
    with_keys,
    with_value,
)
from tui.app.widgets.bars import KeyBar, Rule, StatusLine, TitleBar
from tui.app.widgets.cells import width_of
from tui.app.widgets.row_list import RowList
from tui.app.widgets.settings_list import SettingsList
from tui.config.keymap import FIXED, check, key_of
from tui.config.schema import Config, Setting
from tui.paths import VAULT_VARIABLE

_CHOOSE = [("←→", "choose"), ("d", "default"), ("Esc", "back")]
_TYPE = [("↵", "change"), ("d", "default"), ("Esc", "back")]
_PRESS = [("↵", "other key"), ("+", "one more"), ("-", "none"), ("d", "default"), ("Esc", "back")]
_TYPING = [("↵", "take it"), ("Esc", "leave it as it was")]
_PRESSING = [("Esc", "leave it as it was")]
_SECONDS = 8.0


class SettingsScreen(Dialog[None]):
    """Shows what the settings are and changes them, in the running app and in the file."""

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
        """While a key is waited for: the keys that the command keeps beside it."""
        self._keeper = Keeper(self, self._say)

    def compose(self) -> ComposeResult:
        yield TitleBar("settings")
        yield Rule()
        yield SettingsList(self.context.config, self.context.keymap)
        yield Static("", id="about", markup=False)
        yield Input(id="edit")
        yield StatusLine()
        yield KeyBar(_CHOOSE)

    def on_mount(self) -> None:
        self._list = self.query_one(SettingsList)
        self._edit = self.query_one("#edit", Input)
        self._edit.cursor_blink = False
        self._show_path(self.size.width)
        self._tell()

    def on_resize(self, event: events.Resize) -> None:
        self._show_path(event.size.width)

    def settings_changed(self) -> None:
        """Show the settings as they are now."""
        self._list.show(self.context.config, self.context.keymap)
        self._tell()

    def tick(self) -> None:
        """Take messages away in time."""
        self.query_one(StatusLine).tick(self.context.clock.steady())

    # --- what is told --------------------------------------------------------------------

    def _show_path(self, width: int) -> None:
        path = self.context.config_file
        text = "not saved in a file" if path is None else short(path)
        room = max(8, width - 22)
        if width_of(text) > room:
            text = f"…{text[1 - room :]}"
        self.query_one(TitleBar).show(text)

    @on(RowList.Moved)
    def _tell(self) -> None:
        """Say what the selected row is, and which keys change it."""
        row = self._list.selected
        words = [row.about, *self._notes(row)]
        if row.setting is not None and not row.choices:
            words.insert(1, f"It may be {row.setting.kind.allowed}.")
        self.query_one("#about", Static).update(f"{row.key}: {' '.join(words)}")
        keys = _PRESS if row.setting is None else _CHOOSE if row.choices else _TYPE
        if self._pressing is not None:
            keys = _PRESSING
        elif self._edit.display:
            keys = _TYPING
        self.query_one(KeyBar).show(keys)

    def _notes(self, row: Row) -> list[str]:
        """What holds now whatever the setting says."""
        app = self.context
        if row.key == "vault":
            first = f"{VAULT_VARIABLE} comes before it. " if app.environ.get(VAULT_VARIABLE) else ""
            return [f"{first}Open now: {short(app.vault_path)}; another one from the next start."]
        if row.key == "theme" and app.no_color:
            return ["NO_COLOR is set, so that there are no colors now."]
        if row.key == "theme" and app.few_colors:
            return ["This terminal has 16 colors: otp-dark and otp-light are shown in those."]
        return []

    def _say(self, text: str, tone: str = "strong") -> None:
        until = None if tone == "error" else self.context.clock.steady() + _SECONDS
        self.query_one(StatusLine).say(text, tone, until)

    # --- changing a setting ----------------------------------------------------------------

    def action_choose(self, step: int) -> None:
        """Take the next of the choices, or the one before."""
        row = self._list.selected
        if row.choices and row.setting is not None:
            place = row.choices.index(row.setting.of(self.context.config))
            self._set(row, row.setting, row.choices[(place + step) % len(row.choices)])

    @on(RowList.Chosen)
    def action_change(self) -> None:
        """Take the next choice, open the field, or wait for a key."""
        row = self._list.selected
        if row.setting is None:
            self._wait_for_key(())
        elif row.choices:
            self.action_choose(1)
        else:
            self._edit.display = True
            self._edit.value = typed_text(row, self.context.config)
            self._edit.cursor_position = len(self._edit.value)
            self._edit.focus()
            self._tell()

    @on(Input.Changed, "#edit")
    def _look(self, event: Input.Changed) -> None:
        """Tell at once what is wrong with what is typed."""
        setting = self._list.selected.setting
        if self._edit.display and setting is not None:
            try:
                read(setting, event.value, self.context.config)
            except ValueError as mistake:
                self._say(str(mistake), "warning")
            else:
                self._say("")

    @on(Input.Submitted, "#edit")
    def _take(self, event: Input.Submitted) -> None:
        event.stop()
        row = self._list.selected
        if row.setting is None:
            return
        try:
            value = read(row.setting, event.value, self.context.config)
        except ValueError as mistake:
            self._say(str(mistake), "warning")
            return
        self._end_edit()
        self._set(row, row.setting, value)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Leave the field where the list is gone to by another way."""
        if event.widget is self._list and self._edit.display:
            self._end_edit()

    def _end_edit(self) -> None:
        self._edit.display = False
        self._list.focus()
        self._say("")
        self._tell()

    def _set(self, row: Row, setting: Setting, value: Any) -> None:
        self._use(with_value(setting, value, self.context.config), row, in_file(value))

    def action_default(self) -> None:
        """Take the value out of the file, and go on with the default."""
        row, config = self._list.selected, self.context.config
        if row.setting is None:
            changed = with_keys(row, None, config)
        else:
            changed = with_value(row.setting, row.setting.default, config)
            if mistake := too_costly(changed):
                self._say(mistake, "warning")
                return
        self._use(changed, row, None)

    # --- changing a key ----------------------------------------------------------------------

    def action_add_key(self) -> None:
        """Wait for one more key for the selected command."""
        row = self._list.selected
        if row.setting is None:
            self._wait_for_key(self.context.keymap.of(row.path[1]))

    def action_no_key(self) -> None:
        """Take the keys of the selected command away."""
        row = self._list.selected
        if row.setting is None:
            self._set_keys(row, ())

    def _wait_for_key(self, beside_it: tuple[str, ...]) -> None:
        self._pressing = beside_it
        self._say(f"Press the key for: {self._list.selected.label}", "warning")
        self._tell()

    def on_key(self, event: events.Key) -> None:
        """Take the key that is waited for; the settings' own key closes the screen."""
        if self._pressing is None:
            if event.key in self.context.keymap.of("settings") and not self._edit.display:
                event.stop()
                self.action_close()
            return
        event.stop()
        event.prevent_default()
        beside_it, self._pressing = self._pressing, None
        row = self._list.selected
        self._say("")
        self._tell()
        if event.key != "escape":
            self._set_keys(row, (*beside_it, event.key))

    def _set_keys(self, row: Row, keys: tuple[str, ...]) -> None:
        name, last = row.path[1], keys[-1] if keys else ""
        owner = self.context.keymap.command(last) if last else ""
        if last in FIXED:
            self._say(f"The key {last} {FIXED[last]}.", "warning")
        elif last and key_of(last) is None:
            self._say("A terminal gives no name to that key that could be kept.", "warning")
        elif owner not in ("", name):
            label = next(each.label for each in self._list.rows if each.path[-1] == owner)
            self._say(f"That key is taken: {label}.", "warning")
        else:
            keys = tuple(dict.fromkeys(keys))
            changed = with_keys(row, keys, self.context.config)
            if check(changed.keys)[1]:
                self._say("That command cannot be without a key.", "warning")
            else:
                self._use(changed, row, keys[0] if len(keys) == 1 else list(keys))

    # --- keeping it ----------------------------------------------------------------------------

    def _use(self, config: Config, row: Row, value: Any) -> None:
        """Go on with these settings, and write the row's value into the file."""
        self.context.use(config)
        self._keeper.keep(row.path, value)

    def action_close(self) -> None:
        """Leave the field, or the screen."""
        if self._edit.display:
            self._end_edit()
        else:
            self.dismiss()
