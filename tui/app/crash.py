"""The report of a crash: type and place of the error, nothing else."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from tui.crash import sentences

if TYPE_CHECKING:
    from rich.traceback import Traceback

_OURS = Path(__file__).parents[1]


def crash_line(error: object) -> Text:
    """Return type and place of an exception, or of Rich's traceback of one.

    Message and local variables are left out, as they may contain secrets.
    """
    from rich.traceback import Traceback  # imports all of Pygments

    kind, places = _of_traceback(error) if isinstance(error, Traceback) else _of_exception(error)
    known = [(Path(name), line) for name, line in places if "<frozen" not in name]
    ours = [place for place in known if _OURS in place[0].parents] or known
    return Text(sentences(kind, f"{ours[-1][0].name}:{ours[-1][1]}" if ours else ""))


def _of_exception(error: object) -> tuple[str, list[tuple[str, int | None]]]:
    if not isinstance(error, BaseException):
        return "unknown error", []
    frames = traceback.extract_tb(error.__traceback__)
    return type(error).__name__, [(frame.filename, frame.lineno) for frame in frames]


def _of_traceback(rendered: Traceback) -> tuple[str, list[tuple[str, int | None]]]:
    stack = rendered.trace.stacks[0]
    return stack.exc_type, [(frame.filename, frame.lineno) for frame in stack.frames]
