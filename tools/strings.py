"""Lists all strings that users see, for a reader with fresh eyes.

`make strings` (python -m tools.strings) prints the help of each command, then the strings in the
code with their file and line. The code is only parsed: a string counts if it reads like text, or is
used where users see it (a label, a message, an error). Single words in other tables are not found.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import tui
from tui.cli.parser import build, commands

ROOT = Path(tui.__file__).parents[1]
"""The root folder of the project."""

_SHOWN_BY = re.compile(
    r"^(\w*Error|say|complain|notify|ask\w*|confirm|Label|Static|Button|Binding|Command|Setting"
    r"|Finding|Content|Text|Option|Problem|\w*Item|\w*Field)$"
)
"""Names of classes and functions that show an argument to users, however short."""
_PLACES = {
    "Binding": {2},
    "Command": {2, 3, 4},
    "Setting": {4, 5, 6},
    "Problem": {0, 1},
    "Finding": {0, 1, 2},
}
"""The positions of those arguments; for the others, the first."""
_SHOWN_AS = {"label", "help", "title", "hint", "placeholder", "prompt", "about", "says", "advice"}
"""Keyword arguments that users see."""
_WORDS = re.compile(r"[^\W\d_]{2,}[,:;.?!’”)]* [“({]?\w")
"""Two consecutive words."""
_NO_TEXT = re.compile(r"^\s*[.#@A-Z][\w-]* *\{|;\n|\\[dws(]|\(\?|^[ -]*[a-z_]+(\(|=)|\x1b")
"""Style sheets, regular expressions, calls and escape sequences."""


@dataclass(frozen=True, slots=True)
class Found:
    """A string in the code."""

    path: Path
    """Path of its file, relative to the root folder."""
    line: int
    """Its line, from 1."""
    text: str
    """The string; the expressions of an f-string are in braces."""


def help_texts() -> dict[str, str]:
    """Return the help of otp-tui and of every command and action, by name."""
    return dict(_help("otp-tui", build(commands())))


def found_strings(folder: Path = ROOT / "tui") -> list[Found]:
    """Return all strings that users see, sorted by file and line."""
    return [found for path in sorted(folder.rglob("*.py")) for found in strings_of(path)]


def strings_of(path: Path) -> list[Found]:
    """Return the strings in one file that users see, sorted by line."""
    visitor = _Strings()
    visitor.visit(ast.parse(path.read_text(encoding="utf-8")))
    place = path.relative_to(ROOT)
    return [Found(place, line, text) for line, text in sorted(visitor.found)]


class _Strings(ast.NodeVisitor):
    """Collects lines and texts of strings, except docstrings and annotations."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []
        self._shown = False

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # otherwise, it is a docstring
            self.generic_visit(node)

    def visit_arguments(self, node: ast.arguments) -> None:
        for default in (*node.defaults, *node.kw_defaults):
            if default is not None:
                self.visit(default)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node.func, ast.Name) else name
        self.visit(node.func)
        places = _PLACES.get(name, {0}) if _SHOWN_BY.match(name) else set()
        before = self._shown
        for place, argument in enumerate(node.args):
            self._shown = place in places
            self.visit(argument)
        for keyword in node.keywords:
            self._shown = keyword.arg in _SHOWN_AS
            self.visit(keyword.value)
        self._shown = before

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._add(node.lineno, node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        parts = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                parts.append(f"{{{ast.unparse(part.value)}}}")
                self.visit(part.value)
            elif isinstance(part, ast.Constant):
                parts.append(str(part.value))
        self._add(node.lineno, "".join(parts))

    def _add(self, line: int, text: str) -> None:
        letters = re.search(r"[^\W\d_]{2,}", text)
        if letters and not _NO_TEXT.search(text) and (self._shown or _WORDS.search(text)):
            self.found.append((line, text))


def _help(name: str, parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    yield name, parser.format_help()
    for action in parser._actions:
        if isinstance(action.choices, dict):
            for below, inner in action.choices.items():
                yield from _help(f"{name} {below}", inner)


def _main() -> None:
    texts = help_texts()
    for name, text in texts.items():
        sys.stdout.write(f"===== {name} --help =====\n{text.strip()}\n\n")
    printed = " ".join(" ".join(texts.values()).split())
    for found in found_strings():
        text = " ".join(found.text.split())
        if text not in printed:
            sys.stdout.write(f"{found.path}:{found.line}: {text}\n")


if __name__ == "__main__":
    _main()
