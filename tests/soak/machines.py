"""Machines that edit one vault, exchange its file like a sync service, and merge."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from tests.soak.report import Result
from tests.vault.support import FLOOR, PASSWORD, entry
from tui.clock import SystemClock
from tui.otp.entry import Entry, OtpType
from tui.otp.secret import Secret
from tui.vault.copies import find_copies, merge_into, open_copy
from tui.vault.document import Document
from tui.vault.edit import edit
from tui.vault.vault import Vault

TEXTS = ("issuer", "account", "note", "secret")
MOST_STEPS = 9
"""Fewer saves than older copies are kept, so that the common version is known."""


def machines(histories: int) -> Result:
    """Run random histories of two machines; fail if an edit is lost or an entry is there twice."""
    counts = {"edits": 0, "codes": 0, "conflicts": 0}
    for seed in range(histories):
        with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ):
            _History(Path(folder), random.Random(seed), counts).run()
    return Result(
        f"{histories} histories of two machines with {counts['edits']} edits,"
        f" {counts['codes']} HOTP codes and {counts['conflicts']} conflicts",
        "no edit lost, no entry twice, the same entries on both machines",
    )


class _History:
    """Two machines with a folder each, whose vaults stay open."""

    def __init__(self, folder: Path, choice: random.Random, counts: dict[str, int]) -> None:
        self._choice, self._counts, self._folder = choice, counts, folder
        self._written = 0
        self._replaced: set[str] = set()
        self._moment = 0
        paths = [folder / name / "vault.json" for name in "ab"]
        self._entries = [entry("One"), entry("Two"), entry("Counted", OtpType.HOTP)]
        self._use_state(0)
        first = Vault.create(paths[0], PASSWORD, FLOOR, SystemClock())
        first.change(lambda made: made.holding(self._entries))
        paths[1].parent.mkdir()
        shutil.copy(paths[0], paths[1])
        self._use_state(1)
        self._vaults = [first, Vault.open(paths[1], PASSWORD)]
        for vault in self._vaults:
            vault.accept_older_if = lambda _older: True
        self._shared = paths[0].read_bytes()
        """What both machines had after the last exchange."""

    def run(self) -> None:
        """Take some steps, merge everything, and compare."""
        steps: list[Callable[[], None]] = [self._edit, self._edit, self._code, self._exchange]
        for _ in range(self._choice.randint(2, MOST_STEPS)):
            self._choice.choice(steps)()
        while not self._is_settled():
            self._exchange()
            for number in (0, 1):
                self._merge(number)
        one, other = (vault.document.everything for vault in self._vaults)
        assert one == other, "the machines don't agree"
        texts = [tuple(_text(each, name) for name in TEXTS) for each in one]
        assert len({*texts}) == len(texts), "an entry is there twice"
        there = {text for each in texts for text in each}
        written = {self._token(number) for number in range(1, self._written + 1)}
        assert written - self._replaced <= there, f"lost: {written - self._replaced - there}"

    def _use_state(self, number: int) -> None:
        os.environ["XDG_STATE_HOME"] = str(self._folder / f"state{number}")

    def _edit(self) -> None:
        """Give a field of an entry a text that no other has."""
        number, name = self._choice.randrange(2), self._choice.choice(TEXTS)
        vault, identity = self._at(number), self._choice.choice(self._entries).id
        self._written += 1
        self._counts["edits"] += 1
        token = self._token(self._written)
        value = Secret.base32(token) if name == "secret" else token
        replaced: list[str] = []

        def change(made: Document) -> Document:
            old = made.find(identity)
            replaced[:] = [_text(old, name)]
            return edit(made, old, {name: value}, self._moment)

        vault.change(change)
        self._replaced |= {*replaced}

    def _code(self) -> None:
        self._at(self._choice.randrange(2)).take_hotp(self._entries[2].id)
        self._counts["codes"] += 1

    def _at(self, number: int) -> Vault:
        """Return the vault of a machine, some time later."""
        self._moment += self._choice.choice((0, 1, 3600))
        self._use_state(number)
        return self._vaults[number]

    def _exchange(self) -> None:
        """Copy the file that changed; if both did, one of them becomes a conflict copy."""
        paths = [vault.path for vault in self._vaults]
        files = [path.read_bytes() for path in paths]
        changed = [number for number in (0, 1) if files[number] != self._shared]
        winner = self._choice.choice(changed or [0])
        if len(changed) == 2 and files[0] != files[1]:
            self._counts["conflicts"] += 1
            name = f"vault.sync-conflict-20260102-{self._counts['conflicts']:06}-ABCDEFG.json"
            for path in paths:
                path.with_name(name).write_bytes(files[1 - winner])
        self._shared = files[winner]
        _replace(paths[1 - winner], self._shared)
        self._vaults[1 - winner].refresh()

    def _merge(self, number: int) -> None:
        vault = self._at(number)
        vault.refresh()
        vault.save()
        found = find_copies(vault.path, vault.vault_id).files
        if found:
            merge_into(vault, [open_copy(file, vault.key) for file in found])
            for file in found:
                file.remove()

    def _is_settled(self) -> bool:
        files = {vault.path.read_bytes() for vault in self._vaults}
        waiting = [find_copies(each.path, each.vault_id).files for each in self._vaults]
        return len(files) == 1 and not any(waiting) and all(each.saved for each in self._vaults)

    @staticmethod
    def _token(number: int) -> str:
        return "TOKEN" + "".join("ABCDEFGHIJ"[int(digit)] for digit in f"{number:011}")


def _text(one: Entry, name: str) -> str:
    value = getattr(one, name)
    return value.given if isinstance(value, Secret) else value or ""


def _replace(path: Path, data: bytes) -> None:
    arriving = path.with_name(".arriving")
    arriving.write_bytes(data)
    arriving.chmod(0o600)
    arriving.replace(path)
