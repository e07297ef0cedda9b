"""`otp-tui unlock`: keep the vault unlocked for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli import output
from tui.cli.args import add_duration
from tui.cli.parser import NO_UNLOCK, add_command
from tui.cli.secrets import add_options
from tui.errors import SessionError
from tui.session import DEFAULT_TIME, LONGEST

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.session import Unlocked


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "unlock",
        "keep the vault unlocked for a while",
        "Keeps the vault key, never the password, in the kernel's keyring or, where that is\n"
        "refused, in an agent process. Until the time is up or `otp-tui lock`, every program that\n"
        "you run on this machine can open the vault. Run it again to set another time; a longer\n"
        "one needs the password.",
        without=(NO_UNLOCK,),
    )
    add_duration(
        parser, "--for", LONGEST, "how long, e.g. 8h or 1h30m (default: unlock_for, or 8h)"
    )
    add_duration(parser, "--idle", LONGEST, "end earlier after this time without use, e.g. 1h")
    add_options(parser, "password")


def run(args: Namespace, context: Context) -> int:
    """Keep the vault's key.

    Raises:
        SessionError: it can't be kept.
    """
    seconds = getattr(args, "for") or context.config.unlock_for or DEFAULT_TIME
    if context.session.kind == "none":
        raise SessionError("OTP_TUI_SESSION turns unlocking off.")
    locked = context.read_vault()
    before = next(
        (one for one in context.session.unlocked() if one.vault_id == locked.vault_id), None
    )
    idle = args.idle or 0
    if before is not None and not _longer(before, seconds, args.idle):
        idle = args.idle or before.idle
        vault = context.unlock(locked)
    else:
        vault = context.unlock_by_password(locked)
    context.session.keep(vault.vault_id, vault.key, str(vault.path), seconds, idle)
    from tui.unlocked import until_words

    now = context.clock.now()
    output.say(f"Unlocked {until_words(now + seconds, idle, now)}.")
    return 0


def _longer(before: Unlocked, seconds: int, idle: int | None) -> bool:
    """Return True if the vault would be open for longer; without `idle`, its limit is kept."""
    return seconds > before.left + 1 or (idle is not None and 0 < before.idle < idle)
