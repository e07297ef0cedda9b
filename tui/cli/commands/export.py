"""`otp-tui export`: entries for another app, written, read back and compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.cli import credentials, output
from tui.cli.parser import add_command
from tui.cli.passwords import add_options
from tui.cli.query import typed
from tui.errors import ExportExistsError, MatchError, UsageError
from tui.password import MIN_LENGTH
from tui.text import safe
from tui.transfer.registry import DEFAULT, VAULT, target, targets

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.formats.base import Format
    from tui.otp.backup import Problem
    from tui.transfer.writing import Exported


def register(subparsers: Subparsers) -> None:
    """Add `export`."""
    parser = add_command(
        subparsers,
        "export",
        "write entries to a file for another app",
        "What the format cannot hold is named. The file is read back and compared before it\n"
        "gets its name; a file that is there is left alone without --force.",
    )
    parser.add_argument("file", metavar="FILE", help="where to")
    names = [each.name for each in targets()]
    parser.add_argument(
        "--format",
        metavar="NAME",
        choices=names,
        default=DEFAULT,
        help=f"write {', '.join(names)}; the first where none is named",
    )
    parser.add_argument(
        "--query", metavar="Q", default="", type=typed, help="only entries with these words"
    )
    parser.add_argument("--category", metavar="C", type=typed, help="only entries of this category")
    parser.add_argument("--force", action="store_true", help="replace the file if it is there")
    parser.add_argument(
        "--plaintext",
        action="store_true",
        help="yes, write the secrets so that whoever has the file can read them",
    )
    parser.add_argument("--json", action="store_true", help="print the report as an object")
    add_options(parser, "password")
    add_options(parser, "export-password")
    credentials.add_options(parser)


def run(args: Namespace, context: Context) -> int:
    """Write the file.

    Raises:
        UsageError: the format is not encrypted and nobody said --plaintext.
        MatchError: there is no such category, or no entry that fits.
        ExportError: nothing was written.
    """
    from tui.crypto.kdf import Argon2Params

    kdf = context.config.kdf
    params = Argon2Params(kdf.time_cost, kdf.memory_mib * 1024, kdf.parallelism)
    chosen = target(args.format, params)
    if not chosen.encrypted and not args.plaintext:
        raise UsageError(
            f"A file of the format {chosen.name} is not encrypted: whoever reads it has all codes.",
            "If that is what you want, say --plaintext.",
        )
    locked = context.read_vault()
    _check_place(args, locked.path)
    vault = context.unlock(locked)

    from tui.transfer.planning import plan, select
    from tui.transfer.writing import export

    backup = select(vault.document, category=args.category, query=args.query)
    if not backup.entries and (args.query or args.category is not None):
        raise MatchError("No entry fits.", "See otp-tui list.")
    fit = plan(chosen, backup)
    given = credentials.credentials_for(
        chosen.asks, context.passwords, args, lambda: _password(chosen, context)
    )
    try:
        exported = export(args.file, chosen, fit, given, vault=locked.path, force=args.force)
    except ExportExistsError as error:
        raise _with_force(error) from None
    if args.json:
        output.json(_object(exported))
    _tell(exported)
    return 0


def _check_place(args: Namespace, vault: Path) -> None:
    from tui.transfer.writing import check_place

    try:
        check_place(args.file, vault, force=args.force)
    except ExportExistsError as error:
        raise _with_force(error) from None


def _with_force(error: ExportExistsError) -> ExportExistsError:
    return ExportExistsError(str(error), "It was left alone; --force replaces it.")


def _password(chosen: Format, context: Context) -> str:
    least = MIN_LENGTH if chosen.name == VAULT else 1
    return context.passwords.get_new("export-password", "Password for the file: ", least)


def _object(exported: Exported) -> dict[str, Any]:
    fit = exported.fit
    return {
        "file": safe(str(exported.path)),
        "format": exported.target.name,
        "written": exported.count,
        "left_out": _told(fit.left_out),
        "changed": _told(fit.changed),
        "notes": _told(fit.notes),
    }


def _told(problems: Iterable[Problem]) -> list[dict[str, str]]:
    return [{"what": each.what, "reason": each.reason} for each in problems]


def _tell(exported: Exported) -> None:
    fit = exported.fit
    for title, problems in (
        ("left out: ", fit.left_out),
        ("changed: ", fit.changed),
        ("", fit.notes),
    ):
        output.say(*(f"{title}{each.what}: {each.reason}" for each in problems))
    output.say(f"{exported.path}: {exported.sentence}")
