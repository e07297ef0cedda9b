"""Damaged vaults, hostile backups and special files: one error line, nothing changed."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.cli.program import Program


def flipped(data: bytes) -> bytes:
    """Return `data` with one bit of the payload flipped."""
    place = data.rindex(b'"payload"') + 40
    return data[:place] + (b"A" if data[place : place + 1] != b"A" else b"B") + data[place + 1 :]


HOSTILE_VAULTS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _data: b"",
    "zeros": lambda _data: bytes(1024),
    "cut": lambda data: data[: len(data) // 2],
    "flipped": flipped,
    "trailing": lambda data: data + b"x",
    "list": lambda _data: b"[]",
    "nested": lambda _data: b"[" * 100_000,
    "not text": lambda _data: b"\xff\xfe{",
    "huge memory": lambda data: data.replace(b"19456", b"4294967296"),
    "memory as text": lambda data: data.replace(b"19456", b'"19456"'),
    "too large": lambda _data: b" " * (16 * 1024 * 1024 + 1),
}


@pytest.mark.parametrize("kind", HOSTILE_VAULTS)
def test_a_hostile_vault_is_refused_and_unchanged(filled: Program, kind: str) -> None:
    data = HOSTILE_VAULTS[kind](filled.vault.read_bytes())
    filled.vault.write_bytes(data)
    done = filled.open("list")
    assert done.code in {1, 3}
    assert done.code == 3 or kind == "too large"
    assert done.out == ""
    assert done.err.startswith("otp-tui: ")
    assert done.err.count("\n") == 1
    assert "crashed" not in done.err
    assert filled.vault.read_bytes() == data


def test_a_newer_vault_is_unchanged(filled: Program) -> None:
    data = filled.vault.read_bytes().replace(b'"version": 2,', b'"version": 3,')
    data = data.replace(b'"version":2,', b'"version":3,')
    filled.vault.write_bytes(data)
    done = filled.open("list")
    assert done.code == 3
    assert "newer version of otp-tui" in done.err
    assert filled.vault.read_bytes() == data


HOSTILE_BACKUPS = {
    "empty": b"",
    "zeros": bytes(1024),
    "header alone": b"AUTHENTICATORPRO",
    "cut": b"AUTHENTICATORPRO" + bytes(40),
    "legacy, not a multiple of 16": b"AuthenticatorPro" + bytes(60),
    "nested": b'{"Authenticators": [' + b"[" * 100_000,
    "null": b'{"Authenticators": null}',
    "html": b"<!doctype html><title>Not found</title>",
    "UTF-16": '{"Authenticators": []}'.encode("utf-16"),
    "NaN": b'{"Authenticators": [{"Type": NaN}]}',
    "long number": b'{"Authenticators": [' + b"9" * 5000 + b"]}",
}


@pytest.mark.parametrize("kind", HOSTILE_BACKUPS)
def test_a_hostile_backup_leaves_the_vault_unchanged(filled: Program, kind: str) -> None:
    before = filled.vault.read_bytes()
    file = filled.folder / "backup"
    file.write_bytes(HOSTILE_BACKUPS[kind])
    done = filled.open("import", file, "--backup-password-stdin", stdin="some password")
    assert "Traceback" not in done.err
    assert "crashed" not in done.err
    assert done.err
    assert done.code in {0, 3}
    assert filled.vault.read_bytes() == before


def test_special_files_do_not_block(filled: Program) -> None:
    fifo = filled.folder / "fifo"
    os.mkfifo(fifo)
    for path in (fifo, "/dev/zero", filled.folder, "missing"):
        done = filled.open_real("import", path)
        assert (done.code, done.out) == (1, "")
        assert done.err.count("\n") == 1
