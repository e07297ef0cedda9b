"""The open connections of the proxy, and which of them to close if there are too many."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from tui.forward.origin import Origin


@dataclass(eq=False, slots=True)
class Connection:
    """A connection of a client."""

    socket: socket.socket
    origin: Origin = field(default_factory=Origin)
    """Where its requests come from."""
    is_known: bool = False
    """True if it sent a whole request."""
    has_asked: bool = False
    """True if it sent one that does more than name the server."""
    used: float = field(default_factory=time.monotonic)
    """When it was opened or last used, on the monotonic clock."""
    is_busy: bool = False
    """True while a request is answered, e.g. while an agent asks its user."""


class Connections:
    """At most `most` connections. If one more arrives, the best one to spare is closed.

    A server can open any number of connections, and our own ssh binds each of them to it. So the
    server with the most connections loses one; other servers and local programs keep theirs. No
    server keeps more than half of all connections busy.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: set[Connection] = set()
        self._lock = threading.Lock()

    def add(self, connection: Connection) -> bool:
        """Add a connection, and close another one if needed; return False if all are busy."""
        with self._lock:
            if len(self._open) >= self._most and not self._spare():
                return False
            self._open.add(connection)
            return True

    def start(self, connection: Connection) -> bool:
        """Mark a connection as busy; return False if it was closed or its server has too many."""
        origin = connection.origin.fingerprint
        with self._lock:
            busy = sum(each.is_busy and each.origin.fingerprint == origin for each in self._open)
            connection.is_busy = connection in self._open and busy < (self._most + 1) // 2
            return connection.is_busy

    def finish(self, connection: Connection, *, asked: bool) -> None:
        """Mark a connection as idle; `asked` is True if the request asked for something."""
        with self._lock:
            connection.is_busy = False
            connection.used = time.monotonic()
            connection.is_known = True
            connection.has_asked |= asked

    def remove(self, connection: Connection) -> None:
        """Forget a connection that is closed."""
        with self._lock:
            self._open.discard(connection)

    def spare(self) -> bool:
        """Close the best connection to spare; return False if all are busy."""
        with self._lock:
            return self._spare()

    def _spare(self) -> bool:
        per_origin = Counter(each.origin.fingerprint for each in self._open)

        def order(each: Connection) -> tuple[int, bool, float]:
            return -per_origin[each.origin.fingerprint], each.has_asked, each.used

        idle = min((each for each in self._open if not each.is_busy), key=order, default=None)
        if idle is None:
            return False
        self._open.discard(idle)
        with contextlib.suppress(OSError):
            idle.socket.shutdown(socket.SHUT_RDWR)  # its thread then closes it
        return True
