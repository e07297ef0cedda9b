"""`otp-tui demo`: the app on a throwaway vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli.parser import add_command

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers


def register(subparsers: Subparsers) -> None:
    """Add `demo`."""
    add_command(
        subparsers,
        "demo",
        "see the app with invented entries",
        "Opens a throwaway vault in a temporary folder, which is removed at the end.\n"
        "Your own vault is not touched.",
    )


def run(_args: Namespace, context: Context) -> int:
    """Make the vault, open the app on it, remove it."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from tui.demo import make_demo_vault
    from tui.vault.vault import LockedVault

    context.need_terminal()
    with TemporaryDirectory(prefix="otp-tui-demo-") as folder:
        path, password = make_demo_vault(Path(folder), context.clock)
        vault = LockedVault.read(path).unlock(password)
        return context.start_app(path, vault=vault, demo=True)
