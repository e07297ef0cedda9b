"""Several programs with one vault, and one that is killed while it saves."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.vault.conftest import MakeVault
from tests.vault.support import PASSWORD, RFC_CODES, document, entry
from tui.otp.entry import OtpType
from tui.vault.vault import Vault

HOTP = entry("hotp", OtpType.HOTP)
ROOT = Path(__file__).parents[2]

# Argon2 is replaced in the children as in the tests themselves; the vault's password is theirs.
PREAMBLE = """
import hashlib, sys
from dataclasses import replace
from tui.crypto import kdf
kdf.argon2id = lambda password, salt, params, length=32: hashlib.sha256(salt + password).digest()
from tests.vault.support import PASSWORD, entry, identity
from tui.vault.vault import Vault
vault = Vault.open(sys.argv[1], PASSWORD)
print("open", flush=True)
sys.stdin.readline()
"""
TAKE = """
for _ in range(15):
    print(vault.take_hotp(identity("hotp")).text, flush=True)
"""
ADD = """
for number in range(8):
    name = f"{sys.argv[2]} {number}"
    vault.change(lambda now: replace(now, entries=(*now.entries, entry(name))))
"""
FILL = """
number = 0
while True:
    number += 1
    note = str(number) * 20000
    vault.change(lambda now: replace(now, entries=(entry("only", note=note),)))
    print(number, flush=True)
"""


def start(path: Path, script: str, name: str = "") -> subprocess.Popen[str]:
    """Start a child and wait until it has opened the vault; it continues when it gets a line."""
    child = subprocess.Popen(
        [sys.executable, "-c", PREAMBLE + script, str(path), name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "open\n"
    return child


def go(child: subprocess.Popen[str]) -> None:
    assert child.stdin is not None
    child.stdin.write("\n")
    child.stdin.flush()


def test_two_programs_never_get_the_same_hotp_code(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path
) -> None:
    make_vault(document(HOTP))
    children = [start(path, TAKE) for _ in range(2)]
    for child in children:
        go(child)
    given = [child.communicate(timeout=20)[0].split() for child in children]
    assert [child.returncode for child in children] == [0, 0]
    codes = given[0] + given[1]
    assert len(codes) == len(set(codes)) == 30
    assert set(RFC_CODES) <= set(codes)
    assert open_vault().entries[0].counter == 30


def test_two_programs_that_add_lose_nothing(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path
) -> None:
    make_vault()
    children = [start(path, ADD, name) for name in ("x", "y")]
    for child in children:
        go(child)
    for child in children:
        child.communicate(timeout=20)
        assert child.returncode == 0
    expected = {f"{name} {number}" for name in "xy" for number in range(8)}
    assert {one.issuer for one in open_vault().entries} == expected
    assert len(open_vault().entries) == 16


@pytest.mark.parametrize("after", [0.004, 0.009, 0.015, 0.022])
def test_a_killed_program_leaves_a_complete_vault(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path, after: float
) -> None:
    make_vault(document(entry("only", note="0" * 20000)))
    child = start(path, FILL)
    go(child)
    assert child.stdout is not None
    child.stdout.readline()
    time.sleep(after)
    child.kill()
    said = child.stdout.read().split()  # `communicate` would miss what `readline` read ahead
    child.communicate(timeout=20)
    note = open_vault().entries[0].note
    number = int(note[: len(note) // 20000])
    assert note == str(number) * 20000
    # Everything reported as saved is there; one more may have been saved but not reported.
    assert number - int(said[-1] if said else 1) in (0, 1)
    vault = Vault.open(path, PASSWORD)
    vault.change(lambda _: document(HOTP))
    assert not list(path.parent.glob(".*.tmp"))
