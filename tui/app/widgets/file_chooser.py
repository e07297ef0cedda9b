"""Widgets to choose a file: a path field that completes, and a tree of folders."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import work
from textual.binding import Binding
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import DirectoryTree
from textual.widgets.directory_tree import DirEntry
from textual.widgets.tree import TreeNode

from tui.app.key_queue import BACKGROUND
from tui.app.symbols import SELECTED
from tui.app.threads import in_daemon_thread
from tui.app.widgets.text_input import TextInput
from tui.backup.folder import app_of
from tui.paths import home_folder
from tui.text import safe

_MOST = 4000
"""Maximum number of names in a folder to consider for completion."""
_MOST_RECOGNIZED = 300
"""Maximum number of files in a folder that are read to tell if they are backups."""
_MOST_SHOWN = 3
"""Maximum number of names in a hint."""
_GAP = "  "
"""What is before the name of a file in the tree, instead of a mark."""


def complete(typed: str) -> str:
    """Return `typed`, extended with what all names that start with it have in common.

    `~` is kept. If there is only one name, and it is a folder, it gets a slash. Hidden names count
    if the dot was typed.
    """
    start = typed.rpartition("/")[2]
    common = _shared_start(candidates(typed))
    if len(common) <= len(start):
        return typed
    return typed[: len(typed) - len(start)] + common


def candidates(typed: str) -> list[str]:
    """Return the names in the typed folder that start as typed, folders with a slash."""
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


class PathInput(TextInput):
    """A path field. Tab completes as in a shell; if the path is complete, it goes to the next
    field."""

    BINDINGS: ClassVar = [Binding("tab", "complete", show=False)]

    def __init__(
        self,
        placeholder: str,
        *,
        must_exist: bool = True,
        id: str | None = None,  # noqa: A002
    ) -> None:
        """`must_exist` is True for a file to read, False for a new one."""
        super().__init__(
            placeholder=placeholder,
            id=id,
            suggester=_PathSuggester(use_cache=False, case_sensitive=True),
            select_on_focus=False,
        )
        self.cursor_blink = False
        self._must_exist = must_exist

    class Hint(Message):
        """Tab completed nothing."""

        def __init__(self, text: str, folder: Path | None = None) -> None:
            super().__init__()
            self.text = text
            """The reason, for the status line."""
            self.folder = folder
            """The folder that has several such names; None if there are none."""

    def action_complete(self) -> None:
        """Complete the path, or list the candidates, or go to the next field."""
        full = complete(self.value) if self.value else ""
        if full != self.value:
            self.value = full
            self.cursor_position = len(full)
        elif not full or self._is_file:
            self.screen.focus_next()
        elif len(names := candidates(full)) > 1:
            text = "  ".join(safe(name, 60) for name in names[:_MOST_SHOWN])
            if len(names) > _MOST_SHOWN:
                text += f"  and {len(names) - _MOST_SHOWN} more"
            self.post_message(
                self.Hint(text, self.path if full.endswith("/") else self.path.parent)
            )
        elif self._must_exist and not self.is_folder:
            self.post_message(self.Hint(f"No file starts with “{safe(full, 80)}”."))
        else:
            self.screen.focus_next()

    @property
    def path(self) -> Path:
        """The typed path."""
        path = Path(self.value.strip())
        try:
            return path.expanduser()
        except RuntimeError:
            return path

    @property
    def is_folder(self) -> bool:
        """True if the typed path is a folder."""
        try:
            return self.path.is_dir()
        except (OSError, ValueError):
            return False

    @property
    def _is_file(self) -> bool:
        try:
            return self.path.is_file()
        except (OSError, ValueError):
            return False


class FileTree(DirectoryTree):
    """A tree of folders and files, without hidden ones. Space selects files; Backspace shows the
    folder above.

    Files that seem to be backups have the name of their app behind them.
    """

    ICON_NODE = "▸ "
    ICON_NODE_EXPANDED = "▾ "
    ICON_FILE = _GAP
    DEFAULT_CSS = """
    FileTree { padding: 0 2; background: $background; overflow-x: hidden; }
    FileTree:focus { background-tint: transparent; }
    FileTree:focus > .tree--cursor { background: $highlight; color: $primary; }
    """
    BINDINGS: ClassVar = [
        Binding("space", "select_file", show=False),
        Binding("backspace", "up", show=False),
    ]

    def __init__(self, path: Path, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(path, id=id)
        self.show_guides = False
        self.guide_depth = 2
        self.selected: list[Path] = []
        """The selected files, in the order of selection."""
        self._apps: dict[Path, str] = {}
        """The apps of backups, as far as they were found."""

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """Leave out hidden names, and what is too much in a huge folder."""
        return list(islice((path for path in paths if not path.name.startswith(".")), _MOST))

    def _populate_node(self, node: TreeNode[DirEntry], content: Iterable[Path]) -> None:
        super()._populate_node(node, content)
        self._recognize([each for each in node.children if not each.allow_expand])

    @work(name=BACKGROUND, group="recognize", exit_on_error=False, description="recognize files")
    async def _recognize(self, nodes: Sequence[TreeNode[DirEntry]]) -> None:
        """Show which of these files are backups, and of which apps."""
        for node in nodes[:_MOST_RECOGNIZED]:
            if node.data is None:
                continue
            path = node.data.path
            if app := await in_daemon_thread(partial(app_of, path)):
                self._apps[path] = app
                node.set_label(node.label)

    def render_label(self, node: TreeNode[DirEntry], base_style: Style, style: Style) -> Text:
        """Return the name, with a mark if it is selected, and any app behind it."""
        label = super().render_label(node, base_style, style)
        if node.data is None:
            return label
        if node.data.path in self.selected:
            label = Text.assemble((f"{SELECTED} ", base_style), label[len(_GAP) :])
        if app := self._apps.get(node.data.path):
            label.append(f"  {safe(app, 60)}", style + Style(dim=True))
        return label

    def process_label(self, label: str | Text) -> Text:
        """Return a label without markup and control characters."""
        return Text(safe(label if isinstance(label, str) else label.plain))

    def action_up(self) -> None:
        """Show the folder that contains the one at the top."""
        self.path = Path(self.path).absolute().parent

    def action_select_file(self) -> None:
        """Select or deselect the file under the cursor; expand or collapse a folder."""
        node = self.cursor_node
        if node is None or node.data is None:
            return
        path = node.data.path
        if path.is_dir():
            node.toggle()
            return
        if path in self.selected:
            self.selected.remove(path)
        else:
            self.selected.append(path)
        node.refresh()


def first_folder(*names: str) -> Path:
    """Return the first of these folders that exists in the home folder, or the home folder."""
    home = home_folder() or Path("/")
    return next((home / name for name in names if (home / name).is_dir()), home)
