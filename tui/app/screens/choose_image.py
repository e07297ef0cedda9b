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
from tui.app.widgets.bars import KeyBar, StatusLine, TitleBar
from tui.app.widgets.file_chooser import FileTree, PathInput, first_folder
from tui.app.widgets.form_fields import FormRow
from tui.backup.model import Backup
from tui.backup.sources import read_image
from tui.errors import OtpTuiError
from tui.files import read_limited
from tui.text import safe

_KEYS = [("↵", "read"), ("⇥", "complete, next field"), ("⌫", "folder up"), ("Esc", "back")]


class ImageScreen(Dialog[Backup | None]):
    """Returns the contents of the QR codes; None if no image was read."""

    CSS_PATH = "entry_form.tcss"
    AUTO_FOCUS = "PathInput"
    BINDINGS: ClassVar = [
        Binding("escape", "back", show=False),
    ]

    _path = getters.query_one(PathInput)
    _tree = getters.query_one(FileTree)

    def __init__(self) -> None:
        super().__init__()
        self._reading = False

    def compose(self) -> ComposeResult:
        yield TitleBar("QR code")
        yield FormRow("Image", PathInput("Path, or pick a file below", id="image"))
        yield FileTree(first_folder("Pictures", "Downloads"))
        yield StatusLine()
        yield KeyBar(_KEYS)

    def on_mount(self) -> None:
        self.say("A screenshot or photo of one or several QR codes.")

    @on(DirectoryTree.FileSelected)
    def _picked(self, event: DirectoryTree.FileSelected) -> None:
        event.stop()
        self._path.value = str(event.path)
        self._read(event.path)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        field, tree = self._path, self._tree
        if not field.value.strip():
            self.set_focus(tree)
        elif field.is_folder:
            tree.path = field.path
            self.set_focus(tree)
            self.say("")
        else:
            self._read(field.path)

    @on(PathInput.Hint)
    def _hint(self, event: PathInput.Hint) -> None:
        event.stop()
        self.say(event.text)
        if event.folder is not None:
            self._tree.path = event.folder

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
