"""Saving settings: what was asked for changes, all else stays."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from tui.config.load import load
from tui.config.save import has_remarks, save
from tui.config.schema import SETTINGS, Config
from tui.errors import ConfigError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_a_value_is_set_and_all_else_stays(file: Path) -> None:
    file.write_text(
        "lock_after = 1\nfuture = [1, {a = 2}]\n[kdf]\ntime_cost = 4\nnew = 1979-05-27\n"
        '[other]\nx = """\n#"""\n'
    )
    save(file, {("lock_after",): 7, ("kdf", "memory_mib"): 128})
    tree = tomllib.loads(file.read_text())
    assert tree.pop("lock_after") == 7
    assert tree["kdf"].pop("memory_mib") == 128
    assert str(tree.pop("kdf")) == "{'time_cost': 4, 'new': datetime.date(1979, 5, 27)}"
    assert tree == {"future": [1, {"a": 2}], "other": {"x": "#"}}


def test_none_takes_a_value_out(file: Path) -> None:
    file.write_text("lock_after = 1\nhide_codes = true\n")
    save(file, {("lock_after",): None, ("theme",): None})
    assert tomllib.loads(file.read_text()) == {"hide_codes": True}


def test_every_setting_can_be_saved_as_it_is_read(file: Path) -> None:
    given = {"vault": "/x.json", "lock_after": 0.5, "hide_codes": True, "theme": "nord",
             "clipboard_command": ["my", "copy"]}  # fmt: skip
    for setting in SETTINGS:
        path = (setting.section, setting.name) if setting.section else (setting.name,)
        save(file, {path: given.get(setting.name, setting.default or 0)}
             if setting.default not in (None, ()) or setting.name in given else {})  # fmt: skip
    config, wrong = load(file)
    assert wrong == ()
    assert config == Config(
        vault="/x.json", lock_after=0.5, hide_codes=True, theme="nord",
        clipboard_command=("my", "copy"),
    )  # fmt: skip


def test_a_new_file_is_for_the_user_alone_and_its_folder_is_made(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b" / "config.toml"
    save(file, {("lock_after",): 1})
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_the_mode_stays(file: Path) -> None:
    file.write_text("")
    file.chmod(0o640)
    save(file, {("lock_after",): 1})
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link(file: Path, tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles.toml"
    kept.write_text("hide_codes = true\n")
    file.symlink_to(kept.name)
    save(file, {("lock_after",): 1})
    assert file.is_symlink()
    assert load(kept) == (Config(hide_codes=True, lock_after=1), ())


@pytest.mark.parametrize("data", [b"not toml", b"\xff", b"a = 1\na = 2", b"#" * 70_000])
def test_a_file_that_is_no_toml_is_left_as_it_is(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    with pytest.raises(ConfigError):
        save(file, {("lock_after",): 1})
    assert file.read_bytes() == data
    assert list(file.parent.iterdir()) == [file]


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a folder"):
        save(tmp_path, {("lock_after",): 1})


def test_what_is_no_section_is_not_overwritten(file: Path) -> None:
    file.write_text("kdf = 3\n")
    with pytest.raises(ConfigError, match="kdf is not a section"):
        save(file, {("kdf", "time_cost"): 4})
    assert file.read_text() == "kdf = 3\n"


def test_a_failure_leaves_the_old_file_and_nothing_beside(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("hide_codes = true\n")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match=r"cannot be written: No space left"):
        save(file, {("lock_after",): 1})
    assert file.read_text() == "hide_codes = true\n"
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    ("text", "remarks"),
    [
        ("a = 1 # one", True),
        ("# one\n", True),
        ("a = '#'\n", False),
        ('a = "\\"#"\n', False),
        ('a = """\n#\n"""', False),
        ("a = '''\n#\n'''", False),
        ("a = 'it' # '#'", True),
        ("", False),
    ],
)
def test_remarks_are_seen(file: Path, text: str, remarks: bool) -> None:
    file.write_text(text)
    assert has_remarks(file) is remarks


def test_no_file_has_no_remarks(file: Path) -> None:
    assert not has_remarks(file)
