"""`otp-tui recover`: list what is kept of the vault, and restore one of the files."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from tui.cli import output, terminal
from tui.cli.parser import add_command
from tui.cli.secrets import add_options
from tui.errors import DamagedVaultError, UsageError, VaultMissingError
from tui.text import plural

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.vault.recover import Kept
    from tui.vault.vault import Vault

_HINT = "Use --yes to skip confirmation."


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "recover",
        "list older copies of the vault, or restore one",
        "Without an argument, lists the older copies in the folder “backups” and the conflict\n"
        "copies next to the vault. Columns: number, generation, UTC time, entries, file. With a\n"
        "number or a file name, shows what would change and restores that version; counters\n"
        "never go back, and `otp-tui undo` undoes it. Works if the vault is damaged or missing,\n"
        "too: the damaged file stays next to it. Asks for confirmation on the terminal; the exit\n"
        "code is 1 if you decline.",
    )
    parser.add_argument("file", metavar="N|FILE", nargs="?", help="version to restore")
    parser.add_argument("--list", action="store_true", help="list the versions, the default")
    parser.add_argument("--yes", action="store_true", help="don't ask for confirmation")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_options(parser, "password")


def run(args: Namespace, context: Context) -> int:
    """List what is kept, or restore one of it.

    Raises:
        UsageError: there is no such version, or no terminal to ask on.
        DamagedVaultError: the version is damaged or has another password.
    """
    from tui.vault.recover import kept_files

    if args.list and args.file:
        raise UsageError("--list works only without a version.", "Omit one of them.")
    damage = ""
    try:
        locked = context.read_vault()
    except (DamagedVaultError, VaultMissingError) as error:
        damage = str(error)
        files = kept_files(context.vault_path)
    else:
        files = kept_files(locked.path, locked.vault_id)
    if not files:
        output.say(damage or "No older copies of this vault are kept.")
        if args.json:
            output.json([])
        return 1 if args.file else 0
    if args.file and not args.yes:
        terminal.require(_HINT)
    chosen = _find(files, args.file) if args.file else None
    if not damage:
        try:
            vault = context.unlock(locked)
        except DamagedVaultError as error:
            damage = str(error)
    if damage:
        output.say(damage)
        vault = _open(files if chosen is None else [chosen], context)
    if chosen is None:
        _list(files, vault.key, args.json)
        return 0
    return _restore(chosen, vault, args, context, damaged=bool(damage))


def _find(files: Sequence[Kept], wanted: str) -> Kept:
    if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= len(files):
        return files[int(wanted) - 1]
    for one in files:
        if wanted in {one.path.name, str(one.path)} or os.path.abspath(wanted) == str(one.path):  # noqa: PTH100
            return one
    raise UsageError("No such version of the vault.", "See: otp-tui recover --list")


def _open(files: Sequence[Kept], context: Context) -> Vault:
    """Open the first valid one of the files as the vault."""
    from tui.vault.recover import locked_from

    first = next((one for one in files if one.file is not None), files[0])
    return context.unlock(locked_from(first, context.vault_path, context.clock))


def _list(files: Sequence[Kept], key: bytes, as_json: bool) -> None:
    rows = [_row(number, one, key) for number, one in enumerate(files, 1)]
    if as_json:
        output.json(rows)
        return
    output.lines(
        output.table(
            [
                (
                    str(row["number"]),
                    "" if row["generation"] is None else str(row["generation"]),
                    time.strftime("%Y-%m-%d %H:%M", time.gmtime(row["date"])),
                    row["problem"] or plural(row["entries"], "entry"),
                    one.name,
                )
                for row, one in zip(rows, files, strict=True)
            ]
        )
    )
    output.say("To restore one, run: otp-tui recover N")


def _row(number: int, kept: Kept, key: bytes) -> dict[str, Any]:
    from tui.vault.recover import open_kept

    entries, problem = None, ""
    try:
        entries = len(open_kept(kept, key).entries)
    except DamagedVaultError:
        problem = "damaged" if kept.file is None else "damaged, or another key"
    return {
        "number": number,
        "file": str(kept.path),
        "kind": "conflict copy" if kept.is_conflict else "older copy",
        "generation": None if kept.file is None else kept.file.envelope.generation,
        "date": kept.date,
        "entries": entries,
        "problem": problem,
    }


def _restore(kept: Kept, vault: Vault, args: Namespace, context: Context, *, damaged: bool) -> int:
    from tui.vault.recover import open_kept, preview, replace_damaged, restore

    aside = None
    old = open_kept(kept, vault.key)
    found = () if damaged else preview(vault, old)
    if damaged:
        output.say(f"{kept.name} has {plural(len(old.entries), 'entry')}.")
    elif not found:
        output.say("Nothing to restore: the vault has the same contents.")
        if args.json:
            output.json({"restored": None, "changes": [], "damaged": None})
        return 0
    output.say(*output.table([(one.kind.value, one.what, one.details) for one in found]))
    if not args.yes and not terminal.confirm("Restore this version?", _HINT):
        output.say("Nothing was restored.")
        return 1
    if damaged:
        aside = replace_damaged(vault, context.clock)
    else:
        restore(vault, kept, old)
    undo = "" if damaged else " To undo, run: otp-tui undo"
    output.say(f"Restored {kept.name}.{undo}")
    if aside is not None:
        output.say(f"The damaged file is now {aside.name}.")
    if args.json:
        changed = [
            {"kind": one.kind.value, "what": one.what, "details": one.details} for one in found
        ]
        damaged_file = None if aside is None else str(aside)
        output.json({"restored": str(kept.path), "changes": changed, "damaged": damaged_file})
    return 0
