"""A field for the path of a file, which completes what is typed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding
from textual.message import Message
from textual.suggester import Suggester

from tui.app.widgets.file_tree import FileTree
from tui.app.widgets.text_input import TextInput
from tui.text import safe

_MOST = 4000
"""Maximum number of names in a folder to consider for completion."""
_MOST_SHOWN = 3
"""Maximum number of names in a hint."""


def complete(typed: str, shown: Path | None = None) -> str:
    """Return `typed`, extended with what all of its `candidates` have in common.

    `~` is kept. If there is only one name, and it is a folder, it gets a slash.
    """
    start = typed.rpartition("/")[2]
    common = _shared_start(candidates(typed, shown))
    if len(common) <= len(start):
        return typed
    return typed[: len(typed) - len(start)] + common


def candidates(typed: str, shown: Path | None = None) -> list[str]:
    """Return the names in the typed folder that start as typed, folders with a slash.

    A relative path is looked for where `_bases` says. Hidden names count if the dot was typed.
    """
    folder, _, start = typed.rpartition("/")
    names: list[str] = []
    for base in _bases(typed, shown):
        if names:
            break
        try:
            path = base / Path(folder + "/" if typed.startswith("/") else folder).expanduser()
            with os.scandir(path) as found:
                for _, item in zip(range(_MOST), found, strict=False):
                    if item.name.startswith(start) and (start or not item.name.startswith(".")):
                        names.append(item.name + ("/" if item.is_dir() else ""))
        except (OSError, RuntimeError, ValueError):
            continue
    return sorted(names)


def _bases(typed: str, shown: Path | None) -> list[Path]:
    """Return the folders to look for a relative path in: first in the one that is shown for a bare
    name, and in the current one for a path."""
    bases = [Path()] if shown is None else [shown, Path()]
    return bases[::-1] if "/" in typed else bases


def _shared_start(names: list[str]) -> str:
    if not names:
        return ""
    first, last = min(names), max(names)
    same = (place for place, char in enumerate(first) if place >= len(last) or last[place] != char)
    return first[: next(same, len(first))]


def _safely(check: Callable[[Path], bool], path: Path) -> bool:
    """Return what a method of `Path` finds; False if it can't."""
    try:
        return check(path)
    except (OSError, ValueError):
        return False


class _PathSuggester(Suggester):
    def __init__(self, tree: FileTree | None) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._tree = tree

    async def get_suggestion(self, value: str) -> str | None:
        shown = None if self._tree is None else self._tree.folder
        full = complete(value, shown) if value else value
        return full if full != value else None


class PathInput(TextInput):
    """A path field. Tab completes as in a shell; if the path is complete, it goes to the next
    field."""

    BINDINGS: ClassVar = [
        Binding("tab", "complete", show=False),
        Binding("down", "go_to_tree", show=False),
    ]

    def __init__(
        self,
        placeholder: str,
        *,
        tree: FileTree | None = None,
        must_exist: bool = True,
        id: str | None = None,  # noqa: A002
    ) -> None:
        """`must_exist` is True for a file to read, False for a new one.

        With a `tree`, a name that is typed is looked for in the folder that it shows.
        """
        super().__init__(
            placeholder=placeholder, id=id, suggester=_PathSuggester(tree), select_on_focus=False
        )
        self.cursor_blink = False
        self._tree = tree
        if tree is not None:
            tree.field = self
        self._must_exist = must_exist

    class Hint(Message):
        """Tab completed nothing."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text
            """The reason, for the status line."""

    def watch_value(self, value: str) -> None:
        """Point at the file in the tree that the typed name means."""
        if self._tree is not None and self._tree.is_mounted and "/" not in value:
            self._tree.find(value.strip())

    def action_complete(self) -> None:
        """Complete the path, or list the candidates, or go to the next field."""
        folder = None if self._tree is None else self._tree.folder
        full = complete(self.value, folder) if self.value else ""
        if full != self.value:
            self.value = full
            self.cursor_position = len(full)
        elif not full or self._is_file:
            self.screen.focus_next()
        elif len(names := candidates(full, folder)) > 1:
            text = "  ".join(safe(name, 60) for name in names[:_MOST_SHOWN])
            if len(names) > _MOST_SHOWN:
                text += f"  and {len(names) - _MOST_SHOWN} more"
            self.post_message(self.Hint(text))
            if self._tree is not None and "/" in full:
                self._tree.path = self.path if full.endswith("/") else self.path.parent
        elif self._tree is not None and "/" not in full and self._tree.find(full) is not None:
            self.action_go_to_tree()
        elif self._must_exist and not self.is_folder:
            self.post_message(self.Hint(f"No file starts with “{safe(full, 80)}”."))
        else:
            self.screen.focus_next()

    def action_go_to_tree(self) -> None:
        """Go to the tree, if there is one."""
        if self._tree is not None:
            self.screen.set_focus(self._tree)

    def submit(self) -> Path | None:
        """Return the file that Enter means; None if it shows a folder, or goes to the tree."""
        typed, path, tree = self.value.strip(), self.path, self._tree
        if tree is None:
            return path
        if typed and "/" not in typed and not _safely(Path.exists, path):
            path = tree.find(typed) or path
        if typed and not _safely(Path.is_dir, path):
            return path
        if typed:
            self.value = ""
            tree.path = Path(os.path.abspath(path))  # noqa: PTH100 - resolves no links, but “..”
        self.screen.set_focus(tree)
        return None

    @property
    def path(self) -> Path:
        """The typed path, in the first of the `_bases` where it exists."""
        path = Path(self.value.strip())
        try:
            path = path.expanduser()
        except RuntimeError:
            return path
        shown = None if self._tree is None or not self.value.strip() else self._tree.folder
        found = (base / path for base in _bases(self.value, shown))
        return next((each for each in found if _safely(Path.exists, each)), path)

    @property
    def is_folder(self) -> bool:
        """True if the typed path is a folder."""
        return _safely(Path.is_dir, self.path)

    @property
    def _is_file(self) -> bool:
        return _safely(Path.is_file, self.path)
