"""What `otp-tui ssh-agent` sends is shown while the app is open."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.app.helpers import FakeClock, pass_time, press, settle, status_of
from tui.app.app import OtpApp
from tui.app.widgets.status_label import StatusLabel
from tui.forward import log


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The log, in a folder of its own, with a request from before the app was opened."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    found = log.log_path()
    assert found is not None
    log.add(found, log.Record(1, log.CODE, "", "Earlier"))
    return found


async def test_each_code_is_shown_with_its_server(
    path: Path, clock: FakeClock, pilot: Pilot[None], app: OtpApp
) -> None:
    await pass_time(pilot, clock, 1)
    assert "Earlier" not in status_of(app)
    log.add(path, log.Record(2, log.CODE, "SHA256:abcdefghijklmnop", "GitHub (octo\x1bcat)"))
    await pass_time(pilot, clock, 1)
    sent = "Sent the code of GitHub (octocat) over SSH (host key SHA256:abcdefgh…)."
    assert status_of(app) == sent
    log.add(path, log.Record(3, log.NAMES, "", ""))
    log.add(path, log.Record(4, log.REFUSED, "", "GitHub"))
    await pass_time(pilot, clock, 1)
    assert status_of(app) == "Refused a code of GitHub over SSH. And 1 more."


async def test_a_locked_app_shows_no_names(
    path: Path, clock: FakeClock, pilot: Pilot[None], app: OtpApp
) -> None:
    await press(pilot, "l")
    await settle(pilot)
    log.add(path, log.Record(2, log.CODE, "", "GitHub"))
    await pass_time(pilot, clock, 1)
    shown = [str(each.render()) for each in app.screen.query(StatusLabel)]
    assert shown
    assert "GitHub" not in "".join(shown)
