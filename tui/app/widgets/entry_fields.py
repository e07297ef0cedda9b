"""The fields of an entry, depending on its type, and their mistakes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from textual import events, on
from textual.app import ComposeResult, ScreenStackError
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Select, TextArea

from tui.app.widgets.category_field import CategoryField
from tui.app.widgets.form_fields import (
    CheckField,
    FoldLine,
    FormInput,
    FormRow,
    LiveCode,
    NoteArea,
)
from tui.app.widgets.password_input import PasswordInput
from tui.otp.draft import Draft
from tui.otp.entry import Algorithm, Category, OtpType

_TYPES = [(kind.label, kind) for kind in OtpType]
_HIDDEN_URI = "Hidden URI. Press Enter to read it."


class EntryFields(Vertical):
    """The fields from type to note. A mistake is shown once its field was edited."""

    class Changed(Message):
        """The draft changed."""

    class Done(Message):
        """Enter was pressed in the last field."""

    def __init__(
        self, draft: Draft, categories: Sequence[Category], inside: Collection[str]
    ) -> None:
        """`inside` are the ids of the entry's categories."""
        super().__init__()
        self._type, self._algorithm = draft.type, draft.algorithm
        self._touched: set[str] = set()
        self._types: Select[OtpType] = Select(
            _TYPES, value=draft.type, allow_blank=False, compact=True, id="type"
        )
        self._algorithms: Select[Algorithm] = Select(
            [(each.value, each) for each in Algorithm],
            value=draft.algorithm,
            allow_blank=False,
            compact=True,
            id="algorithm",
        )
        self.categories = CategoryField(categories, inside)
        self._forward = CheckField(
            "Servers may ask for its code (ssh-agent)", draft.forward, id="forward"
        )
        self._inputs = {
            "issuer": FormInput("e.g. GitHub", draft.issuer, id="issuer"),
            "account": FormInput("e.g. me@example.org", draft.account, id="account"),
            "secret": FormInput("Setup key", draft.secret, hidden=True, id="secret"),
            "pin": FormInput("Needed for every code", draft.pin, hidden=True, id="pin"),
            "digits": FormInput("", draft.digits, id="digits"),
            "period": FormInput("", draft.period, id="period"),
            "counter": FormInput("0", draft.counter, id="counter"),
        }
        texts: dict[str, FormInput | NoteArea] = {
            **self._inputs,
            "note": NoteArea(draft.note, id="note"),
        }
        self._texts = texts
        self._seen = {name: hash(field.typed) for name, field in texts.items()}
        """Hashes of the texts, to detect edited fields."""
        self._above = {
            "type": FormRow("Type", self._types),
            "issuer": FormRow("Issuer", texts["issuer"]),
            "account": FormRow("Account", texts["account"]),
            "secret": FormRow("Secret", texts["secret"]),
        }
        self._below = {
            "pin": FormRow("PIN", texts["pin"]),
            "algorithm": FormRow("Algorithm", self._algorithms),
            "digits": FormRow("Digits", texts["digits"]),
            "period": FormRow("Period", texts["period"], "seconds"),
            "counter": FormRow("Counter", texts["counter"], "next code"),
            "categories": FormRow("Categories", self.categories),
            "forward": FormRow("SSH", self._forward),
            "note": FormRow("Note", texts["note"]),
        }
        self._rows = {**self._above, **self._below}
        self._fold, self._more = FoldLine(), Vertical(*self._below.values(), id="more")
        self._more.display = False
        self.code = LiveCode()
        """The current code of the entry in the form."""

    def compose(self) -> ComposeResult:
        self._show_fields_of_type()
        yield from self._above.values()
        yield FormRow("Code", self.code)
        yield self._fold
        yield self._more

    def on_unmount(self) -> None:
        """Drop the secret: Textual may keep widgets for a while."""
        for field in self._all_texts():
            with suppress(ScreenStackError):  # the screen has crashed; the text is gone
                field.put("")
        self.code.show(None)

    # --- their content -------------------------------------------------------------------

    @property
    def draft(self) -> Draft:
        """The draft with the typed values."""
        texts = {name: field.typed for name, field in self._texts.items()}
        return Draft(
            type=self._type, algorithm=self._algorithm, forward=self._forward.checked, **texts
        )

    @property
    def uri(self) -> str:
        """The URIs in fields that were not read yet, one per line; empty if there are none."""
        return "\n".join(field.uri for field in self._all_texts() if field.uri)

    def put(self, draft: Draft) -> None:
        """Fill in the fields."""
        self._type, self._algorithm = draft.type, draft.algorithm
        self._types.value, self._algorithms.value = draft.type, draft.algorithm
        self._forward.put(draft.forward)
        for name, field in self._texts.items():
            if field.typed != getattr(draft, name):  # else the cursor would move
                field.put(getattr(draft, name))
            if field.typed:
                self._touched.add(name)
        self._look_for_touched()
        self._show_fields_of_type()

    def drop_uris(self) -> None:
        """Empty the fields that contain URIs."""
        for field in self._all_texts():
            if field.uri:
                field.put("")

    def reveal(self, shown: bool) -> None:
        """Show secret and PIN, or hide them again."""
        for field in self._inputs.values():
            field.reveal(shown)

    def _all_texts(self) -> list[FormInput | NoteArea]:
        return [*self._texts.values(), self.categories.field]

    # --- their mistakes --------------------------------------------------------------------

    def show_mistakes(self, mistakes: Mapping[str, str], *, of_all: bool = False) -> None:
        """Show mistakes, by field name, of the edited fields or of all."""
        if of_all:
            self._touched |= set(mistakes)
        for name, row in self._rows.items():
            text = self._texts.get(name)
            if text is not None and text.uri:
                row.show("", _HIDDEN_URI)
            else:
                row.show(mistakes.get(name, "") if name in self._touched else "")

    @property
    def has_mistakes(self) -> bool:
        """True if a mistake is shown."""
        return any(row.mistake for row in self._rows.values())

    def show_uri_mistake(self, mistake: str) -> bool:
        """Show a mistake below the field with a URI; return False if there is none."""
        for name, field in self._texts.items():
            if field.uri:
                self._rows[name].show(mistake)
                self.screen.set_focus(field)
                return True
        return False

    def focus_first(self, mistakes: Mapping[str, str]) -> None:
        """Focus the first field with a mistake, including those behind "more"."""
        names = [name for name in self._rows if name in mistakes]
        if names:
            self.open_more(self._more.display or names[0] in self._below)
            self.screen.set_focus(self._rows[names[0]].field)

    # --- more ------------------------------------------------------------------------------

    def open_more(self, opened: bool) -> None:
        """Show or hide the fields behind "more"."""
        if not opened and self._more.has_focus_within:
            self.screen.set_focus(self._fold)
        self._more.display = opened
        self.set_class(opened, "-opened")
        names = [
            row.label if row.label.isupper() else row.label.lower()
            for row in self._below.values()
            if row.display
        ]
        self._fold.update("▾ Less" if opened else f"▸ More: {', '.join(names)}")

    def action_fold(self) -> None:
        """Show or hide the fields behind "more"."""
        self.open_more(not self._more.display)

    @on(FoldLine.Folded)
    def _folded(self, event: FoldLine.Folded) -> None:
        event.stop()
        self.action_fold()

    def _show_fields_of_type(self) -> None:
        """Show the fields that the type has; open "more" if one of its fields is not the
        default."""
        kind = self._type
        shown = {
            "pin": kind.has_pin,
            "algorithm": kind.has_digits,
            "digits": kind.has_digits,
            "period": kind.has_period,
            "counter": kind.has_counter,
        }
        for name, there in shown.items():
            self._rows[name].display = there
        defaults = {
            "digits": str(kind.default_digits),
            "period": str(kind.default_period),
            "counter": "0",
        }
        for name, text in defaults.items():
            self._inputs[name].placeholder = text
        changed = any(
            field.typed not in ("", defaults.get(name))
            for name, field in self._texts.items()
            if name in self._below and self._rows[name].display
        )
        other_hash = shown["algorithm"] and self._algorithm is not Algorithm.SHA1
        self.open_more(
            self._more.display
            or changed
            or other_hash
            or kind.has_pin
            or self.categories.any
            or self._forward.checked
        )

    # --- their events ----------------------------------------------------------------------

    @on(Select.Changed)
    def _chosen(self, event: Select.Changed) -> None:
        event.stop()
        before = self._type
        self._type = OtpType(str(self._types.value))
        self._algorithm = Algorithm(str(self._algorithms.value))
        if self._type is not before:
            self._show_fields_of_type()
        self.post_message(self.Changed())

    @on(PasswordInput.Typed)
    @on(TextArea.Changed)
    @on(CategoryField.Changed)
    @on(CheckField.Changed)
    def _typed(self, event: Message) -> None:
        event.stop()
        self._look_for_touched()
        self.post_message(self.Changed())

    def _look_for_touched(self) -> None:
        for name, field in self._texts.items():
            now = hash(field.typed)
            if self._seen[name] != now:
                self._seen[name] = now
                self._touched.add(name)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        last = event.input is self._texts["secret"] and not self._more.display
        if self.uri or last:
            self.post_message(self.Done())
        else:
            self.screen.focus_next()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Scroll to the focused field and the mistake below it."""
        for widget in event.widget.ancestors_with_self:
            if isinstance(widget, FormRow):
                widget.scroll_visible(animate=False)
