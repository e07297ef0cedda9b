"""`otp-tui list`: the entries and their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.cli import output
from tui.cli.moment import add_at
from tui.cli.parser import add_command
from tui.cli.passwords import add_options

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.otp.codes import Code
    from tui.otp.entry import Entry


def register(subparsers: Subparsers) -> None:
    """Add `list`."""
    parser = add_command(
        subparsers,
        "list",
        "list the entries with their codes",
        "Columns: issuer, account, code, seconds that it is still valid. A counter's\n"
        "(HOTP) code is left out: `otp-tui code` gives it and moves the counter.",
    )
    parser.add_argument("query", metavar="QUERY", nargs="*", help="words that all must occur")
    parser.add_argument("--json", action="store_true", help="print a list of objects")
    parser.add_argument("--secrets", action="store_true", help="print secrets and PINs, too")
    add_at(parser)
    add_options(parser, "password")


def run(args: Namespace, context: Context) -> int:
    """Print the entries that fit the query, in the user's own order."""
    vault = context.open_vault()

    from tui.otp.codes import code_at  # noqa: PLC0415 - the KDF comes first
    from tui.otp.entry import OtpType  # noqa: PLC0415
    from tui.otp.query import find  # noqa: PLC0415

    moment = context.clock.now() if args.at is None else args.at
    categories = sorted(vault.document.categories, key=lambda category: category.ranking)
    names = {category.id: category.name for category in categories}
    ordered = sorted(vault.entries, key=lambda entry: entry.ranking)
    rows: list[tuple[Entry, Code | None]] = [
        (entry, None if entry.type is OtpType.HOTP else code_at(entry, moment))
        for entry in find(ordered, categories, " ".join(args.query))
    ]
    if args.json:
        output.json([_object(entry, code, names, args.secrets) for entry, code in rows])
    elif rows:
        _print_table(rows, moment, args.secrets)
    else:
        output.say("No entry fits." if args.query else "There are no entries yet.")
    return 0


def _print_table(rows: list[tuple[Entry, Code | None]], moment: float, secrets: bool) -> None:
    from tui.cli.columns import WIDEST, table  # noqa: PLC0415
    from tui.text import safe  # noqa: PLC0415

    cells = []
    for entry, code in rows:
        row = [
            safe(entry.issuer, WIDEST),
            safe(entry.account or "", WIDEST),
            code.text if code else "",
            f"{_left(code, moment):>3}" if code else "",
        ]
        if secrets:
            row += [entry.secret.given, entry.pin or ""]
        cells.append(row)
    output.lines(table(cells))


def _left(code: Code, moment: float) -> str:
    return "" if code.valid_until is None else str(max(0, int(code.valid_until - moment)))


def _object(
    entry: Entry, code: Code | None, names: Mapping[str, str], secrets: bool
) -> dict[str, Any]:
    from tui.otp.entry import DEFAULT_DIGITS, OtpType  # noqa: PLC0415

    hotp = entry.type is OtpType.HOTP
    own_length = entry.type in (OtpType.TOTP, OtpType.HOTP)
    bound = {binding.category for binding in entry.categories}
    shown: dict[str, Any] = {
        "id": entry.id,
        "type": entry.type.value,
        "issuer": entry.issuer,
        "account": entry.account,
        "algorithm": entry.algorithm.value,
        "digits": entry.digits if own_length else DEFAULT_DIGITS[entry.type],
        "period": None if hotp else entry.period,
        "counter": entry.counter if hotp else None,
        "categories": [name for id_, name in names.items() if id_ in bound],
        "code": code.text if code else None,
        "valid_until": code.valid_until if code else None,
    }
    if secrets:
        shown |= {"secret": entry.secret.given, "pin": entry.pin}
    return shown
