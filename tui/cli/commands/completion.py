"""`otp-tui completion`: print a completion script for bash, zsh or fish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli import output
from tui.cli.parser import NO_VAULT, add_command

if TYPE_CHECKING:
    from argparse import Action, ArgumentParser, Namespace
    from collections.abc import Iterator

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers

SHELLS = ("bash", "zsh", "fish")
_FILES = {"FILE", "PATH", "IMAGE", "VAULT", "BASE", "OURS", "THEIRS"}
"""Metavars of the arguments that are file names."""
_NOTHING = {"zsh": "()"}
"""Completes nothing. Without it, zsh completes no options next to the argument."""


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "completion",
        "print a shell completion script",
        "Completes commands, options, their values and file names, but not the names of entries,\n"
        "which would require the password.\n"
        "\n"
        "To install it, and again after each update:\n"
        "\n"
        "  otp-tui completion bash > ~/.local/share/bash-completion/completions/otp-tui\n"
        "  otp-tui completion zsh > ~/.zfunc/_otp-tui\n"
        "    and in ~/.zshrc, before compinit: fpath=(~/.zfunc $fpath)\n"
        "  otp-tui completion fish > ~/.config/fish/completions/otp-tui.fish\n"
        "\n"
        "Create the folder first (mkdir -p). bash also needs the package bash-completion.",
        without=NO_VAULT,
    )
    parser.add_argument("shell", metavar="|".join(SHELLS), choices=SHELLS, help="your shell")


def run(args: Namespace, _context: Context) -> int:
    """Print the script."""
    output.write(script(args.shell))
    return 0


def script(shell: str) -> str:
    """Return the completion script for a shell."""
    import shtab

    from tui.cli.parser import build, commands

    parser = build(commands())
    for action in _actions(parser):
        if action.metavar in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif not action.option_strings and action.choices is None:
            action.complete = _NOTHING  # type: ignore[attr-defined]
    return shtab.complete(parser, shell)


def _actions(parser: ArgumentParser) -> Iterator[Action]:
    """Yield every option and argument of the parser and its subcommands."""
    for action in parser._actions:
        yield action
        if isinstance(action.choices, dict):
            for below in action.choices.values():
                yield from _actions(below)
