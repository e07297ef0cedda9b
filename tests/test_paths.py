"""The paths of vault and settings, and how paths are shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.config.load import load_option
from tui.config.schema import Config
from tui.errors import UsageError
from tui.paths import (
    config_path,
    expand_program,
    home_folder,
    named_config,
    runtime_folder,
    short_path,
    state_folder,
    vault_path,
)


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    for name in ("OTP_TUI_VAULT", "OTP_TUI_CONFIG", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)


def test_option_before_variable_before_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTP_TUI_VAULT", "/env/vault.json")
    assert vault_path("/option/vault.json", "/set/vault.json") == Path("/option/vault.json")
    assert vault_path(None, "/set/vault.json") == Path("/env/vault.json")
    monkeypatch.delenv("OTP_TUI_VAULT")
    assert vault_path(None, "/set/vault.json") == Path("/set/vault.json")


def test_the_xdg_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/etc/anna")
    assert vault_path() == Path("/data/otp-tui/vault.json")
    assert config_path() == Path("/etc/anna/otp-tui/config.toml")


def test_sockets_are_in_the_runtime_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert state_folder() == Path("/state/otp-tui")
    assert runtime_folder({"XDG_RUNTIME_DIR": "/run/user/1"}) == Path("/run/user/1/otp-tui")
    assert runtime_folder({}) == state_folder()
    assert runtime_folder({"XDG_RUNTIME_DIR": "/dev/null"}) == state_folder()
    monkeypatch.setenv("XDG_STATE_HOME", "")
    assert state_folder() == Path("/home/anna/.local/state/otp-tui")


def test_empty_variables_count_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTP_TUI_VAULT", "")
    monkeypatch.setenv("OTP_TUI_CONFIG", "")
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert vault_path("", "") == Path("/data/otp-tui/vault.json")
    assert named_config("") is None


def test_config_named_by_option_or_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTP_TUI_CONFIG", "/env/config.toml")
    assert config_path("/option/config.toml") == Path("/option/config.toml")
    assert config_path() == named_config() == Path("/env/config.toml")


def test_the_tilde_is_expanded() -> None:
    assert vault_path("~/codes.json") == Path("/home/anna/codes.json")
    assert vault_path(None, "~/codes.json") == Path("/home/anna/codes.json")
    assert config_path("~/otp.toml") == Path("/home/anna/otp.toml")


def test_an_unknown_user_is_refused() -> None:
    with pytest.raises(UsageError, match="~nobody-here-by-that-name"):
        vault_path("~nobody-here-by-that-name/vault.json")


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/home/anna/a/b.json", "~/a/b.json"),
        ("/home/annabel/b.json", "/home/annabel/b.json"),
        ("/home/anna", "/home/anna"),
        ("/home/anna/a\x1b[2J", "~/a[2J"),
    ],
)
def test_the_home_folder_is_shown_as_a_tilde(path: str, shown: str) -> None:
    assert short_path(Path(path)) == shown


@pytest.mark.parametrize("home", ["/", "relative"])
def test_a_root_home_folder_shortens_nothing(monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    monkeypatch.setenv("HOME", home)
    assert short_path(Path("/relative/x")) == "/relative/x"


def test_a_user_without_a_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")

    def none(_uid: int) -> None:
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", none)
    assert home_folder() is None
    assert short_path(Path("/a/b")) == "/a/b"
    assert config_path() is None
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    assert state_folder() is None
    assert load_option() == (Config(), ())
    with pytest.raises(UsageError, match="no home folder"):
        vault_path()
    assert vault_path("/v.json") == Path("/v.json")
    assert expand_program(("~/pass", "~/x")) == ("~/pass", "~/x")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/etc/anna")
    assert config_path() == Path("/etc/anna/otp-tui/config.toml")
