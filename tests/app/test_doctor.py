"""The doctor's report in the app."""

from __future__ import annotations

import asyncio
import threading
from io import StringIO

import pytest
from rich.console import Console
from textual.pilot import Pilot
from textual.widgets import Static

from tests.app.fast_pilot import expect_held_work
from tests.app.helpers import settle
from tui.app.app import OtpApp
from tui.app.screens.codes import CodesScreen
from tui.app.screens.doctor import DoctorScreen, report
from tui.app.styles import NO_COLOR_STYLES
from tui.app.widgets.status_label import StatusLabel
from tui.clock_status import ClockStatus
from tui.doctor import Finding

OPEN = ["colon", *"doctor", "enter"]


@pytest.fixture(autouse=True)
def _good_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.clock_status.clock_status", lambda: ClockStatus(True, 0.01))


def printed(content: object) -> str:
    console = Console(file=StringIO(), width=60)
    with console.capture() as captured:
        console.print(content)
    return " ".join(captured.get().split())


async def test_the_palette_shows_a_report_that_scrolls(app: OtpApp, pilot: Pilot[None]) -> None:
    app.vault_path.chmod(0o644)
    await pilot.press(*OPEN)
    await settle(pilot)
    screen = app.screen
    assert isinstance(screen, DoctorScreen)
    assert "problem" in screen.query_one(StatusLabel).message
    shown = printed(screen.query_one("#findings", Static).content)
    assert "! vault permissions 0644 Run: chmod 600" in shown
    assert "80 columns by 24 rows" in shown
    card = screen.query_one("#report")
    await pilot.press("end")
    await settle(pilot)
    assert card.scroll_offset.y == card.max_scroll_y > 0
    await pilot.press("escape")
    await settle(pilot)
    assert isinstance(app.screen, CodesScreen)


@pytest.mark.parametrize("beside", [True, False])
def test_problems_come_first_with_what_to_do(beside: bool) -> None:
    found = [Finding("vault", "[b]/home/me[/b]"), Finding("folder", "0777", "Run: chmod 700 it")]
    text = printed(report(found, NO_COLOR_STYLES, beside=beside))
    assert text == "! folder 0777 Run: chmod 700 it vault [b]/home/me[/b]"


async def test_escape_leaves_while_it_checks(
    app: OtpApp, pilot: Pilot[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    checking, go_on = threading.Event(), threading.Event()

    def wait() -> tuple[Finding, ...]:
        checking.set()
        go_on.wait(10)
        return ()

    monkeypatch.setattr("tui.doctor.machine_checks.versions", wait)
    expect_held_work(monkeypatch)
    await pilot.press(*OPEN)
    await asyncio.to_thread(checking.wait, 10)
    assert isinstance(app.screen, DoctorScreen)
    assert app.screen.query_one(StatusLabel).message == "Checking …"
    await pilot.press("escape")
    await settle(pilot)
    assert isinstance(app.screen, CodesScreen)
    go_on.set()
