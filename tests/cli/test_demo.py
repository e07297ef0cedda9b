"""`otp-tui demo`: sample entries, and no file left behind."""

from __future__ import annotations

from pathlib import Path

from tests.cli.program import Program
from tests.cli.terminal import Terminal
from tui.clock import SystemClock
from tui.demo import demo_document, make_demo_vault
from tui.otp.codes import code_at
from tui.otp.entry import Algorithm, OtpType, check
from tui.vault.vault import Vault


def test_the_demo_has_every_type() -> None:
    document = demo_document(1_700_000_000)
    entries = [check(entry) for entry in document.entries]
    assert len(entries) == 12
    assert {entry.type for entry in entries} == set(OtpType)
    assert {entry.algorithm for entry in entries} == set(Algorithm)
    assert len({entry.digits for entry in entries if entry.type is OtpType.TOTP}) > 2
    assert len({entry.period for entry in entries if entry.type is OtpType.TOTP}) > 2
    assert {entry.created < entry.used for entry in entries if entry.copy_count} == {True}
    assert len({code_at(entry, 1_700_000_000).text for entry in entries}) == 12
    bound = {binding.category for entry in entries for binding in entry.categories}
    assert bound == {category.id for category in document.categories}
    assert len(bound) == 3


def test_the_demo_vault_opens(tmp_path: Path) -> None:
    path, password = make_demo_vault(tmp_path, SystemClock())
    assert path.parent == tmp_path
    assert len(Vault.open(path, password).entries) == 12


def test_opens_unlocked_and_leaves_nothing_behind(program: Program) -> None:
    temporary = program.folder / "temporary"
    temporary.mkdir()
    program.env["TMPDIR"] = str(temporary)
    terminal = Terminal(program, "demo")
    terminal.wait_for("octocat")
    (folder,) = temporary.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    terminal.type("q")
    assert terminal.end() == (0, "")
    assert list(temporary.iterdir()) == []
    assert not list((program.folder / "xdg-state").rglob("*.json"))
    assert not program.vault.exists()
