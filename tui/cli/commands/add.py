"""`otp-tui add`: entries from a URI, a picture, or options; no secret is ever an argument."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.backup.model import Backup
from tui.backup.sources import OpenedBackup, join_parts, read_picture, read_text
from tui.cli import entry_options, output
from tui.cli.args import utf8
from tui.cli.lookup import find_category
from tui.cli.parser import add_command
from tui.cli.secrets import add_options
from tui.cli.terminal import ask_hidden
from tui.errors import FileError, UsageError
from tui.files import LIMIT, read_limited
from tui.otp.draft import Draft
from tui.otp.entry import Binding
from tui.text import safe

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from tui.backup.plan import PlannedEntry
    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.otp.entry import Category, Entry

_LONGEST = 1024 * 1024
"""Most bytes of URIs on standard input."""


def register(subparsers: Subparsers) -> None:
    """Add `add`."""
    parser = add_command(
        subparsers,
        "add",
        "add entries: from a URI, a picture, or field by field",
        "An otpauth://, otpauth-migration:// or motp:// URI is read from standard input (several,\n"
        "one a line) or asked for on the terminal, and is never an argument. With --issuer or\n"
        "--account the secret is asked for instead. What is here already is not added twice.",
    )
    parser.add_argument("stray", nargs="*", help=argparse.SUPPRESS)
    parser.add_argument(
        "--qr",
        metavar="IMAGE",
        action="append",
        help="read the QR codes of a picture; - is standard input; may be repeated",
    )
    entry_options.add_options(parser)
    parser.add_argument("--note", metavar="TEXT", type=utf8, help="words of your own")
    parser.add_argument(
        "--category",
        metavar="NAME",
        type=utf8,
        action="append",
        default=[],
        help="put it in a category; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="print what was added as a list")
    for kind in ("password", "secret", "pin"):
        add_options(parser, kind)


def run(args: Namespace, context: Context) -> int:
    """Add what is new, as one change; return 1 where a part of what came could not be read.

    Raises:
        UsageError: the options do not fit together, or the fields make no entry.
        UriError, FormatError: the URI or the picture cannot be read.
    """
    draft = _draft(args, context)
    if args.qr and args.qr.count("-") > 1:
        raise UsageError("Standard input holds one picture.", "Say --qr - once.")
    pictures = {
        name: _picture(read_limited(Path(name)), name) for name in args.qr or () if name != "-"
    }
    if args.json:
        output.require_open()
    vault = context.unlock(context.read_vault())
    categories = [find_category(vault.document, name) for name in args.category]
    if draft is not None:
        found = Backup((_typed_entry(draft, context),))
    else:
        found = _read(context) if args.qr is None else _together(args, context, pictures)
    backup = _with_more(found, args, context, categories)
    from tui.backup.importer import addition_label, import_into

    moment = int(context.clock.now())
    result = import_into(vault, [OpenedBackup((), backup)], moment, label=addition_label)
    if args.json:
        output.json(
            [{"id": one.id, "issuer": one.issuer, "account": one.account} for one in result.added]
        )
    _tell(result.planned, backup)
    return int(any(problem.refused for problem in backup.problems))


def _draft(args: Namespace, context: Context) -> Draft | None:
    """Return what the options say of one entry, but for its secret; None where they do not."""
    if args.stray:
        raise UsageError("add takes no argument.", "See otp-tui add --help.")
    by_fields = entry_options.given(args) or context.secrets.given("secret")
    if by_fields and args.qr is not None:
        raise UsageError("With --qr the fields come from the picture.", "Leave out the others.")
    if not by_fields:
        return None
    more = ("pin",) if context.secrets.given("pin") else ()
    draft = entry_options.apply(args, Draft(), more)
    entry_options.check(draft, asked=False)
    return draft


def _typed_entry(draft: Draft, context: Context) -> Entry:
    names = safe(draft.issuer, 40) or safe(draft.account, 40)
    draft = replace(draft, secret=context.secrets.get("secret", f"Secret of {names}: "))
    if draft.type.has_pin:
        draft = replace(draft, pin=context.secrets.get("pin", f"PIN of {names}: "))
    entry_options.check(draft)
    return draft.entry()


def _together(args: Namespace, context: Context, pictures: dict[str, Backup]) -> Backup:
    """Return what the pictures hold; those of one export are read as one, in any order."""
    if "-" in args.qr:
        pictures["-"] = _picture(context.secrets.rest("the picture", LIMIT), "")
    names = dict.fromkeys(args.qr)
    opened = [OpenedBackup((safe(name, 200),), pictures[name]) for name in names]
    found = [each.backup for each in join_parts(opened)]
    return Backup(
        entries=tuple(entry for backup in found for entry in backup.entries),
        problems=tuple(problem for backup in found for problem in backup.problems),
    )


def _read(context: Context) -> Backup:
    """Read what comes on standard input, or is typed."""
    if sys.stdin is not None and sys.stdin.isatty():
        return read_text(ask_hidden("URI (not shown): ", "the URI", "Pipe it in."))
    data = context.secrets.rest("the URI", _LONGEST)
    try:
        return read_text(data.decode())
    except UnicodeDecodeError:
        raise FileError(
            "What stands on standard input is not UTF-8 text.", "For a picture: --qr -"
        ) from None


def _picture(data: bytes, name: str) -> Backup:
    return read_picture(data, safe(name, 200))


def _with_more(
    backup: Backup, args: Namespace, context: Context, categories: list[Category]
) -> Backup:
    """Return `backup` with the PINs, the note and the categories that no URI holds."""
    bindings = tuple(Binding(category.id) for category in categories)
    ids = {category.id for category in categories}

    def more(entry: Entry) -> Entry:
        return replace(
            entry,
            pin=_pin(entry, context) if entry.type.has_pin and not entry.pin else entry.pin,
            note=entry.note or args.note or "",
            categories=(*(one for one in entry.categories if one.category not in ids), *bindings),
        )

    return replace(
        backup,
        entries=tuple(more(entry) for entry in backup.entries),
        categories=(*(one for one in backup.categories if one.id not in ids), *categories),
    )


def _pin(entry: Entry, context: Context) -> str | None:
    """Return the PIN from its option, or from the terminal where one is typing."""
    if context.secrets.given("pin") or (sys.stdin is not None and sys.stdin.isatty()):
        return context.secrets.get("pin", f"PIN of {entry.label}: ") or None
    output.say(f"{entry.label} takes a PIN for its codes: otp-tui edit QUERY --new-pin")
    return None


def _tell(planned: Sequence[PlannedEntry], backup: Backup) -> None:
    from tui.backup.plan import MatchKind

    for row in planned:
        if row.kind is MatchKind.NEW:
            output.say(f"Added {row.what}.")
        elif row.kind is MatchKind.SAME_NAME:
            output.say(f"Added {row.what}. There is one of that name with another secret.")
        elif row.kind is MatchKind.CHANGED and row.existing is not None:
            output.say(f"{row.what} is not added: {row.existing.label} has the {row.reason}.")
        elif row.kind is not MatchKind.REFUSED:
            output.say(f"{row.what} is not added: {row.reason}.")
    for problem in backup.problems:
        output.say(f"{problem.what}: {problem.reason}")
