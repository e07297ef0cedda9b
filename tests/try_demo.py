"""Start a command that opens the demo on a pseudo-terminal, copy a code and quit.

`python -m tests.try_demo COMMAND…` is for packages in .ci/package.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.terminal import helpers
from tests.terminal.helpers import AppTerminal


def try_demo(argv: list[str]) -> None:
    """Fail if the demo doesn't list its entries, copy a code and end."""
    with tempfile.TemporaryDirectory() as folder:
        env = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        env["HOME"] = folder
        with AppTerminal(argv, env, Path(folder)) as terminal:
            terminal.wait_for("octocat")
            terminal.type("\r")
            terminal.wait_for("ent to the terminal", "opied to the clipboard")
            terminal.type("q")
            assert terminal.end() == 0, terminal.all


if __name__ == "__main__":
    helpers.PATIENCE = 120.0  # `make run` installs first
    try_demo(sys.argv[1:])
