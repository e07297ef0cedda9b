"""All of one entry: its code, its fields, and behind a key each its secret and its QR code."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Label, Static

from tui.app.screens.base import Dialog, in_thread
from tui.app.widgets.bars import KeyBar
from tui.errors import EntryError, NotSavedError, OtpTuiError
from tui.otp.codes import code_at, code_length, group, remaining
from tui.otp.describe import details, setup_uri
from tui.otp.entry import Entry, OtpType
from tui.text import plural, safe
from tui.vault.trash import days_left

if TYPE_CHECKING:
    from tui.vault.vault import Vault

_NAMES = 11
"""Columns of the names before the values."""
_SOON = 5
_LONGEST = 8192


class ShowScreen(Dialog[str | None]):
    """Shows an entry, or one of the trash; returns "edit" where it is to be edited."""

    CSS_PATH = "entry.tcss"
    AUTO_FOCUS = "#entry"
    BINDINGS: ClassVar = [
        Binding("s", "secret", show=False),
        Binding("r", "qr_code", show=False),
        Binding("space", "take", show=False),
        Binding("enter,E", "edit", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("escape,q,v", "dismiss(None)", show=False),
    ]

    def __init__(self, vault: Vault, entry: Entry) -> None:
        super().__init__()
        self._vault, self._entry = vault, entry
        self._secret_shown = False
        self._taken = ""
        """The code that a counter gave."""

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="card", id="entry"):
            yield Label(self._entry.label, classes="title", markup=False)
            with Horizontal(id="now"):
                yield Label("", id="code", markup=False)
                yield Label("", id="left", markup=False)
            yield Static(id="details")
            yield Label("", id="message", classes="tone-error", markup=False)
        yield KeyBar(self._keys())

    def on_mount(self) -> None:
        self.query_one("#message").display = False
        self._show()
        self.tick()

    def _keys(self) -> list[tuple[str, str]]:
        keys = [("s", "hide" if self._secret_shown else "secret")]
        if not self._entry.deleted:
            keys += [("r", "QR"), ("↵", "edit")]
            keys += [("Space", "new code")] if self._entry.type is OtpType.HOTP else []
        return [*keys, ("Esc", "close")]

    # --- what is shown -----------------------------------------------------------------------

    def tick(self) -> None:
        """Show the code of now and how long it stands."""
        code, left, soon = self._now()
        for name, text in (("#code", code and f"{code}  "), ("#left", left)):
            label = self.query_one(name, Label)
            if str(label.content) != text:
                label.update(text)
            label.display = bool(text)
        self.query_one("#left").set_class(soon, "-soon")

    def _now(self) -> tuple[str, str, bool]:
        """Code, a word on it, and whether it is soon over."""
        entry, moment = self._entry, self.context.clock.now()
        if entry.deleted:
            days = days_left(entry, int(moment))
            return "", f"In the trash, {plural(days, 'day')} left", False
        if entry.type is OtpType.HOTP:
            if self._taken:
                return group(self._taken), f"of counter {entry.counter - 1}", False
            dots = group("0" * code_length(entry)).replace("0", "·")
            return dots, "Space gives a code and moves the counter", False
        try:
            text, left = code_at(entry, moment).text, remaining(entry, moment) or 0
        except EntryError as error:
            return "", f"No code: {error}.", True
        return group(text), f"{left} s left", left <= _SOON

    def _show(self) -> None:
        """Show the fields, and the secret or that it is hidden."""
        rows = [*details(self._entry, self._vault.document.categories), *self._secrets()]
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(width=_NAMES)
        table.add_column(overflow="fold")
        muted = self.app.theme_variables["muted"]
        for name, value in rows:
            table.add_row(Text(name, muted), Text(value))
        self.query_one("#details", Static).update(table)
        self.query_one(KeyBar).show(self._keys())

    def _secrets(self) -> list[tuple[str, str]]:
        entry = self._entry
        pin = [("PIN", safe(entry.pin, _LONGEST))] if entry.pin else []
        if not self._secret_shown:
            return [("Secret", "hidden; s shows it")] + [("PIN", "hidden")] * len(pin)
        try:
            uri = [("URI", safe(setup_uri(entry).uri, _LONGEST))]
        except EntryError:
            uri = []
        return [("Secret", _grouped(entry)), *pin, *uri]

    # --- the keys ------------------------------------------------------------------------------

    def action_secret(self) -> None:
        """Show the secret, or hide it again."""
        self._secret_shown = not self._secret_shown
        self._show()
        if self._secret_shown:
            card = self.query_one("#entry")
            self.call_after_refresh(card.scroll_end, animate=False)

    def action_qr_code(self) -> None:
        """Show a QR code for a phone."""
        from tui.app.screens.qr_code import QrScreen

        if self._entry.deleted:
            return
        try:
            found = setup_uri(self._entry)
            screen = QrScreen(self._entry.label, [found.uri], found.note)
        except EntryError as error:
            self._say(f"There is no QR code of it: {error}.")
            return
        self.app.push_screen(screen)

    def action_edit(self) -> None:
        """Close, and have the entry edited."""
        if not self._entry.deleted:
            self.dismiss("edit")

    def action_scroll(self, step: int) -> None:
        """Move a card that is higher than the screen."""
        self.query_one("#entry").scroll_relative(y=step, animate=False)

    @work(group="take", exclusive=True, exit_on_error=False, description="next counter code")
    async def action_take(self) -> None:
        """Take the code of a counter, which is moved and saved before."""
        vault, identity = self._vault, self._entry.id
        if self._entry.type is not OtpType.HOTP or self._entry.deleted:
            return
        try:
            code = await in_thread(lambda: vault.take_hotp(identity))
            entry = vault.document.find(identity)
        except NotSavedError as error:
            self._say(f"NOT SAVED, so no code is shown. {error.sentence}")
            return
        except OtpTuiError as error:
            self._say(error.sentence)
            return
        if self.context.vault is vault:
            self._taken, self._entry = code.text, entry
            self.query_one("#message").display = False
            self._show()
            self.tick()

    def _say(self, text: str) -> None:
        label = self.query_one("#message", Label)
        label.update(text)
        label.display = True
        self.call_after_refresh(label.scroll_visible, animate=False)

    def on_unmount(self) -> None:
        """Let go of the entry and the vault."""
        del self._vault, self._entry
        self._taken = ""


def _grouped(entry: Entry) -> str:
    """The secret in fours; Mobile-OTP's as it is, since its spaces count."""
    secret = entry.secret
    if entry.type is OtpType.MOTP:
        return safe(secret.given, _LONGEST)
    return " ".join(secret.normal[at : at + 4] for at in range(0, len(secret.normal), 4))
