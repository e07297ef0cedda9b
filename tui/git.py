"""Runs git, for commands on the vault's repository."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tui.environment import for_children
from tui.errors import FileError, UsageError
from tui.text import safe

_PATIENCE = 20
"""Seconds to wait for git."""


def run_git(folder: Path, *args: str) -> str:
    """Run git in a folder and return its output.

    Raises:
        UsageError: git is missing, or the folder is not in a repository.
        FileError: it can't be run, or returned an error.
    """
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *args],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={**for_children(os.environ), "LC_ALL": "C"},
            timeout=_PATIENCE,
            check=False,
        )
    except FileNotFoundError:
        raise UsageError("git is not installed.") from None
    except (OSError, subprocess.TimeoutExpired):
        raise FileError("git can't be run.") from None
    text = done.stdout.decode("utf-8", "surrogateescape")
    if done.returncode == 0:
        return text
    reason = done.stderr.decode("utf-8", "replace")
    if "not a git repository" in reason:
        raise UsageError(
            f"The vault is not in a git repository: {safe(str(folder), 200)}.", "Run: git init"
        )
    raise FileError(f"git failed: {safe(_cause(reason), 200).rstrip('.')}.")


def _cause(said: str) -> str:
    """Return the first error in what git says."""
    for line in said.splitlines():
        kind, _, cause = line.partition(": ")
        if kind in {"fatal", "error"}:
            return cause
    return said.strip() or "no reason given"
