"""What `doctor` looks at: each check gives findings, and changes nothing."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.errors import ClipboardError, CryptoError, FileError, VaultError
from tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tui.clocksync import ClockStatus
    from tui.config import Config
    from tui.vault.envelope import Envelope

SLOW = 5.0
"""Seconds; a vault that takes longer to open needs attention."""
CLOCK_OFF = 5.0
"""Seconds that the clock may be off; a code stands for 30."""
VAULT_OWNER = "vault's owner"
"""The name of a finding that is there when there is a file to look into."""
_SMALLEST = (40, 12)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    """What, in a word or two."""
    says: str
    """What was found."""
    advice: str = ""
    """What to do; something needs attention where this is not empty."""


def settings(sentences: tuple[str, ...]) -> Iterator[Finding]:
    """What is wrong with the settings."""
    for sentence in sentences:
        yield Finding("settings", sentence, "Mend the settings file.")
    if not sentences:
        yield Finding("settings", "nothing is wrong with them")


def vault_file(path: Path) -> Iterator[Finding]:
    """The place of the vault, whose it is and who can open it."""
    name = safe(str(path), 200)
    try:
        status, folder = path.lstat(), path.parent.stat()
    except FileNotFoundError:
        yield Finding("vault", f"there is none at {name}", "Make one with: otp-tui init")
        return
    except OSError as error:
        yield Finding("vault", f"{name}: {error.strerror}", "Make its folder yours.")
        return
    if not stat.S_ISREG(status.st_mode):
        yield Finding("vault", f"{name} is not a regular file", "Put the vault itself there.")
        return
    yield Finding("vault", name)
    yield from _private("vault", path, status, 0o077, "600")
    yield from _private("folder", path.parent, folder, 0o022, "700")


def _private(
    what: str, path: Path, status: os.stat_result, others: int, mode: str
) -> Iterator[Finding]:
    name, bits = safe(str(path), 200), stat.S_IMODE(status.st_mode)
    if status.st_uid != os.geteuid():
        advice = f"Make it yours: chown {os.geteuid()} {name}"
        yield Finding(f"{what}'s owner", f"another user, {status.st_uid}", advice)
    else:
        yield Finding(f"{what}'s owner", "you")
    advice = f"Run: chmod {mode} {name}" if bits & others else ""
    yield Finding(f"{what}'s permissions", f"{bits:04o}", advice)


def vault_header(path: Path, clock: Callable[[], float]) -> Iterator[Finding]:
    """What stands in the vault in the clear; one derivation is timed."""
    from tui.files import read_limited
    from tui.vault import envelope as envelopes
    from tui.vault.envelope import RecoverySlot

    try:
        envelope = envelopes.parse(read_limited(path), f"The vault {safe(str(path), 200)}")
    except (FileError, VaultError) as error:
        advice = error.hint or "Put a backup in its place."
        yield Finding("vault's header", str(error), advice)
        return
    yield from _cost(envelope, clock)
    has_code = any(isinstance(slot, RecoverySlot) for slot in envelope.slots)
    yield Finding("recovery code", "one opens the vault" if has_code else "none")


def _cost(envelope: Envelope, clock: Callable[[], float]) -> Iterator[Finding]:
    from tui.crypto import kdf
    from tui.vault import seal
    from tui.vault.envelope import PasswordSlot

    kdf.prepare()
    for slot in envelope.slots:
        if not isinstance(slot, PasswordSlot):
            continue
        params = slot.params
        memory = f"{params.memory_kib / 1024:g} MiB"
        cost = f"Argon2id, {memory}, {params.time_cost} passes, {params.parallelism} lanes"
        try:
            kdf.check_write(params)
        except CryptoError:
            yield Finding("password's cost", f"{cost}: too little", "Run: otp-tui passwd")
            continue
        begun = clock()
        try:
            seal.password_key(slot, b"not the password")
        except CryptoError as error:
            advice = "Free some memory, or lower kdf.memory_mib and run otp-tui passwd elsewhere."
            yield Finding("password's cost", f"{cost}: {error}", advice)
            continue
        took = clock() - begun
        advice = "Lower kdf in the settings, then run: otp-tui passwd" if took > SLOW else ""
        yield Finding("password's cost", f"{cost}: {took:.2f} s here", advice)


def copies_kept(path: Path) -> Iterator[Finding]:
    """The older versions, and what a conflict left behind."""
    from tui.vault.backups import Backups

    try:
        kept = Backups(path).kept()
        beside = sorted(
            each.name
            for each in path.parent.glob("*.conflict-*")
            if each.name.startswith(f"{path.stem}.conflict-")
        )
    except OSError as error:
        yield Finding("backups", f"cannot be read: {error.strerror}", "Make their folder yours.")
        return
    newest = f", the newest {safe(kept[0], 200)}" if kept else ""
    yield Finding("backups", f"{len(kept)}{newest}")
    for name in beside:
        advice = "Look what is in it (otp-tui --vault FILE list), then remove it."
        yield Finding("conflict", safe(name, 200), advice)


def system_clock(status: ClockStatus | None) -> Finding:
    """Whether codes can be right: a wrong clock makes wrong codes."""
    if status is None:
        return Finding("clock", "this system does not tell whether it is synchronised")
    if not status.synchronised:
        advice = "Turn time synchronisation on, for example: timedatectl set-ntp true"
        return Finding("clock", "not synchronised; wrong clocks make wrong codes", advice)
    says = f"synchronised, off by {status.may_be_off:.3f} s at most"
    late = status.may_be_off > CLOCK_OFF
    return Finding("clock", says, "See why: timedatectl, or chronyc tracking" if late else "")


def copying(config: Config, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Which way a copied code would go from here."""
    from tui.clipboard import OffWay, choose
    from tui.clipboard.command import CommandWay
    from tui.clipboard.native import need_a_tool
    from tui.clipboard.osc52 import Osc52Way
    from tui.clipboard.tmux import TmuxWay

    way = choose(config, environ, lambda _sequence: None)
    if isinstance(way, OffWay):
        yield Finding("copying", "turned off in the settings")
    elif isinstance(way, CommandWay):
        yield Finding("copying", f"the command {safe(config.clipboard_command[0], 80)}")
    elif isinstance(way, TmuxWay):
        yield Finding("copying", "tmux, and through it the terminal outside")
        yield _set_clipboard(environ)
    elif isinstance(way, Osc52Way):
        name = environ.get("TERM", "")
        advice = "Use another terminal, or clipboard_command." if name in {"dumb", "linux"} else ""
        yield Finding("copying", "the terminal (OSC 52), which has to allow it", advice)
    else:
        try:
            need_a_tool(environ)
        except ClipboardError as error:
            yield Finding("copying", str(error), error.hint or 'Set clipboard = "auto".')
        else:
            yield Finding("copying", "the desktop's clipboard")


def _set_clipboard(environ: Mapping[str, str]) -> Finding:
    from tui.clipboard.tool import run

    try:
        argv = ("tmux", "show-options", "-sv", "set-clipboard")
        value = safe(run(argv, "", environ, limit=2, answer=True).strip(), 40)
    except ClipboardError as error:
        return Finding("tmux", str(error), error.hint or "See that tmux runs and is in PATH.")
    advice = "" if value in {"on", "external"} else "In tmux.conf: set -s set-clipboard external"
    return Finding("tmux", f"set-clipboard is {value or 'not set'}", advice)


def terminal(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Its size and what colours it says that it has."""
    name = safe(environ.get("TERM", ""), 40)
    try:
        columns, rows = os.get_terminal_size(sys.stderr.fileno() if sys.stderr else 2)
    except (OSError, ValueError):
        yield Finding("terminal", "none here")
        return
    small = columns < _SMALLEST[0] or rows < _SMALLEST[1]
    advice = "Make it 40 columns by 12 rows or more." if small else ""
    yield Finding("terminal", f"{columns} columns by {rows} rows", advice)
    if name in {"", "dumb"}:
        yield Finding("colours", "TERM is “dumb” or not set", "Set TERM to your terminal's name.")
    elif environ.get("NO_COLOR"):
        yield Finding("colours", f"{name}; none, as NO_COLOR asks")
    else:
        full = environ.get("COLORTERM", "") in {"truecolor", "24bit"}
        number = "16 million" if full else "256" if "256" in name else "16 or fewer"
        yield Finding("colours", f"{name}, {number}")


def versions() -> Iterator[Finding]:
    """What runs here."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    import tui

    yield Finding("otp-tui", tui.__version__)
    yield Finding("Python", f"{platform.python_version()} on {platform.platform(terse=True)}")
    for package in ("textual", "cryptography", "argon2-cffi"):
        try:
            yield Finding(package, version(package))
        except PackageNotFoundError:
            yield Finding(package, "not installed", "Install otp-tui anew.")
