"""Choosing a picture with QR codes, and reading it."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import DirectoryTree, Input

from tui.app.screens.base import Dialog, in_thread
from tui.app.widgets.bars import KeyBar, Rule, StatusLine, TitleBar
from tui.app.widgets.file_chooser import FileTree, PathInput
from tui.app.widgets.form_fields import FormRow
from tui.backup.model import Backup
from tui.backup.sources import read_picture
from tui.errors import OtpTuiError
from tui.files import read_limited
from tui.paths import home_folder

_KEYS = [("↵", "read"), ("⇥", "complete, next field"), ("Esc", "back")]


class PictureScreen(Dialog[Backup | None]):
    """Asks for the file. Returns what its QR codes hold; None: nothing was chosen."""

    CSS_PATH = "entry_form.tcss"
    AUTO_FOCUS = "PathInput"
    BINDINGS: ClassVar = [
        Binding("escape", "back", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._reading = False

    def compose(self) -> ComposeResult:
        yield TitleBar("QR code")
        yield Rule()
        yield FormRow("Picture", PathInput("path of the file, or pick it below", id="picture"))
        yield FileTree(_first_folder())
        yield StatusLine()
        yield KeyBar(_KEYS)

    def on_mount(self) -> None:
        self._say("A screenshot or a photo of one or several codes.")

    @on(DirectoryTree.FileSelected)
    def _picked(self, event: DirectoryTree.FileSelected) -> None:
        event.stop()
        self.query_one(PathInput).value = str(event.path)
        self._read(event.path)

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        event.stop()
        field, tree = self.query_one(PathInput), self.query_one(FileTree)
        if not field.value.strip():
            tree.focus()
        elif field.is_folder:
            tree.path = field.path
            tree.focus()
            self._say("")
        else:
            self._read(field.path)

    @on(PathInput.Ambiguous)
    def _list_names(self, event: PathInput.Ambiguous) -> None:
        event.stop()
        self._say("  ".join(event.names[:40]))

    @work(exclusive=True, exit_on_error=False, description="read a picture")
    async def _read(self, path: Path) -> None:
        self._reading = True
        self._say(f"Reading {path.name} …  (Esc cancels)")
        try:
            backup = await in_thread(lambda: read_picture(read_limited(path), path.name))
        except OtpTuiError as error:
            self._say(error.sentence, "error")
        else:
            self.dismiss(backup)
        finally:
            self._reading = False

    def action_back(self) -> None:
        """Cancel the reading, or leave."""
        if self._reading:
            self.workers.cancel_node(self)
            self._reading = False
            self._say("Cancelled.")
        else:
            self.dismiss(None)

    def _say(self, text: str, tone: str = "muted") -> None:
        self.query_one(StatusLine).say(text, tone)


def _first_folder() -> Path:
    home = home_folder() or Path("/")
    folders = (home / "Pictures", home / "Downloads")
    return next((folder for folder in folders if folder.is_dir()), home)
