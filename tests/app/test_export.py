"""The export screen: files, questions, and QR codes."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Select

from tests.app.conftest import MakeApp, MakeVault
from tests.app.helpers import codes_of, lines_of, press, settle, status_of
from tests.app.test_qr_code import read
from tui.app.app import OtpApp
from tui.app.screens.codes import CodesScreen
from tui.app.screens.confirm import ConfirmScreen
from tui.app.screens.export_vault import ExportScreen
from tui.app.screens.qr_code import QrScreen
from tui.app.widgets.key_bar import KeyBar
from tui.app.widgets.password_input import PasswordInput
from tui.app.widgets.problem_list import ProblemList
from tui.backup.model import Credentials
from tui.backup.registry import by_name
from tui.otp.entry import Category
from tui.vault.locked_vault import LockedVault


async def open_screen(pilot: Pilot[None], target: str, path: Path, *before: str) -> ExportScreen:
    await settle(pilot)
    await pilot.press(*before, "e")
    await settle(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, ExportScreen)
    screen.query_one("#format", Select).value = target
    await settle(pilot)
    screen.query_one("#path", Input).value = str(path)
    await settle(pilot)
    return screen


async def type_password(pilot: Pilot[None], first: str, second: str) -> None:
    pilot.app.screen.query_one("#password", PasswordInput).value = first
    pilot.app.screen.query_one("#again", PasswordInput).value = second
    pilot.app.screen.query_one("#again", PasswordInput).focus()
    await pilot.press("enter")
    await settle(pilot)


def issuers(path: Path, form: str, credentials: Credentials) -> list[str]:
    backup = by_name(form).read(path.read_bytes(), credentials)
    return [entry.issuer for entry in backup.entries]


async def test_an_encrypted_file_is_private_to_the_user(make_app: MakeApp, tmp_path: Path) -> None:
    app, path = make_app(), tmp_path / "out.authpro"
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(pilot, "authenticator-pro", path)
        await type_password(pilot, "backup pw", "backup pw")
        assert isinstance(app.screen, CodesScreen)
        assert "exported and verified" in status_of(app)
    assert "GitHub" in issuers(path, "authenticator-pro", Credentials("backup pw"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_two_different_passwords_write_nothing(make_app: MakeApp, tmp_path: Path) -> None:
    app, path = make_app(), tmp_path / "out.authpro"
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(pilot, "authenticator-pro", path)
        await type_password(pilot, "backup pw", "backup pW")
        assert "don't match" in status_of(app)
        assert isinstance(app.screen, ExportScreen)
    assert not path.exists()


async def test_an_empty_vault_has_nothing_to_export(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    app = make_app(make_vault([], []))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("e")
        await settle(pilot)
        assert isinstance(app.screen, CodesScreen)
        assert status_of(app) == "Nothing to export: the vault has no entries."


async def test_an_empty_choice_asks_for_no_password(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    app, path = make_app(make_vault(None, [Category.named("Empty", 0)])), tmp_path / "out.authpro"
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, "authenticator-pro", path)
        what = screen.query_one("#what", Select)
        what.value = f"category:{Category.named('Empty', 0).id}"
        await settle(pilot)
        screen.query_one("#path").focus()
        await pilot.press("enter")
        await settle(pilot)
        assert screen.focused is screen.query_one("#path")
        assert status_of(app).startswith("Nothing to export.")
        await type_password(pilot, "backup pw", "backup pw")
        assert not path.exists()


async def test_unsupported_entries_are_reported_before_anything_is_written(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app, path = make_app(), tmp_path / "out.avtotpy"
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await open_screen(pilot, "avtotpy", path)
        remarks = lines_of(screen.query_one(ProblemList))
        assert any("left out" in line and "Steam" in line for line in remarks)
        assert "may refuse" in status_of(app)
    assert not path.exists()


async def test_an_unencrypted_export_asks_first_and_enter_means_no(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app, path = make_app(), tmp_path / "out.txt"
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, "otpauth-uris", path)
        screen.query_one("#path").focus()
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, ConfirmScreen)
        await pilot.press("enter")
        await settle(pilot)
        assert not path.exists()
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("y")
        await settle(pilot)
        assert "otpauth://totp/" in path.read_text()


async def test_a_file_is_replaced_only_after_confirmation(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app, path = make_app(), tmp_path / "out.authpro"
    path.write_text("mine")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, "authenticator-pro-legacy", path)
        for answer, left in (("n", True), ("y", False)):
            screen.query_one("#password", PasswordInput).value = "backup pw"
            screen.query_one("#again", PasswordInput).value = "backup pw"
            screen.query_one("#again", PasswordInput).focus()
            await pilot.press("enter")
            await settle(pilot)
            assert isinstance(app.screen, ConfirmScreen)
            await pilot.press(answer)
            await settle(pilot)
            assert (path.read_bytes() == b"mine") is left


async def test_only_selected_entries_are_exported(make_app: MakeApp, tmp_path: Path) -> None:
    app, path = make_app(), tmp_path / "out.authpro"
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("x", "j", "x")
        assert "✓" in lines_of(codes_of(app))[0]
        await open_screen(pilot, "authenticator-pro-legacy", path)
        await type_password(pilot, "backup pw", "backup pw")
    written = issuers(path, "authenticator-pro-legacy", Credentials("backup pw"))
    assert written == ["GitHub", "Steam"]


async def test_the_entries_of_a_search_can_be_exported(make_app: MakeApp, tmp_path: Path) -> None:
    app, path = make_app(), tmp_path / "out.authpro"
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("slash", *"gordon", "ctrl+e")
        await settle(pilot)
        app.screen.query_one("#what", Select).value = "shown"
        app.screen.query_one("#format", Select).value = "authenticator-pro-legacy"
        await settle(pilot)
        app.screen.query_one("#path", Input).value = str(path)
        await type_password(pilot, "backup pw", "backup pw")
    written = issuers(path, "authenticator-pro-legacy", Credentials("backup pw"))
    assert written == ["Steam", "Bank"]


async def test_a_copy_of_the_vault_opens_with_its_own_password(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app, path = make_app(), tmp_path / "copy.json"
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(pilot, "vault", path)
        await type_password(pilot, "short", "short")
        assert "at least 8" in status_of(app)
        assert not path.exists()
        await type_password(pilot, "a long one", "a long one")
        assert isinstance(app.screen, CodesScreen)
    assert len(LockedVault.read(path).unlock("a long one").entries) == 8


async def test_tab_leaves_the_path_of_a_new_file(make_app: MakeApp, tmp_path: Path) -> None:
    app, path = make_app(), tmp_path / "out.authpro"
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(pilot, "authenticator-pro", path)
        await pilot.press("tab", *"backup pw", "tab", *"backup pw", "enter")
        await settle(pilot)
        assert isinstance(app.screen, CodesScreen)
    assert path.exists()


async def test_formats_without_encryption_come_last_and_say_so(pilot: Pilot[None]) -> None:
    await pilot.press("e")
    await settle(pilot)
    pilot.app.screen.query_one("#format", Select).expanded = True
    await settle(pilot)
    shown = pilot.app.screen.query_one("#format SelectOverlay", OptionList)
    labels = [str(each.prompt) for each in shown.options]
    plain = [label for label in labels if "not encrypted" in label]
    assert {"CSV table of a password manager, not encrypted", "Aegis, not encrypted"} <= set(plain)
    assert labels[-len(plain) :] == plain
    assert shown.size.height == len(labels)


async def test_escape_closes_without_a_file(make_app: MakeApp, tmp_path: Path) -> None:
    app, path = make_app(), tmp_path / "out.authpro"
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(pilot, "authenticator-pro", path)
        await pilot.press("escape")
        assert isinstance(app.screen, CodesScreen)
    assert not path.exists()


async def test_qr_codes_for_google_authenticator_need_confirmation_and_write_no_file(
    make_app: MakeApp, tmp_path: Path
) -> None:
    """80 x 30 has room for fewer than four entries in a code."""
    app, path = make_app(), tmp_path / "out.txt"
    async with app.run_test(size=(80, 30)) as pilot:
        await open_screen(pilot, "google-migration", path)
        assert "^r QR codes" in lines_of(app.screen.query_one(KeyBar))[0]
        for answer, shown in (("enter", ExportScreen), ("y", QrScreen)):
            await pilot.press("ctrl+r")
            await settle(pilot)
            assert isinstance(app.screen, ConfirmScreen)
            await pilot.press(answer)
            await settle(pilot)
            assert isinstance(app.screen, shown)
        texts = []
        while isinstance(app.screen, QrScreen):
            text = read(app)
            assert text is not None
            texts.append(text)
            await pilot.press("enter")
            await settle(pilot)
        assert isinstance(app.screen, ExportScreen)
        assert status_of(app) == "4 entries shown."
    assert len(texts) > 1
    backup = by_name("google-migration").read("\n".join(texts).encode(), Credentials())
    assert not backup.problems
    assert {"GitHub", "Bank", "郵便局"} < {entry.issuer for entry in backup.entries}
    assert not path.exists()


async def test_qr_codes_that_were_not_shown_are_reported(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app()
    async with app.run_test(size=(80, 30)) as pilot:
        await open_screen(pilot, "google-migration", tmp_path / "out.txt")
        for key in ("ctrl+r", "y", "escape"):
            await pilot.press(key)
            await settle(pilot)
        assert re.fullmatch(r"Only 1 of \d QR codes shown\.", status_of(app))


async def test_the_other_formats_have_no_qr_codes(
    app: OtpApp, pilot: Pilot[None], tmp_path: Path
) -> None:
    await open_screen(pilot, "otpauth-uris", tmp_path / "out.txt")
    assert "QR" not in lines_of(app.screen.query_one(KeyBar))[0]
    await pilot.press("ctrl+r")
    await settle(pilot)
    assert isinstance(app.screen, ExportScreen)


async def test_entries_selected_in_the_trash_are_not_offered(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await press(pilot, "d", "y", "shift+tab", "x", "e")
    assert isinstance(app.screen, ExportScreen)
    assert "selected" not in "\n".join(str(each) for each in app.screen._choices())


async def test_a_folder_is_refused_before_the_passwords(
    app: OtpApp, pilot: Pilot[None], tmp_path: Path
) -> None:
    await press(pilot, "e")
    app.screen.query_one("#path", Input).value = f"{tmp_path}/"
    app.screen.query_one("#path", Input).focus()
    await press(pilot, "enter")
    assert "This is a folder" in status_of(app)
