"""Many programs that save to one vault at once, some of which are killed."""

from __future__ import annotations

import base64
import os
import random
import signal
import time
from collections import Counter

from tests.cli.program import PASSWORD
from tests.soak.children import Home, home
from tests.soak.report import Result
from tests.vault.support import entry
from tui.errors import NotSavedError
from tui.otp.entry import OtpType
from tui.otp.secret import Secret
from tui.vault.vault import Vault

COUNTED = entry("Counted", OtpType.HOTP, digits=8)


def writers(programs: int, saves: int, seed: int = 1) -> Result:
    """Let programs add entries and take HOTP codes, kill some and start them again."""
    drawn, killed, end = random.Random(seed), 0, time.monotonic() + 1800
    with home() as at:
        vault = Vault.open(at.vault, PASSWORD)
        vault.change(lambda now: now.holding((COUNTED,)))
        vault.close()
        logs = [at.folder / f"log {number}" for number in range(programs)]
        running = {_start(at, number, saves, drawn.random()): number for number in range(programs)}
        while running:
            time.sleep(drawn.uniform(0, 0.4))
            assert time.monotonic() < end, "the programs hang"
            if drawn.random() < 0.2 and killed < programs * 4:
                os.kill(drawn.choice(list(running)), signal.SIGKILL)
            for child in list(running):
                done, status = os.waitpid(child, os.WNOHANG)
                if not done:
                    continue
                number = running.pop(child)
                code = os.waitstatus_to_exitcode(status)
                assert code in {0, -signal.SIGKILL}, f"a program exits with {code}"
                if code:
                    killed += 1
                    left = saves - len(_acknowledged(logs[number]))
                    running[_start(at, number, left, drawn.random())] = number
        done_all = [word for log in logs for word in _acknowledged(log)]
        codes = [word for word in done_all if word.startswith("code ")]
        added = {word for word in done_all if not word.startswith("code ")}
        vault = Vault.open(at.vault, PASSWORD)
        lost = added - {one.issuer for one in vault.entries}
        assert not lost, f"lost: {lost}"
        twice = [word for word, count in Counter(codes).items() if count > 1]
        assert not twice, f"given twice: {twice}"
        assert vault.document.find(COUNTED.id).counter >= len(codes)
        litter = [one.name for one in at.vault.parent.iterdir() if one.suffix == ".tmp"]
        vault.change(lambda now: now.holding((*now.entries, entry("last"))))
        litter = [one.name for one in at.vault.parent.iterdir() if one.suffix == ".tmp"]
        assert not litter, f"left behind: {litter}"
    return Result(
        f"{programs} programs with {len(done_all):,} confirmed saves, {killed} programs killed; "
        f"seed {seed}",
        f"none of {len(added):,} entries lost; {len(codes):,} HOTP codes, all different",
    )


def _acknowledged(log: object) -> list[str]:
    """Return the complete lines of a log."""
    try:
        with open(str(log), encoding="utf-8") as file:  # noqa: PTH123 - also of a killed program
            return file.read().splitlines()
    except FileNotFoundError:
        return []


def _start(at: Home, number: int, saves: int, seed: float) -> int:
    """Fork a program that saves a number of times and logs what was acknowledged."""
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        drawn = random.Random(seed)
        vault = Vault.open(at.vault, PASSWORD)
        log = os.open(at.folder / f"log {number}", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        done = 0
        while done < saves:
            try:
                if drawn.random() < 0.5:
                    text = f"code {vault.take_hotp(COUNTED.id).text}"
                else:
                    text = f"{number} {drawn.randbytes(6).hex()}"
                    key = Secret.base32(base64.b32encode(text.encode()).decode().rstrip("="))
                    made = entry(text, secret=key)
                    vault.change(lambda now, made=made: now.holding((*now.entries, made)))  # type: ignore[misc]
            except NotSavedError:
                continue  # the lock was busy for long: the next save writes it
            os.write(log, f"{text}\n".encode())
            done += 1
        code = 0
    finally:
        os._exit(code)
