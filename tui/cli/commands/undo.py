"""`otp-tui undo`: undo the last change, or redo it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli import output
from tui.cli.parser import add_command
from tui.cli.secrets import add_options
from tui.errors import NothingToUndoError

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.vault.document import Document


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "undo",
        "undo the last change, or redo it",
        "Undoes the last import, addition, edit, removal or other change, made in the app or on\n"
        "the command line. Counters from which codes were used are never lowered. Older copies of\n"
        "the vault are in the folder “backups” next to it.",
    )
    parser.add_argument("--redo", action="store_true", help="redo the change that was undone last")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_options(parser, "password")


def run(args: Namespace, context: Context) -> int:
    """Undo the last step, or with --redo the last undo.

    Raises:
        NothingToUndoError: there is none, or something else was changed since.
    """
    what = "redone" if args.redo else "undone"
    vault = context.open_vault()
    from tui.vault.undo import kept_counters, last_step, undo

    done: list[str] = []

    def step(document: Document) -> Document:
        last = last_step(document)
        if args.redo and (last is None or not last.is_undo):
            raise NothingToUndoError("Nothing to redo.", "Only the last undo can be redone.")
        if last is not None and last.is_undo and not args.redo:
            raise NothingToUndoError("Nothing to undo.", "To redo, run: otp-tui undo --redo")
        done[:] = [last.label, kept_counters(document)] if last else []
        return undo(document, int(context.clock.now()))

    vault.change(step)
    label, kept = done
    if args.json:
        output.json({what: label})
        if kept:
            output.complain(kept)
    else:
        said = "Redid" if args.redo else "Undid"
        hint = "To undo, run: otp-tui undo" if args.redo else "To redo, run: otp-tui undo --redo"
        output.say(" ".join(filter(None, (f"{said} the {label}.", kept, hint))))
    return 0
