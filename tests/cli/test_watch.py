"""`otp-tui watch`: a line for each code that changes, and a clean exit."""

from __future__ import annotations

import signal
import subprocess
from dataclasses import replace
from itertools import islice

import pytest

from tests.cli.conftest import entries
from tests.cli.program import PASSWORD, Program
from tui.cli.commands.watch import Watched, follow
from tui.errors import VaultError
from tui.otp.codes import code_at
from tui.otp.entry import Entry
from tui.vault.edit import count_use, pin
from tui.vault.vault import Vault

GITHUB, VPN = entries()[0], entries()[3]


class Clock:
    """A clock that advances with each pause; `late` is added to every pause."""

    def __init__(self, moment: float, late: float = 0) -> None:
        self.moment = moment
        self.late = late
        self.pauses: list[float] = []

    def now(self) -> float:
        return self.moment

    def steady(self) -> float:
        return self.moment

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.moment += seconds + self.late


def line(entry: Entry, moment: float) -> str:
    """Return the line for an entry."""
    return f"{entry.label}: {code_at(entry, moment).text}"


def test_all_codes_come_first_then_the_changed_ones() -> None:
    """Periods of 30 and 10 seconds; second 59 is in RFC 6238 appendix B."""
    clock = Clock(51)
    said = list(islice(follow([GITHUB, VPN], clock, clock.pause), 3))
    assert said == [
        ["GitHub (octocat): 94287082", line(VPN, 51)],
        [line(GITHUB, 60), line(VPN, 60)],
        [line(VPN, 70)],
    ]
    assert 70 <= clock.moment < 70.1


def test_the_clock_is_read_every_second() -> None:
    clock = Clock(30.2)
    list(islice(follow([GITHUB], clock, clock.pause), 2))
    assert max(clock.pauses) <= 1
    assert 25 < len(clock.pauses) < 35
    assert 60 <= clock.moment < 60.1


def test_suspend_is_noticed() -> None:
    clock = Clock(31, late=3600)
    said = list(islice(follow([GITHUB], clock, clock.pause), 2))
    assert said == [[line(GITHUB, 31)], [line(GITHUB, 3632)]]


def test_a_clock_that_is_set_back_is_noticed() -> None:
    clock = Clock(1_000_000, late=-500)
    said = list(islice(follow([GITHUB], clock, clock.pause), 2))
    assert said[1] == [line(GITHUB, 999_501)]


def watching(program: Program, *query: str) -> subprocess.Popen[bytes]:
    """Start the real program with its password."""
    process = subprocess.Popen(
        [*program.command, "watch", "--password-stdin", *query],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=program.env,
    )
    assert process.stdin
    process.stdin.write(f"{PASSWORD}\n".encode())
    process.stdin.flush()
    return process


def test_codes_are_printed_at_once_and_ctrl_c_exits(filled: Program) -> None:
    with watching(filled) as process:
        assert process.stdout
        assert process.stderr
        first = [process.stdout.readline().decode() for _ in range(5)]
        process.send_signal(signal.SIGINT)
        said = process.stderr.read().decode()
        assert process.wait(20) == 130
    assert first[0].startswith("GitHub (octocat): ")
    assert first[0].removeprefix("GitHub (octocat): ").strip().isdigit()
    assert not any("\x1b" in text or "Bank" in text for text in first)
    assert "Traceback" not in said
    assert "No PIN (x)" in said


def test_entries_are_in_the_vaults_order(filled: Program) -> None:
    vault = Vault.open(filled.vault, PASSWORD)
    vault.change(lambda document: pin(document, {VPN.id}, True, 1))
    with watching(filled) as process:
        assert process.stdout
        assert process.stdout.readline().startswith(b"VPN: ")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130


def test_a_closed_pipe_exits(filled: Program) -> None:
    """A period of one second, so that a new code comes soon."""
    quick = replace(GITHUB, period=1)
    Vault.open(filled.vault, PASSWORD).change(lambda document: replace(document, entries=(quick,)))
    with watching(filled) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(20) == 141
        assert process.stderr.read() == b""


@pytest.mark.parametrize("query", ["no such thing", "bank", "no pin"])
def test_nothing_to_watch(filled: Program, query: str) -> None:
    done = filled.open("watch", query)
    assert (done.code, done.out) == (4, "")
    assert query in done.err


def test_a_change_by_another_program_is_printed(filled: Program) -> None:
    vault = Vault.open(filled.vault, PASSWORD)
    watched = Watched(vault, "github", Clock(51))
    before = watched.entries()
    assert watched.entries() is before
    filled.open("edit", "github enterprise", "--account", "monalisa")
    clock = Clock(51)
    said = list(islice(follow(before, clock, clock.pause, current=watched.entries), 2))
    assert len(said[0]) == len(said[1]) == 2
    assert "GitHub Enterprise (monalisa)" in said[1][1]
    after = watched.entries()
    Vault.open(filled.vault, PASSWORD).change(lambda now: count_use(now, GITHUB.id, 51))
    assert watched.entries() is after


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("password", "The password of the vault was changed."),
        ("missing", "No vault at"),
        ("damaged", "not a valid vault"),
        ("replaced", "Another vault took the place of this one."),
    ],
)
def test_a_vault_that_cannot_be_read_any_more_ends_it(
    filled: Program, empty_bytes: bytes, now: str, said: str
) -> None:
    vault = Vault.open(filled.vault, PASSWORD)
    watched = Watched(vault, "github", Clock(51))
    before = watched.entries()
    if now == "password":
        filled.open("passwd", "--new-password-stdin", stdin="another password\n")
    elif now == "missing":
        filled.vault.unlink()
    else:
        filled.vault.write_bytes(b"" if now == "damaged" else empty_bytes)
    if now in {"missing", "damaged"}:
        assert watched.entries() is before, "a sync service may be writing it"
    with pytest.raises(VaultError, match=said):
        watched.entries()
    vault.close()
    assert vault.warnings == ()
    assert not list(filled.vault.parent.glob("*conflict*"))
