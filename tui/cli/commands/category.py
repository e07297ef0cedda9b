"""`otp-tui category list`, `add`, `rename` and `remove`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli import output
from tui.cli.args import utf8
from tui.cli.lookup import find_category, quoted
from tui.cli.parser import add_actions, add_command
from tui.cli.secrets import add_options
from tui.text import plural, safe

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.otp.entry import Category
    from tui.vault.document import Document
    from tui.vault.vault import Vault


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "category",
        "list, add, rename and remove categories",
        "To put an entry in a category, use `otp-tui add --category` or `otp-tui edit --category`.",
    )
    actions = add_actions(parser, "list|add|rename|remove")
    listing = add_command(actions, "list", "list the categories with their number of entries")
    listing.add_argument("--json", action="store_true", help="print JSON")
    adding = add_command(actions, "add", "add a category")
    renaming = add_command(actions, "rename", "rename a category")
    removing = add_command(actions, "remove", "remove a category; its entries stay")
    for each in (adding, renaming, removing):
        each.add_argument("name", metavar="NAME", type=utf8, help="the category")
    renaming.add_argument("new_name", metavar="NEW", type=utf8, help="the new name")
    for each in (listing, adding, renaming, removing):
        add_options(each, "password")


def run(args: Namespace, context: Context) -> int:
    """Run the action.

    Raises:
        MatchError: there is no category of that name.
        UsageError: the new name is empty, too long or taken.
    """
    vault = context.open_vault()
    moment = int(context.clock.now())
    if args.action == "list":
        _list(vault.document, args.json)
    elif args.action == "add":
        _add(vault, args.name)
    elif args.action == "rename":
        _rename(vault, find_category(vault.document, args.name), args.new_name, moment)
    else:
        _remove(vault, find_category(vault.document, args.name), moment)
    return 0


def _list(document: Document, as_json: bool) -> None:
    found = [
        (category, _count(document, category))
        for category in sorted(document.categories, key=lambda category: category.ranking)
    ]
    if as_json:
        output.json([{"id": one.id, "name": one.name, "entries": count} for one, count in found])
    elif found:
        from tui.cli.output import table

        rows = [(one.name, plural(count, "entry")) for one, count in found]
        output.lines(table(rows, names=1))
    else:
        output.say("No categories yet.")


def _add(vault: Vault, name: str) -> None:
    from tui.vault.categories import create
    from tui.vault.undo import undoable

    shown = f"“{safe(name.strip(), 40)}”"
    step = undoable(lambda document: create(document, name), f"addition of category {shown}")
    vault.change(step)
    output.say(f"Added category {shown}.")


def _rename(vault: Vault, category: Category, name: str, moment: int) -> None:
    from tui.vault.categories import rename
    from tui.vault.undo import undoable

    old = quoted(category)

    def step(document: Document) -> Document:
        return rename(document, category.id, name, moment)

    vault.change(undoable(step, f"renaming of category {old}"))
    if any(one == category for one in vault.document.categories):
        output.say(f"No change: the category is already named {old}.")
    else:
        output.say(f"Renamed category {old} to “{safe(name.strip(), 40)}”.")


def _remove(vault: Vault, category: Category, moment: int) -> None:
    from tui.vault.categories import delete
    from tui.vault.undo import undoable

    shown, count = quoted(category), _count(vault.document, category)

    def step(document: Document) -> Document:
        return delete(document, category.id, moment)

    vault.change(undoable(step, f"deletion of category {shown}"))
    kept = f" Kept its {plural(count, 'entry')}." if count else ""
    output.say(f"Removed category {shown}.{kept}")


def _count(document: Document, category: Category) -> int:
    return sum(
        any(place.category == category.id for place in entry.categories)
        for entry in document.entries
    )
