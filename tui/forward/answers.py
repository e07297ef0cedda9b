"""Answers requests of our extension: names and codes of marked entries, never a secret."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from math import ceil
from pathlib import Path

from tui import memory
from tui.clock import Clock
from tui.errors import ForwardError, OtpTuiError
from tui.forward import log, protocol
from tui.forward.protocol import Answer
from tui.otp.codes import code_at
from tui.otp.entry import Entry
from tui.otp.search import find_best
from tui.session import LONGEST, NoSession, Session
from tui.session.lock_signal import LockSignal
from tui.text import safe
from tui.vault.locked_vault import LockedVault
from tui.vault.vault import Vault

LIMIT = 6
"""Default number of requests that are answered in a minute."""
_MINUTE = 60.0
_LONGEST_QUERY = 1024
_LONGEST_SHOWN = 64
_MOST_CANDIDATES = 20


class HeldKey(NoSession):
    """The vault key in this process, where no session can keep it, until `otp-tui lock`."""

    def __init__(self, vault_id: str, key: bytes, clock: Clock, seconds: int = LONGEST) -> None:
        self._vault_id = vault_id
        self._key = bytearray(key)
        self._clock = clock
        self._until = clock.steady() + seconds
        self._signal = LockSignal(vault_id)
        self._one_at_a_time = threading.Lock()

    def key(self, vault_id: str) -> bytes | None:
        self.expire()
        with self._one_at_a_time:
            return bytes(self._key) if self._key and vault_id == self._vault_id else None

    def expire(self) -> bool:
        """Overwrite the key if its time is over or the vault was locked; return True if it was."""
        with self._one_at_a_time:
            is_due = self._signal.sent() or self._clock.steady() >= self._until
            if not (is_due and self._key):
                return False
            self._key[:] = bytes(len(self._key))
            self._key.clear()
            return True


class Answers:
    """Answers the requests for one vault. Safe to use from several threads."""

    def __init__(
        self,
        path: Path,
        session: Session,
        clock: Clock,
        log_path: Path,
        *,
        limit: int = LIMIT,
        confirm: Callable[[str], bool] | None = None,
    ) -> None:
        """`session` has the vault's key while it is unlocked; `confirm` asks the user."""
        self._path = path
        self._session = session
        self._clock = clock
        self._log_path = log_path
        self._confirm = confirm
        self._limit = limit
        self._times: deque[float] = deque()
        self._told = -_MINUTE
        self._one_at_a_time = threading.Lock()
        self._left_secrets = False

    def answer(self, request: bytes, origin: str = "") -> bytes:
        """Return the response to the contents of a request.

        `origin` is the fingerprint of the server that asks; empty if it is not known.
        """
        try:
            operation, *arguments = protocol.unpack(request, 2) or [b""]
        except ForwardError:
            return bytes([protocol.EXTENSION_FAILURE])
        with self._one_at_a_time:
            try:
                answer = self._answer(operation, arguments, origin)
            except OtpTuiError:
                self._tell(log.FAILED, origin)
                answer = Answer("failed")
        return protocol.encode(answer)

    def tick(self) -> None:
        """Forget a key when its time is over, and overwrite what requests left in memory.

        Call it once a second.
        """
        if isinstance(self._session, HeldKey) and self._session.expire():
            self._left_secrets = True
        if self._left_secrets and self._one_at_a_time.acquire(blocking=False):
            try:
                self._left_secrets = False
                memory.wipe_freed()
            finally:
                self._one_at_a_time.release()

    def _answer(self, operation: bytes, arguments: list[bytes], origin: str) -> Answer:
        if operation not in (protocol.LIST, protocol.CODE):
            return Answer("unknown")
        if not self._within_limit():
            return self._over_limit(origin)
        vault = self._open()
        if vault is None:
            self._log(log.LOCKED, origin)
            return Answer("locked")
        try:
            marked = [entry for entry in vault.entries if entry.forward]
            if not marked:
                self._log(log.NO_MATCH, origin)
                return Answer("nothing")
            if operation == protocol.LIST:
                self._log(log.NAMES, origin)
                return Answer("ok", _names(marked))
            query = b"".join(arguments).decode("utf-8", "replace")
            return self._code(vault, marked, query, origin)
        finally:
            vault.close()

    def _code(self, vault: Vault, marked: list[Entry], query: str, origin: str) -> Answer:
        matching = find_best(marked, vault.document.categories, query[:_LONGEST_QUERY])
        if len(matching) != 1:
            self._log(log.NO_MATCH, origin, query[:_LONGEST_SHOWN])
            return Answer(
                "several" if matching else "no-match", _names(matching[:_MOST_CANDIDATES])
            )
        (entry,) = matching
        if self._confirm is not None and not self._confirm(_question(entry, origin)):
            self._log(log.REFUSED, origin, entry.label)
            return Answer("refused")
        if self._session.key(vault.vault_id) is None:  # since the question was asked
            self._log(log.LOCKED, origin)
            return Answer("locked")
        # Before the code exists: one that couldn't be logged is not sent.
        self._log(log.CODE, origin, entry.label)
        if entry.type.has_counter:
            code = vault.take_hotp(entry.id)
        else:
            code = code_at(entry, self._clock.now())
        until = code.valid_until
        left = "" if until is None else str(max(0, ceil(until - self._clock.now())))
        return Answer("ok", (entry.issuer, entry.account or "", code.text, left))

    def _open(self) -> Vault | None:
        """Return the current vault; None if it is locked.

        Raises:
            VaultError: it can't be read.
        """
        locked = LockedVault.read(self._path, self._clock)
        key = self._session.key(locked.vault_id)
        self._left_secrets = self._left_secrets or key is not None
        return None if key is None else locked.unlock_with_key(key)

    def _within_limit(self) -> bool:
        now = self._clock.steady()
        while self._times and now - self._times[0] >= _MINUTE:
            self._times.popleft()
        if len(self._times) >= self._limit:
            return False
        self._times.append(now)
        return True

    def _over_limit(self, origin: str) -> Answer:
        """Log the first refusal of a minute only, so that requests don't fill the disk."""
        now = self._clock.steady()
        if now - self._told >= _MINUTE:
            self._told = now
            self._tell(log.LIMIT, origin)
        return Answer("limit")

    def _log(self, what: str, origin: str, label: str = "") -> None:
        log.add(self._log_path, log.Record(int(self._clock.now()), what, origin, label))

    def _tell(self, what: str, origin: str) -> None:
        """Log what was refused anyway; a log that can't be written changes nothing."""
        try:
            self._log(what, origin)
        except OtpTuiError:
            return


def _names(entries: list[Entry]) -> tuple[str, ...]:
    return protocol.names([(entry.issuer, entry.account or "") for entry in entries])


def _question(entry: Entry, origin: str) -> str:
    asks = (
        f"A server with the host key {safe(origin, 64)}"
        if origin
        else "An unknown program or server"
    )
    return f"{asks} asks for the code of {entry.label}.\nSend it?"
