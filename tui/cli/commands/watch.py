"""`otp-tui watch`: print codes as they change, for screen readers and logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli import output
from tui.cli.args import add_query
from tui.cli.parser import add_command
from tui.cli.secrets import add_options
from tui.errors import EntryError, MatchError, NewPasswordError, NotSavedError, VaultError
from tui.text import safe

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator, Sequence

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.clock import Clock
    from tui.otp.codes import Code
    from tui.otp.entry import Entry
    from tui.vault.vault import Vault

_LONGEST_PAUSE = 1.0
"""Seconds after which the clock is read again: it may be set, or the machine may sleep."""
_SHORTEST_PAUSE = 0.01
_AGAIN = "To go on, run: otp-tui watch"


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "watch",
        "print codes as they change, one per line",
        "Prints “issuer (account): code” for every entry, then again for each code that changes,\n"
        "until you press Ctrl+C. Counter-based (HOTP) entries and entries added later are not\n"
        "shown.",
    )
    add_query(parser, "*", "show only entries that contain these words; '#work' is a category")
    parser.add_argument("--json", action="store_true", help="print each line as JSON")
    add_options(parser, "password")


def run(args: Namespace, context: Context) -> int:
    """Print until Ctrl+C, or until standard output is closed.

    Raises:
        MatchError: no matching entry has a code.
        VaultError: another program locked the vault, or it can't be read any more.
    """
    output.require_open()
    vault = context.open_vault()
    from time import sleep

    from tui.session.lock_signal import LockSignal

    signal = LockSignal(vault.vault_id)

    def pause(seconds: float) -> None:
        sleep(seconds)
        if signal.sent():
            raise VaultError("The vault was locked.")

    watched = Watched(vault, " ".join(args.query), context.clock)
    line = _as_object if args.json else _as_words
    for changed in follow(watched.entries(), context.clock, pause, line, watched.entries):
        output.write("".join(f"{line}\n" for line in changed))
    return 0


class Watched:
    """The entries to watch, which other programs may change."""

    def __init__(self, vault: Vault, query: str, clock: Clock) -> None:
        self._vault, self._query, self._clock = vault, query, clock
        self._merges = -1
        self._entries: list[Entry] = []
        self._reported: set[str] = set()
        """Ids of the entries without a code that were reported."""
        self._doubtful = False
        """True if the file couldn't be read when it was last looked at."""

    def entries(self) -> list[Entry]:
        """Return the current entries; the same list if nothing changed.

        Raises:
            MatchError: no matching entry has a code.
            VaultError: the vault can't be read any more.
        """
        vault = self._vault
        if vault.stale:
            self._refresh()
        if vault.merges != self._merges:
            self._merges = vault.merges
            found = self._find()
            if [*map(_what_is_shown, found)] != [*map(_what_is_shown, self._entries)]:
                self._entries = found
        return self._entries

    def _refresh(self) -> None:
        """Take over what another program saved.

        As a sync service may write slowly, a missing or damaged file is looked at twice.

        Raises:
            VaultError: it can't be read any more, so the codes may be old.
        """
        from tui.vault.locked_vault import LockedVault

        vault, doubtful, self._doubtful = self._vault, self._doubtful, False
        try:
            found = LockedVault.read(vault.path, self._clock)
        except VaultError:
            if doubtful:
                raise
            self._doubtful = True
            return
        if found.vault_id != vault.vault_id:
            raise VaultError("Another vault took the place of this one.", _AGAIN)
        try:
            vault.refresh()
        except NewPasswordError:
            raise VaultError("The password of the vault was changed.", _AGAIN) from None
        except NotSavedError as error:
            raise VaultError("The vault was damaged or replaced.", error.hint) from None

    def _find(self) -> list[Entry]:
        from tui.otp.search import find
        from tui.vault.order import ordered

        document = self._vault.document
        found = find(ordered(document), document.categories, self._query)
        moment = self._clock.now()
        entries = [entry for entry in found if _has_codes(entry, moment, self._reported)]
        if not entries:
            matching = f" for “{safe(self._query, 80)}”" if self._query else ""
            raise MatchError(f"No entry to watch{matching}.", "Run: otp-tui list")
        return entries


def _what_is_shown(entry: Entry) -> object:
    """Return what lines and codes depend on; not how often it was copied."""
    code = (entry.type, entry.secret, entry.algorithm, entry.digits, entry.period, entry.pin)
    return entry.id, entry.label, code


def _as_words(entry: Entry, code: Code) -> str:
    return safe(f"{entry.label}: {code.text}")


def _as_object(entry: Entry, code: Code) -> str:
    return output.as_json(output.code_object(entry, code))


def follow(
    entries: Sequence[Entry],
    clock: Clock,
    pause: Callable[[float], object],
    line: Callable[[Entry, Code], str] = _as_words,
    current: Callable[[], Sequence[Entry]] | None = None,
) -> Iterator[list[str]]:
    """Yield the lines of all codes, then, forever, those of the codes that changed.

    After each pause, all lines are yielded again if `current` returns other entries. `line` formats
    a code, safe for a terminal; `pause` waits for a number of seconds. Every entry must have a
    period and a valid code.
    """
    from tui.otp.algorithms import step_at
    from tui.otp.codes import code_at, period

    periods = [period(entry) or 1 for entry in entries]
    shown = [-1] * len(entries)
    while True:
        moment = clock.now()
        steps = [step_at(moment, seconds) for seconds in periods]
        changed = [
            line(entry, code_at(entry, moment))
            for entry, now, before in zip(entries, steps, shown, strict=True)
            if now != before
        ]
        shown = steps
        if changed:
            yield changed
        following = min((now + 1) * each for now, each in zip(steps, periods, strict=True))
        pause(min(max(following - clock.now(), _SHORTEST_PAUSE), _LONGEST_PAUSE))
        if current is not None and (others := current()) is not entries:
            entries, periods = others, [period(entry) or 1 for entry in others]
            shown = [-1] * len(entries)


def _has_codes(entry: Entry, moment: float, reported: set[str]) -> bool:
    """Return True if the entry has codes to watch; print once why they can't be computed."""
    from tui.otp.codes import code_at

    if entry.type.has_counter:
        return False
    try:
        code_at(entry, moment)
    except EntryError as error:
        if entry.id not in reported:
            reported.add(entry.id)
            output.complain(f"{entry.label}: {error.sentence}")
        return False
    return True
