"""Reading untrusted files, and replacing files safely."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Any

import pytest

from tui import files
from tui.errors import FileError


def test_a_regular_file_is_read_completely(tmp_path: Path) -> None:
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


def test_a_larger_limit_may_depend_on_the_start(tmp_path: Path) -> None:
    path = tmp_path / "backup"
    path.write_bytes(b"large" + bytes(10))

    def limit_for(start: bytes) -> int:
        return 15 if start.startswith(b"large") else 9

    assert len(files.read_limited(path, limit_for=limit_for)) == 15
    path.write_bytes(b"other" + bytes(10))
    with pytest.raises(FileError, match="larger than"):
        files.read_limited(path, limit_for=limit_for)


def test_a_pipe_a_device_and_a_folder_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(FileError, match="is not a regular file"):
            files.read_limited(path)
    with pytest.raises(FileError, match="is a folder"):
        files.read_limited(tmp_path)


@pytest.mark.parametrize(
    "uri",
    [
        "otpauth://totp/me?secret=JBSWY3DP",
        "MOTP://x?secret=ab",
        f"otpauth-migration://offline?data={'A' * 5000}",  # longer than a path may be
    ],
)
def test_a_uri_in_place_of_a_path_is_not_shown(tmp_path: Path, uri: str) -> None:
    for path in (uri, Path(uri), tmp_path / uri):
        with pytest.raises(FileError, match=r"^That is a URI, not a file\.$"):
            files.read_limited(path)


def test_a_missing_file_and_an_invalid_name_are_reported(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"^No such file: .*nothing\.$"):
        files.read_limited(tmp_path / "nothing")
    with pytest.raises(FileError, match="not a valid file name"):
        files.read_limited("a\0b")


def test_an_unreadable_file_is_reported_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> int:
        raise PermissionError(13, "no")

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(FileError, match=r"Can.t read .*backup: Permission denied"):
        files.read_limited(tmp_path / "backup")


def test_a_file_that_changes_while_read_is_refused(
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


def test_a_replaced_file_has_the_new_bytes_and_mode(
    tmp_path: Path,
) -> None:
    path = tmp_path / "config.toml"
    for data, mode in ((b"first", 0o600), (b"second", 0o640)):
        files.replace_file(path, data, mode)
        assert path.read_bytes() == data
        assert path.stat().st_mode & 0o777 == mode
        assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["write", "fchmod", "fsync", "replace", "rename"])
@pytest.mark.parametrize("call", [1, 2])
@pytest.mark.parametrize("existed", [True, False])
def test_a_failed_replacement_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, call: int, existed: bool
) -> None:
    path = tmp_path / "config.toml"
    if existed:
        path.write_bytes(b"old")
    real, calls = getattr(os, name), 0

    def fail(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            raise OSError(28, "no space")
        return real(*args, **kwargs)

    monkeypatch.setattr(os, name, fail)
    try:
        files.replace_file(path, b"new")
    except OSError:
        assert list(tmp_path.iterdir()) == ([path] if existed else [])
        assert not existed or path.read_bytes() == b"old"
    else:
        assert calls < call
        assert path.read_bytes() == b"new"


def test_without_hard_links_a_file_survives_any_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old file is gone once the new one has its name; the new one is better than none."""

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OSError(1, "no links")

    path = tmp_path / "config.toml"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(files, "sync_folder", refuse)
    with pytest.raises(OSError, match="no links"):
        files.replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_on_macos_a_file_is_written_through_the_cache_of_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", lambda _descriptor, what: asked.append(what))
    files.write_new(tmp_path / "new", b"data")
    assert asked == [51]

    def refuse(*_: object) -> None:
        raise OSError(25, "not supported")

    monkeypatch.setattr(fcntl, "fcntl", refuse)
    files.write_new(tmp_path / "other", b"data")
    assert (tmp_path / "other").read_bytes() == b"data"
