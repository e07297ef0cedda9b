"""`otp-tui status`: which vaults are unlocked, and until when."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tui.cli import output
from tui.cli.parser import NO_VAULT, add_command
from tui.text import safe

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.session import Session, Unlocked


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "status",
        "show which vaults are unlocked, and until when",
        "Lists all vaults that open without a password. Doesn't extend the time.",
        without=NO_VAULT,
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: Namespace, context: Context) -> int:
    """Print the vaults that are unlocked."""
    from tui.unlocked import unlocked

    found, now = unlocked(os.environ), context.clock.now()
    if args.json:
        rows = [
            {
                "vault_id": one.vault_id,
                "path": safe(one.path),
                "by": session.kind,
                "until": int(now + one.left),
                "idle": one.idle or None,
            }
            for session, one in found
        ]
        output.json({"unlocked": rows})
    elif found:
        for session, one in found:
            output.lines(_lines(one, session, now))
    else:
        output.say("No vault is unlocked.")
    return 0


def _lines(one: Unlocked, session: Session, now: float) -> list[str]:
    """Return a line about a vault, or two if a terminal is too narrow."""
    from tui.unlocked import unlocked_words, vault_words

    line, size = vault_words(one, session, now), output.terminal_size()
    if size is None or output.width(line) <= size.columns:
        return [line]
    return [f"{safe(one.path)}:", f"  {unlocked_words(one, session, now)}"]
