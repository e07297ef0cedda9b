"""Runs the app from its start to its end."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.app.app import OtpApp
from tui.app.terminal import take_any_bytes
from tui.clock import clock_warning

if TYPE_CHECKING:
    from tui.config.schema import Config
    from tui.vault.vault import Vault


def run(
    vault_path: Path,
    config: Config,
    *,
    vault: Vault | None = None,
    demo: bool = False,
    warnings: tuple[str, ...] = (),
    pick: str | None = None,
    config_file: Path | None = None,
) -> int:
    """Run the app until it ends; return the exit code.

    `vault` is shown at once where it is open already (the demo's); `warnings` are sentences
    to show first. With `pick` the app ends at the first copy, and says on standard error what
    was copied; it returns 1 where it was left without.
    """
    hint = ""
    if demo:
        from tui.demo import DEMO_PASSWORD

        hint = f"This is the demo, on invented entries. Its password is “{DEMO_PASSWORD}”."
        warnings = (hint, *warnings)
        config = replace(config, password_command=())  # it knows the user's own vault
    app = OtpApp(
        vault_path,
        config,
        vault=vault,
        warnings=warnings,
        door_hint=hint,
        pick=pick,
        config_file=None if demo else config_file,
        clock_warning=clock_warning,
    )
    take_any_bytes()
    app.run()
    if pick is not None and not app.return_code:
        if not app.picked:
            return 1
        sys.stderr.write(f"{app.picked}\n")
    return app.return_code or 0
