"""Return the events that Textual's parser creates from the terminal's input."""

from __future__ import annotations

import pytest
from textual import events

from tui.app.terminal import KeyParser


def keys_of(*packets: str, bound: str = "") -> list[str]:
    """Return the keys, and the pasted texts in brackets, that these packets produce."""
    parser = KeyParser(False, lambda key: key == bound)
    found = []
    for packet in packets:
        for event in parser.feed(packet):
            if isinstance(event, events.Key):
                found.append(event.key)
            elif isinstance(event, events.Paste):
                found.append(f"[{event.text}]")
    return found


@pytest.mark.parametrize(
    ("packets", "keys"),
    [
        (("\x1ba",), ["escape", "a"]),
        (("\x1b\x1ba",), ["escape", "escape", "a"]),
        (("\x1b\r",), ["escape", "enter"]),
        (("\x1bf",), ["escape", "f"]),
        (("a\x1bdocker" + "x" * 40,), ["a", "escape", *"docker", *"x" * 40]),
        (("\x1b", "a"), ["escape", "a"]),
        (("\x1b[A\x1bOP",), ["up", "f1"]),
        (("\x1b\x1b[A",), ["escape", "up"]),
        (("\x1b[200~a\x1bb\x1b[201~c",), ["[ab]", "c"]),
        (("\x1b[200~a", "b\x1b[201~c"), ["[ab]", "c"]),
        (("\x1b[20", "0~a\x1bb\x1b[2", "01~c"), ["[ab]", "c"]),
    ],
)
def test_every_key_is_kept(packets: tuple[str, ...], keys: list[str]) -> None:
    assert keys_of(*packets) == keys


def test_a_key_with_alt_stays_one_key_if_a_command_has_it() -> None:
    parser = KeyParser(False, lambda key: key == "alt+a")
    assert not list(parser.feed("\x1ba"))
    parser._timeout_time = 0.0
    assert [event.key for event in parser.tick() if isinstance(event, events.Key)] == ["alt+a"]
    assert keys_of("\x1bb", bound="alt+a") == ["escape", "b"]
