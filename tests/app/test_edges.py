"""What hardly ever happens together: many keys at once, locking amid work, no room, many rows."""

from __future__ import annotations

from textual import events
from textual.pilot import Pilot

from tests.app.conftest import MakeApp
from tests.app.helpers import FakeClipboard, codes_of, settle


async def press_at_once(pilot: Pilot[None], *keys: tuple[str, str]) -> None:
    """Let pairs of key and character arrive together, as from a slow line."""
    for key, character in keys:
        pilot.app.post_message(events.Key(key, character))
    await settle(pilot)
    await settle(pilot)


async def test_letters_that_come_together_with_the_slash_are_searched_for(
    make_app: MakeApp, clipboard: FakeClipboard
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press_at_once(pilot, ("slash", "/"), *((letter, letter) for letter in "vpn"))
        assert [entry.issuer for entry in codes_of(app).rows] == ["VPN"]
        assert clipboard.text == ""
