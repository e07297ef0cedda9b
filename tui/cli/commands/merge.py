"""`otp-tui merge`: merge copies of the vault, all of them or none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.cli import output, terminal
from tui.cli.parser import add_command
from tui.cli.secrets import add_options
from tui.errors import DamagedVaultError, WrongPasswordError
from tui.text import plural, safe

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.vault.copies import MergedCopy, MergeResult, OpenCopy
    from tui.vault.vault import Vault
    from tui.vault.versions import VaultFile

_HINT = "Use --yes to skip confirmation, or --dry-run."


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "merge",
        "merge copies of the vault, e.g. after a sync conflict",
        "Adds what changed in a copy: new and edited entries, deletions, higher counters. Without\n"
        "FILE, merges the conflict copies next to the vault; those that can't be read or belong\n"
        "to another vault are reported and skipped, and the exit code is 1. With such a FILE,\n"
        "nothing is merged. `otp-tui undo` undoes a merge. Asks for confirmation on the terminal;\n"
        "the exit code is 1 if you decline, or if a copy can't be deleted.",
    )
    parser.add_argument("file", metavar="FILE", nargs="*", help="copy of the vault")
    parser.add_argument(
        "--dry-run", action="store_true", help="show what would be merged without merging it"
    )
    parser.add_argument("--yes", action="store_true", help="don't ask for confirmation")
    parser.add_argument(
        "--remove-copies", action="store_true", help="delete the copies after they are merged"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    add_options(parser, "password")
    add_options(parser, "copy-password")


def run(args: Namespace, context: Context) -> int:
    """Show what the copies change, merge them as one step, and offer to delete them.

    Raises:
        FileError, VaultError: a file can't be read; the vault is unchanged.
        UsageError: a file is not a copy of this vault, or there is no terminal to ask on.
    """
    from tui.vault.changes import both_sentence
    from tui.vault.copies import merge_into

    locked = context.read_vault()
    files, problems = _find(args.file, locked.path, locked.vault_id)
    for problem in problems:
        output.complain(f"Not merged: {problem}")
    if not files:
        if args.json:
            output.json(_report(args.dry_run, (), [], problems))
        if not problems:
            output.say("This vault has no conflict copies.")
        return int(bool(problems))
    vault = context.unlock(locked)
    copies = [_open(file, vault.key, context) for file in files]
    preview = merge_into(vault, copies, dry_run=True)
    _show(preview, args)
    if args.dry_run:
        if args.json:
            output.json(_report(True, preview.copies, [], problems))
        return int(bool(problems))
    if preview.changes:
        if not args.yes and not terminal.confirm("Merge?", _HINT):
            output.say("Nothing was merged.")
            return 1
        preview = merge_into(vault, copies)
        if preview.changes:
            output.say(f"Merged {_sum(preview)}. To undo, run: otp-tui undo")
        else:
            output.say("The vault already has these changes.")
        if notice := both_sentence(preview.changes):
            output.say(notice)
    _remember(files, vault)
    removed, is_done = _remove(files, vault.path, args)
    if args.json:
        output.json(_report(False, preview.copies, removed, problems))
    return int(bool(problems) or not is_done)


def _find(
    names: list[str], vault: Path, vault_id: str
) -> tuple[Sequence[VaultFile], Sequence[str]]:
    """Return the named files, or else all copies next to the vault, and problems with others."""
    from tui.vault.copies import find_copies, read_copy

    if names:
        return [read_copy(Path(name), vault, vault_id) for name in names], ()
    found = find_copies(vault, vault_id)
    return found.files, found.problems


def _open(file: VaultFile, key: bytes, context: Context) -> OpenCopy:
    """Open a copy with the vault's key, or else with its own password or recovery code."""
    from tui.vault.copies import open_copy
    from tui.vault.unlock import key_by_either

    try:
        return open_copy(file, key)
    except DamagedVaultError:
        if not context.secrets.given("copy-password") and not terminal.is_there():
            raise DamagedVaultError(
                f"The vault's key doesn't open {file.name}: it is damaged, or has its own key.",
                "Use --copy-password-stdin or --copy-password-file if it has its own.",
            ) from None
    key = context.secrets.open(
        "copy-password",
        f"Password or recovery code of {file.name}: ",
        lambda typed: key_by_either(file.envelope, typed),
        WrongPasswordError,
    )
    return open_copy(file, key)


def _show(result: MergeResult, args: Namespace) -> None:
    """Write the changes to standard output in a dry run, otherwise to standard error."""
    for copy in result.copies:
        rows = output.table([(one.kind.value, one.what, one.details) for one in copy.changes])
        if args.dry_run and not args.json:
            output.lines(rows)
        elif not args.json:
            output.say(*rows)
        output.say(f"{copy.file.name}: {_counts(copy)}. {copy.base}")
        if copy.has_other_password:
            output.say(f"{copy.file.name} has another password. The vault keeps its own.")


def _counts(copy: MergedCopy) -> str:
    from tui.vault.changes import summary

    return summary(copy.changes) or "nothing to merge"


def _sum(result: MergeResult) -> str:
    from tui.vault.changes import summary

    return f"{plural(len(result.copies), 'copy')}: {summary(result.changes)}"


def _remember(files: Sequence[VaultFile], vault: Vault) -> None:
    """Remember files with unsaved changes, so that nobody is told to merge them again."""
    from tui.vault import unsaved

    for file in files:
        if unsaved.is_kept(file.path):
            unsaved.remember(vault, file.digest)


def _remove(files: Sequence[VaultFile], vault: Path, args: Namespace) -> tuple[list[str], bool]:
    """Delete the copies if the user wants it.

    Returns the names of those that are gone, and False if one couldn't be deleted.
    """
    from tui.vault.copies import removable

    removing = removable(files, vault)
    if not removing:
        return [], True
    what = removing[0].name if len(removing) == 1 else plural(len(removing), "copy")
    asks = not args.yes and terminal.is_there()
    if not args.remove_copies and not (asks and terminal.confirm(f"Delete {what}?", _HINT)):
        return [], True
    removed = [file.name for file in removing if file.remove()]
    if len(removed) < len(removing):
        left = len(removing) - len(removed)
        output.complain(
            f"Couldn't delete {plural(left, 'copy')}: changed, or in a read-only folder."
        )
    if removed:
        output.say(f"Deleted {plural(len(removed), 'copy')}.")
    return removed, len(removed) == len(removing)


def _report(
    dry_run: bool, copies: tuple[MergedCopy, ...], removed: list[str], problems: Sequence[str]
) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "files": [
            {
                "file": safe(str(copy.file.path)),
                "base": copy.base,
                "other_password": copy.has_other_password,
                "changes": [
                    {"kind": one.kind.value, "what": one.what, "details": one.details}
                    for one in copy.changes
                ],
            }
            for copy in copies
        ],
        "removed": removed,
        "problems": problems,
    }
