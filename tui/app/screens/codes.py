"""The code list: live codes, categories, search, and its commands."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Size
from textual.screen import Screen

from tui.app.commands import command_key, list_bindings, press_hint
from tui.app.list_hints import bar_keys, when_empty
from tui.app.palette_items import (
    category_items,
    command_items,
    entry_items,
    order_items,
    recent_first,
    theme_items,
)
from tui.app.screens.base import BaseScreen
from tui.app.screens.copy_commands import COPY_COMMANDS
from tui.app.screens.entry_commands import ENTRY_COMMANDS, sort
from tui.app.screens.form_commands import FORM_COMMANDS, add
from tui.app.screens.security_commands import SECURITY_COMMANDS
from tui.app.screens.vault_watch import VaultWatch
from tui.app.visible_entries import LONGEST_SEARCH, TRASH, VisibleEntries
from tui.app.widgets.bars import UNSAVED, CategoryBar
from tui.app.widgets.code_list import CodeList
from tui.app.widgets.key_bar import KeyBar
from tui.app.widgets.list_body import ListBody
from tui.app.widgets.list_title import ListTitle
from tui.app.widgets.row_list import RowList
from tui.app.widgets.status_line import StatusLine
from tui.text import plural, safe
from tui.vault.document import Document
from tui.vault.order import Order, order_of
from tui.vault.trash import expire

if TYPE_CHECKING:
    from tui.config.schema import Config
    from tui.otp.entry import Entry
    from tui.vault.vault import Vault

MESSAGE_SECONDS = 6.0
MOST_WARNINGS = 3
"""Maximum number of warnings at the start."""
CLOCK_SECONDS = 60.0
"""Seconds between checks of the system clock."""

Answer = TypeVar("Answer")
Job = Coroutine[Any, Any, None]


class CodesScreen(BaseScreen[None]):
    """Shows the entries of an open vault."""

    BINDINGS: ClassVar[list[BindingType]] = [*list_bindings()]
    AUTO_FOCUS = "CodeList"
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (8, "-short"), (18, "-tall")]  # noqa: RUF012

    def __init__(
        self,
        vault: Vault,
        query: str | None = None,
        *,
        then: str = "",
        said: str = "",
    ) -> None:
        """`query` starts a search, `then` a command with that id; `said` is shown first."""
        super().__init__()
        self.vault = vault
        self.category: str | None = None
        self.search_text = query
        self._then = then
        self._said = said
        self._visible = VisibleEntries(vault.document)
        self._clock_checked: float | None = None
        """Steady time of the last check of the system clock."""
        self._recent: list[str] = []
        """The labels of the commands, not the entries, that were chosen in the palette."""
        self._watch = VaultWatch(self)
        handlers = {**COPY_COMMANDS, **ENTRY_COMMANDS, **FORM_COMMANDS, **SECURITY_COMMANDS}
        self._commands: dict[str, Callable[[], Job | None]] = {
            **{name: partial(handler, self) for name, handler in handlers.items()},
            "hide": self._hide_or_show,
            "search": self._open_search,
            "clear": self._clear,
            "next-category": partial(self._step_category, 1),
            "previous-category": partial(self._step_category, -1),
            "select": self._select,
            "select-all": self._select_all,
            "palette": self._open_palette,
            "lock": self._lock,
            "quit": self._quit,
        }
        """The handlers of the commands, by id."""

    def compose(self) -> ComposeResult:
        self.codes = CodeList(moment=self.context.clock.now(), shared=self._shares_countdown())
        self._body = ListBody(self.codes)
        self._title = ListTitle(self.context.vault_name)
        self._categories = CategoryBar()
        self._status = StatusLine()
        self._keys = KeyBar()
        yield self._title
        yield self._categories
        yield self._body
        yield self._status
        yield self._keys

    def on_mount(self) -> None:
        self.codes.live.hidden = self.context.config.hide_codes
        self._apply_settings()
        if self.vault.document.trash and not self.context.clock_warning():
            self.vault.change_later(lambda document: expire(document, self.moment))
        self.reload()
        notice = [self._said] if self._said else []
        notice += self._watch.begin()
        # The shortest first, so that a long one doesn't hide the others.
        if warnings := (*notice, *sorted(self.context.warnings, key=len)):
            more = len(warnings) - MOST_WARNINGS
            shown = [*warnings[:MOST_WARNINGS], *([f"And {more} more."] if more > 0 else [])]
            self.say(" ".join(shown), "warning", stay=True)
        if self._then:
            self.action_command(self._then)
        self._watch.look_around()

    def on_unmount(self) -> None:
        """Drop all entries: Textual may keep the screen for a while."""
        self._visible = VisibleEntries(Document())
        self._body.forget()
        del self.vault

    # --- commands ----------------------------------------------------------------------------

    def action_command(self, name: str) -> None:
        """Run the command with that id; if it opens a screen, say no more what was done before."""
        opens_screen = name in FORM_COMMANDS or name in SECURITY_COMMANDS
        if opens_screen and self._status.tone == "strong":
            self._status.say("")
        self._start(self._commands[name]())

    def action_copy_row(self, number: int) -> None:
        """Copy the code of the n-th row on screen."""
        index = self.codes.top + number - 1
        if index in self.codes.on_screen:
            self.codes.go_to(index)
            self.action_command("copy")

    @on(RowList.Moved)
    def _moved(self) -> None:
        if not self._body.holds_all(self.size):
            self.show_counts()

    @on(RowList.Chosen)
    def _copy(self) -> None:
        self.action_command("copy")

    def _start(self, job: Job | None) -> None:
        """Run a command that takes time. Keys wait until it ends or shows a screen."""
        if job is not None:
            self.run_worker(job, group="command", exit_on_error=False, description="command")

    async def ask(self, screen: Screen[Answer]) -> Answer | None:
        """Show a screen above the list and return its result."""
        answer: Answer | None = await self.app.push_screen_wait(screen)
        return answer

    async def _open_palette(self) -> None:
        from tui.app.screens.palette import PaletteScreen

        context, document = self.context, self.vault.document
        items = [
            *command_items(partial(command_key, context), self.action_command),
            *category_items(self._visible.categories, self.category, self._show_category),
            *order_items(order_of(document), self._sort),
            *theme_items(context.config.theme, partial(context.settings.set, ("theme",))),
        ]
        find, copy = partial(self._visible.visible, None), self._copy_entry
        screen = PaletteScreen(
            recent_first(items, self._recent), lambda query: entry_items(query, find, copy)
        )
        chosen = await self.ask(screen)
        if chosen is not None:
            if chosen in items:
                kept = [label for label in self._recent if label != chosen.label]
                self._recent = [chosen.label, *kept]
            chosen.do()

    def _copy_entry(self, identity: str) -> None:
        """Highlight an entry in the whole list, and copy its code."""
        self.search_text = self.category = None
        self._show(identity)
        if self.codes.highlighted is not None and self.codes.highlighted.id == identity:
            self.action_command("copy")

    def _sort(self, order: Order) -> None:
        self._start(sort(self, order))

    def _hide_or_show(self) -> None:
        hidden = not self.codes.live.hidden
        self.codes.hide(hidden)
        self.say("Codes hidden, except the highlighted one." if hidden else "Codes shown.")

    def _select(self) -> None:
        self.codes.toggle_selected()
        self._show_selection()

    def _select_all(self) -> None:
        self.codes.toggle_all_selected()
        self._show_selection()

    def _show_selection(self) -> None:
        self._keys.show(self._keys_shown())
        self.show_counts()

    def _lock(self) -> None:
        self.context.lock_or_ask()

    async def _quit(self) -> None:
        await self.context.action_quit()

    # --- what is shown -------------------------------------------------------------------

    def settings_changed(self, before: Config) -> None:
        if self.context.config.hide_codes != before.hide_codes:
            self.codes.live.hidden = self.context.config.hide_codes
        self._apply_settings()
        self.reload()

    def _apply_settings(self) -> None:
        self.codes.shared = self._shares_countdown()
        self._clock_checked = None

    def _shares_countdown(self) -> bool:
        return self.context.config.countdown != "each"

    def on_resize(self, event: events.Resize) -> None:
        self._divide(event.size)
        self._body.show_entry()
        self.show_counts()

    def _divide(self, size: Size) -> None:
        rows = len(self._visible.visible(self.category, ""))
        self._body.divide(size, rows, is_empty=not self._visible.total)

    def reload(self, keep: str | None = None) -> None:
        """Show the current contents of the vault; highlight `keep`, or the same entry as before."""
        document, in_trash = self.vault.document, self._visible.deleted
        self._visible = VisibleEntries(document)
        self.codes.selected -= in_trash ^ self._visible.deleted
        self.codes.selected &= {entry.id for entry in document.everything}
        self.codes.category_names = self._visible.names
        self.codes.measure(document.entries)
        self._show(keep, near=True)

    def _show(self, keep: str | None = None, *, near: bool = False) -> None:
        """Show the entries that match category and search; `near` is as in `CodeList.show_rows`."""
        codes = self.codes
        if self.category not in {category.id for category in self._visible.categories}:
            self.category = None  # another program deleted it
        if keep is None and codes.highlighted and not self.search_text:
            keep = codes.highlighted.id
        codes.when_empty = when_empty(
            self.context, search=self.search_text, has_entries=bool(self._visible.total)
        )
        codes.searched = self.search_text or ""
        codes.numbered = self.search_text is None and self.category != TRASH
        self._body.shows_keys = self.search_text is None
        self._divide(self.size)
        codes.show_rows(
            self._visible.visible(self.category, self.search_text or ""), keep, near=near
        )
        self._categories.show(self._visible.categories, self.category, self.search_text)
        self._keys.show(self._keys_shown())
        self.show_counts()
        self.tick()

    def replace(self, entry: Entry) -> None:
        self._visible.replace(entry)
        self.codes.replace_row(entry)

    def show_counts(self) -> None:
        """Show the numbers of all, shown and selected entries in the title."""
        unreadable, selected = len(self.vault.document.unreadable), len(self._selected())
        shown, total = len(self.codes.rows), self._visible.total
        count = f"{shown} of {total} codes" if shown != total else plural(total, "code")
        if self.search_text:
            count = plural(shown, "match")
        if shown == total and not self._body.holds_all(self.size):
            count = f"{self.codes.cursor + 1} / {count}"
        if self.category == TRASH:
            count = f"{shown} in the trash"
        count += f", {unreadable} unreadable" if unreadable else ""
        count += f", {selected} selected" if selected else ""
        self._title.show(count if self.vault.saved else f"{UNSAVED} · {count}")

    def _selected(self) -> set[str]:
        """Return the ids of the selected entries, in the trash or outside it."""
        selected, deleted = self.codes.selected, self._visible.deleted
        return selected & deleted if self.category == TRASH else selected - deleted

    def _keys_shown(self) -> list[tuple[str, str]] | None:
        return bar_keys(
            self.context,
            search=self.search_text,
            in_trash=self.category == TRASH,
            has_selected=bool(self._selected()),
            has_entries=bool(self._visible.total),
        )

    def say(self, text: str, tone: str = "strong", *, stay: bool = False) -> None:
        """Show a message for some seconds, or until the next one if `stay`."""
        until = None if stay else self.context.clock.steady() + MESSAGE_SECONDS
        self._status.say(text, tone, until)

    def withdraw(self, words: str) -> None:
        self._status.withdraw(words)

    def note(self, notice: str) -> None:
        self._status.note(notice)

    @property
    def message(self) -> str:
        """The current message."""
        return self._status.message

    @property
    def document(self) -> Document:
        """The contents that are shown."""
        return self._visible.document

    # --- time ----------------------------------------------------------------------------------

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        self.tick()

    def tick(self) -> None:
        now, steady = self.context.clock.now(), self.context.clock.steady()
        self.codes.tick(now)
        period = self.codes.common_period if self.codes.shared else 0
        self._title.count_down(period - int(now) % period if period else 0, period)
        self._body.show_entry()
        self._watch.tick(steady)
        self._check_clock(steady)

    def _check_clock(self, steady: float) -> None:
        """Mark the title if codes may be wrong, but not before the first frame."""
        if self._clock_checked is None:
            self._clock_checked = steady - CLOCK_SECONDS + 0.5
        elif steady - self._clock_checked >= CLOCK_SECONDS:
            self._clock_checked = steady
            wrong = self.context.config.clock_check and self.context.clock_warning()
            self._title.warn("clock" if wrong else "")

    async def take_over(self) -> None:
        await self._watch.take_over()

    # --- categories and search ---------------------------------------------------------------

    def _step_category(self, step: int) -> None:
        choices = [None, *(category.id for category in self._visible.categories)]
        if choices == [None]:
            hint = press_hint(self.context, "categories", "to add one")
            self.say(f"No categories yet.{hint}")
        self._show_category(choices[(choices.index(self.category) + step) % len(choices)])

    @on(CategoryBar.Picked)
    def _category_picked(self, event: CategoryBar.Picked) -> None:
        self._show_category(event.category)

    def _show_category(self, category: str | None) -> None:
        self.category = category
        self._show()

    def _open_search(self) -> None:
        self._visible.prepare(self.category)
        self._search(self.search_text or "")

    def _search(self, text: str | None) -> None:
        self.search_text = text and text[:LONGEST_SEARCH]
        self._show()

    def _clear(self) -> None:
        """Close the search, or else clear the selection, or else show all categories."""
        if self.context.pick is not None:
            self.context.exit()
        elif self.search_text is not None:
            self._search(None)
        elif selected := self._selected():
            self.codes.selected -= selected
            self._show()
        elif self.category is not None:
            self._show_category(None)

    def on_key(self, event: events.Key) -> None:
        """Edit the open search with typed text; other keys remain commands."""
        text = self.search_text
        if text is None:
            return
        edited: str | None
        if event.is_printable and event.character:
            edited = text + event.character
        elif event.key == "backspace":
            edited = text[:-1] if text else None
        elif event.key == "ctrl+u":
            edited = ""
        elif event.key == "ctrl+w":
            edited = " ".join(text.split()[:-1])
        else:
            return
        event.stop()
        event.prevent_default()
        self._search(edited)

    def on_paste(self, event: events.Paste) -> None:
        """Open the form with a pasted URI, and add other text to an open search."""
        from tui.backup.sources import contains_uri

        event.stop()
        if contains_uri(event.text):
            if self.context.pick is None:
                self._start(add(self, pasted=event.text))
        elif self.search_text is not None:
            pasted = " ".join(safe(event.text[:LONGEST_SEARCH]).split())
            self._search(self.search_text + pasted)
