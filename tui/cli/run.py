"""Run one command and turn its result or error into an exit code."""

from __future__ import annotations

import tui
from tui import crash
from tui.cli import fast_code, output
from tui.errors import MatchError, OtpTuiError

TYPE_CHECKING = False  # typing takes 6 ms to import
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Sequence
    from types import ModuleType, SimpleNamespace

    from tui.cli.context import StartApp

PIPE_CLOSED = 141
"""The exit code for writing to a closed pipe: 128 + SIGPIPE, as shells report it."""


def run(
    argv: Sequence[str], start_app: StartApp, leave: Callable[[int], object] | None = None
) -> int:
    """Run the command that `argv` names; print any error and return the exit code.

    `leave` ends the process at once where nothing was started that has to end in order.

    Raises:
        KeyboardInterrupt: Ctrl+C.
    """
    try:
        return _run(argv, start_app, leave)
    except OtpTuiError as error:
        output.complain(error.sentence)
        if isinstance(error, MatchError):
            output.say(*(f"  {candidate}" for candidate in error.candidates))
        return error.exit_code
    except BrokenPipeError:
        return PIPE_CLOSED
    except Exception as error:  # noqa: BLE001 - the last resort; its message may hold secrets
        output.say(crash.sentences(type(error).__name__, crash.place_of(error.__traceback__)))
        return 1
    finally:
        output.abandon_if_broken()


def _run(argv: Sequence[str], start_app: StartApp, leave: Callable[[int], object] | None) -> int:
    is_version = list(argv) == ["--version"]
    found = None if is_version else fast_code.attempt(argv)
    if is_version:
        output.write(f"otp-tui {tui.__version__}\n")
    if is_version or isinstance(found, fast_code.Printed):
        if leave is not None:
            leave(0)
        return 0
    crash.watch_threads()

    from tui.cli.context import Context
    from tui.clock import SystemClock

    try:
        args, command = _parse(argv)
    except SystemExit:
        return 0
    context = Context(args, SystemClock(), start_app, found)
    context.check_settings()
    if command is None:
        context.require_terminal()
        return context.start_app(context.launch(context.vault_path))
    try:
        return int(command.run(args, context))
    finally:
        context.close()


def _parse(argv: Sequence[str]) -> tuple[Namespace | SimpleNamespace, ModuleType | None]:
    """Return what `parser.parse` returns; without arguments, argparse is not worth its time."""
    if not argv:
        from types import SimpleNamespace

        return SimpleNamespace(vault=None, config=None, accept_older=False, no_unlock=False), None
    from tui.cli.parser import parse

    return parse(argv)
