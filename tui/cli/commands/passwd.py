"""`otp-tui passwd`: change the vault password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli import output, terminal
from tui.cli.parser import add_command
from tui.cli.secrets import add_options
from tui.crypto.passwords import MIN_LENGTH
from tui.errors import HalfSavedError
from tui.text import plural

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.vault.locked_vault import LockedVault
    from tui.vault.vault import Vault


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "passwd",
        "change the vault password",
        f"Asks for a new password of at least {MIN_LENGTH} characters, twice, encrypts the vault\n"
        "under a new key, and applies the [kdf] settings. A recovery code stays valid; a vault\n"
        "of an earlier version of otp-tui asks for it once, or gets a new one, which is printed.\n"
        "Older copies in the folder “backups” still open with the old password, unless you\n"
        "re-encrypt or remove them.",
    )
    add_options(parser, "password")
    add_options(parser, "new-password")
    add_options(parser, "recovery-code")
    add_copies_options(parser)


def add_copies_options(parser: ArgumentParser) -> None:
    """Add --rekey-backups and --remove-backups."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--rekey-backups",
        action="store_true",
        help="encrypt the older copies in the folder “backups” under the new key",
    )
    group.add_argument(
        "--remove-backups",
        action="store_true",
        help="remove the older copies that the new password doesn't open",
    )


def run(args: Namespace, context: Context) -> int:
    """Change the password; the entries and the recovery code stay.

    Raises:
        NotSavedError: says which password opens the vault.
    """
    locked = context.read_vault()
    vault = context.unlock(locked, guarded="to set a new one")
    password = context.secrets.get_new("new-password", "New password: ")
    code = _recovery_code(locked, context) if vault.needs_recovery_code else None
    return change_password(vault, password, code, args, context)


def change_password(
    vault: Vault, password: str, code: bytes | None, args: Namespace, context: Context
) -> int:
    """Change the password, and do what the options or the user say about older copies.

    Returns 1 if they were not all re-encrypted or removed as told.
    """
    from tui.vault import rekey

    old_key, old_slots = vault.key, vault.slots
    try:
        vault.change_password(password, context.config.kdf.params, code)
    except HalfSavedError:
        context.end_session(vault.vault_id)
        raise
    context.end_session(vault.vault_id)
    stays = " The recovery code stays valid." if vault.has_recovery_code else ""
    output.say(f"Password changed.{stays}")
    left = rekey.old_backups(vault)
    count, failed = len(left), False
    if count:
        if not args.rekey_backups and not args.remove_backups:
            known = sum(file.has_slot_of(old_slots) for file in left)
            few = "" if known == count else f" The last one opens {known or 'none'} of them."
            output.say(f"{rekey.still_open(count, *rekey.IN_BACKUPS)}.{few}")
        if args.rekey_backups or _agrees("Encrypt them under the new key?", args, context):
            count = rekey.rekey(vault, left, old_key)
            output.say(f"Re-encrypted {plural(count, 'older copy')}.")
            failed = count < len(left)
            if failed:
                output.say(*rekey.not_rekeyed(left, count, old_slots))
        elif args.remove_backups or _agrees("Remove them?", args, context):
            count = rekey.delete(left)
            failed = count < len(left)
            output.say(f"Removed {plural(count, 'older copy')}.")
    copies = rekey.old_copies(vault)
    if copies:
        output.say(f"{rekey.still_open(len(copies), *rekey.BESIDE)}: run otp-tui merge.")
    return int(failed)


def _agrees(question: str, args: Namespace, context: Context) -> bool:
    if args.rekey_backups or args.remove_backups or not _asks(context):
        return False
    return terminal.confirm(question, "Use --rekey-backups or --remove-backups.")


def _asks(context: Context) -> bool:
    """Return True if somebody types the new password, and can answer questions."""
    return terminal.is_there() and not context.secrets.given("new-password")


def _recovery_code(locked: LockedVault, context: Context) -> bytes:
    """Return the vault's recovery code, or print a new one.

    Raises:
        WrongPasswordError: the code is wrong.
    """
    from tui.vault import recovery

    given = context.secrets.given("recovery-code")
    question = "Keep the current recovery code? If yes, type it next; if no, you get a new one."
    if given or (_asks(context) and terminal.confirm(question, "Use --recovery-code-file.")):
        code = recovery.from_text(context.secrets.get("recovery-code", "Recovery code: "))
        locked.unlock_with_code(code).close()
        return code
    output.require_open()
    code = recovery.new_code()
    # Printed before it is saved, so that a code nobody saw can't replace the previous one.
    output.lines([recovery.as_text(code)])
    output.say("Write this new recovery code down: it is not shown again. It replaces the old one.")
    return code
