"""The messages of SSH agents: hostile lengths, and what comes back as it was sent."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.errors import ForwardError
from tui.forward import protocol
from tui.forward.protocol import Answer

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Two ends of a connection."""
    ends = socket.socketpair(socket.AF_UNIX)
    with ends[0], ends[1]:
        yield ends


@pytest.mark.parametrize(
    "sent",
    [
        b"\0\0\0\0",
        b"\0\4\0\1" + b"x",
        b"\xff\xff\xff\xff",
        b"\0\0",
        b"\0\0\0\5abc",
    ],
    ids=["empty", "longer than OpenSSH allows", "4 GiB", "half a length", "half a message"],
)
def test_a_message_of_a_wrong_length_is_refused(pair: Pair, sent: bytes) -> None:
    pair[0].sendall(sent)
    pair[0].shutdown(socket.SHUT_WR)
    with pytest.raises(ForwardError):
        protocol.receive(pair[1])


def test_the_end_of_a_connection_is_no_error(pair: Pair) -> None:
    protocol.send(pair[0], b"\x0b")
    pair[0].shutdown(socket.SHUT_WR)
    assert protocol.receive(pair[1]) == b"\x0b"
    assert protocol.receive(pair[1]) is None


@given(st.lists(st.binary(max_size=20), max_size=5))
def test_strings_are_unpacked_as_they_were_packed(strings: list[bytes]) -> None:
    assert protocol.unpack(protocol.pack(*strings)) == strings


@given(st.binary(max_size=40))
def test_unpacking_any_bytes_is_refused_or_complete(data: bytes) -> None:
    try:
        strings = protocol.unpack(data)
    except ForwardError:
        return
    assert protocol.pack(*strings) == data


def test_too_many_strings_are_refused() -> None:
    with pytest.raises(ForwardError):
        protocol.unpack(protocol.pack(b"code", b"a", b"b"), 2)


@given(st.lists(st.text(max_size=9).filter(str.isprintable), max_size=4))
def test_an_answer_is_decoded_as_it_was_encoded(fields: list[str]) -> None:
    answer = Answer("ok", tuple(fields))
    assert protocol.decode(protocol.encode(answer)) == answer


@pytest.mark.parametrize(
    "message",
    [
        b"\x1d",
        b"\x06",
        b"\x1d" + protocol.pack(b"code@example.org", b"ok"),
        b"\x1d" + protocol.pack(protocol.NAME),
        b"\x1d" + protocol.pack(protocol.NAME, b"ok")[:-1],
        b"\x0c" + protocol.pack(protocol.NAME, b"ok"),
    ],
)
def test_an_invalid_answer_is_refused(message: bytes) -> None:
    with pytest.raises(ForwardError):
        protocol.decode(message)


def test_an_agent_without_the_extension_is_recognized() -> None:
    assert protocol.decode(b"\x05") is None
    assert protocol.decode(b"\x1c") is None


def test_names_never_exceed_a_message() -> None:
    fields = protocol.names([("x" * 1024, "é" * 1024)] * 5000)
    assert len(protocol.encode(Answer("ok", fields))) < protocol.LONGEST
    assert len(fields) % 2 == 0
