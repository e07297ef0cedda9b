"""The manual page docs/otp-tui.1, from the parser, the settings and the table of keys.

`make man` (python -m tests.man_page) writes it. What is prose in it stands in `man_prose`.
"""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import tui
from tests import man_prose as prose
from tui.cli.parser import build, commands
from tui.config.commands import COMMANDS, NUMBER_HELP
from tui.config.schema import SETTINGS

PAGE = Path(tui.__file__).parents[1] / "docs" / "otp-tui.1"

_COMMON = {"--help", "--vault", "--config", "--version"}
_KEYS = {
    "slash": "/",
    "question_mark": "?",
    "comma": ",",
    "colon": ":",
    "escape": "Esc",
    "pageup": "Page Up",
    "pagedown": "Page Down",
}
_ESCAPES = {
    "\\": r"\e",
    "-": r"\-",
    "'": r"\(aq",
    "^": r"\(ha",
    "~": r"\(ti",
    "“": r"\(lq",
    "”": r"\(rq",
    "…": r"\&...",
}


def page() -> str:
    """Return the manual page, in the macros of man(7)."""
    parser = build(commands())
    lines = [
        r".\" Made by python -m tests.man_page; what is changed here is lost.",
        f'.TH OTP\\-TUI 1 "" "otp\\-tui {tui.__version__}"',
        *_section("NAME", ["otp-tui - live one-time codes in the terminal"]),
        ".SH SYNOPSIS",
        *_synopsis("otp-tui", "[OPTION]... [COMMAND [ARGUMENT]...]"),
        *_section("DESCRIPTION", prose.DESCRIPTION),
        ".SH OPTIONS",
        *_options(parser, common=True),
        ".SH COMMANDS",
        *_text(prose.COMMANDS),
        *_commands(parser),
        *_section("KEYS", prose.KEYS),
        *_keys(),
        *_section("SETTINGS", prose.SETTINGS),
        *_settings(),
        *_listed("FILES", prose.FILES),
        *_listed("ENVIRONMENT", prose.ENVIRONMENT),
        *_listed("EXIT STATUS", {**_exit_codes(parser), **prose.EXIT_CODES}),
        *_examples(),
        *_section("SECURITY", prose.SECURITY),
    ]
    return "\n".join(lines) + "\n"


def roff(text: str) -> str:
    """Return `text` so that roff prints it as it is; what stands in backticks becomes bold."""
    escaped = "".join(
        _ESCAPES.get(char) or (char if char.isascii() else f"\\[u{ord(char):04X}]") for char in text
    )
    escaped = re.sub(r"`([^`]*)`", r"\\fB\1\\fR", escaped)
    return f"\\&{escaped}" if escaped.startswith(".") else escaped


def _section(name: str, paragraphs: list[str]) -> list[str]:
    return [f".SH {name}", *_text(paragraphs)]


def _text(paragraphs: list[str]) -> list[str]:
    """Paragraphs; a line that begins with a space stands as it is."""
    lines: list[str] = []
    for number, paragraph in enumerate(paragraphs):
        if number:
            lines.append(".PP")
        kept = False
        for line in paragraph.splitlines():
            if line.startswith(" ") is not kept:
                kept = not kept
                apart = [".PP"] if lines and lines[-1] != ".PP" else []
                lines += [*apart, ".nf"] if kept else [".fi", *apart]
            lines += [roff(line.rstrip())] if kept else _wrapped(line)
        if kept:
            lines.append(".fi")
    return lines


def _wrapped(text: str) -> list[str]:
    lines = textwrap.wrap(text, 72, break_long_words=False, break_on_hyphens=False)
    return [roff(line) for line in lines]


def _synopsis(command: str, rest: str) -> list[str]:
    words = [f"\\fB{roff(command)}\\fR", *(_argument(word) for word in rest.split())]
    return [" ".join(words)]


def _argument(word: str) -> str:
    return re.sub(r"[A-Z][A-Z_]*", lambda found: f"\\fI{found[0]}\\fR", roff(word))


def _commands(parser: argparse.ArgumentParser, above: str = "") -> Iterator[str]:
    for name, below in _below(parser).items():
        full = f"{above} {name}".strip()
        inner = _below(below)
        if not above or not inner:
            yield f".SS {' '.join([_bold(full), *_usage(below)])}"
        summary, _, details = (below.description or "").partition("\n\n")
        sentence = f"{summary[:1].upper()}{summary[1:]}."
        yield from _text([part for part in (sentence, *details.split("\n\n")) if part.strip()])
        yield from _options(below)
        yield from _commands(below, full)


def _below(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action.choices, dict):
            return dict(action.choices)
    return {}


def _usage(parser: argparse.ArgumentParser) -> Iterator[str]:
    if _below(parser):
        yield _argument("ACTION")
    if any(_is_own(action) and action.option_strings for action in _seen(parser)):
        yield _argument("[OPTION]...")
    for action in _seen(parser):
        if not action.option_strings and not isinstance(action.choices, dict):
            name = _metavar(action)
            optional = action.nargs in {"*", "?"}
            yield f"{'[' if optional else ''}{name}{']' if optional else ''}" + (
                "..." if action.nargs in {"*", "+"} else ""
            )


def _options(parser: argparse.ArgumentParser, *, common: bool = False) -> Iterator[str]:
    shown = [each for each in _seen(parser) if each.option_strings and common is not _is_own(each)]
    for action in shown:
        name = action.option_strings[-1]
        if name.endswith("-stdin"):
            continue
        names = ", ".join(_bold(name) for name in action.option_strings)
        says = parser._get_formatter()._expand_help(action)
        if f"{name.removesuffix('file')}stdin" in _names(shown):
            names = f"{_bold(name.removesuffix('file') + 'stdin')}, {names}"
            says = says.replace(" from a file", " from the next line of standard input, or a file")
        value = "" if action.nargs == 0 else f" {_metavar(action)}"
        yield from (".TP", names + value, *_wrapped(says))


def _seen(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return [action for action in parser._actions if action.help != argparse.SUPPRESS]


def _names(actions: list[argparse.Action]) -> set[str]:
    return {name for action in actions for name in action.option_strings}


def _is_own(action: argparse.Action) -> bool:
    return not _COMMON & set(action.option_strings)


def _metavar(action: argparse.Action) -> str:
    if action.metavar is None and action.choices is not None:
        return roff("|".join(map(str, action.choices)))
    name = action.metavar or action.dest.upper()
    return f"\\fI{roff(str(name))}\\fR"


def _keys() -> Iterator[str]:
    groups = list(dict.fromkeys(command.group for command in COMMANDS))
    for group in groups:
        yield from (f".SS {roff(group)}", ".PD 0")
        for command in COMMANDS:
            if command.group == group:
                keys = ", ".join(_bold(_key(key)) for key in command.keys)
                yield from (".TP 20", keys, roff(command.help))
        if group == groups[0]:
            keys, says = NUMBER_HELP
            yield from (".TP 20", _bold(keys.replace(" – ", " to ")), roff(says))
        yield ".PD"


def _key(key: str) -> str:
    *held, name = key.split("+")
    shown = _KEYS.get(name) or (name.capitalize() if len(name) > 1 or held else name)
    return "+".join([*(each.capitalize() for each in held), shown])


def _settings() -> Iterator[str]:
    for setting in SETTINGS:
        about = f"{setting.about} {setting.kind.allowed[:1].upper()}{setting.kind.allowed[1:]}."
        yield from (".TP", _bold(setting.key), *_wrapped(about))


def _exit_codes(parser: argparse.ArgumentParser) -> dict[str, str]:
    found = re.findall(r"(\d) (\D+?)(?=\s{2}|$)", parser.epilog or "", re.MULTILINE)
    return {code: f"{says[:1].upper()}{says[1:]}." for code, says in found}


def _examples() -> Iterator[str]:
    yield ".SH EXAMPLES"
    for number, (says, example) in enumerate(prose.EXAMPLES.items()):
        if number:
            yield ".PP"
        yield from (*_wrapped(says), ".PP", ".RS 4", ".nf")
        yield from (roff(line) for line in example.splitlines())
        yield from (".fi", ".RE")


def _listed(name: str, items: dict[str, str]) -> Iterator[str]:
    yield f".SH {name}"
    for item, says in items.items():
        yield from (".TP", _bold(item), *_text([says]))


def _bold(text: str) -> str:
    return f"\\fB{roff(text)}\\fR"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="ascii")
