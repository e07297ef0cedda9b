"""What is printed when a bug ends the app: the kind of error and its place, nothing else."""

from __future__ import annotations

import traceback
from pathlib import Path

from rich.text import Text


def crash_line(error: BaseException | None) -> Text:
    """Return type and place of `error`. Its message and the local variables may hold secrets."""
    kind = type(error).__name__ if error is not None else "unknown error"
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    ours = [frame for frame in frames if "/tui/" in frame.filename] or list(frames)
    place = f" at {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    what = f"otp-tui stopped on a mistake of its own: {kind}{place}."
    return Text(f"{what} The vault is as it was last saved.")
