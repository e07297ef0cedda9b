"""Commands of the code list that change entries or their order."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from tui.app.commands import press_hint
from tui.app.list_view import living_targets, targets
from tui.app.screens.base import ChangeResult, change_vault
from tui.app.screens.confirm import ConfirmScreen
from tui.app.threads import in_thread
from tui.errors import OtpTuiError
from tui.otp.entry import label_of
from tui.vault import edit
from tui.vault.order import WORDS, Order, order_of, with_order
from tui.vault.trash import KEPT_DAYS, discard
from tui.vault.undo import kept_counters, last_step, step_label, undoable, undoable_as_one
from tui.vault.undo import undo as undone

if TYPE_CHECKING:
    from tui.app.context import Context
    from tui.app.list_view import ListView
    from tui.otp.entry import Entry
    from tui.vault.document import Document

_MOST_NAMED = 6
"""Maximum number of entries that a question names."""


async def delete(view: ListView) -> None:
    """Move entries to the trash, or delete them permanently from it; ask first."""
    entries = targets(view)
    if not entries:
        return
    label, in_trash = label_of(entries), bool(entries[0].deleted)
    if in_trash:
        question = f"Permanently delete {label}?"
        explanation = (
            "You can undo this until the next change. After that, only older copies of the vault"
            f" have the {'secret' if len(entries) == 1 else 'secrets'}."
        )
    else:
        question = f"Delete {label}?"
        explanation = f"Deleted entries stay in the trash for {KEPT_DAYS} days."
    screen = ConfirmScreen(
        question,
        f"{_names(entries)}{explanation}",
        "delete",
        obsolete=lambda: not _unchanged(view.vault.document, entries),
    )
    if await view.ask(screen):
        await _delete(view, entries)
    elif not _unchanged(view.vault.document, entries):
        view.say(_already_gone(entries), "warning")
    else:
        view.say("Canceled. Nothing was deleted.", "muted")


def _unchanged(document: Document, entries: Sequence[Entry]) -> list[Entry]:
    """Return those of the entries that no other program deleted or restored meanwhile."""
    now = {entry.id: bool(entry.deleted) for entry in document.everything}
    return [entry for entry in entries if now.get(entry.id) is bool(entry.deleted)]


def _already_gone(entries: Sequence[Entry]) -> str:
    did = "restored or deleted" if entries[0].deleted else "deleted"
    return f"Another program already {did} {label_of(entries)}."


async def _still_there(view: ListView, entries: Sequence[Entry]) -> list[Entry]:
    """Return those of the entries that no other program deleted or restored; say so if none is."""
    await view.take_over()
    left = _unchanged(view.vault.document, entries)
    if entries and not left:
        view.say(_already_gone(entries), "warning")
    return left


async def _delete(view: ListView, entries: Sequence[Entry]) -> None:
    left = await _still_there(view, entries)
    if not left:
        return
    in_trash, moment = bool(entries[0].deleted), view.moment
    ids = {entry.id for entry in left}

    def step(document: Document) -> Document:
        return discard(document, ids) if in_trash else edit.delete(document, ids, moment)

    did = "Permanently deleted" if in_trash else "Deleted"
    purpose = "to undo this before the next change" if in_trash else "to undo"
    done = f"{did} {label_of(left)}.{press_hint(view.context, 'undo', purpose)}"
    await _change(view, step, step_label("deletion", left), done)


async def restore(view: ListView) -> None:
    """Restore entries from the trash."""
    entries = targets(view)
    if not entries or not entries[0].deleted:
        hint = press_hint(view.context, "next-category", "to go to it")
        hint = hint if view.vault.document.trash else " It is empty."
        view.say(f"Only entries in the trash can be restored.{hint}", "warning")
        return
    entries = await _still_there(view, entries)
    if not entries:
        return
    ids, moment = {entry.id for entry in entries}, view.moment
    step = partial(edit.restore, ids=ids, moment=moment)
    await _change(view, step, step_label("restore", entries), f"Restored {label_of(entries)}.")


async def pin(view: ListView) -> None:
    """Pin entries to the top, or unpin them if all are pinned."""
    entries = await _still_there(view, living_targets(view))
    if not entries:
        return
    ids, moment = {entry.id for entry in entries}, view.moment
    pinned = not all(entry.pinned for entry in entries)
    step = partial(edit.pin, ids=ids, pinned=pinned, moment=moment)
    label = step_label("pinning" if pinned else "unpinning", entries)
    done = f"{'Pinned' if pinned else 'Unpinned'} {label_of(entries)}."
    await _change(view, step, label, done, keep=entries[0].id)


async def undo(view: ListView) -> None:
    """Undo the last change, or redo it if that was an undo."""
    keep = _highlighted_id(view)
    shown = view.vault.document
    done = await in_thread(lambda: _undone_words(shown, view.context))
    before = {entry.id for entry in view.vault.entries}
    result = await change_vault(view.vault, partial(undone, moment=view.moment, shown=shown))
    back = next((entry.id for entry in view.vault.entries if entry.id not in before), keep)
    _show_result(view, result, done, back)


async def next_order(view: ListView) -> None:
    """Change to the next sort order."""
    orders = list(Order)
    await sort(view, orders[(orders.index(order_of(view.vault.document)) + 1) % len(orders)])


async def sort(view: ListView, order: Order) -> None:
    """Sort the list, and store the order in the vault."""
    vault, keep = view.vault, _highlighted_id(view)
    await in_thread(lambda: vault.change_later(lambda document: with_order(document, order)))
    view.reload(keep)
    view.say(f"Sorted {WORDS[order]}.")


async def move_up(view: ListView) -> None:
    """Move the highlighted entry up in the manual order."""
    await _move(view, -1)


async def move_down(view: ListView) -> None:
    """Move the highlighted entry down in the manual order."""
    await _move(view, 1)


ENTRY_COMMANDS: Mapping[str, Callable[[ListView], Coroutine[Any, Any, None]]] = {
    "delete": delete,
    "restore": restore,
    "pin": pin,
    "undo": undo,
    "order": next_order,
    "move-up": move_up,
    "move-down": move_down,
}


async def _move(view: ListView, step: int) -> None:
    vault, entry, moment = view.vault, view.codes.highlighted, view.moment
    order = order_of(vault.document)
    if entry is None or entry.deleted:
        return
    if order is not Order.HAND:
        hint = press_hint(view.context, "order", "until it is")
        view.say(f"Entries can be moved only if the list is sorted by hand.{hint}", "warning")
        return
    if view.search_text:
        view.say("Clear the search before moving entries.", "warning")
        return
    move = partial(edit.move, entry_id=entry.id, step=step, category=view.category, moment=moment)
    try:
        await in_thread(
            lambda: vault.change_later(undoable_as_one(move, f"move of {entry.label}", moment))
        )
    except OtpTuiError as error:
        view.say(error.sentence, "warning")
        return
    view.reload(entry.id)


async def _change(
    view: ListView,
    step: Callable[[Document], Document],
    label: str,
    done: str,
    keep: str | None = None,
) -> None:
    """Make an undoable change, show it, and say what was `done`."""
    _show_result(view, await change_vault(view.vault, undoable(step, label)), done, keep)


def _show_result(view: ListView, result: ChangeResult, done: str, keep: str | None) -> None:
    if result.problem:
        view.say(result.problem, result.tone, stay=result.made)
    elif done:
        view.say(done)
    if result.made:
        view.reload(keep)


def _undone_words(document: Document, context: Context) -> str:
    """Return what undoing the last step of a document will have done; "" if there is none."""
    last, kept = last_step(document), kept_counters(document)
    if last is None:
        return ""
    more = f" {kept}" if kept else ""
    if last.is_undo:
        return f"Redid the {last.label}.{more}{press_hint(context, 'undo', 'to undo')}"
    return f"Undid the {last.label}.{more}{press_hint(context, 'undo', 'to redo')}"


def _highlighted_id(view: ListView) -> str | None:
    return view.codes.highlighted.id if view.codes.highlighted else None


def _names(entries: Sequence[Entry]) -> str:
    """Return the names of several entries, one per line, followed by an empty line."""
    if len(entries) == 1:
        return ""
    names = [entry.label for entry in entries[:_MOST_NAMED]]
    if len(entries) > _MOST_NAMED:
        names.append(f"and {len(entries) - _MOST_NAMED} more")
    return "\n".join(names) + "\n\n"
