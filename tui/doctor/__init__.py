"""The checks of the doctor, for `otp-tui doctor` and the app.

They change nothing and need no password.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.doctor.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tui.clock import Clock
    from tui.config.schema import Config

__all__ = ["Finding", "findings"]


def findings(
    *,
    vault_path: Path | None,
    config_path: Path | None,
    config: Config,
    problems: tuple[str, ...],
    environ: Mapping[str, str],
    clock: Clock,
    size: tuple[int, int] | None,
    copy_test: Callable[[], Finding] | None = None,
) -> Iterator[Finding]:
    """Run all checks; takes at least one key derivation.

    `vault_path` is None if only settings that can't be read could name the vault. `problems` are
    those in the settings, `size` is the terminal's in columns and rows (None without
    one), and `copy_test` is called after it is known how codes are copied.
    """
    from tui.clock_status import clock_status
    from tui.doctor import copy_checks, machine_checks, vault_checks

    yield from machine_checks.settings(config_path, problems)
    if vault_path is None:
        yield Finding("vault", "unknown", "Correct the settings file, or use --vault.")
    else:
        yield from vault_checks.all_of(vault_path, clock.steady)
    yield from machine_checks.commands(config, environ)
    yield from machine_checks.unlocking(environ, clock.now())
    yield machine_checks.system_clock(clock_status())
    yield from copy_checks.copying(config, environ)
    if copy_test is not None:
        yield copy_test()
    yield from machine_checks.terminal(environ, size)
    yield from machine_checks.versions()
