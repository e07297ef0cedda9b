"""`otp-tui doctor`: check the setup and suggest fixes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tui.cli import output, terminal
from tui.cli.parser import NO_VAULT, add_command
from tui.errors import ConfigError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator
    from pathlib import Path

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.doctor import Finding


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "doctor",
        "check the setup and suggest fixes",
        "Checks the settings, the vault file, the clock, the clipboard and the terminal. Needs\n"
        "no password, changes nothing and doesn't use the network. “!” marks a problem, and the\n"
        "next line says how to fix it; the exit code is then 1.",
        without=NO_VAULT,
    )
    parser.add_argument(
        "--test-copy",
        action="store_true",
        help="copy a test word as a code would be copied, ask you to paste it, and report which "
        "way works",
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(args: Namespace, context: Context) -> int:
    """Print the findings; return 1 if any needs attention."""
    found = []
    for one in _findings(context, test_copy=args.test_copy, ask=not args.json):
        found.append(one)
        if not args.json:
            advice = [f"    {one.advice}"] if one.advice else []
            output.lines([f"{'!' if one.advice else ' '} {one.name}: {one.says}", *advice])
    attention = any(finding.advice for finding in found)
    if args.json:
        rows = [{"name": one.name, "says": one.says, "advice": one.advice} for one in found]
        output.json({"attention": attention, "findings": rows})
    return int(attention)


def _paste(prompt: str) -> str:
    return terminal.ask(prompt, "the test word", "Use --json to skip the question.")


def _findings(context: Context, *, test_copy: bool, ask: bool) -> Iterator[Finding]:
    from tui.doctor import copy_checks, findings

    config, problems = context.settings
    there = ask and sys.stdin is not None and sys.stdin.isatty()

    def copy_test() -> Finding:
        return copy_checks.test_copy(config, os.environ, _paste if there else None)

    return findings(
        vault_path=_vault_path(context),
        config_path=context.config_path,
        config=config,
        problems=problems,
        environ=os.environ,
        clock=context.clock,
        size=_terminal_size(),
        copy_test=copy_test if test_copy else None,
    )


def _vault_path(context: Context) -> Path | None:
    """Return the path of the vault; None if settings that can't be read could name it."""
    try:
        return context.vault_path
    except ConfigError:
        return None


def _terminal_size() -> tuple[int, int] | None:
    """Return columns and rows; None if standard error is no terminal."""
    try:
        return os.get_terminal_size(sys.stderr.fileno() if sys.stderr else 2)
    except (OSError, ValueError):
        return None
