"""The app and the vault's session: opening without the password, ending it, asking again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.app.conftest import MakeApp, MakeVault
from tests.app.helpers import PASSWORD, FakeClock, pass_time, press, settle, status_of
from tui.app.app import OtpApp
from tui.app.screens.ask_password import AskPasswordScreen
from tui.app.screens.codes import CodesScreen
from tui.app.screens.entry_form import EntryFormScreen
from tui.app.screens.export_vault import ExportScreen
from tui.app.screens.qr_code import QrScreen
from tui.app.screens.show_entry import ShowScreen
from tui.app.screens.unlock import UnlockScreen
from tui.app.vault_session import VaultSession, open_by_session
from tui.errors import SessionError
from tui.session import NoSession, Session, Unlocked, lock_signal
from tui.vault.vault import Vault

SECRET = "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"


class FakeSession(Session):
    """Keeps keys in this process."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[bytes, str, int]] = {}
        self.why_not = ""

    def keep(self, vault_id: str, key: bytes, path: str, seconds: int, idle: int = 0) -> None:
        if self.why_not:
            raise SessionError(self.why_not)
        self.kept[vault_id] = (key, path, seconds)

    def key(self, vault_id: str) -> bytes | None:
        found = self.kept.get(vault_id)
        return found[0] if found else None

    def drop(self, vault_id: str) -> bool:
        return self.kept.pop(vault_id, None) is not None

    def unlocked(self) -> tuple[Unlocked, ...]:
        return tuple(Unlocked(one, path, 0, 0) for one, (_, path, _) in self.kept.items())


@pytest.fixture
def session(vault: Vault) -> FakeSession:
    """A session that has the key of the sample vault."""
    made = FakeSession()
    made.keep(vault.vault_id, vault.key, str(vault.path), 3600)
    return made


def test_the_session_opens_the_vault(vault: Vault, session: FakeSession, clock: FakeClock) -> None:
    opened = open_by_session(session, vault.path, clock)
    assert opened is not None
    assert opened.entries == vault.entries


def test_it_does_not_open_a_vault_with_another_key_or_none_at_all(
    vault: Vault, session: FakeSession, clock: FakeClock, tmp_path: Path
) -> None:
    assert open_by_session(NoSession(), vault.path, clock) is None
    session.keep(vault.vault_id, bytes(32), "", 3600)
    assert open_by_session(session, vault.path, clock) is None
    assert open_by_session(session, tmp_path / "none.json", clock) is None


@pytest.mark.parametrize("key", ["l", "ctrl+l"])
async def test_locking_ends_the_session(
    make_app: MakeApp, vault: Vault, session: FakeSession, key: str
) -> None:
    app = make_app(vault, session)
    signal = lock_signal.LockSignal(vault.vault_id)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, key)
        await settle(pilot)
        assert isinstance(app.screen, UnlockScreen)
    assert session.kept == {}
    assert signal.sent()


async def test_inactivity_locks_only_this_app_and_asks_for_the_password(
    make_app: MakeApp, vault: Vault, session: FakeSession, clock: FakeClock
) -> None:
    app = make_app(vault, session, by_session=True, lock_after=1)
    signal = lock_signal.LockSignal(vault.vault_id)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pass_time(pilot, clock, 60)
        await pass_time(pilot, clock, 1)
        assert isinstance(app.screen, UnlockScreen)
        assert session.kept
        assert not signal.sent()
        await unlock(pilot)
        await press(pilot, "v", "s")
        await settle(pilot)
        assert SECRET in text(app), "the password was just typed"


@pytest.mark.parametrize("damaged", [True, False])
def test_a_key_is_dropped_whatever_the_file_is_now(
    vault: Vault, session: FakeSession, clock: FakeClock, monkeypatch: pytest.MonkeyPatch,
    damaged: bool,
) -> None:  # fmt: skip
    vault.path.write_text("damaged") if damaged else vault.path.unlink()
    monkeypatch.setattr("tui.session.everywhere", lambda _environ: iter([session]))
    assert VaultSession(session, {}).end_of_file(vault.path, clock) == "Locked everywhere."
    assert session.kept == {}


async def test_ctrl_l_on_the_unlock_screen_ends_the_session(
    make_app: MakeApp, vault: Vault, session: FakeSession
) -> None:
    app = make_app(None, session)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+l")
        await settle(pilot)
        assert isinstance(app.screen, UnlockScreen)
        assert session.kept == {}
        assert "Locked everywhere." in str(app.screen.query_one("#status").render())


@pytest.mark.parametrize("all_vaults", [False, True])
async def test_the_signal_locks_an_open_app(
    make_app: MakeApp, vault: Vault, session: FakeSession, clock: FakeClock, all_vaults: bool
) -> None:
    app = make_app(vault, session)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        lock_signal.send("0" * 32)
        await pass_time(pilot, clock, 1)
        assert isinstance(app.screen, CodesScreen)
        lock_signal.send(None if all_vaults else app_vault_id(app))
        await pass_time(pilot, clock, 1)
        assert isinstance(app.screen, UnlockScreen)
        assert "Locked by another program." in str(app.screen.query_one("#status").render())
        await unlock(pilot)
        await pass_time(pilot, clock, 1)
        assert isinstance(app.screen, CodesScreen), "an old signal"


async def test_a_typed_password_unlocks_for_the_time_in_the_settings(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    vault, session = make_vault(), FakeSession()
    app = make_app(None, session, unlock_for=7200)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await unlock(pilot)
        assert session.kept == {vault.vault_id: (vault.key, str(vault.path), 7200)}


async def test_without_that_setting_nothing_is_kept(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    make_vault()
    session = FakeSession()
    app = make_app(None, session)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await unlock(pilot)
        assert session.kept == {}


async def test_a_session_that_keeps_nothing_is_reported(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    make_vault()
    session = FakeSession()
    session.why_not = "The keyring is full."
    app = make_app(None, session, unlock_for=60)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await unlock(pilot)
        assert isinstance(app.screen, CodesScreen)
        assert status_of(app) == "The keyring is full."


async def test_lock_ends_every_session(
    make_app: MakeApp, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also with --no-unlock, or if the vault was unlocked with another OTP_TUI_SESSION."""
    elsewhere = FakeSession()
    elsewhere.keep(vault.vault_id, vault.key, str(vault.path), 60)
    monkeypatch.setattr("tui.session.everywhere", lambda _environ: [elsewhere])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "l")
        await settle(pilot)
        assert isinstance(app.screen, UnlockScreen)
        assert elsewhere.kept == {}


async def unlock(pilot: Pilot[None]) -> None:
    await press(pilot, *PASSWORD, "enter")
    await settle(pilot)


def app_vault_id(app: OtpApp) -> str:
    assert app.vault is not None
    return app.vault.vault_id


def text(app: OtpApp) -> str:
    size = app.screen.size
    return "\n".join(
        "".join(segment.text for segment in strip)
        for strip in app.screen._compositor.render_strips(size)
    )


@pytest.mark.parametrize(
    ("keys", "shown_on"),
    [
        (["v", "s"], ShowScreen),
        (["v", "r"], QrScreen),
        (["E", "ctrl+r"], EntryFormScreen),
    ],
    ids=["secret", "qr", "form"],
)
async def test_secrets_need_the_password_once_if_the_session_opened_the_vault(
    make_app: MakeApp, vault: Vault, keys: list[str], shown_on: type
) -> None:
    app = make_app(vault, by_session=True)
    async with app.run_test(size=(110, 50)) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        await settle(pilot)
        assert isinstance(app.screen, AskPasswordScreen)
        await press(pilot, "escape")
        await settle(pilot)
        assert not isinstance(app.screen, AskPasswordScreen)
        assert not isinstance(app.screen, QrScreen)
        assert SECRET.replace(" ", "") not in text(app).replace(" ", "")
        await press(pilot, keys[1])
        await settle(pilot)
        await press(pilot, *"not the password", "enter")
        await settle(pilot)
        assert "Wrong password." in text(app)
        await unlock(pilot)
        assert isinstance(app.screen, shown_on)
        assert shown_on is QrScreen or SECRET.replace(" ", "") in text(app).replace(" ", "")
        await press(pilot, "escape" if shown_on is QrScreen else keys[1])
        await settle(pilot)
        await press(pilot, keys[1])
        await settle(pilot)
        assert isinstance(app.screen, shown_on)


async def test_a_new_entry_shows_what_was_typed(make_app: MakeApp, vault: Vault) -> None:
    app = make_app(vault, by_session=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "a", "ctrl+r")
        await settle(pilot)
        assert isinstance(app.screen, EntryFormScreen)


async def test_an_export_without_encryption_needs_the_password(
    make_app: MakeApp, vault: Vault, tmp_path: Path
) -> None:
    from textual.widgets import Select

    from tui.app.widgets.path_input import PathInput

    app = make_app(vault, by_session=True)
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "e")
        await settle(pilot)
        app.screen.query_one("#format", Select).value = "csv"
        await settle(pilot)
        app.screen.query_one(PathInput).value = str(tmp_path / "out.csv")
        await press(pilot, "enter")
        await settle(pilot)
        await press(pilot, "y")
        await settle(pilot)
        assert isinstance(app.screen, AskPasswordScreen)
        await press(pilot, "escape")
        await settle(pilot)
        assert isinstance(app.screen, ExportScreen)
        assert not (tmp_path / "out.csv").exists()
        await press(pilot, "enter")
        await settle(pilot)
        await press(pilot, "y")
        await settle(pilot)
        await unlock(pilot)
        assert (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("setting", [{"ask_again": False}, {"password_command": ("true",)}])
async def test_the_settings_can_turn_that_off(
    make_app: MakeApp, vault: Vault, setting: dict[str, Any]
) -> None:
    app = make_app(vault, by_session=True, **setting)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "v", "s")
        await settle(pilot)
        assert SECRET in text(app)


async def test_three_wrong_passwords_lock_the_vault(make_app: MakeApp, vault: Vault) -> None:
    app = make_app(vault, by_session=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "v", "s")
        for _ in range(3):
            await settle(pilot)
            assert isinstance(app.screen, AskPasswordScreen)
            await press(pilot, *"wrong", "enter")
        await settle(pilot)
        assert isinstance(app.screen, UnlockScreen)


async def test_closing_the_question_does_not_forget_wrong_passwords(
    make_app: MakeApp, vault: Vault
) -> None:
    app = make_app(vault, by_session=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "v")
        for _ in range(3):
            assert not isinstance(app.screen, UnlockScreen)
            await press(pilot, "s")
            await settle(pilot)
            await press(pilot, *"wrong", "enter")
            await settle(pilot)
            await press(pilot, "escape")
            await settle(pilot)
        assert isinstance(app.screen, UnlockScreen)
