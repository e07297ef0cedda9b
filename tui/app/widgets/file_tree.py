"""A tree of folders, to choose files from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events, work
from textual.binding import Binding
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
"""Maximum number of names to show of a folder."""
_MOST_RECOGNIZED = 300
"""Maximum number of files in a folder that are read to tell if they are backups."""
_GAP = "  "
"""What is before the name of a file in the tree, instead of a mark."""


class FileTree(DirectoryTree):
    """A tree of folders and files, without hidden ones. Space selects files; Backspace shows the
    folder above; other characters are typed into `field`.

    Files that seem to be backups have the name of their app behind them.
    """

    ICON_NODE = "▸ "
    ICON_NODE_EXPANDED = "▾ "
    ICON_FILE = _GAP
    DEFAULT_CSS = """
    FileTree { padding: 0 2; background: $background; overflow-x: hidden; }
    FileTree:focus { background-tint: transparent; }
    FileTree:focus > .tree--cursor { background: $highlight; color: $on-highlight; }
    """
    BINDINGS: ClassVar = [
        Binding("space", "select_file", show=False),
        Binding("backspace", "up", show=False),
    ]

    def __init__(
        self,
        path: Path,
        *,
        suffixes: tuple[str, ...] = (),
        id: str | None = None,  # noqa: A002
    ) -> None:
        """With `suffixes`, in lower case, only files whose names end with one are shown."""
        super().__init__(path, id=id)
        self._suffixes = suffixes
        self.show_guides = False
        self.guide_depth = 2
        self.field: TextInput | None = None
        """Where characters go that are typed here; None if nowhere."""
        self.selected: list[Path] = []
        """The selected files, in the order of selection."""
        self._apps: dict[Path, str] = {}
        """The apps of backups, as far as they were found."""

    @property
    def folder(self) -> Path:
        """The folder at the top."""
        return Path(self.path)

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """Leave out hidden names, and what is too much in a huge folder."""
        return list(islice(filter(self._shows, paths), _MOST))

    def _shows(self, path: Path) -> bool:
        if path.name.startswith("."):
            return False
        return path.name.lower().endswith(self._suffixes or "") or path.is_dir()

    def _populate_node(self, node: TreeNode[DirEntry], content: Iterable[Path]) -> None:
        super()._populate_node(node, content)
        if not node.children and node.data is not None:
            node.add_leaf(self._why_empty(node.data.path))
        self._recognize([each for each in node.children if not each.allow_expand])

    def _why_empty(self, folder: Path) -> str:
        if not os.access(folder, os.R_OK | os.X_OK):
            return "can't be read"
        return "no images" if self._suffixes else "no files"

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

    def on_focus(self) -> None:
        self.cursor_line = self.cursor_line  # away from the folder at the top

    def validate_cursor_line(self, value: int) -> int:
        """Skip the folder at the top, which nobody chooses, while the tree has the focus."""
        return max(super().validate_cursor_line(value), int(self.has_focus and self.last_line > 0))

    def on_click(self, event: events.Click) -> None:
        """Do nothing on the folder at the top: the first file would be opened instead."""
        if event.style.meta.get("line") == 0:
            event.prevent_default()

    def on_key(self, event: events.Key) -> None:
        types = event.is_printable and event.key != "space"
        if self.field is not None and event.character and types:
            event.stop()
            self.screen.set_focus(self.field)
            self.field.insert_text_at_cursor(event.character)

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

    def find(self, text: str) -> Path | None:
        """Move the cursor to a name that starts with `text`, or else has it inside.

        Only names directly in the folder at the top count, whatever their case. Return the path of
        that file or folder; None if there is none, with the cursor at the top. The names are read
        from the folder: the tree may still be loading them.
        """
        found = _first(self.folder, text.casefold()) if text else None
        nodes = (node for node in self.root.children if node.data and node.data.path == found)
        self.move_cursor(next(nodes, self.root))
        return found

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


def _first(folder: Path, wanted: str) -> Path | None:
    """Return the first path, in the order of the tree, whose name starts with `wanted`, in lower
    case, or else has it inside."""
    found = []
    try:
        with os.scandir(folder) as items:
            for item in islice(items, _MOST):
                name = item.name.casefold()
                if wanted in name and not name.startswith("."):
                    found.append((not name.startswith(wanted), not item.is_dir(), name, item.name))
    except OSError:
        return None
    return folder / min(found)[3] if found else None


def first_folder(*names: str) -> Path:
    """Return the first of these folders that exists in the home folder, or the home folder."""
    home = home_folder() or Path("/")
    return next((home / name for name in names if (home / name).is_dir()), home)
