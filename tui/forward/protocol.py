"""The messages of SSH agents, and those of our extension (RFC 9987, sections 3 and 3.8).

A message has 4 bytes of length, a byte that says what it is, and its contents. Ours consist of
strings: a request names an operation (`list`, or `code` with a query), a response a status with
more strings, as `Answer` describes.
"""

from __future__ import annotations

import math
import socket
import time
from dataclasses import dataclass, field

from tui.errors import ForwardError

LONGEST = 256 * 1024
"""Maximum length of a message in bytes, as in OpenSSH."""
ANSWER_SECONDS = 60
"""Seconds for which the user may think about a request; after that it is refused."""
FAILURE = 5
SUCCESS = 6
LIST_KEYS, KEYS = 11, 12
EXTENSION = 27
EXTENSION_FAILURE = 28
EXTENSION_RESPONSE = 29
NAME = b"code@otp-tui.invalid"
"""Name of our extension. Nobody can own a domain below .invalid (RFC 6761)."""
QUERY = b"query"
"""Name of the extension that lists the extensions of an agent."""
BIND = b"session-bind@openssh.com"
"""Name of the extension by which ssh says whose requests come next (OpenSSH, PROTOCOL.agent)."""
LIST, CODE = b"list", b"code"
"""Our operations: the names of all entries that are forwarded; the code of one."""
_RETRY_SECONDS = 0.05
_MOST_STRINGS = 4096
_MOST_NAMES = 200 * 1024
"""Maximum length of all names in a response, in bytes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response of our extension. Its repr hides the code."""

    status: str
    """`ok`, `locked`, `nothing` (no entry is forwarded), `no-match`, `several`, `refused`,
    `limit`, `failed`, or `unknown` (operation)."""
    fields: tuple[str, ...] = field(default=(), repr=False)
    """For `code`: issuer, account, code, and the seconds that it is valid ("" if counter-based).
    For `list` and `several`: issuer and account of each entry."""


def connect(path: str, end: float = math.inf) -> socket.socket:
    """Return a connection to the agent at `path`, made before `end` on the monotonic clock.

    Raises:
        TimeoutError: the agent accepts no connection.
        OSError: nobody listens there.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        while True:
            limit(connection, end)
            try:
                connection.connect(path)
            except BlockingIOError:  # too many others wait
                time.sleep(_RETRY_SECONDS)
            else:
                return connection
    except BaseException:
        connection.close()
        raise


def limit(connection: socket.socket, end: float) -> None:
    """Let the next operation on a connection fail at `end` on the monotonic clock.

    Raises:
        TimeoutError: that is over.
    """
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    connection.settimeout(None if math.isinf(left) else left)


# --- any message -----------------------------------------------------------------------------


def receive(connection: socket.socket, end: float = math.inf) -> bytes | None:
    """Return the next message without its length; None if the other side closed the connection.

    Raises:
        TimeoutError: it is incomplete at `end` on the monotonic clock.
        ForwardError: it is empty, too long, or incomplete.
        OSError: the connection broke.
    """
    head = _exactly(connection, 4, end)
    if not head:
        return None
    length = int.from_bytes(head, "big")
    if len(head) < 4 or not 1 <= length <= LONGEST:
        raise ForwardError("The SSH agent sent a message of an invalid length.")
    message = _exactly(connection, length, end)
    if len(message) < length:
        raise ForwardError("The SSH agent closed the connection within a message.")
    return message


def send(connection: socket.socket, message: bytes, end: float = math.inf) -> None:
    """Send a message with its length.

    Raises:
        TimeoutError: the other side has not taken it at `end` on the monotonic clock.
        OSError: the connection broke.
    """
    limit(connection, end)
    connection.sendall(len(message).to_bytes(4, "big") + message)


def _exactly(connection: socket.socket, length: int, end: float) -> bytes:
    parts: list[bytes] = []
    while length:
        limit(connection, end)
        if not (part := connection.recv(min(length, 65536))):
            break
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def pack(*strings: bytes) -> bytes:
    """Return strings, each after its length."""
    return b"".join(len(each).to_bytes(4, "big") + each for each in strings)


def unpack(data: bytes, most: int = _MOST_STRINGS) -> list[bytes]:
    """Return the strings that make up `data`.

    Raises:
        ForwardError: a length is invalid, or there are more than `most`.
    """
    found: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4], "big")
        if at + 4 > len(data) or end > len(data) or len(found) == most:
            raise ForwardError("The SSH agent sent an invalid message.")
        found.append(data[at + 4 : end])
        at = end
    return found


# --- our extension ---------------------------------------------------------------------------


def request(*strings: bytes, name: bytes = NAME) -> bytes:
    """Return a request of an extension."""
    return bytes([EXTENSION]) + pack(name, *strings)


def contents(message: bytes, name: bytes) -> bytes | None:
    """Return the contents of a request of the extension `name`; None if it is another request."""
    start = request(name=name)
    return message[len(start) :] if message.startswith(start) else None


def encode(answer: Answer) -> bytes:
    """Return the response for an answer."""
    strings = [each.encode("utf-8", "replace") for each in (answer.status, *answer.fields)]
    return bytes([EXTENSION_RESPONSE]) + pack(NAME, *strings)


def decode(message: bytes) -> Answer | None:
    """Return the answer in a response; None if the agent doesn't know our extension.

    Raises:
        ForwardError: it is invalid.
    """
    if message[:1] in (bytes([FAILURE]), bytes([EXTENSION_FAILURE])):
        return None
    name, *rest = unpack(message[1:]) or [b""]
    if message[0] != EXTENSION_RESPONSE or name != NAME or not rest:
        raise ForwardError("The SSH agent sent an invalid message.")
    status, *fields = (each.decode("utf-8", "replace") for each in rest)
    return Answer(status, tuple(fields))


def names(pairs: list[tuple[str, str]]) -> tuple[str, ...]:
    """Return issuers and accounts as fields of an answer, as many as a message can hold."""
    fields: list[str] = []
    left = _MOST_NAMES
    for pair in pairs[: (_MOST_STRINGS - 2) // 2]:
        left -= sum(4 + len(each.encode("utf-8", "replace")) for each in pair)
        if left < 0:
            break
        fields += pair
    return tuple(fields)


def with_ours(response: bytes) -> bytes:
    """Return a response to `query` with our extension added; others unchanged."""
    if response.startswith(bytes([EXTENSION_RESPONSE]) + pack(QUERY)):
        return response + pack(NAME)
    return response
