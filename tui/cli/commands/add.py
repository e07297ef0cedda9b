"""`otp-tui add`: add entries from URIs, images or options. Secrets are never arguments."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.backup.model import Backup
from tui.backup.sources import OpenedBackup, join_parts, read_image, read_text
from tui.cli import entry_options, output
from tui.cli.args import utf8
from tui.cli.entry_object import named
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

    from tui.backup.importer import ImportResult
    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.otp.entry import Category, Entry

_LONGEST = 1024 * 1024
"""Maximum size of the URIs on standard input, in bytes."""


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "add",
        "add entries from URIs, images or options",
        "Reads otpauth://, otpauth-migration:// or motp:// URIs from standard input, one per\n"
        "line, or asks for one on the terminal; URIs can't be arguments. With --issuer or\n"
        "--account, asks for the secret instead. Entries already in the vault are skipped.",
    )
    parser.add_argument("stray", nargs="*", help=argparse.SUPPRESS)
    parser.add_argument(
        "--qr",
        metavar="IMAGE",
        action="append",
        help="read the QR codes in an image; - is standard input; repeatable",
    )
    entry_options.add_options(parser)
    parser.add_argument("--note", metavar="TEXT", type=utf8, help="note for the entry")
    parser.add_argument(
        "--category",
        metavar="NAME",
        type=utf8,
        action="append",
        default=[],
        help="category to add it to; repeatable",
    )
    parser.add_argument(
        "--forward", action="store_true", help="let otp-tui ssh-agent forward its codes to servers"
    )
    parser.add_argument("--json", action="store_true", help="print the added entries as JSON")
    for kind in ("password", "secret", "pin"):
        add_options(parser, kind)


def run(args: Namespace, context: Context) -> int:
    """Add the new entries as one change; return 1 if part of the input couldn't be read.

    Raises:
        UsageError: the options contradict each other, or the fields don't make a valid entry.
        UriError, FormatError: the URI or the image can't be read.
    """
    draft = _draft(args, context)
    if args.qr and args.qr.count("-") > 1:
        raise UsageError("Standard input can contain only one image.", "Use --qr - once.")
    images = {
        name: _read_image(read_limited(Path(name)), name) for name in args.qr or () if name != "-"
    }
    if args.json:
        output.require_open()
    vault = context.unlock(context.read_vault())
    categories = [find_category(vault.document, name, to_add=True) for name in args.category]
    if draft is not None:
        found = [OpenedBackup((), Backup((_typed_entry(draft, context),)))]
    elif args.qr is None:
        found = [OpenedBackup((), _read(context))]
    else:
        found = _open_images(args, context, images)
    opened = [
        replace(each, backup=_with_more(each.backup, args, context, categories)) for each in found
    ]
    from tui.backup.importer import addition_label, import_into
    from tui.otp.describe import short_secret

    result = import_into(vault, opened, int(context.clock.now()), label=addition_label)
    if args.json:
        output.json([named(entry) for entry in result.added])
    _report(result)
    for entry in result.added:
        if warning := short_secret(entry):
            output.say(warning if len(result.added) == 1 else f"{entry.label}: {warning}")
    return int(any(problem.refused for problem in result.report.problems))


def _draft(args: Namespace, context: Context) -> Draft | None:
    """Return the entry that the field options describe, without its secret; None without any."""
    if args.stray:
        raise UsageError("add takes no arguments.", "See otp-tui add --help.")
    by_fields = entry_options.given(args) or context.secrets.given("secret")
    if by_fields and args.qr is not None:
        raise UsageError("--qr can't be used with options for fields.", "Omit one or the other.")
    if not by_fields:
        return None
    more = ("pin",) if context.secrets.given("pin") else ()
    draft = entry_options.apply(args, Draft(), more)
    entry_options.check(draft, asked=False)
    return draft


def _typed_entry(draft: Draft, context: Context) -> Entry:
    names = safe(draft.issuer, 40) or safe(draft.account, 40)
    draft = replace(draft, secret=context.secrets.get("secret", f"Secret for {names}: "))
    if draft.type.has_pin:
        draft = replace(draft, pin=context.secrets.get("pin", f"PIN for {names}: "))
    entry_options.check(draft)
    return draft.entry()


def _open_images(
    args: Namespace, context: Context, images: dict[str, Backup]
) -> list[OpenedBackup]:
    """Return the contents of the images; parts of one export are joined."""
    if "-" in args.qr:
        images["-"] = _read_image(context.secrets.rest("the image", LIMIT), "")
    names = dict.fromkeys(args.qr)
    return join_parts([OpenedBackup((safe(name, 200),), images[name]) for name in names])


def _read(context: Context) -> Backup:
    """Read URIs from standard input, or ask for one on the terminal."""
    if sys.stdin is not None and sys.stdin.isatty():
        return read_text(ask_hidden("URI (not shown): ", "the URI", "Pipe it in."))
    data = context.secrets.rest("the URI", _LONGEST)
    try:
        return read_text(data.decode())
    except UnicodeDecodeError:
        raise FileError("Standard input is not UTF-8 text.", "For an image, use --qr -.") from None


def _read_image(data: bytes, name: str) -> Backup:
    return read_image(data, safe(name, 200))


def _with_more(
    backup: Backup, args: Namespace, context: Context, categories: list[Category]
) -> Backup:
    """Return `backup` with the PINs, the note and the categories, which URIs don't contain."""
    bindings = tuple(Binding(category.id) for category in categories)
    ids = {category.id for category in categories}

    def more(entry: Entry) -> Entry:
        return replace(
            entry,
            pin=_pin(entry, context) if entry.type.has_pin and not entry.pin else entry.pin,
            note=entry.note or args.note or "",
            forward=args.forward,
            categories=(*(one for one in entry.categories if one.category not in ids), *bindings),
        )

    return replace(
        backup,
        entries=tuple(more(entry) for entry in backup.entries),
        categories=(*(one for one in backup.categories if one.id not in ids), *categories),
    )


def _pin(entry: Entry, context: Context) -> str | None:
    """Return the PIN from its option, or from the terminal if standard input is one."""
    if context.secrets.given("pin") or (sys.stdin is not None and sys.stdin.isatty()):
        return context.secrets.get("pin", f"PIN for {entry.label}: ") or None
    output.say(
        f"{entry.label} needs a PIN for its codes. Set it with otp-tui edit QUERY --new-pin."
    )
    return None


def _report(result: ImportResult) -> None:
    from tui.backup.plan import MatchKind

    for row in result.planned:
        if row.kind is MatchKind.NEW:
            output.say(f"Added {row.what}.")
        elif row.kind is MatchKind.SAME_NAME:
            output.say(f"Added {row.what}. Another entry has the same name and a different secret.")
        elif row.kind is MatchKind.CHANGED and row.existing is not None:
            output.say(f"Skipped {row.what}: {row.existing.label} already has this secret.")
        elif row.kind is not MatchKind.REFUSED:
            output.say(f"Skipped {row.what}: {row.reason}.")
    for problem in result.report.problems:
        output.say(f"{problem.what}: {problem.reason}")
