"""Runs programs that take a code on standard input, with a timeout."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import PurePath
from typing import IO

from tui.environment import for_children
from tui.errors import ClipboardError
from tui.text import safe


def run(
    argv: Sequence[str],
    text: str,
    environ: Mapping[str, str],
    *,
    limit: float,
    answer: bool = False,
    name: str = "",
    session: bool = False,
) -> str:
    """Run `argv` with `text` on standard input; return standard output if `answer`.

    `name` is the name of the program in messages. Background processes that the program leaves, as
    clipboard tools do, are not waited for: without `answer` they share no pipe with us, and never
    our output. With `session` they get a session of their own, and survive our terminal.

    Raises:
        ClipboardError: it can't be run, fails, or takes longer than `limit` seconds; then it and
            its children are killed.
    """
    import subprocess

    name = name or safe(PurePath(argv[0]).name)
    with _scratch() as complaints:
        try:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if answer else subprocess.DEVNULL,
                stderr=complaints,
                env=for_children(environ),
                process_group=None if session else 0,
                start_new_session=session,
            )
        except OSError as error:
            raise ClipboardError(f"Can't run {name}: {error.strerror}.") from None
        with process:
            try:
                output, _ = process.communicate(text.encode(), timeout=limit)
            except subprocess.TimeoutExpired:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                raise ClipboardError(f"{name} timed out after {limit:g} s.") from None
        if process.returncode:
            reason = _first_line(complaints, text) or f"exit status {process.returncode}"
            raise ClipboardError(f"{name} failed: {reason}.")
    return output.decode(errors="replace") if answer else ""


def require(program: str, environ: Mapping[str, str]) -> None:
    """Raise ClipboardError if there is no such program, so that it can't have got a code."""
    from shutil import which

    if which(program, path=environ.get("PATH")) is None:
        name = safe(PurePath(program).name)
        raise ClipboardError(f"Can't run {name}: not found, or not executable.")


def _scratch() -> IO[bytes]:
    """Return a file in memory for error messages, in which a tool may repeat the code."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("messages"), "w+b")
    return open(os.devnull, "w+b")  # noqa: PTH123


def _first_line(complaints: IO[bytes], secret: str) -> str:
    complaints.seek(0)
    said = complaints.read(4096).decode(errors="replace").strip()
    if not said or (secret and secret in said):
        return ""
    return safe(said.splitlines()[0], 200).rstrip(".")
