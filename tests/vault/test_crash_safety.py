"""Three programs change one vault in turn, and nothing is lost, whatever fails.

Any system call may fail, or end the program for good as kill -9 does: from that call on, nothing
of it reaches the disk. After each step the file is opened again and checked.
"""

from __future__ import annotations

import base64
import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.conftest import STRESS
from tests.vault.support import FLOOR, PASSWORD, MovedClock, entry
from tui.backup.apply import apply
from tui.backup.model import Backup
from tui.backup.plan import ImportAction, actions_for, plan
from tui.crypto import kdf
from tui.errors import NotSavedError, OtpTuiError
from tui.otp.entry import Category, Entry, OtpType
from tui.otp.secret import Secret
from tui.vault import categories, copies, edit, recover, store, trash
from tui.vault.document import Document
from tui.vault.order import Order, with_order
from tui.vault.undo import KEY, Step, last_step, undo, undoable, undoable_as_one, with_undo
from tui.vault.undo_record import KEPT as NEVER_UNDONE
from tui.vault.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = 86_400
KEPT = trash.KEPT_DAYS * DAY
CALLS = ("open", "write", "fsync", "fchmod", "fstat", "stat", "read", "rename", "replace",
         "link", "unlink", "close", "listdir", "mkdir")  # fmt: skip
Change = Callable[[Document], Document]


class Killed(BaseException):
    """The program was killed: it does nothing before it exits."""


class Disk:
    """System calls, one of which may fail or be the last of its program."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._name, self._left, self._code = "", 0, 0
        self._dead = False
        for name in CALLS:
            patch.setattr(os, name, self._wrapped(name, getattr(os, name)))

    def _wrapped(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if name == self._name or self._dead:
                self._left -= 1
                if self._left == 0 or self._dead:
                    self._dead = self._dead or not self._code
                    if name == "close":
                        # The system closes the files of a killed program and releases its locks.
                        real(*args, **kwargs)
                    raise Killed if self._dead else OSError(self._code, "injected")
            return real(*args, **kwargs)

        return call

    @contextmanager
    def failing(self, fault: tuple[str, int, int] | None) -> Iterator[None]:
        """Make the n-th call of a function fail with a code, or (code 0) be the last."""
        self._name, self._left, self._code = fault or ("", 0, 0)
        try:
            yield
        finally:
            self._name, self._dead = "", False


faults = st.none() | st.tuples(
    st.sampled_from(CALLS), st.integers(1, 6), st.sampled_from([0, errno.EIO, errno.ENOSPC])
)
programs = st.integers(0, 2)
places = st.integers(0, 9)


class ThreePrograms(RuleBasedStateMachine):
    """Three programs, one file, and its expected contents."""

    def __init__(self) -> None:
        super().__init__()
        self._patch = pytest.MonkeyPatch()
        self._patch.setattr(kdf, "argon2id", _cheap)
        self._patch.setattr(store, "LOCK_WAIT", 0.001)
        self._folder = tempfile.TemporaryDirectory(dir=_memory())
        self.path = Path(self._folder.name) / "vault.json"
        self._patch.setattr(os, "fsync", lambda _descriptor: None)
        self.disk = Disk(self._patch)
        self.clock = MovedClock()
        self.skew = 0
        self.open: list[Vault | None] = [None] * 3
        self.made = 0
        self.owned: set[bytes] = set()
        """Secrets that were saved and never removed."""
        self.dropping: list[set[bytes]] = [set(), set(), set()]
        """Secrets that a program removed but has not saved yet."""
        self.adding: list[set[bytes]] = [set(), set(), set()]
        """Secrets that a program added but has not saved yet."""
        self.deleted: dict[bytes, float] = {}
        """When a secret was last moved to the trash, in real time."""
        self.given: dict[tuple[str, bytes], int] = {}
        """The highest counter whose code was returned, by entry and secret."""
        self.copies: dict[Path, tuple[set[bytes], dict[tuple[str, bytes], int]]] = {}
        """Secrets that were added, and counters whose codes were returned, in a conflict copy."""
        self.befores: dict[str, Document] = {}
        """The document before a step that can be undone, by its mark."""
        Vault.create(self.path, PASSWORD, FLOOR, self.clock)
        self._patch.setattr(self.clock, "now", lambda: self.clock.moment + self.skew)

    def teardown(self) -> None:
        self._patch.undo()
        self._folder.cleanup()

    # --- the programs ----------------------------------------------------------------------

    def vault(self, number: int) -> Vault:
        """The program's vault, opened where it is not."""
        vault = self.open[number]
        if vault is None:
            vault = self.open[number] = Vault.open(self.path, PASSWORD, self.clock)
            # As the app does at startup.
            vault.change_later(self.watched(number, lambda now: trash.expire(now, self.moment)))
        return vault

    @property
    def moment(self) -> int:
        return int(self.clock.now())

    def watched(
        self,
        number: int,
        step: Change,
        may_go: Collection[bytes] | None = (),
        *,
        is_dated: bool = False,
    ) -> Change:
        """Wrap `step` to track the secrets that it removes and restores.

        `may_go` are the secrets that may be removed, None for any. Others may leave the trash only
        when they were there long enough. `is_dated` is True if what the step brings into the trash
        was deleted earlier, at the moment in the document.
        """

        def whole(document: Document) -> Document:
            after = step(document)
            before, now = _secrets(document), _secrets(after)
            for secret in (before - now).difference(before - now if may_go is None else may_go):
                age = self.clock.moment - self.deleted.get(secret, self.clock.moment)
                assert age >= KEPT, f"gone after {age / DAY} days: {secret!r}"
            for added, _ in self.copies.values():
                # It was merged in, or restored, and is now one of the vault's own.
                added.difference_update(before - now)
            self.dropping[number] = (self.dropping[number] | (before - now)) - (now - before)
            self.adding[number] = (self.adding[number] | (now - before)) - (before - now)
            for one in after.trash:
                if all(one.id != old.id for old in document.trash):
                    self.deleted[one.secret.key] = one.deleted if is_dated else self.clock.moment
            record = after.preferences.get(KEY)
            if record and record != document.preferences.get(KEY):
                old = document.preferences.get(KEY, {})
                same = last_step(document) == Step(record["label"]) and bool(old)
                moved = record["label"].startswith("move of")
                self.befores[record["mark"]] = (
                    self.befores[old["mark"]] if same and moved else document
                )
            return after

        return whole

    def attempt(self, number: int, action: Callable[[Vault], object], fault: Any) -> bool:
        """Let a program do something that saves; return True if it did."""
        vault = self.vault(number)
        try:
            with self.disk.failing(fault):
                action(vault)
        except Killed:
            # It may have been saved by then.
            self.owned -= self.dropping[number]
            self.forget(number)
            return False
        except OtpTuiError:
            return False
        assert vault.saved
        if vault.flushed:
            self.saved(number)
        return True

    def saved(self, number: int) -> None:
        vault = self.vault(number)
        there = _secrets(vault.document)
        assert self.adding[number] <= there
        self.owned -= self.dropping[number] - there
        self.owned |= there
        self.dropping[number], self.adding[number] = set(), set()

    def forget(self, number: int) -> None:
        """The program was killed, and its unsaved changes are lost."""
        self.open[number] = None
        self.dropping[number], self.adding[number] = set(), set()

    def change(
        self, number: int, step: Change, fault: Any = None, may_go: Collection[bytes] | None = ()
    ) -> bool:
        watched = self.watched(number, step, may_go)
        return self.attempt(number, lambda vault: vault.change(watched), fault)

    def pick(self, number: int, place: int, *, trash: bool = False) -> list[Entry]:
        document = self.vault(number).document
        among = document.trash if trash else document.entries
        return [among[place % len(among)]] if among else []

    def new(self, kind: OtpType = OtpType.TOTP) -> Entry:
        self.made += 1
        return entry(f"{self.made}", kind, secret=self.secret())

    def secret(self) -> Secret:
        self.made += 1
        return Secret.base32(base64.b32encode(f"{self.made:010}".encode()).decode())

    # --- what they do ------------------------------------------------------------------------

    @rule(number=programs, hotp=st.booleans(), fault=faults)
    def add(self, number: int, hotp: bool, fault: Any) -> None:
        one = self.new(OtpType.HOTP if hotp else OtpType.TOTP)
        step = undoable(lambda now: edit.add(now, [one], self.moment), f"addition {one.issuer}")
        self.change(number, step, fault)

    @rule(number=programs, place=places, what=st.sampled_from(["note", "secret", "names"]),
          stale=st.booleans(), fault=faults)  # fmt: skip
    def edit(self, number: int, place: int, what: str, stale: bool, fault: Any) -> None:
        for one in self.pick(number, place):
            self.made += 1
            secrets = {one.secret.key}
            changes: dict[str, dict[str, Any]] = {
                "note": {"note": f"note {self.made}"},
                "secret": {"secret": self.secret()},
                "names": {"issuer": f"issuer {self.made}", "account": None},
            }
            if stale:
                # The form is open while another program saves.
                other = {**changes, "secret": {"secret": self.secret()}}[what]
                other_step = partial(edit.edit, before=one, changes=other, moment=self.moment)
                self.change((number + 1) % 3, other_step, None, secrets)
            step = partial(edit.edit, before=one, changes=changes[what], moment=self.moment)
            self.change(number, undoable(step, f"change {self.made}"), fault, secrets)

    @rule(number=programs, place=places, fault=faults)
    def delete(self, number: int, place: int, fault: Any) -> None:
        ids = {one.id for one in self.pick(number, place)}
        step = undoable(lambda now: edit.delete(now, ids, self.moment), "deletion")
        self.change(number, step, fault)

    @rule(number=programs, place=places, fault=faults)
    def restore(self, number: int, place: int, fault: Any) -> None:
        ids = {one.id for one in self.pick(number, place, trash=True)}
        step = undoable(lambda now: edit.restore(now, ids, self.moment), "restore")
        self.change(number, step, fault)

    @rule(number=programs, place=places, fault=faults)
    def discard(self, number: int, place: int, fault: Any) -> None:
        chosen = self.pick(number, place, trash=True)
        ids, secrets = {one.id for one in chosen}, {one.secret.key for one in chosen}
        step = undoable(lambda now: trash.discard(now, ids), "for good")
        self.change(number, step, fault, secrets)

    @rule(number=programs, place=places, kind=st.sampled_from(ImportAction), fault=faults)
    def import_again(self, number: int, place: int, kind: ImportAction, fault: Any) -> None:
        known = [replace(one, note="imported") for one in self.pick(number, place)]
        backup = Backup((*known, self.new()))

        def step(now: Document) -> Document:
            planned, actions = plan(now, backup), actions_for(kind)
            after, _ = apply(now, backup, planned, self.moment, actions=actions)
            return with_undo(now, after, "import")

        self.change(number, step, fault)

    @rule(number=programs, place=places, fault=faults)
    def take_code(self, number: int, place: int, fault: Any) -> None:
        document = self.vault(number).document
        counted = [one for one in document.entries if one.type is OtpType.HOTP]
        if not counted:
            return
        one = counted[place % len(counted)]
        if self.attempt(number, lambda vault: vault.take_hotp(one.id), fault):
            now = self.vault(number).document.find(one.id)
            key = (now.id, now.secret.key)
            assert now.counter - 1 > self.given.get(key, -1), "a code was given twice"
            self.given[key] = now.counter - 1

    @rule(number=programs, fault=faults)
    def undo(self, number: int, fault: Any) -> None:
        def step(now: Document) -> Document:
            after = undo(now, self.moment)
            mark = now.preferences[KEY]["mark"]
            if mark in self.befores:
                _assert_back(after, self.befores[mark])
            return after

        self.change(number, step, fault, may_go=None)

    @rule(number=programs, name=st.sampled_from("xyz"), which=places,
          what=st.sampled_from(["make", "rename", "delete", "assign"]), fault=faults)  # fmt: skip
    def category(self, number: int, name: str, which: int, what: str, fault: Any) -> None:
        document = self.vault(number).document
        there = document.categories
        chosen = there[which % len(there)] if there else Category.named(name)
        ids = {one.id for one in self.pick(number, which)}
        steps: dict[str, Change] = {
            "make": lambda now: categories.create(now, name),
            "rename": lambda now: categories.rename(now, chosen.id, name, self.moment),
            "delete": lambda now: categories.delete(now, chosen.id, self.moment),
            "assign": lambda now: categories.assign(now, ids, {chosen.id: which % 2 == 0}, 0),
        }
        self.change(number, undoable(steps[what], what), fault)

    @rule(number=programs, place=places, pinned=st.booleans(), fault=faults)
    def pin(self, number: int, place: int, pinned: bool, fault: Any) -> None:
        ids = {one.id for one in self.pick(number, place)}
        step = undoable(lambda now: edit.pin(now, ids, pinned, self.moment), "pinning")
        self.change(number, step, fault)

    @rule(number=programs, place=places, what=st.sampled_from(["use", "move", "order"]))
    def change_later(self, number: int, place: int, what: str) -> None:
        vault, moment = self.vault(number), self.moment
        for one in self.pick(number, place):
            move = partial(
                edit.move, entry_id=one.id, step=1 - place % 3, category=None, moment=moment
            )
            steps: dict[str, Change] = {
                "use": partial(edit.count_use, entry_id=one.id, moment=moment),
                "move": undoable_as_one(
                    move,
                    f"move of {one.issuer}",
                    moment,
                ),
                "order": lambda now: with_order(now, list(Order)[place % len(Order)]),
            }
            with suppress(OtpTuiError):
                vault.change_later(self.watched(number, steps[what]))

    @rule(number=programs, fault=faults)
    def save(self, number: int, fault: Any) -> None:
        self.attempt(number, lambda vault: vault.save(), fault)

    @rule(number=programs)
    def save_while_locked(self, number: int) -> None:
        vault = self.vault(number)
        with self.path.with_name("vault.json.lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            with suppress(NotSavedError):
                vault.change(lambda now: replace(now, extra={**now.extra, "locked": self.made}))
                raise AssertionError

    @rule(number=programs, kind=st.sampled_from(["end", "kill"]))
    def leave(self, number: int, kind: str) -> None:
        vault = self.open[number]
        if vault is not None and kind == "end":
            if not vault.flushed:
                self.attempt(number, lambda vault: vault.save(), None)
            vault.close()
        self.forget(number)

    @precondition(lambda self: not self.skew)
    @rule(days=st.sampled_from([0, 1, 2, 31]))
    def wait(self, days: int) -> None:
        self.clock.moment += days * DAY + 60

    @rule(years=st.sampled_from([-50, -1, 1, 30]), number=programs, fault=faults)
    def wrong_clock(self, years: int, number: int, fault: Any) -> None:
        """The clock jumps, a program opens the vault and saves, and the clock is right again."""
        self.leave(number, "end")
        self.skew = years * 365 * DAY
        try:
            self.vault(number)
            self.save(number, fault)
            self.leave(number, "end")
        finally:
            self.skew = 0
        self.vault(number)
        self.save(number, None)

    # --- what holds --------------------------------------------------------------------------

    @invariant()
    def nothing_is_lost(self) -> None:
        there = Vault.open(self.path, PASSWORD, self.clock).document
        lost = self.owned - _secrets(there)
        assert not lost, f"lost: {lost}"
        for one in there.everything:
            counter = self.given.get((one.id, one.secret.key), -1)
            assert one.type is not OtpType.HOTP or one.counter > counter, "a counter went back"
        ids = [one.id for one in there.everything]
        assert len(ids) == len(set(ids))
        assert not there.unreadable

    @invariant()
    def nothing_lies_around(self) -> None:
        backups = list((self.path.parent / "backups").glob("*"))
        assert len(backups) <= 10 + 7 + 1
        assert all(one.stat().st_mode & 0o777 == 0o600 for one in backups)


class RestoresAndMerges(ThreePrograms):
    """The same programs, which also restore older copies and merge conflict copies."""

    def watching(self, number: int, may_go: Collection[bytes] | None) -> Any:
        """Return the program's vault for functions that give it a step of their own."""
        vault = self.vault(number)

        class Watching:
            def __getattr__(self, name: str) -> Any:
                return getattr(vault, name)

            @staticmethod
            def change(step: Change, *, above: int = 0) -> None:
                vault.change(self.watched(number, step, may_go, is_dated=True), above=above)

        return Watching()

    @rule(place=places, what=st.sampled_from(["add", "code", "delete", "note"]))
    def other_machine(self, place: int, what: str) -> None:
        """Another machine changes its copy, which a sync service then puts next to the vault."""
        if len(self.copies) == 2:
            return
        self.made += 1
        elsewhere = self.path.parent / f"machine {self.made}" / "vault.json"
        elsewhere.parent.mkdir()
        shutil.copy(self.path, elsewhere)
        vault = Vault.open(elsewhere, PASSWORD, self.clock)
        there, before, given = vault.document.entries, _secrets(vault.document), {}
        counted = [one for one in there if one.type is OtpType.HOTP]
        if what == "add" or not there:
            vault.change(partial(edit.add, entries=[self.new(OtpType.HOTP)], moment=self.moment))
        elif what == "code" and counted:
            one = counted[place % len(counted)]
            vault.take_hotp(one.id)
            given[one.id, one.secret.key] = one.counter
        elif what == "delete":
            ids = {there[place % len(there)].id}
            vault.change(partial(edit.delete, ids=ids, moment=self.moment))
        else:
            one, note = there[place % len(there)], {"note": f"note {self.made}"}
            vault.change(partial(edit.edit, before=one, changes=note, moment=self.moment))
        added = _secrets(vault.document) - before
        vault.close()
        copy = self.path.with_name(f"vault.sync-conflict-{self.made}.json")
        elsewhere.rename(copy)
        shutil.rmtree(elsewhere.parent)
        self.copies[copy] = added, given

    @rule(number=programs, fault=faults)
    def merge_copies(self, number: int, fault: Any) -> None:
        vault = self.vault(number)
        files = copies.find_copies(self.path, vault.vault_id).files
        if not files:
            return
        assert {file.path for file in files} == self.copies.keys()
        opened = [copies.open_copy(file, vault.key) for file in files]
        watching = self.watching(number, ())
        if not self.attempt(number, lambda _: copies.merge_into(watching, opened), fault):
            # Saved later, its entries would have the counters of now.
            self.forget(number)
            return
        for file in files:
            added, given = self.copies.pop(file.path)
            assert added <= _secrets(self.vault(number).document), "the merge lost an entry"
            for key, counter in given.items():
                self.given[key] = max(counter, self.given.get(key, -1))
            file.path.unlink()

    @rule(number=programs, which=places, fault=faults)
    def recover(self, number: int, which: int, fault: Any) -> None:
        vault = self.vault(number)
        kept = recover.kept_files(self.path, vault.vault_id)
        if not kept:
            return
        one = kept[which % len(kept)]
        old = recover.open_kept(one, vault.key)
        self.forget_counters(recover.open_kept(each, vault.key) for each in kept)
        watching = self.watching(number, None)
        if not self.attempt(number, lambda _: recover.restore(watching, one, old), fault):
            self.forget(number)
        else:
            assert _without_history(self.vault(number).document) == _without_history(old)

    def forget_counters(self, kept: Iterable[Document]) -> None:
        """Forget the counters of secrets that were removed, if no kept file has seen their codes.

        As they make no older copy of their own, an older copy that was removed may have been the
        last one to know.
        """
        there = Vault.open(self.path, PASSWORD, self.clock).document
        known: dict[tuple[str, bytes], int] = {}
        for one in (one for each in (there, *kept) for one in each.everything):
            key = (one.id, one.secret.key)
            known[key] = max(one.counter, known.get(key, 0))
        for key in [key for key, counter in self.given.items() if known.get(key, 0) <= counter]:
            del self.given[key]

    @rule(number=programs)
    def refresh(self, number: int) -> None:
        vault = self.vault(number)
        if vault.flushed:
            vault.refresh()
            assert vault.document == Vault.open(self.path, PASSWORD, self.clock).document


def _assert_back(after: Document, before: Document) -> None:
    counters = {one.id: one.counter for one in before.everything}
    assert all(one.counter >= counters.get(one.id, 0) for one in after.everything)
    deleted = {one.id: one.deleted for one in before.everything}
    assert _plain(after.holding(_undated(after, deleted))) == _plain(before)


def _undated(document: Document, deleted: Mapping[str, int]) -> Iterable[Entry]:
    """Return the entries; those that were deleted anew as they had expired with the old date."""
    for one in document.everything:
        then = deleted.get(one.id, 0)
        yield replace(one, deleted=then) if then and one.deleted - then >= KEPT else one


def _plain(document: Document) -> Document:
    passing = {KEY, *NEVER_UNDONE}
    kept = {key: value for key, value in document.preferences.items() if key not in passing}
    return replace(document, preferences=kept).holding(
        replace(one, counter=0, copy_count=None, used=0, revision=0, updated=0)
        for one in document.everything
    )


def _without_history(document: Document) -> Document:
    return replace(_plain(document), history=())


def _secrets(document: Document) -> set[bytes]:
    return {one.secret.key for one in document.everything}


def _cheap(password: bytes, salt: bytes, params: object, length: int = 32) -> bytes:
    return hashlib.sha256(salt + password).digest()[:length]


def _memory() -> str | None:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


TestThreePrograms = ThreePrograms.TestCase
TestRestoresAndMerges = RestoresAndMerges.TestCase
if not STRESS:
    TestRestoresAndMerges.settings = settings(max_examples=10, derandomize=True)
