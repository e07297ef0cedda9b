"""AVTotpy on the command line: the sources of username and secret, and the profile of a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.backup.formats.avtotpy import SECRET, USER, Way, row
from tests.cli.program import PASSWORD, Program
from tests.cli.terminal import Terminal
from tests.cli.test_import import BACKUP_PASSWORD, authenticator, issuers, strong

STRANGE = Way(key=3, size=16, prefix=b"\x01", more=2, magic=b"\x81" * 20, version=b"\x01\x00")
USERNAME = ("--username", USER)


@pytest.fixture
def empty(program: Program, empty_bytes: bytes) -> Program:
    """The program, and a vault with nothing in it."""
    program.vault.parent.mkdir(mode=0o700)
    program.vault.write_bytes(empty_bytes)
    program.vault.chmod(0o600)
    return program


def backup(program: Program, data: bytes, name: str = "codes.avtotpy") -> Path:
    path = program.folder / name
    path.write_bytes(data)
    return path


def secret_file(program: Program, text: str = SECRET, mode: int = 0o600) -> Path:
    path = program.folder / "server-secret"
    path.write_text(f"{text}\n")
    path.chmod(mode)
    return path


def test_the_secret_from_standard_input_after_the_passwords(empty: Program) -> None:
    files = (
        backup(empty, Way().make([row(issuer="Server")])),
        strong(empty.folder, authenticator("Phone")),
    )
    options = ("--server-secret-stdin", "--backup-password-stdin", "--password-stdin", *USERNAME)
    right, wrong = (PASSWORD, BACKUP_PASSWORD, SECRET), (PASSWORD, SECRET, BACKUP_PASSWORD)
    assert empty.spawn("import", *files, *options, stdin="\n".join(wrong)).code == 3
    assert empty.spawn("import", *files, *options, stdin="\n".join(right)).code == 0
    assert issuers(empty) == ["Server", "Phone"]


def test_the_secret_from_a_file(empty: Program) -> None:
    file = backup(empty, Way().make([row()]))
    option = ("--server-secret-file", secret_file(empty, mode=0o644))
    assert empty.open("import", file, *USERNAME, *option).code == 1
    secret_file(empty)
    assert empty.open("import", file, *USERNAME, *option).code == 0
    assert issuers(empty) == ["Example"]


def test_the_secret_from_the_environment_unless_an_option_is_given(empty: Program) -> None:
    file = backup(empty, Way().make([row()]))
    empty.env["TOTP_ENCRYPTION_SECRET_BASE64"] = SECRET
    wrong = ("--server-secret-file", secret_file(empty, "AAAA"))
    assert empty.open("import", file, *USERNAME, *wrong).code == 3
    assert empty.open("import", file, *USERNAME).code == 0
    assert issuers(empty) == ["Example"]


def test_the_secret_is_never_an_argument(empty: Program) -> None:
    file = backup(empty, Way().make([row()]))
    done = empty.open("import", file, *USERNAME, "--server-secret", SECRET)
    assert done.code == 2
    assert SECRET not in done.out


def test_the_terminal_asks_for_the_secret_without_echo(empty: Program) -> None:
    file = backup(empty, Way().make([row()]))
    terminal = Terminal(empty, "import", str(file))
    for prompt, answer in (("assword", PASSWORD), ("Username", USER), ("Server secret", SECRET)):
        terminal.wait_for(prompt, hidden=answer != USER)
        terminal.type(f"{answer}\n")
    assert terminal.end()[0] == 0
    assert SECRET not in terminal.seen
    assert issuers(empty) == ["Example"]


def test_without_a_terminal_the_option_is_named(empty: Program) -> None:
    file = backup(empty, Way().make([row()]))
    for options, named in (((), "--username"), (USERNAME, "--server-secret-stdin")):
        done = empty.open_real("import", file, *options)
        assert (done.code, done.out) == (2, "")
        assert named in done.err


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (Way().make([row()], user="bob"), "Wrong username or server secret"),
        (Way(version=b"\x00\x07").make([row()]), "version 7"),
        (b"<html>not found</html>", "not an AVTotpy backup"),
    ],
)
def test_a_problem_is_one_sentence_and_changes_nothing(
    empty: Program, data: bytes, words: str
) -> None:
    before = empty.vault.read_bytes()
    file, option = backup(empty, data), ("--server-secret-file", secret_file(empty))
    done = empty.open("import", file, *USERNAME, *option)
    assert (done.code, done.out) == (3, "")
    assert done.err.count("\n") == 1
    assert words in done.err
    assert file.name in done.err
    assert empty.vault.read_bytes() == before


def test_an_unknown_magic_opens_with_format_or_by_the_file_name(empty: Program) -> None:
    option = ("--server-secret-file", secret_file(empty), *USERNAME)
    file = backup(empty, STRANGE.make([row()]), "codes.bin")
    assert empty.open("import", file, *option).code == 3
    assert empty.open("import", file, *option, "--format", "avtotpy").code == 0
    named = backup(empty, STRANGE.make([row()]), "codes.avtotpy")
    assert "already in the vault" in empty.open("import", named, *option).err


def test_exports_follow_the_profile_of_an_imported_empty_backup(empty: Program) -> None:
    option = ("--server-secret-file", secret_file(empty), *USERNAME)
    mine = backup(empty, Way().make([row()]), "mine.avtotpy")
    assert empty.open("import", mine, *option).code == 0
    first = empty.open("export", "first.avtotpy", "--format", "avtotpy", *option)
    assert first.code == 0, first.err
    assert "may refuse" in first.err
    assert Way().open((empty.folder / "first.avtotpy").read_bytes()) == [row()]
    servers = backup(empty, STRANGE.make({"codes": []}))
    done = empty.open("import", servers, *option)
    assert (done.code, done.err.count("\n")) == (0, 1)
    assert "Nothing imported" in done.err
    second = empty.open("export", "second.avtotpy", "--format", "avtotpy", *option)
    assert second.code == 0, second.err
    assert "may refuse" not in second.err
    data = (empty.folder / "second.avtotpy").read_bytes()
    assert STRANGE.open(data) == {"codes": [row()]}
