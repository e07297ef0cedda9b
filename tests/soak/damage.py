"""Files with one bit flipped, or cut short, at every place."""

from __future__ import annotations

import random
import tempfile
from contextlib import suppress
from pathlib import Path

from tests.backup.formats.test_all_readers import CREDENTIALS, cheap_kdfs, written
from tests.soak.report import Result
from tests.vault.support import FLOOR, PASSWORD, MovedClock, full_document
from tui.backup.content import FileContent
from tui.backup.registry import recognize
from tui.errors import OtpTuiError
from tui.vault.locked_vault import LockedVault
from tui.vault.vault import Vault


def damage(every: int = 1, seed: int = 1) -> Result:
    """Damage a vault and a backup of each format; read what is left, or refuse it."""
    drawn, vaults, same = random.Random(seed), 0, 0
    with tempfile.TemporaryDirectory() as folder, cheap_kdfs():
        path = Path(folder, "vault.json")
        vault = Vault.create(path, PASSWORD, FLOOR, MovedClock())
        vault.change(lambda _: full_document())
        whole, document, key = path.read_bytes(), vault.document, vault.key
        damaged = Path(folder, "damaged.json")
        places = range(drawn.randrange(every), len(whole), every)
        for data in (
            *(_flipped(whole, at, drawn) for at in places),
            *(whole[:at] for at in places),
        ):
            damaged.write_bytes(data)
            damaged.chmod(0o600)
            vaults += 1
            for by_key in (False, True):
                try:
                    locked = LockedVault.read(damaged)
                    opened = locked.unlock_with_key(key) if by_key else locked.unlock(PASSWORD)
                except OtpTuiError:
                    continue
                assert opened.document.entries == document.entries, "damage was not noticed"
                same += 1
        backups = 0
        for data in written():
            for at in range(drawn.randrange(every), len(data), every):
                for one in (_flipped(data, at, drawn), data[:at]):
                    found = recognize(FileContent(one))
                    backups += 1
                    if found is None:
                        continue
                    with suppress(OtpTuiError):
                        found.read(one, CREDENTIALS)
    return Result(
        f"{vaults:,} damaged vaults, {backups:,} damaged backups; seed {seed}",
        f"{same:,} vaults opened with unchanged contents, the others refused; no crash",
    )


def _flipped(data: bytes, at: int, drawn: random.Random) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 1 << drawn.randrange(8)
    return bytes(changed)
