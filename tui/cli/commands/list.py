"""`otp-tui list`: list the entries with their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.cli import forwarded, output
from tui.cli.args import add_at, add_query
from tui.cli.entry_object import described, secret_fields
from tui.cli.lookup import no_match
from tui.cli.parser import add_command
from tui.cli.secrets import add_options
from tui.errors import EntryError, MatchError, UsageError
from tui.text import safe

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Sequence

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.otp.codes import Code
    from tui.otp.entry import Category, Entry


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "list",
        "list the entries with their codes",
        "Columns: issuer, account, code, seconds until it expires. Counter-based (HOTP) entries\n"
        "have no code here: `otp-tui code` prints it and advances the counter.",
    )
    add_query(parser, "*", "list only entries that contain these words; '#work' is a category")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--forwarded",
        action="store_true",
        help="list the names of entries whose codes the SSH agent forwards",
    )
    parser.add_argument("--secrets", action="store_true", help="also print secrets and PINs")
    add_at(parser)
    add_options(parser, "password")


def run(args: Namespace, context: Context) -> int:
    """Print the matching entries in the vault's order; return 4 if there are none."""
    if args.forwarded:
        if args.secrets or args.at is not None:
            raise UsageError("--forwarded lists only names.", "Omit --secrets and --at.")
        return forwarded.print_names(" ".join(args.query), json=args.json)
    vault = context.open_vault(_import_rest, guarded="to show the secrets" if args.secrets else "")
    from tui.otp.lookalike import warnings
    from tui.otp.search import find
    from tui.vault.order import ordered

    moment = context.clock.now() if args.at is None else args.at
    categories = vault.document.categories
    found = find(ordered(vault.document), categories, " ".join(args.query))
    codes = [_code(entry, moment) for entry in found]
    if args.json:
        output.json(
            [
                _object(entry, code, categories, args.secrets)
                for entry, code in zip(found, codes, strict=True)
            ]
        )
    elif found:
        _print_table(found, codes, moment, args.secrets)
    elif args.query:
        output.complain(no_match(vault.entries, " ".join(args.query), hint="").sentence)
    else:
        output.say("No entries yet.")
    suspicious = warnings(vault.document.entries)
    for entry in found:
        if entry.id in suspicious:
            output.complain(f"{entry.label}: {suspicious[entry.id]}")
    for item in vault.document.unreadable:
        output.complain(f"Skipped {item.label}, which can't be read: {item.reason}.")
    return 0 if found or not args.query else MatchError.exit_code


def _import_rest() -> None:
    import tui.otp.codes
    import tui.otp.search  # noqa: F401


def _code(entry: Entry, moment: float) -> Code | None:
    """Return the code; None if the entry is counter-based, or its code can't be computed."""
    from tui.otp.codes import code_at

    if entry.type.has_counter:
        return None
    try:
        return code_at(entry, moment)
    except EntryError as error:
        output.complain(f"{entry.label}: {error.sentence}")
        return None


def _print_table(
    entries: Sequence[Entry], codes: Sequence[Code | None], moment: float, secrets: bool
) -> None:
    from tui.cli.output import WIDEST, exact, table
    from tui.otp.codes import remaining

    rows = []
    for entry, code in zip(entries, codes, strict=True):
        row = [
            safe(entry.issuer, WIDEST),
            safe(entry.account or "", WIDEST),
            code.text if code else "",
            f"{remaining(entry, moment):>2} s" if code else "",
        ]
        if secrets:
            row += [exact(entry.secret.given), exact(entry.pin or "")]
        rows.append(row)
    output.lines(table(rows, names=2))


def _object(
    entry: Entry, code: Code | None, categories: Iterable[Category], secret: bool
) -> dict[str, Any]:
    shown = described(entry, categories) | {
        "code": code.text if code else None,
        "valid_until": int(code.valid_until) if code and code.valid_until is not None else None,
    }
    return shown | (secret_fields(entry) if secret else {})
