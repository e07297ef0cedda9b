"""`otp-tui import`: the entries of other apps' backups, all files or none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.backup.joining import Joined, join
from tui.backup.plan import Choice, Kind, Report, Row, apply, choices_for, label, plan
from tui.backup.registry import recognise, source, sources
from tui.cli import credentials, output
from tui.cli.parser import add_command
from tui.cli.secrets import add_options
from tui.errors import FormatError, OtpTuiError
from tui.text import safe
from tui.vault.undo import with_undo

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping, Sequence

    from tui.backup.model import Backup, Format
    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.vault.document import Document


@dataclass(frozen=True, slots=True)
class _Source:
    """A backup file, read but not opened."""

    name: str
    """As the user named it, fit to show."""
    format: Format
    """What it was recognised as, or said to be."""
    data: bytes
    """Its bytes."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one file does to the vault, or several that hold the parts of one export."""

    name: str
    """What they are called, fit to show."""
    format: Format
    """What the first of them is."""
    rows: tuple[Row, ...]
    """Its entries, each with what it is to the vault."""
    report: Report
    """What came in."""


def register(subparsers: Subparsers) -> None:
    """Add `import`."""
    parser = add_command(
        subparsers,
        "import",
        "bring in the entries of backups",
        "The format is recognised by the content. When a file cannot be read, nothing of any\n"
        "file is imported; an entry that cannot be understood is named, and the others come in.\n"
        "Files that hold the parts of one export, as pictures do, are read as one, in any order.",
    )
    parser.add_argument("file", metavar="FILE", nargs="+", help="a backup; - is standard input")
    names = [known.name for known in sources()]
    parser.add_argument(
        "--format", metavar="NAME", choices=names, help=f"read as {', '.join(names)}"
    )
    parser.add_argument(
        "--on-duplicate",
        choices=[choice.value for choice in Choice],
        default=Choice.SKIP.value,
        help="entries whose secret is here already: skip (the default), keep both, or replace",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would come in")
    parser.add_argument("--json", action="store_true", help="print the report as an object")
    add_options(parser, "password")
    add_options(parser, "backup-password")
    credentials.add_options(parser)


def run(args: Namespace, context: Context) -> int:
    """Import the files in their order, as one change.

    Raises:
        FormatError, FileError: a file cannot be read; the vault is as it was.
    """
    locked = context.read_vault()
    files = [_recognise(file, args.format, context) for file in args.file]
    vault = context.unlock(locked)
    joined = join([(file.name, _open(file, args, context)) for file in files])
    choices = choices_for(Choice(args.on_duplicate))
    moment = int(context.clock.now())
    outcomes: list[_Outcome] = []

    def step(document: Document) -> Document:
        after, outcomes[:] = _bring_in(document, files, joined, choices, moment)
        if after == document:
            return document
        reports = [outcome.report for outcome in outcomes]
        return with_undo(document, after, label([file.name for file in files], reports))

    if args.dry_run:
        step(vault.document)
    else:
        vault.change(step)
    if args.json:
        reports = [_object(outcome, args.dry_run) for outcome in outcomes]
        output.json({"dry_run": args.dry_run, "files": reports})
    for outcome in outcomes:
        _tell(outcome, args.dry_run, args.json)
    return 0


def _recognise(file: str, format_name: str | None, context: Context) -> _Source:
    from tui.files import LIMIT, read_limited

    if file == "-":
        name, data = "standard input", context.secrets.rest("the backup", LIMIT)
    else:
        name, data = safe(file), read_limited(Path(file))
    found = source(format_name) if format_name else recognise(data, file)
    if found is None:
        names = ", ".join(known.name for known in sources())
        raise FormatError(
            f"{name} is no backup of a kind that is known here.",
            f"If it is one nevertheless, say which: --format with one of {names}.",
        )
    return _Source(name, found, data)


def _open(file: _Source, args: Namespace, context: Context) -> Backup:
    given = credentials.credentials_for(
        file.format.needs(file.data),
        context.secrets,
        args,
        lambda: context.secrets.get("backup-password", f"Password of {file.name}: "),
    )
    try:
        return file.format.read(file.data, given)
    except OtpTuiError as error:
        raise type(error)(f"{file.name}: {error}", error.hint) from None


def _bring_in(
    document: Document,
    files: Sequence[_Source],
    joined: Sequence[Joined],
    choices: Mapping[Kind, Choice],
    moment: int,
) -> tuple[Document, list[_Outcome]]:
    outcomes = []
    for each in joined:
        rows = plan(document, each.backup)
        document, report = apply(document, each.backup, rows, choices, moment)
        outcomes.append(_Outcome(each.name, files[each.places[0]].format, rows, report))
    return document, outcomes


def _object(outcome: _Outcome, with_plan: bool) -> dict[str, Any]:
    report = outcome.report
    told = [(problem.refused, _told(problem.what, problem.reason)) for problem in report.problems]
    shown: dict[str, Any] = {
        "file": outcome.name,
        "format": outcome.format.name,
        "added": report.added,
        "replaced": report.replaced,
        "skipped": report.skipped,
        "refused": [words for refused, words in told if refused],
        "problems": [words for refused, words in told if not refused],
    }
    if with_plan:
        shown["plan"] = [
            {"kind": row.kind.value, **_told(row.what, row.reason)} for row in outcome.rows
        ]
    return shown


def _told(what: str, reason: str) -> dict[str, str]:
    return {"what": what, "reason": reason}


def _tell(outcome: _Outcome, dry_run: bool, as_json: bool) -> None:
    """The plan to standard output where it is what was asked for, all else to standard error."""
    if dry_run and not as_json:
        from tui.cli.output import table

        output.lines(table([(row.kind.value, row.what, row.reason) for row in outcome.rows]))
    else:
        for problem in outcome.report.problems:
            output.say(f"{problem.what}: {problem.reason}")
    report = outcome.report
    output.say(f"{outcome.name}: {report.forecast if dry_run else report.sentence}")
