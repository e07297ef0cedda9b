"""`otp-tui edit`: other fields, another place, other categories for one entry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.cli import entry_options, output
from tui.cli.args import add_query, utf8
from tui.cli.lookup import find_category, find_entry
from tui.cli.parser import add_command
from tui.cli.secrets import add_options
from tui.errors import UsageError
from tui.otp.draft import Draft

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.otp.entry import Entry
    from tui.vault.document import Document


def register(subparsers: Subparsers) -> None:
    """Add `edit`."""
    parser = add_command(
        subparsers,
        "edit",
        "change an entry: only what is named",
        "An empty text (--note '') takes a field away. Secret and PIN are asked for, or come\n"
        "from their options, and are never arguments.",
    )
    add_query(parser, "+", "which entry")
    entry_options.add_options(parser)
    parser.add_argument("--note", metavar="TEXT", type=utf8, help="words of your own")
    parser.add_argument("--new-secret", action="store_true", help="ask for another secret")
    parser.add_argument("--new-pin", action="store_true", help="ask for another PIN")
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--pinned", action="store_true", help="show it before the others")
    place.add_argument("--unpinned", action="store_true", help="show it among the others")
    for option, what in (("--category", "put it in"), ("--no-category", "take it out of")):
        parser.add_argument(
            option,
            metavar="NAME",
            type=utf8,
            action="append",
            default=[],
            help=f"{what} a category; may be repeated",
        )
    for kind in ("password", "secret", "pin"):
        add_options(parser, kind)


def run(args: Namespace, context: Context) -> int:
    """Change the one entry that fits.

    Raises:
        MatchError: none fits, or several; or there is no such category.
        UsageError: nothing was named, or the fields make no entry.
    """
    new = {
        kind: getattr(args, f"new_{kind}") or context.secrets.given(kind)
        for kind in ("secret", "pin")
    }
    others = (args.note is not None, args.pinned, args.unpinned, args.category, args.no_category)
    if not entry_options.given(args) and not any((*new.values(), *others)):
        raise UsageError("No change was named.", "See otp-tui edit --help.")
    vault = context.open_vault()
    before = find_entry(vault, " ".join(args.query))
    wanted = {find_category(vault.document, name).id: False for name in args.no_category}
    wanted |= {find_category(vault.document, name).id: True for name in args.category}
    after = _edited(args, context, before, new)
    from tui.vault.edit import assign, called, edit, pin, undoable

    moment = int(context.clock.now())
    unchanged: list[bool] = []

    def step(document: Document) -> Document:
        done = edit(document, before, after, moment)
        if args.pinned or args.unpinned:
            done = pin(done, {before.id}, args.pinned, moment)
        done = assign(done, {before.id}, wanted, moment)
        unchanged[:] = [done == document]
        return done

    vault.change(undoable(step, called("change", [before])))
    if unchanged[0]:
        output.say(f"{before.label} is that way already; nothing was changed.")
    elif after.label != before.label:
        output.say(f"Changed {before.label}, which is {after.label} now.")
    else:
        output.say(f"Changed {before.label}.")
    return 0


def _edited(args: Namespace, context: Context, entry: Entry, new: dict[str, bool]) -> Entry:
    """Return the entry with what the options say; secret and PIN are asked for last."""
    more = tuple(kind for kind, wanted in new.items() if wanted)
    draft = entry_options.apply(args, Draft.of(entry), more)
    entry_options.check(draft, entry, asked=False)
    if new["secret"]:
        secret = context.secrets.get("secret", f"New secret of {entry.label}: ")
        draft = replace(draft, secret=secret)
    if new["pin"] or (draft.type.has_pin and draft.type is not entry.type and not draft.pin):
        draft = replace(draft, pin=context.secrets.get("pin", f"PIN of {entry.label}: "))
    entry_options.check(draft, entry)
    return draft.entry(entry)
