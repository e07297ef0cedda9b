"""`otp-tui lock`: lock the vault everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli import output
from tui.cli.parser import NO_VAULT, add_command
from tui.errors import ConfigError, OtpTuiError, SessionError
from tui.files import why
from tui.text import plural

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Collection

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers

_HINT = "To lock all vaults, run: otp-tui lock --all"


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
        VaultError: the vault can't be read, and no vault was unlocked at its path.
        ConfigError: only settings that can't be read could name the vault.
        SessionError: a session can't be reached, or open apps can't be told.
    """
    if args.all:
        dropped = _lock(None)
        output.say(f"Locked {plural(dropped, 'vault')}." if dropped else "No vault was unlocked.")
        return 0
    from tui.session import unlocked_at

    try:
        vault_path = context.vault_path
    except ConfigError as error:
        raise ConfigError(str(error), _HINT) from None
    vault_ids = unlocked_at(str(vault_path))
    try:
        vault_ids.add(context.read_vault().vault_id)
    except OtpTuiError as error:
        _lock_unread(vault_ids, error)
        return 0
    dropped = sum([_lock(vault_id) for vault_id in vault_ids])
    output.say("Locked." if dropped else "The vault was not unlocked.")
    return 0


def _lock_unread(vault_ids: Collection[str], error: OtpTuiError) -> None:
    """Lock the vaults that were unlocked at the path of a file that can't be read.

    Raises:
        VaultError: there was none.
    """
    if not vault_ids:
        raise type(error)(str(error), _HINT) from None
    for vault_id in vault_ids:
        _lock(vault_id)
    output.complain(str(error))
    output.say("Locked the vault that was unlocked there.")


def _lock(vault_id: str | None) -> int:
    """Lock a vault, or all for None; return how many had been unlocked.

    Raises:
        SessionError: a session can't be reached, or open apps can't be told.
    """
    from tui.session import end, lock_signal

    try:
        lock_signal.send(vault_id)
    except OSError as error:
        raise SessionError(f"Couldn't lock open apps: {why(error)}.", "Lock them with l.") from None
    finally:
        dropped = end(vault_id)
    return dropped
