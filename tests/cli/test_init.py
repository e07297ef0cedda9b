"""`otp-tui init`: a new vault, never replacing a file."""

from __future__ import annotations

import json
import stat

import pytest

from tests.cli.program import PASSWORD, Program


def test_creates_a_private_vault_with_the_configured_key_derivation(program: Program) -> None:
    done = program.open_real("init")
    assert (done.code, done.out) == (0, "")
    assert str(program.vault) in done.err
    assert stat.S_IMODE(program.vault.stat().st_mode) == 0o600
    assert stat.S_IMODE(program.vault.parent.stat().st_mode) == 0o700
    kdf = json.loads(program.vault.read_text())["slots"][0]["kdf"]
    assert (kdf["memory_kib"], kdf["time_cost"], kdf["parallelism"]) == (19456, 2, 1)
    assert program.open("list", "--json").json == []


def test_never_replaces_a_vault(filled: Program) -> None:
    before = filled.vault.read_bytes()
    done = filled.open("init")
    assert (done.code, done.out) == (1, "")
    assert filled.vault.read_bytes() == before


def test_an_existing_vault_is_reported_before_the_prompt(filled: Program) -> None:
    done = filled.spawn("init")
    assert done.code == 1
    assert "already" in done.err


def test_never_replaces_another_file(program: Program) -> None:
    program.vault.parent.mkdir(mode=0o700)
    program.vault.symlink_to(program.folder / "elsewhere")
    assert program.open("init").code == 1
    assert not (program.folder / "elsewhere").exists()


def test_a_short_password_is_refused(program: Program) -> None:
    done = program.run("init", "--password-stdin", stdin="seven77\n")
    assert (done.code, done.out) == (2, "")
    assert "at least 8" in done.err
    assert not program.vault.exists()
    assert program.run("init", "--password-stdin", stdin="eight888\n").code == 0


def test_an_option_wins_over_the_environment(program: Program) -> None:
    other = program.folder / "other" / "vault.json"
    done = program.run("--vault", other, "init", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert done.code == 0
    assert other.exists()
    assert not program.vault.exists()


def test_the_default_location_and_the_configured_one(program: Program) -> None:
    del program.env["OTP_TUI_VAULT"]
    assert program.open("init").code == 0
    usual = program.folder / "xdg-data" / "otp-tui" / "vault.json"
    assert usual.exists()
    config = program.folder / "config.toml"
    named = program.folder / "named" / "vault.json"
    config.write_text(f'vault = "{named}"\n{config.read_text()}')
    assert program.open("init").code == 0
    assert named.exists()


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ("vault = ~/codes.json", "config.toml, line 1: not valid TOML."),
        ("vault = 3", "config.toml: vault must be "),
        ('[vault]\nfile = "/codes.json"', "config.toml: vault must be "),
    ],
    ids=["no TOML", "a number", "a section"],
)
def test_no_vault_is_used_if_the_settings_could_name_another(
    program: Program, settings: str, why: str
) -> None:
    del program.env["OTP_TUI_VAULT"]
    usual = program.folder / "xdg-data" / "otp-tui" / "vault.json"
    (program.folder / "config.toml").write_text(settings)
    done = program.open("init")
    assert done.code == 2
    assert why in done.err
    assert "--vault" in done.err
    assert not usual.exists()
    program.env["OTP_TUI_VAULT"] = str(usual)
    assert program.open("init").code == 0


def test_no_vault_yet(program: Program) -> None:
    for args in (("list",), ("code", "x"), ("import", "x")):
        done = program.open(*args)
        assert (done.code, done.out) == (1, "")
        assert "init" in done.err


def test_a_named_settings_file_must_exist(program: Program) -> None:
    done = program.run("--config", "missing.toml", "init", "--password-stdin", stdin=PASSWORD)
    assert done.code == 2
    assert not program.vault.exists()


def test_a_name_that_is_too_long_is_refused(program: Program) -> None:
    done = program.open("init", "--vault", program.folder / ("a" * 300))
    assert done.code == 1
    assert "File name too long" in done.err
