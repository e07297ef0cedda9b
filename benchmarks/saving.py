"""Goal 6: saving a vault of 10,000 entries."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.entries import document
from benchmarks.figures import Figure, medians
from benchmarks.program import PASSWORD
from tui.clock import SystemClock
from tui.crypto.kdf import Argon2Params
from tui.vault import document as documents
from tui.vault.document import Document
from tui.vault.vault import Vault


def saving(runs: int) -> list[Figure]:
    """Goal 6: saving 10,000 entries, against the bare operations on the same bytes."""
    with TemporaryDirectory() as name:
        path = Path(name) / "vault.json"
        vault = Vault.create(path, PASSWORD, Argon2Params(2, 19456, 1), SystemClock())
        full = document(10_000)
        vault.change(lambda _: full)
        tree = json.loads(documents.write(full))
        cipher = AESGCM(os.urandom(32))

        def save() -> float:
            start = time.perf_counter()
            vault.change(_copied_once)
            return time.perf_counter() - start

        def bare() -> float:
            start = time.perf_counter()
            text = json.dumps(tree, separators=(",", ":")).encode()
            sealed = cipher.encrypt(os.urandom(12), text, None)
            beside = Path(name) / "floor"
            with beside.open("wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(Path(name) / "floor.json")
            return time.perf_counter() - start

        taken = medians({"ours": save, "floor": bare}, runs)
    what = "save 10,000 entries ÷ dumps + AES-GCM + fsync"
    return [Figure.of_times("6", what, taken["ours"], taken["floor"], 1.1)]


def _copied_once(document: Document) -> Document:
    first, *rest = document.entries
    changed = replace(first, copy_count=(first.copy_count or 0) + 1)
    return replace(document, entries=(changed, *rest))
