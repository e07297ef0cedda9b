"""`otp-tui demo`: the app on a temporary vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli.parser import NO_VAULT, add_command

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers


def register(subparsers: Subparsers) -> None:
    add_command(
        subparsers,
        "demo",
        "try the app with sample entries",
        "Opens a temporary vault, which is deleted on exit. Your own vault is not touched.",
        without=NO_VAULT,
    )


def run(_args: Namespace, context: Context) -> int:
    """Run the app on a vault in a temporary folder."""
    from dataclasses import replace
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from tui.demo import make_demo_vault
    from tui.vault.locked_vault import LockedVault

    context.require_terminal()
    with TemporaryDirectory(prefix="otp-tui-demo-") as folder:
        path, password = make_demo_vault(Path(folder), context.clock)
        vault = LockedVault.read(path).unlock(password)
        try:
            return context.start_app(replace(context.launch(path), vault=vault, demo=True))
        finally:
            vault.forget_seen()
