"""The real program on a pseudo-terminal, and codes computed independently."""

from __future__ import annotations

import base64
import hmac
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Self

import pyte
from rich.cells import cell_len

from tests.cli.program import PASSWORD, Program
from tui.clock import SystemClock
from tui.crypto.kdf import Argon2Params
from tui.otp.entry import Entry, OtpType
from tui.otp.secret import Secret
from tui.vault.document import Document
from tui.vault.vault import Vault

PATIENCE = 15.0
"""Seconds to wait on a busy machine for what usually takes a fraction of one."""
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The secret of RFC 6238 appendix B, as base32."""
_COLORS = re.compile(r"\x1b\[[0-9;]*m")
"""Much of the output; pyte takes long to read it."""
_INCOMPLETE = re.compile(r"\x1b(\[[0-9;]*)?\Z")
MODES = ("1049", "1000", "1003", "1006", "2004", "1004")
"""Modes that are on while the app runs: alternate screen, mouse (3), bracketed paste, focus."""


def entries() -> tuple[Entry, ...]:
    """Two entries; the first has the secret `SECRET`."""
    return (
        Entry(
            type=OtpType.TOTP,
            issuer="Registrar",
            account="ops@example.org",
            secret=Secret.base32(SECRET),
            ranking=0,
        ),
        Entry(
            type=OtpType.TOTP,
            issuer="Library",
            account="ada",
            secret=Secret.base32("JBSWY3DPEHPK3PXP"),
            ranking=1,
        ),
    )


def fill(program: Program) -> Program:
    """Give the program a vault with `entries`."""
    program.vault.parent.mkdir(mode=0o700)
    program.vault.write_bytes(_filled())
    program.vault.chmod(0o600)
    return program


@cache
def _filled() -> bytes:
    """Return the file of a vault with `entries`, made once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vault.json"
        vault = Vault.create(path, PASSWORD, Argon2Params(2, 19456, 1), SystemClock())
        vault.change(lambda _empty: Document(entries=entries()))
        vault.close()
        return path.read_bytes()


def totp(secret: str, moment: float) -> str:
    """Return the six-digit code of a base32 secret at a moment (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(moment) // 30), "sha1")
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 10**6:06}"


def codes_around(secret: str, began: float) -> set[str]:
    """Return the codes from `began` until now: usually one, two over the end of a period."""
    return {totp(secret, moment) for moment in (began, time.time())}


def grouped(code: str) -> str:
    """Return six digits as the app groups them."""
    return f"{code[:3]} {code[3:]}"


def wait_until(what: Callable[[], bool], seen: Callable[[], str]) -> None:
    """Wait until `what` is true; fail with what was seen if it never is."""
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, seen()
        time.sleep(0.02)


class AppTerminal:
    """A program on a pseudo-terminal of 80 by 24, with all its output."""

    def __init__(
        self, argv: list[str], env: dict[str, str], folder: Path, *, controlling: bool = True
    ) -> None:
        """`controlling`: it is the controlling terminal, whose closing sends SIGHUP."""
        self._master, slave = pty.openpty()
        self._name = os.ttyname(slave)
        termios.tcsetwinsize(slave, (24, 80))
        self.process = subprocess.Popen(
            argv,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**env, "TERM": "xterm-256color"},
            cwd=folder,
            start_new_session=True,
            # The first terminal that a session leader opens becomes its controlling one.
            preexec_fn=_take_terminal if controlling else None,  # noqa: PLW1509
        )
        os.close(slave)
        self._open = True
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self.seen = ""
        """The output since the last keys."""
        self.all = ""
        """All output."""
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.Stream(self._screen)
        self._cut = ""
        """A control sequence whose end has not arrived yet."""
        self._joined: Sequence[str] = ()
        """The lines on the screen, once somebody asked: pyte takes long to join them."""

    @classmethod
    def of(cls, program: Program, *, controlling: bool = True, **env: str) -> Self:
        """Start the app itself."""
        environ = {**program.env, **env}
        return cls(program.command, environ, program.folder, controlling=controlling)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()

    def wait_for(self, *texts: str) -> None:
        """Wait until any of these is on the screen, or was written as a whole."""

        def shown() -> bool:
            seen, screen = self._read(), "\n".join(self.display)
            return any(text in seen or text in screen for text in texts)

        wait_until(shown, lambda: "\n".join([*self.display, self.seen]))

    @property
    def display(self) -> Sequence[str]:
        """The lines on the screen."""
        self._read()
        self._joined = self._joined or _lines(self._screen)
        return self._joined

    def type(self, text: str) -> None:
        """Press keys and clear `seen`."""
        self._read()
        self.seen = ""
        os.write(self._master, text.encode())

    def write(self, data: bytes) -> None:
        """Send any bytes, as a broken terminal would."""
        os.write(self._master, data)

    def settings(self, *, echo: bool = True) -> list[object]:
        """Return the settings of the terminal; without `echo`, first turn off that of keys."""
        if not echo:
            now = termios.tcgetattr(self._master)
            now[3] &= ~termios.ECHO
            termios.tcsetattr(self._master, termios.TCSANOW, now)
        return termios.tcgetattr(self._master)

    def signal(self, number: signal.Signals) -> None:
        """Send the program a signal."""
        self.process.send_signal(number)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Take nothing from the program meanwhile, as after Ctrl+S or with a stalled connection."""
        terminal = os.open(self._name, os.O_RDWR | os.O_NOCTTY)
        try:
            termios.tcflow(terminal, termios.TCOOFF)
            yield
        finally:
            termios.tcflow(terminal, termios.TCOON)
            os.close(terminal)

    def hang_up(self) -> None:
        """Close the terminal."""
        if self._open:
            self._open = False
            os.close(self._master)

    def end(self, seconds: float = PATIENCE) -> int:
        """Wait for the end and return the exit code, or the signal's number below zero."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"it goes on after {seconds} s\n{self.seen}"
            self._read()
            time.sleep(0.02)
        self._read()
        return self.process.returncode

    @property
    def is_given_back(self) -> bool:
        """True if all modes were turned off again, and the cursor shows."""
        pairs = [(f"\x1b[?{mode}h", f"\x1b[?{mode}l") for mode in MODES]
        pairs.append(("\x1b[?25l", "\x1b[?25h"))
        return all(self.all.rfind(off) > self.all.rfind(on) >= 0 for on, off in pairs)

    @property
    def after_the_app(self) -> str:
        """The output after the app left the alternate screen, without escape sequences."""
        return re.sub(r"\x1b\[[0-9;?]*[a-z]", "", self.all.rpartition("\x1b[?1049l")[2])

    def unlock(self) -> None:
        """Unlock the vault that `fill` created."""
        self.wait_for(" unlock ")
        self.type(PASSWORD + "\r")
        self.wait_for("Registrar")

    def _read(self) -> str:
        parts = []
        while self._open and select.select([self._master], [], [], 0)[0]:
            try:
                some = os.read(self._master, 65536)
            except OSError:  # Linux: nobody has it open
                break
            parts.append(self._decoder.decode(some))
        if parts:
            # At once, as each addition copies all that was written so far.
            text = "".join(parts)
            self.seen += text
            self.all += text
            self._show(text)
        return self.seen

    def _show(self, text: str) -> None:
        self._joined = ()
        text = self._cut + text
        cut = _INCOMPLETE.search(text)
        self._cut = cut[0] if cut else ""
        self._stream.feed(_COLORS.sub("", text.removesuffix(self._cut)))


def _lines(screen: pyte.Screen) -> list[str]:
    """Return the lines of a screen; half of a wide character is a space.

    pyte's own `display` fails on what stays of a wide character whose first cell was painted over.
    """
    lines = []
    for y in range(screen.lines):
        cells, wide = [], False
        for x in range(screen.columns):
            char = screen.buffer[y][x].data
            if not wide:
                cells.append(char or " ")
            wide = not wide and cell_len(char) == 2
        lines.append("".join(cells))
    return lines


def _take_terminal() -> None:
    os.close(os.open(os.ttyname(0), os.O_RDWR))


def python(script: str) -> list[str]:
    """Return the command that runs a script in this interpreter."""
    return [sys.executable, "-c", script]
