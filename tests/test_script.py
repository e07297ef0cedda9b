"""The script that the package installs as `otp-tui`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import tui

ROOT = Path(tui.__file__).parents[1]
SCRIPT = ROOT / "scripts" / "otp-tui"


def test_installers_can_name_the_interpreter() -> None:
    assert SCRIPT.read_text().startswith("#!python\n")
    assert os.access(SCRIPT, os.X_OK)


def test_the_script_runs_a_command() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--version"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"otp-tui {tui.__version__}\n"
