"""The whole program in tmux, from the first run back to the shell's prompt."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import interop
from tests.cli.program import PASSWORD, Program
from tests.programs import need
from tests.terminal.helpers import SECRET, codes_around, entries, fill, wait_until
from tests.terminal.tmux import Tmux
from tui.backup.model import Backup, Credentials
from tui.backup.registry import by_name


@pytest.fixture
def tmux(program: Program) -> Iterator[Tmux]:
    need("tmux")
    with tempfile.TemporaryDirectory() as folder:  # a socket's path has at most 107 bytes
        server = Tmux(folder, program)
        yield server
        server.run("kill-server")


def strong_backup(folder: Path, password: str) -> Path:
    write = by_name("authenticator-pro").write
    assert write is not None
    path = folder / "backup.authpro"
    path.write_bytes(write(Backup(entries()), Credentials(password)))
    return path


def test_from_the_first_run_to_a_copied_code_and_back(program: Program, tmux: Tmux) -> None:
    backup = strong_backup(program.folder, "backup word")
    tmux.start_app()
    tmux.wait_for("Welcome to otp-tui")
    tmux.type(PASSWORD, "Enter")
    tmux.wait_for_field("Repeat password")
    tmux.type(PASSWORD, "Enter")
    tmux.wait_for("Vault created.")
    tmux.type("i")
    tmux.import_file(backup, "backup word")
    assert "2 entries imported" in tmux.screen()
    tmux.sees_code(SECRET)

    began = time.time()
    tmux.type("", "Enter")
    tmux.wait_for("Copied to tmux: Registrar")
    tmux.wait_for("Clears in")
    assert tmux.run("show-buffer") in codes_around(SECRET, began)

    tmux.type("l")
    tmux.wait_for(" unlock ")
    wait_until(lambda: not tmux.run("list-buffers"), lambda: tmux.run("list-buffers"))
    assert "Registrar" not in tmux.screen()
    tmux.type(PASSWORD, "Enter")
    tmux.sees_code(SECRET)
    tmux.quit()


def test_a_backup_of_the_real_app_shows_its_codes(program: Program, tmux: Tmux) -> None:
    name = "authpro/aegis-stratum_encrypted.bin"
    rows = [row for row in interop.samples("authpro") if row["file"] == name]
    row: dict[str, Any] = rows[0]
    fill(program)
    tmux.start_app()
    tmux.wait_for(" unlock ")
    tmux.type(PASSWORD, "Enter")
    tmux.sees_code(SECRET)
    tmux.type("i")
    tmux.import_file(interop.ROOT / name, row["password"])
    assert f"{row['expected']['count']} entries imported" in tmux.screen()
    entry = row["expected"]["entries"][0]
    assert (entry["type"], entry["digits"], entry["period"]) == ("totp", 6, 30)
    tmux.type(f"/{entry['issuer']}")
    tmux.wait_for("1 match")
    tmux.sees_code(entry["secret"])
    tmux.type("", "Escape")
    tmux.wait_for(f"  {row['expected']['count'] + 2} codes")
    tmux.quit()
