"""`git-setup`, `merge-driver` and `git-textconv`, with the real git."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.conftest import RFC_SECRET, entries
from tests.cli.program import PASSWORD, Program
from tests.vault.support import FLOOR
from tui.clock import SystemClock
from tui.otp.entry import Entry
from tui.vault.document import Document
from tui.vault.edit import delete, edit, take_counter
from tui.vault.locked_vault import LockedVault
from tui.vault.vault import Vault

DOCUMENT = Path(__file__).parents[2] / "docs" / "sync.md"
GITHUB, BANK = (f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 3))


class Repository:
    """A clone with the vault in it, and otp-tui on git's PATH."""

    def __init__(self, program: Program, folder: Path) -> None:
        self.folder = folder
        self.vault = folder / "vault.json"
        bin_folder = program.folder / "bin"
        if not bin_folder.exists():
            bin_folder.mkdir()
            script = bin_folder / "otp-tui"
            script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m tui "$@"\n')
            script.chmod(0o755)
        self.env = {
            **program.env,
            "PATH": f"{bin_folder}:{program.env['PATH']}",
            "OTP_TUI_VAULT": str(self.vault),
            "OTP_TUI_SESSION": "off",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{who}_NAME": "Ada" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_EMAIL": "ada@example.org" for who in ("AUTHOR", "COMMITTER")},
        }

    def __call__(self, *words: str, code: int = 0) -> str:
        """Run a program in the folder; return its output."""
        done = subprocess.run(
            words,
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def change(self, step) -> None:  # type: ignore[no-untyped-def]
        """Change the vault and commit it."""
        Vault.open(self.vault, PASSWORD).change(step)
        self("git", "commit", "-qam", "change the vault")

    @property
    def document(self) -> Document:
        return Vault.open(self.vault, PASSWORD).document


@pytest.fixture
def clones(filled: Program) -> tuple[Repository, Repository]:
    """Return two clones with the same vault; a program gives otp-tui the password."""
    config = filled.folder / "config.toml"
    words = filled.folder / "password"
    words.write_text(f"{PASSWORD}\n")
    config.write_text(f'password_command = ["cat", "{words}"]\n{config.read_text()}')
    first, second = (Repository(filled, filled.folder / name) for name in ("first", "second"))
    first.folder.mkdir()
    first("git", "init", "-q", "-b", "main")
    shutil.copy(filled.vault, first.vault)
    ignored = DOCUMENT.read_text(encoding="utf-8").partition("`.gitignore`:\n\n```\n")[2]
    (first.folder / ".gitignore").write_text(ignored.partition("```")[0])
    first("otp-tui", "git-setup")
    first("git", "add", ".")
    first("git", "commit", "-qm", "add the vault")
    second.folder.mkdir()
    second("git", "clone", "-q", str(first.folder), ".")
    second("otp-tui", "git-setup")
    return first, second


def adding(entry: Entry):  # type: ignore[no-untyped-def]
    return lambda made: made.holding([*made.everything, entry])


def new(number: int) -> Entry:
    return replace(entries()[0], id=f"new-{number}", issuer=f"New {number}", categories=())


def test_two_clones_merge_without_a_conflict(clones: tuple[Repository, Repository]) -> None:
    first, second = clones
    first.change(adding(new(1)))
    first.change(lambda made: delete(made, {BANK}, 2_000_000_000))
    second.change(adding(new(2)))
    second.change(lambda made: edit(made, made.find(GITHUB), {"note": "second"}, 3))
    second("git", "pull", "-q", "--no-rebase", "--no-edit")
    merged = second.document
    assert {"New 1", "New 2"} <= {one.issuer for one in merged.entries}
    assert merged.find(GITHUB).note == "second"
    assert [one.id for one in merged.trash] == [BANK]
    assert second("git", "status", "--porcelain") == ""
    first("git", "pull", "-q", "--no-rebase", str(second.folder), "main")
    assert first.document == merged


def test_a_driver_without_the_key_leaves_the_conflict(
    filled: Program, clones: tuple[Repository, Repository]
) -> None:
    first, second = clones
    first.change(adding(new(1)))
    second.change(adding(new(2)))
    ours = second.vault.read_bytes()
    (filled.folder / "config.toml").write_text("")
    said = second("git", "pull", "-q", "--no-rebase", "--no-edit", code=1)
    assert (
        "Not merged: the vault is locked. Run otp-tui unlock, then git merge --abort, and" in said
    )
    assert second("git", "status", "--porcelain").startswith("UU vault.json")
    assert second.vault.read_bytes() == ours
    findings = json.loads(second("otp-tui", "doctor", "--json", code=1))["findings"]
    (git,) = [one for one in findings if one["name"] == "git"]
    assert "only your version" in git["says"]
    assert "git merge --abort" in git["advice"]


def test_the_driver_names_entries_that_it_kept_twice(filled: Program) -> None:
    base, ours, theirs = (filled.folder / name for name in ("base", "ours", "theirs"))
    shutil.copy(filled.vault, base)
    for path in (ours, theirs):
        shutil.copy(filled.vault, path)
        Vault.open(path, PASSWORD).change(
            lambda made, note=path.name: edit(made, made.find(GITHUB), {"note": note}, 3)  # type: ignore[misc]
        )
    done = filled.open("merge-driver", base, ours, theirs)
    assert done.code == 0
    assert "Kept both: GitHub (octocat). Compare the versions, then delete one." in done.err


def test_setting_up_needs_a_vault(clones: tuple[Repository, Repository]) -> None:
    first, _ = clones
    before = (first.folder / ".gitattributes").read_text()
    assert "No vault at" in first("otp-tui", "--vault", "nope.json", "git-setup", code=1)
    assert (first.folder / ".gitattributes").read_text() == before


def test_the_driver_refuses_what_is_not_one_vault(
    filled: Program, clones: tuple[Repository, Repository]
) -> None:
    first, _ = clones
    ours = filled.folder / "ours"
    shutil.copy(first.vault, ours)
    before = ours.read_bytes()
    empty, broken = filled.folder / "empty", filled.folder / "broken"
    empty.write_bytes(b"")
    broken.write_bytes(before.replace(b'"vault_id":"', b'"vault_id":"f', 1))
    for base, theirs in ((broken, ours), (ours, broken), (ours, empty), (filled.folder, ours)):
        done = filled.open("merge-driver", base, ours, theirs)
        assert (done.code, "Not merged: " in done.err) == (1, True)
    assert ours.read_bytes() == before
    assert filled.open("merge-driver", empty, ours, ours).code == 0
    assert ours.read_bytes() != before


def test_going_back_to_an_older_file_lowers_no_counter(filled: Program) -> None:
    older, base, ours, theirs = (filled.folder / name for name in ("older", "base", "ours", "b"))
    shutil.copy(filled.vault, older)
    Vault.open(filled.vault, PASSWORD).change(lambda made: take_counter(made, BANK, 2)[0])
    for path in (base, ours):
        shutil.copy(filled.vault, path)
    shutil.copy(older, theirs)
    Vault.open(theirs, PASSWORD).change(adding(new(1)))
    assert filled.open("merge-driver", base, ours, theirs).code == 0
    merged = Vault.open(ours, PASSWORD)
    assert merged.document.find(BANK).counter == 6
    assert merged.document.find("new-1").issuer == "New 1"


def test_the_driver_names_another_vault(filled: Program) -> None:
    other = filled.folder / "other"
    Vault.create(other, PASSWORD, FLOOR, SystemClock())
    done = filled.open("merge-driver", filled.vault, filled.vault, other)
    assert (done.code, "not versions of one vault" in done.err) == (1, True)


def test_an_unlocked_vault_merges_without_a_password(filled: Program) -> None:
    filled.env["OTP_TUI_SESSION"] = "agent"
    base, ours, theirs = (filled.folder / name for name in ("base", "ours", "theirs"))
    for path in (base, ours, theirs):
        shutil.copy(filled.vault, path)
    Vault.open(theirs, PASSWORD).change(adding(new(1)))
    assert filled.run("merge-driver", base, ours, theirs).code == 1
    assert filled.run("git-textconv", theirs).out.startswith("encrypted vault, generation ")
    try:
        assert filled.open("unlock", "--for", "1m").code == 0
        assert filled.run("merge-driver", base, ours, theirs).code == 0
        lines = filled.run("git-textconv", ours).out.splitlines()
    finally:
        filled.run("lock")
    assert lines[0].startswith("GitHub (octocat) | TOTP | Work, Web")
    assert "New 1 (octocat) | TOTP" in lines[-1]
    assert not any(RFC_SECRET in line for line in lines)


def test_a_new_recovery_code_of_either_side_stays(filled: Program) -> None:
    base, first, second = (filled.folder / name for name in ("base", "first", "second"))
    for path in (base, first, second):
        shutil.copy(filled.vault, path)
    code = bytes(range(20))
    Vault.open(first, PASSWORD).set_recovery_code(code)
    other = Vault.open(second, PASSWORD)
    for number in range(3):
        other.change(adding(new(number)))
    for ours, theirs in ((first, second), (second, first)):
        result = filled.folder / "result"
        shutil.copy(ours, result)
        args = ("merge-driver", "--password-stdin", base, result, theirs)
        assert filled.run(*args, stdin=f"{PASSWORD}\n").code == 0
        merged = LockedVault.read(result).unlock_with_code(code)
        assert "New 2" in {one.issuer for one in merged.entries}
        assert len(merged.document.recovery) == 1


def test_a_new_password_on_one_side_needs_both_passwords(filled: Program) -> None:
    base, first, second = (filled.folder / name for name in ("base", "first", "second"))
    for path in (base, first, second):
        shutil.copy(filled.vault, path)
    Vault.open(first, PASSWORD).change_password("a new password", FLOOR)
    Vault.open(second, PASSWORD).change(adding(new(0)))
    before = first.read_bytes()
    args = ("merge-driver", "--password-stdin", base, first, second)
    done = filled.run(*args, stdin="a new password\n")
    assert done.code == 1
    assert "password was changed on one side" in done.err
    assert first.read_bytes() == before


def test_both_sides_with_the_same_new_password_are_merged(filled: Program) -> None:
    base, first, second = (filled.folder / name for name in ("base", "first", "second"))
    shutil.copy(filled.vault, base)
    shutil.copy(filled.vault, first)
    vault = Vault.open(first, PASSWORD)
    vault.change_password("a new password", FLOOR)
    shutil.copy(first, second)
    vault.change(adding(new(0)))
    Vault.open(second, "a new password").change(adding(new(1)))
    args = ("merge-driver", "--password-stdin", base, first, second)
    assert filled.run(*args, stdin="a new password\n").code == 0
    merged = Vault.open(first, "a new password")
    assert {"New 0", "New 1"} <= {one.issuer for one in merged.entries}


def test_git_shows_no_names_of_a_locked_vault(clones: tuple[Repository, Repository]) -> None:
    first, _ = clones
    first.change(lambda made: edit(made, made.find(GITHUB), {"note": "very private"}, 3))
    assert "+encrypted vault, generation" in first("git", "log", "-p", "-1")


def test_the_text_for_git_has_no_secrets(filled: Program) -> None:
    Vault.open(filled.vault, PASSWORD).change(
        lambda made: edit(made, made.find(GITHUB), {"note": "very private"}, 3)
    )
    done = filled.open("git-textconv", filled.vault)
    assert done.out.startswith("GitHub (octocat) | TOTP | Work, Web | changed ")
    assert "Bank (gordon) | HOTP | counter 5" in done.out
    for word in (RFC_SECRET, "very private", "\x1b"):
        assert word not in done.out


def test_setting_up_twice_changes_nothing(clones: tuple[Repository, Repository]) -> None:
    first, _ = clones
    attributes = first.folder / ".gitattributes"
    assert attributes.read_text() == "vault.json merge=otp-tui diff=otp-tui\n"
    config = (first.folder / ".git" / "config").read_text()
    assert "Everything is already set." in first("otp-tui", "git-setup")
    assert (first.folder / ".git" / "config").read_text() == config
    assert attributes.read_text() == "vault.json merge=otp-tui diff=otp-tui\n"


def test_a_setup_says_what_it_sets(filled: Program) -> None:
    repository = Repository(filled, filled.folder / "own")
    repository.folder.mkdir()
    said = repository("otp-tui", "git-setup", code=2)
    assert "not in a git repository" in said
    repository("git", "init", "-q")
    config = repository.folder / ".git" / "config"
    good = config.read_text()
    config.write_text("[broken")
    assert "git failed: bad config line" in repository("otp-tui", "git-setup", code=1)
    config.write_text(good)
    (repository.folder / ".gitattributes").write_text("*.txt text")
    shutil.copy(filled.vault, repository.folder / "my *vault.json")
    said = repository("otp-tui", "--vault", "my *vault.json", "git-setup", "--dry-run")
    assert said.count("Would set in") == 4
    assert (repository.folder / ".gitattributes").read_text() == "*.txt text"
    repository("otp-tui", "--vault", "my *vault.json", "git-setup")
    added = (repository.folder / ".gitattributes").read_text().splitlines()
    assert added == ["*.txt text", r'"my \\*vault.json" merge=otp-tui diff=otp-tui']
    shutil.copy(filled.vault, repository.folder / "!v.json")
    repository("otp-tui", "--vault", "./!v.json", "git-setup")
    assert "otp-tui" in repository("git", "check-attr", "merge", "!v.json")
    said = repository("git", "check-attr", "merge", "my *vault.json", "my xvault.json")
    assert said.splitlines() == [
        "my *vault.json: merge: otp-tui",
        "my xvault.json: merge: unspecified",
    ]
