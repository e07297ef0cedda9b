"""Commands save what the app couldn't save before it locked the vault."""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.cli.program import PASSWORD, Program
from tui.errors import NotSavedError
from tui.vault.store import Store
from tui.vault.unsaved import keep
from tui.vault.vault import Vault

PASSWORD_2 = "another good password"


def full(*_: object, **__: object) -> None:
    raise OSError("no room")


@pytest.fixture
def unsaved(filled: Program) -> Path:
    return make_unsaved(filled)


def make_unsaved(filled: Program) -> Path:
    """Return the file with what an app couldn't save: it deleted all entries."""
    vault = Vault.open(filled.vault, PASSWORD)
    with patch.object(Store, "replace", full), pytest.raises(NotSavedError):
        vault.change(lambda document: document.holding(()))
    with patch.dict(os.environ, filled.env):
        kept = keep(vault)
    assert kept is not None
    return kept


def test_the_doctor_says_that_it_waits(filled: Program, unsaved: Path) -> None:
    found = filled.run("doctor", "--json").json["findings"]
    (finding,) = [one for one in found if one["name"] == "unsaved changes"]
    assert unsaved.name in finding["says"]
    assert filled.open("list").code == 0
    names = {one["name"] for one in filled.run("doctor", "--json").json["findings"]}
    assert "unsaved changes" not in names


def test_the_next_command_saves_it_and_says_so(filled: Program, unsaved: Path) -> None:
    first = filled.open("list")
    assert (first.code, first.out) == (0, "")
    assert "Saved the changes" in first.err
    assert "Saved the changes" not in filled.open("list").err
    assert Vault.open(filled.vault, PASSWORD).entries == ()
    assert not unsaved.exists()


@pytest.mark.parametrize(
    "args",
    [
        ("export", "--format", "otpauth-uris", "--plaintext", "uris.txt"),
        ("recovery", "new"),
        ("import", "empty.json"),
        ("code", "GitHub"),
    ],
)
def test_any_command_that_unlocks_saves_it(
    filled: Program, unsaved: Path, args: tuple[str, ...]
) -> None:
    filled.folder.joinpath("empty.json").write_text("otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ")
    said = filled.open(*args, stdin="GitHub\n").err
    assert "Saved the changes" in said
    assert not unsaved.exists()


def test_a_code_that_takes_the_short_path_saves_it(filled: Program) -> None:
    filled.open("list")  # records the vault as the last one used
    kept = make_unsaved(filled)
    assert "Saved the changes" in filled.open("code", "GitHub").err
    assert not kept.exists()


def test_a_new_password_loses_nothing_that_is_unsaved(filled: Program, unsaved: Path) -> None:
    new = filled.folder / "new"
    new.write_text(PASSWORD_2)
    new.chmod(0o600)
    done = filled.open("passwd", "--new-password-file", new)
    assert done.code == 0, done.err
    assert not unsaved.exists()
    assert Vault.open(filled.vault, PASSWORD_2).entries == ()


def test_restoring_a_missing_vault_saves_it(filled: Program, unsaved: Path) -> None:
    filled.vault.rename(filled.vault.with_name("vault.conflict-1.json"))
    done = filled.open("recover", "1", "--yes")
    assert done.code == 0, done.err
    assert "Saved the changes" in done.err
    assert not unsaved.exists()


def test_a_command_that_only_reads_works_if_it_cannot_be_saved(
    filled: Program, unsaved: Path
) -> None:
    with patch.object(Store, "replace", full):
        done = filled.open("list")
    assert (done.code, done.out) == (0, "")
    assert "still not saved" in done.err
    assert unsaved.exists()
