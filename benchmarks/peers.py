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

_COUNTS = (10, 1000, 10_000)
_SOUGHT = "Service 00003"
_ROUNDS = 100_000
"""Rounds of PBKDF2 in an OTPClient 3.1 database."""
_PASS = "python -c pass"  # noqa: S105


def table(runs: int) -> str:
    """Measure what is installed, and return the lines of the table."""
    by_count = {count: _medians(count, runs) for count in _COUNTS}
    floor = by_count[_COUNTS[0]][_PASS]
    lines = [
        f"| program | {' | '.join(f'{count:,}' for count in _COUNTS)} entries | ÷ `{_PASS}` |",
        f"|---|{'---|' * len(_COUNTS)}---|",
    ]
    for name, fewest in by_count[_COUNTS[0]].items():
        times = [by_count[count].get(name) for count in _COUNTS]
        shown = [f"{each * 1000:.{int(each < 0.01)}f} ms" if each else "–" for each in times]
        lines.append(f"| {name} | {' | '.join(shown)} | {fewest / floor:.1f} |")
    return "\n".join([*lines, ""])


def _medians(count: int, runs: int) -> dict[str, float]:
    """Return the seconds of each program with that many entries."""
    sys.stderr.write(f"measuring {count} entries …\n")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        ours = stack.enter_context(programs(count))[count]
        ours.unlock()
        cases: dict[str, Measure] = {
            _PASS: lambda: seconds([sys.executable, "-c", "pass"]),
            "otp-tui code, vault unlocked": ours.unlocked_code,
            "otp-tui code, with the password": ours.code,
            "otp-tui, vault unlocked: the list": lambda: _until(ours.start(), LIST),
        }
        peer = stack.enter_context(cotp(count))
        if peer is None:
            sys.stderr.write("not installed: cotp\n")
        else:
            cases["cotp extract"] = peer.code
        return medians({**cases, **dict(_others(folder, count))}, runs)


def _others(folder: Path, count: int) -> Iterator[tuple[str, Measure]]:
    """Yield the programs that are installed, and that open so many entries in a few seconds."""
    entries = document(count).entries
    for name, measure, most in (
        ("oathtool", _oathtool, 10_000),
        ("keepassxc-cli", _keepassxc, 10_000),
        ("otpclient-cli", _otpclient, 1000),
        ("textual-totp", _textual_totp, 10),
    ):
        program = shutil.which(name)
        if program is None:
            sys.stderr.write(f"not installed: {name}\n")
        elif count <= most:
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
        terminal.wait_until_hidden()
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
