"""Saving settings: single values change, everything else is kept."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from tui.config.commands import COMMANDS
from tui.config.load import load
from tui.config.save import save
from tui.config.schema import SETTINGS, Config
from tui.errors import ConfigError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_a_value_is_set_and_everything_else_is_kept(file: Path) -> None:
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


def test_none_removes_a_value(file: Path) -> None:
    file.write_text("lock_after = 1\nhide_codes = true\n")
    save(file, {("lock_after",): None, ("theme",): None})
    assert tomllib.loads(file.read_text()) == {"hide_codes": True}


def test_every_setting_can_be_saved_as_it_is_read(file: Path) -> None:
    given = {"vault": "/x.json", "lock_after": 0.5, "hide_codes": True, "theme": "nord",
             "clipboard_command": ["my", "copy"]}  # fmt: skip
    for setting in SETTINGS:
        save(file, {setting.path: given.get(setting.name, setting.default or 0)}
             if setting.default not in (None, ()) or setting.name in given else {})  # fmt: skip
    config, wrong = load(file)
    assert wrong == ()
    assert config == Config(
        vault="/x.json", lock_after=0.5, hide_codes=True, theme="nord",
        clipboard_command=("my", "copy"),
    )  # fmt: skip


def test_a_new_file_is_private_and_its_folder_is_created(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b" / "config.toml"
    save(file, {("lock_after",): 1})
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_the_file_mode_is_kept(file: Path) -> None:
    file.write_text("")
    file.chmod(0o640)
    save(file, {("lock_after",): 1})
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_symbolic_link_is_kept(file: Path, tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles.toml"
    kept.write_text("hide_codes = true\n")
    file.symlink_to(kept.name)
    save(file, {("lock_after",): 1})
    assert file.is_symlink()
    assert load(kept) == (Config(hide_codes=True, lock_after=1), ())


@pytest.mark.parametrize("data", [b"not toml", b"\xff", b"a = 1\na = 2", b"#" * 70_000])
def test_a_file_that_is_not_toml_is_not_changed(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    with pytest.raises(ConfigError):
        save(file, {("lock_after",): 1})
    assert file.read_bytes() == data
    assert list(file.parent.iterdir()) == [file]


def test_a_folder_in_its_place_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a folder"):
        save(tmp_path, {("lock_after",): 1})


def test_a_value_with_the_name_of_a_section_is_not_overwritten(file: Path) -> None:
    file.write_text("kdf = 3\n")
    with pytest.raises(ConfigError, match=r"kdf in .* is not a section"):
        save(file, {("kdf", "time_cost"): 4})
    assert file.read_text() == "kdf = 3\n"


def test_a_failure_keeps_the_old_file_and_leaves_nothing_behind(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("hide_codes = true\n")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match=r"Can't write .*: No space left"):
        save(file, {("lock_after",): 1})
    assert file.read_text() == "hide_codes = true\n"
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    ("before", "changes", "after"),
    [
        ("a = 1 # one\n\n# two\n", {("a",): 2}, "a = 2 # one\n\n# two\n"),
        ("# mine\ntheme = 'x'\n", {("theme",): None}, "# mine\n"),
        (
            "# Theme\n#theme = 'auto'\n\n# Cost\n[kdf]\n#memory_mib = 64\n\n# Keys\n[keys]\n",
            {("theme",): "nord", ("kdf", "memory_mib"): 128, ("keys", "copy"): "y"},
            "# Theme\n#theme = 'auto'\ntheme = \"nord\"\n\n# Cost\n[kdf]\n#memory_mib = 64\n"
            'memory_mib = 128\n\n# Keys\n[keys]\ncopy = "y"\n',
        ),
        (
            "# Mine\n\n# Cost\n[kdf]\ntime_cost = 4 # slow\n\n# Others\n[other]\n",
            {("lock_after",): 1, ("kdf", "parallelism"): 2},
            "# Mine\nlock_after = 1\n\n# Cost\n[kdf]\ntime_cost = 4 # slow\n"
            "parallelism = 2\n\n# Others\n[other]\n",
        ),
        (
            "clipboard_command = [\n  'a', # b\n]\n# after\n",
            {("clipboard_command",): ["c"]},
            'clipboard_command = ["c"]\n# after\n',
        ),
        ("# no keys yet", {("theme",): "nord"}, '# no keys yet\ntheme = "nord"\n'),
        ("kdf = {time_cost = 4} # c\n", {("kdf", "time_cost"): 3}, "kdf = {time_cost = 3} # c\n"),
        (
            "kdf.time_cost = 4 # c\n[keys.more]\nx = 1\n",
            {("kdf", "parallelism"): 2, ("keys", "copy"): "y"},
            "kdf.time_cost = 4 # c\nkdf.parallelism = 2\n"
            '[keys]\ncopy = "y"\n\n[keys.more]\nx = 1\n',
        ),
        ("# c\r\nlock_after = 1\r\n", {("theme",): "x"},
         '# c\r\nlock_after = 1\r\ntheme = "x"\r\n'),
    ],
)  # fmt: skip
def test_comments_and_everything_else_are_kept(
    file: Path, before: str, changes: dict[tuple[str, ...], object], after: str
) -> None:
    file.write_bytes(before.encode())
    save(file, changes)
    assert file.read_bytes().decode() == after


def test_the_example_keeps_its_comments_whatever_is_changed(file: Path) -> None:
    text = (Path(__file__).parents[2] / "config.example.toml").read_text(encoding="utf-8")
    file.write_text(text)
    for setting in SETTINGS:
        save(file, {setting.path: setting.type.to_toml(setting.default)})
    save(file, {("keys", command.id): list(command.keys) for command in COMMANDS})
    assert load(file)[1] == ()
    lines = file.read_text().split("\n")
    for setting in SETTINGS:
        place = next(at for at, line in enumerate(lines) if line.startswith(f"#{setting.name} = "))
        assert lines[place + 1].startswith(f"{setting.name} = ")
    for setting in SETTINGS:
        save(file, {setting.path: None})
    save(file, {("keys", command.id): None for command in COMMANDS})
    assert file.read_text() == text


def test_a_file_with_the_same_values_is_not_written(file: Path) -> None:
    file.write_text("lock_after = 1 # c\n")
    before = file.stat()
    save(file, {("lock_after",): 1, ("theme",): None, ("kdf", "time_cost"): None})
    assert file.stat() == before
    save(file.parent / "none.toml", {("theme",): None})
    assert list(file.parent.iterdir()) == [file]


NAMES = st.sampled_from(["lock_after", "theme", "x", "a b", "ä"])
SCALARS = st.one_of(
    st.integers(-9, 9), st.booleans(), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=9), st.dates(), st.just("#"), st.just('"""'),
)  # fmt: skip
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=4)


@st.composite
def files(draw: st.DrawFn) -> str:
    """TOML files with comments in all possible places."""
    lines: list[str] = []
    for section in ("", *draw(st.lists(st.sampled_from(["kdf", "keys", "other"]), unique=True))):
        if section:
            lines.append(f"[{section}] # of {section}")
        for name in draw(st.lists(NAMES, unique=True)):
            value = tomli_w.dumps({name: draw(VALUES)}, multiline_strings=draw(st.booleans()))
            lines += ["", f"# about {name} in {section}", value.rstrip("\n")]
            if draw(st.booleans()):
                lines.append(f"#{draw(NAMES)} = 1")
    return "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n# end\n"]))


@given(text=files(), section=st.sampled_from(["", "kdf", "keys", "new"]), name=NAMES,
       value=st.none() | VALUES)  # fmt: skip
def test_only_the_value_changes_and_every_comment_stays(
    tmp_path_factory: pytest.TempPathFactory,
    text: str,
    section: str,
    name: str,
    value: object,
) -> None:
    file = tmp_path_factory.getbasetemp() / "changed.toml"
    file.write_text(text, encoding="utf-8")
    wanted, remove = tomllib.loads(text), value is None
    save(file, {(section, name) if section else (name,): value})
    inner = wanted.setdefault(section, {}) if section and not remove else wanted.get(section, {})
    table = inner if section else wanted
    if remove:
        table.pop(name, None)
    else:
        table[name] = value
    after = file.read_text(encoding="utf-8")
    assert tomllib.loads(after) == wanted
    comments = [line for line in text.split("\n") if line.startswith("#")]
    assert [line for line in after.split("\n") if line.startswith("#")] == comments
