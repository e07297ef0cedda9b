"""Reading files that somebody else may have made: bounded, and never waiting."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui import files
from tui.errors import FileError


def test_a_regular_file_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "backup"
    path.write_bytes(b"abc" * 100)
    assert files.read_limited(path) == b"abc" * 100


def test_a_link_to_a_regular_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "backup").write_bytes(b"abc")
    (tmp_path / "link").symlink_to("backup")
    assert files.read_limited(tmp_path / "link") == b"abc"


def test_the_limit_itself_is_allowed_and_one_more_is_not(tmp_path: Path) -> None:
    path = tmp_path / "backup"
    path.write_bytes(bytes(10))
    assert files.read_limited(path, limit=10) == bytes(10)
    with pytest.raises(FileError, match="larger than"):
        files.read_limited(path, limit=9)


def test_a_huge_file_is_refused_by_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "backup"
    with path.open("wb") as file:
        file.truncate(files.LIMIT + 1)
    monkeypatch.setattr(os, "read", lambda *_: pytest.fail("it was read"))
    with pytest.raises(FileError, match="larger than 16 MiB"):
        files.read_limited(path)


def test_a_pipe_a_device_and_a_folder_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(FileError, match="is not a regular file"):
            files.read_limited(path)
    with pytest.raises(FileError, match="is a folder"):
        files.read_limited(tmp_path)


def test_a_missing_file_and_a_name_that_cannot_be_are_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"^No such file: .*nothing\.$"):
        files.read_limited(tmp_path / "nothing")
    with pytest.raises(FileError, match="not a valid file name"):
        files.read_limited("a\0b")


def test_a_file_that_may_not_be_read_is_named_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> int:
        raise PermissionError(13, "no")

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(FileError, match=r"Can.t read .*backup: Permission denied"):
        files.read_limited(tmp_path / "backup")


def test_a_file_that_grows_or_shrinks_meanwhile_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "backup"
    path.write_bytes(b"abc")
    for size in (2, 4):
        monkeypatch.setattr(files, "regular_size", lambda *_, size=size: size)
        with pytest.raises(FileError, match="changed while"):
            files.read_limited(path)


def test_control_characters_of_a_path_do_not_reach_the_message(tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        files.read_limited(tmp_path / "a\x1b]52;c;eA==\x07b")
    assert "\x1b" not in str(caught.value)
    assert "\x07" not in str(caught.value)
