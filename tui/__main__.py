"""`otp-tui` and `python -m tui`: no command is the app, all else the command line."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tui.config.schema import Config
    from tui.vault.vault import Vault


def main(argv: list[str] | None = None) -> int:
    """Do what the arguments (without the program's name) say; return the exit code.

    Without `argv` they are the program's own, and the process is taken to end after this.
    """
    if argv is None:
        gc.disable()  # a command ends before there is garbage worth the search
    try:
        from tui.cli.run import run  # in here, so that Ctrl+C while it loads ends cleanly, too

        return run(sys.argv[1:] if argv is None else argv, _start_app)
    except KeyboardInterrupt:
        return 130
    finally:
        if argv is None:
            gc.freeze()  # what is left is not searched on the way out: a tenth of the whole time


def _start_app(
    vault_path: Path,
    config: Config,
    *,
    vault: Vault | None = None,
    demo: bool = False,
    warnings: tuple[str, ...] = (),
    pick: str | None = None,
    config_file: Path | None = None,
) -> int:
    from tui.app.run import run  # Textual takes a fifth of a second

    return run(
        vault_path,
        config,
        vault=vault,
        demo=demo,
        warnings=warnings,
        pick=pick,
        config_file=config_file,
    )


if __name__ == "__main__":
    sys.exit(main())
