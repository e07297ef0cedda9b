"""`otp-tui lock`: lock the vault everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli import output
from tui.cli.parser import NO_VAULT, add_command
from tui.errors import SessionError
from tui.files import why
from tui.text import plural

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "lock",
        "lock the vault everywhere",
        "Ends `otp-tui unlock`, and locks every open app of the vault within two seconds.",
        without=NO_VAULT,
    )
    parser.add_argument("--all", action="store_true", help="lock all your vaults")


def run(args: Namespace, context: Context) -> int:
    """Forget the key, and tell open apps.

    Raises:
        VaultError: the vault can't be read.
        SessionError: a session can't be reached, or open apps can't be told.
    """
    from tui.session import end, lock_signal

    vault_id = None if args.all else context.read_vault().vault_id
    try:
        lock_signal.send(vault_id)
    except OSError as error:
        raise SessionError(f"Couldn't lock open apps: {why(error)}.", "Lock them with l.") from None
    finally:
        dropped = end(vault_id)
    if vault_id is not None:
        output.say("Locked." if dropped else "Locked. No session had its key.")
    else:
        output.say(f"Locked. {plural(dropped, 'vault')} had been unlocked.")
    return 0
