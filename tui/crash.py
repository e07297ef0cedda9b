"""What is printed about an error that nothing handled: its type and place, never its message."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing takes 6 ms to import
if TYPE_CHECKING:
    from threading import ExceptHookArgs
    from types import TracebackType


def sentences(kind: str, place: str) -> str:
    """Return the report of a crash; `kind` is the type of the error, `place` may be ""."""
    where = f" at {place}" if place else ""
    return (
        f"otp-tui crashed (this is a bug): {kind}{where}. "
        "The vault is unchanged since the last save."
    )


def place_of(trace: TracebackType | None) -> str:
    """Return file and line of our innermost frame, without values, which could be secrets."""
    place = "an unknown place"
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] == "tui":
            file = trace.tb_frame.f_code.co_filename.rpartition("/")[2]
            place = f"{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def print_no_tracebacks() -> None:
    """Have Python report errors that nothing handled as `sentences`."""
    sys.excepthook = _report
    sys.unraisablehook = _ignore


def watch_threads() -> None:
    """Report errors in threads as well, if `print_no_tracebacks` was called."""
    if sys.excepthook is _report:
        import threading

        threading.excepthook = _report_of_thread


def _report(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
    if sys.stderr is None or issubclass(kind, KeyboardInterrupt):
        return
    try:
        sys.stderr.write(f"{sentences(kind.__name__, place_of(trace))}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        return  # standard error is closed, and there is no other place to report that


def _report_of_thread(args: ExceptHookArgs) -> None:
    if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
        _report(args.exc_type, args.exc_value, args.exc_traceback)


def _ignore(_unraisable: object) -> None:
    """Print nothing: Python ignores the error, too."""
