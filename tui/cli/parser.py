"""The argument parser, built only for the command that is called."""

from __future__ import annotations

import argparse
import keyword
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import tui
from tui.cli import output
from tui.cli.given_secrets import NAMES
from tui.errors import UsageError
from tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from types import ModuleType
    from typing import TypeAlias

    Subparsers: TypeAlias = argparse._SubParsersAction["Parser"]

_IN_HISTORY = "as an argument. It may now be in your shell's history: remove it there."
_NEVER = {f"--{kind}": kind for kind in NAMES if kind != "secret"}
"""Options that are refused because secrets are never arguments. `--secret` is an option of `show`;
`add` and `edit` refuse it themselves."""

_HELP = {"-h", "--help"}
ACCEPT_OLDER, NO_UNLOCK = "--accept-older", "--no-unlock"
NO_VAULT = (ACCEPT_OLDER, NO_UNLOCK)
"""The options that mean nothing to a command that opens no vault."""
_COMMON_FLAGS = {
    ACCEPT_OLDER: "change the vault even if it is older than the last one used on this machine",
    NO_UNLOCK: "ask for the password, even if the vault is unlocked, and don't unlock the vault for"
    " later commands",
}
"""The common options without a value, and their help."""
_WIDEST_HELP = 88
"""Maximum width of the help, in columns: longer lines are hard to read."""
_EPILOG = """\
Without a command, otp-tui opens the app.

exit codes:
  0 done   1 failed, or left out entries of an import or export   2 usage
  3 wrong password or damaged file   4 no match or several
"""


class _Formatter(argparse.HelpFormatter):
    """Wraps at the width of the terminal, but keeps paragraphs and indented lines."""

    def __init__(self, prog: str) -> None:
        size = output.terminal_size()
        super().__init__(prog, width=80 if size is None else min(size.columns, _WIDEST_HELP))

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n\n".join(
            part if part.startswith(" ") or "\n " in part else "\n".join(_wrap(part, width))
            for part in text.split("\n\n")
        )

    def _split_lines(self, text: str, width: int) -> list[str]:
        return _wrap(text, width)


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that raises UsageError and writes through `output`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=_Formatter, **kwargs)
        self._actions_below: Subparsers | None = None
        self.color = False  # Python 3.14 colors its help, even in a file

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Parse as argparse does, but also accept an action's options before the action."""
        if args is not None and self._actions_below is not None:
            args = _action_first(list(args), self._actions_below)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", f"See {self.prog} --help.")

    def _print_message(self, message: str, file: object = None) -> None:
        if file is sys.stderr:
            output.say(message)
        else:
            output.write(message)


def add_command(
    subparsers: Subparsers,
    name: str,
    summary: str,
    details: str = "",
    without: Collection[str] = (),
) -> Parser:
    """Add the parser of a command, with the common options but those that mean nothing to it."""
    parser = subparsers.add_parser(name, help=summary, description=f"{summary}\n\n{details}")
    _add_common(parser, default=argparse.SUPPRESS, without=without)
    parser.set_defaults(without=without)
    return parser


def add_actions(parser: Parser, names: str) -> Subparsers:
    """Return the object to add a command's actions to, e.g. `list` in `category list`."""
    actions: Subparsers = parser.add_subparsers(
        dest="action", metavar=names, title="actions", required=True
    )
    parser._actions_below = actions
    parser.epilog = f"Run {parser.prog} ACTION --help for an action's options."
    return actions


def parse(argv: Sequence[str]) -> tuple[argparse.Namespace, ModuleType | None]:
    """Return the arguments and the command's module; None for the app.

    Raises:
        UsageError: the arguments are invalid; the message contains no values.
        SystemExit: help or the version was printed.
    """
    _refuse_secrets(argv)
    name = _command_in(argv)
    module = None if name is None else _command(name)
    listed = commands() if module is None and _HELP & {*argv} else []
    parser = build(listed if module is None else [module])
    try:
        args, unknown = parser.parse_known_args(argv)
    except UsageError:
        if strange := _unknown_options(argv, parser):
            raise _unrecognized(strange, name, _options(parser)) from None
        raise
    # Before the command, all common options are known.
    unknown += [
        option for option in getattr(args, "without", ()) if getattr(args, _attribute(option))
    ]
    if unknown:
        raise _unrecognized(unknown, name, _options(parser))
    return args, module


def build(modules: Sequence[ModuleType]) -> Parser:
    """Return the parser of `otp-tui` with the commands in `modules`."""
    parser = Parser(
        prog="otp-tui",
        description="One-time codes in the terminal, from an encrypted vault.",
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
    """Return the modules of all commands, sorted by name."""
    return [import_module(path) for path in _module_paths()]


def command_name(module: ModuleType) -> str:
    """Return the name of a command, given its module."""
    return _name_of(module.__name__)


def _name_of(path: str) -> str:
    return path.rpartition(".")[2].rstrip("_").replace("_", "-")


def _module_paths() -> list[str]:
    from pkgutil import iter_modules

    from tui.cli.commands import __path__ as folder

    return [f"tui.cli.commands.{found.name}" for found in iter_modules(folder)]


def _command(name: str) -> ModuleType:
    stem = name.replace("-", "_") + "_" * keyword.iskeyword(name)
    path = f"tui.cli.commands.{stem}"
    if stem.isidentifier() and stem.isascii() and not stem.startswith("_"):
        try:
            return import_module(path)
        except ModuleNotFoundError as error:
            if error.name != path:
                raise
    similar = _similar(name, map(_name_of, _module_paths()))
    raise UsageError(f"Unknown command “{safe(name, 40)}”.", f"{similar}See otp-tui --help.")


def _similar(word: str, known: Iterable[str]) -> str:
    """Return `Did you mean list? `, or "" if no known word is similar."""
    from difflib import get_close_matches

    near = get_close_matches(word[:40], [*known], 1)
    return f"Did you mean {near[0]}? " if near else ""


def _refuse_secrets(argv: Sequence[str]) -> None:
    """Refuse secrets as arguments, which every user of the machine can read."""
    for argument in argv:
        if argument == "--":
            break
        kind = _NEVER.get(argument.partition("=")[0])
        if kind is not None:
            raise UsageError(
                f"Don't pass {_called(kind)} {_IN_HISTORY}",
                f"Use --{kind}-stdin or --{kind}-file, or type it when asked.",
            )
    if any("://" in argument for argument in argv):
        from tui.backup.sources import contains_uri

        if any(map(contains_uri, argv)):
            raise UsageError(
                f"Don't pass a URI, which contains a secret, {_IN_HISTORY}",
                "Use otp-tui add: it asks for the URI, or reads it from standard input.",
            )


def _called(kind: str) -> str:
    words = "PIN" if kind == "pin" else kind.replace("-", " ")
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _options(parser: argparse.ArgumentParser, *, hidden: bool = False) -> Iterator[str]:
    """Yield the options of a parser, of its command and of that command's actions.

    `hidden` ones, which only refuse a secret, are not in the help.
    """
    for action in parser._actions:
        if hidden or action.help != argparse.SUPPRESS:
            yield from action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _options(below, hidden=hidden)


def _unknown_options(argv: Sequence[str], parser: argparse.ArgumentParser) -> list[str]:
    """Return the long options before `--` that neither the parser nor its command has."""
    known = {*_options(parser, hidden=True)}
    before = argv[: [*argv, "--"].index("--")]
    return [each for each in before if each[:2] == "--" and each.partition("=")[0] not in known]


def _unrecognized(unknown: Sequence[str], command: str | None, known: Iterable[str]) -> UsageError:
    """Return the error for unknown options, without their values: one may be a password.

    `known` are the options to suggest.
    """
    names = [
        each.partition("=")[0] if each.startswith("--") else each[:2]
        for each in unknown
        if each.startswith("-")
    ]
    what = f"Unrecognized arguments: {' '.join(names)}." if names else "Too many arguments."
    similar = _similar(names[0], {*known} - {*names}) if len(names) == 1 else ""
    return UsageError(what, f"{similar}See otp-tui {f'{command} ' if command else ''}--help.")


def _command_in(argv: Sequence[str]) -> str | None:
    """Return the first argument that is neither an option nor the value of one.

    Raises:
        UsageError: an unknown option comes before it, so it could be that option's value.
    """
    rest = iter(argv)
    for argument in rest:
        if argument in {*_HELP, "--version"}:
            return None
        if argument in {"--vault", "--config"}:
            next(rest, None)
        elif argument in _COMMON_FLAGS:
            continue
        elif not argument.startswith("-"):
            return argument
        elif argument != "--" and argument.partition("=")[0] not in {"--vault", "--config"}:
            raise _unrecognized([argument], None, ["--vault", "--config", *_COMMON_FLAGS])
    return None


def _action_first(args: list[str], actions: Subparsers) -> list[str]:
    """Return `args` with the action moved before the options that precede it."""
    options: dict[str, argparse.Action] = {}
    for parser in actions.choices.values():
        options |= parser._option_string_actions
    place = 0
    while place < len(args) and args[place] not in actions.choices:
        name, _, value = args[place].partition("=")
        option = options.get(name)
        if option is None or name in _HELP:
            return args
        place += 1 if value or option.nargs == 0 else 2
    return [*args[place : place + 1], *args[:place], *args[place + 1 :]]


def _wrap(text: str, width: int) -> list[str]:
    from textwrap import wrap

    return wrap(" ".join(text.split()), width, break_on_hyphens=False)


def _attribute(option: str) -> str:
    return option.lstrip("-").replace("-", "_")


def _add_common(
    parser: argparse.ArgumentParser, default: str | None, without: Collection[str] = ()
) -> None:
    for option, what in (("--vault", "vault"), ("--config", "settings")):
        parser.add_argument(
            option, metavar="PATH", type=_path, default=default, help=f"use this {what} file"
        )
    for option, what in _COMMON_FLAGS.items():
        if option not in without:
            parser.add_argument(option, action="store_true", default=default or False, help=what)


def _path(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("empty path; omit the option to use the default location")
    return text
