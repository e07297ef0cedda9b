"""Restoring older copies in the app."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.app.conftest import MakeApp
from tests.app.helpers import (
    PASSWORD,
    FakeClock,
    issuers,
    lines_of,
    on_disk,
    pass_time,
    press,
    settle,
    status_of,
    vault_of,
)
from tui.app.app import OtpApp
from tui.app.screens.codes import CodesScreen
from tui.app.screens.recover_vault import RecoverScreen
from tui.app.screens.unlock import UnlockScreen
from tui.app.screens.welcome import WelcomeScreen
from tui.app.widgets.change_list import ChangeList
from tui.app.widgets.status_label import StatusLabel
from tui.app.widgets.version_list import VersionList
from tui.crypto.kdf import Argon2Params
from tui.vault.edit import delete
from tui.vault.vault import Vault

FLOOR = Argon2Params(2, 19456, 1)
NEW_PASSWORD = "newpassword"


@pytest.fixture
def vault(vault: Vault) -> Vault:
    """A vault whose first entry, GitHub, was deleted by the last save."""
    vault.change(lambda now: delete(now, {now.entries[0].id}, 2))
    return vault


def changes_of(app: OtpApp) -> list[str]:
    return [f"{row.kind.value} {row.what}" for row in app.screen.query_one(ChangeList).rows]


async def test_a_copy_is_previewed_and_restored_as_one_step(
    app: OtpApp, pilot: Pilot[None], vault: Vault
) -> None:
    await pilot.press("R")
    await settle(pilot)
    listed = app.screen.query_one(VersionList)
    assert [row.state for row in listed.rows] == ["8", "0"]
    heading = str(app.screen.query_one("#columns", Static).render())
    at = 1 + heading.index("Entries")
    assert lines_of(listed)[0][at:].startswith(" 8 ")
    await press(pilot, "enter")
    await settle(pilot)
    assert changes_of(app) == ["restored GitHub (octocat)"]
    await press(pilot, "escape")
    await settle(pilot)
    assert isinstance(app.screen, RecoverScreen)
    assert "GitHub" not in {one.issuer for one in vault.entries}
    await press(pilot, "enter")
    await settle(pilot)
    await press(pilot, "enter")
    await settle(pilot)
    assert isinstance(app.screen, CodesScreen)
    assert "Restored personal.json." in status_of(app)
    assert "GitHub" in issuers(app)
    assert "GitHub" in {one.issuer for one in on_disk(app).entries}
    await pilot.press("u")
    await settle(pilot)
    assert "GitHub" not in issuers(app)


async def test_what_the_preview_did_not_show_is_shown_before_it_is_restored(
    app: OtpApp, pilot: Pilot[None], vault: Vault
) -> None:
    await press(pilot, "R")
    await settle(pilot)
    await press(pilot, "enter")
    await settle(pilot)
    bank = next(one for one in vault.entries if one.issuer == "Bank")
    on_disk(app).change(lambda document: delete(document, {bank.id}, 1))
    await press(pilot, "enter")
    await settle(pilot)
    assert "another program changed the vault meanwhile. Look at" in status_of(app)
    assert changes_of(app) == ["restored GitHub (octocat)", "restored Bank (gordon)"]
    await press(pilot, "enter")
    await settle(pilot)
    assert "Restored personal.json." in status_of(app)
    assert {"GitHub", "Bank"} <= set(issuers(app))


async def test_a_copy_from_before_a_new_password_asks_for_its_own(
    app: OtpApp, pilot: Pilot[None], vault: Vault
) -> None:
    vault.change_password(NEW_PASSWORD, FLOOR)
    await pilot.press("R")
    await settle(pilot)
    assert "another password" in app.screen.query_one(VersionList).rows[1].state
    await press(pilot, "down", "enter")
    await settle(pilot)
    for password in ("notthepassword", PASSWORD):
        await press(pilot, *password, "enter")
        await settle(pilot)
    assert changes_of(app) == ["restored GitHub (octocat)"]
    await press(pilot, "enter")
    await settle(pilot)
    assert "GitHub" in issuers(app)
    assert "GitHub" in {one.issuer for one in Vault.open(vault.path, NEW_PASSWORD).entries}


@pytest.mark.parametrize("damage", ["damaged", "missing"])
async def test_a_damaged_or_missing_vault_is_restored_from_the_first_screen(
    make_app: MakeApp, vault: Vault, damage: str
) -> None:
    if damage == "missing":
        vault.path.unlink()
    else:
        vault.path.write_bytes(b"{}")
    app = make_app(None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, WelcomeScreen if damage == "missing" else UnlockScreen)
        if damage == "damaged":
            await press(pilot, *PASSWORD, "enter")
            await settle(pilot)
        said = app.screen.query_one(StatusLabel).message
        assert "Press ^r to restore an older copy." in said
        assert "run: otp-tui" not in said
        await press(pilot, "ctrl+r")
        await settle(pilot)
        await press(pilot, "enter")
        await settle(pilot)
        await press(pilot, *PASSWORD, "enter")
        await settle(pilot)
        assert "new GitHub (octocat)" in changes_of(app)
        assert vault.path.exists() == (damage == "damaged")
        await press(pilot, "enter")
        await settle(pilot)
        assert "Restored personal.json." in status_of(app)
        assert "GitHub" in issuers(app)
        assert vault_of(app).saved
        assert on_disk(app).older is None
    beside = [one.read_bytes() for one in vault.path.parent.glob("*.damaged-*")]
    assert beside == ([b"{}"] if damage == "damaged" else [])


async def test_the_key_of_an_undamaged_vault_does_nothing(make_app: MakeApp, vault: Vault) -> None:
    app = make_app(None)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "ctrl+r")
        await settle(pilot)
        assert isinstance(app.screen, UnlockScreen)


async def test_an_open_app_takes_over_what_another_process_restored(
    app: OtpApp, pilot: Pilot[None], vault: Vault, clock: FakeClock, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui", "recover", "--yes", "--password-stdin", "1"],
        input=f"{PASSWORD}\n".encode(),
        env={**os.environ, "OTP_TUI_VAULT": str(vault.path)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for _ in range(2):
        await pass_time(pilot, clock, 1)
    assert "GitHub" in issuers(app)
    await pilot.press("p")
    await settle(pilot)
    assert vault_of(app).saved
    assert "GitHub" in {one.issuer for one in on_disk(app).entries}


async def test_wrong_passwords_of_a_copy_are_followed_by_a_wait(
    make_app: MakeApp, vault: Vault
) -> None:
    vault.path.unlink()
    app = make_app(None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+r")
        await settle(pilot)
        await press(pilot, "enter")
        await settle(pilot)
        said = []
        for password in ("wrong", "wrong", PASSWORD):
            await press(pilot, *password, "enter")
            await settle(pilot)
            said.append(status_of(app))
        assert said == [*["Wrong password or recovery code."] * 2, "Try again in 1 s."]
