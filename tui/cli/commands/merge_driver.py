"""`otp-tui merge-driver`: merge two versions of a vault for git."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli import output
from tui.cli.parser import add_command
from tui.cli.secrets import add_options
from tui.errors import OtpTuiError

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers

_UNLOCK = "Run otp-tui unlock, then git merge --abort, and merge again."


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "merge-driver",
        "merge two versions of a vault for git",
        "git runs this once `otp-tui git-setup` has set it up. Never asks anything: the vault\n"
        "must be unlocked (otp-tui unlock), or an option or password_command must give its\n"
        "password. If anything is wrong, the exit code is 1, git reports a conflict and\n"
        "your version stays.",
    )
    parser.add_argument("base", metavar="BASE", help="the common ancestor (%%O)")
    parser.add_argument("ours", metavar="OURS", help="your version, and the result (%%A)")
    parser.add_argument("theirs", metavar="THEIRS", help="the other version (%%B)")
    add_options(parser, "password")


def run(args: Namespace, context: Context) -> int:
    """Write the merge of THEIRS into OURS; return 1 if that is not possible."""
    try:
        _merge(Path(args.base), Path(args.ours), Path(args.theirs), context)
    except OtpTuiError as error:
        sentence = error.sentence
        if sentence.startswith(("The ", "It ")):
            sentence = sentence[0].lower() + sentence[1:]
        output.complain(f"Not merged: {sentence}")
        return 1
    except OSError as error:
        output.complain(f"Not merged: {error.strerror}.")
        return 1
    return 0


def _merge(base: Path, ours: Path, theirs: Path, context: Context) -> None:
    from tui.cli.vault_keys import key_without_asking
    from tui.files import read_limited, replace_file
    from tui.vault.merge_files import merged_file
    from tui.vault.versions import VaultFile

    our = VaultFile.read(ours)
    their = VaultFile.read(theirs)
    # git passes an empty file if both sides added the vault.
    old = VaultFile.read(base) if read_limited(base) else None
    data, notice = merged_file(old, our, their, key_without_asking(our, context, _UNLOCK))
    replace_file(ours, data)
    if notice:
        output.say(notice)
