"""`otp-tui ssh-agent` between a real ssh-agent and a real sshd: codes arrive, keys still work."""

from __future__ import annotations

import json
import os
import pwd
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO
from unittest.mock import patch

import pytest

from tests.cli.program import PASSWORD, Program
from tests.conftest import STRESS
from tests.programs import need
from tests.terminal.helpers import SECRET, codes_around, entries, wait_until
from tui.clock import SystemClock
from tui.crypto.kdf import Argon2Params
from tui.vault.document import Document
from tui.vault.vault import Vault

NO_VAULT = "There is no vault here: using the one that your SSH agent forwards.\n"


class Laptop:
    """A user's machine: an SSH agent with a key, a vault with one marked entry, and a server."""

    def __init__(self, folder: Path, ends: ExitStack) -> None:
        self.folder = folder
        self.ends = ends
        self.program = Program(folder)
        self.program.env |= {"XDG_STATE_HOME": str(folder), "OTP_TUI_SESSION": "off"}
        vault = Vault.create(self.program.vault, PASSWORD, Argon2Params(2, 19456, 1), SystemClock())
        marked, other = entries()
        vault.change(lambda _: Document(entries=(replace(marked, forward=True), other)))
        vault.close()
        self.agent = str(folder / "agent.sock")
        self.start("ssh-agent", "-D", "-a", self.agent)
        for name in ("host", "user"):
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name))
        wait_until(Path(self.agent).exists, lambda: "no ssh-agent")
        self.run("ssh-add", "-q", str(folder / "user"))
        self.port = free_port()
        self.serve()

    def start(self, *argv: str, stdin: IO[str] | int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        """Start a program that is killed at the end."""
        process = subprocess.Popen(
            argv,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**self.program.env, "SSH_AUTH_SOCK": self.agent},
        )
        self.ends.enter_context(process)
        self.ends.callback(process.kill)
        return process

    def serve(self) -> None:
        """Start sshd on a port of its own."""
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)  # Debian's sshd needs it, empty
        config = self.folder / "sshd_config"
        config.write_text(
            f"ListenAddress 127.0.0.1\nPort {self.port}\nHostKey {self.folder}/host\n"
            f"AuthorizedKeysFile {self.folder}/user.pub\nPidFile none\nStrictModes no\n"
            "PermitRootLogin yes\nPasswordAuthentication no\nUsePAM no\n"
        )
        self.start("/usr/sbin/sshd", "-D", "-f", str(config))
        wait_until(self.is_served, lambda: "no sshd")

    def is_served(self) -> bool:
        with socket.socket() as connection:
            return connection.connect_ex(("127.0.0.1", self.port)) == 0

    def ssh(self, *command: str) -> list[str]:
        """Return the command that runs another on the server, with the agent forwarded."""
        options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"]
        user = pwd.getpwuid(os.getuid()).pw_name
        where = ["-A", "-F", "none", "-p", str(self.port), f"{user}@127.0.0.1"]
        settings = [word for option in options for word in ("-o", option)]
        return ["ssh", *settings, *where, shlex.join(command)]

    def there(self, *args: str) -> list[str]:
        """Return the command that runs otp-tui as on a server, without a vault."""
        home = self.folder / "server"
        home.mkdir(exist_ok=True)
        words = [sys.executable, "-m", "tui", *args]
        env = {"HOME": str(home), "PYTHONPATH": self.program.env["PYTHONPATH"]}
        kept = 'SSH_AUTH_SOCK="$SSH_AUTH_SOCK"'
        settings = " ".join(f"{name}={shlex.quote(value)}" for name, value in env.items())
        return ["sh", "-c", f"exec env -i {kept} {settings} {shlex.join(words)}"]

    def run(self, *argv: str, agent: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program with an SSH agent, the real one by default."""
        env = {**self.program.env, "SSH_AUTH_SOCK": agent or self.agent}
        return run(*argv, env=env)

    @contextmanager
    def proxy(self, *options: str) -> Iterator[str]:
        """Run our agent; yield the path of its socket."""
        password = self.folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o600)
        more = ("--foreground", *options)
        if "--password-stdin" not in options:
            more = (*more, "--password-file", str(password))
        with password.open() as stdin:
            process = self.start(*self.program.command, "ssh-agent", *more, stdin=stdin)
        assert process.stdout is not None
        line = process.stdout.readline()
        path = line.removeprefix("SSH_AUTH_SOCK=").partition(";")[0]
        yield path
        process.terminate()
        process.wait()
        assert not Path(path).exists()


def run(*argv: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program until it exits."""
    return subprocess.run(
        argv,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    need("ssh", "ssh-agent", "ssh-add", "ssh-keygen", "/usr/sbin/sshd")
    with ExitStack() as ends:
        yield Laptop(tmp_path_factory.mktemp("ssh"), ends)


@pytest.fixture(scope="module")
def proxy(laptop: Laptop) -> Iterator[str]:
    with laptop.proxy("--limit", "100") as path:
        yield path


def test_a_server_gets_the_code_of_a_marked_entry(laptop: Laptop, proxy: str) -> None:
    began = time.time()
    done = laptop.run(*laptop.ssh(*laptop.there("code", "Registrar")), agent=proxy)
    assert (done.returncode, done.stderr) == (0, NO_VAULT)
    assert done.stdout.strip() in codes_around(SECRET, began)
    fingerprint = run("ssh-keygen", "-lf", str(laptop.folder / "host.pub")).stdout.split()[1]
    moment, what, origin, label = _last_record(laptop)
    assert (what, origin, label) == ("code", fingerprint, "Registrar (ops@example.org)")
    assert int(moment) >= int(began)


def _last_record(laptop: Laptop) -> list[str]:
    log = laptop.folder / "otp-tui" / "forwarded.log"
    return log.read_text().splitlines()[-1].split("\t")


def test_two_hops_sign_with_the_key_and_get_the_code(laptop: Laptop, proxy: str) -> None:
    began = time.time()
    inner = laptop.ssh(*laptop.there("code", "Registrar", "--forwarded", "--json"))
    done = laptop.run(*laptop.ssh(*inner), agent=proxy)
    assert (done.returncode, done.stderr) == (0, "")
    code = json.loads(done.stdout)
    assert code["code"] in codes_around(SECRET, began)
    assert (code["issuer"], code["id"]) == ("Registrar", None)
    assert 0 <= code["valid_until"] - began <= 60


def test_keys_and_signatures_are_those_of_the_real_agent(laptop: Laptop, proxy: str) -> None:
    listed = laptop.run("ssh-add", "-L", agent=proxy)
    assert listed.stdout == laptop.run("ssh-add", "-L").stdout != ""
    data = laptop.folder / "text"
    data.write_text("to sign")
    sign = ("ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-f", str(laptop.folder / "user.pub"))
    signatures = []
    for agent in (proxy, laptop.agent):
        assert laptop.run(*sign, str(data), agent=agent).returncode == 0
        signatures.append((laptop.folder / "text.sig").read_text())
        (laptop.folder / "text.sig").unlink()
    assert signatures[0] == signatures[1]


def test_without_an_agent_that_forwards_the_reason_is_said(laptop: Laptop, proxy: str) -> None:
    command = (*laptop.program.command, "list", "--forwarded")
    listed = laptop.run(*command, agent=proxy)
    assert (listed.returncode, listed.stdout) == (0, "Registrar  ops@example.org\n")
    for agent, words in ((laptop.agent, "doesn't forward codes"), ("/nowhere", "No such file")):
        refused = laptop.run(*command, agent=agent)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert words in refused.stderr
    missing = laptop.run(*laptop.there("code", "Registrar"))
    assert missing.returncode == 1
    assert "otp-tui init" in missing.stderr


def test_without_a_vault_commands_name_what_is_forwarded(laptop: Laptop, proxy: str) -> None:
    done = laptop.run(*laptop.there("list"), agent=proxy)
    assert done.returncode == 1
    assert "Your SSH agent forwards codes: otp-tui list --forwarded" in done.stderr


def test_a_key_in_the_agent_itself_is_named_and_ended_by_lock(laptop: Laptop) -> None:
    ours = shlex.join(laptop.program.command)
    password = str(laptop.folder / "password")
    Path(password).write_text(PASSWORD)
    script = f"ssh-add -l; {ours} code Registrar --forwarded; {ours} lock"
    options = ("--password-file", password, "--", "sh", "-c")
    done = laptop.run(
        *laptop.program.command,
        "ssh-agent",
        *options,
        f"{script}; {ours} code Registrar --forwarded",
        agent="/nowhere/agent",
    )
    assert "No SSH agent listens at /nowhere/agent (SSH_AUTH_SOCK)" in done.stderr
    assert "keeps the vault key in its own memory for 8 h, or until otp-tui lock." in done.stderr
    assert "The agent has no identities." in done.stdout
    assert len(done.stdout.splitlines()) == 2, "a code before, but not after"
    assert "The vault is locked." in done.stderr


@pytest.mark.parametrize("by_stdin", [False, True] if STRESS else [False])
def test_password_and_key_do_not_stay_in_memory(laptop: Laptop, by_stdin: bool) -> None:
    opened = Vault.open(laptop.program.vault, PASSWORD, SystemClock())
    key = opened.key
    opened.close()
    option = ("--password-stdin",) if by_stdin else ()
    with laptop.proxy("--for", "1s", *option) as path:
        process = Path(path).name.split("-")[3]
        try:
            Path(f"/proc/{process}/mem").open("rb").close()
        except OSError:
            pytest.skip("only root can read the memory")
        wait_until(
            lambda: (
                not any(PASSWORD.encode() in part or key in part for part in memory_of(process))
            ),
            lambda: "the password or the key is still there",
        )


def memory_of(process: str) -> Iterator[bytes]:
    """Yield what is in the memory of a process, without that of files."""
    with Path(f"/proc/{process}/mem").open("rb", 0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            where, mode, _, _, inode, *_ = line.split()
            if mode.startswith("rw") and inode == "0":
                start, end = (int(number, 16) for number in where.split("-"))
                memory.seek(start)
                with suppress(OSError):  # freed since
                    yield memory.read(end - start)


def test_lock_ends_it_and_unlock_starts_it_but_keys_go_on(laptop: Laptop) -> None:
    environ = {**laptop.program.env, "OTP_TUI_SESSION": "agent"}
    with patch.object(laptop.program, "env", environ), laptop.proxy("--limit", "3") as path:
        ours = laptop.program.command
        command = (*ours, "code", "Registrar", "--forwarded")
        assert laptop.run(*command, agent=path).returncode == 0
        assert laptop.run(*ours, "lock").returncode == 0
        assert "The vault is locked." in laptop.run(*command, agent=path).stderr
        password = ("--password-file", str(laptop.folder / "password"))
        assert laptop.run(*ours, "unlock", *password).returncode == 0
        assert laptop.run(*command, agent=path).returncode == 0
        assert "Too many requests." in laptop.run(*command, agent=path).stderr
        assert laptop.run("ssh-add", "-l", agent=path).returncode == 0
        assert laptop.run(*ours, "lock").returncode == 0


def test_each_code_can_be_confirmed(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = laptop.folder / "asked"
    program = laptop.folder / "askpass"
    program.write_text(
        f'#!/bin/sh\necho "$SSH_ASKPASS_PROMPT: $1" >>{asked}\nexec test ! -e {asked}.no\n'
    )
    program.chmod(0o700)
    monkeypatch.setitem(laptop.program.env, "SSH_ASKPASS", str(program))
    with laptop.proxy("--confirm") as path:
        command = (*laptop.program.command, "code", "Registrar", "--forwarded")
        assert laptop.run(*command, agent=path).returncode == 0
        Path(f"{asked}.no").touch()
        assert "The request was refused." in laptop.run(*command, agent=path).stderr
    assert asked.read_text().startswith(
        "confirm: An unknown program or server asks for the code of"
    )


def test_a_command_gets_the_agent_and_its_exit_code_is_passed_on(laptop: Laptop) -> None:
    options = ("ssh-agent", "--locked", "--", "sh", "-c")
    ours = shlex.join([*laptop.program.command, "list", "--forwarded"])
    script = f"echo $SSH_AUTH_SOCK; ssh-add -l; {ours}; yes | head -n 1; exit 7"
    done = laptop.run(*laptop.program.command, *options, script)
    assert done.returncode == 7
    path, key, _ = done.stdout.splitlines()
    assert "ED25519" in key
    assert "The vault is locked." in done.stderr
    assert "Broken pipe" not in done.stderr
    wait_until(lambda: not Path(path).exists(), lambda: "the agent goes on")


def test_an_agent_that_is_there_does_not_take_other_options(laptop: Laptop, proxy: str) -> None:
    for option, value in (("--confirm", ""), ("--limit", "1"), ("--for", "1h")):
        words = [option, value] if value else [option]
        done = laptop.run(*laptop.program.command, "ssh-agent", *words, "--", "true", agent=proxy)
        assert done.returncode == 2
        assert f"End that agent, or omit {option}." in done.stderr


def test_a_crash_is_an_error() -> None:
    script = """
from tui import crash
from tui.cli.commands import ssh_agent
class Broken:
    def serve(self, parent):
        raise OSError("what nobody should read")
crash.print_no_tracebacks()
ssh_agent._serve(Broken(), None)
"""
    done = run(sys.executable, "-c", script)
    assert done.returncode == 1
    assert "otp-tui crashed (this is a bug): OSError at " in done.stderr
    assert "nobody" not in done.stderr


def test_a_signal_that_interrupts_no_wait_ends_it(tmp_path: Path) -> None:
    script = f"""
import signal, threading, time
from pathlib import Path
from tui.cli.commands import ssh_agent
from tui.forward.proxy import Proxy, listen
class Answers:
    def tick(self):
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
        time.sleep(100)
ssh_agent._serve(Proxy(listen(Path({str(tmp_path / "run")!r})), "", None), Answers())
"""
    assert run(sys.executable, "-c", script).returncode == 0


def test_in_the_background_it_prints_what_ssh_agent_prints(laptop: Laptop) -> None:
    done = laptop.run(*laptop.program.command, "ssh-agent", "--locked")
    values = dict(line.partition(";")[0].split("=", 1) for line in done.stdout.splitlines())
    path, process = values["SSH_AUTH_SOCK"], int(values["OTP_TUI_AGENT_PID"])
    assert laptop.run("ssh-add", "-l", agent=path).returncode == 0
    again = laptop.run(*laptop.program.command, "ssh-agent", "--locked", agent=path)
    assert f"SSH_AUTH_SOCK={path};" in again.stdout
    os.kill(process, 15)
    wait_until(lambda: not Path(path).exists(), lambda: "the agent goes on")
