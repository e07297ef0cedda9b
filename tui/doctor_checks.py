"""The checks of the doctor, for `otp-tui doctor` and the app.

They change nothing and need no password.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.errors import ClipboardError, CryptoError, FileError, SessionError, VaultError
from tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tui.clock import Clock, ClockStatus
    from tui.config.schema import Config
    from tui.vault.envelope import Envelope

SLOW = 5.0
"""Seconds. A vault that takes longer to open needs attention."""
CLOCK_OFF = 5.0
"""Seconds that the clock may be off; a code usually lasts 30."""
TEST_TEXT = "otp-tui test"
"""What `doctor --test-copy` copies."""
_NOT_THERE = "The word didn't arrive."
_OTHER_WAY = "Change clipboard or clipboard_command in the settings; see docs/ssh.md."
_VAULT_OWNER = "vault's owner"
"""The finding that is reported only if the vault is a regular file."""
_MERGE = "Run: otp-tui merge"
_REVIEW = "Review it (otp-tui --vault FILE list), then delete it."
_SMALLEST = (40, 12)
"""Columns and rows that the app needs."""
_PACKAGES = (
    *("textual", "cryptography", "argon2-cffi"),
    *("pillow", "zxing-cpp", "segno", "platformdirs", "tomli-w", "tomlkit", "shtab"),
)
"""The names of the dependencies on PyPI."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    name: str
    """What was checked, in one or two words."""
    says: str
    """What was found."""
    advice: str = ""
    """What to do; empty if all is well."""


def findings(
    *,
    vault_path: Path,
    config_path: Path | None,
    config: Config,
    problems: tuple[str, ...],
    environ: Mapping[str, str],
    clock: Clock,
    size: tuple[int, int] | None,
    copy_test: Callable[[], Finding] | None = None,
) -> Iterator[Finding]:
    """Run all checks; takes at least one key derivation.

    `problems` are those in the settings, `size` is the terminal's in columns and rows (None without
    one), and `copy_test` is called after it is known how codes are copied.
    """
    from tui.clock import clock_status

    yield from settings(config_path, problems)
    of_file = [*vault_file(vault_path)]
    yield from of_file
    if any(finding.name == _VAULT_OWNER for finding in of_file):
        yield from vault_header(vault_path, clock.steady)
        yield from last_used(vault_path)
    yield from backups(vault_path)
    yield from conflicts(vault_path)
    yield from unmerged(vault_path)
    yield from commands(config, environ)
    yield from unlocking(environ, clock.now())
    yield system_clock(clock_status())
    yield from copying(config, environ)
    if copy_test is not None:
        yield copy_test()
    yield from terminal(environ, size)
    yield from versions()


def settings(path: Path | None, problems: tuple[str, ...]) -> Iterator[Finding]:
    """Report the problems in the file, and who else can change it."""
    if path is None:
        yield Finding("settings", "using the defaults; no settings file is in use")
        return
    name = safe(str(path), 200)
    for problem in problems:
        yield Finding("settings", problem, "Correct the settings file.")
    try:
        status = path.stat()
    except OSError:
        if not problems:
            yield Finding("settings", f"using the defaults; {name} doesn't exist")
        return
    if not problems:
        yield Finding("settings", f"{name} is valid")
    if status.st_uid not in {os.geteuid(), 0}:
        yield Finding("settings' owner", f"another user ({status.st_uid})", _chown(name))
    own_group = status.st_gid == os.getegid()
    if stat.S_ISREG(status.st_mode) and status.st_mode & (0o002 if own_group else 0o022):
        says = f"{stat.S_IMODE(status.st_mode):04o}: others can set commands that run as you"
        yield Finding("settings' permissions", says, f"Run: chmod go-w {name}")


def vault_file(path: Path) -> Iterator[Finding]:
    """Report where the vault is, who owns it and who can open it."""
    name = safe(str(path), 200)
    try:
        folder = path.parent.stat()
        status = path.lstat()
    except FileNotFoundError:
        what = "file" if path.parent.exists() else "folder"
        yield Finding("vault", f"{name} doesn't exist (no such {what})", "Run: otp-tui init")
        return
    except OSError as error:
        yield Finding("vault", f"{name}: {error.strerror}", "Take ownership of the folder.")
        return
    if not stat.S_ISREG(status.st_mode):
        says = f"{name} is not a regular file"
        yield Finding("vault", says, "Move it away and put the vault in its place.")
        return
    yield Finding("vault", name)
    yield from _private("vault", path, status, 0o077, "600")
    yield from _private("folder", path.parent, folder, 0o022, "700")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        says = "not writable: the vault can be opened but not changed"
        yield Finding("folder", says, "Make it writable, or move the vault.")


def vault_header(path: Path, clock: Callable[[], float]) -> Iterator[Finding]:
    """Report on the unencrypted part of the vault, and how long one key derivation takes."""
    from tui.files import read_limited
    from tui.vault import envelope as envelopes
    from tui.vault.envelope import PasswordSlot

    try:
        envelope = envelopes.parse(read_limited(path), f"The vault {safe(str(path), 200)}")
    except (FileError, VaultError) as error:
        yield Finding("vault's header", str(error), error.hint or "Restore an older copy.")
        return
    yield from _key_derivation(envelope, clock)
    has_code = any(not isinstance(slot, PasswordSlot) for slot in envelope.slots)
    yield Finding("recovery code", "set" if has_code else "none")


def last_used(path: Path) -> Iterator[Finding]:
    """Report if the vault is not the one last used on this machine, nor a newer one."""
    from tui.files import read_limited
    from tui.vault import envelope as envelopes
    from tui.vault.seen import Seen
    from tui.vault.state import digest
    from tui.vault.store import resolve

    try:
        data = read_limited(path)
        header = envelopes.parse(data)
        seen = Seen(header.vault_id, resolve(path))
    except (FileError, VaultError):
        return
    older = seen.compare(header.generation, digest(data))
    if older is not None:
        advice = f"{_newest(path, header)} To go on with this one: otp-tui list --accept-older"
        yield Finding("generation", f"the vault is {older.what}", advice)
    elif seen.last() is not None:
        yield Finding("generation", f"{header.generation}, the newest used on this machine")


def _newest(path: Path, header: Envelope) -> str:
    """Return where to find a newer file of the vault."""
    from shlex import quote

    from tui.vault.copies import find_copies
    from tui.vault.versions import older_files

    files = [*older_files(path, header.vault_id), *find_copies(path, header.vault_id)]
    newest = max(files, key=lambda file: file.envelope.generation, default=None)
    if newest is None or newest.envelope.generation <= header.generation:
        return (
            "Look for the newer file: in the folder “backups”, next to the vault, on your other"
            " machines."
        )
    return (
        f"The newest other file here is {newest.name}, generation {newest.envelope.generation}."
        f" Run: otp-tui merge {quote(safe(str(newest.path), 200))}"
        " – or look on your other machines."
    )


def backups(path: Path) -> Iterator[Finding]:
    """Report the older copies of the vault."""
    from tui.vault.backups import Backups

    try:
        kept = Backups(path).kept()
    except OSError as error:
        yield Finding(
            "backups", f"can't be read: {error.strerror}", "Take ownership of the folder."
        )
        return
    newest = f", newest {safe(kept[0], 200)}" if kept else ""
    yield Finding("backups", f"{len(kept)}{newest}")


def conflicts(path: Path) -> Iterator[Finding]:
    """Report the copies of the vault that a conflict left next to it."""
    from tui.vault.copies import conflict_names, find_copies, too_many
    from tui.vault.versions import VaultFile

    try:
        copies = find_copies(path, VaultFile.read(path).envelope.vault_id)
    except (FileError, VaultError):
        copies = []
    found = [file.path.name for file in copies]
    for name in found:
        yield Finding("conflict", f"{safe(name, 200)} is a copy of this vault", _MERGE)
    for name in conflict_names(path):
        if name not in found:
            yield Finding("conflict", safe(name, 200), _REVIEW)
    if left_out := too_many(path):
        yield Finding("conflict", left_out, "Delete those that are not vaults.")


def unmerged(path: Path) -> Iterator[Finding]:
    """Report if git has a conflict in the vault."""
    from tui.errors import UsageError
    from tui.git import run_git

    if not any((folder / ".git").exists() for folder in path.absolute().parents):
        return
    words = ("-c", "core.fsmonitor=false", "ls-files", "--unmerged", "--", f":(literal){path.name}")
    try:
        if not run_git(path.parent, *words):
            return
    except (FileError, UsageError):
        return
    says = "the vault is not merged: the file is only your version"
    yield Finding("git", says, "Run otp-tui unlock, then git merge --abort, and merge again.")


def commands(config: Config, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Report the programs in the settings, and any that can't be run."""
    from shutil import which

    from tui.paths import expand_program

    for name, words in (
        ("password_command", config.password_command),
        ("clipboard_command", config.clipboard_command),
    ):
        if not words:
            continue
        program = expand_program(words)[0]
        found = which(program, path=environ.get("PATH"))
        if found is None:
            says = f"{safe(program, 200)} is missing or not executable"
            yield Finding(name, says, f"Install it, or correct {name} in the settings.")
        else:
            yield Finding(name, safe(found, 200))


def unlocking(environ: Mapping[str, str], now: float) -> Iterator[Finding]:
    """Report what would keep the keys of unlocked vaults, and the vaults that are unlocked."""
    from tui.session import choose
    from tui.unlocked import unlocked, vault_words

    session = choose(environ)
    says = f"keys are kept by {session.name}"
    yield Finding("unlock", says if session.kind != "none" else "turned off by OTP_TUI_SESSION")
    try:
        for where, one in unlocked(environ):
            yield Finding("unlocked", vault_words(one, where, now))
    except SessionError as error:
        yield Finding("unlocked", str(error), error.hint)


def system_clock(status: ClockStatus | None) -> Finding:
    """Report the state of the clock, which codes depend on."""
    if status is None:
        return Finding(
            "clock", "unknown: this system doesn't report it; compare it with another clock"
        )
    if not status.synchronized:
        says = "not synchronized (offset unknown); if the clock is wrong, so are the codes"
        return Finding("clock", says, "Turn synchronization on, e.g.: timedatectl set-ntp true")
    says = f"synchronized, off by at most {status.max_error:.3f} s"
    late = status.max_error > CLOCK_OFF
    return Finding("clock", says, "Find out why: timedatectl or chronyc tracking" if late else "")


def copying(config: Config, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Report how a code would be copied from here, and what would be said about it."""
    from tui.clipboard import NoClipboard, choose
    from tui.clipboard.command import CommandClipboard
    from tui.clipboard.tmux import TmuxClipboard

    way = choose(config, environ, lambda _sequence: None)
    if isinstance(way, NoClipboard):
        yield Finding("copying", "turned off in the settings")
        return
    if isinstance(way, CommandClipboard):
        yield Finding("copying", f"by the command {safe(config.clipboard_command[0], 80)}")
        return
    try:
        outcome = way.expect()
    except ClipboardError as error:
        # Without TERM, nobody is there to copy anything.
        advice = error.hint or (_OTHER_WAY if environ.get("TERM") else "")
        yield Finding("copying", str(error), advice)
    else:
        yield Finding("copying", _inside(outcome.says), outcome.doubt)
    if isinstance(way, TmuxClipboard):
        yield _tmux_set_clipboard(environ)


def test_copy(
    config: Config, environ: Mapping[str, str], paste: Callable[[str], str] | None
) -> Finding:
    """Copy a text as a code would be copied; report the result, or how to check it.

    `paste` asks for what the user pastes. With it, the other ways are tried if nothing arrives.
    """
    if config.clipboard == "off":
        return Finding("test copy", "skipped: copying is turned off")
    if paste is not None:
        return _pasted(config, environ, paste)
    from tui.clipboard import GIVEN, choose, write_to_terminal

    try:
        outcome = choose(config, environ, write_to_terminal).copy(TEST_TEXT)
    except ClipboardError as error:
        return Finding("test copy", str(error), error.hint or _OTHER_WAY)
    if outcome.verified:
        return Finding("test copy", f"“{TEST_TEXT}” is on the clipboard", outcome.doubt)
    whom = "clipboard_command" if outcome == GIVEN else "the terminal"
    check = f"paste it somewhere; if you don't see it, {whom} ignored it"
    return Finding("test copy", f"“{TEST_TEXT}” was sent to {whom}: {check}", outcome.doubt)


def _pasted(config: Config, environ: Mapping[str, str], paste: Callable[[str], str]) -> Finding:
    """Copy a random word in each way that applies, until the user pastes it."""
    from contextlib import suppress
    from dataclasses import replace
    from secrets import token_hex

    from tui.clipboard import choose, write_to_terminal

    used: set[str] = set()
    reasons = []
    for name in dict.fromkeys((config.clipboard, "tmux", "native", "osc52")):
        applies = name != "tmux" or environ.get("TMUX")
        if name in used or not applies:
            continue
        way = choose(replace(config, clipboard=name), environ, write_to_terminal)
        word = f"test-{token_hex(3)}"
        try:
            outcome = way.copy(word)
        except ClipboardError as error:
            says = error.sentence if name == config.clipboard else str(error)
            reasons.append(f"{name}: {_inside(says)}")
            continue
        handover = way.handover()
        used.add(handover.way[0] if handover else name)
        answer = paste(f"{outcome.says}. Paste it here and press Enter: ")
        with suppress(ClipboardError):
            way.clear()
        if answer.strip() == word:
            if name == config.clipboard:
                return Finding("test copy", "works: the test word arrived")
            says = f"the test word arrived with {name}, not with {config.clipboard}"
            return Finding("test copy", says, f'In the settings: clipboard = "{name}"')
        reasons.append(f"{name}: {_inside(outcome.doubt or _NOT_THERE)}")
    return Finding("test copy", " ".join(reasons), _OTHER_WAY)


def _inside(sentence: str) -> str:
    """Return a sentence to put after a colon."""
    return sentence[:1].lower() + sentence[1:]


def terminal(environ: Mapping[str, str], size: tuple[int, int] | None) -> Iterator[Finding]:
    """Report the terminal's size (columns and rows; None without a terminal) and colors."""
    name = safe(environ.get("TERM", ""), 40)
    if size is None:
        yield Finding("terminal", "none")
        return
    columns, rows = size
    small = columns < _SMALLEST[0] or rows < _SMALLEST[1]
    advice = f"Enlarge it to at least {_SMALLEST[0]} x {_SMALLEST[1]}." if small else ""
    yield Finding("terminal", f"{columns} columns by {rows} rows", advice)
    if name in {"", "dumb"}:
        yield Finding("colors", "TERM is “dumb” or not set", "Set TERM to your terminal's type.")
    elif environ.get("NO_COLOR"):
        yield Finding("colors", f"{name}; turned off by NO_COLOR")
    else:
        full = environ.get("COLORTERM", "") in {"truecolor", "24bit"}
        number = "16 million" if full else "256" if "256" in name else "16 or fewer"
        yield Finding("colors", f"{name}, {number}")


def versions() -> Iterator[Finding]:
    """Report the versions of otp-tui, Python and the dependencies."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    import tui

    yield Finding("otp-tui", tui.__version__)
    yield Finding("Python", f"{platform.python_version()} on {platform.platform(terse=True)}")
    for package in _PACKAGES:
        try:
            yield Finding(package, version(package))
        except PackageNotFoundError:
            yield Finding(package, "not installed", "Reinstall otp-tui.")


def _private(
    what: str, path: Path, status: os.stat_result, others: int, mode: str
) -> Iterator[Finding]:
    name, bits = safe(str(path), 200), stat.S_IMODE(status.st_mode)
    if status.st_uid != os.geteuid():
        yield Finding(f"{what}'s owner", f"another user ({status.st_uid})", _chown(name))
    else:
        yield Finding(f"{what}'s owner", "you")
    advice = f"Run: chmod {mode} {name}" if bits & others else ""
    yield Finding(f"{what}'s permissions", f"{bits:04o}", advice)


def _chown(name: str) -> str:
    return f"Run: chown {os.geteuid()} {name}"


def _key_derivation(envelope: Envelope, clock: Callable[[], float]) -> Iterator[Finding]:
    from tui.crypto import kdf
    from tui.vault import seal
    from tui.vault.envelope import PasswordSlot

    what = "key derivation"
    kdf.prepare()
    for slot in envelope.slots:
        if not isinstance(slot, PasswordSlot):
            continue
        params = slot.params
        says = (
            f"Argon2id, memory {params.memory_kib / 1024:g} MiB, iterations {params.time_cost}, "
            f"parallelism {params.parallelism}"
        )
        try:
            kdf.check_write(params)
        except CryptoError:
            yield Finding(what, f"{says}: too weak", "Run: otp-tui passwd")
            continue
        begun = clock()
        try:
            seal.password_key(slot, b"not the password")
        except CryptoError as error:
            advice = "Free some memory, or lower kdf.memory_mib and run otp-tui passwd elsewhere."
            yield Finding(what, f"{says}: {error}", advice)
            continue
        took = clock() - begun
        advice = "Lower [kdf] in the settings, then run: otp-tui passwd" if took > SLOW else ""
        yield Finding(what, f"{says}: {took:.2f} s here", advice)


def _tmux_set_clipboard(environ: Mapping[str, str]) -> Finding:
    from tui.clipboard.tool import run

    try:
        argv = ("tmux", "show-options", "-sv", "set-clipboard")
        value = safe(run(argv, "", environ, limit=2, answer=True).strip(), 40)
    except ClipboardError as error:
        return Finding("tmux", str(error), error.hint or "Check that tmux is running and on PATH.")
    if value in {"on", "external"}:
        return Finding("tmux", f"set-clipboard is {value}")
    says = f"set-clipboard is {value or 'not set'}: copies stay in tmux"
    return Finding("tmux", says, "In tmux.conf: set -s set-clipboard external")
