"""Ctrl+L locks on every screen and in every dialog."""

from __future__ import annotations

import importlib
import pkgutil
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events

from tests.app.conftest import MakeApp
from tests.app.helpers import PASSWORD, FakeClipboard, settle
from tui.app import screens
from tui.app.screens.base import BaseScreen, Dialog
from tui.app.screens.unlock import UnlockScreen
from tui.vault.locked_vault import LockedVault

URIS = "\n".join(f"otpauth://totp/{name}:me?secret=JBSWY3DPEHPK3PXP" for name in ("One", "Two"))
OPENED_BY: dict[str, list[str]] = {
    "AddSeveralScreen": ["a", URIS],
    "AskPasswordScreen": ["v", "s"],
    "BigCodeScreen": ["enter"],
    "CategoriesScreen": ["c"],
    "CodesScreen": [],
    "ChangePasswordScreen": ["colon", *"change pass", "enter"],
    "ConfirmScreen": ["d"],
    "DoctorScreen": ["colon", *"doctor", "enter"],
    "EntryFormScreen": ["a"],
    "ExportScreen": ["e"],
    "HelpScreen": ["question_mark"],
    "ImportPreviewScreen": ["i", *"uris", "enter"],
    "ImportScreen": ["i"],
    "PaletteScreen": ["colon"],
    "ImageScreen": ["a", "ctrl+o"],
    "MergeScreen": ["M"],
    "RecoverScreen": ["R"],
    "QrScreen": ["v", "r"],
    "RecoveryCodeScreen": ["colon", *"recovery", "enter", *PASSWORD, "enter"],
    "SettingsScreen": ["comma"],
    "ShowScreen": ["v", "s"],
    "StayUnlockedScreen": ["colon", *"stay", "enter"],
}
"""The keys and pasted texts that lead to each screen from the list."""
WHILE_LOCKED = {"UnlockScreen", "WelcomeScreen"}


def screen_classes() -> set[str]:
    """The names of all screens in tui.app.screens."""
    found = set()
    for module in pkgutil.iter_modules(screens.__path__):
        contents = vars(importlib.import_module(f"{screens.__name__}.{module.name}")).values()
        found |= {each.__name__ for each in contents
                  if isinstance(each, type) and issubclass(each, BaseScreen)}  # fmt: skip
    return found - {BaseScreen.__name__, Dialog.__name__}


def test_every_screen_is_tested() -> None:
    assert {*OPENED_BY, *WHILE_LOCKED} == screen_classes()


@pytest.mark.parametrize("name", OPENED_BY)
async def test_ctrl_l_locks(
    make_app: MakeApp,
    clipboard: FakeClipboard,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "uris.txt").write_text(URIS)
    if name == "BigCodeScreen":
        clipboard.why_not = "There is no clipboard."
    app = make_app(by_session=name == "AskPasswordScreen")
    if name == "MergeScreen":
        copy = app.vault_path.with_name("personal.conflict-1.json")
        shutil.copy(app.vault_path, copy)
        locked = LockedVault.read(copy, app.clock)
        locked.unlock(PASSWORD).change(lambda made: replace(made, preferences={"a": 1}))
    size = (110, 50) if name == "QrScreen" else (80, 24)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        for step in OPENED_BY[name]:
            if step == URIS:
                app.post_message(events.Paste(step))
            else:
                await pilot.press(step)
            await settle(pilot)
        assert type(app.screen).__name__ == name
        await pilot.press("ctrl+l")
        await settle(pilot)
        assert isinstance(app.screen, UnlockScreen)
        assert app.vault is None
