"""`otp-tui pick`: the list for one copy, made for a tmux popup and a key binding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli.parser import add_command
from tui.cli.query import add_query

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers


def register(subparsers: Subparsers) -> None:
    """Add `pick`."""
    parser = add_command(
        subparsers,
        "pick",
        "choose one code, copy it, and end",
        "Opens the list with the search ready: type, Enter copies and ends, Esc leaves.\n"
        "The clipboard is not emptied afterwards. Exit code 1 where nothing was copied.",
    )
    add_query(parser, "*", "what to search for at first")


def run(args: Namespace, context: Context) -> int:
    """Open the app for one copy."""
    context.need_terminal()
    path = context.read_vault().path
    return context.start_app(path, pick=" ".join(args.query))
