"""Errors that nothing handles: in threads, destructors and the last-resort handler."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import resource, sys, threading
import tui.cli.context
from tui.cli import output

class Held:
    def __del__(self):
        raise LookupError("fish and chips")

def run(*_):
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
    thread = threading.Thread(target=lambda: 1 / int("fish and chips"))
    thread.start()
    thread.join()
    held = Held()
    del held
    def broken(*_):
        raise AssertionError("fish and chips")
    output.say = broken
    raise ValueError("fish and chips")

tui.cli.context.Context.check_settings = run
sys.argv = ["otp-tui", "list"]
from tui.__main__ import main
sys.exit(main())
"""


def test_only_type_and_place_are_printed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    kinds = [line.partition(": ")[2].split()[0] for line in done.stderr.splitlines()]
    assert kinds == ["ValueError", "AssertionError"]
    assert "fish" not in done.stderr
    assert "Traceback" not in done.stderr
