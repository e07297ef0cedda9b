"""`otp-tui git-textconv`: a vault as text without secrets, for `git diff` and `git log -p`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli import output
from tui.cli.parser import add_command
from tui.cli.secrets import add_options

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.vault.document import Document


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "git-textconv",
        "print a vault without its secrets, for git diff",
        "git runs this once `otp-tui git-setup` has set it up. Prints issuer, account, type,\n"
        "categories, counter and dates of each entry, never a secret, PIN or note. If the vault\n"
        "isn't unlocked (otp-tui unlock), only prints its generation.",
    )
    parser.add_argument("file", metavar="VAULT", help="a version of the vault")
    add_options(parser, "password")


def run(args: Namespace, context: Context) -> int:
    """Print one line for each entry.

    Raises:
        FileError, VaultError: the file is not a vault, or it is damaged.
    """
    from tui.cli.vault_keys import key_without_asking
    from tui.vault.versions import VaultFile

    file = VaultFile.read(Path(args.file))
    given = context.secrets.given("password")
    vault_id = file.envelope.vault_id
    key = key_without_asking(file, context) if given else context.session.key(vault_id)
    if key is None:
        output.lines([f"encrypted vault, generation {file.envelope.generation}"])
    else:
        output.lines(_lines(file.open(key)))
    return 0


def _lines(document: Document) -> Iterator[str]:
    from tui.otp.describe import local_time

    names = {category.id: category.name for category in document.categories}
    for entry in document.everything:
        groups = [names[one.category] for one in entry.categories if one.category in names]
        parts = (
            entry.label,
            entry.type.short_label,
            ", ".join(groups),
            f"counter {entry.counter}" if entry.type.has_counter else "",
            f"created {local_time(entry.created)}" if entry.created else "",
            f"changed {local_time(entry.updated)}" if entry.updated else "",
            f"deleted {local_time(entry.deleted)}" if entry.deleted else "",
        )
        yield " | ".join(part for part in parts if part)
