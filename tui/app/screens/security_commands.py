"""Commands of the palette that change what opens the vault, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.app.commands import press_hint
from tui.app.threads import in_thread
from tui.crypto.kdf import Argon2Params
from tui.errors import HalfSavedError
from tui.text import plural

if TYPE_CHECKING:
    from tui.app.list_view import ListView
    from tui.vault.envelope import Slot
    from tui.vault.vault import Vault
    from tui.vault.versions import VaultFile

_AGAIN = "Whoever has the code can open the vault."
_OLD_CODE = "The recovery code is from an earlier version of otp-tui. Replace it first."


async def change_password(view: ListView) -> None:
    """Ask for a new password, and what to do with older copies."""
    from tui.app.screens.change_password import ChangePasswordScreen

    if not await _has_usable_code(view):
        return
    vault = view.vault
    old_key, old_slots = vault.key, vault.slots
    said = await view.ask(ChangePasswordScreen(vault, view.context.config.kdf.params))
    if said is None:
        return
    from tui.vault.rekey import still_open

    why = "If you leave them, anyone who has one and the old password can read it."
    await _report(view, said, _Before(old_key, old_slots, still_open, why))


async def key_derivation(view: ListView) -> None:
    """Encrypt the vault under a key that is derived as the settings say."""
    from tui.app.screens.ask_password import AskPasswordScreen

    vault, params = view.vault, view.context.config.kdf.params
    now = vault.key_derivation
    if now == params:
        hint = press_hint(view.context, "settings", "to change it there first")
        view.say(
            f"The vault already uses the key derivation in the settings: {_words(params)}.{hint}",
            stay=True,
        )
        return
    if not await _has_usable_code(view):
        return
    said = f"The vault's key derivation now takes {_words(params)}."

    def change(password: str) -> None:
        nonlocal said
        try:
            vault.change_password(password, params)
        except HalfSavedError as error:
            said = error.sentence

    why = "If you leave them, the password can be guessed from them as fast as before."
    before = _Before(vault.key, vault.slots, _still_old, why)
    screen = AskPasswordScreen(
        "change the key derivation",
        why=f"From {_words(now)}\nto {_words(params)}, as in the settings.",
        then=change,
    )
    if await view.ask(screen):
        await view.context.end_session()
        await _report(view, said, before)


async def recovery_code(view: ListView) -> None:
    """Create a recovery code, after the password."""
    from tui.app.screens.ask_password import AskPasswordScreen

    if await view.ask(AskPasswordScreen("create a recovery code", why=_AGAIN)):
        await _new_code(view)


async def stay_unlocked(view: ListView) -> None:
    """Keep the vault unlocked for all commands and apps, for some time."""
    from tui.app.screens.ask_password import AskPasswordScreen
    from tui.app.screens.stay_unlocked import StayUnlockedScreen

    seconds = await view.ask(StayUnlockedScreen())
    if seconds is None:
        return
    why = "It was opened without it, and would stay open for longer."
    if view.context.lacks_password and not await view.ask(
        AskPasswordScreen("keep the vault unlocked", why=why)
    ):
        return
    problem = await view.context.keep_unlocked(seconds)
    if problem:
        view.say(problem, "warning", stay=True)
    else:
        from tui.unlocked import until_words

        now = view.context.clock.now()
        view.say(
            f"Unlocked {until_words(now + seconds, 0, now)}. Lock the vault to end this.", stay=True
        )


SECURITY_COMMANDS: Mapping[str, Callable[[ListView], Coroutine[Any, Any, None]]] = {
    "change-password": change_password,
    "recovery-code": recovery_code,
    "key-derivation": key_derivation,
    "stay-unlocked": stay_unlocked,
}


def _words(params: Argon2Params) -> str:
    memory = params.memory_kib / 1024
    return f"{memory:g} MiB, {params.time_cost} iterations, {plural(params.parallelism, 'thread')}"


async def _has_usable_code(view: ListView) -> bool:
    """Replace a recovery code that a new key can't be wrapped for; return False if canceled."""
    from tui.app.screens.ask_password import AskPasswordScreen

    if not view.vault.needs_recovery_code:
        return True
    asked = await view.ask(AskPasswordScreen("replace the recovery code", why=_OLD_CODE))
    return bool(asked) and await _new_code(view)


async def _new_code(view: ListView) -> bool:
    from tui.app.screens.recovery_code import RecoveryCodeScreen

    before = view.vault.slots
    said = await view.ask(RecoveryCodeScreen(view.vault))
    if said is None:
        view.say("Discarded the new recovery code. Nothing was changed.", "muted")
        return False
    view.say(said, "error" if view.vault.slots == before else "strong", stay=True)
    return True


@dataclass(frozen=True, slots=True)
class _Before:
    """What opened the vault before, and how to speak of copies that it still opens."""

    key: bytes = field(repr=False)
    slots: tuple[Slot, ...]
    still: Callable[[int, str, str], str]
    """Returns the start of a sentence about copies: their number, a noun and their place."""
    why: str
    """Why to re-encrypt them."""


async def _report(view: ListView, said: str, before: _Before) -> None:
    """Say what was done, after offering to re-encrypt older copies if there is a new key."""
    changed = view.vault.key != before.key
    more = await _older_copies(view, before) if changed else []
    view.say(" ".join([said, *more]), "strong" if changed else "error", stay=True)


async def _older_copies(view: ListView, before: _Before) -> list[str]:
    """Offer to encrypt older copies under the new key; return what to say about copies."""
    from tui.app.screens.confirm import ConfirmScreen
    from tui.vault import rekey

    vault, said = view.vault, list[str]()
    files = await in_thread(lambda: rekey.old_backups(vault))
    if files:
        still = before.still(len(files), *rekey.IN_BACKUPS)
        question = ConfirmScreen(
            f"{still}. Encrypt them with the new key?",
            before.why,
            "encrypt",
            otherwise="leave them",
        )
        if await view.ask(question):
            said += await in_thread(lambda: _rekeyed(vault, files, before))
        else:
            said.append(f"{still}.")
    copies = await in_thread(lambda: rekey.old_copies(vault))
    if copies:
        them = "it" if len(copies) == 1 else "them"
        hint = press_hint(view.context, "merge", f"to merge {them}")
        said.append(f"{before.still(len(copies), *rekey.BESIDE)}.{hint}")
    return said


def _still_old(count: int, noun: str, where: str) -> str:
    has = "has" if count == 1 else "have"
    return f"{plural(count, noun)} {where} still {has} the old key derivation"


def _rekeyed(vault: Vault, files: list[VaultFile], before: _Before) -> list[str]:
    from tui.vault import rekey

    count = rekey.rekey(vault, files, before.key)
    said = f"Re-encrypted {plural(count, 'older copy')}."
    return [said, *rekey.not_rekeyed(files, count, before.slots)]
