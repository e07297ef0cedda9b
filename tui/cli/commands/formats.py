"""`otp-tui formats`: list the backup formats that can be imported and exported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli import format_table, output
from tui.cli.parser import NO_VAULT, add_command

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "formats",
        "list the backup formats, and how to get a backup out of each app",
        "Columns: the name for --format, import, export (encrypted or plain, which requires\n"
        "--plaintext), and what it is. Reads no vault and asks for no password.",
        without=NO_VAULT,
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: Namespace, _context: Context) -> int:
    """Print the table."""
    if args.json:
        output.json(format_table.objects())
    else:
        output.lines(format_table.lines())
    return 0
