"""From arguments to an exit code: one command, and the edge that no error crosses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli import output
from tui.cli.context import Context, StartApp
from tui.cli.parser import parse
from tui.clock import SystemClock
from tui.errors import MatchError, OtpTuiError

if TYPE_CHECKING:
    from collections.abc import Sequence

PIPE_CLOSED = 141
"""What a shell says of a program that wrote to a closed pipe (128 + SIGPIPE)."""


def run(argv: Sequence[str], start_app: StartApp) -> int:
    """Do what `argv` says and return the exit code; every error becomes a sentence.

    Raises:
        KeyboardInterrupt: Ctrl+C.
    """
    try:
        return _run(argv, start_app)
    except OtpTuiError as error:
        output.complain(error.sentence)
        if isinstance(error, MatchError):
            output.say(*(f"  {candidate}" for candidate in error.candidates))
        return error.exit_code
    except BrokenPipeError:
        return PIPE_CLOSED
    except Exception as error:  # noqa: BLE001 - the last resort; its message may hold secrets
        output.complain(f"This should not happen: {type(error).__name__} at {_place(error)}.")
        return 1
    finally:
        output.abandon_if_broken()


def _run(argv: Sequence[str], start_app: StartApp) -> int:
    try:
        args, command = parse(argv)
    except SystemExit:
        return 0
    context = Context(args, SystemClock(), start_app)
    context.check_settings()
    if command is None:
        context.need_terminal()
        return context.start_app(context.vault_path)
    try:
        return int(command.run(args, context))
    finally:
        context.close()


def _place(error: BaseException) -> str:
    """Module and line of the innermost frame that is ours: no values, no other paths."""
    place = "an unknown place"
    trace = error.__traceback__
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] == "tui":
            place = f"{module}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
