"""The import screen: the list of apps, the marks behind backups, and key files."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Select, Static

from tests.app.conftest import MakeApp
from tests.app.helpers import lines_of, settle, status_of
from tests.app.test_import import backup_file, open_file, preview_lines
from tui.app.app import OtpApp
from tui.app.screens.import_preview import ImportPreviewScreen
from tui.app.widgets.file_tree import FileTree
from tui.backup.apps import apps
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.registry import by_name
from tui.errors import BackupPasswordError
from tui.otp.entry import Entry, OtpType
from tui.otp.secret import Secret

AUTHPRO = "Authenticator Pro (Stratum)"


def how_to(app: OtpApp) -> str:
    hint = app.screen.query_one("#how-to", Static)
    return str(hint.content) if hint.display else ""


async def test_the_highlighted_app_shows_how_to_get_a_backup_out_of_it(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await pilot.press("i")
    await settle(pilot)
    assert how_to(app) == ""
    await pilot.press("tab", "enter")
    assert how_to(app).startswith("The app is detected")
    await pilot.press("end")
    assert how_to(app) == "Cog > Export. A password is optional."
    await pilot.press("escape")
    assert how_to(app) == ""
    await pilot.press("enter", "end", "enter")
    await settle(pilot)
    assert app.screen.query_one("#format", Select).value == "WinAuth"
    assert how_to(app).startswith("Cog > Export")


def test_the_apps_are_sorted_and_each_is_listed_once() -> None:
    names = list(apps())
    assert names == sorted(set(names), key=str.casefold)
    assert {"2FAS", AUTHPRO, "Google Authenticator"} <= set(names)


@pytest.mark.parametrize("chosen", [AUTHPRO, "FreeOTP"])
async def test_a_file_is_recognized_whatever_app_is_chosen(
    app: OtpApp, pilot: Pilot[None], tmp_path: Path, chosen: str
) -> None:
    await pilot.press("i")
    await settle(pilot)
    app.screen.query_one("#format", Select).value = chosen
    await settle(pilot)
    await open_file(pilot, backup_file(tmp_path, "authenticator-pro-plain"))
    assert len(preview_lines(pilot)) == 2


async def test_an_unknown_file_is_treated_as_one_of_the_chosen_app(
    app: OtpApp, pilot: Pilot[None], tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text("<html>not found</html>")
    await open_file(pilot, path)
    assert "Choose its app above" in status_of(app)
    app.screen.query_one("#format", Select).value = "KeePass, KeePassXC"
    await settle(pilot)
    assert status_of(app).startswith("page.html: ")
    assert "Unknown backup format" not in status_of(app)


async def test_backups_in_a_folder_have_their_app_behind_them(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "Downloads"
    folder.mkdir()
    backup_file(folder, "authenticator-pro", "pw")
    (folder / "notes [1].txt").write_text("hello")
    monkeypatch.setenv("HOME", str(tmp_path))
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("i")
        tree = app.screen.query_one(FileTree)
        await pilot.pause()
        async with asyncio.timeout(30):
            while not any(AUTHPRO in line for line in lines_of(tree)):
                await pilot.pause()
        lines = [line.rstrip() for line in lines_of(tree)]
        assert [line for line in lines if line.endswith(f"backup.bin  {AUTHPRO}")]
        assert [line for line in lines if line.endswith("notes [1].txt")]


async def test_a_key_file_opens_a_backup_without_a_password(
    app: OtpApp, pilot: Pilot[None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = Entry(type=OtpType.TOTP, issuer="Shop", secret=Secret.base32("MFRGGZDF"))

    def read(_data: bytes, given: Credentials) -> Backup:
        if given.key_file != b"key":
            raise BackupPasswordError("Wrong password or key file.")
        return Backup((entry,))

    known = replace(
        by_name("keepass"),
        sniff=lambda content: content.data == b"locked",
        needs=lambda _content: Needs.PASSWORD | Needs.KEY_FILE,
        read=read,
    )
    monkeypatch.setattr("tui.backup.registry.formats", lambda: (known,))
    backup, key = tmp_path / "vault.kdbx", tmp_path / "vault.key"
    backup.write_bytes(b"locked")
    key.write_bytes(b"key")
    await open_file(pilot, backup)
    assert "key file" in status_of(app)
    field = app.screen.query_one("#key-file", Input)
    assert app.focused is app.screen.query_one("#password")
    await pilot.press("enter")
    assert app.focused is field
    await pilot.press("enter")
    assert app.focused is app.screen.query_one("#password")
    field.value = str(tmp_path / "missing")
    await pilot.press("enter")
    await settle(pilot)
    assert "No such file" in status_of(app)
    field.value = str(key)
    await pilot.press("enter")
    await settle(pilot)
    assert len(preview_lines(pilot)) == 1
    assert isinstance(app.screen, ImportPreviewScreen)
