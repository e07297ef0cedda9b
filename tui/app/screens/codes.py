"""The code list: live codes, search, categories, and copying."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from tui.app.commands import command_key, list_bindings
from tui.app.key_queue import BACKGROUND
from tui.app.screens.base import in_thread
from tui.app.screens.copy_actions import CopyActions
from tui.app.screens.entry_actions import EntryActions
from tui.app.screens.list_screen import MESSAGE_SECONDS
from tui.app.visible_entries import TRASH, VisibleEntries
from tui.app.widgets.bars import UNSAVED, CategoryBar, Countdown, KeyBar, StatusLine, TitleBar
from tui.app.widgets.code_list import CodeList
from tui.clipboard import over_ssh
from tui.errors import OtpTuiError
from tui.otp.entry import Entry
from tui.text import plural
from tui.vault.document import Document
from tui.vault.trash import expire

if TYPE_CHECKING:
    from tui.vault.vault import Vault

RETRY_SECONDS = 10.0
"""Between two tries to save what could not be saved."""
QUIET_SECONDS = 5.0
"""After a copy or a move until it is saved, together with what comes meanwhile."""
MOST_WARNINGS = 3
"""Sentences that are shown at the start, the short ones before the long ones."""
CLOCK_SECONDS = 60.0
"""Between two looks at whether the system's clock is synchronized."""
_SEARCH_BAR = [("↵", "copy"), ("↑↓", "move"), ("⇥", "category"), ("Esc", "clear")]
_TRASH_KEYS = {"restore": "restore", "delete": "delete for good", "show": "show",
               "next-category": "category", "undo": "undo"}  # fmt: skip
_PICK_BAR = [*_SEARCH_BAR[:3], ("Esc", "leave")]


class CodesScreen(CopyActions, EntryActions):
    """Shows the entries of an unlocked vault."""

    BINDINGS: ClassVar[list[BindingType]] = [*list_bindings()]
    AUTO_FOCUS = "CodeList"

    def __init__(self, vault: Vault, query: str | None = None) -> None:
        """`query` is what to search for at once; None opens no search."""
        super().__init__()
        self.vault = vault
        self._visible = VisibleEntries(vault.document)
        self.category = None
        self._query = query
        """What is searched for; None while no search is open."""
        self._save_at: float | None = None
        """The steady second at which what waits is saved; None where nothing waits."""
        self._clock_asked: float | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="top"):
            yield TitleBar(self.context.vault_name)
            yield Countdown()
        yield CategoryBar()
        yield CodeList(moment=self.context.clock.now(), shared=self._shares_countdown())
        yield StatusLine()
        yield KeyBar()

    def on_mount(self) -> None:
        self.codes = self.query_one(CodeList)
        self._countdown = self.query_one(Countdown)
        self._status = self.query_one(StatusLine)
        self._countdown.set_class(self.codes.shared, "-shown")
        self.codes.hidden = self.context.config.hide_codes
        if self.vault.document.trash and not self.context.clock_warning():
            self.vault.change_later(lambda document: expire(document, self.moment))
        self.reload()
        # The short ones first: a long list of what a setting may be hides none then.
        if warnings := (*self.vault.warnings, *sorted(self.context.warnings, key=len)):
            more = len(warnings) - MOST_WARNINGS
            told = [*warnings[:MOST_WARNINGS], *([f"And {more} more."] if more > 0 else [])]
            self.say(" ".join(told), "warning", seconds=None)

    def _shares_countdown(self) -> bool:
        told = self.context.config.countdown
        return told == "shared" or (told == "auto" and over_ssh(self.context.environ))

    def settings_changed(self) -> None:
        self.codes.shared = self._shares_countdown()
        self._countdown.set_class(self.codes.shared, "-shown")
        self.codes.hidden = self.context.config.hide_codes
        self.reload()

    def on_unmount(self) -> None:
        """Let go of every entry: Textual may hold on to the screen for a while."""
        self._visible = VisibleEntries(Document())
        self.codes.forget()
        del self.vault

    # --- what is shown -------------------------------------------------------------------

    def reload(self, keep: str | None = None) -> None:
        """Show what the vault holds now, the cursor on `keep` or on the entry it was on."""
        document, in_trash = self.vault.document, self._visible.deleted
        self._visible = VisibleEntries(document)
        self.codes.ticked -= in_trash ^ self._visible.deleted
        if self.category not in {category.id for category in self._visible.categories}:
            self.category = None
        self.codes.ticked &= {entry.id for entry in document.everything}
        self.codes.measure(document.entries)
        self.codes.category_names = self._visible.names
        self._show(keep, near=True)

    def shown_without_search(self) -> list[Entry]:
        return self._visible.visible(self.category, "")

    def _show(self, keep: str | None = None, *, near: bool = False) -> None:
        codes = self.codes
        wanted = keep
        if wanted is None and codes.selected and not self._query:
            wanted = codes.selected.id
        rows = self._visible.visible(self.category, self._query or "")
        codes.nothing = self._when_empty()
        codes.show_rows(rows, wanted, near=near)
        self.query_one(CategoryBar).show(self._visible.categories, self.category, self._query)
        self._count()
        self.query_one(KeyBar).show(self._keys_shown())
        codes.numbered = self._query is None
        self.tick()

    def _count(self) -> None:
        """Say in the title how many entries there are, are shown, and are ticked."""
        unreadable, ticked = len(self.vault.document.unreadable), len(self._ticked())
        shown, total = len(self.codes.rows), self._visible.total
        count = f"{shown} of {total} codes" if shown != total else plural(total, "code")
        if self.category == TRASH:
            count = f"{shown} in the trash"
        count += f", {unreadable} unreadable" if unreadable else ""
        count += f", {ticked} ticked" if ticked else ""
        self.query_one(TitleBar).show(count if self.vault.saved else f"{UNSAVED} · {count}")

    def _ticked(self) -> set[str]:
        """The ids of what is ticked: in the trash, or else outside of it."""
        ticked, deleted = self.codes.ticked, self._visible.deleted
        return ticked & deleted if self.category == TRASH else ticked - deleted

    def _keys_shown(self) -> list[tuple[str, str]] | None:
        if self._query is None:
            return self._trash_bar() if self.category == TRASH else None
        return _SEARCH_BAR if self.context.pick is None else _PICK_BAR

    def _trash_bar(self) -> list[tuple[str, str]]:
        pairs = [(command_key(self.context, name), label) for name, label in _TRASH_KEYS.items()]
        return [pair for pair in pairs if pair[0]]

    def _when_empty(self) -> str:
        if not self._visible.total:
            hints = self.hint("add", "adds one") + self.hint("import", "imports a backup")
            return f"No entries yet{hints}."
        if self._query:
            return f"Nothing matches “{self._query}”. Esc clears the search."
        return "Nothing in this category."

    def tick(self) -> None:
        """Show the clock's present moment."""
        now = self.context.clock.now()
        self.codes.tick(now)
        if self.codes.shared:
            period = self.codes.common_period
            self._countdown.show(period - int(now) % period, period)
        steady = self.context.clock.steady()
        self._status.tick(steady)
        self._save_in_time(steady)
        self._look_at_clock(steady)

    def _look_at_clock(self, steady: float) -> None:
        """Say in the title where wrong codes would come from; not before the first frame."""
        if self._clock_asked is None:
            self._clock_asked = steady - CLOCK_SECONDS + 0.5
        elif steady - self._clock_asked >= CLOCK_SECONDS:
            self._clock_asked = steady
            self.query_one(TitleBar).warn(self.context.clock_warning())

    def _save_in_time(self, steady: float) -> None:
        """Save what waits to be: quiet changes after a while, failed ones time and again."""
        if self.vault.flushed:
            self._save_at = None
        elif self._save_at is None:
            self._save_at = steady + (QUIET_SECONDS if self.vault.saved else RETRY_SECONDS)
        elif steady >= self._save_at:
            self._save_at = steady + RETRY_SECONDS
            self._save_again()

    @work(
        name=BACKGROUND,
        group="save",
        exclusive=True,
        exit_on_error=False,
        description="save again",
    )
    async def _save_again(self) -> None:
        vault, waited = self.vault, not self.vault.saved
        try:
            await in_thread(vault.save)
        except OtpTuiError:
            return
        if waited and self.context.vault is vault:
            self.say("Saved now.")
            self.reload()

    def say(self, text: str, tone: str = "strong", seconds: float | None = MESSAGE_SECONDS) -> None:
        """Show a message for some seconds; None: until the next."""
        until = None if seconds is None else self.context.clock.steady() + seconds
        self._status.say(text, tone, until)

    # --- moving ------------------------------------------------------------------------------

    def action_category(self, step: int) -> None:
        """Walk the categories."""
        choices = [None, *(category.id for category in self._visible.categories)]
        self._pick(choices[(choices.index(self.category) + step) % len(choices)])

    @on(CategoryBar.Picked)
    def _picked(self, event: CategoryBar.Picked) -> None:
        self._pick(event.category)

    def _pick(self, category: str | None) -> None:
        self.category = category
        self._show()

    # --- searching ---------------------------------------------------------------------------

    def action_search(self) -> None:
        """Open the search: from now on letters are looked for."""
        self._visible.prepare(self.category)
        self._query = self._query or ""
        self._show()

    def action_clear(self) -> None:
        """Close the search, or else take all ticks away, or else show all categories."""
        if self.context.pick is not None:
            self.app.exit()
        elif self._query is not None:
            self._search_for(None)
        elif ticked := self._ticked():
            self.codes.ticked -= ticked
            self._show()
        elif self.category is not None:
            self._pick(None)

    def _search_for(self, query: str | None) -> None:
        self._query = query
        self._show()

    def on_key(self, event: events.Key) -> None:
        """While searching, letters go into the search; any other key keeps its meaning.

        The search is opened here and not by the key's binding, which comes a moment later: of
        keys that arrive together (a slow line, a paste) the next would be commands.
        """
        if self._query is None:
            if event.key in self.context.keymap.of("search"):
                event.stop()
                event.prevent_default()
                self.action_search()
            return
        edited: str | None
        if event.is_printable and event.character:
            edited = self._query + event.character
        elif event.key == "backspace":
            edited = self._query[:-1] if self._query else None
        elif event.key == "ctrl+u":
            edited = ""
        elif event.key == "ctrl+w":
            edited = " ".join(self._query.split()[:-1])
        else:
            return
        event.stop()
        event.prevent_default()
        self._search_for(edited)

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text goes into the search."""
        if self._query is not None:
            event.stop()
            self._search_for(self._query + " ".join(event.text.split())[:100])

    # --- elsewhere -----------------------------------------------------------------------------

    def action_import_backup(self) -> None:
        """Open the import screen."""
        from tui.app.screens.import_backup import ImportScreen

        self.app.push_screen(ImportScreen(self.vault))

    def action_export(self) -> None:
        """Open the export screen."""
        from tui.app.screens.export_vault import ExportScreen

        shown = frozenset(entry.id for entry in self.codes.rows)
        self.app.push_screen(ExportScreen(self.vault, shown, frozenset(self.codes.ticked)))

    def action_tick(self) -> None:
        """Tick the selected row, or take its tick away."""
        self.codes.toggle_tick()
        self._count()

    def action_hide(self) -> None:
        """Hide the codes of all rows but the selected one, or show them again."""
        self.codes.hide(not self.codes.hidden)
        self.say("Codes are hidden; the selected one is shown." if self.codes.hidden else
                 "Codes are shown.")  # fmt: skip

    def action_settings(self) -> None:
        """Open the settings."""
        from tui.app.screens.settings import SettingsScreen

        self.app.push_screen(SettingsScreen())

    def action_palette(self) -> None:
        """Find a command by its words."""
        from tui.app.screens.palette import open_palette

        open_palette(self)

    def action_lock(self) -> None:
        """Lock the vault."""
        self.context.lock_or_ask()

    def action_help(self) -> None:
        """Show all keys."""
        from tui.app.screens.help import HelpScreen

        self.app.push_screen(HelpScreen())

    async def action_quit(self) -> None:
        """Close the vault and end."""
        await self.context.action_quit()

    def on_screen_resume(self) -> None:
        """Show the present moment after another screen was in front."""
        self.call_after_refresh(self._after_resume)

    def _after_resume(self) -> None:
        if self.is_mounted:
            self.tick()
