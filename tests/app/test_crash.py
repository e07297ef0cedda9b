"""Crashes: type and place are printed, and no data."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from tests.app.conftest import MakeApp, MakeVault
from tests.app.fast_pilot import expect_held_work
from tests.app.helpers import PASSWORD, settle
from tests.cli.program import PASSWORD as PROGRAM_PASSWORD
from tests.cli.program import Program
from tests.terminal.helpers import AppTerminal, fill, python
from tui.app.screens.codes import CodesScreen
from tui.app.widgets.password_input import PasswordInput
from tui.vault.locked_vault import LockedVault
from tui.vault.vault import Vault

SECRETS = ("GEZDGNBVGY3TQOJQ", "fish and chips", "Traceback", "held")
BREAK = """
import sys
from tui.{module} import {name}

def broken(self, *args, **kwargs):
    held = "fish and chips"
    raise {kind}("GEZDGNBVGY3TQOJQ " + held)

{name}.{method} = broken
from tui.__main__ import main
sys.exit(main([]))
"""


@pytest.mark.parametrize(
    ("module", "name", "method", "kind"),
    [
        ("app.screens.codes", "CodesScreen", "tick", "ValueError"),
        ("app.widgets.code_list", "CodeList", "row_line", "ZeroDivisionError"),
        ("vault.locked_vault", "LockedVault", "unlock", "RecursionError"),
    ],
)
def test_a_crash_prints_type_and_place_and_nothing_else(
    tmp_path: Path, module: str, name: str, method: str, kind: str
) -> None:
    script = BREAK.format(module=module, name=name, method=method, kind=kind)
    program = fill(Program(tmp_path))
    with AppTerminal(python(script), program.env, program.folder) as terminal:
        terminal.wait_for(" unlock ")
        terminal.type(PROGRAM_PASSWORD + "\r")
        if method == "copy":
            terminal.wait_for("Registrar")
            terminal.type("\r")
        assert terminal.end() == 1
        said = " ".join(terminal.after_the_app.split())
        assert f"crashed (this is a bug): {kind} at " in said
        assert said.endswith("The vault is unchanged since the last save.")
        assert not [secret for secret in SECRETS if secret in terminal.all]
        assert terminal.is_given_back


async def test_worker_descriptions_show_no_arguments(
    make_app: MakeApp, make_vault: MakeVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_vault().close()
    begun, go_on = threading.Event(), threading.Event()
    real = LockedVault.unlock

    def slow(self: LockedVault, password: str) -> Vault:
        begun.set()
        go_on.wait(5)
        return real(self, password)

    monkeypatch.setattr(LockedVault, "unlock", slow)
    expect_held_work(monkeypatch)
    app = make_app(vault=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.screen.query_one(PasswordInput).value = PASSWORD
        await pilot.press("enter")
        assert await asyncio.to_thread(begun.wait, 5)
        try:
            workers = list(app.workers)
            assert [worker.description for worker in workers] == ["unlock"]
            everything = [repr(worker) for worker in workers]
            everything += [repr(widget) for widget in app.screen.walk_children()]
            assert not [text for text in everything if PASSWORD in text]
        finally:
            go_on.set()
        await settle(pilot)
        assert isinstance(app.screen, CodesScreen)
