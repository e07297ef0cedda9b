"""The code list: live codes, search, categories, and copying."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from tui.app.commands import COMMANDS, bindings
from tui.app.listing import Listing
from tui.app.screens.base import OtpScreen, beside
from tui.app.widgets.bars import CategoryBar, Countdown, KeyBar, StatusLine, TitleBar
from tui.app.widgets.code_list import CodeList
from tui.app.widgets.line_list import LineList
from tui.clipboard import Outcome, over_ssh
from tui.errors import ClipboardError, EntryError, NotSavedError, OtpTuiError
from tui.otp.entry import Entry, OtpType

if TYPE_CHECKING:
    from tui.vault.vault import Vault

MESSAGE_SECONDS = 6.0
RETRY_SECONDS = 10.0
"""Between two tries to save what could not be saved."""
_SEARCH_BAR = [("↵", "copy"), ("↑↓", "move"), ("⇥", "category"), ("Esc", "clear")]
_SEARCH_KEYS = {key for command in COMMANDS if command.action == "search" for key in command.keys}


class CodesScreen(OtpScreen):
    """Shows the entries of an unlocked vault."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]
    AUTO_FOCUS = "CodeList"

    def __init__(self, vault: Vault) -> None:
        super().__init__()
        self.vault = vault
        self._listing = Listing(vault.entries, vault.document.categories)
        self._category: str | None = None
        self._query: str | None = None
        """What is searched for; None while no search is open."""

    def compose(self) -> ComposeResult:
        config, environ = self.otp.config, self.otp.environ
        shared = config.countdown == "shared" or (config.countdown == "auto" and over_ssh(environ))
        with Horizontal(id="top"):
            yield TitleBar(self.otp.vault_name)
            yield Countdown()
        yield CategoryBar()
        yield CodeList(moment=self.otp.clock.now(), shared=shared)
        yield StatusLine()
        yield KeyBar()

    def on_mount(self) -> None:
        self._codes = self.query_one(CodeList)
        self._countdown = self.query_one(Countdown)
        self._status = self.query_one(StatusLine)
        self._countdown.set_class(self._codes.shared, "-shown")
        self.reload()
        self._retry_at = 0.0
        if warnings := (*self.otp.warnings, *self.vault.warnings):
            self.say(" ".join(warnings), "warning", seconds=None)

    def on_unmount(self) -> None:
        """Let go of every entry: Textual may hold on to the screen for a while."""
        self._listing = Listing((), ())
        self._codes.forget()
        del self.vault

    # --- what is shown -------------------------------------------------------------------

    def reload(self) -> None:
        """Show what the vault holds now, the cursor on the entry it was on."""
        document = self.vault.document
        self._listing = Listing(document.entries, document.categories)
        if self._category not in {category.id for category in document.categories}:
            self._category = None
        self._codes.ticked &= {entry.id for entry in document.entries}
        self._codes.measure(document.entries)
        self._show()

    def _show(self) -> None:
        codes = self._codes
        keep = codes.selected.id if codes.selected else None
        rows = self._listing.visible(self._category, self._query or "")
        codes.nothing = self._when_empty()
        codes.show_rows(rows, keep if not self._query else None)
        self.query_one(CategoryBar).show(self._listing.categories, self._category, self._query)
        unreadable = len(self.vault.document.unreadable)
        total = self._listing.total
        count = f"{len(rows)} of {total} codes" if len(rows) != total else _codes(total)
        count += f", {unreadable} unreadable" if unreadable else ""
        self.query_one(TitleBar).show(count if self.vault.saved else f"NOT SAVED · {count}")
        self.query_one(KeyBar).show(_SEARCH_BAR if self._query is not None else None)
        codes.numbered = self._query is None
        self.tick()

    def _when_empty(self) -> str:
        if not self._listing.total:
            return "No entries yet. Press i to import a backup."
        if self._query:
            return f"Nothing matches “{self._query}”. Esc clears the search."
        return "Nothing in this category."

    def tick(self) -> None:
        """Show the clock's present moment."""
        now = self.otp.clock.now()
        self._codes.tick(now)
        if self._codes.shared:
            period = self._codes.common_period
            self._countdown.show(period - int(now) % period, period)
        steady = self.otp.clock.steady()
        self._status.tick(steady)
        if not self.vault.saved and steady >= self._retry_at:
            self._retry_at = steady + RETRY_SECONDS
            self._save_again()

    @work(group="save", exclusive=True, exit_on_error=False, description="save again")
    async def _save_again(self) -> None:
        vault = self.vault
        try:
            await beside(vault.save)
        except OtpTuiError:
            return
        self.say("Saved now.")
        self.reload()

    def say(self, text: str, tone: str = "strong", seconds: float | None = MESSAGE_SECONDS) -> None:
        """Show a message for some seconds; None: until the next."""
        until = None if seconds is None else self.otp.clock.steady() + seconds
        self._status.say(text, tone, until)

    # --- moving ------------------------------------------------------------------------------

    def action_category(self, step: int) -> None:
        """Walk the categories."""
        choices = [None, *(category.id for category in self._listing.categories)]
        self._pick(choices[(choices.index(self._category) + step) % len(choices)])

    @on(CategoryBar.Picked)
    def _picked(self, event: CategoryBar.Picked) -> None:
        self._pick(event.category)

    def _pick(self, category: str | None) -> None:
        self._category = category
        self._show()

    # --- searching ---------------------------------------------------------------------------

    def action_search(self) -> None:
        """Open the search: from now on letters are looked for."""
        self._listing.prepare(self._category)
        self._query = self._query or ""
        self._show()

    def action_clear(self) -> None:
        """Close the search, or else show all categories."""
        if self._query is not None:
            self._search_for(None)
        elif self._category is not None:
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
            if event.key in _SEARCH_KEYS:
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

    # --- codes -------------------------------------------------------------------------------

    def action_copy(self) -> None:
        """Copy the code of the selected row."""
        self._copy_selected(following=False)

    def action_copy_next(self) -> None:
        """Copy the code that comes after the present one."""
        self._copy_selected(following=True)

    def action_copy_nth(self, number: int) -> None:
        """Copy the code of the n-th row on screen."""
        index = self._codes.top + number - 1
        if index in self._codes.on_screen:
            self._codes.go_to(index)
            self._copy_selected(following=False)

    @on(LineList.Chosen)
    def _chosen(self) -> None:
        self.action_copy()

    def _copy_selected(self, *, following: bool) -> None:
        entry = self._codes.selected
        if entry is None:
            return
        if entry.type is OtpType.HOTP and (following or entry.id not in self._codes.revealed):
            self._take(entry, then_copy=True)
            return
        try:
            text = self._codes.code_text(entry, following)
        except EntryError as error:
            self.say(f"{entry.label}: {error.sentence}", "error")
            return
        self._copy(entry, text, following)

    def action_reveal(self) -> None:
        """Show the next code of a counter entry."""
        entry = self._codes.selected
        if entry is not None and entry.type is OtpType.HOTP:
            self._take(entry, then_copy=False)
        elif entry is not None:
            self.say("Only counter entries (HOTP) wait to be asked for a code.", "warning")

    @work(group="take", exclusive=True, exit_on_error=False, description="next counter code")
    async def _take(self, entry: Entry, then_copy: bool) -> None:
        try:
            code = await beside(lambda: self.vault.take_hotp(entry.id))
        except NotSavedError as error:
            self.say(f"NOT SAVED, so no code is shown. {error.sentence}", "error", seconds=None)
            return
        except OtpTuiError as error:
            self.say(f"{entry.label}: {error.sentence}", "error")
            return
        if self.otp.vault is not self.vault:
            return
        self._codes.revealed[entry.id] = code.text
        self.reload()
        if then_copy:
            self._copy(entry, code.text, False)

    @work(group="copy", exclusive=True, exit_on_error=False, description="copy")
    async def _copy(self, entry: Entry, text: str, following: bool) -> None:
        copier = self.otp.copier
        what = f"the next code of {entry.label}" if following else entry.label
        try:
            outcome = await beside(lambda: copier.copy(text))
        except ClipboardError as error:
            from tui.app.screens.big_code import BigCodeScreen

            self.app.push_screen(BigCodeScreen(entry.label, text, error.sentence))
            return
        wait = self.otp.config.clipboard_clear
        cleared = f"; cleared in {wait} s" if wait else ""
        colon = "" if outcome is Outcome.COPIED else ":"
        self.say(f"{outcome.value}{colon} {what}{cleared}")

    # --- elsewhere -----------------------------------------------------------------------------

    def action_import_backup(self) -> None:
        """Open the import screen."""
        from tui.app.screens.import_backup import ImportScreen

        self.app.push_screen(ImportScreen(self.vault))

    def action_export(self) -> None:
        """Open the export screen."""
        from tui.app.screens.export_vault import ExportScreen

        shown = frozenset(entry.id for entry in self._codes.rows)
        self.app.push_screen(ExportScreen(self.vault, shown, frozenset(self._codes.ticked)))

    def action_tick(self) -> None:
        """Tick the selected row, or take its tick away."""
        self._codes.toggle_tick()

    @work(group="undo", exclusive=True, exit_on_error=False, description="undo")
    async def action_undo(self) -> None:
        """Take the last import back."""
        from tui.vault.undoing import can_undo, undo

        vault, moment = self.vault, int(self.otp.clock.now())
        what = can_undo(vault.document)
        try:
            await beside(lambda: vault.change(lambda document: undo(document, moment)))
        except NotSavedError as error:
            self.say(f"NOT SAVED. {error.sentence}", "error", seconds=None)
        except OtpTuiError as error:
            self.say(error.sentence, "warning")
            return
        else:
            self.say(f"Undone: {what}.")
        self.reload()

    def action_lock(self) -> None:
        """Lock the vault."""
        self.otp.ask_and_lock()

    def action_help(self) -> None:
        """Show all keys."""
        from tui.app.screens.help import HelpScreen

        self.app.push_screen(HelpScreen())

    async def action_quit(self) -> None:
        """Close the vault and end."""
        await self.otp.action_quit()

    def on_screen_resume(self) -> None:
        """Show the present moment after another screen was in front."""
        self.call_after_refresh(self._after_resume)

    def _after_resume(self) -> None:
        if self.is_mounted:
            self.tick()


def _codes(count: int) -> str:
    return f"{count} code" if count == 1 else f"{count} codes"
