"""`otp-tui formats`, `import --formats`, key files, and files of several apps in one import."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.conftest import entries
from tests.cli.program import Program
from tests.cli.test_import import empty, issuers
from tui.backup import registry
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.registry import by_name, export_formats, formats
from tui.errors import BackupPasswordError

__all__ = ["empty"]
PLAIN = [each for each in export_formats() if not each.encrypted]


def test_the_table_has_every_format_and_how_to_get_such_a_file(program: Program) -> None:
    done = program.run("formats")
    assert (done.code, done.err) == (0, "")
    rows: dict[str, list[str]] = {}
    for line in done.out.splitlines()[1:]:
        assert len(line) <= 100
        if line[0] != " ":
            name, *row = line.split()
            rows[name] = [*row[:2], ""]
        else:
            rows[name][2] += f"{line.strip()} "
    assert list(rows) == sorted(each.name for each in formats())
    for each in formats():
        written = "-" if each.write is None else "encrypted" if each.encrypted else "plain"
        how = " ".join(each.how_to_export.split())
        assert rows[each.name] == ["yes", written, f"{how} " if how else ""]
    assert program.run("import", "--formats").out == done.out


def test_the_formats_as_json(program: Program) -> None:
    found = {row["name"]: row for row in program.run("formats", "--json").json}
    assert list(found) == sorted(each.name for each in formats())
    vault = found["vault"]
    assert (vault["import"], vault["export"], vault["encrypted"]) == (True, True, True)
    image = found["qr-image"]
    assert (image["export"], image["encrypted"]) == (False, None)


def test_files_of_all_apps_in_one_import(empty: Program) -> None:
    files = []
    for place, each in enumerate(PLAIN):
        entry = replace(entries()[1], issuer=f"App {place}", account="me")
        assert each.write is not None
        path = empty.folder / f"file-{place}"
        path.write_bytes(each.write(Backup((entry,)), Credentials()))
        files.append(path)
    report = empty.open("import", *files, "--on-duplicate", "keep", "--json").json
    assert [row["format"] for row in report["files"]] == [each.name for each in PLAIN]
    assert sorted(issuers(empty)) == sorted(f"App {place}" for place in range(len(PLAIN)))
    assert empty.open("undo").code == 0
    assert issuers(empty) == []


class Locked:
    """A format whose files open with a key file, a password, or both."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, password: str = "") -> None:
        self.password = password
        self.keys: list[bytes] = []
        made = replace(
            by_name("otpauth-uris"),
            sniff=lambda content: content.data == b"locked",
            needs=lambda _content: Needs.PASSWORD | Needs.KEY_FILE,
            read=self._read,
        )
        monkeypatch.setattr(registry, "formats", lambda: (made,))

    def _read(self, _data: bytes, credentials: Credentials) -> Backup:
        self.keys.append(credentials.key_file)
        if credentials.password != self.password or credentials.key_file != b"key\n":
            raise BackupPasswordError("Wrong password or key file.")
        return Backup((replace(entries()[0], categories=()),))


@pytest.fixture
def locked(empty: Program) -> tuple[Path, Path]:
    """A file in that format, and its key file."""
    file, key = empty.folder / "locked", empty.folder / "key"
    file.write_bytes(b"locked")
    key.write_bytes(b"key\n")
    return file, key


def test_a_key_file_alone_needs_no_password_and_no_terminal(
    empty: Program, locked: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    Locked(monkeypatch)
    monkeypatch.setattr("tui.cli.terminal.is_there", lambda: False)
    file, key = locked
    assert empty.open("import", file, "--key-file", key).code == 0
    assert issuers(empty) == ["GitHub"]


def test_a_key_file_and_a_password(
    empty: Program, locked: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    form = Locked(monkeypatch, "both")
    file, key = locked
    options = ("import", file, "--backup-password-stdin")
    assert empty.open(*options, "--key-file", key, stdin="wrong").code == 3
    assert empty.open(*options, stdin="both").code == 3
    assert empty.open(*options, "--key-file", key, stdin="both").code == 0
    assert form.keys == [b"key\n", b"", b"key\n"]
    done = empty.open(*options, "--key-file", "missing", stdin="both")
    assert (done.code, "No such file: missing" in done.err) == (1, True)


def test_a_key_file_that_is_not_needed_is_not_read(empty: Program) -> None:
    file = empty.folder / "uris"
    file.write_text("otpauth://totp/Site:me?secret=JBSWY3DPEHPK3PXP\n")
    assert empty.open("import", file, "--key-file", "missing").code == 0
