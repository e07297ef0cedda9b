"""`otp-tui git-setup`: make git merge and show the vault with otp-tui."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli import output
from tui.cli.parser import NO_VAULT, add_command
from tui.errors import FileError, VaultMissingError
from tui.git import run_git
from tui.text import safe

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers

ATTRIBUTES = "merge=otp-tui diff=otp-tui"
CONFIG = {
    "merge.otp-tui.name": "otp-tui vault",
    "merge.otp-tui.driver": "otp-tui merge-driver %O %A %B",
    "diff.otp-tui.textconv": "otp-tui git-textconv",
}
"""The settings of the repository; they are not part of a clone."""


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "git-setup",
        "set up git to merge and compare the vault",
        "Run it in each clone of the repository that the vault is in. Adds a line to\n"
        ".gitattributes, which you should commit, and sets merge.otp-tui.driver and\n"
        "diff.otp-tui.textconv in the configuration of the clone.",
        without=NO_VAULT,
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="show what would be set without setting it"
    )


def run(args: Namespace, context: Context) -> int:
    """Write the attributes and the configuration, as far as they are missing.

    Raises:
        VaultMissingError: there is no vault.
        UsageError: git is missing, or the vault is not in a repository.
        FileError: .gitattributes or the configuration can't be written.
    """
    from shutil import which

    vault = context.vault_path
    top = Path(run_git(vault.parent, "rev-parse", "--show-toplevel").rstrip("\n"))
    if not vault.exists():
        raise VaultMissingError(f"No vault at {safe(str(vault), 200)}.", "Run: otp-tui init")
    verb = "Would set" if args.dry_run else "Set"
    missing = _missing_line(top / ".gitattributes", vault.name)
    if missing:
        if not args.dry_run:
            _append(top / ".gitattributes", missing)
        output.say(f"{verb} in .gitattributes: {missing}")
    for name, value in CONFIG.items():
        found = run_git(top, "config", "--local", "--default", "", "--get", name).rstrip("\n")
        if found == value:
            continue
        if not args.dry_run:
            run_git(top, "config", "--local", name, value)
        missing += name
        output.say(f"{verb} in the configuration: {name} = {value}")
    if not missing:
        output.say("Everything is already set.")
    if which("otp-tui") is None:
        output.complain("Git won't find otp-tui: it is not on your PATH.")
    return 0


def _missing_line(attributes: Path, name: str) -> str:
    """Return the line to add to .gitattributes for files with that name; "" if it is there."""
    line = f"{_pattern(name)} {ATTRIBUTES}"
    try:
        present = attributes.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return line
    except OSError as error:
        raise FileError(f"Couldn't read .gitattributes: {error.strerror}.") from None
    return "" if line in map(str.strip, present) else line


def _append(attributes: Path, line: str) -> None:
    try:
        before = attributes.read_text(encoding="utf-8") if attributes.exists() else ""
        gap = "\n" if before and not before.endswith("\n") else ""
        with attributes.open("a", encoding="utf-8") as file:
            file.write(f"{gap}{line}\n")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"Couldn't write .gitattributes: {type(error).__name__}.") from None


def _pattern(name: str) -> str:
    """Return the pattern that matches exactly this name, as .gitattributes has it."""
    plain = "".join(f"\\{char}" if char in "*?[\\" else char for char in name)
    if name.startswith("!"):
        plain = f"\\{plain}"
    if plain == name and not name.startswith(("#", '"')) and not any(map(str.isspace, name)):
        return name
    quoted = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'
