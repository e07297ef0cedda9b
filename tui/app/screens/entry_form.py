"""The form to add entries, by fields, URI or image, and to edit one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Button

from tui.app.live_codes import live_cells
from tui.app.screens.base import Dialog, run_change
from tui.app.threads import in_thread
from tui.app.widgets.bars import TitleBar
from tui.app.widgets.entry_fields import EntryFields
from tui.app.widgets.form_fields import UriGiven
from tui.app.widgets.key_bar import KeyBar
from tui.app.widgets.status_line import StatusLine
from tui.backup.importer import addition_label, import_into
from tui.backup.plan import plan
from tui.backup.sources import OpenedBackup, contains_uri, read_text
from tui.errors import OtpTuiError
from tui.otp.describe import short_secret
from tui.otp.draft import Draft
from tui.text import plural
from tui.vault.categories import add_entry, edit_entry
from tui.vault.undo import step_label, undoable

if TYPE_CHECKING:
    from tui.backup.importer import ImportResult
    from tui.backup.model import Backup
    from tui.otp.entry import Category, Entry
    from tui.vault.vault import Vault

MOST_TEXT = 200_000
"""Maximum length of pasted text, in characters."""
_KEYS = [("^s", "save"), ("⇥", "next"), ("^r", "secret"), ("^t", "more"), ("^o", "QR image"),
         ("Esc", "cancel")]  # fmt: skip
_HINT = "Paste an otpauth:// URI into any field, or fill in the form."
_SHORT_HINT = "Paste a URI, or fill in the form."
_FILLED = "Form filled in."
_CHECK = "Check that the site accepts the code, then save."
_SAVE = "Save it to get its first code."
_NOT_SAVED = "Not saved. Correct what is marked."


class _Scroll(VerticalScroll):
    """Keeps the field with the focus in view when the terminal or a message takes room away."""

    def on_resize(self) -> None:
        if self.has_focus_within and self.screen.focused is not None:
            self.call_after_refresh(self.screen.focused.scroll_visible, animate=False)


class EntryFormScreen(Dialog[str | None]):
    """Saves as one undoable step. Returns a sentence saying what was done; None if nothing was."""

    CSS_PATH = "entry_form.tcss"
    AUTO_FOCUS = "#issuer"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall"), (34, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar = [
        Binding("ctrl+s", "save", show=False),
        Binding("ctrl+r,f2", "reveal", show=False),
        Binding("ctrl+t,f3", "fold", show=False),
        Binding("ctrl+o", "image", show=False),
        Binding("escape", "leave", show=False),
    ]

    _status = getters.query_one(StatusLine)

    def __init__(
        self, vault: Vault, entry: Entry | None = None, *, image: bool = False, pasted: str = ""
    ) -> None:
        """`entry` is the one to edit; None to add a new one, from an `image` or a `pasted` URI."""
        super().__init__()
        self._image_first = image
        self._pasted = pasted
        self._vault = vault
        self._before = entry
        self._icon: str | None = None
        """The icon of a new entry, from a URI."""
        self._made: Entry | None = None
        """The entry that the fields make; None if they have mistakes."""
        self._warning = ""
        """What may be wrong with an entry that can be saved."""
        self._shown = False

    def compose(self) -> ComposeResult:
        entry = self._before
        inside = [place.category for place in entry.categories] if entry else []
        draft = Draft.of(entry) if entry else Draft()
        self._fields = EntryFields(draft, self._vault.document.categories, inside)
        self._start: Draft | None = self._fields.draft
        yield TitleBar("edit" if entry else "add")
        with _Scroll(id="form", can_focus=False):
            yield self._fields
            yield Button("Save", id="save")
        yield StatusLine()
        yield KeyBar(_KEYS)

    def on_mount(self) -> None:
        if self._before is not None:
            self.query_one(TitleBar).show(self._before.label)
        else:
            self.say(_HINT if self.app.size.width > len(_HINT) + 6 else _SHORT_HINT)
        self._look()
        if self._image_first:
            self.action_image()
        if self._pasted:
            pasted, self._pasted = self._pasted, ""
            self._read(pasted)

    def on_unmount(self) -> None:
        """Drop the secret: Textual may keep the screen for a while."""
        self._before = self._made = self._start = None
        del self._vault

    # --- what the fields make --------------------------------------------------------------

    @on(EntryFields.Changed)
    def _look(self) -> None:
        """Show mistakes, the code, and warnings about the secret."""
        draft, base = self._fields.draft, self._before
        mistakes = draft.mistakes(base)
        self._fields.show_mistakes(mistakes)
        if not mistakes:
            self._status.withdraw(_NOT_SAVED)
        self._made = None if mistakes or self._fields.uri else draft.entry(base)
        self._warn("" if self._made is None else self._doubt(self._made))
        self.tick()

    def _doubt(self, entry: Entry) -> str:
        twin = self._vault.document.twin_of(entry)
        return short_secret(entry) if twin is None else _already(twin)

    def _warn(self, warning: str) -> None:
        """Show a warning until it no longer applies."""
        before, self._warning = self._warning, warning
        if warning != before:
            self._status.withdraw(before)
            if warning:
                self.say(warning, "warning")

    def tick(self) -> None:
        """Show what other programs changed, and the current code."""
        self._follow()
        code = self._fields.code
        if self._made is None:
            verb = "correct" if self._fields.has_mistakes else "fill in"
            code.show(None, f"{verb} the form first")
            return
        now = live_cells(self._made, self.context.clock.now())
        if now.problem:
            code.show(None, f"No code: {now.problem}")
        elif now.is_code:
            code.show(now)
        else:
            code.show(None, "Save, then press Space in the list for the next code.")

    def _follow(self, *, over: bool = False) -> None:
        """Show what another program changed in the entry.

        If it changed a field that was edited here, nothing is shown until saving tells so: `over`.
        """
        before = self._before
        if before is None or self.saving:
            return
        now = next((each for each in self._vault.entries if each.id == before.id), before)
        if now == before:
            return
        edited, theirs = self._fields.draft.edited(before), Draft.of(now).edited(before)
        if over or edited.keys().isdisjoint(theirs):
            self._before, self._start = now, Draft.of(now)
            self._fields.put(replace(self._start, **edited))
            self.query_one(TitleBar).show(now.label)
            self._look()

    # --- URIs and images -------------------------------------------------------------------

    @on(UriGiven)
    def _given(self, event: UriGiven) -> None:
        event.stop()
        self._read(event.text)

    def on_paste(self, event: events.Paste) -> None:
        """Read a URI that is pasted while no field has the focus."""
        event.stop()
        if contains_uri(event.text):
            self._read(event.text)

    def _read(self, text: str) -> None:
        if len(text) > MOST_TEXT:
            self.say("Too much text. Save it to a file and import the file.", "error")
            return
        try:
            backup = read_text(text)
        except OtpTuiError as error:
            if self._fields.show_uri_mistake(str(error)):
                self.say("")
            else:
                self.say(error.sentence, "error")
        else:
            self._take(backup)

    @work(group="image", exclusive=True, exit_on_error=False, description="read an image")
    async def action_image(self) -> None:
        """Read the QR codes in an image."""
        from tui.app.screens.choose_image import ImageScreen

        backup = await self.app.push_screen_wait(ImageScreen())
        if backup is not None:
            self._take(backup)

    def _take(self, backup: Backup) -> None:
        """Fill in the form, or offer to add all entries if there are several."""
        self._fields.drop_uris()
        problem = _first_problem(backup)
        if not backup.entries:
            self.say(problem or "No entries found.", "error")
        elif len(backup.entries) == 1:
            self._fill(backup.entries[0], problem)
        elif self._before is not None:
            found = plural(len(backup.entries), "entry")
            self.say(f"Found {found}, but this form edits one.", "error")
        else:
            self._offer(backup)

    def _fill(self, entry: Entry, problem: str) -> None:
        given, now = Draft.of(entry), self._fields.draft
        replaces = self._before is None and now.secret not in ("", given.secret)
        self._icon = entry.icon
        self._fields.put(
            replace(given, pin=given.pin or now.pin, note=now.note, forward=now.forward)
        )
        self._look()
        done = "This replaced the entry in the form, which was not saved." if replaces else _FILLED
        doubts = " ".join(filter(None, (problem, self._warning)))
        check = _SAVE if entry.type.has_counter else _CHECK
        self.say(f"{done} {doubts or check}", "warning" if doubts or replaces else "strong")
        mistakes = self._fields.draft.mistakes(self._before)
        if mistakes:
            self._fields.focus_first(mistakes)
        else:
            self.set_focus(self.query_one("#save"))

    @work(group="several", exclusive=True, exit_on_error=False, description="add several")
    async def _offer(self, backup: Backup) -> None:
        """List the entries, and add those that remain selected."""
        from tui.app.screens.add_several import AddSeveralScreen

        vault, document = self._vault, self._vault.document
        results: list[ImportResult] = []
        planned = await in_thread(lambda: plan(document, backup))
        deselected = await self.app.push_screen_wait(AddSeveralScreen(planned))
        if deselected is None or self.saving:
            return
        moment, opened = self.moment, [OpenedBackup((), backup)]

        def add() -> None:
            results.append(
                import_into(vault, opened, moment, deselected=deselected, label=addition_label)
            )

        self._change(add, lambda: f"{results[0].report.sentence('added')}.")

    # --- saving and leaving ------------------------------------------------------------------

    @on(EntryFields.Done)
    @on(Button.Pressed)
    def _done(self, event: EntryFields.Done | Button.Pressed) -> None:
        event.stop()
        self.action_save()

    def action_save(self) -> None:
        """Save, or read the URI in a field, or show mistakes."""
        if self._fields.uri:
            self._read(self._fields.uri)
            return
        draft = self._fields.draft
        mistakes = draft.mistakes(self._before)
        if mistakes:
            self._fields.show_mistakes(mistakes, of_all=True)
            self._fields.focus_first(mistakes)
            self.say(_NOT_SAVED, "error")
        elif not self.saving:
            adds = self._before is None
            twin = self._vault.document.twin_of(draft.entry()) if adds else None
            if twin is None:
                self._save(draft, self._before, self._fields.categories.wanted)
            else:
                self._ask_and_save(draft, twin)

    @work(group="save", exclusive=True, exit_on_error=False, description="ask about a twin")
    async def _ask_and_save(self, draft: Draft, twin: Entry) -> None:
        from tui.app.screens.confirm import ConfirmScreen

        if await self.app.push_screen_wait(ConfirmScreen("Add it again?", _already(twin), "add")):
            self._save(draft, None, self._fields.categories.wanted, again=True)

    def _save(
        self,
        draft: Draft,
        base: Entry | None,
        wanted: dict[Category, bool],
        *,
        again: bool = False,
    ) -> None:
        vault, moment = self._vault, self.moment
        if base is None:
            made = replace(draft.entry(), icon=self._icon)
            step = partial(add_entry, entry=made, wanted=wanted, moment=moment, again=again)
            label, done = step_label("addition", [made]), f"Added {made.label}."
        else:
            changes = draft.changes(base)
            if not changes and not wanted:
                self.dismiss(None)
                return
            step = partial(edit_entry, before=base, changes=changes, wanted=wanted, moment=moment)
            label, done = step_label("change", [base]), f"Changed {draft.entry(base).label}."
        self._change(lambda: vault.change(undoable(step, label, sets_counters=True)), lambda: done)

    @work(group="save", exit_on_error=False, description="save entries")
    async def _change(self, change: Callable[[], object], done: Callable[[], str]) -> None:
        """Change the vault and close with the sentence of `done`; if it is refused, stay."""
        self.saving = True
        result = await run_change(change)
        self.saving = False
        if result.made:
            self.dismiss(result.problem or done())
        else:
            self._follow(over=result.conflicts)
            self._look()
            self.say(result.problem, "error")

    @property
    def unsaved(self) -> bool:
        return self._fields.draft != self._start or bool(self._fields.categories.wanted)

    @work(group="leave", exclusive=True, exit_on_error=False, description="leave the form")
    async def action_leave(self) -> None:
        """Close, unless it is being saved; ask first if something was typed."""
        from tui.app.screens.confirm import ConfirmScreen

        if self.saving:
            return
        if not self.unsaved or await self.app.push_screen_wait(
            ConfirmScreen("Close without saving?", "What you typed will be lost.", "close")
        ):
            self.dismiss(None)

    @work(group="reveal", exclusive=True, exit_on_error=False, description="show the secret")
    async def action_reveal(self) -> None:
        """Show secret and PIN, or hide them again."""
        from tui.app.screens.ask_password import may_show

        stored = self._before is not None
        if stored and not self._shown and not await may_show(self, "show the secret"):
            return
        self._shown = not self._shown
        self._fields.reveal(self._shown)

    def action_fold(self) -> None:
        """Show or hide the fields behind "more"."""
        self._fields.action_fold()


def _already(twin: Entry) -> str:
    return f"{twin.label} already has this secret."


def _first_problem(backup: Backup) -> str:
    """Return a sentence about the first problem; empty if there is none."""
    first = next((f"{each.what}: {each.reason}." for each in backup.problems), "")
    return first[:1].upper() + first[1:]
