"""The dependencies between packages, as documented in docs/architecture.md."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import tui

ROOT = Path(tui.__file__).parent

BASE = {
    "errors",
    "text",
    "durations",
    "limits",
    "lean_json",
    "memory",
    "clock",
    "clock_status",
    "crash",
    "environment",
    "files",
    "git",
    "paths",
    "qr",
    "threads",
    "tty",
    "password_command",
}
ENGINE = {"otp", "crypto", "vault", "backup"}
INTERFACE = BASE | ENGINE | {"config", "clipboard", "session", "forward"}
INTERFACE |= {"demo", "doctor", "launch", "unlocked"}
"""What both the command line and the app may import."""
ALLOWED = {
    "otp": BASE,
    "crypto": BASE,
    "vault": BASE | {"otp", "crypto"},
    "backup": BASE | {"otp", "crypto", "vault"},
    "config": BASE | {"crypto.bounds", "crypto.kdf"},
    "clipboard": BASE | {"config"},
    "session": BASE,
    "forward": BASE | {"otp", "vault", "session"},
    "unlocked": BASE | {"otp", "session"},
    "doctor": BASE | {"", "crypto", "vault", "config", "clipboard", "session", "unlocked"},
    "demo": BASE | {"otp", "crypto", "vault"},
    "launch": {"config", "vault"},
    "cli": INTERFACE | {""},
    "app": INTERFACE,
    "__main__": BASE | {"cli", "app", "launch"},
    **dict.fromkeys(BASE, BASE),
}
"""The packages or modules that each package may import; "" is tui/__init__.py."""


@cache
def import_statements(path: Path) -> list[ast.Import | ast.ImportFrom]:
    """Return all imports of a file: at the top, in functions, or for type checking."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]


def imports(path: Path) -> Iterator[str]:
    """Return all modules that a file imports."""
    for node in import_statements(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        else:
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


def package(module: str) -> str:
    """Return the package or module below tui that a dotted name belongs to."""
    return module.split(".")[1] if "." in module else ""


FILES = sorted(ROOT.rglob("*.py"))


def name_of(path: Path) -> str:
    """Return the dotted name of a file's module."""
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in FILES}


def imported_modules(path: Path) -> set[str]:
    """Return the modules of tui that a file imports."""
    found = set()
    for node in import_statements(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        else:
            inner = {alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else str(node.module) for name in inner.values()}
    return found & MODULES.keys()


def test_imports_follow_the_documented_dependencies() -> None:
    assert {path: wrong for path in FILES if (wrong := not_allowed(path))} == {}


def not_allowed(path: Path) -> set[str]:
    """Return the modules of tui that a file imports and must not import."""
    own = path.relative_to(ROOT).with_suffix("").parts[0]
    allowed = set() if own == "__init__" else ALLOWED[own] | {own}
    used = imported_modules(path)
    return {name for name in used if not {package(name), name.removeprefix("tui.")} & allowed}


def test_there_are_no_import_cycles() -> None:
    """Repeatedly removing the modules that import none of the others leaves nothing."""
    rest = {name: imported_modules(path) - {name} for name, path in MODULES.items()}
    while free := {name for name, used in rest.items() if not used & rest.keys()}:
        rest = {name: used for name, used in rest.items() if name not in free}
    assert {name: sorted(used & rest.keys()) for name, used in rest.items()} == {}


def test_all_exceptions_are_on_one_tree() -> None:
    """Classes that derive from an exception are in errors.py."""
    found = [
        f"{name}.{node.name}"
        for name, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        if any(ast.unparse(base).endswith(("Error", "Exception")) for base in node.bases)
    ]
    assert {name.rpartition(".")[0] for name in found} == {"tui.errors"}


def test_only_the_clock_asks_for_the_time() -> None:
    """Delays and timeouts may use time.monotonic; dates come from the clock."""
    asks = {"time.time", "time.time_ns", "datetime.now", "datetime.today", "date.today"}
    users = {
        name
        for name, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in asks
    }
    assert users == {"tui.clock"}


def test_only_the_app_itself_imports_screens() -> None:
    users = {
        name: used
        for name, path in MODULES.items()
        if not name.startswith("tui.app.screens")
        and (used := {each for each in imported_modules(path) if "tui.app.screens" in each})
    }
    assert users.keys() <= {"tui.app.app", "tui.app.ending_app", "tui.app.run"}


def test_only_run_imports_the_app() -> None:
    users = {name for name, path in MODULES.items() if "tui.app.app" in imported_modules(path)}
    assert users == {"tui.app.run"}


def test_only_the_app_imports_textual() -> None:
    users = {
        path
        for path in FILES
        if {name.split(".")[0] for name in imports(path)} & {"textual", "rich"}
    }
    assert {path for path in users if "app" not in path.relative_to(ROOT).parts[:1]} == set()


def test_one_file_opens_the_terminal() -> None:
    assert [path for path in FILES if "/dev/tty" in path.read_text(encoding="utf-8")] == [
        ROOT / "tty.py"
    ]


def test_only_output_prints() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in FILES}
    lines = [
        f"{path}:{node.lineno}"
        for path, text in texts.items()
        if path != ROOT / "cli" / "output.py" and ("print" in text or "stdout" in text)
        for node in ast.walk(ast.parse(text))
        if (isinstance(node, ast.Name) and node.id == "print")
        or (
            isinstance(node, ast.Attribute)
            and node.attr == "stdout"
            and ast.unparse(node) == "sys.stdout"
        )
    ]
    assert lines == []


def test_the_command_line_does_not_import_the_app() -> None:
    """The overview loads all commands, the most that the command line ever loads."""
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
