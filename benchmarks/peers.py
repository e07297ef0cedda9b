"""`make bench ARGS=peers`: one code from otp-tui and from other programs, where installed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.cotp import cotp
from benchmarks.entries import document
from benchmarks.figures import medians
from benchmarks.program import LIST, PASSWORD, environment, programs, seconds
from benchmarks.terminal import Terminal
from tui.otp.entry import Entry

Measure = Callable[[], float]

_COUNT = 10
_SOUGHT = "Service 00003"
_ROUNDS = 100_000
"""Rounds of PBKDF2 in an OTPClient 3.1 database."""


def table(runs: int) -> str:
    """Measure what is installed, and return the lines of the table."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        ours = stack.enter_context(programs(_COUNT))[_COUNT]
        ours.unlock()
        peer = stack.enter_context(cotp(_COUNT))
        cases: dict[str, Measure] = {
            "python -c pass": lambda: seconds([sys.executable, "-c", "pass"]),
            "otp-tui code, vault unlocked": ours.unlocked_code,
            "otp-tui code, with the password": ours.code,
            "otp-tui, vault unlocked: the list": lambda: _until(ours.start(), LIST),
            **({} if peer is None else {"cotp extract": peer}),
            **dict(_others(folder)),
        }
        taken = medians(cases, runs)
    floor = taken["python -c pass"]
    rows = [f"| {name} | {value * 1000:.0f} ms | {value / floor:.1f} |"
            for name, value in taken.items()]  # fmt: skip
    return "\n".join(["| program | time | ÷ `python -c pass` |", "|---|---|---|", *rows, ""])


def _others(folder: Path) -> Iterator[tuple[str, Measure]]:
    entries = document(_COUNT).entries
    for name, measure in {
        "oathtool": _oathtool,
        "keepassxc-cli": _keepassxc,
        "otpclient-cli": _otpclient,
        "textual-totp": _textual_totp,
    }.items():
        program = shutil.which(name)
        if program is None:
            sys.stderr.write(f"not installed: {name}\n")
        else:
            yield measure(program, folder, entries)


def _oathtool(program: str, _: Path, entries: tuple[Entry, ...]) -> tuple[str, Measure]:
    """It stores nothing; the secret comes from standard input."""
    secret = entries[3].secret.normal
    return "oathtool, without a vault", lambda: _run([program, "-b", "--totp", "-"], secret)


def _keepassxc(program: str, folder: Path, entries: tuple[Entry, ...]) -> tuple[str, Measure]:
    """A database with the key derivation that `keepassxc-cli import` chooses."""
    fields = [
        {"Title": each.issuer, "UserName": each.account, "otp": _uri(each)} for each in entries
    ]
    texts = "".join(
        "<Entry>"
        + "".join(
            f"<String><Key>{key}</Key><Value>{escape(value or '')}</Value></String>"
            for key, value in each.items()
        )
        + "</Entry>"
        for each in fields
    )
    source, database = folder / "k.xml", folder / "k.kdbx"
    source.write_text(
        f"<KeePassFile><Meta/><Root><Group><Name>Root</Name>{texts}</Group></Root></KeePassFile>"
    )
    _run([program, "import", "-q", "-p", str(source), str(database)], f"{PASSWORD}\n" * 2)
    command = [program, "show", "-q", "-t", str(database), _SOUGHT]
    return "keepassxc-cli show -t", lambda: _run(command, f"{PASSWORD}\n")


def _otpclient(program: str, folder: Path, entries: tuple[Entry, ...]) -> tuple[str, Measure]:
    """A database of OTPClient 3.1: initialization vector, salt, and AES-GCM around JSON."""
    rows = [
        {"type": "TOTP", "issuer": each.issuer, "label": each.account, "algo": "SHA1",
         "secret": each.secret.normal, "digits": 6, "period": 30} for each in entries
    ]  # fmt: skip
    nonce, salt = os.urandom(16), os.urandom(32)
    key = hashlib.pbkdf2_hmac("sha512", PASSWORD.encode(), salt, _ROUNDS, 32)
    sealed = AESGCM(key).encrypt(nonce, json.dumps(rows).encode(), nonce + salt)
    (folder / "o.enc").write_bytes(nonce + salt + sealed)
    (folder / "otpclient.cfg").write_text(
        f"[config]\ndb_path={folder / 'o.enc'}\nuse_secret_service=false\n"
    )
    command = [program, "show", "-a", entries[3].account or "", "-i", _SOUGHT]
    environ = {**environment(), "XDG_CONFIG_HOME": str(folder)}

    def code() -> float:
        terminal = Terminal(command, environ)
        terminal.wait_for(b"password")
        terminal.write(f"{PASSWORD}\n".encode())
        return _until(terminal, b"TOTP (")

    return "otpclient-cli show", code


def _textual_totp(program: str, folder: Path, entries: tuple[Entry, ...]) -> tuple[str, Measure]:
    """Its secrets come from a command, usually `pass`; here from a file, without encryption."""
    (folder / "uris").write_text("".join(f"{_uri(each)}\n" for each in entries))
    settings = folder / "settings.toml"
    settings.write_text(f'otp-command = ["cat", "{folder / "uris"}"]\n')
    command = [program, "--config", str(settings)]
    return "textual-totp, without encryption: the list", lambda: _until(
        Terminal(command, environment()), b"Service 00000"
    )


def _uri(entry: Entry) -> str:
    return (
        f"otpauth://totp/{entry.issuer.replace(' ', '%20')}:{entry.account}"
        f"?secret={entry.secret.normal}&issuer={entry.issuer.replace(' ', '%20')}"
    )


def _run(command: list[str], given: str) -> float:
    """Return the seconds that a command takes, from start to exit."""
    start = time.perf_counter()
    subprocess.run(
        command, input=given.encode(), env=environment(), check=True, capture_output=True
    )
    return time.perf_counter() - start


def _until(terminal: Terminal, marker: bytes) -> float:
    """Return the seconds from start to a text on the screen."""
    shown = terminal.wait_for(marker)
    terminal.end()
    return shown - terminal.started
