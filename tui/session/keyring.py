"""Keeps vault keys in the Linux kernel's keyring of the user.

The keys of all logins of a user are in one keyring, which ends with the machine. A key expires by
itself. Man pages: keyrings(7), add_key(2), keyctl(2).
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
import time

from tui.session.model import KEY_LENGTH, LONGEST_PATH, Session, Unlocked, check_times

_CALLS = {"x86_64": (248, 250), "aarch64": (217, 219), "riscv64": (217, 219)}
"""The numbers of add_key and keyctl."""
_TYPE = b"user"
_PREFIX = b"otp-tui:"
_PROCESS_KEYRING, _USER_KEYRING = -2, -4
_GET_KEYRING_ID, _REVOKE, _SETPERM, _DESCRIBE = 0, 3, 5, 6
_LINK, _UNLINK, _SEARCH, _READ, _SET_TIMEOUT = 8, 9, 10, 11, 15
_PERMISSIONS = 0x3F2B0000
"""All for whoever holds the key; view, read, search and setattr for the user's other logins."""
_LAYOUT = b"\x01"
"""The first byte of what is kept; then the key, the end in milliseconds since boot (8 bytes),
the idle seconds (4 bytes), and the path."""
_HEAD = 1 + KEY_LENGTH + 8 + 4


class KernelKeyring(Session):
    """Keeps keys in the kernel."""

    name = "the kernel's keyring"
    kind = "keyring"

    def __init__(self, add_key: int, keyctl: int) -> None:
        """The arguments are the numbers of the system calls."""
        self._syscall = ctypes.CDLL(None, use_errno=True).syscall
        self._syscall.restype = ctypes.c_long
        self._add_key, self._number = add_key, keyctl

    def keep(self, vault_id: str, key: bytes, path: str, seconds: int, idle: int = 0) -> None:
        check_times(key, seconds, idle)
        end = int((_steady() + seconds) * 1000)
        kept = b"".join(
            (
                _LAYOUT,
                key,
                end.to_bytes(8, "big"),
                idle.to_bytes(4, "big"),
                os.fsencode(path)[:LONGEST_PATH],
            )
        )
        self.drop(vault_id)
        number = -1
        try:
            # Who doesn't hold the keyring may not change the permissions of a new key.
            self._keyctl(_LINK, _USER_KEYRING, _PROCESS_KEYRING)
            number = self._add(_description(vault_id), kept)
            self._keyctl(_SET_TIMEOUT, number, _shorter(seconds, idle))
            self._keyctl(_SETPERM, number, _PERMISSIONS)
        except OSError as error:
            if number > 0:
                self._remove(number)
            raise _cannot_keep(error) from None

    def key(self, vault_id: str) -> bytes | None:
        number = self._find(vault_id)
        kept = None if number is None else self._read(number)
        if number is None or kept is None:
            return None
        left, idle = _left(kept), _idle(kept)
        if left <= 0:
            self._remove(number)
            return None
        if idle:
            self._try(_SET_TIMEOUT, number, _shorter(int(left) + 1, idle))
        return kept[1 : 1 + KEY_LENGTH]

    def drop(self, vault_id: str) -> bool:
        number = self._find(vault_id)
        return number is not None and self._remove(number)

    def drop_all(self) -> int:
        return sum(self._remove(number) for number, _ in self._ours())

    def unlocked(self) -> tuple[Unlocked, ...]:
        found = []
        for number, vault_id in self._ours():
            kept = self._read(number)
            if kept is not None and (left := _left(kept)) > 0:
                found.append(Unlocked(vault_id, os.fsdecode(kept[_HEAD:]), left, _idle(kept)))
        return tuple(found)

    def _ours(self) -> list[tuple[int, str]]:
        """Return number and vault id of each of our keys, also of those that have expired."""
        numbers = ctypes.create_string_buffer(4 * 1024)
        while (length := self._try(_READ, _USER_KEYRING, numbers, len(numbers))) > len(numbers):
            numbers = ctypes.create_string_buffer(2 * length)
        listed = numbers.raw[: max(0, length)]
        found = []
        for at in range(0, len(listed), 4):
            number = int.from_bytes(listed[at : at + 4], sys.byteorder, signed=True)
            text = ctypes.create_string_buffer(256)
            # type;user;group;permissions;description
            if 0 < self._try(_DESCRIBE, number, text, len(text)) <= len(text):
                kind, *_, description = text.value.split(b";", 4)
                if kind == _TYPE and description.startswith(_PREFIX):
                    name = description.removeprefix(_PREFIX)
                    found.append((number, name.decode("ascii", "replace")))
        return found

    def _find(self, vault_id: str) -> int | None:
        number = self._try(_SEARCH, _USER_KEYRING, _TYPE, _description(vault_id), 0)
        return number if number > 0 else None

    def _read(self, number: int) -> bytes | None:
        """Return what is kept under a key's number; None if it expired or isn't ours."""
        kept = ctypes.create_string_buffer(_HEAD + LONGEST_PATH)
        length = self._try(_READ, number, kept, len(kept))
        if not _HEAD <= length <= len(kept) or kept.raw[:1] != _LAYOUT:
            return None
        return kept.raw[:length]

    def _remove(self, number: int) -> bool:
        self._try(_REVOKE, number)  # also where something else still refers to it
        return self._try(_UNLINK, number, _USER_KEYRING) == 0

    def _add(self, description: bytes, kept: bytes) -> int:
        return self._call(
            self._add_key, _TYPE, description, kept, ctypes.c_size_t(len(kept)), _USER_KEYRING
        )

    def _try(self, *arguments: object) -> int:
        """Call keyctl; return -1 where it fails."""
        try:
            return self._keyctl(*arguments)
        except OSError:
            return -1

    def _keyctl(self, *arguments: object) -> int:
        return self._call(self._number, *arguments)

    def _call(self, *arguments: object) -> int:
        sent = (ctypes.c_long(one) if isinstance(one, int) else one for one in arguments)
        answer = int(self._syscall(*sent))
        if answer < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return answer


def kernel_keyring() -> KernelKeyring | None:
    """Return the user's keyring; None where there is none or its use is refused."""
    numbers = _CALLS.get(os.uname().machine) if sys.platform == "linux" else None
    if numbers is None or sys.maxsize < 2**32:
        return None
    add_key, _ = numbers
    try:
        keyring = KernelKeyring(*numbers)
        keyring._keyctl(_GET_KEYRING_ID, _USER_KEYRING, 1)
        keyring._call(add_key, None, None, None, ctypes.c_size_t(0), 0)
    except (AttributeError, OSError) as error:
        # EFAULT: the call is allowed, but has no key to add.
        return keyring if getattr(error, "errno", 0) == errno.EFAULT else None
    return None


def _description(vault_id: str) -> bytes:
    return _PREFIX + vault_id.encode("ascii")


def _steady() -> float:
    """Return seconds since boot, with time asleep: setting the clock doesn't change an end."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _left(kept: bytes) -> float:
    return int.from_bytes(kept[1 + KEY_LENGTH : _HEAD - 4], "big") / 1000 - _steady()


def _idle(kept: bytes) -> int:
    return int.from_bytes(kept[_HEAD - 4 : _HEAD], "big")


def _shorter(seconds: int, idle: int) -> int:
    return min(seconds, idle) if idle else seconds


def _cannot_keep(error: OSError) -> Exception:
    from tui.errors import SessionError

    if error.errno == errno.EDQUOT:
        return SessionError("Couldn't keep the vault unlocked: your kernel keyring is full.")
    return SessionError(f"Couldn't keep the vault unlocked: {error.strerror}.")
