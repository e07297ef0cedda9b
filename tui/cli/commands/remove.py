"""`otp-tui remove`: an entry goes to the trash, or out of it for good."""

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

_HINT = "Use --yes to remove without being asked."


def register(subparsers: Subparsers) -> None:
    """Add `remove`."""
    parser = add_command(
        subparsers,
        "remove",
        "put an entry into the trash",
        "It stays there for 30 days: `otp-tui restore` lists the trash and takes entries out of\n"
        "it. The terminal asks first. Exit code 1 where the answer is no.",
    )
    add_query(parser, "+", "which entry")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--for-good", action="store_true", help="remove an entry of the trash, secret and all"
    )
    add_options(parser, "password")


def run(args: Namespace, context: Context) -> int:
    """Remove the one entry that fits; return 1 where the user would rather not.

    Raises:
        MatchError: none fits, or several.
        UsageError: there is no terminal to ask on.
    """
    if not args.yes:
        terminal.require(_HINT)
    vault = context.open_vault()
    from tui.vault.edit import called, delete, undoable
    from tui.vault.trash import KEPT_DAYS, discard

    query = " ".join(args.query)
    if args.for_good:
        entry = find_in_trash(vault.document, query)
        question = f"Remove {entry.label} for good?"
        done = (
            f"Removed for good: {entry.label}. Until the next change otp-tui undo brings it back."
        )
    else:
        entry = find_entry(vault, query)
        question = f"Put {entry.label} into the trash?"
        done = f"In the trash for {KEPT_DAYS} days: {entry.label}. otp-tui restore takes it out."
    if not args.yes and not terminal.confirm(question, _HINT):
        output.say("Nothing was removed.")
        return 1
    moment = int(context.clock.now())

    def step(document: Document) -> Document:
        if args.for_good:
            return discard(document, {entry.id})
        return delete(document, {entry.id}, moment)

    vault.change(undoable(step, called("deletion", [entry])))
    output.say(done)
    return 0
