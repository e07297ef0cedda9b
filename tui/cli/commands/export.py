"""`otp-tui export`: export entries to a file for another app, or show them as QR codes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from tui.backup.registry import DEFAULT, by_name, export_formats
from tui.cli import credentials, output, qr_display
from tui.cli.args import utf8
from tui.cli.lookup import find_category, no_match
from tui.cli.parser import add_command
from tui.cli.secrets import add_options
from tui.errors import ExportError, ExportExistsError, MatchError, UsageError
from tui.text import plural, safe

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable

    from tui.backup.exporter import Exported
    from tui.backup.model import Backup, ExportPlan, Format, Problem
    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.vault.vault import Vault


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "export",
        "export entries to a file for another app, or as QR codes",
        "Reports what the format doesn't support. The file is read back and compared before it\n"
        "gets its final name. An existing file is replaced only with --force.\n"
        "Exits with 1 if entries were left out; the file has the others.\n\n"
        f"{qr_display.IN_HELP}",
    )
    parser.add_argument("file", metavar="FILE", nargs="?", help="file to write")
    names = [each.name for each in export_formats()]
    parser.add_argument(
        "--format",
        metavar="NAME",
        choices=names,
        help=f"one of {', '.join(names)} (default: by the file name, or else {DEFAULT})",
    )
    parser.add_argument(
        "--qr",
        action="store_true",
        help="show QR codes for Google Authenticator, one at a time, instead of writing a file",
    )
    parser.add_argument(
        "--query", metavar="Q", default="", type=utf8, help="export only matching entries"
    )
    parser.add_argument("--category", metavar="C", type=utf8, help="export only this category")
    parser.add_argument("--force", action="store_true", help="replace an existing file")
    parser.add_argument(
        "--plaintext",
        action="store_true",
        help="allow secrets to be written or shown unencrypted",
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    add_options(parser, "password")
    add_options(parser, "export-password")
    credentials.add_options(parser)


def run(args: Namespace, context: Context) -> int:
    """Write the file, or show the QR codes; return 1 if entries were left out.

    Raises:
        UsageError: the format is not encrypted and --plaintext is missing; FILE and --qr are both
            missing, or both given.
        MatchError: there is no such category, or no matching entry.
        ExportError: nothing was written.
    """
    if args.qr:
        return _show(args, context)
    if args.file is None:
        raise UsageError("Missing FILE (or use --qr).")
    if args.file == "-":
        raise UsageError(
            "An export can't be written to standard output.",
            "Give a file name. For a file named -, use ./-.",
        )
    params = context.config.kdf.params
    chosen = by_name(args.format) if args.format else _format_of(args.file)
    if not chosen.encrypted and not args.plaintext:
        raise UsageError(
            f"The format {chosen.name} is not encrypted: anyone who reads the file gets the codes.",
            "Use --plaintext if that is what you want.",
        )
    locked = context.read_vault()
    _check_place(args, locked.path)
    vault = context.unlock(locked, guarded="" if chosen.encrypted else "to export the secrets")

    from tui.backup.export_plan import plan_export
    from tui.backup.exporter import export
    from tui.cli.signals import clean_up_on_signals

    plan = plan_export(chosen, _selected(args, vault))
    if not plan.backup.entries:
        _report(plan)
        raise ExportError("Nothing to export.")
    given = credentials.credentials_for(
        chosen.write_needs, context.secrets, args, lambda: _password(chosen, context)
    )
    given = replace(given, kdf=params)
    try:
        with clean_up_on_signals():
            exported = export(args.file, chosen, plan, given, vault=locked.path, force=args.force)
    except ExportExistsError as error:
        raise _with_force(error) from None
    if args.json:
        output.json(_object(exported))
    _report(exported.plan)
    output.say(f"{exported.path} ({chosen.label}): {exported.sentence}")
    return _exit_code(plan)


def _format_of(file: str) -> Format:
    """Return the format that the end of a file name stands for, or else the default.

    Raises:
        UsageError: several formats use it.
    """
    ending, default = PurePath(file).suffix.lower(), by_name(DEFAULT)
    fitting = [each for each in export_formats() if ending and ending in each.suffixes]
    if not fitting or default in fitting:
        return default
    usual = [each for each in fitting if each.suffixes[0] == ending]
    if len(usual) == 1:
        return usual[0]
    names = ", ".join(each.name for each in usual or fitting)
    raise UsageError(
        f"Several formats use {safe(ending, 20)}: {names}.", "Choose one with --format NAME."
    )


def _show(args: Namespace, context: Context) -> int:
    from tui.backup.qr_export import HOW_TO_SCAN, NAME, plan_codes, texts_of_codes

    if args.file is not None or args.force or args.json or args.format not in (None, NAME):
        raise UsageError(
            "--qr shows QR codes for Google Authenticator and doesn't write a file.",
            f"Omit FILE, --force, --json and --format (except {NAME}).",
        )
    if not args.plaintext:
        raise UsageError(
            "QR codes are not encrypted: anyone who sees them gets the codes.",
            "Use --plaintext if that is what you want.",
        )
    output.require_open()
    vault = context.open_vault(guarded="to show the secrets")
    plan = plan_codes(_selected(args, vault))
    texts = texts_of_codes(plan, qr_display.fits)
    _report(plan)
    count = len(plan.backup.entries)
    output.say(f"{plural(count, 'entry')}. {HOW_TO_SCAN}")
    qr_display.show_in_turn(texts, "QR code")
    return _exit_code(plan)


def _exit_code(plan: ExportPlan) -> int:
    return 1 if plan.left_out else 0


def _selected(args: Namespace, vault: Vault) -> Backup:
    from tui.backup.export_plan import select

    document, category = vault.document, None
    if args.category is not None:
        category = find_category(document, args.category).id
    backup = select(document, category=category, query=args.query)
    if backup.entries:
        return backup
    if args.query:
        raise no_match(select(document, category=category).entries, args.query)
    if category is not None:
        raise MatchError("No entry is in this category.", "Run: otp-tui category list")
    raise ExportError("Nothing to export: the vault has no entries.")


def _check_place(args: Namespace, vault: Path) -> None:
    from tui.backup.exporter import check_place

    try:
        check_place(args.file, vault, force=args.force)
    except ExportExistsError as error:
        raise _with_force(error) from None


def _with_force(error: ExportExistsError) -> ExportExistsError:
    return ExportExistsError(str(error), "Use --force to replace it.")


def _password(chosen: Format, context: Context) -> str:
    prompt = f"Password for the {chosen.label} file: "
    return context.secrets.get_new("export-password", prompt, chosen.min_password)


def _object(exported: Exported) -> dict[str, Any]:
    plan = exported.plan
    return {
        "file": safe(str(exported.path)),
        "format": exported.format.name,
        "written": exported.count,
        "left_out": _rows(plan.left_out),
        "changed": _rows(plan.changed),
        "notes": _rows(plan.notes),
    }


def _rows(problems: Iterable[Problem]) -> list[dict[str, str]]:
    return [{"what": each.what, "reason": each.reason} for each in problems]


def _report(plan: ExportPlan) -> None:
    for title, problems in (
        ("left out: ", plan.left_out),
        ("changed: ", plan.changed),
        ("", plan.notes),
    ):
        output.say(*(f"{title}{each.what}: {each.reason}" for each in problems))
