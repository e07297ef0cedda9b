"""Standard output that is closed, full, a broken pipe, or in another encoding."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.program import PASSWORD, Program


def piped(program: Program, *args: str, stdout: int) -> subprocess.CompletedProcess[bytes]:
    """Run with `stdout` as standard output."""
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
def test_a_closed_pipe_prints_no_error(filled: Program, args: tuple[str, ...]) -> None:
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


def test_a_counter_stays_if_standard_output_is_closed(filled: Program) -> None:
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
"""A locale that can't encode the names."""


def test_an_ascii_locale_replaces_characters(filled: Program) -> None:
    done = filled.spawn("list", "--password-stdin", stdin=PASSWORD, **ASCII)
    assert done.code == 0
    assert "???" in done.out
    assert "crashed" not in done.err


def test_an_ascii_locale_finds_unicode_names(filled: Program) -> None:
    for args in (("code", "郵便局"), ("list", "郵便局")):
        done = filled.spawn(args[0], "--password-stdin", args[1], stdin=PASSWORD, **ASCII)
        assert (done.code, done.err) == (0, "")
        assert done.out


def test_a_name_that_the_terminal_cannot_encode(filled: Program) -> None:
    env = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = filled.spawn("list", "--password-stdin", stdin=PASSWORD, **env)
    assert done.code == 0
    assert "???" in done.out
