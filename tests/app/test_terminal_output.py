"""Writes to a terminal that takes nothing for a while: here, a full pipe."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from io import TextIOWrapper

import pytest

from tui.app.terminal_output import SYNC_END, SYNC_START, TerminalOutput

ROW = "\x1b[4;12Hé\x1b[1;38;5;79m123 456 "


class Pipe:
    """A pipe, and the output that writes to it."""

    def __init__(self) -> None:
        self._reader, writer = os.pipe()
        self.file = TextIOWrapper(os.fdopen(writer, "wb"), "utf-8")
        self.output = TerminalOutput(self.file)
        self.output.start()

    def fill(self) -> int:
        """Write a frame that is too large; return its size."""
        frame = ROW * 20_000
        self.output.write_frame(frame, at_once=True)
        return len(frame.encode())

    def read(self) -> bytes:
        """Read what there is; wait for something."""
        return os.read(self._reader, 65536)

    def close(self) -> None:
        """Close the end that reads."""
        if self._reader >= 0:
            os.close(self._reader)
        self._reader = -1

    def read_to(self, last: bytes) -> bytes:
        """Read until this arrives."""
        read = self.read()
        while not read.endswith(last):
            read += self.read()
        return read


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    made.close()
    made.output.stop()
    made.file.close()


def test_a_dropped_frame_ends_between_control_sequences(pipe: Pipe) -> None:
    size = pipe.fill()
    read = pipe.read()
    assert pipe.output.drop_frame()
    pipe.output.write("\x1b[2J")
    read += pipe.read_to(b"\x1b[2J")
    assert len(read) < size / 2
    frame = read.removesuffix(SYNC_END + b"\x1b[2J").removeprefix(SYNC_START).decode()
    row = frame.rpartition("\x1b[4;12H")[2]
    assert row in {"", "é", *(f"é\x1b[1;38;5;79m{'123 456 '[:end]}" for end in range(9))}


def test_the_next_frame_is_painted_when_the_terminal_has_taken_the_last(pipe: Pipe) -> None:
    assert not pipe.output.when_drained(lambda: None)
    pipe.fill()
    drained = threading.Event()
    assert pipe.output.when_drained(drained.set)
    assert not drained.is_set()
    pipe.read_to(SYNC_END)
    assert drained.wait(10)
    assert not pipe.output.when_drained(lambda: None)


def test_a_closed_terminal_takes_everything(pipe: Pipe) -> None:
    pipe.close()
    pipe.fill()
    drained = threading.Event()
    if pipe.output.when_drained(drained.set):
        assert drained.wait(10)
    pipe.fill()
