"""`otp-tui recovery new` and `use`: a code that opens the vault when the password is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli import output
from tui.cli.parser import add_actions, add_command
from tui.cli.secrets import add_options
from tui.crypto.passwords import MIN_LENGTH
from tui.errors import NotSavedError, VaultError
from tui.text import safe

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers


def register(subparsers: Subparsers) -> None:
    """Add `recovery`, and `new` and `use` below it."""
    parser = add_command(
        subparsers,
        "recovery",
        "make or use a code that opens the vault when the password is lost",
        "Keep the code on paper, away from this machine: whoever has it and the vault's file\n"
        "has the vault.",
    )
    actions = add_actions(parser, "new|use")
    new = add_command(
        actions,
        "new",
        "print a new code, once; a former one opens the vault no more",
        "The code is all that goes to standard output. The password stays as it is.",
    )
    add_options(new, "password")
    use = add_command(
        actions,
        "use",
        "open the vault with its code and give it a new password",
        f"The new password takes {MIN_LENGTH} characters or more and is asked for twice. Case,\n"
        "spaces and dashes of the code do not matter. It stays valid.",
    )
    add_options(use, "recovery-code")
    add_options(use, "new-password")


def run(args: Namespace, context: Context) -> int:
    """Make a code, or use one.

    Raises:
        VaultError: there is no code that could be used.
        NotSavedError: what opened the vault before still does, and nothing else.
    """
    if args.action == "new":
        _new(context)
    else:
        _use(context)
    return 0


def _new(context: Context) -> None:
    output.require_open()
    locked = context.read_vault()
    vault = context.unlock(locked)
    from tui.vault import recovery

    code = recovery.new_code()
    # Shown before it counts: a code that counts and that nobody saw could be the only one.
    output.lines([recovery.written(code)])
    try:
        vault.set_recovery_code(code)
    except NotSavedError as error:
        raise NotSavedError(str(error), "The new code opens nothing.") from None
    former = (
        " The former code opens nothing but older versions." if locked.has_recovery_code else ""
    )
    output.say(f"Write this code down; it is not shown again.{former}")


def _use(context: Context) -> None:
    locked = context.read_vault()
    if not locked.has_recovery_code:
        raise VaultError(
            f"The vault {safe(str(locked.path), 200)} has no recovery code.",
            "While the password is known, make one with: otp-tui recovery new",
        )
    params = context.kdf_params
    from tui.vault import recovery

    code = recovery.read(context.secrets.get("recovery-code", "Recovery code: "))
    vault = context.unlock_with_code(locked, code)
    password = context.secrets.get_new("new-password", "New password: ")
    vault.change_password(password, params)
    output.say("The password is changed. The recovery code stays valid.")
