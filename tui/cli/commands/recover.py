"""`otp-tui recover`: list what is kept of the vault, and restore one of the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.cli import output, terminal
from tui.cli.args import whole
from tui.cli.parser import add_command
from tui.cli.secrets import add_options
from tui.errors import DamagedVaultError, UsageError, VaultMissingError, WrongPasswordError
from tui.text import plural

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from pathlib import Path

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.vault.document import Document
    from tui.vault.envelope import Slot
    from tui.vault.locked_vault import LockedVault
    from tui.vault.recover import Kept
    from tui.vault.vault import Vault

_HEADING = ("No.", "Date", "Entries", "File")
_HINT = "Use --yes to skip confirmation."


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "recover",
        "list older copies of the vault, or restore one",
        "Without an argument, lists the older copies in the folder “backups” and the conflict\n"
        "copies next to the vault. That needs no password; entries are counted only if the vault\n"
        "is unlocked or an option has the password. With a number or a file name, shows what\n"
        "would change, asks, and restores that version; the exit code is 1 if you decline.\n"
        "Counters are never lowered, and `otp-tui undo` undoes the restore. A copy from before\n"
        "`otp-tui passwd` asks for its own password or recovery code. This also works if the\n"
        "vault is missing, or if it is damaged: the damaged file stays next to it.",
    )
    parser.add_argument("file", metavar="N|FILE", nargs="?", help="version to restore")
    parser.add_argument("--list", action="store_true", help="list the versions, the default")
    parser.add_argument("--yes", action="store_true", help="don't ask for confirmation")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_options(parser, "password")
    add_options(parser, "copy-password")


def run(args: Namespace, context: Context) -> int:
    """List what is kept, or restore one of it.

    Raises:
        UsageError: there is no such version, or no terminal to ask on.
        DamagedVaultError: the version is damaged or has another password.
    """
    from tui.vault.recover import contents_of, kept_files

    if args.list and args.file:
        raise UsageError("--list works only without a version.", "Omit one of them.")
    damage, locked, before = "", None, contents_of(context.vault_path)
    try:
        locked = context.read_vault()
    except (DamagedVaultError, VaultMissingError) as error:
        damage = str(error)
        files = kept_files(context.vault_path)
    else:
        files = kept_files(locked.path, locked.vault_id)
    _report_left_out(context)
    if not files:
        output.say(damage or "No older copies of this vault are kept.")
        if args.json:
            output.json([])
        return 1 if args.file else 0
    if not args.file:
        if damage:
            output.say(damage)
        slots = () if locked is None else locked.slots
        _list(files, _known_keys(locked, files, context), slots, args.json)
        return 0
    chosen = _find(files, args.file)
    if not args.yes:
        terminal.require(_HINT)
    vault = None
    if locked is not None:
        try:
            vault = context.unlock(locked)
        except WrongPasswordError as error:
            hint = "If you are sure of it, the vault is damaged: rename its file, and try again."
            raise WrongPasswordError(str(error), hint) from None
        except DamagedVaultError as error:
            damage = str(error)
    if vault is None:
        output.say(damage)
        vault = _open(chosen, context)
    return _restore(chosen, vault, args, context, damaged=before if damage else None)


def _report_left_out(context: Context) -> None:
    from tui.vault.conflict_names import too_many

    if sentence := too_many(context.vault_path):
        output.complain(sentence)


def _find(files: Sequence[Kept], wanted: str) -> Kept:
    if place := whole(wanted, 1, len(files)):
        return files[place - 1]
    for one in files:
        if wanted == one.path.name or _is_same(one.path, wanted):
            return one
    raise UsageError("No such version of the vault.", "See: otp-tui recover --list")


def _is_same(path: Path, wanted: str) -> bool:
    try:
        return path.samefile(wanted)
    except (OSError, ValueError):
        return False


def _open(kept: Kept, context: Context) -> Vault:
    """Open a file as the vault."""
    from tui.vault.recover import key_of, locked_from

    locked = locked_from(kept, context.vault_path, context.clock)
    if context.secrets.given("copy-password"):
        return locked.unlock_with_key(key_of(kept, context.secrets.get("copy-password", "")))
    return context.unlock(locked, take_up=False)


def _contents(kept: Kept, vault: Vault, context: Context) -> Document:
    """Open a file with the vault's key, or else with its own password or recovery code."""
    from tui.vault.recover import key_of, open_kept

    try:
        return open_kept(kept, vault.key)
    except DamagedVaultError:
        if kept.file is None or kept.file.has_slot_of(vault.slots):
            raise
    which = "another" if kept.is_conflict else "an older"
    said = f"{kept.name} opens with {which} password."
    if not context.secrets.given("copy-password"):
        if not terminal.is_there():
            hint = "Use --copy-password-stdin or --copy-password-file."
            raise DamagedVaultError(said, hint)
        output.say(said)
    key = context.secrets.open(
        "copy-password",
        f"Password or recovery code of {kept.name}: ",
        lambda typed: key_of(kept, typed),
        WrongPasswordError,
    )
    return open_kept(kept, key)


def _known_keys(locked: LockedVault | None, files: Sequence[Kept], context: Context) -> list[bytes]:
    """Return the keys of the session and of the passwords in options, without asking."""
    given, keys = context.secrets.given, list[bytes]()
    if locked is not None and given("password"):
        try:
            keys.append(context.unlock(locked, take_up=False).key)
        except WrongPasswordError:
            raise
        except DamagedVaultError as error:
            output.say(str(error))
    ids = {one.file.envelope.vault_id for one in files if one.file is not None}
    keys += [key for one in ids if (key := context.session.key(one)) is not None]
    for kind in ("password", "copy-password"):
        if given(kind) and not (kind == "password" and keys):
            keys += _keys_by_password(context.secrets.get(kind, ""), files, keys)
    return keys


def _keys_by_password(password: str, files: Sequence[Kept], keys: Sequence[bytes]) -> list[bytes]:
    """Return the keys of files that no other key opens; each set of slots is tried once."""
    from tui.vault.recover import check, key_of

    found: dict[object, bytes | None] = {}
    for one in files:
        slots = None if one.file is None else one.file.envelope.slots
        if slots is None or slots in found or check(one, keys)[0] is not None:
            continue
        try:
            found[slots] = key_of(one, password)
        except WrongPasswordError:
            found[slots] = None
    return [key for key in found.values() if key is not None]


def _list(
    files: Sequence[Kept], keys: Sequence[bytes], slots: Sequence[Slot], as_json: bool
) -> None:
    from tui.otp.describe import local_time

    rows = [_row(number, one, keys, slots) for number, one in enumerate(files, 1)]
    if as_json:
        output.json(rows)
        return
    cells = [
        (
            str(row["number"]),
            local_time(row["date"], seconds=True),
            row["problem"] or ("-" if row["entries"] is None else str(row["entries"])),
            one.name,
        )
        for row, one in zip(rows, files, strict=True)
    ]
    output.lines(output.table([_HEADING, *cells]))
    output.say("To restore one, run: otp-tui recover N")


def _row(number: int, kept: Kept, keys: Sequence[bytes], slots: Sequence[Slot]) -> dict[str, Any]:
    from tui.vault.recover import check

    entries, problem = check(kept, keys, slots)
    return {
        "number": number,
        "file": str(kept.path),
        "kind": "conflict copy" if kept.is_conflict else "older copy",
        "generation": None if kept.file is None else kept.file.envelope.generation,
        "date": kept.date,
        "size": kept.size,
        "entries": entries,
        "problem": problem,
    }


def _restore(
    kept: Kept, vault: Vault, args: Namespace, context: Context, *, damaged: bytes | None
) -> int:
    """Preview and restore; `damaged` has the bytes of a damaged or missing vault."""
    from tui.vault.recover import preview, replace_damaged, restore

    aside = None
    old = _contents(kept, vault, context) if damaged is None else vault.document
    previewed = preview(vault, old) if damaged is None else None
    found = () if previewed is None else previewed.changes
    if damaged is not None:
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
    if damaged is None:
        restore(vault, kept, old, previewed)
    else:
        aside = replace_damaged(vault, context.clock, damaged)
        context.take_up_unsaved(vault)
    undo = " To undo, run: otp-tui undo" if damaged is None else ""
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
