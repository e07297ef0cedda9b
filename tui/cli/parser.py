"""The command line's grammar, built for the command that was called and for no other."""

from __future__ import annotations

import argparse
import keyword
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import tui
from tui.cli import output
from tui.cli.passwords import ORDER
from tui.errors import UsageError
from tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType
    from typing import TypeAlias

    Subparsers: TypeAlias = argparse._SubParsersAction["Parser"]

_IN_HISTORY = "is not taken as an argument: it may be in your shell's history now."
_NEVER = {f"--{kind}": kind for kind in ORDER if kind != "secret"}
"""Options that are not there, for what is no argument. `--secret` is one of `show`; `add` and
`edit` refuse it themselves."""

_EPILOG = """\
Without a command, the app opens.

exit codes:
  0 done   1 failed   2 usage   3 wrong password or damaged file   4 no match or several
"""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """As wide as a page: asking the terminal takes imports, for each option that is added."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=88)


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that raises UsageError and that writes through `output`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=_Formatter, **kwargs)
        self.color = False  # Python 3.14 colours its help, also where it is kept

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", f"See {self.prog} --help.")

    def _print_message(self, message: str, file: object = None) -> None:
        if file is sys.stderr:
            output.say(message)
        else:
            output.write(message)


def add_command(subparsers: Subparsers, name: str, summary: str, details: str = "") -> Parser:
    """Add the parser of one command, with the options that every command has."""
    parser = subparsers.add_parser(name, help=summary, description=f"{summary}\n\n{details}")
    _add_common(parser, default=argparse.SUPPRESS)
    return parser


def parse(argv: Sequence[str]) -> tuple[argparse.Namespace, ModuleType | None]:
    """Return the arguments and the module of the command; None for the app.

    Raises:
        UsageError: they do not fit the grammar.
        SystemExit: help or the version was asked for, and written.
    """
    _refuse_secrets(argv)
    name = _command_in(argv)
    module = None if name is None else _command(name)
    parser = build([] if module is None else [module]) if name is not None else build(commands())
    args, unknown = parser.parse_known_args(argv)
    if unknown:
        raise _unrecognised(unknown, name)
    return args, module


def build(modules: Sequence[ModuleType]) -> Parser:
    """Return the parser of `otp-tui` with the commands of these modules."""
    parser = Parser(
        prog="otp-tui",
        description="Live one-time codes in the terminal, from an encrypted file of your own.",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"otp-tui {tui.__version__}")
    _add_common(parser, default=None)
    subparsers: Subparsers = parser.add_subparsers(
        dest="command", metavar="COMMAND", title="commands"
    )
    for module in modules:
        module.register(subparsers)
    return parser


def commands() -> list[ModuleType]:
    """Return the modules of all commands, by name."""
    from pkgutil import iter_modules

    from tui.cli.commands import __path__ as folder

    return [import_module(f"tui.cli.commands.{found.name}") for found in iter_modules(folder)]


def _command(name: str) -> ModuleType:
    stem = name.replace("-", "_") + "_" * keyword.iskeyword(name)
    path = f"tui.cli.commands.{stem}"
    if stem.isidentifier() and stem.isascii() and not stem.startswith("_"):
        try:
            return import_module(path)
        except ModuleNotFoundError as error:
            if error.name != path:
                raise
    raise UsageError(f"There is no command “{safe(name, 40)}”.", "See otp-tui --help.")


def _refuse_secrets(argv: Sequence[str]) -> None:
    """Refuse what everybody on the machine could read; it is not repeated."""
    for argument in argv:
        if argument == "--":
            break
        kind = _NEVER.get(argument.partition("=")[0])
        if kind is not None:
            raise UsageError(
                f"{_called(kind)} {_IN_HISTORY}",
                f"Remove it there; use --{kind}-stdin or --{kind}-file, or type it when asked.",
            )
    if any("://" in argument for argument in argv):
        from tui.backup.entering import holds_uri

        if any(map(holds_uri, argv)):
            raise UsageError(
                f"A URI holds a secret and {_IN_HISTORY}",
                "Remove it there; otp-tui add asks for it, or takes it from standard input.",
            )


def _called(kind: str) -> str:
    words = "PIN" if kind == "pin" else kind.replace("-", " ")
    return f"{'An' if words[0] in 'aeiou' else 'A'} {words}"


def _unrecognised(unknown: Sequence[str], command: str | None) -> UsageError:
    """Say what does not fit, without the values: one of them may be a password."""
    names = [
        each.partition("=")[0] if each.startswith("--") else each[:2]
        for each in unknown
        if each.startswith("-")
    ]
    what = (
        f"Unrecognized arguments: {' '.join(names)}." if names else "There is an argument too many."
    )
    return UsageError(what, f"See otp-tui {f'{command} ' if command else ''}--help.")


def _command_in(argv: Sequence[str]) -> str | None:
    """The first argument that is neither an option nor the value of one.

    Raises:
        UsageError: there is an unknown option before it, whose value it could be.
    """
    rest = iter(argv)
    for argument in rest:
        if argument in {"-h", "--help", "--version"}:
            return None
        if argument in {"--vault", "--config"}:
            next(rest, None)
        elif not argument.startswith("-"):
            return argument
        elif argument != "--" and argument.partition("=")[0] not in {"--vault", "--config"}:
            raise _unrecognised([argument], None)
    return None


def _add_common(parser: argparse.ArgumentParser, default: str | None) -> None:
    for option, whose in (("--vault", "vault's"), ("--config", "settings'")):
        parser.add_argument(
            option, metavar="PATH", type=_path, default=default, help=f"the {whose} file"
        )


def _path(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("it is empty; leave it out for the usual place")
    return text
