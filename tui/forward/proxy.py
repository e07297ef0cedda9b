"""The proxy: passes requests on to the real SSH agent, and answers those of our extension."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tui.errors import FileError, ForwardError
from tui.files import PRIVATE, make_folders, remove, why
from tui.forward import protocol
from tui.forward.connections import Connection, Connections
from tui.forward.origin import Origin
from tui.session.agent import peer_uid
from tui.text import safe

_PREFIX = "otp-tui-agent-"
"""How the names of our sockets begin."""
_LONGEST_PATH = 103
"""Maximum length of a socket's path in bytes, on all systems."""
MOST_CONNECTIONS = 128
MESSAGE_SECONDS = 60.0
"""Seconds for the first request, for the rest of any request, and for taking a response.

Between requests, a connection may be idle for as long as a session lasts, as in OpenSSH."""
_WAIT_SECONDS = 0.1
"""Seconds until the next attempt if the system has no room for another connection."""
_LOOK_SECONDS = 1.0
"""Seconds until a signal is noticed that arrived just before the wait for a connection."""
_NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_FAILURE = bytes([protocol.FAILURE])
_SUCCESS = bytes([protocol.SUCCESS])
_LIST_KEYS = bytes([protocol.LIST_KEYS])
_NO_KEYS = bytes([protocol.KEYS]) + bytes(4)
"""The answer of an agent that has no keys."""


def is_name(path: str) -> bool:
    """Return True if a socket of ours has this path."""
    return os.path.basename(path).startswith(_PREFIX)  # noqa: PTH119 - may be any text


def listen(folder: Path) -> socket.socket:
    """Return a new socket in `folder`, which only its user may enter.

    If its path would be too long, it is in a new folder for temporary files.

    Raises:
        FileError: it can't be created, or other users could reach it.
    """
    name = f"{_PREFIX}{os.getpid()}-{os.urandom(4).hex()}"
    if len(os.fsencode(folder / name)) > _LONGEST_PATH:
        folder = _short_folder(name)
    path, shown = folder / name, safe(str(folder), 200)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        make_folders(folder)
        status = folder.lstat()
        if status.st_uid != os.getuid() or status.st_mode & 0o077:
            raise FileError(f"Other users can reach {shown}.", f"Run: chmod 700 {shown}")
        listener.bind(os.fspath(path))
        path.chmod(PRIVATE)
        listener.listen(MOST_CONNECTIONS)
    except OSError as error:
        listener.close()
        raise FileError(f"Couldn't create a socket in {shown}: {_why(error)}.") from None
    except FileError:
        listener.close()
        raise
    return listener


def _short_folder(name: str) -> Path:
    """Return a new folder for temporary files, for a socket with that name."""
    folder = Path(tempfile.mkdtemp(prefix="otp-tui-"))
    if len(os.fsencode(folder / name)) <= _LONGEST_PATH:
        return folder
    folder.rmdir()
    shown = safe(str(folder.parent), 200)
    raise FileError(f"The path of a socket in {shown} would be too long.", "Set TMPDIR to another.")


class Proxy:
    """Serves connections, each in a thread of its own."""

    def __init__(
        self, listener: socket.socket, agent: str, answer: Callable[[bytes, str], bytes]
    ) -> None:
        """`agent` is the path of the real agent's socket; empty if there is none.

        `answer` returns the response to the contents of a request of ours, and gets the fingerprint
        of the server that sent it.
        """
        self._listener = listener
        self._agent = agent
        self._answer = answer
        self._connections = Connections(MOST_CONNECTIONS)

    def serve(self, parent: int = 0) -> None:
        """Serve until the process `parent` ends (0: forever); then remove the socket."""
        path = Path(self._listener.getsockname())
        ends = _Ending(parent)
        try:
            while not ends.wait(self._listener):
                self._accept()
        finally:
            self._listener.close()
            remove(path)
            with contextlib.suppress(OSError):
                path.parent.rmdir()  # unless other sockets are in it

    def _accept(self) -> None:
        try:
            client, _ = self._listener.accept()
        except ConnectionAbortedError:
            return
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            self._connections.spare()
            time.sleep(_WAIT_SECONDS)
            return
        connection = Connection(client)
        if not _is_allowed(client) or not self._connections.add(connection):
            client.close()
            return
        try:
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()
        except RuntimeError:  # too many threads
            self._connections.remove(connection)
            client.close()

    def _serve(self, connection: Connection) -> None:
        agent = _Agent(self._agent)
        client = connection.socket
        try:
            with client:
                while (request := _next(connection)) and self._connections.start(connection):
                    response = self._respond(request, agent, connection.origin)
                    asked = protocol.contents(request, protocol.BIND) is None
                    self._connections.finish(connection, asked=asked)
                    protocol.send(client, response, time.monotonic() + MESSAGE_SECONDS)
        except (ForwardError, OSError):
            return  # the client is gone, too slow, or doesn't speak the protocol
        finally:
            agent.close()
            self._connections.remove(connection)

    def _respond(self, request: bytes, agent: _Agent, origin: Origin) -> bytes:
        ours = protocol.contents(request, protocol.NAME)
        if ours is not None:
            return self._answer(ours, origin.fingerprint)
        if not self._agent and request == _LIST_KEYS:
            return _NO_KEYS
        bound = protocol.contents(request, protocol.BIND)
        if bound is not None and origin.bind(bound) and not self._agent:
            return _SUCCESS
        response = agent.ask(request)
        if protocol.contents(request, protocol.QUERY) is not None:
            return protocol.with_ours(response)
        return response


def _next(connection: Connection) -> bytes | None:
    """Return the next request; None if the client closed the connection.

    Raises:
        ForwardError, OSError: as `receive`.
    """
    client = connection.socket
    client.settimeout(None if connection.is_known else MESSAGE_SECONDS)
    if not client.recv(1, socket.MSG_PEEK):
        return None
    return protocol.receive(client, time.monotonic() + MESSAGE_SECONDS)


class _Agent:
    """A connection to the real agent, made when it is first needed."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: socket.socket | None = None

    def ask(self, request: bytes) -> bytes:
        """Return the agent's response; a failure if there is no agent."""
        if not self._path:
            return _FAILURE
        try:
            if self._connection is None:
                self._connection = protocol.connect(self._path)
            protocol.send(self._connection, request)
            return protocol.receive(self._connection) or _FAILURE
        except (ForwardError, OSError):
            self.close()
            return _FAILURE

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Ending:
    """The end of another process, which is our parent."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._descriptor: int | None = None
        if process and hasattr(os, "pidfd_open"):
            try:
                self._descriptor = os.pidfd_open(process)
            except OSError:
                self._descriptor = None

    def wait(self, listener: socket.socket) -> bool:
        """Wait for a connection (False) or the end of the process (True)."""
        watched = [listener.fileno(), *([] if self._descriptor is None else [self._descriptor])]
        while True:
            if self._process and os.getppid() != self._process:
                return True
            ready, _, _ = select.select(watched, [], [], _LOOK_SECONDS)
            if self._descriptor in ready:
                return True
            if ready:
                return False


def _is_allowed(connection: socket.socket) -> bool:
    """Return True if the other side is our user, or root, as in OpenSSH."""
    try:
        return peer_uid(connection) in (0, os.getuid())
    except OSError:
        return False


def _why(error: OSError) -> str:
    return why(error) if error.errno is not None else "its path is too long"
