"""`otp-tui doctor`: what is the matter here, and what to do about it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tui.cli import output
from tui.cli.parser import add_command

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.checks import Finding
    from tui.cli.context import Context
    from tui.cli.parser import Subparsers


def register(subparsers: Subparsers) -> None:
    """Add `doctor`."""
    parser = add_command(
        subparsers,
        "doctor",
        "look at the vault's file, the clock, the clipboard and the terminal",
        "Asks no password, changes nothing and uses no network. The exit code is 1 when\n"
        "something needs attention; those lines begin with “!” and say what to do.",
    )
    parser.add_argument("--json", action="store_true", help="print the findings as an object")


def run(args: Namespace, context: Context) -> int:
    """Print what was found; return 1 if something needs attention."""
    found = _findings(context)
    attention = any(finding.advice for finding in found)
    if args.json:
        rows = [{"name": one.name, "says": one.says, "advice": one.advice} for one in found]
        output.json({"attention": attention, "findings": rows})
    else:
        for one in found:
            mark = "!" if one.advice else " "
            output.lines([f"{mark} {one.name}: {one.says}"])
            if one.advice:
                output.lines([f"    {one.advice}"])
    return int(attention)


def _findings(context: Context) -> list[Finding]:
    from tui.cli import checks
    from tui.clocksync import clock_status

    config, sentences = context.settings
    found = [*checks.settings(sentences)]
    path = context.vault_path
    found += checks.vault_file(path)
    if any(finding.name == checks.VAULT_OWNER for finding in found):
        found += checks.vault_header(path, context.clock.steady)
    found += checks.copies_kept(path)
    found.append(checks.system_clock(clock_status()))
    found += checks.copying(config, os.environ)
    found += checks.terminal(os.environ)
    found += checks.versions()
    return found
