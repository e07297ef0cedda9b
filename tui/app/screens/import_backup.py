"""Bringing a backup in: choose a file, open it, look at what it holds, import."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid
from textual.widgets import ContentSwitcher, DirectoryTree, Input, Label, Select

from tui.app.screens.base import OtpScreen, beside
from tui.app.widgets.bars import KeyBar, Rule, StatusLine, TitleBar
from tui.app.widgets.file_chooser import FileTree, PathInput
from tui.app.widgets.password_input import PasswordInput
from tui.app.widgets.preview_list import PreviewList
from tui.errors import BackupPasswordError, FormatError, NotSavedError, OtpTuiError
from tui.files import read_limited
from tui.formats import by_name, readers, recognise
from tui.formats.base import Credentials, Format, Needs
from tui.otp.backup import Backup
from tui.vault.importing import Choice, Kind, Report, Row, apply, choices_for, plan

if TYPE_CHECKING:
    from tui.vault.document import Document
    from tui.vault.vault import Vault

BY_CONTENT = "by content"
_CHOOSING = [("↵", "open"), ("⇥", "complete, next field"), ("Esc", "back")]
_LOOKING = [
    ("↵", "import"),
    ("d", "already here: {choice}"),
    ("Space", "take out or in"),
    ("Esc", "back"),
]
_CHOICE_WORDS = {Choice.SKIP: "skip", Choice.KEEP: "keep both", Choice.REPLACE: "replace"}
_NEXT_CHOICE = {
    Choice.SKIP: Choice.KEEP,
    Choice.KEEP: Choice.REPLACE,
    Choice.REPLACE: Choice.SKIP,
}


class ImportScreen(OtpScreen):
    """Imports one backup into the open vault."""

    CSS_PATH = "import_backup.tcss"
    AUTO_FOCUS = "PathInput"
    BINDINGS: ClassVar = [
        Binding("escape", "back", show=False),
        Binding("ctrl+l", "lock", show=False),
    ]

    def __init__(self, vault: Vault) -> None:
        super().__init__()
        self._vault = vault
        self._data = b""
        self._file_name = ""
        self._backup: Backup | None = None
        self._choice = Choice.SKIP
        self._busy = ""

    def compose(self) -> ComposeResult:
        yield TitleBar("import a backup")
        yield Rule()
        with Grid(id="fields"):
            yield Label("File")
            yield PathInput("path of the backup, or pick it below", id="path")
            yield Label("Format")
            yield Select(
                [("recognised by its content", BY_CONTENT)]
                + [(each.label, each.name) for each in readers()],
                value=BY_CONTENT,
                allow_blank=False,
                compact=True,
                id="format",
            )
            yield Label("Password", classes="secret")
            yield PasswordInput("the backup's own password", id="password")
        with ContentSwitcher(initial="tree"):
            yield FileTree(_first_folder(), id="tree")
            yield PreviewList()
        yield StatusLine()
        yield KeyBar(_CHOOSING)

    def on_mount(self) -> None:
        self._show_source("")
        self._ask_password(False)

    # --- choosing ---------------------------------------------------------------------

    @on(DirectoryTree.FileSelected)
    def _picked(self, event: DirectoryTree.FileSelected) -> None:
        event.stop()
        field = self.query_one(PathInput)
        field.value = str(event.path)
        field.cursor_position = len(field.value)
        self._read_file(field.path)

    @on(Input.Changed, "#path")
    def _other_file(self, event: Input.Changed) -> None:
        event.stop()
        if self._data:
            self._data = b""
            self._ask_password(False)

    @on(Input.Submitted, "#path")
    def _path_given(self, event: Input.Submitted) -> None:
        event.stop()
        field = self.query_one(PathInput)
        if field.path.is_dir():
            self.query_one(FileTree).path = field.path
            self.query_one(FileTree).focus()
        elif field.value.strip():
            self._read_file(field.path)

    @on(Select.Changed)
    def _format_chosen(self, event: Select.Changed) -> None:
        event.stop()
        if self._data:
            self._recognise()

    @on(Input.Submitted, "#password")
    def _password_given(self, event: Input.Submitted) -> None:
        event.stop()
        if self._data and event.value:
            self._open(Credentials(password=self.query_one(PasswordInput).take()))

    @work(exclusive=True, exit_on_error=False, description="read a backup")
    async def _read_file(self, path: Path) -> None:
        self._wait_for("Reading the file")
        try:
            self._data = await beside(lambda: read_limited(path))
        except OtpTuiError as error:
            self._fail(error)
            return
        self._file_name = path.name
        self._recognise()

    def _format(self) -> Format | None:
        chosen = self.query_one(Select).value
        return (
            recognise(self._data, self._file_name) if chosen == BY_CONTENT else by_name(str(chosen))
        )

    def _recognise(self) -> None:
        found = self._format()
        if found is None:
            labels = ", ".join(each.label for each in readers())
            self._fail(
                FormatError(
                    f"This file is not recognised as any of: {labels}.",
                    "If you know what it is, choose the format above.",
                )
            )
        elif found.needs(self._data) & Needs.PASSWORD:
            self._busy = ""
            self._ask_password(True)
            self._say(f"{found.label}: type the password of the backup, then Enter.")
            self.query_one(PasswordInput).focus()
        else:
            self._open(Credentials())

    @work(exclusive=True, exit_on_error=False, description="open a backup")
    async def _open(self, credentials: Credentials) -> None:
        found, data, document = self._format(), self._data, self._document
        if found is None:
            return
        self._wait_for(f"Opening the backup ({found.label})")

        def opening() -> tuple[Backup, tuple[Row, ...]]:
            backup = found.read(data, credentials)
            return backup, plan(document, backup)

        try:
            self._backup, rows = await beside(opening)
        except OtpTuiError as error:
            self._fail(error)
            if isinstance(error, BackupPasswordError):
                self.query_one(PasswordInput).focus()
            return
        self._busy = ""
        self._show_source(self._file_name)
        self._preview(rows)

    # --- looking --------------------------------------------------------------------------

    @property
    def _document(self) -> Document:
        return self._vault.document

    @property
    def _choices(self) -> Mapping[Kind, Choice]:
        return choices_for(self._choice)

    def _preview(self, rows: tuple[Row, ...]) -> None:
        self.query_one(ContentSwitcher).current = "preview"
        self.query_one("#fields").display = False
        preview = self.query_one(PreviewList)
        preview.show(rows, self._choices)
        preview.focus()
        counts = {kind: sum(row.kind is kind for row in rows) for kind in Kind}
        here = len(rows) - counts[Kind.NEW] - counts[Kind.REFUSED] - counts[Kind.NAMESAKE]
        parts = [f"{counts[Kind.NEW] + counts[Kind.NAMESAKE]} new", f"{here} already here"]
        parts.append(f"{counts[Kind.REFUSED]} refused")
        self._say(", ".join(parts) + ". Enter imports.")
        self._show_keys()

    def _show_keys(self) -> None:
        word = _CHOICE_WORDS[self._choice]
        keys = [(key, label.format(choice=word)) for key, label in _LOOKING]
        self.query_one(KeyBar).show(keys)

    def key_d(self) -> None:
        """Change what is done with entries that are here already."""
        if self._looking:
            self._choice = _NEXT_CHOICE[self._choice]
            self.query_one(PreviewList).show(self.query_one(PreviewList).rows, self._choices)
            self._show_keys()

    def key_space(self) -> None:
        """Take the row out of the import, or in again."""
        if self._looking:
            self.query_one(PreviewList).toggle()

    def key_enter(self) -> None:
        """Import what is shown."""
        if self._looking and not self._busy:
            self._import()

    @property
    def _looking(self) -> bool:
        return self.query_one(ContentSwitcher).current == "preview"

    @work(exclusive=True, exit_on_error=False, description="import a backup")
    async def _import(self) -> None:
        vault, backup = self._vault, self._backup
        preview = self.query_one(PreviewList)
        if backup is None:
            return
        rows, choices, ticked = preview.rows, self._choices, preview.ticked
        planned, moment = vault.document, int(self.otp.clock.now())
        report = Report()

        def step(document: Document) -> Document:
            nonlocal report
            fresh = rows if document is planned else plan(document, backup)
            done, report = apply(document, backup, fresh, choices, moment, ticked=ticked)
            return done

        self._wait_for("Importing")
        try:
            await beside(lambda: vault.change(step))
        except NotSavedError as error:
            self._finish(f"NOT SAVED. {error.sentence}", "error")
        except OtpTuiError as error:
            self._fail(error)
        else:
            self._finish(report.sentence, "strong")

    def _finish(self, sentence: str, tone: str) -> None:
        from tui.app.screens.codes import CodesScreen

        self.app.pop_screen()
        below = self.app.screen
        if isinstance(below, CodesScreen):
            below.reload()
            below.say(sentence, tone, seconds=None)

    # --- going back ---------------------------------------------------------------------

    def action_back(self) -> None:
        """Cancel what runs, go back a step, or leave."""
        if self._busy:
            self.workers.cancel_node(self)
            self._busy = ""
            self._say("Cancelled.")
        elif self._looking:
            self._backup = None
            self.query_one(ContentSwitcher).current = "tree"
            self.query_one("#fields").display = True
            self.query_one(KeyBar).show(_CHOOSING)
            self._show_source("")
            self._say("")
            self.query_one(PathInput).focus()
        else:
            self.app.pop_screen()

    def action_lock(self) -> None:
        """Lock the vault."""
        self.otp.lock()

    def tick(self) -> None:
        """Show that a long work goes on."""
        if self._busy:
            dots = "." * (1 + int(self.otp.clock.steady()) % 3)
            self._say(f"{self._busy} {dots}  (Esc cancels)")

    # --- words ------------------------------------------------------------------------------

    def _wait_for(self, what: str) -> None:
        self._busy = what
        self._say(f"{what} …  (Esc cancels)")

    def _fail(self, error: OtpTuiError) -> None:
        self._busy = ""
        self._say(error.sentence, "error")

    def _say(self, text: str, tone: str = "muted") -> None:
        self.query_one(StatusLine).say(text, tone)

    def _show_source(self, text: str) -> None:
        self.query_one(TitleBar).show(text)

    def _ask_password(self, shown: bool) -> None:
        self.query_one(PasswordInput).take()
        for widget in self.query(".secret, #password"):
            widget.display = shown


def _first_folder() -> Path:
    downloads = Path.home() / "Downloads"
    return downloads if downloads.is_dir() else Path.home()
