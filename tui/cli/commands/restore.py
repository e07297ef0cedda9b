"""`otp-tui restore`: list the trash, or restore an entry from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli import output
from tui.cli.args import add_query
from tui.cli.entry_object import named
from tui.cli.lookup import find_in_trash
from tui.cli.parser import add_command
from tui.cli.secrets import add_options
from tui.errors import UsageError
from tui.text import plural, safe

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.vault.document import Document
    from tui.vault.vault import Vault


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "restore",
        "list the trash, or restore an entry from it",
        "Without a query, lists the trash. Columns: issuer, account, days left.",
    )
    add_query(parser, "*", "the entry to restore")
    parser.add_argument("--json", action="store_true", help="print the trash as JSON")
    add_options(parser, "password")


def run(args: Namespace, context: Context) -> int:
    """List the trash, latest first, or restore the matching entry.

    Raises:
        MatchError: no entry matches, or several do.
    """
    if args.query and args.json:
        raise UsageError("--json works only for the list.", "Omit the query.")
    vault = context.open_vault()
    moment = int(context.clock.now())
    if args.query:
        _restore(vault, " ".join(args.query), moment)
    else:
        _list(vault, moment, args.json)
    return 0


def _list(vault: Vault, moment: int, as_json: bool) -> None:
    from tui.vault.trash import days_left, expire

    trash = sorted(expire(vault.document, moment).trash, key=lambda entry: -entry.deleted)
    if as_json:
        output.json(
            [
                named(entry) | {"deleted": entry.deleted, "days_left": days_left(entry, moment)}
                for entry in trash
            ]
        )
    elif trash:
        from tui.cli.output import WIDEST, table

        rows = []
        for entry in trash:
            left = days_left(entry, moment)
            days = f"{plural(left, 'day')} left"
            rows.append([safe(entry.issuer, WIDEST), safe(entry.account or "", WIDEST), days])
        output.lines(table(rows, names=2))
    else:
        output.say("The trash is empty.")


def _restore(vault: Vault, query: str, moment: int) -> None:
    from tui.vault.edit import restore
    from tui.vault.trash import expire
    from tui.vault.undo import step_label, undoable

    entry = find_in_trash(expire(vault.document, moment), query)

    def step(document: Document) -> Document:
        return restore(document, {entry.id}, moment)

    vault.change(undoable(step, step_label("restore", [entry])))
    output.say(f"Restored {entry.label}.")
