"""Commands of the palette that change what opens the vault, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from tui.app.threads import in_thread
from tui.crypto.kdf import Argon2Params
from tui.text import plural

if TYPE_CHECKING:
    from tui.app.list_view import ListView
    from tui.vault.envelope import Slot
    from tui.vault.vault import Vault
    from tui.vault.versions import VaultFile

_AGAIN = "To protect what opens the vault, it is asked for again."


async def change_password(view: ListView) -> None:
    """Ask for a new password, and what to do with older copies."""
    from tui.app.screens.change_password import ChangePasswordScreen

    if not await _has_usable_code(view):
        return
    vault = view.vault
    old_key, old_slots = vault.key, vault.slots
    said = await view.ask(ChangePasswordScreen(vault, _params(view)))
    if said is None:
        return
    more = "" if vault.key == old_key else await _older_copies(view, old_key, old_slots)
    view.say(f"{said} {more}".rstrip(), "strong" if vault.saved else "error", stay=True)


async def key_derivation(view: ListView) -> None:
    """Encrypt the vault under a key that is derived as the settings say."""
    from tui.app.screens.ask_password import AskPasswordScreen

    vault, params = view.vault, _params(view)
    now = vault.key_derivation
    if now == params:
        view.say(
            f"The vault's key derivation is as in the settings: {_words(params)}."
            " To change it, change the settings first.",
            stay=True,
        )
        return
    if not await _has_usable_code(view):
        return
    why = f"From {_words(now)}\nto {_words(params)}, as in the settings."
    screen = AskPasswordScreen(
        "change the key derivation",
        why=why,
        then=lambda password: vault.change_password(password, params),
    )
    if await view.ask(screen):
        await view.context.end_session()
        view.say(f"The vault's key derivation now takes {_words(params)}.", stay=True)


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
    if view.context.asks_again and not await view.ask(
        AskPasswordScreen("keep the vault unlocked", why=why)
    ):
        return
    problem = await view.context.keep_unlocked(seconds)
    if problem:
        view.say(problem, "warning", stay=True)
    else:
        from tui.unlocked import until_words

        now = view.context.clock.now()
        view.say(f"Unlocked {until_words(now + seconds, 0, now)}. Lock it to end that.", stay=True)


SECURITY_COMMANDS: Mapping[str, Callable[[ListView], Coroutine[Any, Any, None]]] = {
    "change-password": change_password,
    "recovery-code": recovery_code,
    "key-derivation": key_derivation,
    "stay-unlocked": stay_unlocked,
}


def _params(view: ListView) -> Argon2Params:
    kdf = view.context.config.kdf
    return Argon2Params(kdf.time_cost, kdf.memory_mib * 1024, kdf.parallelism)


def _words(params: Argon2Params) -> str:
    memory = params.memory_kib / 1024
    return f"{memory:g} MiB, {params.time_cost} iterations, {plural(params.parallelism, 'thread')}"


async def _has_usable_code(view: ListView) -> bool:
    """Replace a recovery code that a new key can't be wrapped for; return False if canceled."""
    return not view.vault.needs_recovery_code or await _new_code(view)


async def _new_code(view: ListView) -> bool:
    from tui.app.screens.recovery_code import RecoveryCodeScreen

    said = await view.ask(RecoveryCodeScreen(view.vault))
    if said is not None:
        view.say(said, "strong" if view.vault.saved else "error", stay=True)
    return said is not None


async def _older_copies(view: ListView, old_key: bytes, old_slots: tuple[Slot, ...]) -> str:
    """Offer to encrypt older copies under the new key; return what to say about them."""
    from tui.app.screens.confirm import ConfirmScreen
    from tui.vault import rekey

    vault = view.vault
    files = await in_thread(lambda: rekey.old_backups(vault))
    if not files:
        return ""
    still = rekey.still_open(len(files))
    question = ConfirmScreen(
        f"{still}. Encrypt under the new key?",
        "Otherwise, who has one of them and the old password can read it.",
        "encrypt",
    )
    if not await view.ask(question):
        return f"{still} in the folder “backups”."
    return await in_thread(lambda: _rekeyed(vault, files, old_key, old_slots))


def _rekeyed(
    vault: Vault, files: list[VaultFile], old_key: bytes, old_slots: tuple[Slot, ...]
) -> str:
    from tui.vault import rekey

    count = rekey.rekey(vault, files, old_key)
    said = [f"Re-encrypted {plural(count, 'older copy')}."]
    return " ".join([*said, *rekey.not_rekeyed(files, count, old_slots)])
