"""`otp-tui recover`: listing and restoring older versions."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tests.cli.program import PASSWORD, Outcome, Program
from tests.cli.terminal import Terminal
from tui.clock import SystemClock
from tui.crypto.kdf import Argon2Params
from tui.errors import NotSavedError
from tui.vault.edit import delete, take_counter
from tui.vault.recover import kept_files, locked_from, replace_damaged
from tui.vault.store import Store
from tui.vault.trash import discard
from tui.vault.vault import Vault

GITHUB, BANK = (f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 3))


@pytest.fixture
def deleted(filled: Program) -> Program:
    """Return a program whose last two saves used a counter and deleted an entry."""
    vault = Vault.open(filled.vault, PASSWORD)
    vault.take_hotp(BANK)
    vault.change(lambda now: delete(now, {GITHUB}, 2))
    return filled


def names(program: Program) -> set[str]:
    return {entry.issuer for entry in Vault.open(program.vault, PASSWORD).entries}


def test_versions_are_listed_newest_first(deleted: Program) -> None:
    rows = deleted.open("recover", "--list", "--json").json
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
    generations = [row["generation"] for row in rows]
    assert generations == sorted(generations, reverse=True)
    count = len(Vault.open(deleted.vault, PASSWORD).entries)
    assert (rows[0]["entries"], rows[0]["problem"]) == (count + 1, "")
    done = deleted.open("recover")
    assert done.code == 0
    heading, *lines = done.out.splitlines()
    assert len(lines) == len(rows)
    at = heading.index("Entries")
    assert lines[0][at:].split() == [str(count + 1), Path(rows[0]["file"]).name]


def test_a_restore_is_one_step_that_can_be_undone_and_keeps_counters(deleted: Program) -> None:
    vault = Vault.open(deleted.vault, PASSWORD)
    vault.change(lambda now: take_counter(now, BANK, 2)[0])
    counter = vault.document.find(BANK).counter
    done = deleted.open("recover", "--yes", "2")
    assert done.code == 0, done.err
    assert "restored  GitHub" in done.err
    assert "GitHub" in names(deleted)
    assert Vault.open(deleted.vault, PASSWORD).document.find(BANK).counter == counter
    assert deleted.open("undo").code == 0
    assert "GitHub" not in names(deleted)


def test_an_entry_that_is_gone_comes_back_with_its_last_counter(deleted: Program) -> None:
    vault = Vault.open(deleted.vault, PASSWORD)
    vault.change(lambda now: take_counter(now, BANK, 2)[0])
    counter = vault.document.find(BANK).counter
    vault.change(lambda now: discard(delete(now, {BANK}, 1), {BANK}))
    vault.close()
    assert deleted.open("recover", "--yes", "3").code == 0
    assert Vault.open(deleted.vault, PASSWORD).document.find(BANK).counter == counter


def test_a_version_is_found_by_its_path_through_a_linked_folder(deleted: Program) -> None:
    link = deleted.folder / "link"
    link.symlink_to(deleted.vault.parent)
    path = link / "backups" / kept_files(deleted.vault)[0].path.name
    assert deleted.open("recover", "--yes", str(path)).code == 0
    assert "GitHub" in names(deleted)


def test_what_the_preview_did_not_show_is_not_restored(deleted: Program) -> None:
    terminal = Terminal(deleted, "recover", "1")
    terminal.wait_for("assword")
    terminal.type(f"{PASSWORD}\n")
    terminal.wait_for("Restore this version", hidden=False)
    assert (
        deleted.open("add", stdin="otpauth://totp/New:me?secret=GEZDGNBVGY3TQOJQ&issuer=New").code
        == 0
    )
    terminal.type("y\n")
    assert terminal.end()[0] == 1
    assert "Nothing was restored: another program changed the vault" in terminal.seen
    assert "New" in names(deleted)


def test_a_vault_that_is_missing_is_not_said_to_be_new(deleted: Program) -> None:
    deleted.vault.unlink()
    hint = "Older copies of it are kept. To restore one, run: otp-tui recover"
    for command in ("list", "code x", "passwd"):
        assert hint in deleted.open(*command.split()).err
    (finding,) = [
        one for one in deleted.run("doctor", "--json").json["findings"] if one["name"] == "vault"
    ]
    assert finding["advice"] == hint
    made = deleted.run("init", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert (made.code, hint in made.err) == (0, True)


def test_a_wrong_password_of_a_copy_is_asked_for_again(deleted: Program) -> None:
    change = deleted.open("passwd", "--new-password-stdin", stdin="another password\n")
    assert change.code == 0
    terminal = Terminal(deleted, "recover", "1")
    terminal.wait_for("Password for")
    terminal.type("another password\n")
    terminal.wait_for("Password or recovery code of")
    terminal.type("wrong\n")
    terminal.wait_for("Wrong password or recovery code. Try again.")
    terminal.type(f"{PASSWORD}\n")
    terminal.wait_for("Nothing to restore", hidden=False)
    assert terminal.end()[0] == 0


def test_an_open_app_does_not_undo_a_restore(deleted: Program) -> None:
    app = Vault.open(deleted.vault, PASSWORD)
    assert "GitHub" not in {entry.issuer for entry in app.entries}
    assert deleted.open("recover", "--yes", "1").code == 0
    app.change(lambda now: take_counter(now, BANK, 2)[0])
    assert "GitHub" in {entry.issuer for entry in app.entries}
    assert "GitHub" in names(deleted)


@pytest.mark.parametrize("damage", ["header", "contents", "missing"])
def test_a_damaged_or_missing_vault_is_restored_and_stays_beside(
    deleted: Program, damage: str
) -> None:
    vault = Vault.open(deleted.vault, PASSWORD)
    data = deleted.vault.read_bytes()
    if damage == "missing":
        deleted.vault.unlink()
    else:
        place = 5 if damage == "header" else data.rindex(b'"') - 20
        changed = b"A" if data[place : place + 1] != b"A" else b"B"
        deleted.vault.write_bytes(data[:place] + changed + data[place + 1 :])
        data = deleted.vault.read_bytes()
        assert "run: otp-tui recover" in deleted.open("list").err
    done = deleted.open("recover", "--yes", "--json", "1")
    assert done.code == 0, done.err
    assert "was missing" not in done.err
    assert "GitHub" in names(deleted)
    beside = [one.read_bytes() for one in deleted.vault.parent.glob("vault.json.damaged-*")]
    assert beside == ([] if damage == "missing" else [data])
    assert Vault.open(deleted.vault, PASSWORD).older is None
    assert vault.path == deleted.vault


def test_a_damaged_vault_is_put_back_if_saving_fails(
    deleted: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    damaged = deleted.vault.read_bytes()[:300]
    deleted.vault.write_bytes(damaged)
    kept, clock = kept_files(deleted.vault)[0], SystemClock()
    vault = locked_from(kept, deleted.vault, clock).unlock(PASSWORD)
    monkeypatch.setattr(Store, "replace", full)
    with pytest.raises(NotSavedError):
        replace_damaged(vault, clock, damaged)
    assert deleted.vault.read_bytes() == damaged
    assert not list(deleted.vault.parent.glob("*.damaged-*"))


def test_a_vault_that_was_written_after_the_question_stays(deleted: Program) -> None:
    good = deleted.vault.read_bytes()
    deleted.vault.write_bytes(good[:300])
    terminal = Terminal(deleted, "recover", "1")
    terminal.wait_for("Password for")
    terminal.type(f"{PASSWORD}\n")
    terminal.wait_for("Restore this version", hidden=False)
    deleted.vault.write_bytes(good)
    terminal.type("y\n")
    assert terminal.end()[0] == 1
    assert "Nothing was restored" in terminal.seen
    assert deleted.vault.read_bytes() == good
    assert not list(deleted.vault.parent.glob("*.damaged-*"))


def test_a_damaged_version_is_named_and_not_restored(deleted: Program) -> None:
    rows = deleted.open("recover", "--json").json
    (deleted.vault.parent / "backups" / rows[0]["file"]).write_bytes(b"{}")
    before = deleted.vault.read_bytes()
    assert deleted.open("recover", "--json").json[0]["problem"] == "damaged"
    assert deleted.open("recover", "--yes", "1").code == 3
    assert deleted.open("recover", "--yes", "99").code == 2
    assert deleted.vault.read_bytes() == before


def test_the_list_needs_no_password(deleted: Program) -> None:
    rows = deleted.run("recover", "--list", "--json").json
    known = deleted.open("recover", "--list", "--json").json
    assert [{**row, "entries": None} for row in known] == rows
    for row in rows:
        assert row["size"] == (deleted.vault.parent / "backups" / row["file"]).stat().st_size
    deleted.vault.write_bytes(b"{}")
    assert deleted.run("recover", "--json").json == rows


def test_a_copy_from_before_a_new_password_opens_with_its_own(deleted: Program) -> None:
    new = "another password"
    Vault.open(deleted.vault, PASSWORD).change_password(new, Argon2Params(2, 19456, 1))

    def run(*args: str, secrets: str) -> Outcome:
        return deleted.run("recover", "--password-stdin", *args, stdin=secrets)

    before = deleted.vault.read_bytes()
    refused = run("--yes", "2", secrets=f"{new}\n")
    assert refused.code == 3
    assert "opens with an older password" in refused.err
    assert "--copy-password-stdin" in refused.err
    assert "damaged" not in refused.err
    rows = run("--json", secrets=f"{new}\n").json
    assert {row["problem"] for row in rows} == {"another password"}
    # The old password must not have the vault taken for a damaged one.
    assert run("--yes", "2", secrets=f"{PASSWORD}\n").code == 3
    assert deleted.vault.read_bytes() == before
    both = f"{new}\n{PASSWORD}\n"
    rows = run("--copy-password-stdin", "--json", secrets=both).json
    assert {row["problem"] for row in rows} == {""}
    done = run("--copy-password-stdin", "--yes", "2", secrets=both)
    assert done.code == 0, done.err
    assert "GitHub" in {entry.issuer for entry in Vault.open(deleted.vault, new).entries}
