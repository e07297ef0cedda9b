"""`otp-tui recovery`: create or use a code that opens the vault without the password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli import output
from tui.cli.commands.passwd import add_copies_options, change_password
from tui.cli.parser import add_actions, add_command
from tui.cli.secrets import add_options
from tui.crypto.passwords import MIN_LENGTH
from tui.errors import HalfSavedError, NotSavedError, UsageError, VaultError, WrongPasswordError
from tui.text import safe

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.vault.vault import Vault


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "recovery",
        "create a recovery code, or use it if you lost the password",
        "Keep the code on paper, away from this machine: anyone who has it and the vault file\n"
        "can open the vault.",
    )
    actions = add_actions(parser, "new|use")
    new = add_command(
        actions,
        "new",
        "create a recovery code, replacing the previous one",
        "Prints the code once, alone on standard output. The password stays valid.",
    )
    add_options(new, "password")
    use = add_command(
        actions,
        "use",
        "open the vault with its recovery code and set a new password",
        f"Asks for the code and for a new password of at least {MIN_LENGTH} characters, twice.\n"
        "Case, spaces and dashes in the code don't matter. The code stays valid.",
    )
    add_options(use, "recovery-code")
    add_options(use, "new-password")
    add_copies_options(use)


def run(args: Namespace, context: Context) -> int:
    """Run the action.

    Raises:
        VaultError: the vault has no recovery code.
        NotSavedError: only the previous password and code open the vault.
    """
    if args.action == "new":
        _new(context)
        return 0
    return _use(args, context)


def _new(context: Context) -> None:
    output.require_open()
    locked = context.read_vault()
    vault = context.unlock(locked, guarded="to create a recovery code")
    from tui.vault import recovery

    code = recovery.new_code()
    # Printed before it is saved, so that a code nobody saw can't replace the previous one.
    output.lines([recovery.as_text(code)])
    try:
        vault.set_recovery_code(code)
    except HalfSavedError:
        raise
    except NotSavedError as error:
        raise NotSavedError(str(error), "The new code was not saved: discard it.") from None
    previous = " The previous code now opens only older copies." if locked.has_recovery_code else ""
    output.say(f"Write this code down: it is not shown again.{previous}")


def _use(args: Namespace, context: Context) -> int:
    locked = context.read_vault()
    if not locked.has_recovery_code:
        raise VaultError(
            f"The vault {safe(str(locked.path), 200)} has no recovery code.",
            "If you know the password, create one with: otp-tui recovery new",
        )
    from tui.vault import recovery

    def opens(text: str) -> tuple[bytes, Vault]:
        code = recovery.from_text(text)
        return code, context.unlock_with_code(locked, code)

    wrong = (UsageError, WrongPasswordError)
    code, vault = context.secrets.open("recovery-code", "Recovery code: ", opens, wrong)
    password = context.secrets.get_new("new-password", "New password: ")
    return change_password(
        vault, password, code if vault.needs_recovery_code else None, args, context
    )
