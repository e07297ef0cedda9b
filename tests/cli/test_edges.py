"""Where programs break: closed pipes, full disks, hostile files, errors nobody foresaw."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.program import PASSWORD, Program
from tui.cli.run import run
from tui.errors import OtpTuiError


def piped(program: Program, *args: str, stdout: int) -> subprocess.CompletedProcess[bytes]:
    """Run with another standard output than a pipe that somebody reads."""
    return subprocess.run(
        [*program.command, args[0], "--password-stdin", *args[1:]],
        input=PASSWORD.encode(),
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=program.env,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("args", [("list",), ("list", "--json"), ("code", "GitHub"), ("--help",)])
def test_a_closed_pipe_is_no_error_message(filled: Program, args: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = piped(filled, *args, stdout=writing)
    os.close(writing)
    assert done.returncode == 141
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_is_one_sentence(filled: Program) -> None:
    with Path("/dev/full").open("wb") as full:
        done = piped(filled, "code", "GitHub", stdout=full.fileno())
    assert done.returncode == 1
    assert done.stderr.decode().startswith("otp-tui: ")
    assert done.stderr.count(b"\n") == 1


def test_a_closed_standard_output(filled: Program) -> None:
    call = " ".join([*filled.command, "code", "--password-stdin", "GitHub", ">&-"])
    done = subprocess.run(
        ["sh", "-c", call],
        input=PASSWORD.encode(),
        stderr=subprocess.PIPE,
        env=filled.env,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1


def test_a_counter_stays_where_nobody_could_read_its_code(filled: Program) -> None:
    before = filled.vault.read_bytes()
    call = " ".join([*filled.command, "code", "--password-stdin", "bank", ">&-"])
    done = subprocess.run(
        ["sh", "-c", call],
        input=PASSWORD.encode(),
        stderr=subprocess.PIPE,
        env=filled.env,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1
    assert filled.vault.read_bytes() == before


ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""A locale in which names are not text."""


def test_a_locale_without_unicode_shows_what_it_can(filled: Program) -> None:
    done = filled.spawn("list", "--password-stdin", stdin=PASSWORD, **ASCII)
    assert done.code == 0
    assert "???" in done.out
    assert "should not happen" not in done.err


def test_a_locale_without_unicode_finds_names_all_the_same(filled: Program) -> None:
    for args in (("code", "郵便局"), ("list", "郵便局")):
        done = filled.spawn(args[0], "--password-stdin", args[1], stdin=PASSWORD, **ASCII)
        assert (done.code, done.err) == (0, "")
        assert done.out


def test_a_name_that_the_terminal_cannot_encode(filled: Program) -> None:
    env = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = filled.spawn("list", "--password-stdin", stdin=PASSWORD, **env)
    assert done.code == 0
    assert "???" in done.out


def flipped(data: bytes) -> bytes:
    """One bit of the payload is another."""
    place = data.rindex(b'"payload"') + 40
    return data[:place] + (b"A" if data[place : place + 1] != b"A" else b"B") + data[place + 1 :]


HOSTILE_VAULTS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _data: b"",
    "zeros": lambda _data: bytes(1024),
    "cut": lambda data: data[: len(data) // 2],
    "flipped": flipped,
    "trailing": lambda data: data + b"x",
    "list": lambda _data: b"[]",
    "nested": lambda _data: b"[" * 100_000,
    "not text": lambda _data: b"\xff\xfe{",
    "huge memory": lambda data: data.replace(b"19456", b"4294967296"),
    "memory as text": lambda data: data.replace(b"19456", b'"19456"'),
    "too large": lambda _data: b" " * (16 * 1024 * 1024 + 1),
}


@pytest.mark.parametrize("kind", HOSTILE_VAULTS)
def test_a_hostile_vault_is_one_sentence_and_stays_as_it_is(filled: Program, kind: str) -> None:
    data = HOSTILE_VAULTS[kind](filled.vault.read_bytes())
    filled.vault.write_bytes(data)
    done = filled.open("list")
    assert done.code in {1, 3}
    assert done.code == 3 or kind == "too large"
    assert done.out == ""
    assert done.err.startswith("otp-tui: ")
    assert done.err.count("\n") == 1
    assert "should not happen" not in done.err
    assert filled.vault.read_bytes() == data


def test_a_newer_vault_is_left_alone(filled: Program) -> None:
    data = filled.vault.read_bytes().replace(b'"version": 1,', b'"version": 2,')
    data = data.replace(b'"version":1,', b'"version":2,')
    filled.vault.write_bytes(data)
    done = filled.open("list")
    assert done.code == 3
    assert "newer otp-tui" in done.err
    assert filled.vault.read_bytes() == data


HOSTILE_BACKUPS = {
    "empty": b"",
    "zeros": bytes(1024),
    "header alone": b"AUTHENTICATORPRO",
    "cut": b"AUTHENTICATORPRO" + bytes(40),
    "legacy, not a multiple of 16": b"AuthenticatorPro" + bytes(60),
    "nested": b'{"Authenticators": [' + b"[" * 100_000,
    "null": b'{"Authenticators": null}',
    "html": b"<!doctype html><title>Not found</title>",
    "UTF-16": '{"Authenticators": []}'.encode("utf-16"),
    "NaN": b'{"Authenticators": [{"Type": NaN}]}',
    "long number": b'{"Authenticators": [' + b"9" * 5000 + b"]}",
}


@pytest.mark.parametrize("kind", HOSTILE_BACKUPS)
def test_a_hostile_backup_leaves_the_vault_as_it_is(filled: Program, kind: str) -> None:
    before = filled.vault.read_bytes()
    file = filled.folder / "backup"
    file.write_bytes(HOSTILE_BACKUPS[kind])
    done = filled.open("import", file, "--backup-password-stdin", stdin="some password")
    assert "Traceback" not in done.err
    assert "should not happen" not in done.err
    assert done.err
    assert done.code in {0, 3}
    assert filled.vault.read_bytes() == before


def test_what_is_no_file_is_not_waited_for(filled: Program) -> None:
    fifo = filled.folder / "fifo"
    os.mkfifo(fifo)
    for path in (fifo, "/dev/zero", filled.folder, "missing"):
        done = filled.open_real("import", path)
        assert (done.code, done.out) == (1, "")
        assert done.err.count("\n") == 1


def test_an_error_nobody_foresaw_tells_its_place_and_no_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_argv: object) -> None:
        raise KeyError("a secret")

    monkeypatch.setattr("tui.cli.run.parse", fail)
    assert run([], lambda *_args, **_more: 0) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "KeyError at tui.cli.run:" in said.err
    assert "secret" not in said.err


def test_every_error_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_argv: object) -> None:
        raise OtpTuiError("It is broken.", "Mend it.")

    monkeypatch.setattr("tui.cli.run.parse", fail)
    assert run([], lambda *_args, **_more: 0) == 1
    assert capsys.readouterr().err == "otp-tui: It is broken. Mend it.\n"


def test_no_command_loads_textual(filled: Program) -> None:
    script = (
        "import sys\n"
        "from tui.__main__ import main\n"
        "code = main(sys.argv[1:])\n"
        "found = [name for name in sys.modules if name.split('.')[0] in ('textual', 'rich')]\n"
        "sys.exit(99 if found else code)\n"
    )
    backup = filled.folder / "backup.json"
    backup.write_text('{"Authenticators": []}')
    commands = (
        ("code", "GitHub"),
        ("list", "--json"),
        ("import", str(backup)),
        ("restore",),
        ("edit", "GitHub", "--note", "x"),
        ("remove", "bank", "--yes"),
    )
    for args in commands:
        done = subprocess.run(
            [sys.executable, "-c", script, args[0], "--password-stdin", *args[1:]],
            input=PASSWORD.encode(),
            capture_output=True,
            env=filled.env,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
