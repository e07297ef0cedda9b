"""Keeps vault keys in an agent process, which the first key starts: see `agent`."""

from __future__ import annotations

import os
import socket
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

from tui.errors import AgentFolderError, NoAgentError, SessionError, SilentAgentError
from tui.paths import runtime_folder, short_path
from tui.session import agent
from tui.session.model import KEY_LENGTH, LONGEST_PATH, Session, Unlocked, check_times

_START = 5.0
"""Seconds to wait for a new agent."""
_ANSWER = 1.5
"""Seconds to wait for an answer: who asks for a code waits twice for it, then for a password."""
_LONGEST_ANSWER = 1 << 20
_LONGEST_SOCKET = 100
"""Bytes: less than what systems allow, 104 to 108."""
_FAILED = "Couldn't keep the vault unlocked:"


class AgentSession(Session):
    """Keeps keys in the user's agent."""

    name = "an agent process"
    kind = "agent"

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def keep(self, vault_id: str, key: bytes, path: str, seconds: int, idle: int = 0) -> None:
        check_times(key, seconds, idle)
        shown = os.fsencode(path)[:LONGEST_PATH].hex()
        line = f"keep {vault_id} {seconds} {idle} {shown}\n".encode("ascii")
        answer = self._ask(line + key, start=True)
        if answer != b"ok\n":
            raise SessionError(f"{_FAILED} the agent has too many keys.")

    def key(self, vault_id: str) -> bytes | None:
        try:
            answer = self._ask(f"key {vault_id}\n".encode("ascii"))
        except SessionError:
            return None
        found = answer.removeprefix(b"ok\n")
        return found if answer[:3] == b"ok\n" and len(found) == KEY_LENGTH else None

    def drop(self, vault_id: str) -> bool:
        return self._end(f"drop {vault_id}\n") == b"ok\n"

    def drop_all(self) -> int:
        answer = self._end("drop-all\n")
        return int(answer[3:]) if answer[:3] == b"ok " else 0

    def unlocked(self) -> tuple[Unlocked, ...]:
        first, *lines = self._list().splitlines() or [b""]
        if first != b"ok":
            return ()
        found = []
        for line in lines:
            vault_id, seconds, idle, path = line.decode("ascii").split(" ")
            shown = os.fsdecode(bytes.fromhex(path))
            found.append(Unlocked(vault_id, shown, int(seconds), int(idle)))
        return tuple(found)

    def _list(self) -> bytes:
        problem = "The agent that keeps keys doesn't answer, so a vault may be unlocked."
        return self._insist(b"list\n", problem)

    def _end(self, request: str) -> bytes:
        problem = "Couldn't reach the agent that keeps keys: it may still have the vault's key."
        return self._insist(request.encode("ascii"), problem)

    def _insist(self, request: bytes, problem: str) -> bytes:
        """Return the answer to a request; b"" if there is no agent.

        Raises:
            SessionError: there is one, but it doesn't answer: the sentence `problem`. Or its folder
            can't be used.
        """
        for _ in range(2):  # an agent that is ending answers nothing, and is gone then
            try:
                answer = self._ask(request)
            except NoAgentError:
                return b""
            except AgentFolderError:
                raise
            except SilentAgentError:
                break
            except SessionError:
                continue
            if answer:
                return answer
        raise SessionError(problem, "End its process.")

    def _ask(self, request: bytes, *, start: bool = False) -> bytes:
        """Return the agent's answer; start the agent if there is none and `start`.

        Raises:
            SessionError: there is no agent, or it doesn't answer.
        """
        folder = runtime_folder(self._environ)
        if folder is None:
            raise NoAgentError(f"{_FAILED} you have no home folder.")
        if len(os.fsencode(folder / agent.SOCKET_NAME)) > _LONGEST_SOCKET:
            raise NoAgentError(
                f"{_FAILED} the path of its socket is too long.",
                "Set XDG_RUNTIME_DIR to a shorter path.",
            )
        try:
            with self._connect(folder, start=start) as connection:
                connection.settimeout(_ANSWER)
                if agent.peer_uid(connection) != os.geteuid():
                    raise SessionError(f"{_FAILED} the agent belongs to another user.")
                connection.sendall(request)
                answer = bytearray()
                while received := connection.recv(65_536):
                    answer += received
                    if len(answer) > _LONGEST_ANSWER:
                        raise SessionError(f"{_FAILED} the agent's answer is too long.")
                return bytes(answer)
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise NoAgentError(f"{_FAILED} {error.strerror}.") from None
        except TimeoutError:
            raise SilentAgentError(f"{_FAILED} the agent doesn't answer.") from None
        except OSError as error:
            raise SessionError(f"{_FAILED} {error.strerror or 'the agent failed'}.") from None

    def _connect(self, folder: Path, *, start: bool) -> socket.socket:
        try:
            return _connected(folder)
        except (FileNotFoundError, ConnectionRefusedError):
            if not start:
                raise
        _start(folder)
        return _connected(folder)


def _connected(folder: Path) -> socket.socket:
    """Return a connection to the agent in `folder`, which must be ours alone."""
    _require_ours(folder)
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(_ANSWER)
        connection.connect(str(folder / agent.SOCKET_NAME))
    except BaseException:
        connection.close()
        raise
    return connection


def _require_ours(folder: Path) -> None:
    """Raise `SessionError` unless nobody else can put a socket into the folder."""
    status = folder.lstat()
    if stat.S_ISLNK(status.st_mode):
        problem = "is a symbolic link"
    elif not stat.S_ISDIR(status.st_mode):
        problem = "is not a folder"
    elif status.st_uid != os.geteuid():
        problem = "belongs to another user"
    elif status.st_mode & 0o022:
        problem = "can be changed by other users"
    else:
        return
    raise AgentFolderError(
        f"{short_path(folder)} {problem}, so it can't be used to keep a vault unlocked.",
        "Remove it, or set XDG_RUNTIME_DIR to a folder of your own.",
    )


def _require_ours_above(folder: Path) -> None:
    """Raise `SessionError` if root would create the folder inside one of another user."""
    above = next(each for each in folder.parents if each.exists())
    if os.geteuid() == 0 and above.stat().st_uid != 0:
        raise AgentFolderError(
            f"{short_path(above)} belongs to another user, so root can't keep a vault unlocked.",
            "Run the command as that user, or set XDG_RUNTIME_DIR to a folder of root.",
        )


def _start(folder: Path) -> None:
    """Start the agent, unless another program just did."""
    import contextlib
    import fcntl
    import subprocess

    from tui.files import PRIVATE, make_folders, remove

    _require_ours_above(folder)
    make_folders(folder)
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    lock = os.open(folder / "session.lock", flags, PRIVATE)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
            _connected(folder).close()
            return
        remove(folder / agent.SOCKET_NAME)
        # -I and no environment: nothing of the user's changes what it runs or stays in its memory.
        done = subprocess.run(
            [sys.executable, "-I", "-S", agent.__file__, str(folder)],
            env={},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            timeout=_START,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SessionError(f"{_FAILED} the agent doesn't start.") from None
    finally:
        os.close(lock)
    if done.returncode:
        raise SessionError(f"{_FAILED} the agent doesn't start.")
