"""The import screen, from the path to the report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.app.conftest import MakeApp, MakeVault
from tests.app.helpers import codes_of, lines_of, press, settle, status_of
from tests.backup.formats.test_qr_image import code, saved
from tests.backup.formats.test_vault_copy import with_slots
from tests.backup.test_join_parts import export
from tests.vault.support import FLOOR
from tui.app.app import OtpApp
from tui.app.screens.codes import CodesScreen
from tui.app.screens.confirm import ConfirmScreen
from tui.app.screens.import_backup import ImportScreen
from tui.app.screens.import_preview import ImportPreviewScreen
from tui.app.widgets.bars import TitleBar
from tui.app.widgets.file_tree import FileTree
from tui.app.widgets.key_bar import KeyBar
from tui.app.widgets.password_input import PasswordInput
from tui.app.widgets.path_input import PathInput, complete
from tui.app.widgets.preview_list import PreviewList, SideBySide
from tui.app.widgets.status_line import StatusLine
from tui.backup.model import Backup, Credentials
from tui.backup.registry import by_name
from tui.errors import NotSavedError
from tui.otp.entry import Entry, OtpType
from tui.otp.secret import Secret
from tui.vault import unlock
from tui.vault.locked_vault import LockedVault
from tui.vault.vault import Vault


def backup_file(folder: Path, form: str, password: str = "", count: int = 2) -> Path:
    secrets = [Secret.base32(f"MFRGGZDFMZTWQ2L{letter}") for letter in "ABCDEFG"[:count]]
    entries = tuple(
        Entry(type=OtpType.TOTP, issuer=f"Shop {place}", secret=secret)
        for place, secret in enumerate(secrets)
    )
    kind = by_name(form)
    assert kind.write is not None
    path = folder / "backup.bin"
    path.write_bytes(kind.write(Backup(entries), Credentials(password)))
    return path


async def open_file(pilot: Pilot[None], path: Path) -> None:
    await settle(pilot)
    if isinstance(pilot.app.screen, CodesScreen):
        await pilot.press("i")
        await settle(pilot)
    field = pilot.app.screen.query_one(PathInput)
    field.value = str(path)
    field.focus()
    await pilot.press("enter")
    await settle(pilot)


def preview_lines(pilot: Pilot[None]) -> list[str]:
    return [line for line in lines_of(pilot.app.screen.query_one(PreviewList)) if line.strip()]


async def test_an_encrypted_backup_is_imported(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path, vault_path: Path
) -> None:
    app = make_app(make_vault([], []))
    path = backup_file(tmp_path, "authenticator-pro", "backup pw")
    async with app.run_test(size=(80, 24)) as pilot:
        await open_file(pilot, path)
        assert app.focused is app.screen.query_one(PasswordInput)
        await pilot.press(*"backup", "space", *"pw", "enter")
        await settle(pilot)
        lines = preview_lines(pilot)
        assert [line.split()[2] for line in lines][1:] == ["new"]
        assert "Shop 0" in lines[0]
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, CodesScreen)
        assert "2 entries imported" in status_of(app)
        assert [entry.issuer for entry in codes_of(app).rows] == ["Shop 0", "Shop 1"]
    saved = LockedVault.read(vault_path).unlock("correct horse")
    assert [entry.issuer for entry in saved.entries] == ["Shop 0", "Shop 1"]


async def test_a_plain_backup_asks_for_no_password(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app()
    path = backup_file(tmp_path, "authenticator-pro-plain")
    async with app.run_test(size=(80, 24)) as pilot:
        await open_file(pilot, path)
        assert len(preview_lines(pilot)) == 2


async def test_a_wrong_password_is_reported_and_can_be_typed_again(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app()
    path = backup_file(tmp_path, "authenticator-pro-legacy", "right")
    async with app.run_test(size=(80, 24)) as pilot:
        await open_file(pilot, path)
        await pilot.press(*"wrong", "enter")
        await settle(pilot)
        assert "Wrong password" in status_of(app)
        await pilot.press(*"right", "enter")
        await settle(pilot)
        assert len(preview_lines(pilot)) == 2


async def test_duplicates_are_skipped_kept_or_replaced(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    path = backup_file(tmp_path, "authenticator-pro-plain")
    async with app.run_test(size=(80, 24)) as pilot:
        await open_file(pilot, path)
        await pilot.press("enter")
        await settle(pilot)
        await open_file(pilot, path)
        assert all("in the vault" in line and "skip" in line for line in preview_lines(pilot))
        await pilot.press("enter")
        await settle(pilot)
        assert "2 already in the vault" in status_of(app)
        assert len(vault.entries) == 2
        await open_file(pilot, path)
        keys = app.screen.query_one(KeyBar)
        assert "d add all “in the vault”" in lines_of(keys)[0]
        await pilot.press("d")
        await settle(pilot)
        assert "d replace all “in the vault”" in lines_of(keys)[0]
        assert all(" add " in line for line in preview_lines(pilot))
        await pilot.press("enter")
        await settle(pilot)
        assert len(vault.entries) == 4


async def test_a_row_can_be_deselected(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_file(pilot, backup_file(tmp_path, "authenticator-pro-plain"))
        await pilot.press("space", "enter")
        await settle(pilot)
        assert [entry.issuer for entry in vault.entries] == ["Shop 1"]


async def test_a_failed_entry_is_listed_with_its_reason_and_the_others_imported(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    path = backup_file(tmp_path, "authenticator-pro-plain")
    tree = json.loads(path.read_bytes())
    tree["Authenticators"][0]["Secret"] = "0189"
    path.write_text(json.dumps(tree))
    async with app.run_test(size=(120, 40)) as pilot:
        await open_file(pilot, path)
        refused = [line for line in preview_lines(pilot) if "failed" in line]
        assert len(refused) == 1
        assert "Shop 0" in refused[0]
        assert "base32" in refused[0]
        await pilot.press("enter")
        await settle(pilot)
        assert "1 entry imported, 1 failed" in status_of(app)
        assert lines_of(app.screen.query_one(StatusLine))[0].startswith("▌! 1 entry")
        assert [entry.issuer for entry in vault.entries] == ["Shop 1"]


async def test_an_unknown_file_is_reported_and_the_format_can_be_chosen(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app()
    path = tmp_path / "page.html"
    path.write_text("<html>not found</html>")
    async with app.run_test(size=(80, 24)) as pilot:
        await open_file(pilot, path)
        assert "Unknown backup format" in status_of(app)
        assert isinstance(app.screen, ImportScreen)


async def test_a_missing_file_is_reported(app: OtpApp, pilot: Pilot[None], tmp_path: Path) -> None:
    await open_file(pilot, tmp_path / "nothing.authpro")
    assert "nothing.authpro" in status_of(app)


async def test_if_saving_fails_the_screen_shows_not_saved_and_the_reason(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(make_vault([], []))

    def fail(_self: Vault, _step: object) -> None:
        raise NotSavedError("The disk is full.")

    async with app.run_test(size=(80, 24)) as pilot:
        await open_file(pilot, backup_file(tmp_path, "authenticator-pro-plain"))
        monkeypatch.setattr(Vault, "change", fail)
        await pilot.press("enter")
        await settle(pilot)
        assert "NOT SAVED" in status_of(app)
        assert "disk is full" in status_of(app)


async def test_escape_goes_back_step_by_step(
    app: OtpApp, pilot: Pilot[None], tmp_path: Path
) -> None:
    await open_file(pilot, backup_file(tmp_path, "authenticator-pro-plain"))
    await pilot.press("escape")
    assert isinstance(app.screen, ImportScreen)
    assert app.focused is app.screen.query_one(PathInput)
    await pilot.press("escape")
    assert isinstance(app.screen, CodesScreen)


async def test_backspace_in_the_tree_shows_the_folder_above(
    app: OtpApp, pilot: Pilot[None], tmp_path: Path
) -> None:
    (tmp_path / "sub").mkdir()
    await open_file(pilot, tmp_path / "sub")
    tree = app.screen.query_one(FileTree)
    await pilot.press("backspace")
    await settle(pilot)
    assert Path(tree.path) == tmp_path


async def test_space_marks_a_file_in_the_tree(
    app: OtpApp, pilot: Pilot[None], tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "one.json").touch()
    await open_file(pilot, folder)
    tree = app.screen.query_one(FileTree)
    await press(pilot, "space")
    assert lines_of(tree)[1].rstrip() == "  ✓ one.json"
    await press(pilot, "space")
    assert lines_of(tree)[1].rstrip() == "    one.json"
    assert tree.selected == []


async def test_the_files_say_if_there_are_none_and_pass_typing_on(
    app: OtpApp, pilot: Pilot[None], tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    await open_file(pilot, folder)
    tree, field = app.screen.query_one(FileTree), app.screen.query_one(PathInput)
    assert tree.has_focus
    assert lines_of(tree)[1].strip() == "no files"
    await press(pilot, "enter", "space", *"a/b")
    assert (field.value, tree.selected) == ("a/b", [])
    assert field.has_focus


async def test_a_click_on_the_folder_at_the_top_opens_no_file(
    app: OtpApp, pilot: Pilot[None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    backup_file(folder, "authenticator-pro-plain")
    await open_file(pilot, folder)
    tree, chosen = app.screen.query_one(FileTree), list[FileTree]()

    def choose(tree: FileTree) -> None:
        chosen.append(tree)

    monkeypatch.setattr(FileTree, "action_select_cursor", choose)
    for line in (0, 1):
        await pilot.click(FileTree, offset=(8, line))
        await settle(pilot)
        assert chosen == [tree] * line


async def test_tab_completes_a_path(make_app: MakeApp, tmp_path: Path) -> None:
    backup_file(tmp_path, "authenticator-pro-plain")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("i")
        await settle(pilot)
        field = app.screen.query_one(PathInput)
        field.value = f"{tmp_path}/back"
        field.cursor_position = len(field.value)
        await pilot.press("tab")
        assert field.value == f"{tmp_path}/backup.bin"


async def test_tab_stays_in_the_field_if_no_file_starts_as_typed(
    app: OtpApp, pilot: Pilot[None], tmp_path: Path
) -> None:
    await pilot.press("i")
    await settle(pilot)
    field = app.screen.query_one(PathInput)
    field.value = f"{tmp_path}/no"
    await pilot.press("end", "tab")
    assert status_of(app).startswith("No file starts with “")
    await pilot.press(*"thing")
    assert field.value == f"{tmp_path}/nothing"
    assert status_of(app) == ""


@pytest.mark.parametrize("typed", ["", "backup.bin"])
async def test_tab_leaves_an_empty_field_and_a_complete_path(
    make_app: MakeApp, tmp_path: Path, typed: str
) -> None:
    backup_file(tmp_path, "authenticator-pro-plain")
    (tmp_path / "backup.bin.old").touch()
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("i")
        await settle(pilot)
        app.screen.query_one(PathInput).value = typed and f"{tmp_path}/{typed}"
        await pilot.press("end", "tab")
        assert app.focused is app.screen.query_one("#format")


async def test_a_name_is_looked_for_in_the_folder_shown(
    app: OtpApp, pilot: Pilot[None], tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.txt").touch()
    backup_file(folder, "authenticator-pro-plain")
    await open_file(pilot, folder)
    await press(pilot, "shift+tab", "shift+tab", *"ACK")
    tree, field = app.screen.query_one(FileTree), app.screen.query_one(PathInput)
    assert app.focused is field
    assert tree.cursor_line == 2
    await press(pilot, "backspace", "backspace", "backspace", *"ba", "tab")
    assert field.value == "backup.bin"
    await press(pilot, "backspace", "backspace", "enter")
    await settle(pilot)
    assert len(preview_lines(pilot)) == 2


async def test_a_bare_name_means_the_file_that_is_shown(
    app: OtpApp, pilot: Pilot[None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, count in (("here", 1), ("shown", 2)):
        (tmp_path / place).mkdir()
        backup_file(tmp_path / place, "authenticator-pro-plain", count=count)
    monkeypatch.chdir(tmp_path / "here")
    await open_file(pilot, tmp_path / "shown")
    await press(pilot, "shift+tab", "shift+tab", *"backup.bin", "enter")
    await settle(pilot)
    assert len(preview_lines(pilot)) == 2


async def test_a_name_is_found_before_the_list_is_read(
    app: OtpApp, pilot: Pilot[None], tmp_path: Path
) -> None:
    path = backup_file(tmp_path, "authenticator-pro-plain")
    await press(pilot, "i")
    await settle(pilot)
    tree = app.screen.query_one(FileTree)
    tree.path = tmp_path
    assert tree.find("KUP") == path
    assert tree.find("other") is None


async def test_tab_goes_to_a_file_that_has_the_name_inside(
    app: OtpApp, pilot: Pilot[None], tmp_path: Path
) -> None:
    backup_file(tmp_path, "authenticator-pro-plain")
    await open_file(pilot, tmp_path)
    await press(pilot, "shift+tab", "shift+tab", *"kup", "tab")
    tree = app.screen.query_one(FileTree)
    assert tree.has_focus
    assert tree.cursor_line > 0


async def test_a_folder_above_is_shown_by_its_own_path(
    app: OtpApp, pilot: Pilot[None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    await press(pilot, "i")
    await settle(pilot)
    await press(pilot, *"./..", "enter")
    await settle(pilot)
    assert Path(app.screen.query_one(FileTree).path) == tmp_path / "a"


async def test_down_goes_from_the_path_to_the_files(app: OtpApp, pilot: Pilot[None]) -> None:
    await press(pilot, "i")
    await settle(pilot)
    assert "↓ list" in lines_of(app.screen.query_one(KeyBar))[0]
    await press(pilot, "down")
    assert app.focused is app.screen.query_one(FileTree)
    assert "Space select" in lines_of(app.screen.query_one(KeyBar))[0]


def test_a_completion_adds_what_all_names_share(tmp_path: Path) -> None:
    for name in ("vault-old.bin", "vault-new.bin", ".hidden"):
        (tmp_path / name).touch()
    (tmp_path / "folder").mkdir()
    assert complete(f"{tmp_path}/v") == f"{tmp_path}/vault-"
    assert complete(f"{tmp_path}/vault-n") == f"{tmp_path}/vault-new.bin"
    assert complete(f"{tmp_path}/fo") == f"{tmp_path}/folder/"
    assert complete(f"{tmp_path}/.h") == f"{tmp_path}/.hidden"
    assert complete(f"{tmp_path}/nothing") == f"{tmp_path}/nothing"


async def test_u_undoes_the_import(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    vault = make_vault()
    before = [entry.issuer for entry in vault.entries]
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_file(pilot, backup_file(tmp_path, "authenticator-pro-plain"))
        await pilot.press("enter")
        await settle(pilot)
        assert len(vault.entries) == len(before) + 2
        await pilot.press("u")
        await settle(pilot)
        assert [entry.issuer for entry in vault.entries] == before
        assert "Undid" in status_of(app)
        await pilot.press("u")
        await settle(pilot)
        assert "Redid" in status_of(app)


async def test_escape_goes_from_the_password_back_to_the_choice_of_files(
    app: OtpApp, pilot: Pilot[None], tmp_path: Path
) -> None:
    await open_file(pilot, backup_file(tmp_path, "authenticator-pro-legacy", "pw"))
    assert app.screen.query_one(PasswordInput).has_focus
    await press(pilot, "escape")
    assert isinstance(app.screen, ImportScreen)
    assert app.screen.query_one(PathInput).has_focus
    await press(pilot, "escape")
    assert isinstance(app.screen, CodesScreen)


async def test_keys_that_would_do_nothing_are_not_named_in_the_preview(
    app: OtpApp, pilot: Pilot[None], tmp_path: Path
) -> None:
    path = backup_file(tmp_path, "authenticator-pro-plain", count=1)
    await open_file(pilot, path)

    def keys() -> str:
        return lines_of(app.screen.query_one(KeyBar))[0]

    assert "↵ import" in keys()
    await press(pilot, "space")
    assert "↵ close" in keys()
    await press(pilot, "space", "enter")
    await settle(pilot)
    await open_file(pilot, path)
    assert "↵ close" in keys()
    assert "Space" not in keys()


async def test_images_of_the_parts_of_one_export_are_one_list(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    paths = [tmp_path / "a.png", tmp_path / "b.png"]
    for path, uri in zip(paths, export("Site", 4), strict=True):
        path.write_bytes(saved(code(uri)))
    vault = make_vault([], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("i")
        await settle(pilot)
        app.screen.query_one(FileTree).selected.append(paths[1])
        await open_file(pilot, paths[0])
        lines = preview_lines(pilot)
        assert ["missing" in line for line in lines] == [False] * 4
        assert "b.png, a.png" in lines_of(app.screen.query_one(TitleBar))[0]
        await pilot.press("enter")
        await settle(pilot)
        assert [each.issuer for each in vault.entries] == [f"Site {n}" for n in range(4)]


async def test_a_difference_is_shown_side_by_side_and_can_be_replaced(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    mine = Entry(type=OtpType.TOTP, issuer="Mine", secret=Secret.base32("MFRGGZDFMZTWQ2LA"))
    vault = make_vault([mine], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_file(pilot, backup_file(tmp_path, "authenticator-pro-plain", count=1))
        here, there = lines_of(app.screen.query_one(SideBySide))
        assert "vault" in here
        assert "issuer Mine" in here
        assert "issuer Shop 0" in there
        await pilot.press("d", "d")
        assert "replace" in preview_lines(pilot)[0]
        await pilot.press("enter")
        await settle(pilot)
        assert [(entry.issuer, entry.id) for entry in vault.entries] == [("Shop 0", mine.id)]


async def test_avtotpy_asks_for_username_and_server_secret(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    secret = "c2VydmVyIHNlY3JldCBvZiAzMiBieXRlcyBvciBzbw=="
    form = by_name("avtotpy")
    assert form.write is not None
    entry = Entry(type=OtpType.TOTP, issuer="Shop", account="me", secret=Secret.base32("MFRGGZDF"))
    given = Credentials(username="alice", server_secret=secret)
    path = tmp_path / "codes.avtotpy"
    path.write_bytes(form.write(Backup((entry,)), given))
    vault = make_vault([], [])
    app = make_app(vault)
    app.environ["TOTP_ENCRYPTION_SECRET_BASE64"] = secret
    async with app.run_test(size=(80, 24)) as pilot:
        await open_file(pilot, path)
        assert app.focused is app.screen.query_one("#username")
        await pilot.press(*"bob", "enter")
        await settle(pilot)
        assert "Wrong username or server secret" in status_of(app)
        field = app.screen.query_one("#username", Input)
        field.value = "alice"
        assert app.focused is field
        await pilot.press("enter")
        await settle(pilot)
        assert len(preview_lines(pilot)) == 1
        await pilot.press("enter")
        await settle(pilot)
        assert [entry.issuer for entry in vault.entries] == ["Shop"]


async def test_an_entry_with_the_same_name_is_reported_and_added(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    mine = Entry(type=OtpType.TOTP, issuer="Shop 0", secret=Secret.base32("GEZDGNBVGY3TQOJQ"))
    vault = make_vault([mine], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_file(pilot, backup_file(tmp_path, "authenticator-pro-plain", count=1))
        assert "same name" in preview_lines(pilot)[0]
        assert "different secret" in lines_of(app.screen.query_one(SideBySide))[1]
        await pilot.press("enter")
        await settle(pilot)
        assert [entry.issuer for entry in vault.entries] == ["Shop 0", "Shop 0"]
        assert vault.entries[0].secret == mine.secret


async def test_the_import_screen_on_a_tiny_terminal(
    app: OtpApp, pilot: Pilot[None], tmp_path: Path
) -> None:
    await open_file(pilot, backup_file(tmp_path, "authenticator-pro-plain"))
    for size in ((1, 1), (20, 3), (80, 24)):
        await pilot.resize_terminal(*size)
        await settle(pilot)
    assert isinstance(app.screen, ImportPreviewScreen)
    await pilot.press("enter")
    await settle(pilot)
    assert codes_of(app).row_count == 10


@pytest.mark.parametrize("keys", [("down",), ("j",), ("end", "k"), ("pagedown", "up")])
async def test_the_keys_of_the_list_move_in_the_preview(
    app: OtpApp, pilot: Pilot[None], tmp_path: Path, keys: tuple[str, ...]
) -> None:
    await open_file(pilot, backup_file(tmp_path, "authenticator-pro-plain", count=3))
    await pilot.press(*keys, "space")
    assert app.screen.query_one(PreviewList).deselected == {1}


async def test_too_long_a_path_is_reported(app: OtpApp, pilot: Pilot[None]) -> None:
    await pilot.press("i")
    await settle(pilot)
    app.screen.query_one(PathInput).value = "/tmp/" + "x" * 300
    await pilot.press("enter")
    await settle(pilot)
    assert "too long" in status_of(app)


async def test_tab_lists_the_candidates_if_there_are_several(
    make_app: MakeApp, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("a-one", "a-two"):
        (folder / name).touch()
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("i")
        await settle(pilot)
        field = app.screen.query_one(PathInput)
        field.value = f"{folder}/a-"
        await pilot.press("tab")
        await settle(pilot)
        assert app.focused is field
        assert status_of(app) == "a-one  a-two"
        shown = app.screen.query_one(FileTree)
        assert [str(node.label) for node in shown.root.children] == ["a-one", "a-two"]
        for name in ("a-three", "a-four", "a-five"):
            (folder / name).touch()
        await pilot.press("tab")
        await settle(pilot)
        assert status_of(app) == "a-five  a-four  a-one  and 2 more"


async def test_slots_that_take_long_are_tried_after_a_question(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(make_vault([], []))
    monkeypatch.setattr(unlock, "MAX_WORK_KIB", FLOOR.memory_kib * FLOOR.time_cost)
    path = tmp_path / "copy.json"
    path.write_bytes(with_slots("first", "second"))
    async with app.run_test(size=(80, 24)) as pilot:
        await open_file(pilot, path)
        await pilot.press(*"second", "enter")
        await settle(pilot)
        assert isinstance(app.screen, ConfirmScreen)
        await pilot.press("y")
        await settle(pilot)
        assert "Copied" in preview_lines(pilot)[0]
