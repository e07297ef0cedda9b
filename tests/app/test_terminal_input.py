"""The thread that reads keys sleeps until there are some, and ends at once."""

from __future__ import annotations

import codecs
import os
import queue
import selectors
import threading
from collections.abc import Iterator

import pytest
from textual import events

from tui.app.terminal import KeyParser
from tui.app.terminal_input import StopEvent, read_input


class Typing:
    """A thread that reads from a pipe."""

    def __init__(self) -> None:
        self.reader, self._writer = os.pipe()
        self.stop = StopEvent()
        self._found: queue.Queue[object] = queue.Queue()
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        parser = KeyParser(False, lambda _: False)
        arguments = (self.reader, self.stop, parser, decoder, self._found.put)
        self.thread = threading.Thread(target=read_input, args=arguments, daemon=True)
        self.thread.start()

    def type(self, data: bytes) -> str:
        os.write(self._writer, data)
        event = self._found.get(timeout=10)
        assert isinstance(event, events.Key)
        return event.key

    def end(self) -> None:
        self.stop.set()
        self.thread.join(10)
        assert not self.thread.is_alive()
        os.close(self.reader)
        os.close(self._writer)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
    found: list[float | None] = []
    select = selectors.SelectSelector.select

    def recorded(
        self: selectors.SelectSelector, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        found.append(timeout)
        return select(self, timeout)

    monkeypatch.setattr(selectors.SelectSelector, "select", recorded)
    return found


@pytest.fixture
def typing(waits: list[float | None]) -> Iterator[Typing]:
    typing = Typing()
    yield typing
    if typing.thread.is_alive():
        typing.end()


def test_it_waits_without_a_timeout_for_keys(typing: Typing, waits: list[float | None]) -> None:
    typed = [typing.type(each) for each in (b"a", b"1", b"\x1b[A")]
    assert typed == ["a", "1", "up"]
    typing.end()
    assert set(waits) == {None}


def test_a_lone_escape_is_read_after_a_while(typing: Typing) -> None:
    assert typing.type(b"\x1b") == "escape"
    assert typing.type(b"b") == "b"


def test_a_stop_event_can_be_set_and_cleared_again() -> None:
    stop = StopEvent()
    for _ in range(2):
        stop.set()
        stop.set()
        assert stop.is_set()
        stop.clear()
        stop.clear()
        assert not stop.is_set()
