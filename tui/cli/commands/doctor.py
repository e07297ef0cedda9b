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
        "Asks no password, changes nothing and uses no network. Exit code 1: something needs\n"
        "attention; those lines begin with “!”, and say what to do below.",
    )
    parser.add_argument(
        "--test-copy",
        action="store_true",
        help="copy a harmless word the way that codes would go, and say what is known of it",
    )
    parser.add_argument("--json", action="store_true", help="print the findings as an object")


def run(args: Namespace, context: Context) -> int:
    """Print what was found; return 1 if something needs attention."""
    found = _findings(context, test_copy=args.test_copy)
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


def _findings(context: Context, *, test_copy: bool) -> list[Finding]:
    from tui.cli import checks, machine
    from tui.clock import clock_status

    config, sentences = context.settings
    found = [*checks.settings(context.config_path, sentences)]
    path = context.vault_path
    found += checks.vault_file(path)
    if any(finding.name == checks.VAULT_OWNER for finding in found):
        found += checks.vault_header(path, context.clock.steady)
    found += checks.copies_kept(path)
    found += machine.commands(config, os.environ)
    found.append(machine.system_clock(clock_status()))
    found += machine.copying(config, os.environ)
    if test_copy:
        found.append(machine.test_copy(config, os.environ))
    found += machine.terminal(os.environ)
    found += machine.versions()
    return found
