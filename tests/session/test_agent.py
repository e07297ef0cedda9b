"""The agent: a real process that keeps keys, of which nothing is left when it ends."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tui.errors import SessionError
from tui.session import Session, agent, choose
from tui.session.agent import Agent

KEY = bytes(range(32))
OTHER = b"\xaa" * 32
ONE, TWO = "1" * 32, "2" * 32
PATIENCE = 10.0
_PR_GET_DUMPABLE = 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the agent's socket."""
    return tmp_path / "otp-tui"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Sessions in an agent of our own, which ends afterwards."""
    made = choose({"OTP_TUI_SESSION": "agent", "XDG_RUNTIME_DIR": str(tmp_path)})
    yield made
    made.drop_all()


def process(folder: Path) -> int | None:
    """The id of the agent that was started for a folder."""
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if os.fsencode(folder) in words:
            return int(entry.name)
    return None


def wait_for_end(folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while process(folder) is not None:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_key_is_kept_until_it_is_dropped_and_then_the_agent_ends(
    session: Session, folder: Path
) -> None:
    assert session.key(ONE) is None
    assert session.unlocked() == ()
    assert process(folder) is None, "asking starts no agent"
    session.keep(ONE, KEY, "/home/me/vault.json", 3600)
    session.keep(TWO, OTHER, "/home/me/\udcff.json", 60, idle=50)
    assert (session.key(ONE), session.key(TWO)) == (KEY, OTHER)
    found = {one.vault_id: one for one in session.unlocked()}
    assert (found[TWO].path, found[TWO].idle) == ("/home/me/\udcff.json", 50)
    assert 3590 < found[ONE].left <= 3600
    session.keep(ONE, OTHER, "/home/me/vault.json", 3600)
    assert session.key(ONE) == OTHER
    assert (session.drop(ONE), session.drop(ONE), session.key(ONE)) == (True, False, None)
    assert session.drop_all() == 1
    wait_for_end(folder)
    assert [path.name for path in folder.iterdir()] == ["session.lock"]


def test_an_agent_that_does_not_answer_is_reported(
    session: Session, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.keep(ONE, KEY, "/home/me/vault.json", 3600)
    monkeypatch.setattr("tui.session.agent_client._ANSWER", 0.05)
    agent = process(folder)
    assert agent is not None
    os.kill(agent, signal.SIGSTOP)
    try:
        with pytest.raises(SessionError, match="a vault may be unlocked"):
            session.unlocked()
        with pytest.raises(SessionError, match="may still have the vault's key"):
            session.drop(ONE)
        with pytest.raises(SessionError, match="the agent doesn't answer"):
            session.keep(ONE, KEY, "/home/me/vault.json", 3600)
        assert session.key(ONE) is None
    finally:
        os.kill(agent, signal.SIGCONT)


def test_others_can_neither_read_its_memory_nor_find_a_key_around_it(
    session: Session, folder: Path
) -> None:
    session.keep(ONE, KEY, "/v", 3600)
    number = process(folder)
    own = Path(f"/proc/{number}")
    assert own.joinpath("environ").read_bytes() == b""
    words = own.joinpath("cmdline").read_bytes()
    assert not any(form in words for form in (KEY, KEY.hex().encode(), ONE.encode()))
    assert "Max core file size        0                    0 " in (own / "limits").read_text()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "session.sock").stat().st_mode & 0o077 == 0
    locked = next(line for line in (own / "status").read_text().splitlines() if "VmLck" in line)
    assert int(locked.split()[1]) > 0
    if os.geteuid() == 0:
        assert KEY in memory_of(own), "this test would not find a key that is there"
    # Root may look; for others, the owner of an undumpable process's files in /proc is root.
    assert (own / "environ").stat().st_uid == 0


def memory_of(own: Path) -> bytes:
    """The memory of a process that can be written, without mappings of devices."""
    found = b""
    with (own / "mem").open("rb", buffering=0) as memory:
        for line in (own / "maps").read_text().splitlines():
            place, mode, *_ = line.split()
            if mode.startswith("rw"):
                start, end = (int(one, 16) for one in place.split("-"))
                memory.seek(start)
                found += memory.read(end - start)
    return found


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may read that memory")
def test_its_memory_has_the_key_once_and_not_after_it_was_dropped(
    session: Session, folder: Path
) -> None:
    session.keep(ONE, KEY, "/v", 3600)
    session.keep(TWO, OTHER, "/v", 3600)
    assert session.key(TWO) == OTHER
    own = Path(f"/proc/{process(folder)}")
    assert memory_of(own).count(OTHER) == 1
    session.drop(TWO)
    assert OTHER not in memory_of(own)


def test_it_is_not_dumpable() -> None:
    child = os.fork()
    if child == 0:
        agent.harden()
        os._exit(ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_new_agent_takes_the_place_of_one_that_was_killed(session: Session, folder: Path) -> None:
    session.keep(ONE, KEY, "/v", 3600)
    number = process(folder)
    assert number is not None
    os.kill(number, 9)
    wait_for_end(folder)
    assert (folder / "session.sock").exists()
    assert session.key(ONE) is None
    session.keep(ONE, OTHER, "/v", 3600)
    assert session.key(ONE) == OTHER


def test_an_open_folder_is_refused(session: Session, folder: Path) -> None:
    session.keep(ONE, KEY, "/v", 3600)
    folder.chmod(0o777)
    assert session.key(ONE) is None
    with pytest.raises(SessionError, match="can be changed by other users"):
        session.keep(ONE, KEY, "/v", 3600)
    folder.chmod(0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give folders away")
def test_a_folder_of_another_user_is_named(session: Session, folder: Path) -> None:
    folder.mkdir(mode=0o700)
    os.chown(folder, 65534, -1)
    words = f"{folder} belongs to another user"
    with pytest.raises(SessionError, match=words):
        session.keep(ONE, KEY, "/v", 3600)
    with pytest.raises(SessionError, match=words):
        session.unlocked()
    with pytest.raises(SessionError, match=words):
        session.drop_all()
    folder.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for another user")
def test_root_keeps_out_of_others_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.chown(tmp_path, 65534, -1)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    session = choose({"OTP_TUI_SESSION": "agent", "XDG_RUNTIME_DIR": str(tmp_path)})
    with pytest.raises(SessionError, match="belongs to another user"):
        session.keep(ONE, KEY, "/v", 3600)
    assert list(tmp_path.iterdir()) == []


def test_a_path_too_long_for_a_socket_is_an_error(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 120)
    session = choose({"OTP_TUI_SESSION": "agent", "XDG_RUNTIME_DIR": str(long)})
    assert session.key(ONE) is None
    with pytest.raises(SessionError, match="too long"):
        session.keep(ONE, KEY, "/v", 3600)


def test_it_ends_when_its_socket_is_gone(folder: Path) -> None:
    """As at logout, when nobody could drop the key any more."""
    made = Agent()
    reachable = iter([True, False])
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)
        ours.send(b"x")
        made.serve(theirs, lambda: next(reachable))
    assert next(reachable, None) is None


class Asked:
    """An agent in this process, with a clock that tests move."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moment = 1000.0
        monkeypatch.setattr(agent, "_now", lambda: self.moment)
        self.agent = Agent()

    def ask(self, request: bytes) -> bytes:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.sendall(request)
            ours.shutdown(socket.SHUT_WR)
            try:
                self.agent._answer(theirs)
            except ValueError:
                return b"invalid"
            self.agent._expire()
            return ours.recv(65_536)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    return Asked(monkeypatch)


def test_the_time_is_up(asked: Asked) -> None:
    assert asked.ask(b"keep a 60 0 2f\n" + KEY) == b"ok\n"
    asked.moment += 59
    assert asked.ask(b"key a\n") == b"ok\n" + KEY
    asked.moment += 1
    assert asked.ask(b"key a\n") == b"no\n"


def test_only_use_extends_the_idle_time_and_nothing_the_end(asked: Asked) -> None:
    asked.ask(b"keep a 100 30 2f\n" + KEY)
    for _ in range(3):
        asked.moment += 29
        assert asked.ask(b"key a\n") == b"ok\n" + KEY
    asked.moment += 14
    assert asked.ask(b"key a\n") == b"no\n"
    asked.ask(b"keep a 100 30 2f\n" + KEY)
    asked.moment += 29
    assert asked.ask(b"list\n") == b"ok\na 71 30 2f\n"
    asked.moment += 1
    assert asked.ask(b"list\n") == b"ok\n"


@pytest.mark.parametrize(
    "request_",
    [
        *(b"", b"\n", b"key\n", b"key a b\n", b"keep a 60 0 2f\n", b"steal a\n"),
        *(b"keep a 60 0 2f\n" + KEY + b"x", b"keep a x 0 2f\n" + KEY, b"key a\nkey a\n"),
        b"key " + b"a" * 5000,
    ],
)
def test_what_is_no_request_changes_nothing(asked: Asked, request_: bytes) -> None:
    asked.ask(b"keep b 60 0 2f\n" + KEY)
    assert asked.ask(request_) == b"invalid"
    assert asked.ask(b"list\n") == b"ok\nb 60 0 2f\n"


def test_there_is_room_for_many_keys_but_not_for_all(asked: Asked) -> None:
    for number in range(agent.MOST_KEYS):
        assert asked.ask(b"keep %d 60 0 2f\n" % number + KEY) == b"ok\n"
    assert asked.ask(b"keep more 60 0 2f\n" + KEY) == b"no\n"
    assert asked.ask(b"keep 7 60 0 2f\n" + OTHER) == b"ok\n"
    assert asked.ask(b"key 7\n") == b"ok\n" + OTHER
    assert asked.ask(b"drop-all\n") == b"ok %d\n" % agent.MOST_KEYS


def test_another_user_gets_no_answer(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    asked.ask(b"keep a 60 0 2f\n" + KEY)
    monkeypatch.setattr(agent, "peer_uid", lambda _connection: os.geteuid() + 1)

    class Listener:
        def accept(self) -> tuple[socket.socket, None]:
            return theirs, None

    ours, theirs = socket.socketpair()
    with ours:
        ours.sendall(b"key a\n")
        asked.agent._accept(Listener())  # type: ignore[arg-type]
        with suppress(ConnectionResetError):
            assert ours.recv(100) == b""
