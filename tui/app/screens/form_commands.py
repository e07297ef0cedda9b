"""Commands of the code list that open another screen and show its result."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from tui.app.list_view import living_targets, targets
from tui.app.screens.base import Done
from tui.app.screens.copy_commands import copy_entry
from tui.app.threads import in_thread
from tui.errors import MatchError

if TYPE_CHECKING:
    from tui.app.list_view import ListView
    from tui.otp.entry import Entry


async def add(view: ListView, *, image: bool = False, pasted: str = "") -> None:
    """Add entries by form, URI or image: `image` asks for the image first, `pasted` has a URI."""
    from tui.app.screens.entry_form import EntryFormScreen

    before = {entry.id for entry in view.vault.entries}
    said = await view.ask(EntryFormScreen(view.vault, image=image, pasted=pasted))
    added = (entry.id for entry in view.vault.entries if entry.id not in before)
    _show_result(view, said, next(added, None))


async def edit(view: ListView) -> None:
    """Edit the highlighted entry."""
    entry = view.codes.highlighted
    if entry is not None and not entry.deleted:
        await _edit(view, entry)
    else:
        living_targets(view)


async def show(view: ListView) -> None:
    """Show the details of the highlighted entry."""
    from tui.app.screens.show_entry import ShowScreen

    entry = view.codes.highlighted
    if entry is None:
        return
    revealed = view.codes.live.revealed
    answer = await view.ask(ShowScreen(view.vault, _newest(view, entry), revealed, view.reload))
    if answer == "edit":
        await _edit(view, entry)
        return
    _show_result(view, None, entry.id)
    if all(each.id != entry.id for each in view.vault.document.everything):
        view.say(f"{entry.label} is no longer in the vault.", "warning")
    elif answer == "copy":
        await copy_entry(view, entry)


async def categories(view: ListView) -> None:
    """Assign categories; add, rename and delete them."""
    from tui.app.screens.categories import CategoriesScreen

    entries = [entry for entry in targets(view) if not entry.deleted]
    keep = view.codes.highlighted.id if view.codes.highlighted else None
    _show_result(view, await view.ask(CategoriesScreen(view.vault, entries)), keep)


async def import_backups(view: ListView) -> None:
    """Import backups of other apps."""
    from tui.app.screens.import_backup import ImportScreen

    _show_done(view, await view.ask(ImportScreen(view.vault)))


async def merge(view: ListView) -> None:
    """Merge the copies of the vault that a conflict left next to it."""
    from tui.app.screens.merge_copies import MergeScreen
    from tui.vault.copies import find_copies

    vault = view.vault
    found = await in_thread(lambda: find_copies(vault.path, vault.vault_id))
    if not found.files:
        if found.problems:
            view.say(f"Nothing to merge. {' '.join(found.problems)}", "warning", stay=True)
        else:
            view.say("This vault has no conflict copies.")
        return
    _show_done(view, await view.ask(MergeScreen(vault, found.files)))


async def recover(view: ListView) -> None:
    """Restore an older copy of the vault, or a conflict copy."""
    from tui.app.screens.recover_vault import RecoverScreen
    from tui.vault.recover import kept_files

    vault = view.vault
    files = await in_thread(lambda: kept_files(vault.path, vault.vault_id))
    if not files:
        view.say("No older copies of this vault are kept.")
        return
    _show_done(view, await view.ask(RecoverScreen(vault, files)))


async def export(view: ListView) -> None:
    """Export entries to a file or as QR codes."""
    from tui.app.screens.export_vault import ExportScreen

    if not view.vault.entries:
        view.say("Nothing to export: the vault has no entries.")
        return
    living = {entry.id for entry in view.vault.entries}
    shown = living.intersection(entry.id for entry in view.codes.rows)
    selected = living & view.codes.selected
    screen = ExportScreen(view.vault, frozenset(shown), frozenset(selected))
    _show_result(view, await view.ask(screen), stay=True)


async def settings(view: ListView) -> None:
    """Open the settings."""
    from tui.app.screens.settings import SettingsScreen

    await view.ask(SettingsScreen())


async def doctor(view: ListView) -> None:
    """Check the setup, and show what was found."""
    from tui.app.screens.doctor import DoctorScreen

    await view.ask(DoctorScreen())


async def show_help(view: ListView) -> None:
    """Show all keys."""
    from tui.app.screens.help import HelpScreen

    await view.ask(HelpScreen())


FORM_COMMANDS: Mapping[str, Callable[[ListView], Coroutine[Any, Any, None]]] = {
    "add": add,
    "add-image": partial(add, image=True),
    "edit": edit,
    "show": show,
    "categories": categories,
    "import": import_backups,
    "merge": merge,
    "recover": recover,
    "export": export,
    "settings": settings,
    "doctor": doctor,
    "help": show_help,
}


async def _edit(view: ListView, entry: Entry) -> None:
    from tui.app.screens.entry_form import EntryFormScreen

    said = await view.ask(EntryFormScreen(view.vault, _newest(view, entry)))
    _show_result(view, said, entry.id)


def _newest(view: ListView, entry: Entry) -> Entry:
    """Return the current entry of the vault: the list doesn't have the latest copy counts."""
    try:
        return view.vault.document.find(entry.id)
    except MatchError:
        return entry


def _show_done(view: ListView, done: Done | None) -> None:
    """Show what a screen did, and keep that until the next message."""
    sentence, tone = done or Done("", "")
    _show_result(view, sentence, tone=tone, stay=True)


def _show_result(
    view: ListView,
    said: str | None,
    keep: str | None = None,
    *,
    tone: str = "strong",
    stay: bool = False,
) -> None:
    """Show the changes of a screen, highlight the entry `keep`, and show the returned sentence."""
    view.reload(keep)
    if said:
        view.say(said, tone if view.vault.saved else "error", stay=stay)
