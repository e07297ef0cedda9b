"""Bringing backups in: choose files, open them, look at what they hold, import."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid
from textual.widgets import ContentSwitcher, DirectoryTree, Input, Label, Select

from tui.app.screens.base import BaseScreen, in_thread
from tui.app.widgets.bars import KeyBar, Rule, StatusLine, TitleBar
from tui.app.widgets.credential_fields import CredentialFields
from tui.app.widgets.file_chooser import FileTree, PathInput
from tui.app.widgets.preview_list import ACTIONS, WORDS, PreviewList, SideBySide
from tui.app.widgets.row_list import RowList
from tui.backup.importer import ImportResult, apply_import, import_into
from tui.backup.model import SECRET_VARIABLE, Credentials, Needs
from tui.backup.plan import DEFAULT_ACTIONS, ImportAction, MatchKind
from tui.backup.registry import formats
from tui.backup.sources import OpenedBackup, Source, join_parts, read_source, source_of
from tui.errors import NotSavedError, OtpTuiError
from tui.paths import home_folder

if TYPE_CHECKING:
    from tui.vault.vault import Vault

AUTO_DETECT = "auto-detect"
_IMPORTING = "Importing"
_CHOOSING = [("↵", "open"), ("⇥", "complete, next field"), ("Space", "tick files"), ("Esc", "back")]
_NEXT = {
    ImportAction.SKIP: ImportAction.ADD,
    ImportAction.ADD: ImportAction.REPLACE,
    ImportAction.REPLACE: ImportAction.SKIP,
}


class ImportScreen(BaseScreen[str | None]):
    """Imports backups as one step that can be undone; returns what to say about it."""

    CSS_PATH = "transfer.tcss"
    AUTO_FOCUS = "PathInput"
    BINDINGS: ClassVar = [
        Binding("escape", "back", show=False),
    ]

    def __init__(self, vault: Vault) -> None:
        super().__init__()
        self._vault = vault
        self._waiting: list[Path] = []
        """Files that were chosen and not opened yet."""
        self._source: Source | None = None
        """The file that is being opened."""
        self._opened: list[OpenedBackup] = []
        self._preview: ImportResult | None = None
        """What the import would do."""
        self._busy = ""

    def compose(self) -> ComposeResult:
        yield TitleBar("import")
        yield Rule()
        with Grid(id="fields"):
            yield Label("File")
            yield PathInput("path of the backup, or pick it below", id="path")
            yield Label("Format")
            yield Select(
                [("auto-detect", AUTO_DETECT)] + [(each.label, each.name) for each in formats()],
                value=AUTO_DETECT,
                allow_blank=False,
                compact=True,
                id="format",
            )
        yield CredentialFields(self.context.environ.get(SECRET_VARIABLE, ""))
        with ContentSwitcher(initial="tree"):
            yield FileTree(_first_folder(), id="tree")
            yield PreviewList()
        yield SideBySide()
        yield StatusLine()
        yield KeyBar(_CHOOSING)

    def on_mount(self) -> None:
        self._listed = self.query_one(PreviewList)

    # --- choosing ---------------------------------------------------------------------------

    @on(DirectoryTree.FileSelected)
    def _picked(self, event: DirectoryTree.FileSelected) -> None:
        event.stop()
        ticked = self.query_one(FileTree).ticked
        self._begin([*ticked, *([] if event.path in ticked else [event.path])])

    @on(Input.Changed, "#path")
    def _other_file(self, event: Input.Changed) -> None:
        event.stop()
        if self._source is not None:
            self._source, self._waiting = None, []
            self.query_one(CredentialFields).ask(Needs.NOTHING)

    @on(Input.Submitted, "#path")
    def _path_given(self, event: Input.Submitted) -> None:
        event.stop()
        field, tree = self.query_one(PathInput), self.query_one(FileTree)
        if field.value.strip() and field.is_folder:
            tree.path = field.path
            tree.focus()
            self._say("")
        elif field.value.strip() or tree.ticked:
            typed = [field.path] if field.value.strip() else []
            self._begin([*tree.ticked, *(path for path in typed if path not in tree.ticked)])

    @on(Select.Changed)
    def _format_chosen(self, event: Select.Changed) -> None:
        event.stop()
        if self._source is not None:
            self._recognize_again(self._source)

    @on(Input.Submitted, "#password, #username, #server")
    def _credential_given(self, event: Input.Submitted) -> None:
        event.stop()
        fields = self.query_one(CredentialFields)
        if (empty := fields.first_empty) is not None:
            empty.focus()
        elif self._source is not None and not self._busy:
            self._open(fields.credentials)

    @on(PathInput.Ambiguous)
    def _list_names(self, event: PathInput.Ambiguous) -> None:
        event.stop()
        self._say("  ".join(event.names[:40]))

    def _begin(self, paths: list[Path]) -> None:
        self._opened, self._waiting = [], paths
        self._read_next()

    @work(exclusive=True, exit_on_error=False, description="read a backup")
    async def _read_next(self) -> None:
        path = self._waiting.pop(0)
        field = self.query_one(PathInput)
        with self.prevent(Input.Changed):
            field.value = str(path)
            field.cursor_position = len(field.value)
        self._wait_for(f"Reading {path.name}")
        chosen = self._chosen_format
        try:
            self._source = await in_thread(lambda: read_source(path, chosen))
        except OtpTuiError as error:
            self._waiting = []
            self._fail(error)
            return
        self._ask_or_open(self._source)

    @property
    def _chosen_format(self) -> str:
        chosen = self.query_one(Select).value
        return "" if chosen == AUTO_DETECT else str(chosen)

    @work(exclusive=True, exit_on_error=False, description="recognize a backup")
    async def _recognize_again(self, source: Source) -> None:
        chosen = self._chosen_format
        self._source = await in_thread(lambda: source_of(source.content.data, source.name, chosen))
        self._ask_or_open(self._source)

    def _ask_or_open(self, source: Source) -> None:
        fields = self.query_one(CredentialFields)
        if source.format is None:
            self._fail(source.unknown("Choose its format above if you know what it is."))
        elif source.needs:
            self._busy = ""
            fields.ask(source.needs)
            what = "password" if source.needs is Needs.PASSWORD else "credentials"
            self._say(f"{source.name} is {source.format.label}. Enter its {what}.")
            if (empty := fields.first_empty) is not None:
                empty.focus()
        else:
            self._open(Credentials())

    @work(exclusive=True, exit_on_error=False, description="open a backup")
    async def _open(self, credentials: Credentials) -> None:
        source = self._source
        if source is None:
            return
        self._wait_for(f"Opening {source.name}")
        try:
            self._opened.append(await in_thread(lambda: source.open(credentials)))
        except OtpTuiError as error:
            self._fail(error)
            fields = self.query_one(CredentialFields)
            if fields.display:
                fields.retry()
            return
        self._source = None
        self.query_one(CredentialFields).ask(Needs.NOTHING)
        if self._waiting:
            self._read_next()
            return
        opened, document = list(self._opened), self._vault.document
        try:
            self._preview = await in_thread(
                lambda: apply_import(document, join_parts(opened), moment=0)[1]
            )
        except OtpTuiError as error:
            self._fail(error)
            return
        self._busy = ""
        self._show_preview(self._preview)

    # --- looking ----------------------------------------------------------------------------

    @property
    def _looking(self) -> bool:
        return self.query_one(ContentSwitcher).current == "preview"

    def _show_preview(self, preview: ImportResult) -> None:
        self.query_one(ContentSwitcher).current = "preview"
        self.query_one("#fields").display = False
        listed = self._listed
        listed.show(preview.planned, DEFAULT_ACTIONS)
        listed.focus()
        names = [file.opened.name for file in preview.files]
        self.query_one(TitleBar).show(names[0] if len(names) == 1 else f"{len(names)} files")
        self._tell()
        self._selected()

    def _tell(self) -> None:
        """Say what the files hold, or all of the selected row's reason."""
        preview, row = self._preview, self._listed.highlighted
        if preview is None:
            return
        if row is not None and row.reason and self._listed.cursor:
            self._say(f"{row.what}: {row.reason}")
            return
        counts = ((kind, sum(row.kind is kind for row in preview.planned)) for kind in MatchKind)
        told = ", ".join(f"{count} {WORDS[kind]}" for kind, count in counts if count)
        self._say(f"{told or 'No entries'}. Enter imports.")

    @on(RowList.Moved)
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self._tell()
        self._selected()

    def _selected(self) -> None:
        """Show how the highlighted entry differs, and what can be done with its kind."""
        listed = self._listed
        row = listed.highlighted
        self.query_one(SideBySide).show(row)
        keys = [("↵", "import"), ("Space", "take out or in"), ("Esc", "back")]
        if row is not None and row.kind is not MatchKind.REFUSED:
            action = ACTIONS[listed.choices[row.kind]]
            keys.insert(1, ("d", f"all “{WORDS[row.kind]}”: {action}"))
        self.query_one(KeyBar).show(keys)

    def on_key(self, event: events.Key) -> None:
        """The keys of the preview."""
        if not self._looking or self._busy:
            return
        listed = self._listed
        if event.key == "d" and listed.highlighted is not None:
            kind = listed.highlighted.kind
            listed.choose(kind, _next_choice(kind, listed.choices))
            self._selected()
        elif event.key == "space":
            listed.toggle()
        elif event.key == "enter":
            self._import()
        else:
            return
        event.stop()

    @work(exclusive=True, exit_on_error=False, description="import backups")
    async def _import(self) -> None:
        preview, listed = self._preview, self._listed
        if preview is None:
            return
        opened = [file.opened for file in preview.files]
        actions, deselected = dict(listed.choices), frozenset(listed.deselected)
        vault, moment = self._vault, int(self.context.clock.now())
        self._wait_for(_IMPORTING)
        try:
            result = await in_thread(
                lambda: import_into(vault, opened, moment, actions=actions, deselected=deselected)
            )
        except NotSavedError as error:
            self.dismiss(f"NOT SAVED. {error.sentence}")
        except OtpTuiError as error:
            self._fail(error)
        else:
            undo = " Press u to undo." if result.changed else ""
            self.dismiss(f"{result.report.sentence('imported')}.{undo}")

    # --- going back -------------------------------------------------------------------------

    def action_back(self) -> None:
        """Cancel what runs, go back a step, or leave."""
        if self._busy == _IMPORTING:
            return
        if self._busy:
            self.workers.cancel_node(self)
            self._busy = ""
            self._say("Cancelled.")
        elif self._looking:
            self._preview, self._opened = None, []
            self._listed.show((), {})
            self.query_one(SideBySide).show(None)
            self.query_one(ContentSwitcher).current = "tree"
            self.query_one("#fields").display = True
            self.query_one(KeyBar).show(_CHOOSING)
            self.query_one(TitleBar).show("")
            self._say("")
            self.query_one(PathInput).focus()
        else:
            self.dismiss()

    def on_unmount(self) -> None:
        """Let go of every entry."""
        self._listed.rows = []
        self._preview, self._opened = None, []
        del self._vault

    def tick(self) -> None:
        """Show that a long work goes on."""
        if self._busy:
            dots = "." * (1 + int(self.context.clock.steady()) % 3)
            self._say(f"{self._busy} {dots}{self._way_out}")

    # --- words ------------------------------------------------------------------------------

    def _wait_for(self, what: str) -> None:
        self._busy = what
        self._say(f"{what} …{self._way_out}")

    @property
    def _way_out(self) -> str:
        return "" if self._busy == _IMPORTING else "  (Esc cancels)"

    def _fail(self, error: OtpTuiError) -> None:
        self._busy = ""
        self._say(error.sentence, "error")

    def _say(self, text: str, tone: str = "muted") -> None:
        self.query_one(StatusLine).say(text, tone)


def _next_choice(kind: MatchKind, choices: Mapping[MatchKind, ImportAction]) -> ImportAction:
    """Return the choice after the present one; what is new or twice replaces nothing."""
    after = _NEXT[choices[kind]]
    if after is ImportAction.REPLACE and kind in (MatchKind.NEW, MatchKind.REPEATED):
        return ImportAction.SKIP
    return ImportAction.SKIP if kind is MatchKind.REFUSED else after


def _first_folder() -> Path:
    home = home_folder() or Path("/")
    downloads = home / "Downloads"
    return downloads if downloads.is_dir() else home
