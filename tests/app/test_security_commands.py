"""Commands of the palette that change what opens the vault, and for how long."""

from __future__ import annotations

import asyncio
import shutil
import threading
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from tests.app.conftest import MakeApp, MakeVault
from tests.app.fast_pilot import expect_held_work
from tests.app.helpers import PASSWORD, FakeClock, settle, status_of
from tests.app.test_typed_ahead import key
from tests.vault import golden
from tests.vault.support import PASSWORD as GOLDEN_PASSWORD
from tui.app.app import OtpApp
from tui.app.screens.ask_password import AskPasswordScreen
from tui.app.screens.change_password import ChangePasswordScreen
from tui.app.screens.codes import CodesScreen
from tui.app.screens.confirm import ConfirmScreen
from tui.app.screens.recovery_code import RecoveryCodeScreen
from tui.app.screens.unlock import UnlockScreen
from tui.app.widgets.key_bar import CardKeys
from tui.app.widgets.status_label import StatusLabel
from tui.crypto.kdf import Argon2Params
from tui.errors import WrongPasswordError
from tui.session.model import Session
from tui.vault import rekey
from tui.vault.locked_vault import LockedVault
from tui.vault.recovery import from_text
from tui.vault.vault import Vault

NEW = "battery staple"
WEAK = {"kdf.memory_mib": 19, "kdf.time_cost": 2}


class OneKey(Session):
    """Keeps keys in memory."""

    kind, name = "agent", "a test"

    def __init__(self) -> None:
        self.kept: dict[str, tuple[bytes, int]] = {}

    def keep(self, vault_id: str, key: bytes, path: str, seconds: int, idle: int = 0) -> None:
        self.kept[vault_id] = key, seconds

    def key(self, vault_id: str) -> bytes | None:
        return self.kept[vault_id][0] if vault_id in self.kept else None

    def drop(self, vault_id: str) -> bool:
        return self.kept.pop(vault_id, None) is not None


async def enter(pilot: Pilot[None], *texts: str) -> None:
    """Type texts, with Enter after each."""
    for text in texts:
        await pilot.press(*text, "enter")
    await settle(pilot)


async def choose(pilot: Pilot[None], label: str) -> None:
    """Choose a command in the palette."""
    await pilot.press("colon", *label, "enter")
    await settle(pilot)


def said_by(app: OtpApp) -> str:
    return app.screen.query_one(StatusLabel).message


def opens(path: Path, password: str) -> bool:
    try:
        Vault.open(path, password).close()
    except WrongPasswordError:
        return False
    return True


async def test_the_password_changes_and_older_copies_with_it(
    app: OtpApp, pilot: Pilot[None], vault: Vault
) -> None:
    old_key = vault.key
    await choose(pilot, "change password")
    assert isinstance(app.screen, ChangePasswordScreen)
    await enter(pilot, PASSWORD, NEW, NEW)
    assert isinstance(app.screen, ConfirmScreen)
    assert rekey.old_backups(vault)
    await pilot.press("y")
    await settle(pilot)
    assert "Password changed. Re-encrypted" in status_of(app)
    assert vault.key != old_key
    assert rekey.old_backups(vault) == []
    assert opens(vault.path, NEW)
    assert not opens(vault.path, PASSWORD)


async def test_a_wrong_current_password_changes_nothing_and_locks_after_three(
    app: OtpApp, pilot: Pilot[None], vault: Vault
) -> None:
    path = vault.path
    before = path.read_bytes()
    await choose(pilot, "change password")
    await enter(pilot, "wrong word", NEW, NEW)
    assert "This is not the current password." in said_by(app)
    await enter(pilot, "wrong word")
    assert "This is not the current password." in said_by(app)
    await enter(pilot, "wrong word")
    assert isinstance(app.screen, UnlockScreen)
    assert path.read_bytes() == before


async def test_two_different_new_passwords_are_refused(app: OtpApp, pilot: Pilot[None]) -> None:
    await choose(pilot, "change password")
    await enter(pilot, PASSWORD, NEW, "battery stable")
    assert "Passwords don't match." in said_by(app)
    assert isinstance(app.screen, ChangePasswordScreen)


async def test_a_recovery_code_is_shown_once_and_opens_the_vault(
    app: OtpApp, pilot: Pilot[None], vault: Vault
) -> None:
    await choose(pilot, "create recovery")
    await enter(pilot, PASSWORD)
    assert isinstance(app.screen, RecoveryCodeScreen)
    shown = str(app.screen.query_one("#big").render())
    assert not vault.has_recovery_code
    await pilot.press("y")
    await settle(pilot)
    assert isinstance(app.screen, CodesScreen)
    assert "new recovery code" in status_of(app)
    LockedVault.read(vault.path).unlock_with_code(from_text(shown)).close()


async def test_enter_twice_after_the_password_does_not_save_an_unseen_recovery_code(
    app: OtpApp, pilot: Pilot[None], vault: Vault
) -> None:
    await choose(pilot, "create recovery")
    for name in (*PASSWORD, "enter", "enter", "enter"):
        app.post_message(key(name))
    await settle(pilot)
    assert isinstance(app.screen, RecoveryCodeScreen)
    assert not vault.has_recovery_code


async def test_a_discarded_recovery_code_is_not_saved(
    app: OtpApp, pilot: Pilot[None], vault: Vault
) -> None:
    await choose(pilot, "create recovery")
    await enter(pilot, PASSWORD)
    await pilot.press("escape")
    await settle(pilot)
    assert isinstance(app.screen, CodesScreen)
    assert not vault.has_recovery_code


async def test_the_key_derivation_follows_the_settings(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    vault = make_vault()
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.settings.set(("kdf", "memory_mib"), 20)
        app.settings.set(("kdf", "parallelism"), 1)
        app.settings.set(("kdf", "time_cost"), 2)
        await choose(pilot, "key derivation")
        assert "From 19 MiB, 2 iterations, 1 thread" in said_by(app)
        await enter(pilot, PASSWORD)
        assert isinstance(app.screen, ConfirmScreen)
        await pilot.press("y")
        await settle(pilot)
        assert "now takes 20 MiB, 2 iterations" in status_of(app)
        assert "Re-encrypted 2 older copies." in status_of(app)
        assert vault.key_derivation == Argon2Params(2, 20 * 1024, 1)
        assert opens(vault.path, PASSWORD)
        await choose(pilot, "key derivation")
        assert status_of(app) == (
            "The vault already uses the key derivation in the settings: 20 MiB, 2 iterations,"
            " 1 thread. Press , to change it there first."
        )


@pytest.mark.terminal(40, 12)
async def test_the_tallest_dialogs_fit_in_a_small_terminal(
    app: OtpApp, pilot: Pilot[None], vault: Vault
) -> None:
    vault.set_recovery_code(bytes(20))
    await choose(pilot, "change password")
    assert app.screen.query_one(".card").max_scroll_y == 0
    await pilot.press("escape")
    await choose(pilot, "create recovery")
    await enter(pilot, PASSWORD)
    assert isinstance(app.screen, RecoveryCodeScreen)
    assert app.screen.query_one(".card").max_scroll_y == 0
    keys = app.screen.query_one(CardKeys).segments(36)
    assert "I wrote it down" in "".join(segment.text for segment in keys)


@pytest.mark.parametrize(("typed", "seconds"), [("2h", 7200), ("soon", None), ("5s", None)])
async def test_the_vault_stays_unlocked_for_a_time(
    make_app: MakeApp, make_vault: MakeVault, clock: FakeClock, typed: str, seconds: int | None
) -> None:
    session, vault = OneKey(), make_vault()
    app = make_app(vault, session=session)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await choose(pilot, "stay unlocked")
        await pilot.press("ctrl+u")
        await enter(pilot, typed)
        if seconds is None:
            assert "Enter a time" in said_by(app)
            assert not session.kept
        else:
            assert session.kept == {vault.vault_id: (vault.key, seconds)}
            assert "(in 2 h)" in status_of(app)


@pytest.mark.parametrize("label", ["change password", "key derivation"])
async def test_a_code_of_version_1_is_replaced_only_after_the_password(
    make_app: MakeApp, vault_path: Path, clock: FakeClock, label: str
) -> None:
    vault_path.parent.mkdir(mode=0o700)
    vault_path.write_bytes(golden.PATH.read_bytes())
    vault_path.chmod(0o600)
    vault = LockedVault.read(vault_path, clock).unlock(GOLDEN_PASSWORD)
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await choose(pilot, label)
        assert isinstance(app.screen, AskPasswordScreen)
        assert "earlier version" in said_by(app)
        app.post_message(events.Paste(GOLDEN_PASSWORD))
        await enter(pilot, "")
        assert isinstance(app.screen, RecoveryCodeScreen)


async def test_staying_unlocked_for_longer_needs_the_password(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    session, vault = OneKey(), make_vault()
    app = make_app(vault, session=session, by_session=True, ask_again=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await choose(pilot, "stay unlocked")
        await enter(pilot, "")
        assert isinstance(app.screen, AskPasswordScreen)
        assert not session.kept
        await enter(pilot, PASSWORD)
        assert session.kept == {vault.vault_id: (vault.key, 8 * 3600)}


async def test_enter_does_not_leave_older_copies_under_the_old_password(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await choose(pilot, "change password")
    await enter(pilot, PASSWORD, NEW, NEW)
    await pilot.press("enter")
    await settle(pilot)
    assert isinstance(app.screen, ConfirmScreen)
    await pilot.press("y")
    await settle(pilot)
    assert "Re-encrypted" in status_of(app)


async def test_a_copy_next_to_the_vault_under_the_old_key_is_named(
    app: OtpApp, pilot: Pilot[None], vault: Vault
) -> None:
    shutil.copy(vault.path, vault.path.with_name("personal.conflict-1.json"))
    await choose(pilot, "change password")
    await enter(pilot, PASSWORD, NEW, NEW)
    await pilot.press("n")
    await settle(pilot)
    assert "in the folder “backups” still open with an old password." in status_of(app)
    named = (
        "1 conflict copy next to the vault still opens with an old password. Press M to merge it."
    )
    assert named in status_of(app)


async def test_escape_waits_until_a_change_that_began_is_saved(
    app: OtpApp, pilot: Pilot[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(*_: object) -> None:
        begun.set()
        go_on.wait(10)

    app.settings.set(("kdf", "memory_mib"), 20)
    await choose(pilot, "key derivation")
    monkeypatch.setattr(Vault, "change_password", slow)
    expect_held_work(monkeypatch)
    await pilot.press(*PASSWORD, "enter")
    assert await asyncio.to_thread(begun.wait, 10)
    await pilot.press("escape")
    assert isinstance(app.screen, AskPasswordScreen)
    go_on.set()
    await settle(pilot)
    assert isinstance(app.screen, CodesScreen)
