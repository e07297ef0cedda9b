"""Which files of a folder are backups, told from a bounded number of their bytes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui.backup import folder
from tui.backup.folder import app_of


def test_a_backup_is_recognized_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"AVTOTPY_BACKUP_MAGIC" * 9)
    (tmp_path / "uris.txt").write_text("otpauth://totp/a?secret=MFRGGZDF\n")
    (tmp_path / "notes.txt").write_text("hello")
    assert app_of(tmp_path / "x") == "AVTotpy"
    assert app_of(tmp_path / "uris.txt") == "List of otpauth:// URIs"
    assert app_of(tmp_path / "notes.txt") == ""


def test_a_picture_is_not_called_a_backup(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert app_of(tmp_path / "photo.png") == ""


@pytest.mark.parametrize(
    ("name", "start", "app"),
    [
        ("big.2fas", b"{", "2FAS"),
        ("big.json", b"{", ""),
        ("big.bin", b"", ""),
        ("big", b"AVTOTPY_BACKUP_MAGIC" * 9, "AVTotpy"),
    ],
)
def test_of_a_large_file_only_the_start_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, start: bytes, app: str
) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(start)
        file.truncate(1 << 30)
    asked: list[int] = []
    real = os.read

    def read(descriptor: int, size: int) -> bytes:
        asked.append(size)
        return real(descriptor, size)

    monkeypatch.setattr(os, "read", read)
    assert app_of(path) == app
    assert sum(asked) <= folder._WHOLE


def test_what_is_no_readable_file_is_no_backup(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder.kdbx").mkdir()
    (tmp_path / "empty.authpro").touch()
    for name in ("empty.authpro", "pipe", "dangling", "folder.kdbx", "missing", "a\0b"):
        assert app_of(tmp_path / name) == ""
