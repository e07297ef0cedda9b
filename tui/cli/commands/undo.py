"""`otp-tui undo`: undo the last change, or redo it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli import output
from tui.cli.parser import add_command
from tui.cli.secrets import add_options

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.vault.document import Document


def register(subparsers: Subparsers) -> None:
    """Add `undo`."""
    parser = add_command(
        subparsers,
        "undo",
        "undo the last change, or redo it",
        "Undoes the last import, addition, edit, removal or other change, whether it was made in\n"
        "the app or on the command line. Run it again to redo the change. Counters are not reset.\n"
        "Older versions of the vault are in the folder “backups” beside it.",
    )
    parser.add_argument(
        "--json", action="store_true", help="print an object: what was undone or redone"
    )
    add_options(parser, "password")


def run(args: Namespace, context: Context) -> int:
    """Undo the last step, or redo it where it was an undo.

    Raises:
        NothingToUndoError: there is none, or something else was changed since.
    """
    vault = context.open_vault()
    from tui.vault.undo import last_step, undo

    done: list[tuple[str, str]] = []

    def step(document: Document) -> Document:
        last = last_step(document)
        done[:] = [("redone" if last.is_undo else "undone", last.label)] if last else []
        return undo(document, int(context.clock.now()))

    vault.change(step)
    what, label = done[0]
    if args.json:
        output.json({what: label})
    else:
        output.say(f"{what.capitalize()}: {label}.")
    return 0
