"""Locking with a dialog open: its contents are dropped from screen and memory."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import threading
from base64 import b32decode, b32encode
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain, compress, repeat
from operator import is_
from types import FrameType

import pytest
from textual import events
from textual._context import active_app
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from tests.app.conftest import MakeApp, MakeVault
from tests.app.fast_pilot import expect_held_work
from tests.app.helpers import (
    PASSWORD,
    FakeClock,
    pass_time,
    sample_entries,
    settle,
    until_locked,
)
from tests.conftest import STRESS
from tui.app.app import OtpApp
from tui.app.screens.unlock import UnlockScreen
from tui.app.widgets.status_label import StatusLabel
from tui.otp.entry import Entry
from tui.otp.secret import Secret
from tui.vault.store import Store
from tui.vault.vault import Vault

Action = Callable[[Pilot[None], str], Awaitable[None]]


_LENGTH = 32
_CHUNK = 5000


def _backwards() -> str:
    """A new secret, reversed."""
    return b32encode(os.urandom(_LENGTH * 5 // 8)).decode()


def left_of(*backwards: str, only_new: bool = False) -> Iterator[str]:
    """Yield the live objects that refer to a text with a secret.

    The secrets are passed reversed, so that the test itself has none. `only_new`: leave out the
    objects that are older than all tests.
    """
    things = [*chain.from_iterable(map(gc.get_objects, range(3)))] if only_new else gc.get_objects()
    begins = [secret[:-5:-1] for secret in backwards]
    for first in range(len(things), 0, -_CHUNK):
        chunk = things[max(0, first - _CHUNK) : first]
        texts = _long_texts(chunk)
        # Few chunks have the first letters of a secret; turning all texts around takes long.
        together = "\0".join(texts)
        if any(begin in together for begin in begins) and _has(together, backwards):
            found = {text for text in texts if _has(text, backwards)}
            yield from (
                f"{type(thing).__qualname__}: {text[:40]!r}"
                for thing in chunk
                if type(thing) is not FrameType
                for text in found.intersection(_long_texts([thing]))
            )


def _long_texts(things: list[object]) -> set[str]:
    """Return the texts that the things refer to and that are as long as a secret."""
    found = gc.get_referents(*things)
    # C functions, as there are a million of them.
    texts = set(compress(found, map(is_, map(type, found), repeat(str))))
    return set(compress(texts, map(_LENGTH.__le__, map(len, texts))))


def _has(text: str, backwards: Iterable[str]) -> bool:
    """Whether a text has one of the reversed secrets, maybe in groups with blanks or dashes."""
    turned = text[::-1].replace(" ", "").replace("-", "")
    return any(secret in turned for secret in backwards)


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await settle(pilot)


async def typed(pilot: Pilot[None], field: str, text: str) -> None:
    found = pilot.app.screen.query_one(f"#{field}")
    found.focus()
    if isinstance(found, TextArea):
        found.insert(text)
    elif isinstance(found, Input):
        found.insert_text_at_cursor(text)
    await settle(pilot)


async def paste(pilot: Pilot[None], text: str) -> None:
    pilot.app.post_message(events.Paste(text))
    await settle(pilot)
    await settle(pilot)


async def show(pilot: Pilot[None], _: str) -> None:
    await press(pilot, "v", "s")


async def code(pilot: Pilot[None], _: str) -> None:
    await press(pilot, "v", "r")


async def edit(pilot: Pilot[None], _: str) -> None:
    await press(pilot, "E", "ctrl+r")


async def edit_and_leave(pilot: Pilot[None], new: str) -> None:
    await press(pilot, "E", "ctrl+r")
    await typed(pilot, "secret", new)
    await press(pilot, "escape")


async def add(pilot: Pilot[None], new: str) -> None:
    await press(pilot, "a")
    await typed(pilot, "issuer", "Shop")
    await typed(pilot, "secret", new)
    await press(pilot, "backspace", "a")


async def add_by_uri(pilot: Pilot[None], new: str) -> None:
    await press(pilot, "a")
    await paste(pilot, f"otpauth://totp/Shop:me?secret={new}")


async def paste_into_the_list(pilot: Pilot[None], new: str) -> None:
    await paste(pilot, f"otpauth://totp/Shop:me?secret={new}")


async def type_a_uri(pilot: Pilot[None], new: str) -> None:
    await press(pilot, "a")
    await typed(pilot, "issuer", f"otpauth://totp/Shop:me?secret={new}")


async def note_a_uri(pilot: Pilot[None], new: str) -> None:
    await press(pilot, "a", "ctrl+t")
    await typed(pilot, "note", f"otpauth://totp/Shop:me?secret={new}")


async def add_several(pilot: Pilot[None], new: str) -> None:
    await press(pilot, "a")
    lines = [f"otpauth://totp/Shop{name}:me?secret={new}{name}" for name in "ABC"]
    await paste(pilot, "\n".join(lines))


async def delete(pilot: Pilot[None], _: str) -> None:
    await press(pilot, "d")


async def delete_and_undo(pilot: Pilot[None], _: str) -> None:
    await press(pilot, "d", "y")
    await press(pilot, "u")
    await press(pilot, "d")


async def categories(pilot: Pilot[None], _: str) -> None:
    await press(pilot, "c", "n")


async def palette(pilot: Pilot[None], _: str) -> None:
    await press(pilot, "colon")


async def settings(pilot: Pilot[None], _: str) -> None:
    await press(pilot, "comma")


async def change_password(pilot: Pilot[None], new: str) -> None:
    await press(pilot, "colon", *"change pass", "enter")
    await typed(pilot, "first", new)
    await typed(pilot, "second", new)


async def recovery_code(pilot: Pilot[None], new: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tui.vault.recovery.new_code", lambda: b32decode(new))
        await press(pilot, "colon", *"recovery", "enter")
        await press(pilot, *PASSWORD, "enter")


async def export(pilot: Pilot[None], _: str) -> None:
    await press(pilot, "e")


GROUPS: list[list[Action]] = [
    [show, note_a_uri, recovery_code, paste_into_the_list],
    [edit_and_leave, add_several, change_password, code, edit, add],
    [add_by_uri, type_a_uri, delete, delete_and_undo, categories, palette, settings, export],
]
"""All dialogs, those that keep secrets in the most ways first."""


@pytest.mark.parametrize(
    "actions", GROUPS if STRESS else GROUPS[:1], ids=lambda group: group[0].__name__
)
async def test_no_secret_of_a_dialog_stays_in_memory(
    make_app: MakeApp, make_vault: MakeVault, clock: FakeClock, actions: list[Action]
) -> None:
    """Several apps are looked at together: it takes a while to look at all objects."""
    secrets: list[str] = []

    async def in_another_app(actions: list[Action]) -> None:
        if not actions:
            gc.collect()
            assert list(left_of(*secrets)) == []
            return
        owned, new = _backwards(), _backwards()
        secrets.extend((owned, new))
        app = make_app(make_vault([_with_secret(owned[::-1])]))
        async with app.run_test(size=(100, 50)) as pilot:
            await settle(pilot)
            await actions[0](pilot, new[::-1])
            assert len(app.screen_stack) > 1
            assert any(left_of(owned, new, only_new=True))
            await pass_time(pilot, clock, 300)
            assert isinstance(app.screen, UnlockScreen)
            assert len(app.screen_stack) == 1
            await pilot.pause(0.1)
            await in_another_app(actions[1:])
            active_app.set(app)

    await in_another_app(actions)


def _with_secret(secret: str) -> Entry:
    return replace(sample_entries()[0][0], secret=Secret.base32(secret))


@pytest.mark.parametrize(("keys", "typed"), [(("a", "S"), True), (("a",), False)])
async def test_the_unlock_screen_says_that_what_was_typed_is_lost(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock, keys: tuple[str, ...], typed: bool
) -> None:
    await press(pilot, *keys)
    await pass_time(pilot, clock, 300)
    said = app.screen.query_one(StatusLabel).message
    assert ("What you typed was not saved." in said) is typed


async def test_a_change_that_fails_after_the_lock_is_reported_on_the_unlock_screen(
    make_app: MakeApp, make_vault: MakeVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = make_vault()
    go_on, begun = threading.Event(), threading.Event()

    def stuck(*_: object, **__: object) -> None:
        begun.set()
        go_on.wait(5)
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(Store, "replace", stuck)
    expect_held_work(monkeypatch)
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("p")
        assert await asyncio.to_thread(begun.wait, 5)
        await pilot.press("ctrl+l")
        await until_locked(pilot)
        go_on.set()
        await settle(pilot)
        assert isinstance(app.screen, UnlockScreen)
        said = app.screen.query_one(StatusLabel).message
        assert said.startswith(
            "NOT SAVED. The last change is kept, encrypted, until the next unlock: "
        )


@pytest.mark.parametrize("keys", [("p",), ("E", "S", "ctrl+s")], ids=["list", "form"])
async def test_a_change_in_progress_is_saved_after_the_lock(
    make_app: MakeApp,
    make_vault: MakeVault,
    held: tuple[threading.Event, threading.Event],
    keys: tuple[str, ...],
) -> None:
    vault = make_vault()
    begun, go_on = held
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press(*keys)
        assert await asyncio.to_thread(begun.wait, 5)
        await pilot.press("ctrl+l")
        await until_locked(pilot)
        assert app.screen.query_one(StatusLabel).message == "Saving …"
        go_on.set()
        await settle(pilot)
        assert isinstance(app.screen, UnlockScreen)
        assert not app.screen.query_one(StatusLabel).message
    saved = Vault.open(vault.path, PASSWORD).entries[0]
    assert saved.pinned or saved.issuer != "GitHub"


async def test_what_the_idle_lock_could_not_save_is_saved_after_the_next_unlock(
    make_app: MakeApp, make_vault: MakeVault, clock: FakeClock
) -> None:
    vault = make_vault()

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Store, "replace", full)
            await press(pilot, "p")
            await pass_time(pilot, clock, 300)
            assert isinstance(app.screen, UnlockScreen)
            said = app.screen.query_one(StatusLabel).message
            assert said.startswith("NOT SAVED. The last change is kept")
        assert not Vault.open(vault.path, PASSWORD).entries[0].pinned
        await press(pilot, *PASSWORD, "enter")
        await settle(pilot)
        assert app.vault is not None
        assert app.vault.saved
    assert Vault.open(vault.path, PASSWORD).entries[0].pinned
