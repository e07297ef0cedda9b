"""The export screen: entries, format, file, and what the format doesn't support."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid
from textual.widget import Widget
from textual.widgets import Input, Label, Select

from tui.app.screens.ask_password import may_show
from tui.app.screens.base import BaseScreen
from tui.app.screens.confirm import ConfirmScreen
from tui.app.threads import in_daemon_thread, in_thread
from tui.app.widgets.bars import TitleBar
from tui.app.widgets.credential_fields import CredentialFields
from tui.app.widgets.key_bar import KeyBar
from tui.app.widgets.password_input import MISMATCH, PasswordInput
from tui.app.widgets.path_input import PathInput
from tui.app.widgets.problem_list import ProblemList
from tui.app.widgets.row_list import RowList
from tui.app.widgets.status_line import StatusLine
from tui.backup.export_plan import plan_export, select, suggested_name
from tui.backup.exporter import check_place, encode
from tui.backup.model import SECRET_VARIABLE, ExportPlan, Format, Needs
from tui.backup.qr_export import NAME
from tui.backup.registry import DEFAULT, export_formats
from tui.crypto.passwords import strength
from tui.errors import ExportExistsError, OtpTuiError
from tui.paths import short_path
from tui.text import plural

if TYPE_CHECKING:
    from tui.backup.model import Backup
    from tui.vault.vault import Vault

_ALL, _SHOWN, _SELECTED = "all", "shown", "selected"
_CATEGORY = "category:"
_NEXT = ("⇥", "next field")
_NOT_ENCRYPTED = "Not encrypted: anyone who can read the file can generate your codes."
_PLAIN = "not encrypted"
_DERIVING = "Deriving the key. This can take a while"
_CHECKING = "Checking the export"
_WRITING = "Writing the file"
_NOTHING = "Nothing to export. Choose other entries, or another format."
_ASK_PLAIN = (
    "Export without encryption?",
    "Anyone who can read the file, a backup of it, or the disk it was on can generate these codes "
    "forever.",
    "export",
)


def _label(target: Format) -> str:
    """Return the name of a format, which says if it is not encrypted."""
    plain = not target.encrypted and _PLAIN not in target.label
    return f"{target.label}, {_PLAIN}" if plain else target.label


class ExportScreen(BaseScreen[str | None]):
    """Returns a sentence saying what was exported; None if nothing was."""

    CSS_PATH = "transfer.tcss"
    AUTO_FOCUS = "PathInput"
    BINDINGS: ClassVar = [
        Binding("escape", "back", show=False),
        Binding("enter", "go_on", show=False),
        Binding("ctrl+r", "qr_codes", show=False),
    ]

    _what = getters.query_one("#what", Select)
    _format = getters.query_one("#format", Select)
    _path = getters.query_one(PathInput)
    _credentials = getters.query_one(CredentialFields)
    _problems = getters.query_one(ProblemList)

    def __init__(self, vault: Vault, shown: frozenset[str], selected: frozenset[str]) -> None:
        """`shown` and `selected` are ids of entries in the code list."""
        super().__init__()
        self._vault = vault
        self._ids = {_SHOWN: shown, _SELECTED: selected}
        found = sorted(export_formats(), key=lambda each: not each.encrypted)
        self._formats = {each.name: each for each in found}
        self._suggested = ""
        """The last suggested path."""
        self._is_empty = False
        """True if the format can't store any of the chosen entries, or none is chosen."""
        self._busy = ""
        """The work in progress; empty if none."""

    def compose(self) -> ComposeResult:
        yield TitleBar("export")
        with Grid(id="fields"):
            yield Label("What")
            first = _SELECTED if self._ids[_SELECTED] else _ALL
            yield Select(self._choices(), value=first, allow_blank=False, compact=True, id="what")
            yield Label("Format")
            labels = [(_label(each), each.name) for each in self._formats.values()]
            yield Select(labels, value=DEFAULT, allow_blank=False, compact=True, id="format")
            yield Label("File")
            yield PathInput("Path of the new file", must_exist=False, id="path")
        yield CredentialFields(self.context.environ.get(SECRET_VARIABLE, ""))
        yield ProblemList()
        yield StatusLine()
        yield KeyBar()

    def on_mount(self) -> None:
        self._show_target()
        self._show_plan()

    def _choices(self) -> list[tuple[str, str]]:
        document = self._vault.document
        count = len(document.entries)
        choices = [(f"All {plural(count, 'entry')}" if count != 1 else "The only entry", _ALL)]
        selected, shown = self._ids[_SELECTED], self._ids[_SHOWN]
        if selected:
            choices.append((f"{len(selected)} selected", _SELECTED))
        if shown and len(shown) < len(document.entries):
            choices.append((f"{len(shown)} shown in the list", _SHOWN))
        categories = sorted(document.categories, key=lambda each: each.ranking)
        return choices + [(f"Category {each.name}", _CATEGORY + each.id) for each in categories]

    @property
    def _target(self) -> Format:
        return self._formats[str(self._format.value)]

    # --- choosing ------------------------------------------------------------------------

    @on(Select.Changed, "#format")
    def _format_chosen(self, event: Select.Changed) -> None:
        event.stop()
        self._show_target()
        self._show_plan()

    @on(Select.Changed, "#what")
    def _entries_chosen(self, event: Select.Changed) -> None:
        event.stop()
        self._show_plan()

    def _selection(self) -> Callable[[], Backup]:
        """Return a function, safe in any thread, that returns the chosen entries."""
        what, document = str(self._what.value), self._vault.document
        if what in self._ids:
            ids = self._ids[what]
            return lambda: select(document, ids=ids)
        if what.startswith(_CATEGORY):
            category = what.removeprefix(_CATEGORY)
            return lambda: select(document, category=category)
        return lambda: select(document)

    @work(group="plan", exclusive=True, exit_on_error=False, description="plan an export")
    async def _show_plan(self) -> None:
        """Show what the format can store of the selection."""
        target = self._target
        try:
            plan = await self._planned()
        except OtpTuiError as error:
            self.say(error.sentence, "error")
            return
        self._problems.show(plan)
        self._is_empty = not plan.backup.entries
        written, left = len(plan.backup.entries), len(plan.left_out)
        self.query_one(TitleBar).show(f"{written} to export" + (f", {left} not" if left else ""))
        for note in plan.notes:
            if note.what == target.label:
                self.say(f"{note.what}: {note.reason}", "warning")

    async def _planned(self) -> ExportPlan:
        target, selection = self._target, self._selection()
        return await in_thread(lambda: plan_export(target, selection()))

    def _show_target(self) -> None:
        """Suggest a file, and show the fields that the format needs."""
        target, field = self._target, self._path
        day = datetime.fromtimestamp(self.context.clock.now(), UTC).astimezone().date()
        if field.value in ("", self._suggested):
            self._suggested = f"~/{suggested_name(target, day)}"
            field.value = self._suggested
            field.cursor_position = len(field.value)
        self._credentials.ask(target.write_needs, twice=True)
        self._show_keys()
        if target.encrypted:
            self.say("")
        else:
            self.say(_NOT_ENCRYPTED, "warning")

    @on(events.DescendantFocus)
    def _show_keys(self) -> None:
        focused = [] if self.focused is None else self.focused.ancestors_with_self
        if any(isinstance(each, Select) for each in focused):
            keys = [("↵", "choose"), _NEXT]
        else:
            enter = "export" if self._first_empty is None else "next"
            tab = ("⇥", "complete") if self._path.has_focus else _NEXT
            up = [("⇧⇥", "format")] if self._path.has_focus else []
            codes = [("^r", "QR codes")] if self._target.name == NAME else []
            keys = [("↵", enter), *codes, tab, *up]
        self.query_one(KeyBar).show([*keys, ("Esc", "back")])

    @property
    def _first_empty(self) -> Widget | None:
        """The first empty field; None if Enter exports."""
        if not self._path.value.strip():
            return self._path
        return self._credentials.first_empty if self._credentials.display else None

    @on(Input.Changed, "#path")
    def _path_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show_keys()

    @on(PasswordInput.Typed)
    def _judge(self) -> None:
        """Say what is missing, or how strong the password is."""
        self._show_keys()
        password = self._credentials.password
        if not password:
            return
        if len(password) < self._target.min_password:
            self.say(self._too_short)
        else:
            found = strength(password)
            self.say(found.sentence, "warning" if found.is_weak else "muted")

    @property
    def _too_short(self) -> str:
        return f"The password needs at least {self._target.min_password} characters."

    @on(PathInput.Hint)
    def _hint(self, event: PathInput.Hint) -> None:
        event.stop()
        self.say(event.text)

    @on(RowList.Moved)
    def _moved(self, event: RowList.Moved) -> None:
        """Show all of the highlighted problem."""
        event.stop()
        row = self._problems.highlighted
        if row is not None and self._problems.has_focus:
            self.say(f"{row.problem.what}: {row.problem.reason}")

    # --- writing ---------------------------------------------------------------------------

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_go_on()

    def action_go_on(self) -> None:
        """Go to the first empty field, or write the file."""
        if self._busy:
            return
        fields, target = self._credentials, self._target
        asks_password = Needs.PASSWORD in target.write_needs
        if self._is_empty:
            self.say(_NOTHING, "warning")
        elif self._path.is_folder and self._path.value.strip():
            self.set_focus(self._path)
            self.say("This is a folder. Add the name of a file.", "error")
        elif self._first_empty is not None:
            self.set_focus(self._first_empty)
        elif fields.differ:
            self.say(MISMATCH, "error")
            fields.repeat_again()
        elif asks_password and len(fields.password) < target.min_password:
            self.say(self._too_short, "error")
        else:
            self._export()

    @work(exclusive=True, exit_on_error=False, description="export")
    async def _export(self) -> None:
        """Write the file and close; ask first if secrets or a file are at risk."""
        path, target = self._path.path, self._target
        vault, force = self.context.vault_path, False
        credentials = replace(self._credentials.credentials, kdf=self.context.config.kdf.params)
        try:
            plan = await self._planned()
            if not target.encrypted and not (
                await self._sure(*_ASK_PLAIN) and await may_show(self, "export the secrets")
            ):
                return
            try:
                check_place(path, vault)
            except ExportExistsError as error:
                if not await self._sure("Replace the file?", str(error), "replace"):
                    return
                force = True
            self._busy = _DERIVING if target.encrypted else _CHECKING
            self.tick()
            encoded = await in_daemon_thread(lambda: encode(target, plan, credentials))
            self._busy = _WRITING
            self.tick()
            done = await in_thread(lambda: encoded.save(path, vault=vault, force=force))
        except OtpTuiError as error:
            self.say(error.sentence, "error")
        else:
            self.dismiss(f"{done.sentence}: {short_path(done.path)}")
        finally:
            self._busy = ""

    @work(exclusive=True, exit_on_error=False, description="QR codes")
    async def action_qr_codes(self) -> None:
        """Show the entries as QR codes instead of writing a file, if the format supports it."""
        from tui.app.screens.export_codes import show_codes

        if self._target.name == NAME and not self._busy:
            await show_codes(self, self._selection())

    async def _sure(self, question: str, words: str, verb: str) -> bool:
        return await self.app.push_screen_wait(ConfirmScreen(question, words, verb))

    # --- going back ------------------------------------------------------------------------

    def action_back(self) -> None:
        """Cancel the export if nothing is written yet, or close."""
        if self._busy and self._busy != _WRITING:
            self.workers.cancel_node(self)
            self._busy = ""
            self.say("Canceled. Nothing was written.")
        elif not self._busy:
            self.dismiss(None)

    def on_unmount(self) -> None:
        """Drop all entries."""
        del self._vault

    def tick(self) -> None:
        """Show that work is in progress."""
        if self._busy:
            dots = "." * (1 + int(self.context.clock.steady()) % 3)
            cancels = "" if self._busy == _WRITING else "  (Esc cancels)"
            self.say(f"{self._busy} {dots}{cancels}")
