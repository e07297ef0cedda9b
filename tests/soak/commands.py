"""Commands that change the vault, with what may be in the files before, during and after."""

from __future__ import annotations

import base64
import errno
import os
import random
import signal
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from tests.cli.program import PASSWORD
from tests.soak.children import Home, counted, crashing_at, failing_at, home, killed_at, wait
from tests.soak.report import Result
from tests.vault.support import entry
from tui.backup.model import Credentials
from tui.backup.registry import by_name
from tui.errors import WrongPasswordError
from tui.otp.entry import OtpType
from tui.otp.secret import Secret
from tui.vault.vault import Vault

NEW = "quite another password"
WORD = "pass word of the export"
CODES = ("ENOSPC", "EIO", "EDQUOT", "EROFS", "EACCES", "EBUSY")
URI = "otpauth://totp/New:ada?secret=KRSXG5CTMVRXEZLU&issuer=New"


@dataclass(frozen=True, slots=True)
class Command:
    """A command line, with its standard input after the vault's password."""

    args: tuple[str, ...]
    stdin: str = ""
    before: tuple[tuple[str, ...], str] | None = None
    """A command to run first."""

    @property
    def given(self) -> str:
        return f"{PASSWORD}\n{self.stdin}"


COMMANDS = {
    "save": Command(("add", "--password-stdin"), URI),
    "passwd": Command(("passwd", "--rekey-backups", "--password-stdin", "--new-password-stdin"),
                      f"{NEW}\n"),
    "recovery": Command(("recovery", "new", "--password-stdin")),
    "undo": Command(("undo", "--password-stdin"), "", (("add", "--password-stdin"), URI)),
    "import": Command(("import", "--password-stdin", "backup.txt")),
    "merge": Command(("merge", "--yes", "--password-stdin", "copy.json")),
    "export": Command(("export", "--password-stdin", "--export-password-stdin", "out.authpro"),
                      f"{WORD}\n"),
}  # fmt: skip


def prepare(at: Home, command: Command) -> None:
    """Fill the vault, and write the files that the command reads."""
    at.put_back()
    kinds = (OtpType.TOTP, OtpType.HOTP)
    vault = Vault.open(at.vault, PASSWORD)
    made = tuple(
        entry(f"Site {number}", kinds[number % 2], secret=_secret(number)) for number in range(12)
    )
    vault.change(lambda now: now.holding(made))
    vault.close()
    copy = at.folder / "copy.json"
    copy.write_bytes(at.vault.read_bytes())
    copy.chmod(0o600)
    other = Vault.open(copy, PASSWORD)
    other.change(lambda now: now.holding((*made, entry("From the copy", secret=_secret(99)))))
    other.close()
    (at.folder / "backup.txt").write_text(
        "".join(f"otpauth://totp/I{n}?secret={_secret(n).normal}\n" for n in range(50, 53))
    )
    if command.before:
        args, stdin = command.before
        assert at.run(args, f"{PASSWORD}\n{stdin}") == 0
    at.keep()


def _secret(number: int) -> Secret:
    return Secret.base32(base64.b32encode(f"{number:010}".encode()).decode())


def contents(at: Home) -> tuple[frozenset[tuple[bytes, int]], str]:
    """Return the secrets with their counters, and the password that opens the vault."""
    for password in (PASSWORD, NEW):
        try:
            vault = Vault.open(at.vault, password)
        except WrongPasswordError:
            continue
        there = frozenset((one.secret.key, one.counter) for one in vault.document.entries)
        vault.close()
        return there, password
    raise AssertionError("neither the old nor the new password opens the vault")


def check(at: Home, name: str, allowed: tuple[object, ...]) -> None:
    """Check that the vault is whole, and that the next save and export clean up."""
    there, password = contents(at)
    assert there in allowed, f"{name}: the contents are neither the old nor the new ones"
    if name == "export":
        out = at.folder / "out.authpro"
        if out.exists():
            read = by_name("authenticator-pro").read(out.read_bytes(), Credentials(WORD))
            assert len(read.entries) == len(there), "a part of an export has the final name"
        again = ("export", "--password-stdin", "--export-password-stdin", "again.authpro")
        assert at.run(again, f"{password}\n{WORD}\n") == 0
    vault = Vault.open(at.vault, password)
    vault.change(lambda now: now.holding((*now.entries, entry("Afterwards"))))
    vault.close()
    assert len(contents(at)[0]) == len(there) + 1
    litter = [
        str(path.relative_to(at.folder))
        for path in at.folder.rglob("*")
        if path.name.endswith((".tmp", ".old"))
    ]
    assert not litter, f"{name}: left behind: {litter}"


def calls_of(at: Home, command: Command) -> int:
    """Run a command in full and return its number of system calls."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    try:
        code = at.run(command.args, command.given, counted(writer))
        assert code == 0, f"{command.args[0]} exits with {code}"
        return len(os.read(reader, 65536))
    finally:
        os.close(reader)
        os.close(writer)


def _each(
    at: Home, names: Iterable[str]
) -> Iterator[tuple[str, Command, int, tuple[object, ...], float]]:
    """For each command: its name, its calls, the contents that are allowed, how long it takes."""
    for name in names:
        command = COMMANDS[name]
        prepare(at, command)
        before, _ = contents(at)
        began = time.monotonic()
        calls = calls_of(at, command)
        took = time.monotonic() - began
        after, _ = contents(at)
        yield name, command, calls, (before, after), took


def kills(
    least: int, seed: int = 1, *, every: int = 1, names: Collection[str] = COMMANDS.keys()
) -> Result:
    """Kill each command before and after every n-th system call, and at random moments."""
    drawn, trials, inside, calls_all = random.Random(seed), 0, 0, 0
    with home() as at:
        for name, command, calls, allowed, took in _each(at, names):
            calls_all += calls
            for number in range(1, calls + 1, every):
                for after in (False, True):
                    at.put_back()
                    code = at.run(command.args, command.given, killed_at(number, after=after))
                    inside += code == -signal.SIGKILL
                    check(at, name, allowed)
                    trials += 1
            for _ in range(max(1, least // len(names) - 2 * len(range(0, calls, every)))):
                at.put_back()
                child = at.start(command.args, command.given)
                time.sleep(drawn.uniform(0, took))
                os.kill(child, signal.SIGKILL)
                inside += wait(child) == -signal.SIGKILL
                check(at, name, allowed)
                trials += 1
    return Result(
        f"{trials:,} runs of {len(names)} commands with {calls_all:,} system calls, {inside:,} "
        f"killed; seed {seed}",
        "nothing lost, no files left behind",
    )


def errors(
    codes: tuple[str, ...] = CODES, *, every: int = 1, names: Collection[str] = COMMANDS.keys()
) -> Result:
    """Make every n-th system call of each command fail, with each error."""
    trials = failed = 0
    with home() as at:
        for name, command, calls, allowed, _ in _each(at, names):
            for number in range(1, calls + 1, every):
                for word in codes:
                    at.put_back()
                    code = at.run(
                        command.args, command.given, failing_at(number, getattr(errno, word))
                    )
                    assert code in {0, 1, 2, 3, 4}, f"{name}: exits with {code} on {word}"
                    there, password = contents(at)
                    if code == 0 and name not in {"export", "passwd", "recovery"}:
                        assert there == allowed[1], (
                            f"{name}: exits with 0, but did nothing ({word})"
                        )
                    if code == 0 and name == "passwd":
                        assert password == NEW
                    failed += code != 0
                    trials += 1
                    check(at, name, allowed)
    return Result(
        f"{trials:,} runs ({', '.join(codes)})",
        f"{failed:,} failed with a message; nothing lost",
    )


def crashes(places: int, names: Collection[str] = COMMANDS.keys()) -> Result:
    """Crash the commands at about this many places; no secret is printed or left in a file."""
    trials = crashed = 0
    canary = "CANARY-5e1f"
    with home() as at:
        for name, command, calls, allowed, _ in _each(at, names):
            for number in range(1, calls + 1, max(1, calls * len(names) // places)):
                at.put_back()
                at.log.write_bytes(b"")
                at.run(command.args, command.given, crashing_at(number, f"{canary} {PASSWORD}"))
                said = at.log.read_bytes()
                trials += 1
                crashed += b"ZeroDivisionError" in said
                left = [path.read_bytes() for path in (at.folder / "data").rglob("*")
                        if path.is_file()]  # fmt: skip
                for secret in (canary, PASSWORD, NEW, WORD, "KRSXG5CTMVRXEZLU"):
                    assert secret.encode() not in said, f"{name}, call {number}: printed {secret}"
                    assert not any(secret.encode() in data for data in left), f"{name}: in a file"
                assert b"Traceback" not in said, f"{name}, call {number}: a traceback"
                check(at, name, allowed)
    return Result(
        f"crashes at {trials} places",
        f"{crashed} crash messages; no secret, nothing lost, no files left behind",
    )
