"""Checks the setup, and shows what was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.app.screens.base import Dialog
from tui.app.styles import LineStyles, styles_of
from tui.app.threads import in_daemon_thread
from tui.app.widgets.key_bar import CardTitle
from tui.app.widgets.status_label import StatusLabel
from tui.errors import OtpTuiError
from tui.text import plural

if TYPE_CHECKING:
    from tui.app.context import Context
    from tui.doctor import Finding


class DoctorScreen(Dialog[None]):
    """Shows the report of `otp-tui doctor`, the problems first."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar = [Binding("escape,q,enter", "dismiss", show=False)]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="card", id="report"):
            yield CardTitle("Setup")
            yield StatusLabel("Checking …")
            yield Static(id="findings")

    def on_mount(self) -> None:
        self._check(self.app.size)

    @work(exclusive=True, exit_on_error=False, description="check the setup")
    async def _check(self, size: tuple[int, int]) -> None:
        context = self.context
        try:
            found = await in_daemon_thread(lambda: _findings(context, size))
        except OtpTuiError as error:
            self.say(error.sentence, "error")
            return
        problems = sum(bool(finding.advice) for finding in found)
        if problems:
            self.say(f"{plural(problems, 'problem')} found.", "warning")
        else:
            self.say("No problems found.", "strong")
        self.query_one("#findings", Static).update(
            report(found, styles_of(self.app, "surface"), beside=not self.has_class("-narrow"))
        )


def report(found: Sequence[Finding], styles: LineStyles, *, beside: bool) -> Table:
    """Return the findings as a table, those with advice first; names are `beside` or above them."""
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    for _ in range(1 + beside):
        table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for one in sorted(found, key=lambda finding: not finding.advice):
        name, says = Text(one.name, styles.muted), Text(one.says)
        if one.advice:
            says.append(f"\n{one.advice}", "bold")
        cells = [name, says] if beside else [Text("\n").join([name, says])]
        table.add_row(Text("!" if one.advice else " ", styles.warning), *cells)
    return table


def _findings(context: Context, size: tuple[int, int]) -> list[Finding]:
    from tui.config.load import load
    from tui.doctor import findings

    file = context.settings.file
    _, problems = ((), ()) if file is None else load(file)
    return [
        *findings(
            vault_path=context.vault_path,
            config_path=file,
            config=context.config,
            problems=problems,
            environ=context.environ,
            clock=context.clock,
            size=size,
        )
    ]
