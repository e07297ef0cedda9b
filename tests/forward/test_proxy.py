"""The proxy before an agent: requests pass unchanged, ours are answered, one server counts."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import socket
import tempfile
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, utils
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tui.errors import FileError, ForwardError, MatchError
from tui.forward import client, protocol, proxy
from tui.forward.connections import Connection, Connections
from tui.forward.protocol import Answer, connect
from tui.forward.proxy import Proxy, listen

HostKey = ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
SIGN = b"\x0d" + b"what to sign"


@contextmanager
def agent(folder: Path, respond: Callable[[bytes], bytes]) -> Iterator[str]:
    """Listen as an agent that responds to each request."""

    def serve(connection: socket.socket) -> None:
        with connection:
            while (request := protocol.receive(connection)) is not None:
                protocol.send(connection, respond(request))

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    with listen(folder) as listener:
        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


class Setup:
    """A proxy in a thread, and what it and the agent behind it were asked."""

    def __init__(self, folder: Path, ends: ExitStack) -> None:
        self.passed: list[bytes] = []
        self.asked: list[tuple[bytes, str]] = []
        self.responses: dict[bytes, bytes] = {}
        self.behind = ends.enter_context(agent(folder, self.respond))
        self.path = self.serve(folder, self.behind)
        self.environ = {"SSH_AUTH_SOCK": self.path}

    def serve(self, folder: Path, behind: str) -> str:
        listener = proxy.listen(folder)
        path = str(listener.getsockname())
        serve = Proxy(listener, behind, self.answer).serve
        threading.Thread(target=serve, daemon=True).start()
        return path

    def respond(self, request: bytes) -> bytes:
        self.passed.append(request)
        return self.responses.get(request, b"\x0e" + request)

    def answer(self, request: bytes, origin: str) -> bytes:
        self.asked.append((request, origin))
        return protocol.encode(Answer("ok", ("GitHub", "octocat", "123456", "7")))


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for sockets, with a path short enough for them."""
    with tempfile.TemporaryDirectory(prefix="otp-tui-") as path:
        yield Path(path)


@pytest.fixture
def setup(folder: Path) -> Iterator[Setup]:
    with ExitStack() as ends:
        yield Setup(folder, ends)


def ask(connection: socket.socket, request: bytes) -> bytes:
    protocol.send(connection, request)
    response = protocol.receive(connection)
    assert response is not None
    return response


def bind(key: HostKey, *, forwarded: bool = True, signed: bytes = b"session") -> bytes:
    """Return the session-bind request of ssh for a connection to a server."""
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    kind, encoded = public.split(b" ")[:2]
    if isinstance(key, ed25519.Ed25519PrivateKey):
        signature = key.sign(signed)
    elif isinstance(key, rsa.RSAPrivateKey):
        kind, signature = b"rsa-sha2-512", key.sign(signed, PKCS1v15(), hashes.SHA512())
    else:
        numbers = utils.decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
        signature = protocol.pack(*(number.to_bytes(33, "big") for number in numbers))
    contents = protocol.pack(b64decode(encoded), b"session", protocol.pack(kind, signature))
    return protocol.request(name=protocol.BIND) + contents + bytes([forwarded])


def fingerprint(key: HostKey) -> str:
    """Return the fingerprint as `ssh-keygen -l` shows it."""
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    digest = hashlib.sha256(b64decode(public.split(b" ")[1])).digest()
    return f"SHA256:{b64encode(digest).decode().rstrip('=')}"


def test_requests_pass_unchanged_on_many_connections(setup: Setup) -> None:
    largest = b"\x0d" + b"x" * (protocol.LONGEST - 2)
    with ExitStack() as ends:
        connections = [ends.enter_context(connect(setup.path)) for _ in range(20)]
        for number, connection in enumerate(connections):
            request = SIGN + bytes([number])
            assert ask(connection, request) == b"\x0e" + request
        assert ask(connections[0], largest) == b"\x0e" + largest
    assert len(setup.passed) == 21
    assert setup.asked == []


def test_our_request_is_answered_and_not_passed_on(setup: Setup) -> None:
    found = client.code(setup.environ, "github")
    assert (found.entry.label, found.text, found.seconds) == ("GitHub (octocat)", "123456", 7)
    assert "123456" not in repr(found)
    assert setup.asked == [(protocol.pack(b"code", b"github"), "")]
    assert setup.passed == []


def test_the_first_server_counts(setup: Setup) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    first, second = bind(key), bind(ed25519.Ed25519PrivateKey.generate())
    setup.responses = {first: b"\x06", second: b"\x06"}
    with connect(setup.path) as connection:
        assert ask(connection, first) == ask(connection, second) == b"\x06"
        ask(connection, protocol.request(b"list"))
    assert [origin for _, origin in setup.asked] == [fingerprint(key)]


def test_a_server_counts_whatever_the_agent_says(setup: Setup, folder: Path) -> None:
    keys: list[HostKey] = [
        ed25519.Ed25519PrivateKey.generate(),
        ec.generate_private_key(ec.SECP256R1()),
        rsa.generate_private_key(65537, 1024),
    ]
    without = setup.serve(folder, "")
    for key in keys:
        setup.responses = {bind(key): b"\x05"}
        for path, response in ((setup.path, b"\x05"), (without, b"\x06")):
            request = next(iter(setup.responses)) if path == setup.path else bind(key)
            with connect(path) as connection:
                assert ask(connection, request) == response
                ask(connection, protocol.request(b"list"))
    expected = [fingerprint(key) for key in keys for _ in range(2)]
    assert [origin for _, origin in setup.asked] == expected


def test_a_forged_report_does_not_count_nor_what_follows(setup: Setup, folder: Path) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    setup.path = setup.serve(folder, "")
    reports = [
        bind(key, signed=b"another session"),
        bind(key)[:-1],
        bind(key)[:-1] + b"\x02",
        protocol.request(name=protocol.BIND),
    ]
    for report in reports:
        with connect(setup.path) as connection:
            assert ask(connection, report) == b"\x05"
            ask(connection, bind(key))
            ask(connection, protocol.request(b"list"))
    assert [origin for _, origin in setup.asked] == [""] * len(reports)


def test_our_extension_is_listed_with_those_of_the_agent(setup: Setup) -> None:
    request = protocol.request(name=protocol.QUERY)
    listed = b"\x1d" + protocol.pack(protocol.QUERY, b"session-bind@openssh.com")
    setup.responses = {request: listed}
    with connect(setup.path) as connection:
        assert ask(connection, request) == listed + protocol.pack(protocol.NAME)
        setup.responses = {request: b"\x05"}
        assert ask(connection, request) == b"\x05"


def test_a_malformed_message_ends_only_its_connection(setup: Setup) -> None:
    with connect(setup.path) as hostile, connect(setup.path) as other:
        hostile.sendall(b"\xff\xff\xff\xff" + b"x" * 100)
        with pytest.raises((ConnectionError, AssertionError)):
            ask(hostile, SIGN)
        assert ask(other, SIGN) == b"\x0e" + SIGN


def is_closed(connection: socket.socket) -> bool:
    """Wait until the other side closes a connection or sends something."""
    return connection.recv(1) == b""


def test_other_users_are_refused(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "peer_uid", lambda _: os.getuid() + 1)
    with pytest.raises((ConnectionError, AssertionError)), connect(setup.path) as other:
        ask(other, SIGN)


def test_idle_connections_make_room_for_the_next(
    setup: Setup, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "MOST_CONNECTIONS", 2)
    path = setup.serve(folder, setup.behind)
    with connect(path) as used, connect(path) as silent:
        assert ask(used, SIGN) == b"\x0e" + SIGN
        with connect(path) as third:
            assert ask(third, SIGN) == b"\x0e" + SIGN
            assert is_closed(silent)
            assert ask(used, SIGN) == b"\x0e" + SIGN


def test_a_connection_that_waits_for_an_answer_is_kept(
    setup: Setup, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "MOST_CONNECTIONS", 1)
    asked, answered = threading.Event(), threading.Event()

    def confirm(request: bytes, origin: str) -> bytes:
        asked.set()
        answered.wait(10)
        return setup.respond(request)

    monkeypatch.setattr(setup, "answer", confirm)
    path = setup.serve(folder, "")
    with connect(path) as first:
        protocol.send(first, protocol.request(b"list"))
        assert asked.wait(10)
        with connect(path) as second:
            assert is_closed(second)
        answered.set()
        assert protocol.receive(first) == b"\x0e" + protocol.pack(b"list")


def test_the_server_with_the_most_connections_loses_one() -> None:
    connections = Connections(4)
    with ExitStack() as ends:

        def opened(fingerprint: str, *, asked: bool = True) -> socket.socket:
            ours, theirs = (ends.enter_context(each) for each in socket.socketpair())
            connection = Connection(ours)
            connection.origin.fingerprint = fingerprint
            assert connections.add(connection)
            assert connections.start(connection)
            connections.finish(connection, asked=asked)
            theirs.setblocking(False)
            return theirs

        local, hostile = opened(""), opened("hostile")
        silent = opened("hostile", asked=False)
        opened("friendly")
        opened("hostile")
        assert is_closed(silent), "asked for nothing"
        opened("hostile")
        assert is_closed(hostile), "used longest ago"
        with pytest.raises(BlockingIOError):
            is_closed(local)


def test_a_server_keeps_only_half_of_all_connections_busy() -> None:
    connections = Connections(4)
    with ExitStack() as ends:

        def starts(fingerprint: str) -> bool:
            ours, _ = (ends.enter_context(each) for each in socket.socketpair())
            connection = Connection(ours)
            connection.origin.fingerprint = fingerprint
            return connections.add(connection) and connections.start(connection)

        assert [starts("hostile") for _ in range(5)] == [True, True, False, False, False]
        assert starts("friendly")


def test_a_first_request_and_the_rest_of_one_must_arrive_in_time(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "MESSAGE_SECONDS", 0.05)
    bound = bind(ed25519.Ed25519PrivateKey.generate())
    with connect(setup.path) as idle, connect(setup.path) as used, connect(setup.path) as silent:
        ask(idle, bound)
        ask(used, SIGN)
        used.sendall(b"\0\0\0\x09part")
        assert is_closed(silent)
        assert is_closed(used)
        assert ask(idle, SIGN) == b"\x0e" + SIGN, "idle for as long as the session lasts"


def test_the_proxy_survives_if_no_more_files_can_be_open(
    setup: Setup, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = [errno.EMFILE, errno.ENFILE, errno.ECONNABORTED]

    class Full(socket.socket):
        def accept(self) -> tuple[socket.socket, object]:
            if errors:
                raise OSError(errors.pop(), "no room")
            return super().accept()

    monkeypatch.setattr(proxy, "_WAIT_SECONDS", 0)
    monkeypatch.setattr(proxy, "listen", lambda at: Full(fileno=listen(at).detach()))
    with connect(setup.serve(folder, setup.behind)) as connection:
        assert ask(connection, SIGN) == b"\x0e" + SIGN
    assert errors == []


def test_without_an_agent_only_our_requests_succeed(setup: Setup, folder: Path) -> None:
    for behind in ("", str(folder / "nobody")):
        path = setup.serve(folder, behind)
        with connect(path) as connection:
            assert ask(connection, SIGN) == b"\x05"
            if not behind:
                assert ask(connection, b"\x0b") == b"\x0c\0\0\0\0", "no identities"
        assert client.code({"SSH_AUTH_SOCK": path}, "github").text == "123456"


def test_a_folder_that_others_can_enter_is_refused(folder: Path) -> None:
    folder.chmod(0o755)
    with pytest.raises(FileError, match="Other users"):
        listen(folder)


def test_a_path_that_is_too_long_is_replaced(tmp_path: Path) -> None:
    with listen(tmp_path / ("x" * 120)) as listener:
        path = Path(listener.getsockname())
        assert len(str(path)) < 104
        assert path.parent.stat().st_mode & 0o777 == 0o700
    path.unlink()
    path.parent.rmdir()


def test_no_folder_stays_if_the_temporary_one_has_a_long_path_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 120)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    with pytest.raises(FileError, match="would be too long"):
        listen(long / "y")
    assert list(long.iterdir()) == []


@pytest.mark.parametrize(
    "response",
    [
        b"\x06",
        b"\x1d\xff\xff\xff\xff",
        protocol.encode(Answer("ok", ("a", "b", "12\x1b[31m", "7"))),
        protocol.encode(Answer("ok", ("a", "b", "1" * 5000, "7"))),
        protocol.encode(Answer("ok", ("a", "b", "123456", "9" * 30))),
        protocol.encode(Answer("ok", ("a", "b", "123456", "-1"))),
        protocol.encode(Answer("ok")),
        protocol.encode(Answer("\x1b]52;c;AAAA\x07")),
    ],
)
def test_a_hostile_answer_is_refused(folder: Path, response: bytes) -> None:
    with agent(folder, lambda _: response) as path, pytest.raises(ForwardError) as caught:
        client.code({"SSH_AUTH_SOCK": path}, "x")
    assert str(caught.value).isprintable()


def test_hostile_names_cannot_control_the_terminal(folder: Path) -> None:
    response = protocol.encode(Answer("several", ("a\x1b[31m\u202e", "b\nc", "d", "")))
    with agent(folder, lambda _: response) as path, pytest.raises(MatchError) as caught:
        client.code({"SSH_AUTH_SOCK": path}, "x")
    assert caught.value.candidates == ("a[31m (b c)", "d")


def test_an_agent_that_sends_slowly_does_not_hold_the_client(folder: Path) -> None:
    stop = threading.Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall((200).to_bytes(4, "big"))
            for _ in range(100):
                if stop.wait(0.01):
                    return
                connection.sendall(b"x")

    with listen(folder) as listener:
        thread = threading.Thread(target=drip)
        thread.start()
        with pytest.raises(ForwardError, match="doesn't answer"):
            client._ask({"SSH_AUTH_SOCK": listener.getsockname()}, b"", seconds=0.05)
        stop.set()
        thread.join()


def test_an_agent_that_accepts_nothing_does_not_hold_the_client(folder: Path) -> None:
    with listen(folder) as listener, ExitStack() as ends:
        listener.listen(0)
        path = listener.getsockname()
        with contextlib.suppress(TimeoutError):
            while True:
                ends.enter_context(connect(path, time.monotonic() + 0.01))
        with pytest.raises(ForwardError, match="doesn't answer"):
            client._ask({"SSH_AUTH_SOCK": path}, b"", seconds=0.05)
