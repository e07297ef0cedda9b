"""`otp-tui import`: results, reports, and that it is all or nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests import interop
from tests.backup.formats.test_qr_image import code, saved
from tests.backup.formats.test_vault_copy import with_slots
from tests.backup.test_join_parts import export
from tests.cli.conftest import RFC_SECRET
from tests.cli.program import PASSWORD, Program
from tests.cli.terminal import Terminal
from tests.vault.support import FLOOR
from tui.backup.model import Credentials
from tui.backup.registry import by_name
from tui.vault import unlock

BACKUP_PASSWORD = "the phone's password"


def authenticator(issuer: str, secret: str = RFC_SECRET, **more: Any) -> dict[str, Any]:
    """One entry as Authenticator Pro writes it."""
    return {
        "Type": 2,
        "Icon": None,
        "Issuer": issuer,
        "Username": "gordon",
        "Secret": secret,
        "Pin": None,
        "Algorithm": 0,
        "Digits": 6,
        "Period": 30,
        "Counter": 0,
        "CopyCount": 0,
        "Ranking": 0,
        **more,
    }


def plain(folder: Path, *rows: dict[str, Any], name: str = "backup.json") -> Path:
    """A backup that is not encrypted."""
    lists: dict[str, list[object]] = {
        "Categories": [],
        "AuthenticatorCategories": [],
        "CustomIcons": [],
    }
    path = folder / name
    path.write_text(json.dumps({"Authenticators": rows, **lists}))
    return path


def strong(folder: Path, *rows: dict[str, Any], name: str = "backup.authpro") -> Path:
    """The same, encrypted under BACKUP_PASSWORD."""
    data = plain(folder, *rows, name=f"{name}.json").read_bytes()
    backup = by_name("authenticator-pro-plain").read(data, Credentials())
    write = by_name("authenticator-pro").write
    assert write is not None
    path = folder / name
    path.write_bytes(write(backup, Credentials(password=BACKUP_PASSWORD)))
    return path


@pytest.fixture
def empty(program: Program, empty_bytes: bytes) -> Program:
    """The program, and a vault with nothing in it."""
    program.vault.parent.mkdir(mode=0o700)
    program.vault.write_bytes(empty_bytes)
    program.vault.chmod(0o600)
    return program


def issuers(program: Program) -> list[str]:
    return [row["issuer"] for row in program.open("list", "--json").json]


def test_a_plain_backup_asks_for_no_password(empty: Program) -> None:
    file = plain(empty.folder, authenticator("One"), authenticator("Two", "A" * 16))
    done = empty.open("import", file)
    assert (done.code, done.out) == (0, "")
    assert "2 entries imported" in done.err
    assert issuers(empty) == ["One", "Two"]


def test_two_passwords_from_standard_input_the_vaults_first(empty: Program) -> None:
    file = strong(empty.folder, authenticator("One"))
    right, swapped = (PASSWORD, BACKUP_PASSWORD), (BACKUP_PASSWORD, PASSWORD)
    options = ("--backup-password-stdin", "--password-stdin")
    assert empty.run("import", file, *options, stdin="\n".join(swapped)).code == 3
    assert empty.spawn("import", file, *options, stdin="\n".join(right)).code == 0
    assert issuers(empty) == ["One"]


def test_passwords_from_files_and_input_mix(empty: Program) -> None:
    file = strong(empty.folder, authenticator("One"))
    path = empty.folder / "password"
    path.write_text(PASSWORD)
    path.chmod(0o600)
    options = ("--password-file", path, "--backup-password-stdin")
    assert empty.run("import", file, *options, stdin=f"{BACKUP_PASSWORD}\n").code == 0


def test_a_wrong_backup_password_changes_nothing(empty: Program) -> None:
    before = empty.vault.read_bytes()
    file = strong(empty.folder, authenticator("One"))
    done = empty.open("import", file, "--backup-password-stdin", stdin="wrong wrong")
    assert (done.code, done.out) == (3, "")
    assert file.name in done.err
    assert empty.vault.read_bytes() == before


def test_no_terminal_for_the_backups_password(empty: Program) -> None:
    file = strong(empty.folder, authenticator("One"))
    done = empty.open_real("import", file)
    assert done.code == 2
    assert f"Can't ask for the password of {file}" in done.err
    assert "--backup-password-stdin" in done.err


def test_a_password_typed_for_one_file_is_tried_on_the_next(empty: Program) -> None:
    files = [strong(empty.folder, authenticator(name), name=f"{name}.authpro") for name in "ab"]
    terminal = Terminal(empty, "import", *map(str, files))
    for prompt, answer in (("for vault.json", PASSWORD), ("a.authpro", BACKUP_PASSWORD)):
        terminal.wait_for(prompt)
        terminal.type(f"{answer}\n")
    assert terminal.end()[0] == 0
    assert "Password for b.authpro" not in terminal.seen


def test_a_wrong_password_is_asked_for_again(empty: Program) -> None:
    file = strong(empty.folder, authenticator("One"))
    terminal = Terminal(empty, "import", str(file))
    for prompt, answer in (
        ("for vault.json", PASSWORD),
        (f"Password for {file}", "wrong wrong"),
        ("Wrong password", "wrong again"),
    ):
        terminal.wait_for(prompt)
        terminal.type(f"{answer}\n")
    terminal.wait_for(f"Password for {file}")
    terminal.type(f"{BACKUP_PASSWORD}\n")
    assert terminal.end()[0] == 0
    assert issuers(empty) == ["One"]


def test_three_wrong_passwords_end_an_import(empty: Program) -> None:
    before = empty.vault.read_bytes()
    terminal = Terminal(empty, "import", str(strong(empty.folder, authenticator("One"))))
    terminal.wait_for("for vault.json")
    terminal.type(f"{PASSWORD}\n" + "wrong wrong\n" * 3)
    assert terminal.end()[0] == 3
    assert terminal.seen.count("Wrong password") == 3
    assert empty.vault.read_bytes() == before


def test_the_same_file_twice_is_imported_once(empty: Program) -> None:
    file = plain(empty.folder, authenticator("One"))
    assert empty.open("import", file, file).code == 0
    before = empty.vault.read_bytes()
    done = empty.open("import", file)
    assert done.code == 0
    assert "already in the vault" in done.err
    assert issuers(empty) == ["One"]
    assert empty.vault.read_bytes() == before


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("skip", ["Old"]), ("keep", ["New", "Old"]), ("replace", ["New"])],
)
def test_on_duplicate(empty: Program, choice: str, expected: list[str]) -> None:
    assert empty.open("import", plain(empty.folder, authenticator("Old"))).code == 0
    file = plain(empty.folder, authenticator("New"))
    assert empty.open("import", file, "--on-duplicate", choice).code == 0
    assert sorted(issuers(empty)) == expected


def test_dry_run_prints_the_plan_and_writes_nothing(filled: Program) -> None:
    before = filled.vault.read_bytes()
    bad = authenticator("Bad", "0189")
    file = plain(filled.folder, authenticator("Fresh", "A" * 16), bad)
    done = filled.open("import", file, "--dry-run")
    assert done.code == 1
    assert "Fresh (gordon)" in done.out
    assert "Bad" in done.out
    assert "1 entry would be imported, 1 failed" in done.err
    assert RFC_SECRET not in done.out
    assert filled.vault.read_bytes() == before
    report = filled.open("import", file, "--dry-run", "--json").json
    assert report["dry_run"] is True
    assert [row["kind"] for row in report["files"][0]["plan"]] == ["new", "refused"]
    assert filled.vault.read_bytes() == before


def test_json_report(empty: Program) -> None:
    first = plain(empty.folder, authenticator("One"), authenticator("Bad", "0189"), name="a.json")
    second = plain(empty.folder, authenticator("One"), name="b.json")
    report = empty.open("import", first, second, "--json").json
    assert report["dry_run"] is False
    one, two = report["files"]
    assert (one["format"], one["added"], one["skipped"]) == ("authenticator-pro-plain", 1, 0)
    assert (two["added"], two["skipped"], two["refused"]) == (0, 1, [])
    (refused,) = one["refused"]
    assert "Bad" in refused["what"]
    assert refused["reason"]


def test_refused_entries_are_named_and_the_others_imported(empty: Program) -> None:
    rows = [authenticator("Bad", "0189"), authenticator("Worse", Digits=11), authenticator("Good")]
    done = empty.open("import", plain(empty.folder, *rows))
    assert done.code == 1
    for word in ("Bad", "Worse", "2 failed"):
        assert word in done.err
    assert issuers(empty) == ["Good"]


def test_one_unreadable_file_stops_the_import(empty: Program) -> None:
    before = empty.vault.read_bytes()
    good = plain(empty.folder, authenticator("One"))
    bad = empty.folder / "bad.json"
    bad.write_text("<html>not found</html>")
    done = empty.open("import", good, bad)
    assert (done.code, done.out) == (3, "")
    assert "bad.json" in done.err
    assert empty.vault.read_bytes() == before


def test_names_cannot_steer_the_terminal(empty: Program) -> None:
    evil = "\x1b]52;c;QUFB\x07\x9b31mEvil\u202e"
    file = plain(empty.folder, authenticator(evil), authenticator(evil, "0189"))
    for args in (("--dry-run",), ("--json", "--dry-run"), ()):
        done = empty.open("import", file, *args)
        assert done.code == 1
        assert not set(done.out + done.err) & set("\x1b\x07\x9b\u202e")


def test_a_headerless_backup_opens_with_format(empty: Program) -> None:
    """The published description has no header, so only the user can tell the format."""
    file = strong(empty.folder, authenticator("One"))
    file.write_bytes(file.read_bytes()[16:])
    args = ("import", file, "--backup-password-stdin")
    assert empty.open(*args, stdin=BACKUP_PASSWORD).code == 3
    told = ("--format", "authenticator-pro")
    assert empty.open(*args, *told, stdin=BACKUP_PASSWORD).code == 0
    assert issuers(empty) == ["One"]


def test_the_real_backups(empty: Program) -> None:
    """Every file of the collection; its codes are compared with those computed independently."""
    for row in interop.samples("authpro"):
        if row["negative"]:
            continue
        file = interop.ROOT / row["file"]
        path = empty.folder / "backup-password"
        path.write_text(row.get("password") or "")
        path.chmod(0o600)
        options = ("--backup-password-file", path, "--on-duplicate", "keep", "--json")
        done = empty.open_real("import", file, *options)
        assert done.code == 0, done.err
        count = row["expected"]["count"]
        assert done.json["files"][0]["added"] == count
        listed = empty.open("list", "--json", "--at", "1700000000").json[-count:]
        for got, wanted in zip(listed, row["expected"]["entries"], strict=True):
            assert (got["type"], got["issuer"]) == (wanted["type"], wanted["issuer"])
            if got["type"] != "hotp":
                assert got["code"] == wanted["code_at_1700000000"]


def test_images_with_parts_of_one_export_are_joined(empty: Program) -> None:
    for name, uri in zip("abc", export("Site", 5), strict=True):
        (empty.folder / f"{name}.png").write_bytes(saved(code(uri)))
    done = empty.open("import", "c.png", "a.png", "--json")
    (report,) = done.json["files"]
    assert (report["file"], report["added"]) == ("c.png, a.png", 3)
    assert [each["reason"] for each in report["refused"]] == ["part 2 of 3 is missing"]
    done = empty.open("import", "c.png", "b.png", "a.png")
    assert done.code == 0
    assert "missing" not in done.err
    assert "2 entries imported, 3 already in the vault" in done.err
    assert issuers(empty) == [f"Site {n}" for n in (0, 1, 4, 2, 3)]


def test_a_backup_on_standard_input_after_the_passwords(empty: Program) -> None:
    """Keeps plaintext that another program decrypts out of files."""
    uri = f"otpauth://totp/Site:ada?secret={RFC_SECRET}&issuer=Site\n"
    done = empty.open("import", "-", stdin=uri)
    assert (done.code, done.err) == (0, "standard input: 1 entry imported\n")
    assert issuers(empty) == ["Site"]
    done = empty.open("import", "-", stdin="")
    assert (done.code, done.err.count("\n")) == (2, 1)


def test_a_slot_that_takes_long_is_tried_on_request(
    filled: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unlock, "MAX_WORK_KIB", FLOOR.memory_kib * FLOOR.time_cost)
    path = filled.folder / "copy.json"
    path.write_bytes(with_slots("first", "a long password"))
    word = filled.folder / "word"
    word.write_text("a long password")
    word.chmod(0o600)
    command = ("import", path, "--backup-password-file", word)
    done = filled.open(*command)
    assert done.code == 3
    assert "Wrong password." in done.err
    assert "--all-slots" in done.err
    assert filled.open(*command, "--all-slots").code == 0
