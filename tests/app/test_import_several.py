"""The import of several files: their order, their passwords, and what can't be read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.app.conftest import MakeApp, MakeVault
from tests.app.helpers import lines_of, press, settle, status_of
from tests.app.test_import import backup_file, open_file, preview_lines
from tui.app.app import OtpApp
from tui.app.widgets.bars import TitleBar
from tui.app.widgets.file_tree import FileTree
from tui.app.widgets.key_bar import KeyBar
from tui.app.widgets.preview_list import SideBySide
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.registry import by_name, formats
from tui.errors import BackupPasswordError


async def open_files(pilot: Pilot[None], *paths: Path) -> None:
    """Select all of these files but the last, and open them with the last."""
    await settle(pilot)
    await pilot.press("i")
    await settle(pilot)
    pilot.app.screen.query_one(FileTree).selected.extend(paths[:-1])
    await open_file(pilot, paths[-1])


def title_of(app: OtpApp) -> str:
    return lines_of(app.screen.query_one(TitleBar))[0].rstrip()


async def test_several_files_are_imported_as_one_step(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    first = backup_file(tmp_path, "authenticator-pro-plain", count=1).rename(tmp_path / "a.json")
    second = backup_file(tmp_path, "authenticator-pro-legacy", "pw", count=2)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_files(pilot, first, second)
        await pilot.press(*"pw", "enter")
        await settle(pilot)
        lines = preview_lines(pilot)
        assert [line[13:23].strip() for line in lines] == ["new", "repeated", "new"]
        await pilot.press("enter")
        await settle(pilot)
        assert "2 entries imported, 1 repeated" in status_of(app)
        await pilot.press("u")
        await settle(pilot)
        assert vault.entries == ()


async def test_a_wrong_password_loses_none_of_several_files(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    app = make_app(make_vault([], []))
    first = backup_file(tmp_path, "authenticator-pro-legacy", "pw", count=1).rename(tmp_path / "a")
    second = backup_file(tmp_path, "authenticator-pro-plain", count=2)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_files(pilot, first, second)
        await pilot.press(*"wrong", "enter")
        await settle(pilot)
        assert "Wrong password" in status_of(app)
        await pilot.press(*"pw", "enter")
        await settle(pilot)
        lines = preview_lines(pilot)
        assert [line[13:23].strip() for line in lines] == ["new", "repeated", "new"]


@pytest.mark.parametrize("second", ["pw", "other"])
async def test_the_passwords_of_files_are_tried_on_the_next_ones(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path, second: str
) -> None:
    app = make_app(make_vault([], []))
    names = [("a", "pw", 1), ("b", second, 2), ("c", "pw", 3)]
    paths = [
        backup_file(tmp_path, "authenticator-pro-legacy", password, count=count).rename(
            tmp_path / name
        )
        for name, password, count in names
    ]
    async with app.run_test(size=(80, 24)) as pilot:
        await open_files(pilot, *paths)
        assert "file 1 of 3" in title_of(app)
        await pilot.press(*"pw", "enter")
        await settle(pilot)
        if second != "pw":
            assert "enter the password of b" in status_of(app)
            assert "file 2 of 3" in title_of(app)
            await pilot.press(*second, "enter")
            await settle(pilot)
        assert len(preview_lines(pilot)) == 6


async def test_enter_opens_the_selected_files_only(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    app = make_app(make_vault([], []))
    folder = tmp_path / "folder"
    folder.mkdir()
    backup_file(folder, "authenticator-pro-plain", count=1).rename(folder / "a.json")
    backup_file(folder, "authenticator-pro-plain", count=2).rename(folder / "b.json")
    async with app.run_test(size=(80, 24)) as pilot:
        await open_file(pilot, folder)
        await press(pilot, "space", "down", "enter")
        await settle(pilot)
        assert len(preview_lines(pilot)) == 1


async def test_a_file_of_several_that_cannot_be_read_is_a_row_of_the_preview(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    app = make_app(make_vault([], []))
    (tmp_path / "page.html").write_text("<html>")
    (tmp_path / "cut.json").write_text('{"a": ')
    good = backup_file(tmp_path, "authenticator-pro-plain", count=1)
    async with app.run_test(size=(110, 24)) as pilot:
        bad = [tmp_path / name for name in ("page.html", "cut.json", "gone.json")]
        await open_files(pilot, *bad, good)
        lines = preview_lines(pilot)
        assert "Shop 0" in lines[3]
        assert lines[0].split()[2:4] == ["failed", "page.html"]
        assert "Unknown backup format" in lines[0]
        assert "incomplete" in lines[1]
        assert "No such file" in lines[2]
        said = status_of(app)
        assert "3 failed. First failure: page.html: Unknown backup format." in said
        await press(pilot, "enter")
        await settle(pilot)
        assert "1 entry imported, 3 failed. First failure: page.html: Unk" in status_of(app)


async def test_a_file_whose_password_is_unknown_can_be_skipped(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    app = make_app(make_vault([], []))
    locked = [
        backup_file(tmp_path, "authenticator-pro-legacy", "pw").rename(tmp_path / name)
        for name in "ab"
    ]
    plain = backup_file(tmp_path, "authenticator-pro-plain", count=1)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_files(pilot, *locked, plain)
        for number in (1, 2):
            assert f"file {number} of 3" in title_of(app)
            assert "^n skip this file" in lines_of(app.screen.query_one(KeyBar))[0]
            await press(pilot, "ctrl+n")
            await settle(pilot)
        assert len(preview_lines(pilot)) == 1


async def test_the_title_names_the_file_of_the_highlighted_row(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    app = make_app(make_vault([], []))
    paths = [
        backup_file(tmp_path, "authenticator-pro-plain", count=1).rename(tmp_path / name)
        for name in ("a.json", "b.json")
    ]
    async with app.run_test(size=(80, 24)) as pilot:
        await open_files(pilot, *paths)
        assert title_of(app).endswith("a.json · 2 files")
        await press(pilot, "down")
        assert title_of(app).endswith("b.json · 2 files")


async def test_what_an_entry_of_an_earlier_file_is_compared_with_is_not_called_the_vault(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    app = make_app(make_vault([], []))
    paths = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for path in paths:
        uri = f"otpauth://totp/{path.stem}:me?secret=MFRGGZDF&issuer={path.stem}"
        path.write_text(uri)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_files(pilot, *paths)
        await press(pilot, "down")
        here, there = lines_of(app.screen.query_one(SideBySide))
        assert here.split() == ["earlier", "issuer", "a"]
        assert there.split() == ["file", "issuer", "b"]


async def test_a_known_password_is_tried_on_a_file_that_may_need_a_key_file(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_data: bytes, given: Credentials) -> Backup:
        if given.password != "pw":
            raise BackupPasswordError("Wrong password.")
        return Backup()

    keepass = replace(
        by_name("keepass"),
        sniff=lambda content: content.data == b"locked",
        needs=lambda _content: Needs.PASSWORD | Needs.KEY_FILE,
        read=read,
    )
    others = tuple(each for each in formats() if each.name != "keepass")
    monkeypatch.setattr("tui.backup.registry.formats", lambda: (keepass, *others))
    app = make_app(make_vault([], []))
    first = backup_file(tmp_path, "authenticator-pro-legacy", "pw", count=1)
    second = tmp_path / "vault.kdbx"
    second.write_bytes(b"locked")
    async with app.run_test(size=(80, 24)) as pilot:
        await open_files(pilot, first, second)
        await pilot.press(*"pw", "enter")
        await settle(pilot)
        assert len(preview_lines(pilot)) == 1


async def test_a_name_of_no_file_is_not_opened_with_the_selected_ones(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    app = make_app(make_vault([], []))
    file = backup_file(tmp_path, "authenticator-pro-plain", count=1)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_files(pilot, file, tmp_path / "nosuch")
        assert status_of(app).startswith("No such file: nosuch.")
