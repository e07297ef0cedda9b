"""Commands of the code list that copy a code or advance a counter."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tui.app.commands import press_hint
from tui.app.threads import in_thread
from tui.app.widgets.bars import UNSAVED
from tui.clipboard import COPIED
from tui.errors import (
    ClipboardError,
    EntryError,
    MatchError,
    NotSavedError,
    OtpTuiError,
    VaultError,
)
from tui.otp.codes import remaining
from tui.vault import edit

if TYPE_CHECKING:
    from tui.app.list_view import ListView
    from tui.otp.entry import Entry


_COPIED = ("Copied ", ": ")
"""What is before the label in the message about a copy: alone, or after where it was copied."""


async def copy(view: ListView) -> None:
    """Copy the code of the highlighted entry, or the next one if it is about to expire."""
    await copy_entry(view, view.codes.highlighted)


async def copy_next(view: ListView) -> None:
    """Copy the code after the current one."""
    await copy_entry(view, view.codes.highlighted, following=True)


async def reveal(view: ListView) -> None:
    """Show the next code of a counter-based entry."""
    entry = view.codes.highlighted
    if entry is None or _refused(view, entry):
        return
    if entry.type.has_counter:
        if await _take(view, entry):
            for start in _COPIED:
                view.withdraw(f"{start}{entry.label}.")  # that was another code
    else:
        view.say("Not a counter-based entry.", "warning")


async def show_large(view: ListView) -> None:
    """Show the code of the highlighted entry in large digits."""
    entry, codes = view.codes.highlighted, view.codes
    if entry is None or _refused(view, entry):
        return
    if entry.type.has_counter and entry.id not in codes.live.revealed:
        code = await _take(view, entry)
    else:
        try:
            code = codes.live.code_text(entry, False)
        except EntryError as error:
            view.say(f"{entry.label}: {error.sentence}", "error")
            return
    if code:
        await _ask_large(view, entry, code, "")


COPY_COMMANDS: Mapping[str, Callable[[ListView], Coroutine[Any, Any, None]]] = {
    "copy": copy,
    "copy-next": copy_next,
    "reveal": reveal,
    "large": show_large,
}


async def copy_entry(view: ListView, meant: Entry | None, *, following: bool = False) -> None:
    """Copy the code of the highlighted entry, unless another program deleted the one `meant`."""
    if meant is None:
        return
    await view.take_over()
    entry, codes = view.codes.highlighted, view.codes
    if entry is None or entry.id != meant.id:
        document = view.vault.document
        where = "no longer in the vault"
        if any(each.id == meant.id for each in document.everything):
            gone = all(each.id != meant.id for each in document.entries)
            where = "now in the trash" if gone else "no longer in this list"
        view.say(f"{meant.label} is {where}.", "warning")
        return
    if _refused(view, entry):
        return
    if entry.type.has_counter and (following or entry.id not in codes.live.revealed):
        if code := await _take(view, entry):
            await _copy(view, entry, code, entry.label)
        return
    why = "" if following else _why_next(view, entry)
    try:
        code = codes.live.code_text(entry, following or bool(why))
    except EntryError as error:
        view.say(f"{entry.label}: {error.sentence}", "error")
        return
    what = f"the next code of {entry.label}{why}" if following or why else entry.label
    await _copy(view, entry, code, what)


def _refused(view: ListView, entry: Entry) -> bool:
    """If the entry is in the trash, say so and return True."""
    if entry.deleted:
        hint = press_hint(view.context, "restore", "to restore it")
        view.say(f"{entry.label} is in the trash.{hint}", "warning")
    return bool(entry.deleted)


def _why_next(view: ListView, entry: Entry) -> str:
    """Return when the next code is valid, if it is copied instead of the current one; else ""."""
    try:
        left = remaining(entry, view.codes.live.moment)
    except EntryError:
        return ""
    if left is None or left > view.context.config.smart_copy:
        return ""
    return f", which becomes valid in {left} s"


async def _take(view: ListView, entry: Entry) -> str:
    """Save the counter, show its code, and return it; "" if that failed."""
    vault = view.vault
    try:
        code = await in_thread(lambda: vault.take_hotp(entry.id))
    except NotSavedError as error:
        view.say(f"{UNSAVED}, so no code is shown. {error.sentence}", "error", stay=True)
        return ""
    except OtpTuiError as error:
        view.say(f"{entry.label}: {error.sentence}", "error")
        return ""
    view.withdraw(UNSAVED)
    view.codes.live.revealed[entry.id] = code.text
    view.reload()
    return code.text


async def _copy(view: ListView, entry: Entry, code: str, what: str) -> None:
    """Copy a code, count the copy, and say `what` was copied; if it fails, show the code large."""
    context, vault, moment = view.context, view.vault, view.moment
    try:
        outcome = await in_thread(lambda: context.copier.copy(code))
    except ClipboardError as error:
        await _ask_large(view, entry, code, error.sentence)
        return
    with suppress(VaultError, MatchError):
        await in_thread(
            lambda: vault.change_later(lambda doc: edit.count_use(doc, entry.id, moment))
        )
        view.replace(vault.document.find(entry.id))
    if context.pick is not None:
        context.picked = f"{outcome.says}: {what}."
        if outcome.doubt and not outcome.verified:
            await _ask_large(view, entry, code, f"{outcome.says}. {outcome.doubt}")
        context.exit()
        return
    wait = context.config.clipboard_clear
    cleared = f" Clears in {wait} s." if wait else ""
    start, other = _COPIED
    done = f"{start}{what}." if outcome == COPIED else f"{outcome.says}{other}{what}."
    if outcome.doubt:
        hint = press_hint(context, "large", "to show the code")
        view.say(f"{done} {outcome.doubt}{hint}{cleared}", "warning")
    else:
        view.say(f"{done}{cleared}")


async def _ask_large(view: ListView, entry: Entry, code: str, reason: str) -> None:
    from tui.app.screens.big_code import BigCodeScreen

    await view.ask(BigCodeScreen(entry, code, reason))
