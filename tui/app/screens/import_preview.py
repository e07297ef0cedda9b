"""The preview of an import: shows what each entry would do, and imports the selected ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding

from tui.app.commands import press_hint
from tui.app.screens.base import BaseScreen, Done, run_change
from tui.app.widgets.bars import TitleBar
from tui.app.widgets.key_bar import KeyBar
from tui.app.widgets.preview_list import ACTIONS, PreviewList, SideBySide
from tui.app.widgets.row_list import RowList
from tui.app.widgets.status_line import StatusLine
from tui.backup.importer import ImportResult, import_into
from tui.backup.plan import DEFAULT_ACTIONS, LABELS, ImportAction, MatchKind
from tui.text import plural

if TYPE_CHECKING:
    from tui.vault.vault import Vault

_COUNTED = {MatchKind.SAME_NAME: "with the same name"}
_NEXT = {
    ImportAction.SKIP: ImportAction.ADD,
    ImportAction.ADD: ImportAction.REPLACE,
    ImportAction.REPLACE: ImportAction.SKIP,
}


class ImportPreviewScreen(BaseScreen[Done | None]):
    """Saves as one undoable step, and returns what was done; None to choose other files."""

    AUTO_FOCUS = "PreviewList"
    BINDINGS: ClassVar = [
        Binding("escape", "back", show=False),
        Binding("enter", "import", show=False),
        Binding("space", "toggle_entry", show=False),
        Binding("d", "next_action", show=False),
    ]

    def __init__(self, vault: Vault, preview: ImportResult) -> None:
        super().__init__()
        self._vault = vault
        self._preview: ImportResult | None = preview
        self._files = [file.opened.name for file in preview.files for _ in file.planned]
        """The name of the file of each row."""
        self._here = {entry.id for entry in vault.document.everything}
        """The ids of the vault's entries; others come from an earlier file."""

    def compose(self) -> ComposeResult:
        self._list = PreviewList()
        yield TitleBar("import")
        yield self._list
        yield SideBySide()
        yield StatusLine()
        yield KeyBar([])

    def on_mount(self) -> None:
        if self._preview is None:
            return
        self._list.show(self._preview.planned, DEFAULT_ACTIONS)
        self._show_highlighted()

    def on_unmount(self) -> None:
        """Drop all entries."""
        self._list.rows = []
        self._preview = None
        del self._vault

    @on(RowList.Moved)
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self._show_highlighted()

    def _show_highlighted(self) -> None:
        """Show how the highlighted entry relates to the vault, and what the keys do with it."""
        preview, row = self._preview, self._list.highlighted
        if preview is None:
            return
        failed = self._failed
        if row is not None and row.reason and self._list.cursor:
            self.say(f"{row.what}: {row.reason}")
        else:
            self.say(_summary(preview, self._list.chosen, failed), "warning" if failed else "muted")
        self.query_one(TitleBar).show(self._title)
        existing = row.existing if row is not None else None
        self.query_one(SideBySide).show(row, existing is None or existing.id in self._here)
        keys = [("↵", "import" if self._list.chosen else "close")]
        if row is not None and row.kind is not MatchKind.REFUSED:
            action = ACTIONS[_next_action(row.kind, self._list.choices)]
            keys.append(("d", f"{action} all “{LABELS[row.kind]}”"))
        if self._list.can_toggle:
            selected = self._list.cursor not in self._list.deselected
            keys.append(("Space", "deselect" if selected else "select"))
        self.query_one(KeyBar).show([*keys, ("Esc", "back")])

    @property
    def _title(self) -> str:
        """The name of the highlighted row's file, and the number of files if there are several."""
        files = self._preview.files if self._preview is not None else ()
        if len(files) == 1:
            return files[0].opened.name
        name = self._files[self._list.cursor] if self._files else ""
        return f"{name} · {plural(len(files), 'file')}".removeprefix(" · ")

    @property
    def _failed(self) -> str:
        """A sentence, after a space, about the first part that failed; empty if none did."""
        failed = [
            (file, row)
            for file, row in zip(self._files, self._list.rows, strict=True)
            if row.kind is MatchKind.REFUSED
        ]
        if not failed:
            return ""
        file, row = failed[0]
        label = "First failure" if len(failed) > 1 else "Failure"
        names = [file] if len({*self._files}) > 1 and file != row.what else []
        return f" {': '.join([label, *names, row.what, row.reason])}."

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Disable the actions while the import is saved."""
        return not (self.saving and action in ("back", "import", "toggle_entry", "next_action"))

    def action_back(self) -> None:
        """Go back to the choice of files."""
        self.dismiss(None)

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

        self.saving = True
        self.say("Importing …")
        outcome = await run_change(change)
        self.saving = False
        if not outcome.made:
            self.say(outcome.problem, "error")
        elif outcome.problem:
            self.dismiss(Done(outcome.problem, "error"))
        else:
            undo = press_hint(self.context, "undo", "to undo") if results[0].changed else ""
            report = results[0].report
            failed = self._failed
            tone = "warning" if failed else "strong"
            self.dismiss(Done(f"{report.sentence('imported')}.{failed}{undo}", tone))


def _summary(preview: ImportResult, chosen: int, failed: str) -> str:
    """Return the numbers of entries of each kind, what failed, and what Enter does."""
    counts = ((kind, sum(row.kind is kind for row in preview.planned)) for kind in MatchKind)
    words = ", ".join(
        f"{count} {_COUNTED.get(kind, LABELS[kind])}" for kind, count in counts if count
    )
    does = f"imports {plural(chosen, 'entry')}" if chosen else "closes; nothing is selected"
    return f"{words or 'No entries'}.{failed} Enter {does}."


def _next_action(kind: MatchKind, actions: Mapping[MatchKind, ImportAction]) -> ImportAction:
    """Return the action after the current one; new and repeated entries can't replace anything."""
    after = _NEXT[actions[kind]]
    if after is ImportAction.REPLACE and kind in (MatchKind.NEW, MatchKind.REPEATED):
        return ImportAction.SKIP
    return ImportAction.SKIP if kind is MatchKind.REFUSED else after
