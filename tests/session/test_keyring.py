"""Keys in the kernel's keyring: all logins of a user find them, until their time is up."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from tui.errors import SessionError
from tui.session import NoSession, choose, keyring
from tui.session.keyring import _CALLS, KernelKeyring, kernel_keyring

KEY = bytes(range(32))
OTHER = bytes(32)
_JOIN_SESSION_KEYRING = 1


@pytest.fixture
def kernel() -> KernelKeyring:
    found = kernel_keyring()
    if found is None:
        pytest.skip("the kernel refuses to keep keys here")
    return found


@pytest.fixture
def vault_id(kernel: KernelKeyring) -> Iterator[str]:
    """A vault that no one else has; its key is removed afterwards."""
    made = os.urandom(16).hex()
    yield made
    kernel.drop(made)


def listed(vault_id: str) -> str:
    """The line of /proc/keys of a valid key, "" if there is none."""
    lines = Path("/proc/keys").read_text("ascii", "replace").splitlines()
    return next((line for line in lines if vault_id in line and " expd " not in line), "")


def seconds_left(vault_id: str) -> int:
    """The time after which the kernel drops the key, rounded down to a unit as it shows it."""
    shown = listed(vault_id).split()[3]
    return int(shown[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[shown[-1]]


def in_another_login(act: Callable[[], bool], user: int | None = None) -> bool:
    """Return what `act` returns in a process that holds none of our keyrings."""
    child = os.fork()
    if child == 0:
        done = False
        try:
            if user is not None:
                os.setgroups([])
                os.setresgid(user, user, user)
                os.setresuid(user, user, user)
            found = kernel_keyring()
            assert found is not None
            found._keyctl(_JOIN_SESSION_KEYRING, None)
            done = act()
        finally:
            os._exit(0 if done else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_key_is_kept_until_it_is_dropped(kernel: KernelKeyring, vault_id: str) -> None:
    assert kernel.key(vault_id) is None
    kernel.keep(vault_id, KEY, "/home/me/vault.json", 3600)
    assert kernel.key(vault_id) == KEY
    kernel.keep(vault_id, OTHER, "/home/me/vault.json", 3600)
    assert kernel.key(vault_id) == OTHER
    assert kernel.drop(vault_id)
    assert kernel.key(vault_id) is None
    assert not kernel.drop(vault_id)


def test_the_kernel_has_the_time_anew_whenever_a_key_is_kept(
    kernel: KernelKeyring, vault_id: str
) -> None:
    kernel.keep(vault_id, KEY, "/v", 3 * 3600)
    assert seconds_left(vault_id) in {2 * 3600, 3 * 3600}
    kernel.keep(vault_id, KEY, "/v", 50)
    assert 30 < seconds_left(vault_id) <= 50


def test_only_use_extends_the_idle_time(kernel: KernelKeyring, vault_id: str) -> None:
    kernel.keep(vault_id, KEY, "/v", 3600, idle=50)
    assert seconds_left(vault_id) <= 50
    number = kernel._find(vault_id)
    kernel._keyctl(keyring._SET_TIMEOUT, number, 20)
    kernel.unlocked()
    assert seconds_left(vault_id) <= 20
    assert kernel.key(vault_id) == KEY
    assert 30 < seconds_left(vault_id) <= 50


def test_use_does_not_extend_the_end(
    kernel: KernelKeyring, vault_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = keyring._steady()
    kernel.keep(vault_id, KEY, "/v", 3600, idle=600)
    monkeypatch.setattr(keyring, "_steady", lambda: now + 3570)
    assert kernel.key(vault_id) == KEY
    assert seconds_left(vault_id) <= 31
    monkeypatch.setattr(keyring, "_steady", lambda: now + 3601)
    assert kernel.key(vault_id) is None, "the kernel still had the key"
    assert not listed(vault_id)


def test_status_says_which_vault_and_until_when(kernel: KernelKeyring, vault_id: str) -> None:
    kernel.keep(vault_id, KEY, "/home/me/vault\udcff.json", 3600, idle=50)
    found = next(one for one in kernel.unlocked() if one.vault_id == vault_id)
    assert (found.path, found.idle) == ("/home/me/vault\udcff.json", 50)
    assert 3590 < found.left <= 3600


def test_another_login_of_the_user_reads_extends_and_replaces_a_key(
    kernel: KernelKeyring, vault_id: str
) -> None:
    kernel.keep(vault_id, KEY, "/v", 3600, idle=600)
    assert in_another_login(lambda: choose({}).key(vault_id) == KEY)

    def replace() -> bool:
        choose({}).keep(vault_id, OTHER, "/v", 300)
        return True

    assert in_another_login(replace)
    assert kernel.key(vault_id) == OTHER
    assert in_another_login(lambda: choose({}).drop(vault_id))
    assert kernel.key(vault_id) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_has_keys_of_its_own_and_drops_only_these(
    kernel: KernelKeyring, vault_id: str
) -> None:
    kernel.keep(vault_id, KEY, "/v", 3600)

    def as_another() -> bool:
        there = choose({})
        unknown = there.key(vault_id) is None
        there.keep("1" * 32, OTHER, "/v", 60)
        there.keep("2" * 32, OTHER, "/v", 60)
        return unknown and there.drop_all() == 2 and there.unlocked() == ()

    assert in_another_login(as_another, user=54_321)
    assert kernel.key(vault_id) == KEY


def test_a_key_of_another_layout_is_ignored(kernel: KernelKeyring, vault_id: str) -> None:
    kernel._add(b"otp-tui:" + vault_id.encode(), b"\x02" + bytes(60))
    assert kernel.key(vault_id) is None
    assert vault_id not in {one.vault_id for one in kernel.unlocked()}
    assert kernel.drop(vault_id)


def test_nothing_is_left_of_a_key_that_could_not_be_kept(
    kernel: KernelKeyring, vault_id: str
) -> None:
    real = kernel._keyctl

    def refuse(operation: int, *arguments: object) -> int:
        if operation == keyring._SETPERM:
            raise PermissionError(13, "Permission denied")
        return real(operation, *arguments)

    with patch.object(kernel, "_keyctl", refuse), pytest.raises(SessionError) as caught:
        kernel.keep(vault_id, KEY, "/v", 3600)
    assert str(caught.value) == "Couldn't keep the vault unlocked: Permission denied."
    assert kernel.key(vault_id) is None


@pytest.mark.parametrize("refused", _CALLS.get(os.uname().machine, (0, 0)))
def test_a_kernel_that_refuses_is_not_used(kernel: KernelKeyring, refused: int) -> None:
    """As in a container, whose filter answers either call with EPERM."""
    child = os.fork()
    if child == 0:
        kind = ""
        try:
            refuse_call(refused)
            kind = choose({}).kind
        finally:
            os._exit(0 if kind == "agent" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def refuse_call(number: int) -> None:
    """Have the kernel answer a system call of this process with EPERM: seccomp(2)."""
    load, equal, answer = 0x20, 0x15, 0x06
    allow, refuse = 0x7FFF0000, 0x00050000 | 1
    rules = [(load, 0, 0, 0), (equal, 0, 1, number), (answer, 0, 0, refuse), (answer, 0, 0, allow)]
    program = b"".join(struct.pack("HBBI", *rule) for rule in rules)
    kept = ctypes.create_string_buffer(program)
    header = struct.pack("HP", len(rules), ctypes.addressof(kept))
    libc = ctypes.CDLL(None)
    assert libc.prctl(38, 1, 0, 0, 0) == 0  # no new privileges
    assert libc.prctl(22, 2, header, 0, 0) == 0  # set a filter


def test_the_variable_turns_it_off() -> None:
    assert isinstance(choose({"OTP_TUI_SESSION": "off"}), NoSession)
