"""`otp-tui edit`: change an entry."""

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
    parser = add_command(
        subparsers,
        "edit",
        "change an entry",
        "Changes only the fields that the options name; an empty value (--note '') clears a\n"
        "field. --new-secret and --new-pin ask for the new value, which can't be an argument.",
    )
    add_query(parser, "+", "the entry to change")
    entry_options.add_options(parser)
    parser.add_argument("--note", metavar="TEXT", type=utf8, help="the new note")
    parser.add_argument("--new-secret", action="store_true", help="ask for a new secret")
    parser.add_argument("--new-pin", action="store_true", help="ask for a new PIN")
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--pinned", action="store_true", help="pin it to the top")
    place.add_argument("--unpinned", action="store_true", help="unpin it")
    forward = parser.add_mutually_exclusive_group()
    forward.add_argument(
        "--forward",
        action="store_true",
        default=None,
        help="let otp-tui ssh-agent forward its codes to servers",
    )
    forward.add_argument(
        "--no-forward", dest="forward", action="store_false", help="don't forward its codes"
    )
    for option, what in (("--category", "add it to"), ("--no-category", "remove it from")):
        parser.add_argument(
            option,
            metavar="NAME",
            type=utf8,
            action="append",
            default=[],
            help=f"{what} this category; repeatable",
        )
    for kind in ("password", "secret", "pin"):
        add_options(parser, kind)


def run(args: Namespace, context: Context) -> int:
    """Change the matching entry.

    Raises:
        MatchError: no entry matches, or several do; or there is no such category.
        UsageError: there is nothing to change, or the new values are invalid.
    """
    new = {
        kind: getattr(args, f"new_{kind}") or context.secrets.given(kind)
        for kind in ("secret", "pin")
    }
    others = (
        args.note is not None,
        args.forward is not None,
        args.pinned,
        args.unpinned,
        args.category,
        args.no_category,
    )
    if not entry_options.given(args) and not any((*new.values(), *others)):
        raise UsageError("Nothing to change.", "See otp-tui edit --help.")
    vault = context.open_vault()
    before = find_entry(vault, " ".join(args.query))
    wanted = _categories(vault.document, args)
    draft = _draft(args, context, before, new)
    changes = draft.changes(before)
    label = draft.entry(before).label
    from tui.vault.categories import assign
    from tui.vault.edit import edit, pin
    from tui.vault.undo import step_label, undoable

    moment = int(context.clock.now())
    unchanged: list[bool] = []

    def step(document: Document) -> Document:
        done = edit(document, before, changes, moment)
        if args.pinned or args.unpinned:
            done = pin(done, {before.id}, args.pinned, moment)
        done = assign(done, {before.id}, wanted, moment)
        unchanged[:] = [done == document]
        return done

    vault.change(undoable(step, step_label("change", [before]), sets_counters=True))
    if unchanged[0]:
        output.say(f"No change: {before.label} already has these values.")
    elif label != before.label:
        output.say(f"Changed {before.label}; it is now {label}.")
    else:
        forwarded = " Its codes can be forwarded by otp-tui ssh-agent." if args.forward else ""
        output.say(f"Changed {before.label}.{forwarded}")
    if args.forward and draft.type.has_counter:
        output.complain(
            f"Each code that a server gets advances the counter of {label}."
            " otp-tui ssh-agent --confirm asks before."
        )
    return 0


def _categories(document: Document, args: Namespace) -> dict[str, bool]:
    """Return the ids of categories, with True for those to add and False for those to remove."""
    removed = {find_category(document, name).id: False for name in args.no_category}
    added = {find_category(document, name, to_add=True).id: True for name in args.category}
    if removed.keys() & added.keys():
        raise UsageError("The same category is in --category and --no-category.", "Omit one.")
    return removed | added


def _draft(args: Namespace, context: Context, entry: Entry, new: dict[str, bool]) -> Draft:
    """Return the entry's fields with the values of the options; ask for secret and PIN last."""
    more = tuple(kind for kind, wanted in new.items() if wanted)
    draft = entry_options.apply(args, Draft.of(entry), more)
    if args.forward is not None:
        draft = replace(draft, forward=args.forward)
    entry_options.check(draft, entry, asked=False)
    if new["secret"]:
        secret = context.secrets.get("secret", f"New secret for {entry.label}: ")
        draft = replace(draft, secret=secret)
    if new["pin"] or (draft.type.has_pin and draft.type is not entry.type and not draft.pin):
        draft = replace(draft, pin=context.secrets.get("pin", f"New PIN for {entry.label}: "))
    entry_options.check(draft, entry)
    return draft
