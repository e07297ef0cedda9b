"""`otp-tui import`: import entries from backups of other apps, all files or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.backup.formats import vault_copy
from tui.backup.importer import FileResult, apply_import, import_into
from tui.backup.plan import LABELS, ImportAction, actions_for
from tui.backup.registry import formats
from tui.backup.sources import Source, join_parts, limit_for, read_file, source_of
from tui.cli import credentials, output
from tui.cli.backup_opener import BackupOpener
from tui.cli.format_table import PrintFormats
from tui.cli.parser import add_command
from tui.cli.secrets import add_options
from tui.errors import FormatError
from tui.files import LIMIT

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "import",
        "import entries from backups of other apps",
        "The format is detected from the content. If a file can't be read, nothing is imported.\n"
        "If an entry can't be read, it is reported, the others are imported, and the exit code\n"
        "is 1. Files with parts of one export, e.g. images of QR codes, are joined, in any order.",
    )
    parser.add_argument(
        "file", metavar="FILE", nargs="+", help="backup to import; - is standard input"
    )
    names = [known.name for known in formats()]
    parser.add_argument(
        "--format",
        metavar="NAME",
        choices=names,
        default="",
        help="the format, if auto-detection fails; --formats lists the names",
    )
    parser.add_argument(
        "--formats",
        action=PrintFormats,
        nargs=0,
        help="list the formats and how to get a backup out of each app, and exit",
    )
    parser.add_argument(
        "--on-duplicate",
        choices=[action.value for action in ImportAction],
        default=ImportAction.SKIP.value,
        help="entries whose secret is already in the vault: skip (default), keep both, or replace",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="show what would be imported without importing it"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    add_options(parser, "password")
    add_options(parser, "backup-password")
    credentials.add_options(parser)
    credentials.add_key_file(parser)
    parser.add_argument(
        "--all-slots",
        action="store_true",
        help="try all password slots of an otp-tui vault to import, even if that takes minutes",
    )


def run(args: Namespace, context: Context) -> int:
    """Import the files in order, as one change.

    Raises:
        FormatError, FileError: a file can't be read; the vault is unchanged.
    """
    locked = context.read_vault()
    sources = [_read(file, args.format, context) for file in args.file]
    for source in sources:
        if source.format is not None and source.format.name == vault_copy.NAME:
            _recommend_merge(source, locked.vault_id)
    vault = context.unlock(locked)
    opener = BackupOpener(args, context)
    try:
        opened = join_parts([opener.open(source) for source in sources])
    except FormatError as error:
        if len(sources) == 1:
            raise
        raise type(error)(f"Nothing was imported. {error}", error.hint) from None
    actions, moment = actions_for(ImportAction(args.on_duplicate)), int(context.clock.now())
    if args.dry_run:
        _, result = apply_import(vault.document, opened, moment, actions=actions)
    else:
        result = import_into(vault, opened, moment, actions=actions)
    if args.json:
        reports = [_report(file, args.dry_run) for file in result.files]
        output.json({"dry_run": args.dry_run, "files": reports})
    for file in result.files:
        _print_report(file, args.dry_run, args.json)
    return int(any(file.report.refused for file in result.files))


def _recommend_merge(source: Source, vault_id: str) -> None:
    """Recommend a merge if the file is a copy of this vault, whose history an import ignores."""
    from tui.vault.copies import is_copy

    if is_copy(source.content.data, vault_id):
        output.say(
            f"{source.name} is a copy of this vault. An import brings no edits and deletions:"
            " use otp-tui merge instead."
        )


def _read(file: str, format_name: str, context: Context) -> Source:
    if file == "-":
        data = context.secrets.rest("the backup", LIMIT, limit_for)
        source = source_of(data, "standard input", format_name)
    else:
        source = source_of(read_file(file), file, format_name)
    if source.format is None:
        raise source.unknown(
            "Use --format NAME if you know what it is; to list the names, run: otp-tui formats"
        )
    return source


def _report(file: FileResult, with_plan: bool) -> dict[str, Any]:
    report, form = file.report, file.opened.format
    problems = [(each.refused, _row(each.what, each.reason)) for each in report.problems]
    shown: dict[str, Any] = {
        "file": file.opened.name,
        "format": form.name if form else None,
        "added": report.added,
        "replaced": report.replaced,
        "skipped": report.skipped,
        "refused": [row for refused, row in problems if refused],
        "problems": [row for refused, row in problems if not refused],
    }
    if with_plan:
        shown["plan"] = [
            {"kind": each.kind.value, **_row(each.what, each.reason)} for each in file.planned
        ]
    return shown


def _row(what: str, reason: str) -> dict[str, str]:
    return {"what": what, "reason": reason}


def _print_report(file: FileResult, dry_run: bool, as_json: bool) -> None:
    """Write the plan of a dry run to standard output, everything else to standard error."""
    if dry_run and not as_json:
        rows = [
            (LABELS[each.kind], each.what, each.reason if each.reason != LABELS[each.kind] else "")
            for each in file.planned
        ]
        output.lines(output.table(rows))
    else:
        for problem in file.report.problems:
            output.say(f"{problem.what}: {problem.reason}")
    verb = "would be imported" if dry_run else "imported"
    output.say(f"{file.opened.name}: {file.report.sentence(verb)}")
