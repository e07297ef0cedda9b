"""Shared by the tests of the app."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TypeVar

from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import DirectoryTree
from textual.worker import Worker, WorkerCancelled

from tui.app.app import OtpApp
from tui.app.screens.unlock import UnlockScreen
from tui.app.widgets.code_list import CodeList
from tui.app.widgets.status_line import StatusLine
from tui.clipboard import COPIED, Outcome
from tui.errors import ClipboardError
from tui.otp.entry import Algorithm, Binding, Category, Entry, OtpType
from tui.otp.secret import Secret
from tui.vault.locked_vault import LockedVault
from tui.vault.vault import Vault

PASSWORD = "correct horse"
START = 1_700_000_000.0
"""A multiple of 10, 20 seconds into a period of 30."""

W = TypeVar("W", bound=Widget)


class FakeClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.moment = START
        self.set_by = 0.0
        """Seconds by which the wall clock was set; the steady time doesn't follow."""

    def now(self) -> float:
        return self.moment + self.set_by

    def steady(self) -> float:
        return self.moment - START + 4711.25


class FakeClipboard:
    """Keeps copied texts, and can fail."""

    def __init__(self) -> None:
        self.text = ""
        self.why_not = ""
        self.outcome = COPIED

    def copy(self, text: str) -> Outcome:
        if self.why_not:
            raise ClipboardError(self.why_not)
        self.text = text
        return self.outcome

    def expect(self) -> Outcome:
        return self.outcome

    def clear(self, *, unseen: bool = True) -> str:
        self.text = ""
        return ""

    def handover(self) -> None:
        return None

    def take_over(self, texts: tuple[str, ...]) -> None:
        """Not used in tests."""


def sample_entries() -> tuple[list[Entry], list[Category]]:
    """One entry of each type, and names that are hard to display."""
    web, work = Category.named("Web", 0), Category.named("Work", 1)
    secret = Secret.base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")

    def made(number: int, kind: OtpType, issuer: str, **more: object) -> Entry:
        values: dict[str, object] = {
            "id": f"00000000-0000-4000-8000-{number:012}",
            "type": kind,
            "issuer": issuer,
            "secret": secret,
            "ranking": number,
            **more,
        }
        return Entry(**values)  # type: ignore[arg-type]

    entries = [
        made(0, OtpType.TOTP, "GitHub", account="octocat", categories=(Binding(web.id, 1),)),
        made(
            1,
            OtpType.TOTP,
            "Registrar",
            account="ops@example.org",
            digits=8,
            period=60,
            algorithm=Algorithm.SHA256,
            categories=(Binding(web.id, 0), Binding(work.id, 0)),
        ),
        made(2, OtpType.STEAM, "Steam", account="gordon", digits=5),
        made(3, OtpType.HOTP, "Bank", account="gordon", counter=12),
        made(4, OtpType.MOTP, "VPN", account="ops", secret=Secret.text("e3152afee62599c8"),
             pin="1234", period=10),
        made(5, OtpType.TOTP, "郵便局", account="家族 👪"),
        made(6, OtpType.TOTP, "Evil\x1b]52;c;QUJD\x07 [/foo]", account="[@click=app.quit]a\u202eb"),
        made(7, OtpType.YANDEX, "Yandex", account="nobody",
             secret=Secret.base32("LA2V6KMCGYMWWVEW64RNP3JA3I")),
    ]  # fmt: skip
    return entries, [web, work]


def codes_of(app: OtpApp) -> CodeList:
    return app.screen.query_one(CodeList)


def lines_of(widget: Widget) -> list[str]:
    """The lines that a widget shows, as text."""
    return [widget.render_line(y).text for y in range(widget.size.height)]


def status_of(app: OtpApp) -> str:
    return app.screen.query_one(StatusLine).text


async def settle(pilot: Pilot[None]) -> None:
    """Wait until all keys are delivered, workers done and changes painted.

    This excludes the loader of a folder tree, which never ends, and workers that wait for a dialog.
    """
    await pilot.pause()
    seen: set[Worker[object]] = set()
    at_work: set[Worker[object]] = set()
    deadline = time.monotonic() + 30
    while _keys_wait(pilot) or (at_work := set(filter(_is_at_work, pilot.app.workers))):
        seen |= at_work
        assert time.monotonic() < deadline, [worker.description for worker in at_work]
        await asyncio.sleep(0.002)
        if not _keys_wait(pilot) and not any(map(_is_at_work, at_work)):
            await pilot.pause()
    for worker in seen:
        if worker.is_finished:
            with suppress(WorkerCancelled):
                await worker.wait()
    if isinstance(pilot.app, OtpApp):
        await pilot.app.settings.finish()
        await pilot.pause()


def _keys_wait(pilot: Pilot[None]) -> bool:
    return isinstance(pilot.app, OtpApp) and not pilot.app.keys.idle


def _is_at_work(worker: Worker[object]) -> bool:
    if worker.is_finished or isinstance(worker.node, DirectoryTree):
        return False
    step: object = worker._task and worker._task.get_coro()
    while (inner := getattr(step, "cr_await", None)) and hasattr(inner, "cr_await"):
        step = inner
    return getattr(step, "__name__", "") != "push_screen_wait"


async def pass_time(pilot: Pilot[None], clock: FakeClock, seconds: float) -> None:
    """Advance the clock and tick the app."""
    clock.moment += seconds
    app = pilot.app
    assert isinstance(app, OtpApp)
    app.tick()
    await settle(pilot)


async def until_locked(pilot: Pilot[None]) -> None:
    """Wait for the unlock screen, while work is held."""
    deadline = time.monotonic() + 30
    while not isinstance(pilot.app.screen, UnlockScreen):
        assert time.monotonic() < deadline, pilot.app.screen
        await pilot.pause()


def issuers(app: OtpApp) -> list[str]:
    return [entry.issuer for entry in codes_of(app).rows]


def text_of(app: OtpApp) -> str:
    return "\n".join(lines_of(codes_of(app)))


def vault_of(app: OtpApp) -> Vault:
    assert app.vault is not None
    return app.vault


def on_disk(app: OtpApp) -> Vault:
    return LockedVault.read(app.vault_path, app.clock).unlock(PASSWORD)


async def press(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
