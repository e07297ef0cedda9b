"""`otp-tui code`: print or copy one code."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tui.cli import forwarded, output
from tui.cli.args import add_at, add_query, whole_number
from tui.cli.lookup import find_entry
from tui.cli.parser import add_command
from tui.cli.secrets import add_options
from tui.errors import ClipboardError, EntryError, NotSavedError, UsageError, VaultMissingError

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.clipboard import Copier
    from tui.forward.client import ForwardedCode
    from tui.otp.codes import Code
    from tui.otp.entry import Entry
    from tui.vault.vault import Vault


MOST_SECONDS = 3600
"""Maximum wait before the clipboard is cleared."""
_PRINT = "To print the code, omit --copy."


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "code",
        "print or copy one code",
        "Every word of the query must occur in the issuer, account or category. An exact issuer,\n"
        "account, issuer:account, “issuer (account)” or ID wins over partial matches. For a\n"
        "counter-based (HOTP) entry, each code advances the counter; --at and --next don't apply.",
    )
    add_query(parser, "+", "the entry to get a code for")
    add_at(parser)
    parser.add_argument("--next", action="store_true", help="print the code of the next period")
    parser.add_argument(
        "--forwarded",
        action="store_true",
        help="use the vault of the machine that you came from with ssh -A; see otp-tui ssh-agent",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--copy",
        action="store_true",
        help="copy the code instead of printing it; the clipboard is cleared after the time in "
        "the settings (clipboard_clear), if the code is still there",
    )
    parser.add_argument(
        "--clear",
        metavar="SECONDS",
        type=whole_number(1, MOST_SECONDS, "seconds"),
        help="with --copy: wait, then clear the clipboard; Ctrl+C clears it right away",
    )
    how.add_argument(
        "--json", action="store_true", help="print JSON, with the entry and when the code expires"
    )
    add_options(parser, "password")


def run(args: Namespace, context: Context) -> int:
    """Print or copy the code of the matching entry.

    Raises:
        MatchError: no entry matches, or several do.
        UsageError: --at or --next with a counter-based or forwarded entry.
        ForwardError: --forwarded, and no code came through the SSH agent.
    """
    if args.clear is not None and not args.copy:
        raise UsageError("--clear requires --copy.")
    if not args.copy:
        output.require_open()
    query = " ".join(args.query)
    timed = args.next or args.at is not None
    if args.forwarded:
        if timed:
            raise UsageError("--at and --next don't apply to forwarded codes.")
        return _give(args, context, forwarded.code(query))
    try:
        locked = context.read_vault()
    except VaultMissingError as missing:
        if args.vault or timed:
            raise
        return _give(args, context, forwarded.code_instead(query, missing))
    vault = context.unlock(locked, _import_rest)
    entry = find_entry(vault, query)
    code = _code(args, context, vault, entry)
    if args.copy:
        copier = _copy(args, context, code.text)
        _count(vault, entry, int(context.clock.now()))
        if args.clear is not None:
            context.close()
            _wait_and_clear(copier, args.clear)
    elif args.json:
        output.json(output.code_object(entry, code))
    else:
        output.lines([code.text])
    return 0


def _give(args: Namespace, context: Context, code: ForwardedCode) -> int:
    """Copy or print a code that came through the SSH agent."""
    if args.copy:
        copier = _copy(args, context, code.text)
        if args.clear is not None:
            _wait_and_clear(copier, args.clear)
    elif args.json:
        output.json(forwarded.code_object(code, context.clock))
    else:
        output.lines([code.text])
    return 0


def _import_rest() -> None:
    import tui.otp.codes
    import tui.otp.search  # noqa: F401


def _copy(args: Namespace, context: Context, code: str) -> Copier:
    """Copy a code and say what is known; without --clear, have it cleared by another process."""
    from tui.clipboard import Copier, choose, write_to_terminal

    clipboard = choose(context.config, os.environ, write_to_terminal)
    seconds = context.config.clipboard_clear if args.clear is None else args.clear
    copier = Copier(clipboard, context.clock, seconds)
    try:
        outcome = copier.copy(code)
    except ClipboardError as error:
        raise ClipboardError(str(error), f"{error.hint} {_PRINT}".lstrip()) from None
    handover = copier.handover() if seconds and args.clear is None else None
    cleared = ""
    if handover is not None:
        from tui.clipboard.later import clear_later

        cleared = f" {clear_later(handover, seconds, os.environ)}"
    output.say(f"{outcome.says}.{cleared}")
    if outcome.doubt:
        output.say(f"{outcome.doubt} {_PRINT}")
    return copier


def _wait_and_clear(copier: Copier, seconds: int) -> None:
    """Clear the clipboard after a wait, even if a signal ends it; raise ClipboardError."""
    from time import sleep

    from tui.cli.signals import clean_up_on_signals

    with clean_up_on_signals():
        try:
            output.say(f"Clearing the clipboard in {seconds} s.")
            sleep(seconds)
        finally:
            if said := copier.clear():
                output.say(said)


def _count(vault: Vault, entry: Entry, moment: int) -> None:
    """Count the copy; if that can't be saved, only the count is lost."""
    from contextlib import suppress

    from tui.vault.edit import count_use

    vault.change_later(lambda document: count_use(document, entry.id, moment))
    with suppress(NotSavedError):
        vault.save()


def _code(args: Namespace, context: Context, vault: Vault, entry: Entry) -> Code:
    from tui.otp.codes import code_at, next_code

    if entry.type.has_counter:
        if args.next or args.at is not None:
            raise UsageError(f"{entry.label} is counter-based: --at and --next don't apply.")
        return vault.take_hotp(entry.id)
    moment = context.clock.now() if args.at is None else args.at
    try:
        return next_code(entry, moment) if args.next else code_at(entry, moment)
    except EntryError as error:
        raise EntryError(f"{entry.label}: {error}.", error.hint) from None
