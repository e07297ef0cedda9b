"""`otp-tui remove`: move an entry to the trash, or delete it permanently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli import output, terminal
from tui.cli.args import add_query
from tui.cli.lookup import find_entry, find_in_trash
from tui.cli.parser import add_command
from tui.cli.secrets import add_options

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.vault.document import Document

_HINT = "Use --yes to skip confirmation."


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "remove",
        "move an entry to the trash",
        "Asks for confirmation on the terminal; the exit code is 1 if you decline. The entry\n"
        "stays in the trash for 30 days: `otp-tui restore` lists the trash and restores entries.",
    )
    add_query(parser, "+", "the entry to remove")
    parser.add_argument("--yes", action="store_true", help="don't ask for confirmation")
    parser.add_argument(
        "--for-good", action="store_true", help="permanently delete an entry from the trash"
    )
    add_options(parser, "password")


def run(args: Namespace, context: Context) -> int:
    """Remove the matching entry; return 1 if the user declines.

    Raises:
        MatchError: no entry matches, or several do.
        UsageError: there is no terminal to ask on.
    """
    if not args.yes:
        terminal.require(_HINT)
    vault = context.open_vault()
    from tui.vault.edit import delete
    from tui.vault.trash import KEPT_DAYS, discard
    from tui.vault.undo import step_label, undoable

    query = " ".join(args.query)
    if args.for_good:
        entry = find_in_trash(vault.document, query)
        question = f"Permanently delete {entry.label}?"
        done = (
            f"Permanently deleted {entry.label}. "
            "To undo this before the next change, run: otp-tui undo"
        )
    else:
        entry = find_entry(vault, query)
        question = f"Move {entry.label} to the trash?"
        done = (
            f"Moved {entry.label} to the trash for {KEPT_DAYS} days. "
            "To undo this, run: otp-tui undo"
        )
    if not args.yes and not terminal.confirm(question, _HINT):
        output.say("Nothing was removed.")
        return 1
    moment = int(context.clock.now())

    def step(document: Document) -> Document:
        if args.for_good:
            return discard(document, {entry.id})
        return delete(document, {entry.id}, moment)

    vault.change(undoable(step, step_label("deletion", [entry])))
    output.say(done)
    return 0
