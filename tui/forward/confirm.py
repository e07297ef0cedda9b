"""Asks the user through the program that ssh-add and ssh-agent use, SSH_ASKPASS."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping

from tui.environment import for_children
from tui.errors import UsageError
from tui.forward.protocol import ANSWER_SECONDS
from tui.text import safe


class Askpass:
    """The user's SSH_ASKPASS program; asks one question at a time."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Find the program.

        Raises:
            UsageError: there is none.
        """
        named = environ.get("SSH_ASKPASS") or "ssh-askpass"
        program = shutil.which(named, path=environ.get("PATH"))
        if program is None:
            raise UsageError(
                f"Can't ask for confirmation: no program {safe(named, 80)}.",
                "Set SSH_ASKPASS to one.",
            )
        self._program = program
        self._environ = {**for_children(environ), "SSH_ASKPASS_PROMPT": "confirm"}

    def allows(self, question: str) -> bool:
        """Return True if the user answers yes, as `ssh-agent` reads the answer of `ssh-add -c`."""
        try:
            done = subprocess.run(
                [self._program, question],
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=ANSWER_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0 and done.stdout.strip().lower() in {b"", b"yes"}
