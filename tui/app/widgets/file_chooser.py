"""Choosing a file: a path field that completes, and a tree of folders."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import DirectoryTree, Input

from tui.text import safe

_MOST = 4000
"""Names of one folder that are looked at for a completion."""


def complete(typed: str) -> str:
    """Return `typed` with what all names that begin with it have in common, `~` left as it is.

    A folder that is the only one gets its slash. Hidden names count when the dot was typed.
    """
    start = typed.rpartition("/")[2]
    common = _shared_start(candidates(typed))
    if len(common) <= len(start):
        return typed
    return typed[: len(typed) - len(start)] + common


def candidates(typed: str) -> list[str]:
    """Return the names in the typed folder that begin as typed, folders with their slash."""
    folder, _, start = typed.rpartition("/")
    names: list[str] = []
    try:
        base = Path(folder + "/" if typed.startswith("/") else folder or ".").expanduser()
        with os.scandir(base) as found:
            for _, item in zip(range(_MOST), found, strict=False):
                if item.name.startswith(start) and (start or not item.name.startswith(".")):
                    names.append(item.name + ("/" if item.is_dir() else ""))
    except (OSError, RuntimeError, ValueError):
        return []
    return sorted(names)


def _shared_start(names: list[str]) -> str:
    if not names:
        return ""
    first, last = min(names), max(names)
    same = (place for place, char in enumerate(first) if place >= len(last) or last[place] != char)
    return first[: next(same, len(first))]


class _PathSuggester(Suggester):
    async def get_suggestion(self, value: str) -> str | None:
        full = complete(value) if value else value
        return full if full != value else None


class PathInput(Input):
    """A path field. Tab completes as a shell does; where there is nothing to add it moves on."""

    BINDINGS: ClassVar = [Binding("tab", "complete", show=False)]

    def __init__(self, placeholder: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(
            placeholder=placeholder,
            id=id,
            suggester=_PathSuggester(use_cache=False, case_sensitive=True),
            select_on_focus=False,
        )
        self.cursor_blink = False

    class Ambiguous(Message):
        """Several names go on as what was typed does."""

        def __init__(self, names: list[str]) -> None:
            super().__init__()
            self.names = names

    def action_complete(self) -> None:
        """Complete the path, or tell the names it may be, or go to the next field."""
        full = complete(self.value) if self.value else self.value
        if full != self.value:
            self.value = full
            self.cursor_position = len(full)
        elif self.value and len(names := candidates(self.value)) > 1:
            self.post_message(self.Ambiguous(names))
        else:
            self.screen.focus_next()

    @property
    def path(self) -> Path:
        """What was typed, as a path."""
        path = Path(self.value.strip())
        try:
            return path.expanduser()
        except RuntimeError:
            return path

    @property
    def is_folder(self) -> bool:
        """Whether what was typed is a folder."""
        try:
            return self.path.is_dir()
        except (OSError, ValueError):
            return False


class FileTree(DirectoryTree):
    """Folders and files; names are shown safe, hidden ones are left out. Space ticks files."""

    ICON_NODE = "▸ "
    ICON_NODE_EXPANDED = "▾ "
    ICON_FILE = "  "
    BINDINGS: ClassVar = [Binding("space", "tick", show=False)]

    def __init__(self, path: Path, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(path, id=id)
        self.ticked: list[Path] = []
        """Files that were ticked, in that order."""

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """Leave hidden names out."""
        return [path for path in paths if not path.name.startswith(".")]

    def process_label(self, label: str | Text) -> Text:
        """Return a label in which nothing is markup and nothing steers the terminal."""
        return Text(safe(label if isinstance(label, str) else label.plain))

    def action_tick(self) -> None:
        """Tick the file under the cursor, or take its tick away; open or close a folder."""
        node = self.cursor_node
        if node is None or node.data is None:
            return
        path = node.data.path
        if path.is_dir():
            node.toggle()
            return
        if path in self.ticked:
            self.ticked.remove(path)
        else:
            self.ticked.append(path)
        node.set_label(Text(f"{'✓ ' if path in self.ticked else ''}{safe(path.name)}"))
