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
        "take the last change back",
        "An import, an addition, an edit, a removal, and so on: the last one, made in the app or\n"
        "here. Counters stay where they are. The vaults of before are in the folder “backups”\n"
        "beside the vault.",
    )
    parser.add_argument("--json", action="store_true", help="print an object: what was undone")
    add_options(parser, "password")


def run(args: Namespace, context: Context) -> int:
    """Undo the last step and say what it was.

    Raises:
        NothingToUndoError: there is none, or something else was changed since.
    """
    vault = context.open_vault()
    from tui.vault.undo import can_undo, undo

    undone: list[str | None] = []

    def step(document: Document) -> Document:
        undone[:] = [can_undo(document)]
        return undo(document, int(context.clock.now()))

    vault.change(step)
    if args.json:
        output.json({"undone": undone[0]})
    else:
        output.say(f"Undone: {undone[0]}.")
    return 0
