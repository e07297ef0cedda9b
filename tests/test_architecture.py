"""Which room of the house may import which: the arrows of docs/architecture.md."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tui

ROOT = Path(tui.__file__).parent

GROUND = {"errors", "text", "clock"}
ENGINE = {"otp", "crypto", "vault", "backup"}
MIDDLE = {"paths", "files", "qr", "password_command", "tty"}
ARROWS = {
    "otp": GROUND,
    "crypto": GROUND,
    "vault": GROUND | MIDDLE | {"otp", "crypto"},
    "backup": GROUND | MIDDLE | {"otp", "crypto", "vault"},
    "config": GROUND | MIDDLE | {"crypto.bounds"},
    "clipboard": GROUND | MIDDLE | {"config"},
    "demo": GROUND | {"otp", "crypto", "vault"},
    "launch": {"config", "vault"},
    "cli": GROUND | MIDDLE | {*ENGINE, "config", "clipboard", "demo", "launch", ""},
    "app": GROUND | MIDDLE | {*ENGINE, "config", "clipboard", "demo", "launch", ""},
    "__main__": GROUND | MIDDLE | {"cli", "app", "launch"},
    **dict.fromkeys(GROUND | MIDDLE, GROUND | MIDDLE),
}
"""Each room and the others, or single modules, that it may import; "" is tui/__init__.py."""


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            if node.module == "tui":
                yield from (f"tui.{alias.name}" for alias in node.names)


def room(module: str) -> str:
    """The part of tui that a dotted name is in."""
    return module.split(".")[1] if "." in module else ""


FILES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_follow_the_arrows(path: Path) -> None:
    own = path.relative_to(ROOT).with_suffix("").parts[0]
    if own == "__init__":
        allowed: set[str] = set()
    else:
        allowed = ARROWS[own] | {own}
    used = {name for name in imports(path) if name.split(".")[0] == "tui"}
    wrong = {name for name in used if not {room(name), name.removeprefix("tui.")} & allowed}
    assert not wrong


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_app_imports_textual(path: Path) -> None:
    names = {name.split(".")[0] for name in imports(path)}
    if "app" not in path.relative_to(ROOT).parts[:1]:
        assert not names & {"textual", "rich"}


def test_one_file_opens_the_terminal() -> None:
    assert [path for path in FILES if "/dev/tty" in path.read_text(encoding="utf-8")] == [
        ROOT / "tty.py"
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_output_prints(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [
        node
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id == "print")
        or (isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.stdout")
    ]
    if path != ROOT / "cli" / "output.py":
        assert not calls


def test_the_command_line_loads_nothing_of_the_app() -> None:
    """All commands at once, for the overview, is the most that the command line ever loads."""
    program = (
        "import sys, tui.cli.parser, tui.demo, tui.backup.registry\n"
        "tui.cli.parser.build(tui.cli.parser.commands())\n"
        "tui.backup.registry.formats()\n"
        "print([name for name in sys.modules"
        " if name.split('.')[0] in ('textual', 'rich') or name.startswith('tui.app')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT.parent,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == "[]"
