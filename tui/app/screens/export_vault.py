"""Taking entries out: what, in which format, where to, and what that format cannot hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid
from textual.widgets import Input, Label, Select

from tui.app.screens.base import BaseScreen, in_thread
from tui.app.screens.confirm import ConfirmScreen
from tui.app.widgets.bars import KeyBar, Rule, StatusLine, TitleBar
from tui.app.widgets.credential_fields import CredentialFields
from tui.app.widgets.file_chooser import PathInput
from tui.app.widgets.password_input import PasswordInput
from tui.app.widgets.problem_list import ProblemList
from tui.app.widgets.row_list import RowList
from tui.backup.export_plan import plan_export, select, suggested_name
from tui.backup.exporter import check_place, export
from tui.backup.model import SECRET_VARIABLE, ExportPlan, Format, Needs
from tui.backup.qr_export import HOW_TO_SCAN, NAME, plan_codes, texts_of_codes
from tui.backup.registry import DEFAULT, export_formats
from tui.crypto.kdf import Argon2Params
from tui.crypto.passwords import strength
from tui.errors import ExportExistsError, OtpTuiError
from tui.paths import short_path
from tui.text import plural

if TYPE_CHECKING:
    from tui.backup.model import Backup
    from tui.vault.vault import Vault

_ALL, _SHOWN, _TICKED = "all", "shown", "ticked"
_KEYS = [("↵", "next, export"), ("⇥", "complete, next field"), ("Esc", "back")]
_KEYS_WITH_CODES = [_KEYS[0], ("^r", "QR codes"), *_KEYS[1:]]
_SEEN = "Whoever sees or films the QR codes has every one of these codes for good."
_PLAIN = (
    "This format is not encrypted. Whoever reads the file, a backup of it, or the disk it was "
    "on, has every one of these codes for good."
)


class ExportScreen(BaseScreen[str | None]):
    """Writes entries of the open vault to a file; returns what to say about it."""

    CSS_PATH = "transfer.tcss"
    AUTO_FOCUS = "PathInput"
    BINDINGS: ClassVar = [
        Binding("escape", "back", show=False),
        Binding("ctrl+r", "qr_codes", show=False),
    ]

    def __init__(self, vault: Vault, shown: frozenset[str], ticked: frozenset[str]) -> None:
        """`shown` and `ticked` are ids of entries: what the list shows, what was ticked in it."""
        super().__init__()
        self._vault = vault
        self._ids = {_SHOWN: shown, _TICKED: ticked}
        self._targets = {each.name: each for each in export_formats()}
        self._suggested = ""
        self._busy = ""

    def compose(self) -> ComposeResult:
        yield TitleBar("export")
        yield Rule()
        with Grid(id="fields"):
            yield Label("What")
            yield Select(self._choices(), value=self._first, allow_blank=False, compact=True,
                         id="what")  # fmt: skip
            yield Label("Format")
            labels = [(each.label, each.name) for each in self._targets.values()]
            yield Select(labels, value=DEFAULT, allow_blank=False, compact=True, id="format")
            yield Label("File")
            yield PathInput("where to", id="path")
        yield CredentialFields(self.context.environ.get(SECRET_VARIABLE, ""))
        yield ProblemList()
        yield StatusLine()
        yield KeyBar(_KEYS)

    def on_mount(self) -> None:
        self._ask()
        self._show_plan()

    def _choices(self) -> list[tuple[str, str]]:
        document = self._vault.document
        choices = [(f"all {len(document.entries)} entries", _ALL)]
        ticked, shown = self._ids[_TICKED], self._ids[_SHOWN]
        if ticked:
            choices.append((f"the {len(ticked)} ticked", _TICKED))
        if shown and len(shown) < len(document.entries):
            choices.append((f"the {len(shown)} that the list shows", _SHOWN))
        categories = sorted(document.categories, key=lambda each: each.ranking)
        return choices + [(f"category {each.name}", f"category:{each.id}") for each in categories]

    @property
    def _first(self) -> str:
        return _TICKED if self._ids[_TICKED] else _ALL

    @property
    def _target(self) -> Format:
        return self._targets[str(self.query_one("#format", Select).value)]

    # --- choosing ------------------------------------------------------------------------

    @on(Select.Changed, "#format")
    def _other_format(self, event: Select.Changed) -> None:
        event.stop()
        self._ask()
        self._show_plan()

    @on(Select.Changed, "#what")
    def _other_choice(self, event: Select.Changed) -> None:
        event.stop()
        self._show_plan()

    def _selection(self) -> Callable[[], Backup]:
        """Return a call, for any thread, that selects what is chosen now."""
        what, document = str(self.query_one("#what", Select).value), self._vault.document
        if what in self._ids:
            ids = self._ids[what]
            return lambda: select(document, ids=ids)
        if what.startswith("category:"):
            category = what.partition(":")[2]
            return lambda: select(document, category=category)
        return lambda: select(document)

    @work(group="plan", exclusive=True, exit_on_error=False, description="plan an export")
    async def _show_plan(self) -> None:
        """Show what of the selection the format can hold."""
        target = self._target
        try:
            found = await self._planned()
        except OtpTuiError as error:
            self._say(error.sentence, "error")
            return
        self.query_one(ProblemList).show(found)
        written, left = len(found.backup.entries), len(found.left_out)
        self.query_one(TitleBar).show(f"{written} to write" + (f", {left} not" if left else ""))
        for note in found.notes:
            if note.what == target.label:
                self._say(f"{note.what}: {note.reason}", "warning")

    async def _planned(self) -> ExportPlan:
        """Plan the export of what is chosen now."""
        target, selection = self._target, self._selection()
        return await in_thread(lambda: plan_export(target, selection()))

    def _ask(self) -> None:
        target, field = self._target, self.query_one(PathInput)
        day = datetime.fromtimestamp(self.context.clock.now(), UTC).astimezone().date()
        if field.value in ("", self._suggested):
            self._suggested = f"~/{suggested_name(target, day)}"
            field.value = self._suggested
            field.cursor_position = len(field.value)
        self.query_one(CredentialFields).ask(target.write_needs, twice=True)
        self.query_one(KeyBar).show(_KEYS_WITH_CODES if target.name == NAME else _KEYS)
        if target.encrypted:
            self._say("")
        else:
            self._say("This format is not encrypted: whoever reads the file has all codes.",
                      "warning")  # fmt: skip

    @on(PasswordInput.Typed)
    def _judge(self) -> None:
        fields = self.query_one(CredentialFields)
        if not fields.password:
            return
        if len(fields.password) < self._target.min_password:
            self._say(self._too_short)
        else:
            self._say(strength(fields.password).sentence)

    @property
    def _shortest_password(self) -> int:
        target = self._target
        return target.min_password if Needs.PASSWORD in target.write_needs else 0

    @property
    def _too_short(self) -> str:
        return f"The password needs at least {self._target.min_password} characters."

    @on(PathInput.Ambiguous)
    def _list_names(self, event: PathInput.Ambiguous) -> None:
        event.stop()
        self._say("  ".join(event.names[:40]))

    # --- writing ---------------------------------------------------------------------------

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        event.stop()
        self._go_on()

    def _go_on(self) -> None:
        """Go to the first field that is empty, or write the file."""
        if self._busy:
            return
        fields = self.query_one(CredentialFields)
        empty = fields.first_empty if fields.display else None
        if not self.query_one(PathInput).value.strip():
            self.query_one(PathInput).focus()
        elif empty is not None:
            empty.focus()
        elif fields.differ:
            self._say("The two passwords differ; type the second again.", "error")
            fields.again()
        elif len(fields.password) < self._shortest_password:
            self._say(self._too_short, "error")
        else:
            self._export()

    @work(exclusive=True, exit_on_error=False, description="export")
    async def _export(self) -> None:
        path, target = self.query_one(PathInput).path, self._target
        kdf, vault, force = self.context.config.kdf, self.context.vault_path, False
        given = replace(
            self.query_one(CredentialFields).credentials,
            kdf=Argon2Params(kdf.time_cost, kdf.memory_mib * 1024, kdf.parallelism),
        )
        try:
            found = await self._planned()
            if not target.encrypted and not await self._sure(
                "Write the secrets in the clear?", _PLAIN, "write"
            ):
                return
            try:
                check_place(path, vault)
            except ExportExistsError as error:
                if not await self._sure("Replace the file?", str(error), "replace"):
                    return
                force = True
            self._busy = "Writing, reading back and comparing"
            self.tick()
            done = await in_thread(
                lambda: export(path, target, found, given, vault=vault, force=force)
            )
        except OtpTuiError as error:
            self._busy = ""
            self._say(error.sentence, "error")
            return
        self.dismiss(f"{done.sentence}: {short_path(done.path)}")

    @work(exclusive=True, exit_on_error=False, description="QR codes")
    async def action_qr_codes(self) -> None:
        """Show the entries as QR codes, where the format has them, instead of writing a file."""
        from tui.app.screens.qr_code import QrScreen, fits_in

        if self._target.name != NAME or self._busy:
            return
        selection = self._selection()
        size, plain = self.app.size, self.context.ascii_only

        def make() -> tuple[ExportPlan, tuple[str, ...]]:
            plan = plan_codes(selection())
            return plan, texts_of_codes(plan, lambda code: fits_in(code, size, plain))

        try:
            found, texts = await in_thread(make)
        except OtpTuiError as error:
            self._say(error.sentence, "error")
            return
        left = f"\n\nLeft out: {len(found.left_out)}." if found.left_out else ""
        if not await self._sure("Show the secrets on the screen?", f"{_SEEN}{left}", "show"):
            return
        count = len(found.backup.entries)
        words = plural(count, "entry")
        note = f"{words}. {HOW_TO_SCAN}"
        await self.app.push_screen_wait(QrScreen("Google Authenticator", texts, note))
        self._say(f"{words} shown.", "strong")

    async def _sure(self, question: str, explanation: str, verb: str) -> bool:
        return await self.app.push_screen_wait(ConfirmScreen(question, explanation, verb))

    # --- going back ------------------------------------------------------------------------

    def action_back(self) -> None:
        """Leave, unless a file is being written: that is finished first."""
        if not self._busy:
            self.dismiss()

    def on_unmount(self) -> None:
        """Let go of every entry."""
        del self._vault

    def tick(self) -> None:
        """Show that a long work goes on."""
        if self._busy:
            self._say(f"{self._busy} {'.' * (1 + int(self.context.clock.steady()) % 3)}")

    @on(RowList.Moved)
    def _moved(self, event: RowList.Moved) -> None:
        """Say the selected remark in full."""
        event.stop()
        remark = self.query_one(ProblemList).highlighted
        if remark is not None and self.query_one(ProblemList).has_focus:
            self._say(f"{remark.problem.what}: {remark.problem.reason}")

    def on_key(self, event: events.Key) -> None:
        """Enter goes on from the list of remarks as from a field."""
        if self.query_one(ProblemList).has_focus and event.key == "enter":
            event.stop()
            self._go_on()

    def _say(self, text: str, tone: str = "muted") -> None:
        self.query_one(StatusLine).say(text, tone)
