"""Long forms of tests of the suite, in a pytest of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.soak.report import Result


def suite(
    what: str, *paths: str, found: str = "", examples: int = 300, stress: bool = True
) -> Result:
    """Run test files or folders, with `examples` for each property; all must pass.

    `what` they test; `found` is what that shows, after the number of tests.
    """
    env = {**os.environ, "OTP_TUI_EXAMPLES": str(examples)}
    env.pop("OTP_TUI_STRESS", None)
    if stress:
        env["OTP_TUI_STRESS"] = "1"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", "-q", "--timeout=0", *paths],
        capture_output=True,
        text=True,
        env=env,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-1000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    count = int(passed[1]) if passed else done.stdout.count(".")
    return Result(what, f"{count:,} tests passed{found and '; '}{found}")
