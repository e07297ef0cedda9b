"""An X server and its clipboard."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Desktop:
    """A display and what is on its clipboard."""

    def __init__(self, display: str) -> None:
        self.display = display

    def clipboard(self) -> str:
        """Return the clipboard's text; "" while nobody serves it."""
        return self.selection("clipboard")

    def selection(self, name: str) -> str:
        """Return the text of the clipboard, or of the primary or secondary selection."""
        done = subprocess.run(
            ["xclip", "-selection", name, "-o"],
            env={"PATH": os.environ["PATH"], "DISPLAY": self.display},
            capture_output=True,
            text=True,
            check=False,
            timeout=5,
        )
        return done.stdout


@contextmanager
def new_desktop() -> Iterator[Desktop]:
    """Run an X server of our own."""
    ours, theirs = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(theirs), "-screen", "0", "64x64x8", "-nolisten", "tcp"],
        pass_fds=[theirs],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    try:
        with os.fdopen(ours) as number:
            yield Desktop(f":{number.readline().strip()}")
    finally:
        with suppress(ProcessLookupError):
            server.kill()
        server.wait()
