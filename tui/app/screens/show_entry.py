"""Shows the details of an entry, and its secret or QR code on request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual import getters, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Label, Static

from tui.app.live_codes import live_cells
from tui.app.screens.ask_password import may_show
from tui.app.screens.base import Dialog, run_change
from tui.app.widgets.entry_pane import LEAST_WIDTH
from tui.app.widgets.key_bar import KeyBar
from tui.app.widgets.status_label import StatusLabel
from tui.errors import EntryError
from tui.otp.codes import Code
from tui.otp.describe import details, setup_uri
from tui.otp.entry import Entry, OtpType
from tui.otp.lookalike import warnings
from tui.text import safe

if TYPE_CHECKING:
    from tui.vault.vault import Vault

_SCAN = "Scan it with the authenticator on your phone."
_LABEL_WIDTH = 11
_LONGEST = 8192
"""Maximum number of characters of a secret to show."""


class ShowScreen(Dialog[str | None]):
    """Returns "copy" to copy the code, "edit" to open the form, else None."""

    CSS_PATH = "entry.tcss"
    AUTO_FOCUS = "#entry"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-wide"), (LEAST_WIDTH, "-roomy")]  # noqa: RUF012
    BINDINGS: ClassVar = [
        Binding("s", "secret", show=False),
        Binding("r", "qr_code", show=False),
        Binding("space", "take", show=False),
        Binding("enter", "copy", show=False),
        Binding("E", "edit", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("escape,q,v", "dismiss(None)", show=False),
    ]

    _code = getters.query_one("#code", Label)
    _left = getters.query_one("#left", Label)
    _status = getters.query_one(StatusLabel)

    def __init__(
        self,
        vault: Vault,
        entry: Entry,
        revealed: dict[str, str],
        counted: Callable[[], object],
    ) -> None:
        """`revealed` has the codes shown of counter-based entries, by entry id; `counted` is called
        when a code was added to it.
        """
        super().__init__()
        self._vault, self._entry, self._revealed = vault, entry, revealed
        self._counted = counted
        self._secret_shown = False
        self._document = vault.document
        """The contents shown."""

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="card", id="entry"):
            yield Label(self._entry.label, classes="title", markup=False)
            with Horizontal(id="now"):
                yield Label("", id="code", markup=False)
                yield Label("", id="left", markup=False)
            yield Static(self._details(), id="details")
            yield StatusLabel()
        yield KeyBar(self._keys())

    def on_mount(self) -> None:
        self.tick()

    def _keys(self) -> list[tuple[str, str]]:
        keys = [("s", "hide secret" if self._secret_shown else "secret")]
        if not self._entry.deleted:
            space = [("Space", "next code")] if self._entry.type.has_counter else []
            keys = [("↵", "copy"), *space, ("E", "edit"), *keys, ("r", "QR code")]
        if self.is_mounted and self.query_one("#entry").max_scroll_y:
            keys.append(("↑↓", "scroll"))
        return [*keys, ("Esc", "close")]

    # --- what is shown -----------------------------------------------------------------------

    def tick(self) -> None:
        """Show the current code and when it expires; close if the entry is gone."""
        self._take_over()
        code, left, tone = self._now()
        for label, text in ((self._code, code and f"{code}  "), (self._left, left)):
            if str(label.content) != text:
                label.update(text)
            label.display = bool(text)
        for each in ("warning", "error"):
            self._left.set_class(tone == each, f"tone-{each}")
        self._show_keys()

    def _take_over(self) -> None:
        """Show the entry as another program changed it; close if that deleted it permanently."""
        document = self._vault.document
        if document is self._document:
            return
        self._document = document
        found = next((each for each in document.everything if each.id == self._entry.id), None)
        if found is None:
            self.dismiss(None)
        elif found != self._entry:
            self._entry = found
            self._show()

    def _now(self) -> tuple[str, str, str]:
        """Return the code, a remark, and the tone of the remark."""
        revealed = self._revealed.get(self._entry.id, "")
        now = live_cells(self._entry, self.context.clock.now(), revealed)
        if self._entry.deleted:
            return "", f"In the trash, {now.remark}", ""
        if now.problem:
            return "", f"No code: {now.problem}", "warning"
        if now.left is not None:
            return now.code, f"expires in {now.left} s", now.tone
        return now.code, now.remark if now.is_code else "Press Space for the next code.", ""

    def _show(self) -> None:
        """Show the current entry, with or without its secret."""
        self.query_one("#details", Static).update(self._details())
        self._show_keys()

    def _show_keys(self) -> None:
        self.query_one(KeyBar).show(self._keys())

    def on_resize(self) -> None:
        """Show the keys that scroll once the details are longer than the screen."""
        self.call_after_refresh(self._show_keys)

    def _details(self) -> Table:
        document = self._vault.document
        warning = warnings(document.entries).get(self._entry.id, "")
        rows = [*details(self._entry, document.categories, warning), *self._secrets()]
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(width=_LABEL_WIDTH)
        table.add_column(overflow="fold")
        muted = self.app.theme_variables["muted"]
        for name, value in rows:
            table.add_row(Text(name, muted), Text(value))
        return table

    def _secrets(self) -> list[tuple[str, str]]:
        entry = self._entry
        pin = [("PIN", safe(entry.pin, _LONGEST))] if entry.pin else []
        if not self._secret_shown:
            return [("Secret", "hidden, press s to show")] + [("PIN", "hidden")] * len(pin)
        try:
            uri = [("URI", safe(setup_uri(entry).uri, _LONGEST))]
        except EntryError:
            uri = []
        return [("Secret", _grouped(entry)), *pin, *uri]

    # --- the keys ------------------------------------------------------------------------------

    @work(group="secret", exclusive=True, exit_on_error=False, description="show the secret")
    async def action_secret(self) -> None:
        """Show the secret, or hide it."""
        if not self._secret_shown and not await may_show(self, "show the secret"):
            return
        self._secret_shown = not self._secret_shown
        self._show()
        if self._secret_shown:
            card = self.query_one("#entry")
            self.call_after_refresh(card.scroll_end, animate=False)

    @work(group="secret", exclusive=True, exit_on_error=False, description="show the QR code")
    async def action_qr_code(self) -> None:
        """Show a QR code for a phone."""
        from tui.app.screens.qr_code import QrScreen

        if self._entry.deleted or not await may_show(self, "show the QR code"):
            return
        try:
            found = setup_uri(self._entry)
            screen = QrScreen(self._entry.label, [found.uri], f"{_SCAN} {found.note}".rstrip())
        except EntryError as error:
            self.say(f"No QR code: {error}.")
        else:
            self.app.push_screen(screen)

    def action_copy(self) -> None:
        """Close, to copy the code."""
        if not self._entry.deleted:
            self.dismiss("copy")

    def action_edit(self) -> None:
        """Close, to edit the entry."""
        if not self._entry.deleted:
            self.dismiss("edit")

    def action_scroll(self, step: int) -> None:
        """Scroll details that are longer than the screen."""
        self.query_one("#entry").scroll_relative(y=step, animate=False)

    @work(group="take", exclusive=True, exit_on_error=False, description="next counter code")
    async def action_take(self) -> None:
        """Show the next code of a counter-based entry, after saving the counter."""
        if not self._entry.type.has_counter or self._entry.deleted:
            return
        vault, identity, codes = self._vault, self._entry.id, list[Code]()
        result = await run_change(lambda: codes.append(vault.take_hotp(identity)))
        if result.problem:
            self.say(f"{result.problem} No code is shown." if result.made else result.problem)
            return
        self._revealed[identity], self._entry = codes[0].text, vault.document.find(identity)
        self._counted()
        self.say("")
        self._show()
        self.tick()

    def say(self, text: str, tone: str = "error") -> None:
        """Show a message below the details."""
        super().say(text, tone)
        if text:
            self.call_after_refresh(self._status.scroll_visible, animate=False)

    def on_unmount(self) -> None:
        """Drop the entry and the vault."""
        del self._vault, self._entry, self._revealed, self._counted, self._document


def _grouped(entry: Entry) -> str:
    """Return the secret in groups of four; for Mobile-OTP unchanged, as spaces matter."""
    secret = entry.secret
    if entry.type is OtpType.MOTP:
        return safe(secret.given, _LONGEST)
    return " ".join(secret.normal[at : at + 4] for at in range(0, len(secret.normal), 4))
