"""The form for an entry: a new one, by hand, by URI or from a picture, or one to change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Static

from tui.app.screens.base import Dialog, in_thread
from tui.app.widgets.bars import KeyBar, Rule, StatusLine, TitleBar
from tui.app.widgets.entry_fields import EntryFields
from tui.app.widgets.form_fields import UriGiven
from tui.backup.importer import addition_label, import_into
from tui.backup.plan import plan
from tui.backup.sources import OpenedBackup, contains_uri, read_text
from tui.errors import EntryError, NotSavedError, OtpTuiError
from tui.otp.codes import code_at, remaining
from tui.otp.draft import Draft
from tui.vault.categories import add_entry, edit_entry
from tui.vault.document import by_secret
from tui.vault.undo import step_label, undoable

if TYPE_CHECKING:
    from tui.backup.model import Backup
    from tui.otp.entry import Category, Entry
    from tui.vault.vault import Vault

MOST_TEXT = 200_000
"""Characters that a pasted text may have; a longer one is a file to import."""
_KEYS = [("^s", "save"), ("⇥", "next"), ("^r", "secret"), ("^t", "more"), ("^o", "QR picture"),
         ("Esc", "leave")]  # fmt: skip
_HINT = "Paste an otpauth:// URI into any field, or fill in the form."
_NOT_SAVED = "Not saved. See the marked field."
_SHORT_HINT = "Paste a URI, or fill in the form."


class EntryFormScreen(Dialog[str | None]):
    """Adds entries to the vault or changes one, and saves it, as one step that can be undone.

    Returns what was done as a sentence; None where it was left without saving.
    """

    CSS_PATH = "entry_form.tcss"
    AUTO_FOCUS = "#issuer"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall"), (34, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar = [
        Binding("ctrl+s", "save", show=False),
        Binding("ctrl+r,f2", "reveal", show=False),
        Binding("ctrl+t,f3", "fold", show=False),
        Binding("ctrl+o", "picture", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self, vault: Vault, entry: Entry | None = None) -> None:
        """`entry` is the one to change; None: a new one."""
        super().__init__()
        self._vault = vault
        self._before = entry
        self._icon: str | None = None
        """The icon that a URI named for a new entry."""
        self._made: Entry | None = None
        """What the fields make now."""
        self._twins: dict[tuple[object, ...], Entry] | None = None
        self._shown = self._saving = False
        self._warning = ""

    def compose(self) -> ComposeResult:
        entry = self._before
        inside = [place.category for place in entry.categories] if entry else []
        draft = Draft.of(entry) if entry else Draft()
        yield TitleBar("edit" if entry else "add")
        yield Rule()
        with VerticalScroll(id="form", can_focus=False):
            yield EntryFields(draft, self._vault.document.categories, inside)
            with Horizontal(id="end"):
                yield Button("Save", id="save")
                yield Static("", id="twin", markup=False)
        yield StatusLine()
        yield KeyBar(_KEYS)

    def on_mount(self) -> None:
        self._fields = self.query_one(EntryFields)
        self._start: Draft | None = self._fields.draft
        if self._before is not None:
            self.query_one(TitleBar).show(self._before.label)
        else:
            self._say(_HINT if self.app.size.width > len(_HINT) + 6 else _SHORT_HINT)

    def on_unmount(self) -> None:
        """Let go of the secret: Textual may hold on to the screen for a while."""
        self._fields.forget()
        self._before = self._made = self._start = self._twins = None
        del self._vault

    # --- what the fields make --------------------------------------------------------------

    @on(EntryFields.Changed)
    def _look(self) -> None:
        """Name the mistakes, and show the code that the fields make."""
        if not self.is_mounted or not hasattr(self, "_vault"):
            return
        draft, base = self._fields.draft, self._before
        mistakes = draft.mistakes(base)
        self._fields.tell(mistakes)
        if not mistakes and self.query_one(StatusLine).message == _NOT_SAVED:
            self._say("")
        self._made = None if mistakes or self._fields.uri else draft.entry(base)
        twin = self._twin(self._made) if self._made else None
        has = f"{twin.label} has this secret already." if twin else ""
        if has != self._warning:
            self._warning = has
            self.query_one("#twin", Static).update(has)
        self.tick()

    def tick(self) -> None:
        """Show the code of this moment."""
        if self._made is None:
            self._fields.code.show("", None, "shown before you save")
            return
        now = self.context.clock.now()
        try:
            code = code_at(self._made, now)
        except EntryError as error:
            self._fields.code.show("", None, f"None: {error}.")
        else:
            self._fields.code.show(code.text, remaining(self._made, now))

    def _twin(self, made: Entry) -> Entry | None:
        """Return an entry of the vault with the same secret."""
        if self._twins is None:
            own = self._before.id if self._before else ""
            entries = self._vault.document.entries
            self._twins = {by_secret(one): one for one in reversed(entries) if one.id != own}
        return self._twins.get(by_secret(made))

    # --- URIs and pictures -----------------------------------------------------------------

    @on(UriGiven)
    def _given(self, event: UriGiven) -> None:
        event.stop()
        self._read(event.text)

    def on_paste(self, event: events.Paste) -> None:
        """A URI that is pasted where there is no field to type in."""
        event.stop()
        if contains_uri(event.text):
            self._read(event.text)

    def _read(self, text: str) -> None:
        if len(text) > MOST_TEXT:
            self._say("That is too much text. Save it to a file and import that.", "error")
            return
        try:
            backup = read_text(text)
        except OtpTuiError as error:
            if self._fields.tell_uri(str(error)):
                self._say("")
            else:
                self._say(error.sentence, "error")
        else:
            self._take(backup)

    def action_picture(self) -> None:
        """Read the QR codes of a picture."""
        from tui.app.screens.choose_picture import PictureScreen

        self.app.push_screen(PictureScreen(), lambda found: self._take(found) if found else None)

    def _take(self, backup: Backup) -> None:
        """Fill the form in, or offer all entries where there are several."""
        self._fields.drop_uris()
        if not backup.entries:
            self._say(_first_problem(backup) or "There are no entries in it.", "error")
        elif len(backup.entries) == 1:
            self._fill(backup.entries[0], _first_problem(backup))
        elif self._before is not None:
            count = len(backup.entries)
            self._say(f"It holds {count} entries, and this form changes one.", "error")
        else:
            self._offer(backup)

    def _fill(self, entry: Entry, missing: str) -> None:
        given, now = Draft.of(entry), self._fields.draft
        self._icon = entry.icon
        self._fields.put(replace(given, pin=given.pin or now.pin, note=now.note))
        words = "Filled in. Compare the code with the site, then save."
        self._say(missing or words, "warning" if missing else "strong")
        self._look()
        mistakes = self._fields.draft.mistakes(self._before)
        if mistakes:
            self._fields.focus_first(mistakes)
        else:
            self.query_one("#save").focus()

    @work(group="several", exclusive=True, exit_on_error=False, description="several entries")
    async def _offer(self, backup: Backup) -> None:
        from tui.app.screens.add_several import AddSeveralScreen

        document = self._vault.document
        rows = await in_thread(lambda: plan(document, backup))
        self.app.push_screen(AddSeveralScreen(rows), lambda out: self._add_all(backup, out))

    def _add_all(self, backup: Backup, unticked: frozenset[int] | None) -> None:
        if unticked is None or self._saving:
            return
        vault, moment, opened = self._vault, self._moment, [OpenedBackup((), backup)]

        def add() -> str:
            result = import_into(vault, opened, moment, deselected=unticked, label=addition_label)
            return f"{result.report.sentence('added')}."

        self._change(add)

    @on(events.DescendantFocus, "#save")
    def _at_the_end(self) -> None:
        """Show what is next to the button, too."""
        self.query_one("#form").scroll_end(animate=False)

    # --- saving and leaving ------------------------------------------------------------------

    @on(EntryFields.Done)
    @on(Button.Pressed)
    def _done(self, event: EntryFields.Done | Button.Pressed) -> None:
        event.stop()
        self.action_save()

    def action_save(self) -> None:
        """Save, or read the URI that stands in a field, or show what is wrong."""
        if self._fields.uri:
            self._read(self._fields.uri)
            return
        draft, base = self._fields.draft, self._before
        mistakes = draft.mistakes(base)
        if mistakes:
            self._fields.tell(mistakes, of_all=True)
            self._fields.focus_first(mistakes)
            self._say(_NOT_SAVED, "error")
        elif not self._saving:
            self._save(draft, base, self._fields.categories.wanted)

    def _save(self, draft: Draft, base: Entry | None, wanted: dict[Category, bool]) -> None:
        vault, moment = self._vault, self._moment
        if base is None:
            made = replace(draft.entry(), icon=self._icon)
            step = partial(add_entry, entry=made, wanted=wanted, moment=moment)
            label, done = step_label("addition", [made]), f"Added {made.label}."
        else:
            changes = draft.changes(base)
            if not changes and not wanted:
                self.dismiss(None)
                return
            step = partial(edit_entry, before=base, changes=changes, wanted=wanted, moment=moment)
            label, done = step_label("change", [base]), f"Changed {draft.entry(base).label}."

        def save() -> str:
            vault.change(undoable(step, label))
            return done

        self._change(save)

    @work(group="save", exit_on_error=False, description="save entries")
    async def _change(self, change: Callable[[], str]) -> None:
        """Run `change`, which changes the vault, and leave with the sentence that it returns.

        If it fails, stay and say why.
        """
        self._saving = True
        try:
            done = await in_thread(change)
        except NotSavedError as error:
            self.dismiss(f"NOT SAVED. {error.sentence}")
        except OtpTuiError as error:
            self._say(error.sentence, "error")
        else:
            self.dismiss(done)
        finally:
            self._saving = False

    @property
    def unsaved(self) -> bool:
        return self._fields.draft != self._start or bool(self._fields.categories.wanted)

    def action_leave(self) -> None:
        """Leave; ask first where something was typed."""
        if not self.unsaved:
            self.dismiss(None)
            return
        from tui.app.screens.confirm import ConfirmScreen

        self.app.push_screen(
            ConfirmScreen("Leave without saving?", "What you typed is lost then.", "leave"),
            self._left,
        )

    def _left(self, yes: bool | None) -> None:
        if yes:
            self.dismiss(None)

    def action_reveal(self) -> None:
        """Show secret and PIN, or hide them again."""
        self._shown = not self._shown
        self._fields.reveal(self._shown)

    def action_fold(self) -> None:
        """Show what is behind "more", or fold it away."""
        self._fields.action_fold()

    @property
    def _moment(self) -> int:
        return int(self.context.clock.now())

    def _say(self, text: str, tone: str = "muted") -> None:
        self.query_one(StatusLine).say(text, tone)


def _first_problem(backup: Backup) -> str:
    """Return the first thing that could not be read, as a sentence; empty if there is none."""
    first = next((f"{each.what}: {each.reason}." for each in backup.problems), "")
    return first[:1].upper() + first[1:]
