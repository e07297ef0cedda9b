"""What the memory of the real app holds after a lock, as a core dump would have it."""

from __future__ import annotations

import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.program import PASSWORD, Program
from tests.terminal.helpers import AppTerminal, entries, python, wait_until
from tui.clock import SystemClock
from tui.crypto.kdf import Argon2Params
from tui.otp.secret import Secret
from tui.vault.document import Document
from tui.vault.vault import Vault

READABLE = signal.SIGRTMIN + 3
SCRIPT = f"""
import ctypes, signal, sys
signal.signal({READABLE}, lambda *_: ctypes.CDLL(None).prctl(4, 1, 0, 0, 0))
from tui.__main__ import main
sys.exit(main())
"""
"""The program, whose memory others can read from a signal on."""
SECRET = "MZXW6YTBOIZTGNBVGY3TQOJQGEZDGNBV"
SHOWN = "MZXW 6YTB OIZT GNBV"
NOTE = "zebra crossing at midnight"


def in_memory(process: int, wanted: dict[str, bytes]) -> set[str]:
    """Return which of the wanted bytes are in a process's memory."""
    found = set()
    folder = Path(f"/proc/{process}")
    with folder.joinpath("maps").open() as maps, folder.joinpath("mem").open("rb") as memory:
        for line in maps:
            where, mode, *rest = line.split()
            if not mode.startswith("rw") or rest[-1].startswith("[v"):
                continue
            first, end = (int(part, 16) for part in where.split("-"))
            try:
                memory.seek(first)
                data = memory.read(end - first)
            except OSError:
                continue  # unmapped meanwhile
            found |= {name for name, value in wanted.items() if value in data}
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_after_a_lock_nothing_of_the_vault_is_in_memory(program: Program) -> None:
    vault = Vault.create(program.vault, PASSWORD, Argon2Params(2, 19456, 1), SystemClock())
    first, *others = entries()
    kept = replace(first, secret=Secret.base32(SECRET), note=NOTE)
    vault.change(lambda _empty: Document(entries=(kept, *others)))
    wanted = {
        "password": PASSWORD.encode(),
        "key": vault.key,
        "secret": SECRET.encode(),
        "secret on the screen": SHOWN.encode(),
        "secret's bytes": kept.secret.key,
        "note": NOTE.encode(),
    }
    vault.close()
    with AppTerminal(python(SCRIPT), program.env, program.folder) as terminal:
        terminal.wait_for(" unlock ")
        for number, char in enumerate(PASSWORD, 1):
            terminal.type(char)
            terminal.wait_for("•" * min(number, 30))
        terminal.type("\r")
        terminal.wait_for("Registrar")
        terminal.type("v")
        terminal.wait_for("hidden, press")
        terminal.type("s")
        terminal.wait_for(SHOWN)
        terminal.type("\x1b")
        terminal.wait_for("Registrar")
        terminal.process.send_signal(READABLE)
        try:
            wait_until(lambda: in_memory(terminal.process.pid, wanted) >= {"key", "note"}, str)
        except PermissionError:
            pytest.skip("this system forbids reading the memory of other processes")
        terminal.type("\x0c")
        terminal.wait_for(" unlock ")
        left: list[set[str]] = []

        def gone() -> bool:
            terminal.wait_for(" unlock ")
            left.append(in_memory(terminal.process.pid, wanted))
            return not left[-1]

        wait_until(gone, lambda: str(left[-1]))
