"""The fields of an entry: which are shown for its type, what stands in them, what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Select, TextArea

from tui.app.widgets.category_field import CategoryField
from tui.app.widgets.form_fields import FoldLine, FormInput, FormRow, LiveCode, NoteArea
from tui.app.widgets.password_input import PasswordInput
from tui.otp.draft import Draft
from tui.otp.entry import Algorithm, Category, OtpType

_TYPES = (
    ("TOTP, by time", OtpType.TOTP),
    ("HOTP, by counter", OtpType.HOTP),
    ("Steam", OtpType.STEAM),
    ("Mobile-OTP", OtpType.MOTP),
    ("Yandex", OtpType.YANDEX),
)
_URI_HERE = "A URI, shown as dots: Enter reads it."


class EntryFields(Vertical):
    """The form, from the type to the note. Of a field that nobody touched yet it says nothing."""

    class Changed(Message):
        """Something in the form is not as it was."""

    class Done(Message):
        """Enter was pressed in the last field."""

    def __init__(
        self, draft: Draft, categories: Sequence[Category], inside: Collection[str]
    ) -> None:
        """`inside` are the ids of the categories that the entry is in."""
        super().__init__()
        self._first: Draft | None = draft
        self._type = draft.type
        self._touched: set[str] = set()
        self._seen: dict[str, int] = {}
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
        """The categories."""
        self._texts: dict[str, FormInput | NoteArea] = {
            "issuer": FormInput("such as GitHub", id="issuer"),
            "account": FormInput("such as me@example.org", id="account"),
            "secret": FormInput("the key that the site shows", hidden=True, id="secret"),
            "pin": FormInput("needed for these codes", hidden=True, id="pin"),
            "digits": FormInput(id="digits"),
            "period": FormInput(id="period"),
            "counter": FormInput("0", id="counter"),
            "note": NoteArea(id="note"),
        }
        texts = self._texts
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
            "note": FormRow("Note", texts["note"]),
        }
        self._rows = {**self._above, **self._below}
        self._fold, self._more = FoldLine(), Vertical(*self._below.values(), id="more")
        self.code = LiveCode()
        """The code that the form makes now."""

    def compose(self) -> ComposeResult:
        yield from self._above.values()
        yield FormRow("Code", self.code)
        yield self._fold
        yield self._more

    def on_mount(self) -> None:
        self._more.display = False
        if self._first is not None:
            self.put(self._first)
        self._touched.clear()
        self._first = None

    # --- what stands in them -------------------------------------------------------------

    @property
    def draft(self) -> Draft:
        """What was typed."""
        if self._first is not None:
            return self._first
        texts = {name: field.typed for name, field in self._texts.items()}
        algorithm = Algorithm(str(self._algorithms.value))
        return Draft(type=self._type, algorithm=algorithm, **texts)

    @property
    def uri(self) -> str:
        """The URI that was typed into a field and is not read yet; empty where there is none."""
        return next((field.uri for field in self._all_texts() if field.uri), "")

    def put(self, draft: Draft) -> None:
        """Have this in the fields."""
        self._type = draft.type
        self._types.value, self._algorithms.value = draft.type, draft.algorithm
        for name, field in self._texts.items():
            field.put(getattr(draft, name))
            if field.typed:
                self._touched.add(name)
        self._look()
        self._suit_type(draft)

    def drop_uris(self) -> None:
        """Empty the fields into which URIs were typed."""
        for field in self._all_texts():
            if field.uri:
                field.put("")

    def forget(self) -> None:
        """Empty every field and let go of the code."""
        for field in self._all_texts():
            field.put("")
        self._first = None
        self.code.show("", None)

    def reveal(self, shown: bool) -> None:
        """Show secret and PIN, or hide them again."""
        for name in ("secret", "pin"):
            field = self._texts[name]
            if isinstance(field, FormInput):
                field.reveal(shown)

    def _all_texts(self) -> list[FormInput | NoteArea]:
        return [*self._texts.values(), self.categories.field]

    # --- what is wrong ---------------------------------------------------------------------

    def tell(self, mistakes: Mapping[str, str], *, of_all: bool = False) -> None:
        """Show mistakes by the name of the field, of those that were touched or of all."""
        if of_all:
            self._touched |= set(mistakes)
        for name, row in self._rows.items():
            typed = self._texts.get(name)
            if typed is not None and typed.uri:
                row.tell("", _URI_HERE)
            else:
                row.tell(mistakes.get(name, "") if name in self._touched else "")

    def tell_uri(self, mistake: str) -> bool:
        """Show what is wrong with a URI where it was typed; False where it was not typed."""
        for name, field in self._texts.items():
            if field.uri:
                self._rows[name].tell(mistake)
                field.focus()
                return True
        return False

    def focus_first(self, mistakes: Mapping[str, str]) -> None:
        """Go to the first field that is wrong, behind "more" too."""
        names = [name for name in self._rows if name in mistakes]
        if names:
            self.open_more(self._more.display or names[0] in self._below)
            self._rows[names[0]].field.focus()

    # --- more ------------------------------------------------------------------------------

    def open_more(self, opened: bool) -> None:
        """Show the fields behind "more", or fold them away."""
        if not opened and self._more.has_focus_within:
            self._fold.focus()
        self._more.display = opened
        self.set_class(opened, "-opened")
        names = [
            row.name_shown if row.name_shown == "PIN" else row.name_shown.lower()
            for row in self._below.values()
            if row.display
        ]
        self._fold.update(f"{'▾' if opened else '▸'} More: {', '.join(names)}")

    def action_fold(self) -> None:
        """Show the fields behind "more", or fold them away."""
        self.open_more(not self._more.display)

    @on(FoldLine.Folded)
    def _folded(self, event: FoldLine.Folded) -> None:
        event.stop()
        self.action_fold()

    def _suit_type(self, draft: Draft) -> None:
        """Show the fields of the type, and those behind "more" where one of them matters."""
        kind = draft.type
        shown = {
            "pin": kind.has_pin,
            "algorithm": kind.has_digits,
            "digits": kind.has_digits,
            "period": kind.has_period,
            "counter": kind.has_counter,
        }
        for name, there in shown.items():
            self._rows[name].display = there
        usual = {"digits": str(kind.default_digits), "period": str(kind.default_period)}
        for name, text in usual.items():
            field = self._texts[name]
            if isinstance(field, FormInput):
                field.placeholder = text
        usual_texts = {name: ("", text) for name, text in (usual | {"counter": "0"}).items()}
        unusual = [
            name
            for name, row in self._below.items()
            if row.display
            and name in self._texts
            and self._texts[name].typed not in usual_texts.get(name, ("",))
        ]
        matters = (
            unusual
            or shown["pin"]
            or self.categories.any
            or (shown["algorithm"] and draft.algorithm is not Algorithm.SHA1)
        )
        self.open_more(self._more.display or bool(matters))

    # --- what happens in them --------------------------------------------------------------

    @on(Select.Changed)
    def _chosen(self, event: Select.Changed) -> None:
        event.stop()
        kind = OtpType(str(self._types.value))
        if kind is not self._type:
            self._type = kind
            self._suit_type(self.draft)
        self.post_message(self.Changed())

    @on(PasswordInput.Typed)
    @on(TextArea.Changed)
    @on(CategoryField.Changed)
    def _typed(self, event: Message) -> None:
        event.stop()
        self._look()
        self.post_message(self.Changed())

    def _look(self) -> None:
        """Find which fields were touched."""
        for name, field in self._texts.items():
            now = hash(field.typed)
            if self._seen.setdefault(name, hash("")) != now:
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
        """Keep the mistake below a field on screen too."""
        widget: Widget | None = event.widget
        while widget is not None and not isinstance(widget, FormRow):
            widget = widget.parent if isinstance(widget.parent, Widget) else None
        if widget is not None:
            widget.scroll_visible(animate=False)
