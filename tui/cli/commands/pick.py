"""`otp-tui pick`: copy one code from the list and exit, e.g. in a tmux popup."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.cli import terminal
from tui.cli.args import add_query
from tui.cli.parser import add_command
from tui.cli.secrets import add_options

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "pick",
        "pick a code, copy it and exit",
        "Opens the list with the search active: type to search, press Enter to copy and exit,\n"
        "Esc to exit. The clipboard is cleared after the time in the settings (clipboard_clear),\n"
        "if the code is still there. The exit code is 1 if nothing was copied.",
    )
    add_query(parser, "*", "initial search")
    add_options(parser, "password")


def run(args: Namespace, context: Context) -> int:
    """Open the app to copy one code, unlocked if an option gives the password."""
    opened = context.secrets.given("password")
    context.require_terminal(stdin=not args.password_stdin)
    locked = context.read_vault()
    launch = replace(context.launch(locked.path), pick=" ".join(args.query))
    if not opened:
        return context.start_app(launch)
    vault = context.unlock(locked, take_up=False)  # the app does it
    if sys.stdin is None or not sys.stdin.isatty():
        terminal.become_standard_input()
    return context.start_app(replace(launch, vault=vault))
