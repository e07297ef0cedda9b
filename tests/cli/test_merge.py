"""`otp-tui merge`: copies of the vault."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.program import PASSWORD, Program
from tests.cli.terminal import Terminal
from tests.vault.support import FLOOR
from tui.clock import SystemClock
from tui.vault import seal
from tui.vault.document import Document
from tui.vault.edit import delete, edit, take_counter
from tui.vault.envelope import serialize
from tui.vault.vault import Vault
from tui.vault.versions import VaultFile

GITHUB, BANK = (f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 3))
NAME = "vault.sync-conflict-20260102-030405-ABCDEFG.json"


@pytest.fixture
def copy(filled: Program) -> Path:
    """Return a copy of the vault with a conflict: an edit, a deletion and a used counter."""
    elsewhere = filled.folder / "elsewhere.json"
    shutil.copy(filled.vault, elsewhere)
    vault = Vault.open(elsewhere, PASSWORD)
    evil = next(one for one in vault.entries if "Evil" in one.issuer)
    vault.change(lambda made: edit(made, made.find(GITHUB), {"note": "from the copy"}, 2))
    vault.change(lambda made: delete(made, {evil.id}, 2))
    vault.change(lambda made: take_counter(made, BANK, 2)[0])
    here = filled.vault.with_name(NAME)
    shutil.move(elsewhere, here)
    change(filled, lambda made: edit(made, made.find(GITHUB), {"account": "ours"}, 3))
    return here


def change(program: Program, step: Callable[[Document], Document]) -> None:
    Vault.open(program.vault, PASSWORD).change(step)


def test_the_copies_next_to_the_vault_are_merged(filled: Program, copy: Path) -> None:
    done = filled.open("merge", "--yes")
    assert (done.code, done.out) == (0, "")
    assert (
        f"{NAME}: 1 edited, 1 counter, 1 deleted. Vault and copy both come from generation"
        in done.err
    )
    assert "Merged 1 copy: 1 edited, 1 counter, 1 deleted. To undo, run: otp-tui undo" in done.err
    assert "\x1b" not in done.err
    assert copy.exists()
    document = Vault.open(filled.vault, PASSWORD).document
    github = document.find(GITHUB)
    assert (github.account, github.note) == ("ours", "from the copy")
    assert document.find(BANK).counter == 6
    assert len(document.trash) == 1
    done = filled.open("undo")
    assert f"Undid the merge of {NAME}." in done.err


def test_a_dry_run_prints_the_changes(filled: Program, copy: Path) -> None:
    before = filled.vault.read_bytes()
    done = filled.open("merge", "--dry-run", copy)
    assert done.code == 0
    assert [line.split("  ")[0] for line in done.out.splitlines()] == [
        "edited",
        "counter",
        "deleted",
    ]
    assert "GitHub (ours)" in done.out
    assert "5 → 6" in done.out
    assert filled.vault.read_bytes() == before
    report = filled.open("merge", "--dry-run", "--json").json
    assert report["dry_run"] is True
    assert [one["kind"] for one in report["files"][0]["changes"]] == [
        "edited",
        "counter",
        "deleted",
    ]


def test_copies_are_removed_after_they_are_merged(filled: Program, copy: Path) -> None:
    done = filled.open("merge", "--yes", "--remove-copies", "--json")
    assert done.json["removed"] == [NAME]
    assert not copy.exists()
    done = filled.open("merge", "--yes")
    assert (done.code, done.err) == (0, "This vault has no conflict copies.\n")


@pytest.mark.parametrize("other", [False, True])
def test_what_looks_like_a_copy_and_is_none_is_named(
    filled: Program, copy: Path, other: bool
) -> None:
    bad = filled.vault.with_name("vault.conflict-bad.json")
    if other:
        Vault.create(bad, PASSWORD, FLOOR, SystemClock())
        words = f"Not merged: {bad.name} is another vault."
    else:
        bad.write_bytes(copy.read_bytes()[:-40])
        words = f"Not merged: {bad.name} is not a valid vault"
    done = filled.open("merge", "--yes", "--remove-copies", "--json")
    assert (done.code, words in done.err) == (1, True), done.err
    assert [each in done.err for each in done.json["problems"]] == [True]
    assert (copy.exists(), bad.exists()) == (False, True)
    for options in ([], ["--yes"]):
        done = filled.open("merge", *options)
        assert (done.code, words in done.err) == (1, True), done.err
        assert "No conflict copies" not in done.err


def test_entries_that_are_kept_are_named(filled: Program, copy: Path) -> None:
    change(filled, lambda made: edit(made, made.find(GITHUB), {"note": "ours"}, 3))
    evil = next(one for one in Vault.open(filled.vault, PASSWORD).entries if "Evil" in one.issuer)
    change(filled, lambda made: edit(made, made.find(evil.id), {"note": "edited here"}, 3))
    changes = filled.open("merge", "--dry-run", "--json").json["files"][0]["changes"]
    kept = [one["details"] for one in changes if one["kind"] == "kept"]
    assert kept == ["deleted there, changed here"]
    done = filled.open("merge", "--yes")
    assert "1 kept both, 1 kept, 1 counter" in done.err
    assert "Kept both: GitHub (octocat). Compare" in done.err
    assert "deleted there" not in filled.open("merge", "--yes").err


def test_a_copy_without_changes_can_be_removed(filled: Program) -> None:
    copy = filled.vault.with_name(NAME)
    shutil.copy(filled.vault, copy)
    before = filled.vault.read_bytes()
    done = filled.open("merge", "--yes", "--remove-copies")
    assert "nothing to merge" in done.err
    assert not copy.exists()
    assert filled.vault.read_bytes() == before


def test_an_import_of_a_copy_recommends_merge(filled: Program, copy: Path) -> None:
    done = filled.run(
        *("import", "--password-stdin", "--backup-password-stdin", "--dry-run", copy),
        stdin=f"{PASSWORD}\n{PASSWORD}\n",
    )
    assert done.code == 0
    assert f"{NAME} is a copy of this vault." in done.err
    assert "use otp-tui merge instead" in done.err


def test_older_copies_are_never_removed(filled: Program) -> None:
    assert filled.open("category", "add", "Fresh").code == 0
    older = next((filled.vault.parent / "backups").iterdir())
    done = filled.open("merge", "--yes", "--remove-copies", older)
    assert "The copy is older than this vault." in done.err
    assert older.exists()


def test_older_copies_are_not_removed_by_another_path(filled: Program) -> None:
    link = filled.folder / "link"
    link.symlink_to(filled.vault.parent / "backups")
    assert filled.open("remove", "--yes", "bank").code == 0
    (name, *_) = sorted(each.name for each in link.iterdir())
    done = filled.open("merge", "--yes", "--remove-copies", str(link / name))
    assert done.code == 0, done.err
    assert (link / name).exists()


def test_if_one_file_is_bad_nothing_is_merged(filled: Program, copy: Path) -> None:
    before = filled.vault.read_bytes()
    broken = filled.folder / "broken.json"
    broken.write_bytes(copy.read_bytes()[:-40])
    other = filled.folder / "other.json"
    Vault.create(other, PASSWORD, FLOOR, SystemClock())
    for bad, code, words in (
        (broken, 3, "broken.json is not a valid vault"),
        (other, 2, "other.json is another vault, not a copy of this one. To add its entries, use"),
        (filled.vault, 2, "vault.json is the vault itself"),
        (filled.folder / "none", 1, "No such file"),
    ):
        done = filled.open("merge", "--yes", "--remove-copies", copy, bad)
        assert (done.code, words in done.err) == (code, True), done.err
    assert copy.exists()
    assert filled.vault.read_bytes() == before


def test_a_copy_with_its_own_key_needs_its_password(filled: Program, copy: Path) -> None:
    file, key = VaultFile.read(copy), bytes(32)
    slot = seal.password_slot(file.envelope.vault_id, key, b"its own password", FLOOR)
    document = seal.open_payload(file.envelope, Vault.open(copy, PASSWORD).key)
    bare = replace(file.envelope, slots=(slot,))
    copy.write_bytes(serialize(seal.seal(bare, key, document)))
    done = filled.open_real("merge", "--yes", copy)
    assert (done.code, "is damaged, or has its own key" in done.err) == (3, True)
    done = filled.open("merge", "--yes", "--copy-password-stdin", copy, stdin="its own password\n")
    assert done.code == 0
    assert f"{NAME} has another password. The vault keeps its own." in done.err
    assert Vault.open(filled.vault, PASSWORD).document.find(BANK).counter == 6


def test_the_terminal_asks_before_merging_and_before_removing(filled: Program, copy: Path) -> None:
    terminal = Terminal(filled, "merge")
    terminal.wait_for("Password for")
    terminal.type(f"{PASSWORD}\n")
    terminal.wait_for("Merge? [y/N]", hidden=False)
    terminal.type("y\n")
    terminal.wait_for(f"Delete {NAME}? [y/N]", hidden=False)
    terminal.type("y\n")
    code, _ = terminal.end()
    assert (code, copy.exists()) == (0, False)


def test_without_a_terminal_nothing_is_asked(filled: Program, copy: Path) -> None:
    done = filled.open_real("merge")
    assert (done.code, "Use --yes to skip confirmation" in done.err) == (2, True)


def test_an_older_copy_needs_no_answer(
    filled: Program, filled_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(filled, lambda made: edit(made, made.find(GITHUB), {"account": "ours"}, 3))
    older = filled.folder / "older.json"
    older.write_bytes(filled_bytes)
    monkeypatch.setattr("tui.cli.terminal.open_tty", no_terminal)
    done = filled.open("merge", older)
    assert (done.code, done.out, older.exists()) == (0, "", True)
    assert "older.json: nothing to merge" in done.err


def no_terminal() -> int:
    raise OSError


def test_a_vault_that_a_sync_tool_renamed_is_found(filled: Program) -> None:
    filled.vault.rename(filled.vault.with_name("vault.json..path1"))
    done = filled.open("merge")
    assert (done.code, done.out) == (1, "")
    assert "vault.json..path1 may be a version of it. Rename it to vault.json." in done.err


def test_a_backup_of_another_app_is_to_be_imported(filled: Program) -> None:
    file = filled.folder / "backup.json"
    file.write_text("{}")
    done = filled.open("merge", file)
    assert done.code == 3
    assert "otp-tui import FILE" in done.err
    assert "otp-tui recover" not in done.err
