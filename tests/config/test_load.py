"""Reading settings: values, and how mistakes are reported."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tui.config.load import load, load_option, parse
from tui.config.save import save
from tui.config.schema import SETTINGS, Config, KdfConfig, KeyChoice
from tui.errors import ConfigError

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def told(text: str) -> tuple[str, ...]:
    return parse(text.encode())[1]


def test_every_setting_is_read() -> None:
    config, wrong = parse(
        b"""
        vault = "~/codes.json"
        countdown = "shared"
        hide_codes = true
        smart_copy = 0
        theme = "nord"
        ascii = "on"
        lock_after = 0.5
        clipboard = "osc52"
        clipboard_command = ["wl-copy", "--trim newline"]
        clipboard_clear = 0
        [kdf]
        memory_mib = 128
        time_cost = 2
        parallelism = 1
        """
    )
    assert wrong == ()
    assert config == Config(
        vault="~/codes.json",
        countdown="shared",
        hide_codes=True,
        smart_copy=0,
        theme="nord",
        ascii="on",
        lock_after=0.5,
        clipboard="osc52",
        clipboard_command=("wl-copy", "--trim newline"),
        clipboard_clear=0,
        kdf=KdfConfig(128, 2, 1),
    )


def test_a_command_may_be_a_line() -> None:
    config, _ = parse(b"""clipboard_command = "my-copy --to 'the phone'" """)
    assert config.clipboard_command == ("my-copy", "--to", "the phone")


def test_an_empty_vault_means_the_default_location() -> None:
    assert parse(b'vault = ""') == (Config(), ())


def test_the_bounds_themselves_are_allowed() -> None:
    config, wrong = parse(b"clipboard_clear = 3600\n[kdf]\nmemory_mib = 19\ntime_cost = 16")
    assert (config.clipboard_clear, config.kdf.memory_mib, config.kdf.time_cost) == (3600, 19, 16)
    assert wrong == ()


@pytest.mark.parametrize(
    "line",
    [
        'clipboard = "osc 52"',
        "clipboard = true",
        "clipboard = []",
        'theme = "otp-drak"',
        "ascii = true",
        'hide_codes = "yes"',
        "smart_copy = 31",
        "clipboard_clear = -1",
        "clipboard_clear = 3601",
        "clipboard_clear = 1.5",
        "clipboard_clear = true",
        'clipboard_clear = "30"',
        "lock_after = nan",
        "lock_after = inf",
        "lock_after = false",
        "countdown = 1979-05-27",
        "clipboard_command = 'never \"closed'",
        'clipboard_command = [""]',
        'clipboard_command = ["tool", 1]',
        'clipboard_command = ["a\\u0000b"]',
        'vault = "codes.json"',
        'vault = "/a\\u0000b"',
        "vault = 1",
        "kdf.memory_mib = 18",
        "kdf.memory_mib = 1025",
        "kdf.time_cost = 1",
        "kdf.time_cost = 17",
        "kdf.parallelism = 0",
        "kdf.parallelism = 17",
        "kdf.parallelism = 2.0",
    ],
)
def test_a_wrong_value_is_reported_with_its_line_and_what_is_allowed(line: str) -> None:
    config, wrong = parse(f"# a remark\n\n{line}\n".encode())
    key = line.split(" =", maxsplit=1)[0]
    setting = next(one for one in SETTINGS if one.key == key)
    assert config == Config()
    assert len(wrong) == 1
    assert wrong[0].startswith(f"config.toml, line 3: {key} must be {setting.type.allowed}. Using ")


def test_keys_are_read_unchanged_with_their_lines() -> None:
    config, wrong = parse(
        b'lock_after = 1\n[keys]\ncopy = "ctrl+y"\n\nundo = []\nlock = ["L", "z"]'
    )
    assert wrong == ()
    assert config.keys == (
        KeyChoice("copy", ("ctrl+y",)), KeyChoice("undo", ()), KeyChoice("lock", ("L", "z")),
    )  # fmt: skip
    assert [choice.line for choice in config.keys] == [3, 5, 6]


def test_lines_are_known_behind_values_of_several_lines() -> None:
    text = 'clipboard_command = [\n"a",\n"b]",\n]\ntheme = """\n\n"""\nlock_after = "x"'
    _, wrong = parse(text.encode())
    assert re.findall("ine ([0-9]+):", " ".join(wrong)) == ["5", "8"]


def test_a_long_array_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    read = tomllib.loads

    def loads(text: str) -> dict[str, Any]:
        texts.append(text)
        return read(text)

    monkeypatch.setattr("tomllib.loads", loads)
    parse(("lock_after = true\nclipboard_command = [\n" + '"a",\n' * 3000 + "]").encode())
    assert sum(map(len, texts)) < 100_000


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[keys]\ncopy = 1", "line 2: keys.copy must be a key, e.g."),
        ('[keys]\ncopy = ["a", 1]', "line 2: keys.copy must be a key, e.g."),
        ("keys = 3", "line 1: keys must be a section: [keys]. Using its defaults."),
    ],
)
def test_a_wrong_type_of_keys_is_reported(text: str, sentence: str) -> None:
    config, (told,) = parse(text.encode())
    assert config == Config()
    assert told.startswith(f"config.toml, {sentence}")


def test_one_wrong_value_leaves_the_others() -> None:
    config, wrong = parse(
        b'clipboard = "yes"\nlock_after = 1\n[kdf]\ntime_cost = 0\nparallelism = 2'
    )
    assert config == Config(lock_after=1, kdf=KdfConfig(parallelism=2))
    assert [re.findall(r"[Ll]ine (\d+)", sentence) for sentence in wrong] == [["1"], ["4"]]


def test_too_much_work_for_the_key_derivation_is_reported() -> None:
    config, (sentence,) = parse(b"[kdf]\nparallelism = 2\nmemory_mib = 1024\ntime_cost = 5")
    assert config.kdf == KdfConfig(parallelism=2)
    assert sentence.startswith("config.toml, line 3: kdf.memory_mib times kdf.time_cost")
    assert parse(b"[kdf]\nmemory_mib = 1024\ntime_cost = 4")[1] == ()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("clipbord = 1", "line 1: unknown setting clipbord. Did you mean clipboard?"),
        ("time_cost = 3", "line 1: unknown setting time_cost. Did you mean kdf.time_cost?"),
        ("[kdf]\ntime = 3", "line 2: unknown setting kdf.time. Did you mean kdf.time_cost?"),
        ("[kdff]\n", "line 1: unknown setting kdff. Did you mean kdf?"),
        ("zzz = 1", "line 1: unknown setting zzz."),
        ("kdf = 3", "line 1: kdf must be a section: [kdf]. Using its defaults."),
        ('"a\\u001b]52;c;eA==\\u0007" = 1', "line 1: unknown setting a]52;c;eA==."),
    ],
)
def test_an_unknown_key_is_reported_with_the_nearest(text: str, sentence: str) -> None:
    assert told(text) == (f"config.toml, {sentence}",)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("clipboard_command = [\n'a',\n  3,\n]\n", 1),
        ("vault = '''\nclipboard = 3\n'''\nlock_after = 2", 1),
        ("lock_after = 1\n[kdf]\n# time_cost = 9\n'time_cost' = 99", 4),
        ("[other]\ntime_cost = 0\n[kdf]\n\ntime_cost = 0", 5),
        ("lock_after = 1\nkdf = {memory_mib = 64, time_cost = 99}", 2),
        ("lock_after = 1\r\nclipboard = 1\r\n", 2),
    ],
)
def test_the_line_is_that_of_the_key(text: str, line: int) -> None:
    assert re.search(rf"[Ll]ine {line}:", told(text)[-1])


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"lock_after = 1\nclipboard = \n", "config.toml, line 2: "),
        (b"lock_after = 1\nvault = '''\nnever closed", "config.toml, line 3: "),
        (b"lock_after = 1\nlock_after = 2", "config.toml, line 2: "),
        (b"lock_after = 1\n\xff\xfe", "config.toml, line 2: "),
        (b"a = " + b"[\n" * 30_000, "config.toml: "),
        (b"a = " + b"[" * 50_000, "config.toml, line 1: longer"),
        (b"a = " + b"1" * 5_000, "config.toml, line 1: longer"),
        (b"#" * 70_000, "config.toml is larger than 64 KiB"),
        (b"\x00\x01\x02", "config.toml, line 1: "),
    ],
    ids=[
        "no value",
        "no end",
        "twice",
        "not UTF-8",
        "too deep",
        "too long",
        "a number",
        "too large",
        "NULs",
    ],
)
def test_a_file_that_is_not_toml_is_reported_in_one_sentence(data: bytes, where: str) -> None:
    config, wrong = parse(data)
    assert config == Config()
    assert len(wrong) == 1
    assert wrong[0].startswith(where)
    assert wrong[0].endswith(" Using the defaults.")


def test_a_byte_order_mark_is_ignored() -> None:
    assert parse("\ufefflock_after = 7\n".encode()) == (Config(lock_after=7), ())


def test_a_missing_file_counts_as_empty(tmp_path: Path) -> None:
    assert load(tmp_path / "config.toml") == (Config(), ())


def test_a_named_file_must_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = str(tmp_path / "mine.toml")
    monkeypatch.delenv("OTP_TUI_CONFIG", raising=False)
    with pytest.raises(ConfigError, match=r"Can't read .*mine\.toml: No such file"):
        load_option(missing)
    monkeypatch.setenv("OTP_TUI_CONFIG", missing)
    with pytest.raises(ConfigError):
        load_option()


def test_an_unreadable_file_does_not_stop_the_program(tmp_path: Path) -> None:
    config, (sentence,) = load(tmp_path)
    assert config == Config()
    assert sentence == f"Can't read {tmp_path}: Is a directory. Using the defaults."


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    for path in (tmp_path / "pipe.toml", Path("/dev/zero")):
        config, (sentence,) = load(path)
        assert config == Config()
        assert sentence == f"Can't read {path}: not a regular file. Using the defaults."
        with pytest.raises(ConfigError, match="not a regular file"):
            load(path, must_exist=True)


def test_dev_null_counts_as_empty() -> None:
    assert load(Path(os.devnull), must_exist=True) == (Config(), ())


def test_a_key_with_too_many_names_is_not_read(tmp_path: Path) -> None:
    """tomllib would take twenty seconds."""
    text = "theme = 'nord'\n" + "a." * 30_000 + "a = 1"
    assert told(text) == ("config.toml, line 2: longer than 4096 characters. Using the defaults.",)
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match="not a TOML file"):
        save(path, {("theme",): "dracula"})
    assert path.read_text() == text


def test_mistakes_name_the_file_once(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("clipboard = 1\n\ntheme = 2\n[keys]\ncopi = 'y'\n", encoding="utf-8")
    first, second, third = load_option(str(path))[1]
    assert first.startswith(f"{path}, line 1: clipboard must be ")
    assert second.startswith("Line 3: theme must be ")
    assert third == "Line 5: unknown command copi. Did you mean copy?"


def uncommented() -> str:
    return re.sub(r"(?m)^#(?=\S)", "", EXAMPLE.read_text(encoding="utf-8"))


def example_keys() -> str:
    return EXAMPLE.read_text(encoding="utf-8").partition("\n[keys]\n")[2]


def test_the_example_has_every_setting_with_its_default() -> None:
    assert load(EXAMPLE) == (Config(), ())
    text = EXAMPLE.read_text(encoding="utf-8").removesuffix(example_keys())
    config, wrong = parse(uncommented().encode())
    assert (replace(config, keys=()), wrong) == (Config(), ())
    keys = re.findall(r"(?m)^(?:#(?=\w)(\w+) = |\[(\w+)\])", text)
    section = ""
    listed = []
    for key, header in keys:
        section = header or section
        if key:
            listed.append(f"{section}.{key}" if section else key)
    assert listed == [setting.key for setting in SETTINGS]
    assert "\n[keys]\n" in text


def test_the_example_says_what_the_settings_say() -> None:
    remarks = " ".join(EXAMPLE.read_text(encoding="utf-8").replace("\n#", " ").split())
    for setting in SETTINGS:
        assert f"{setting.help} Allowed: {setting.type.allowed}." in remarks


def test_without_a_file_nothing_slow_is_imported(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tui.config.load import load;"
        f"load(Path({str(tmp_path / 'none.toml')!r}));"
        "print(sorted({'tomllib', 'shlex', 'difflib', 'platformdirs'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=EXAMPLE.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
