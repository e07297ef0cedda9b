"""The import screen: chooses files, opens them, and shows what an import would do."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid
from textual.widgets import (
    DirectoryTree,
    Input,
    Label,
    Select,
    Static,
)

from tui.app.import_files import ImportFiles
from tui.app.screens.base import BaseScreen, Done
from tui.app.screens.confirm import ConfirmScreen
from tui.app.screens.import_preview import ImportPreviewScreen
from tui.app.threads import in_daemon_thread, in_thread
from tui.app.widgets.app_select import AppSelect
from tui.app.widgets.bars import TitleBar
from tui.app.widgets.credential_fields import CredentialFields
from tui.app.widgets.file_tree import FileTree, first_folder
from tui.app.widgets.key_bar import KeyBar
from tui.app.widgets.path_input import PathInput
from tui.app.widgets.status_line import StatusLine
from tui.backup.apps import read_source_of_app, source_of_app
from tui.backup.importer import apply_import
from tui.backup.model import SECRET_VARIABLE, Credentials, Needs
from tui.backup.sources import OpenedBackup, Source, join_parts
from tui.errors import BackupPasswordError, MoreSlotsError, OtpTuiError
from tui.files import read_limited
from tui.text import safe

if TYPE_CHECKING:
    from tui.vault.vault import Vault

_CANCEL = "  (Esc cancels)"
_DERIVING = "Deriving the key. This can take a while"
_MINUTES = "Together they can take minutes, and a gigabyte of memory."
_PATH_KEYS = [("↵", "open"), ("⇥", "complete"), ("↓", "list"), ("Esc", "back")]
_TREE_KEYS = [("↵", "open"), ("Space", "select"), ("⌫", "folder up"), ("Esc", "back")]
_APP_KEYS = [("↵", "choose"), ("⇥", "next field"), ("Esc", "back")]
_CREDENTIAL_KEYS = [("↵", "open"), ("⇥", "next field"), ("Esc", "back")]


class ImportScreen(BaseScreen[Done | None]):
    """Returns what was done; None if nothing was."""

    CSS_PATH = "transfer.tcss"
    AUTO_FOCUS = "PathInput"
    BINDINGS: ClassVar = [
        Binding("escape", "back", show=False),
        Binding("ctrl+n", "skip", show=False),
    ]

    _path = getters.query_one("#path", PathInput)
    _tree = getters.query_one(FileTree)
    _app = getters.query_one(AppSelect)
    _credentials = getters.query_one(CredentialFields)

    def __init__(self, vault: Vault) -> None:
        super().__init__()
        self._vault = vault
        self._files = ImportFiles()
        self._source: Source | None = None
        """The file that is being opened."""
        self._busy = ""
        """The work in progress, e.g. "Reading backup.json"; empty if none."""

    def compose(self) -> ComposeResult:
        tree = FileTree(first_folder("Downloads"), id="tree")
        yield TitleBar("import")
        with Grid(id="fields"):
            yield Label("File")
            yield PathInput("Path, or pick a file below", tree=tree, id="path")
            yield Label("From")
            yield AppSelect(id="format")
        yield CredentialFields(self.context.environ.get(SECRET_VARIABLE, ""))
        yield tree
        yield Static(id="how-to", markup=False)
        yield StatusLine()
        yield KeyBar(_PATH_KEYS)

    # --- choosing ---------------------------------------------------------------------------

    @on(DirectoryTree.FileSelected)
    def _picked(self, event: DirectoryTree.FileSelected) -> None:
        event.stop()
        self._begin(*(() if self._tree.selected else (event.path,)))

    @on(Input.Changed, "#path")
    def _path_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._source is not None:
            self._stop()
        if not self._busy:
            self.say("")

    @on(Input.Submitted, "#path")
    def _path_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._tree.selected and not self._path.value.strip():
            self._begin()
        elif path := self._path.submit():
            if self._tree.selected and not path.exists():
                self.say(f"No such file: {safe(path.name, 80)}.", "error")
            else:
                self._begin(path)

    @on(AppSelect.HowTo)
    def _show_how_to(self, event: AppSelect.HowTo) -> None:
        event.stop()
        hint = self.query_one("#how-to", Static)
        hint.update(event.text)
        hint.display = bool(event.text)

    @on(Select.Changed)
    def _format_chosen(self, event: Select.Changed) -> None:
        event.stop()
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

    def on_descendant_focus(self) -> None:
        """Show the keys of the field."""
        keys = [*_CREDENTIAL_KEYS]
        if self._files.are_several:
            keys.insert(2, ("^n", "skip this file"))
        if self._path.has_focus:
            keys = _PATH_KEYS
        elif self._tree.has_focus:
            keys = _TREE_KEYS
        elif self._app.has_focus or self._app.expanded:
            keys = _APP_KEYS
        self.query_one(KeyBar).show(keys)

    # --- opening ----------------------------------------------------------------------------

    def _begin(self, *paths: Path) -> None:
        """Open the selected files, then these."""
        selected = self._tree.selected
        self._stop()
        self._files.begin([*selected, *(path for path in paths if path not in selected)])
        self._go_on()

    def _go_on(self) -> None:
        """Read the next file, or show what the import would do.

        The credential fields stay, in case it needs them: hiding them would move the focus, perhaps
        after it is back in them.
        """
        self._source = None
        self._credentials.forget()
        path = self._files.next()
        self.query_one(TitleBar).show(self._files.position)
        if path is not None:
            self._read(path)
        elif self._files.opened:
            self._show_preview()
        else:
            self._choose_again()

    @work(exclusive=True, exit_on_error=False, description="read a backup")
    async def _read(self, path: Path) -> None:
        chosen = self._app.app_name
        with self.prevent(Input.Changed):
            self._path.value = str(path)
            self._path.cursor_position = len(self._path.value)
        self._wait_for(f"Reading {safe(path.name, 80)}")
        try:
            self._source = await in_daemon_thread(lambda: read_source_of_app(path, chosen))
        except OtpTuiError as error:
            self._give_up(error)
        else:
            self._open_or_ask(self._source)

    @work(exclusive=True, exit_on_error=False, description="recognize a backup")
    async def _recognize_again(self, source: Source) -> None:
        chosen = self._app.app_name
        self._source = await in_daemon_thread(
            lambda: source_of_app(source.content.data, source.name, chosen)
        )
        self._open_or_ask(self._source)

    def _open_or_ask(self, source: Source) -> None:
        """Open a file, or first ask for the credentials that it needs."""
        if source.format is None:
            choose = "Import it alone" if self._files.are_several else "Choose its app above"
            self._give_up(source.unknown(f"{choose} if you know which app it is from."))
        elif source.by_password and self._files.passwords:
            self._try_known(source)
        elif source.needs:
            self._ask(source)
        else:
            self._open(Credentials())

    def _ask(self, source: Source) -> None:
        """Ask for the credentials that a file needs."""
        self._busy = ""
        self._credentials.ask(source.needs)
        what = "password" if source.needs is Needs.PASSWORD else "credentials"
        if Needs.KEY_FILE in source.needs:
            what = "password, key file or both"
        label = source.format.label if source.format is not None else ""
        self.say(f"{label}: enter the {what} of {source.name}.")
        if (empty := self._credentials.first_empty) is not None:
            self.set_focus(empty)

    @work(exclusive=True, exit_on_error=False, description="try known passwords")
    async def _try_known(self, source: Source) -> None:
        """Open a file with the password of an earlier one, or else ask for its own."""
        self._wait_for(_DERIVING)
        for password in self._files.passwords:
            try:
                opened = await in_daemon_thread(partial(source.open, Credentials(password)))
            except BackupPasswordError:
                continue
            except OtpTuiError as error:
                self._give_up(error)
                return
            self._files.add(opened)
            self._go_on()
            return
        self._ask(source)

    @work(exclusive=True, exit_on_error=False, description="open a backup")
    async def _open(self, credentials: Credentials) -> None:
        source = self._source
        if source is None:
            return
        key_file = self._credentials.key_file if Needs.KEY_FILE in source.needs else None

        def open_source() -> OpenedBackup:
            key = read_limited(key_file) if key_file is not None else b""
            return source.open(replace(credentials, key_file=key))

        self._wait_for(_DERIVING if source.needs else f"Opening {source.name}")
        try:
            opened = await in_daemon_thread(open_source)
        except MoreSlotsError as error:
            self._fail(error)
            question = ConfirmScreen(
                "Try all passwords of the vault?", f"{error.hint} {_MINUTES}", "try all"
            )
            if await self.app.push_screen_wait(question):
                self._open(replace(credentials, all_slots=True))
            else:
                self._credentials.retry()
        except OtpTuiError as error:
            if source.needs:
                self._fail(error)
                self._credentials.retry()
            else:
                self._give_up(error)
        else:
            self._files.add(opened, credentials.password)
            self._go_on()

    def _give_up(self, error: OtpTuiError) -> None:
        """Say why a file can't be read; if there are others, leave that to the preview."""
        if self._files.are_several:
            self._files.add_failed(error)
            self._go_on()
        else:
            self._fail(error)

    @work(exclusive=True, exit_on_error=False, description="preview an import")
    async def _show_preview(self) -> None:
        self._credentials.ask(Needs.NOTHING)
        opened, document = self._files.opened, self._vault.document
        try:
            preview = await in_thread(
                lambda: apply_import(document, join_parts(opened), moment=0)[1]
            )
        except OtpTuiError as error:
            self._fail(error)
            return
        self._busy = ""
        self.say("")
        done = await self.app.push_screen_wait(ImportPreviewScreen(self._vault, preview))
        if done is not None:
            self.dismiss(done)
        else:
            self._choose_again()

    # --- going back -------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Enable the skipping of a file while its password is asked for."""
        return action != "skip" or (self._asks and self._files.are_several and not self._busy)

    @property
    def _asks(self) -> bool:
        """True while the credentials of a file are asked for."""
        return self._source is not None and bool(self._credentials.display)

    def action_skip(self) -> None:
        """Leave out the file whose password is asked for."""
        self._go_on()

    def action_back(self) -> None:
        """Cancel work in progress, go back to the choice of files, or close."""
        if self._busy:
            self.workers.cancel_node(self)
            self._busy = ""
            if not self._asks:
                self._choose_again()
            self.say("Canceled.")
        elif self._asks:
            self._choose_again()
        else:
            self.dismiss(None)

    def _stop(self) -> None:
        """Forget the chosen files, but not the passwords that opened some."""
        self._source = None
        self._files.begin(())
        self._credentials.ask(Needs.NOTHING)
        self.query_one(TitleBar).show("")

    def _choose_again(self) -> None:
        self._stop()
        self.say("")
        self.set_focus(self._tree if self._tree.selected else self._path)

    def on_unmount(self) -> None:
        """Drop all entries and passwords."""
        self._files.forget()
        del self._vault

    # --- work that takes time ---------------------------------------------------------------

    def tick(self) -> None:
        """Show that work is in progress."""
        if self._busy:
            dots = "." * (1 + int(self.context.clock.steady()) % 3)
            self.say(f"{self._busy} {dots}{_CANCEL}")

    def _wait_for(self, what: str) -> None:
        self._busy = what
        self.say(f"{what} …{_CANCEL}")

    def _fail(self, error: OtpTuiError) -> None:
        self._busy = ""
        if self.focused is None:
            self.set_focus(self._path)
        self.say(error.sentence, "error")
