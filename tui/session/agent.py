"""The agent: a process that keeps vault keys where the kernel doesn't.

`agent_client` starts this file by itself, so it imports only the standard library. It listens on a
socket for other programs of its user, and ends when it has no key left. A connection carries one
request: a line with a verb, after `keep` also the key, and gets one answer.

    keep VAULT_ID SECONDS IDLE PATH + 32 bytes   ok
    key VAULT_ID                                 ok + 32 bytes, or no
    drop VAULT_ID                                ok or no
    drop-all                                     ok COUNT
    list                                         ok, and a line VAULT_ID SECONDS IDLE PATH for each

SECONDS are those that are left. A path is in hexadecimal.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import resource
import selectors
import signal
import socket
import struct
import sys
import time

TYPE_CHECKING = False  # starts faster
if TYPE_CHECKING:
    from collections.abc import Callable

KEY_LENGTH = 32
REQUEST_LIMIT = 4096
"""Maximum length of a request, in bytes."""
MOST_KEYS = 64
SOCKET_NAME = "session.sock"
_PATIENCE = 2.0
"""Seconds for one request; all others wait."""
_PR_SET_DUMPABLE = 4


class _Kept:
    """One key, by its place in the locked memory."""

    def __init__(self, place: int, until: float, idle: float, path: bytes) -> None:
        self.place, self.until, self.idle, self.path = place, until, idle, path
        self.used = _now()

    @property
    def end(self) -> float:
        return min(self.until, self.used + self.idle) if self.idle else self.until


class Agent:
    """Keeps keys in memory that is not swapped, and answers requests."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, REQUEST_LIMIT + MOST_KEYS * KEY_LENGTH)
        """Requests are received at the start; the keys follow."""
        _lock(self._memory)
        self._view = memoryview(self._memory)
        self._kept: dict[bytes, _Kept] = {}
        self._had_key = False

    def serve(self, listener: socket.socket, reachable: Callable[[], bool]) -> None:
        """Answer requests until there is no key left, or nobody can reach the socket any more."""
        with selectors.DefaultSelector() as selector:
            selector.register(listener, selectors.EVENT_READ)
            end = _now() + _PATIENCE  # for the first key
            while _now() < end and reachable():
                # Time asleep doesn't count in select, so look again before long.
                if selector.select(max(0.0, min(end - _now(), 30.0))):
                    self._accept(listener)
                self._expire()
                if self._kept:
                    end = min(kept.end for kept in self._kept.values())
                elif self._had_key:
                    return

    def _accept(self, listener: socket.socket) -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            try:
                connection.settimeout(_PATIENCE)
                if peer_uid(connection) == os.geteuid():
                    self._answer(connection)
            except (OSError, ValueError):
                pass  # an invalid request, or whoever asked is gone
            finally:
                self._view[:REQUEST_LIMIT] = bytes(REQUEST_LIMIT)

    def _answer(self, connection: socket.socket) -> None:
        line, rest = self._receive(connection)
        verb, *words = line.split(b" ")
        self._expire()
        if verb == b"keep" and len(words) == 4:
            answer = self._keep(words[0], int(words[1]), int(words[2]), words[3], rest)
        elif verb == b"key" and len(words) == 1:
            kept = self._kept.get(words[0])
            if kept is not None:
                kept.used = _now()
                connection.sendmsg([b"ok\n", self._view[kept.place : kept.place + KEY_LENGTH]])
                return
            answer = b"no\n"
        elif verb == b"drop" and len(words) == 1:
            answer = b"ok\n" if self._drop(words[0]) else b"no\n"
        elif line == b"drop-all":
            answer = b"ok %d\n" % sum(map(self._drop, list(self._kept)))
        elif line == b"list":
            rows = (
                b"%s %d %d %s\n" % (name, kept.until - _now(), kept.idle, kept.path)
                for name, kept in self._kept.items()
            )
            answer = b"ok\n" + b"".join(rows)
        else:
            raise ValueError
        connection.sendall(answer)

    def _receive(self, connection: socket.socket) -> tuple[bytes, int]:
        """Return the line, and where what follows it begins."""
        length, end, deadline = 0, -1, _now() + _PATIENCE
        while True:
            if end < 0:
                end = self._memory.find(b"\n", 0, length)
            if end >= 0:
                keeps = self._memory[:5] == b"keep "
                if length == end + 1 + KEY_LENGTH * keeps:
                    return self._memory[:end], end + 1
            if length == REQUEST_LIMIT or _now() > deadline:
                raise ValueError
            received = connection.recv_into(self._view[length:REQUEST_LIMIT])
            if not received:
                raise ValueError
            length += received

    def _keep(self, name: bytes, seconds: int, idle: int, path: bytes, start: int) -> bytes:
        self._drop(name)
        taken = {kept.place for kept in self._kept.values()}
        places = range(REQUEST_LIMIT, len(self._memory), KEY_LENGTH)
        place = next((one for one in places if one not in taken), None)
        if place is None:
            return b"no\n"
        self._view[place : place + KEY_LENGTH] = self._view[start : start + KEY_LENGTH]
        self._kept[name] = _Kept(place, _now() + seconds, idle, path)
        self._had_key = True
        return b"ok\n"

    def _drop(self, name: bytes) -> bool:
        kept = self._kept.pop(name, None)
        if kept is None:
            return False
        self._view[kept.place : kept.place + KEY_LENGTH] = bytes(KEY_LENGTH)
        return True

    def _expire(self) -> None:
        now = _now()
        for name in [name for name, kept in self._kept.items() if kept.end <= now]:
            self._drop(name)


def peer_uid(connection: socket.socket) -> int:
    """Return the user of the other end of a Unix socket; raise OSError where that is unknown."""
    if sys.platform == "linux":
        sent = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        return int(struct.unpack("iII", sent)[1])
    user, group = ctypes.c_uint(), ctypes.c_uint()
    ask = getattr(ctypes.CDLL(None), "getpeereid", None)
    if ask is None or ask(connection.fileno(), ctypes.byref(user), ctypes.byref(group)) != 0:
        raise OSError
    return user.value


def _now() -> float:
    """Return seconds that never go back and, where the system counts them, include time asleep."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)


def _lock(memory: mmap.mmap) -> None:
    """Keep memory out of swap and core dumps, where that is allowed."""
    place = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    ctypes.CDLL(None).mlock(ctypes.c_void_p(place), ctypes.c_size_t(len(memory)))
    if hasattr(mmap, "MADV_DONTDUMP"):
        memory.madvise(mmap.MADV_DONTDUMP)


def harden() -> None:
    """Keep other programs of the user from reading this process's memory, and write no core."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def main(folder: str) -> None:
    """Listen in `folder`; return in the first process once others can connect."""
    harden()
    os.umask(0o077)
    os.chdir(folder)  # the path of a socket is short
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(SOCKET_NAME)
    listener.listen(16)
    listener.setblocking(False)
    made = os.stat(SOCKET_NAME)  # noqa: PTH116 - starts faster
    if os.fork():
        return
    os.setsid()
    os.chdir("/")
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit())
    path = f"{folder}/{SOCKET_NAME}"

    def is_ours() -> bool:
        try:
            return os.path.samestat(made, os.stat(path))  # noqa: PTH116
        except OSError:
            return False  # e.g. $XDG_RUNTIME_DIR is removed at logout

    try:
        Agent().serve(listener, is_ours)
    finally:
        if is_ours():
            os.unlink(path)  # noqa: PTH108


if __name__ == "__main__":
    main(sys.argv[1])
