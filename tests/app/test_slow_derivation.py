"""A key derivation that takes long is left behind by Esc and by quitting."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.app.conftest import WEAK, MakeApp
from tests.app.helpers import lines_of, settle, status_of
from tests.app.test_export import open_screen
from tests.app.test_import import backup_file, open_file
from tests.app.test_typed_ahead import key
from tui.app.app import OtpApp
from tui.app.screens.codes import CodesScreen
from tui.app.screens.export_vault import ExportScreen
from tui.app.screens.import_backup import ImportScreen
from tui.app.screens.welcome import WelcomeScreen
from tui.app.widgets.bars import TitleBar
from tui.app.widgets.file_tree import FileTree
from tui.app.widgets.password_input import PasswordInput
from tui.app.widgets.status_label import StatusLabel
from tui.crypto import kdf

PASSWORD = "long-enough"


class SlowDerivation:
    """Takes the place of Argon2id, and only ends when a test says so."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.go_on = threading.Event()
        self.ended = threading.Event()
        self._real = kdf.argon2id

    def __call__(self, *args: Any, **more: Any) -> bytes:
        self.began.set()
        self.go_on.wait(60)
        try:
            return self._real(*args, **more)
        finally:
            self.ended.set()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], SlowDerivation]]:
    """Return a function after whose call derivations are slow."""
    made = SlowDerivation()
    # Esc interrupts work at once, not from a tenth of a second on.
    monkeypatch.setattr("tui.app.key_queue._TYPED_AHEAD", 0)

    def begin() -> SlowDerivation:
        monkeypatch.setattr(kdf, "argon2id", made)
        return made

    yield begin
    made.go_on.set()


async def press_until_slow(pilot: Pilot[None], slow: SlowDerivation, *keys: str) -> None:
    """Press these keys, the last of which starts a derivation."""
    for name in keys:
        pilot.app.post_message(key(name))
    await until(slow.began)


async def until(event: threading.Event) -> None:
    while not event.is_set():
        await asyncio.sleep(0.002)


async def press(pilot: Pilot[None], name: str) -> None:
    """Press a key that doesn't wait for work."""
    pilot.app.post_message(key(name))
    await asyncio.sleep(0)
    await settle(pilot)


async def test_esc_leaves_a_file_that_takes_long_to_open(
    make_app: MakeApp, tmp_path: Path, slow: Callable[[], SlowDerivation]
) -> None:
    path = backup_file(tmp_path, "authenticator-pro", "pw")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_file(pilot, path)
        derivation = slow()
        await press_until_slow(pilot, derivation, *"pw", "enter")
        assert status_of(app).startswith("Deriving the key. This can take a while")
        await press(pilot, "escape")
        assert status_of(app) == "Canceled."
        derivation.go_on.set()
        await until(derivation.ended)
        await settle(pilot)
        assert status_of(app) == "Canceled."
        assert isinstance(app.screen, ImportScreen)


async def test_esc_while_a_known_password_is_tried_goes_back_to_the_choice_of_files(
    make_app: MakeApp, tmp_path: Path, slow: Callable[[], SlowDerivation]
) -> None:
    path = backup_file(tmp_path, "authenticator-pro", "pw")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_file(pilot, path)
        await pilot.press(*"pw", "enter")
        await settle(pilot)
        await pilot.press("escape")
        await settle(pilot)
        app.screen.query_one(FileTree).selected.append(path.with_name("gone"))
        derivation = slow()
        await press_until_slow(pilot, derivation, "enter")
        assert "file 2 of 2" in lines_of(app.screen.query_one(TitleBar))[0]
        await press(pilot, "escape")
        assert status_of(app) == "Canceled."
        assert "file" not in lines_of(app.screen.query_one(TitleBar))[0]
        assert app.focused is app.screen.query_one(FileTree)
        derivation.go_on.set()
        await until(derivation.ended)
        await settle(pilot)
        assert isinstance(app.screen, ImportScreen)


@pytest.mark.parametrize("which", ["escape", "ctrl+c"])
async def test_a_canceled_export_writes_nothing(
    make_app: MakeApp, tmp_path: Path, slow: Callable[[], SlowDerivation], which: str
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    app = make_app(kdf=WEAK)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, "authenticator-pro", folder / "x.authpro")
        for name in ("password", "again"):
            screen.query_one(f"#{name}", PasswordInput).value = "backup pw"
        derivation = slow()
        await press_until_slow(pilot, derivation, "enter")
        await press(pilot, which)
        if which == "escape":
            assert status_of(app) == "Canceled. Nothing was written."
            assert isinstance(app.screen, ExportScreen)
    derivation.go_on.set()
    await until(derivation.ended)
    assert not list(folder.iterdir())


async def test_esc_cancels_the_creation_of_the_vault(
    make_app: MakeApp, vault_path: Path, slow: Callable[[], SlowDerivation]
) -> None:
    app = make_app(vault=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        derivation = slow()
        await press_until_slow(pilot, derivation, *PASSWORD, "enter", *PASSWORD, "enter")
        await press(pilot, "escape")
        assert isinstance(app.screen, WelcomeScreen)
        assert "Canceled" in app.screen.query_one(StatusLabel).message
        derivation.go_on.set()
        await until(derivation.ended)
        await settle(pilot)
        assert not vault_path.parent.exists()
        await pilot.press(*PASSWORD, "enter", *PASSWORD, "enter", "enter")
        await settle(pilot)
        assert isinstance(app.screen, CodesScreen)
    assert vault_path.exists()


async def test_quitting_does_not_wait_for_a_derivation(
    make_app: MakeApp, make_vault: Any, slow: Callable[[], SlowDerivation]
) -> None:
    make_vault().close()
    app: OtpApp = make_app(vault=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        derivation = slow()
        await press_until_slow(pilot, derivation, *"secret", "enter")
        await press(pilot, "ctrl+c")
    assert not app.is_running
    await asyncio.wait_for(asyncio.get_running_loop().shutdown_default_executor(), 30)
    assert not derivation.ended.is_set()
