"""Chooses an image with QR codes, and reads it."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import DirectoryTree, Input

from tui.app.screens.base import Dialog
from tui.app.threads import in_daemon_thread
from tui.app.widgets.bars import TitleBar
from tui.app.widgets.file_tree import FileTree, first_folder
from tui.app.widgets.form_fields import FormRow
from tui.app.widgets.key_bar import KeyBar
from tui.app.widgets.path_input import PathInput
from tui.app.widgets.status_line import StatusLine
from tui.backup.formats import qr_image
from tui.backup.model import Backup
from tui.backup.sources import read_image
from tui.errors import OtpTuiError
from tui.files import read_limited
from tui.text import safe

_WHAT = "A screenshot or photo of one or several QR codes."
_KEYS = [("↵", "read"), ("⇥", "complete"), ("⌫", "folder up"), ("Esc", "back")]


class ImageScreen(Dialog[Backup | None]):
    """Returns the contents of the QR codes; None if no image was read."""

    CSS_PATH = "entry_form.tcss"
    AUTO_FOCUS = "PathInput"
    BINDINGS: ClassVar = [
        Binding("escape", "back", show=False),
    ]

    _path = getters.query_one(PathInput)

    def __init__(self) -> None:
        super().__init__()
        self._reading = False

    def compose(self) -> ComposeResult:
        yield TitleBar("QR code")
        tree = FileTree(first_folder("Pictures", "Downloads"), suffixes=qr_image.FORMAT.suffixes)
        yield FormRow("Image", PathInput("Path, or pick a file below", tree=tree, id="image"))
        yield tree
        yield StatusLine()
        yield KeyBar(_KEYS)

    def on_mount(self) -> None:
        self.say(_WHAT)

    @on(DirectoryTree.FileSelected)
    def _picked(self, event: DirectoryTree.FileSelected) -> None:
        event.stop()
        with self.prevent(Input.Changed):
            self._path.value = str(event.path)
        self._read(event.path)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if path := self._path.submit():
            self._read(path)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if not self._reading:
            self.say(_WHAT)

    @on(PathInput.Hint)
    def _hint(self, event: PathInput.Hint) -> None:
        event.stop()
        self.say(event.text)

    @work(exclusive=True, exit_on_error=False, description="read an image")
    async def _read(self, path: Path) -> None:
        self._reading = True
        self.say(f"Reading {safe(path.name, 80)} …  (Esc cancels)")
        try:
            backup = await in_daemon_thread(lambda: read_image(read_limited(path), path.name))
        except OtpTuiError as error:
            self.say(error.sentence, "error")
        else:
            self.dismiss(backup)
        finally:
            self._reading = False

    def action_back(self) -> None:
        """Cancel reading, or close."""
        if self._reading:
            self.workers.cancel_node(self)
            self._reading = False
            self.say("Canceled.")
        else:
            self.dismiss(None)
