"""Runs the app."""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from tui import memory
from tui.app.app import OtpApp
from tui.app.painted_app import paint_without_waiting
from tui.app.terminal import read_every_key
from tui.app.vault_session import open_by_session
from tui.clock import SystemClock
from tui.clock_status import clock_warning
from tui.environment import DEVTOOLS_VARIABLE, for_developers
from tui.errors import ClipboardError
from tui.session import NoSession, choose

if TYPE_CHECKING:
    from tui.launch import Launch


_DEVTOOLS = f"{DEVTOOLS_VARIABLE} is set: logs and screenshots of Textual may contain secrets."


def run(launch: Launch) -> int:
    """Run the app until it exits; return the exit code.

    To pick means to exit after the first copy, which is reported on standard error. The exit code
    is 1 if nothing was copied.
    """
    gc.freeze()  # looking for garbage in all modules takes 20 ms, before the first frame
    config, warnings, hint = launch.config, launch.warnings, ""
    if launch.demo:
        from tui.demo import DEMO_PASSWORD

        hint = f"Demo with sample entries. Its password is “{DEMO_PASSWORD}”."
        warnings = (hint, *warnings)
        config = replace(config, password_command=())  # it is for the user's own vault
    session = NoSession() if launch.demo or launch.no_unlock else choose()
    vault, by_session = launch.vault, False
    if vault is None:
        vault = open_by_session(session, launch.vault_path, SystemClock())
        by_session = vault is not None
    if for_developers(os.environ):
        hint = f"{_DEVTOOLS} {hint}".rstrip()
        warnings = warnings if vault is None else (_DEVTOOLS, *warnings)
    memory.no_readers()
    memory.wipe_when_freed()
    # asyncio logs tracebacks of errors that nobody handles.
    logging.getLogger().addHandler(logging.NullHandler())
    paint_without_waiting()
    app = OtpApp(
        launch.vault_path,
        config,
        vault=vault,
        session=session,
        by_session=by_session,
        accept_older=launch.accept_older,
        warnings=warnings,
        unlock_hint=hint,
        pick=launch.pick,
        config_file=None if launch.demo else launch.config_file,
        clock_warning=clock_warning,
    )
    read_every_key(app.is_bound)
    threading.excepthook = app.end_on_thread_error
    app.run()
    if app.exit_warning:
        sys.stderr.write(f"otp-tui: {app.exit_warning}\n")
    if launch.pick is not None and not app.return_code:
        if not app.picked:
            return 1
        sys.stderr.write(f"{app.picked} {_clear_later(app)}".rstrip() + "\n")
    return app.return_code or 0


def _clear_later(app: OtpApp) -> str:
    """Have another process clear the picked code; return a sentence about that."""
    from tui.clipboard.later import clear_later

    seconds, handover = app.config.clipboard_clear, app.copier.handover()
    if not seconds or handover is None:
        return ""
    try:
        return clear_later(handover, seconds, app.environ)
    except ClipboardError as error:
        return error.sentence
