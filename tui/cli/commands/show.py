"""`otp-tui show`: an entry's details, or a QR code to scan with a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.cli import output, qr_display
from tui.cli.args import add_query
from tui.cli.entry_object import described, secret_fields
from tui.cli.lookup import find_entry
from tui.cli.parser import add_command
from tui.cli.secrets import add_options
from tui.errors import EntryError, UsageError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.otp.entry import Category, Entry


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "show",
        "show an entry's details, or its QR code",
        "Prints everything but secret, PIN and code. QUERY works as in `otp-tui code`.\n"
        f"\n{qr_display.IN_HELP}",
    )
    add_query(parser, "+", "the entry to show")
    parser.add_argument("--secret", action="store_true", help="also print secret, PIN and URI")
    parser.add_argument(
        "--qr",
        action="store_true",
        help="print only a QR code to scan with a phone; it contains the secret",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_options(parser, "password")


def run(args: Namespace, context: Context) -> int:
    """Print the matching entry.

    Raises:
        MatchError: no entry matches, or several do.
        UsageError: --qr with --json or --secret, or the terminal is too narrow for the code.
        EntryError: the entry can't be shown as a QR code.
    """
    if args.qr and (args.json or args.secret):
        raise UsageError("--qr prints only a QR code.", "Omit --json and --secret.")
    output.require_open()
    vault = context.open_vault(guarded="to show the secret" if args.qr or args.secret else "")
    entry = find_entry(vault, " ".join(args.query))
    categories = vault.document.categories
    if args.qr:
        _show_code(entry)
    elif args.json:
        output.json(_object(entry, categories, args.secret))
    else:
        from tui.otp.lookalike import warnings

        warning = warnings(vault.document.entries).get(entry.id, "")
        _print(entry, categories, warning, args.secret)
    return 0


def _show_code(entry: Entry) -> None:
    from tui import qr
    from tui.otp.describe import setup_uri

    try:
        found = setup_uri(entry)
        code = qr.make(found.uri)
    except EntryError as error:
        raise EntryError(f"{entry.label}: {error}.", error.hint) from None
    output.say(entry.label)
    qr_display.show(code)
    if found.note:
        output.say(found.note)


def _print(entry: Entry, categories: Iterable[Category], warning: str, secret: bool) -> None:
    from tui.otp.describe import details

    rows = [*details(entry, categories, warning), ("ID", entry.id)]
    if secret:
        rows.append(("Secret", output.exact(entry.secret.given)))
        rows += [("PIN", output.exact(entry.pin))] if entry.pin else []
        rows += [("URI", uri)] if (uri := _uri(entry)) else []
    output.lines(
        f"{'' if place else name:<14}{line}"
        for name, value in rows
        for place, line in enumerate(value.split("\n"))
    )


def _object(entry: Entry, categories: Iterable[Category], secret: bool) -> dict[str, Any]:
    shown = described(entry, categories) | {
        "icon": entry.icon,
        "created": entry.created or None,
        "updated": entry.updated or None,
        "used": entry.used or None,
        "copy_count": entry.copy_count,
    }
    return shown | (secret_fields(entry) | {"uri": _uri(entry) or None} if secret else {})


def _uri(entry: Entry) -> str:
    """Return the entry's URI; "" if it has none."""
    from tui.otp.describe import setup_uri

    try:
        return setup_uri(entry).uri
    except EntryError:
        return ""
