"""The import screen: choose files, open them, preview, import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid
from textual.widgets import (
    ContentSwitcher,
    DirectoryTree,
    Input,
    Label,
    OptionList,
    Select,
    Static,
)

from tui.app.commands import press_hint
from tui.app.screens.base import BaseScreen, Done, run_change
from tui.app.screens.confirm import ConfirmScreen
from tui.app.threads import in_daemon_thread, in_thread
from tui.app.widgets.bars import KeyBar, StatusLine, TitleBar
from tui.app.widgets.credential_fields import CredentialFields
from tui.app.widgets.file_chooser import FileTree, PathInput, first_folder
from tui.app.widgets.preview_list import ACTIONS, PreviewList, SideBySide
from tui.app.widgets.row_list import RowList
from tui.backup.apps import apps, how_to_export, read_source_of_app, source_of_app
from tui.backup.importer import ImportResult, apply_import, import_into
from tui.backup.model import SECRET_VARIABLE, Credentials, Needs
from tui.backup.plan import DEFAULT_ACTIONS, LABELS, ImportAction, MatchKind
from tui.backup.sources import OpenedBackup, Source, join_parts
from tui.errors import MoreSlotsError, OtpTuiError
from tui.files import read_limited
from tui.text import plural, safe

if TYPE_CHECKING:
    from tui.vault.vault import Vault

AUTO_DETECT = "auto-detect"
_IMPORTING = "Importing"
_DERIVING = "Deriving the key. This can take a while"
_MINUTES = "Together they can take minutes, and a gigabyte of memory."
_ANY_APP = "The app is detected from the file. Highlight an app to see how to export."
_KEYS = [
    ("↵", "open"),
    ("⇥", "complete, next field"),
    ("Space", "select"),
    ("⌫", "folder up"),
    ("Esc", "back"),
]
_COUNTED = {MatchKind.SAME_NAME: "with the same name"}
_NEXT = {
    ImportAction.SKIP: ImportAction.ADD,
    ImportAction.ADD: ImportAction.REPLACE,
    ImportAction.REPLACE: ImportAction.SKIP,
}


class ImportScreen(BaseScreen[Done | None]):
    """Saves as one undoable step.

    Returns a sentence saying what was done and the tone to say it in; None if nothing was done.
    """

    CSS_PATH = "transfer.tcss"
    AUTO_FOCUS = "PathInput"
    BINDINGS: ClassVar = [
        Binding("escape", "back", show=False),
        Binding("enter", "import", show=False),
        Binding("space", "toggle_entry", show=False),
        Binding("d", "next_action", show=False),
    ]

    _path = getters.query_one("#path", PathInput)
    _tree = getters.query_one(FileTree)
    _format = getters.query_one("#format", Select)
    _credentials = getters.query_one(CredentialFields)
    _pages = getters.query_one(ContentSwitcher)

    def __init__(self, vault: Vault) -> None:
        super().__init__()
        self._vault = vault
        self._apps = apps()
        self._waiting: list[Path] = []
        """Chosen files that were not read yet."""
        self._source: Source | None = None
        """The file that is being opened."""
        self._opened: list[OpenedBackup] = []
        self._preview: ImportResult | None = None
        """The preview of the import."""
        self._busy = ""
        """The work in progress, e.g. "Reading backup.json"; empty if none."""

    def compose(self) -> ComposeResult:
        self._list = PreviewList()
        yield TitleBar("import")
        with Grid(id="fields"):
            yield Label("File")
            yield PathInput("Path, or pick a file below", id="path")
            yield Label("From")
            yield Select(
                [("Any app (auto-detect)", AUTO_DETECT), *((name, name) for name in self._apps)],
                value=AUTO_DETECT,
                allow_blank=False,
                compact=True,
                id="format",
            )
        yield CredentialFields(self.context.environ.get(SECRET_VARIABLE, ""))
        with ContentSwitcher(initial="tree"):
            yield FileTree(first_folder("Downloads"), id="tree")
            yield self._list
        yield Static(id="how-to", markup=False)
        yield SideBySide()
        yield StatusLine()
        yield KeyBar(_KEYS)

    # --- choosing ---------------------------------------------------------------------------

    @on(DirectoryTree.FileSelected)
    def _picked(self, event: DirectoryTree.FileSelected) -> None:
        event.stop()
        self._begin(event.path)

    @on(Input.Changed, "#path")
    def _path_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._source is not None:
            self._source, self._waiting = None, []
            self._credentials.ask(Needs.NOTHING)

    @on(Input.Submitted, "#path")
    def _path_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        field, tree = self._path, self._tree
        if not field.value.strip():
            if tree.selected:
                self._begin()
            else:
                self.set_focus(tree)
        elif field.is_folder:
            tree.path = field.path
            self.set_focus(tree)
            self.say("")
        else:
            self._begin(field.path)

    def on_mount(self) -> None:
        self.watch(self._format, "expanded", self._show_how_to)
        self.watch(self._format.query_one(OptionList), "highlighted", self._show_how_to)

    def _show_how_to(self) -> None:
        """Show how to get a backup out of the highlighted app, else out of the chosen one."""
        overlay = self._format.query_one(OptionList)
        app = str(self._format.value)
        if self._format.expanded and overlay.highlighted is not None:
            app = [AUTO_DETECT, *self._apps][overlay.highlighted]
        hint = self.query_one("#how-to", Static)
        hint.update(how_to_export(app) if app in self._apps else _ANY_APP)
        hint.display = self._format.expanded or (app in self._apps and self._preview is None)

    @on(Select.Changed)
    def _format_chosen(self, event: Select.Changed) -> None:
        event.stop()
        self._show_how_to()
        if self._source is not None:
            self._recognize_again(self._source)

    @on(Input.Submitted, "#password, #username, #server, #key-file")
    def _credentials_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if (empty := self._credentials.first_empty) is not None:
            self.set_focus(empty)
        elif self._source is not None and not self._busy:
            self._open(self._credentials.credentials)

    @on(PathInput.Hint)
    def _hint(self, event: PathInput.Hint) -> None:
        event.stop()
        self.say(event.text)
        if event.folder is not None:
            self._tree.path = event.folder

    # --- opening ----------------------------------------------------------------------------

    def _begin(self, *paths: Path) -> None:
        """Open the selected files, then these."""
        selected = self._tree.selected
        self._opened = []
        self._waiting = [*selected, *(path for path in paths if path not in selected)]
        self._read_next()

    @work(exclusive=True, exit_on_error=False, description="read a backup")
    async def _read_next(self) -> None:
        path, chosen = self._waiting.pop(0), self._chosen_app
        with self.prevent(Input.Changed):
            self._path.value = str(path)
            self._path.cursor_position = len(self._path.value)
        self._wait_for(f"Reading {safe(path.name, 80)}")
        try:
            self._source = await in_daemon_thread(lambda: read_source_of_app(path, chosen))
        except OtpTuiError as error:
            self._waiting = []
            self._fail(error)
        else:
            self._open_or_ask(self._source)

    @property
    def _chosen_app(self) -> str:
        """Name of the chosen app; empty to auto-detect."""
        chosen = self._format.value
        return "" if chosen == AUTO_DETECT else str(chosen)

    @work(exclusive=True, exit_on_error=False, description="recognize a backup")
    async def _recognize_again(self, source: Source) -> None:
        chosen = self._chosen_app
        self._source = await in_daemon_thread(
            lambda: source_of_app(source.content.data, source.name, chosen)
        )
        self._open_or_ask(self._source)

    def _open_or_ask(self, source: Source) -> None:
        """Open a file, or first ask for the credentials that it needs."""
        if source.format is None:
            self._fail(source.unknown("Choose its app above if you know it."))
        elif source.needs:
            self._busy = ""
            self._credentials.ask(source.needs)
            what = "password" if source.needs is Needs.PASSWORD else "credentials"
            if Needs.KEY_FILE in source.needs:
                what = "password, key file or both"
            self.say(f"{source.format.label}: enter the {what} of {source.name}.")
            if (empty := self._credentials.first_empty) is not None:
                self.set_focus(empty)
        else:
            self._open(Credentials())

    @work(exclusive=True, exit_on_error=False, description="open a backup")
    async def _open(self, credentials: Credentials) -> None:
        source, key_file = self._source, self._credentials.key_file
        if source is None:
            return

        def open_source() -> OpenedBackup:
            key = read_limited(key_file) if key_file is not None else b""
            return source.open(replace(credentials, key_file=key))

        self._wait_for(_DERIVING if source.needs else f"Opening {source.name}")
        try:
            self._opened.append(await in_daemon_thread(open_source))
        except OtpTuiError as error:
            self._fail(error)
            if isinstance(error, MoreSlotsError) and await self.app.push_screen_wait(
                ConfirmScreen("Try all password slots?", f"{error.hint} {_MINUTES}", "try all")
            ):
                self._open(replace(credentials, all_slots=True))
                return
            if self._credentials.display:
                self._credentials.retry()
            return
        self._source = None
        self._credentials.ask(Needs.NOTHING)
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
        else:
            self._busy = ""
            self._show_preview(self._preview)

    # --- looking ----------------------------------------------------------------------------

    def _show_preview(self, preview: ImportResult) -> None:
        self._pages.current = "preview"
        self.query_one("#how-to").display = False
        self.query_one("#fields").display = False
        self._list.show(preview.planned, DEFAULT_ACTIONS)
        self.set_focus(self._list)
        names = [file.opened.name for file in preview.files]
        self.query_one(TitleBar).show(names[0] if len(names) == 1 else plural(len(names), "file"))
        self._show_highlighted()

    def _leave_preview(self) -> None:
        self._preview, self._opened = None, []
        self._list.show((), {})
        self.query_one(SideBySide).show(None)
        self._pages.current = "tree"
        self.query_one("#fields").display = True
        self.query_one(KeyBar).show(_KEYS)
        self.query_one(TitleBar).show("")
        self.say("")
        self.set_focus(self._path)

    @on(RowList.Moved)
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self._show_highlighted()

    def _show_highlighted(self) -> None:
        """Show how the highlighted entry relates to the vault, and what the keys do with it."""
        preview, row = self._preview, self._list.highlighted
        if preview is None:
            return
        if row is not None and row.reason and self._list.cursor:
            self.say(f"{row.what}: {row.reason}")
        else:
            self.say(_summary(preview, self._list.chosen))
        self.query_one(SideBySide).show(row)
        select = "select" if self._list.cursor in self._list.deselected else "deselect"
        keys = [("↵", "import"), ("Space", select), ("Esc", "back")]
        if row is not None and row.kind is not MatchKind.REFUSED:
            action = ACTIONS[_next_action(row.kind, self._list.choices)]
            keys.insert(1, ("d", f"{action} all “{LABELS[row.kind]}”"))
        self.query_one(KeyBar).show(keys)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Enable the actions of the preview only while it is shown."""
        if action in ("import", "toggle_entry", "next_action"):
            return self._preview is not None and not self._busy
        return True

    def action_toggle_entry(self) -> None:
        """Deselect the highlighted entry, or select it again."""
        self._list.toggle()
        self._show_highlighted()

    def action_next_action(self) -> None:
        """Change to the next action for all entries of the highlighted kind."""
        row = self._list.highlighted
        if row is not None:
            self._list.choose(row.kind, _next_action(row.kind, self._list.choices))
            self._show_highlighted()

    @work(exclusive=True, exit_on_error=False, description="import backups")
    async def action_import(self) -> None:
        """Import the selected entries, and close."""
        if self._preview is None:
            return
        opened = [file.opened for file in self._preview.files]
        actions, deselected = dict(self._list.choices), frozenset(self._list.deselected)
        vault, moment, results = self._vault, self.moment, list[ImportResult]()

        def change() -> None:
            results.append(
                import_into(vault, opened, moment, actions=actions, deselected=deselected)
            )

        self._wait_for(_IMPORTING)
        outcome = await run_change(change)
        self._busy = ""
        if not outcome.made:
            self.say(outcome.problem, "error")
        elif outcome.problem:
            self.dismiss(Done(outcome.problem, "error"))
        else:
            undo = press_hint(self.context, "undo", "to undo") if results[0].changed else ""
            report = results[0].report
            tone = "warning" if report.refused else "strong"
            self.dismiss(Done(f"{report.sentence('imported')}.{undo}", tone))

    # --- going back -------------------------------------------------------------------------

    def action_back(self) -> None:
        """Cancel work in progress, go back a step, or close."""
        if self._busy == _IMPORTING:
            return
        if self._busy:
            self.workers.cancel_node(self)
            self._busy = ""
            self.say("Canceled.")
        elif self._preview is not None:
            self._leave_preview()
        else:
            self.dismiss(None)

    def on_unmount(self) -> None:
        """Drop all entries."""
        self._list.rows = []
        self._preview, self._opened = None, []
        del self._vault

    # --- work that takes time ---------------------------------------------------------------

    def tick(self) -> None:
        """Show that work is in progress."""
        if self._busy:
            dots = "." * (1 + int(self.context.clock.steady()) % 3)
            self.say(f"{self._busy} {dots}{self._cancel_hint}")

    def _wait_for(self, what: str) -> None:
        self._busy = what
        self.say(f"{what} …{self._cancel_hint}")

    @property
    def _cancel_hint(self) -> str:
        return "" if self._busy == _IMPORTING else "  (Esc cancels)"

    def _fail(self, error: OtpTuiError) -> None:
        self._busy = ""
        self.say(error.sentence, "error")


def _summary(preview: ImportResult, chosen: int) -> str:
    """Return the numbers of entries of each kind, and of those that are chosen."""
    counts = ((kind, sum(row.kind is kind for row in preview.planned)) for kind in MatchKind)
    words = ", ".join(
        f"{count} {_COUNTED.get(kind, LABELS[kind])}" for kind, count in counts if count
    )
    does = f"imports {plural(chosen, 'entry')}" if chosen else "closes; nothing is selected"
    return f"{words or 'No entries'}. Enter {does}."


def _next_action(kind: MatchKind, actions: Mapping[MatchKind, ImportAction]) -> ImportAction:
    """Return the action after the current one; new and repeated entries can't replace anything."""
    after = _NEXT[actions[kind]]
    if after is ImportAction.REPLACE and kind in (MatchKind.NEW, MatchKind.REPEATED):
        return ImportAction.SKIP
    return ImportAction.SKIP if kind is MatchKind.REFUSED else after
