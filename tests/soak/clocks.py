"""The real program under clocks that are wrong."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.cli.program import PASSWORD, Program
from tests.soak.report import Result
from tests.vault.support import FLOOR, entry
from tui.clock import SystemClock
from tui.otp.entry import OtpType
from tui.vault.vault import Vault

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
JUMPS = ("+1d", "-1d", "+365d", "-365d", "@1970-01-02 00:00:00")
"""In the notation of libfaketime."""


def clocks(rounds: int = 1) -> Result:
    """Add entries, take codes and delete under each clock, and with the right one in between."""
    assert LIBRARY is not None, "libfaketime is not installed"
    commands, codes = 0, []
    with tempfile.TemporaryDirectory() as folder:
        program = Program(Path(folder))
        vault = Vault.create(program.vault, PASSWORD, FLOOR, SystemClock())
        vault.change(lambda now: now.holding((entry("Counted", OtpType.HOTP), entry("Timed"))))
        vault.close()
        added = 0
        for _ in range(rounds):
            for jump in JUMPS:
                for wrong in (True, False):
                    given = {"LD_PRELOAD": str(LIBRARY), "FAKETIME": jump} if wrong else {}
                    name, added = f"Added {added}", added + 1
                    secret = "".join("ABCDEFGHIJ"[int(digit)] for digit in f"{added:016}")
                    uri = f"otpauth://totp/{name}?secret={secret}&issuer={name}"
                    _run(program, ("add", "--password-stdin"), f"{PASSWORD}\n{uri}\n", given)
                    done = _run(program, ("code", "--password-stdin", "Counted"), PASSWORD, given)
                    codes.append(done.strip())
                    _run(program, ("code", "--password-stdin", "Timed"), PASSWORD, given)
                    commands += 3
                    there = {one.issuer for one in Vault.open(program.vault, PASSWORD).entries}
                    expected = {f"Added {number}" for number in range(added)}
                    assert expected <= there, f"lost under {jump}: {expected - there}"
        assert len(set(codes)) == len(codes), "a code was given twice"
    return Result(
        f"{commands} commands under {len(JUMPS)} clocks ({', '.join(JUMPS)}) and the right one",
        f"nothing lost; {len(codes)} HOTP codes, all different",
    )


def _run(program: Program, args: tuple[str, ...], stdin: str, given: dict[str, str]) -> str:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "tui", *args],
        input=stdin,
        capture_output=True,
        text=True,
        env={**program.env, **given},
        cwd=program.folder,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{args}, {given}: {done.stderr}"
    assert time.monotonic() - began < 30
    return done.stdout
