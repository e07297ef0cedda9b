"""`otp-tui code`: only the code on standard output."""

from __future__ import annotations

import signal
import subprocess
import time
from dataclasses import replace

import pytest

from tests.cli.conftest import RFC_SECRET
from tests.cli.program import PASSWORD, Program
from tui.otp.codes import code_at, next_code
from tui.otp.entry import Entry, OtpType
from tui.otp.secret import Secret
from tui.vault.vault import Vault

GITHUB_ID = "00000000-0000-4000-8000-000000000001"


def test_prints_the_code_of_the_rfc(filled: Program) -> None:
    """RFC 6238 appendix B, SHA-1, second 59 and second 1111111109."""
    for moment, text in (("59", "94287082"), ("1111111109", "07081804")):
        done = filled.open_real("code", "GitHub", "--at", moment)
        assert (done.code, done.out, done.err) == (0, f"{text}\n", "")


def test_the_default_is_the_current_code(filled: Program) -> None:
    entry = Entry(type=OtpType.TOTP, issuer="", secret=Secret.base32(RFC_SECRET), digits=8)
    before = time.time()
    done = filled.open("code", "GitHub")
    assert done.out.strip() in {code_at(entry, at).text for at in (before, time.time())}


def test_next_is_the_code_of_the_next_period(filled: Program) -> None:
    entry = Entry(type=OtpType.TOTP, issuer="", secret=Secret.base32(RFC_SECRET), digits=8)
    done = filled.open("code", "GitHub", "--next", "--at", "29.5")
    assert done.out == f"{next_code(entry, 29).text}\n" == "94287082\n"


@pytest.mark.parametrize(
    "query",
    ["github", "GITHUB", "GitHub:octocat", "github octocat", GITHUB_ID, "oct web", "work"],
)
def test_an_exact_match_wins(filled: Program, query: str) -> None:
    assert filled.open("code", query, "--at", "59").out == "94287082\n"


def test_words_need_no_quotes(filled: Program) -> None:
    assert filled.open("code", "octocat", "work", "--at", "59").out == "94287082\n"


def test_a_name_is_found_however_its_accent_is_typed(filled: Program) -> None:
    assert filled.open("code", "e\u0301").code == 0


def test_several_matches_are_listed(filled: Program) -> None:
    done = filled.open("code", "octo")
    assert (done.code, done.out) == (4, "")
    assert "GitHub (octocat)" in done.err
    assert "GitHub Enterprise (octocat)" in done.err
    assert GITHUB_ID in done.err


def test_no_match(filled: Program) -> None:
    done = filled.open("code", "no such thing")
    assert (done.code, done.out) == (4, "")
    assert done.err == "otp-tui: No matching entry for “no such thing”. Run: otp-tui list\n"


def test_a_typing_error_is_answered_with_the_entry_that_was_probably_meant(
    filled: Program,
) -> None:
    for args in (("code", "githbu"), ("list", "githbu"), ("export", "out", "--query", "githbu")):
        done = filled.open(*args)
        assert (done.code, done.out) == (4, "")
        assert "No matching entry for “githbu”. Did you mean GitHub (octocat)?" in done.err


def test_an_entry_of_another_category_is_not_suggested(filled: Program) -> None:
    """It matches the query, so naming it would help nobody."""
    assert filled.open("category", "add", "Empty").code == 0
    done = filled.open("export", "out", "--query", "github", "--category", "Empty")
    assert (done.code, done.out) == (4, "")
    assert "No matching entry for “github”. Run: otp-tui list" in done.err


def test_candidates_have_no_control_characters(filled: Program) -> None:
    done = filled.open("code", "x")
    assert done.code == 4
    assert "Evil" in done.err
    assert not set(done.err) & set("\x1b\x07\x9b\u202e")


def test_a_long_candidate_leaves_room_for_its_id(filled: Program) -> None:
    long = Entry(type=OtpType.TOTP, issuer="郵" * 300, secret=Secret.base32(RFC_SECRET))
    twins = (replace(long, id="a"), replace(long, id="b"))
    Vault.open(filled.vault, PASSWORD).change(lambda document: replace(document, entries=twins))
    done = filled.open("code", "郵")
    assert done.code == 4
    assert f"  {'郵' * 19}…  a\n" in done.err


def test_a_counter_is_saved_before_its_code_is_printed(filled: Program) -> None:
    """RFC 4226 appendix D, counters 5 and 6."""
    assert filled.open_real("code", "bank").out == "254676\n"
    assert filled.open("code", "bank").out == "287922\n"
    (bank,) = filled.open("list", "--json", "bank").json
    assert bank["counter"] == 7


@pytest.mark.parametrize("option", [("--next",), ("--at", "59")])
def test_a_counter_based_entry_rejects_at_and_next(
    filled: Program, option: tuple[str, ...]
) -> None:
    before = filled.vault.read_bytes()
    done = filled.open("code", "bank", *option)
    assert (done.code, done.out) == (2, "")
    assert filled.vault.read_bytes() == before


def test_an_entry_without_a_code_is_named(filled: Program) -> None:
    done = filled.open("code", "No PIN")
    assert (done.code, done.out) == (1, "")
    assert "No PIN (x): " in done.err
    assert "PIN" in done.err


def test_copy_prints_no_code(filled: Program) -> None:
    """The clipboard command gets the code; --copy says that it was sent."""
    taken = filled.folder / "taken"
    config = filled.folder / "config.toml"
    config.write_text(f'clipboard_clear = 0\nclipboard_command = ["tee", "{taken}"]\n')
    done = filled.open("code", "GitHub", "--at", "59", "--copy")
    assert (done.code, done.out) == (0, "")
    assert taken.read_text() == "94287082"
    assert "94287082" not in done.err
    assert done.err == "Sent to your clipboard command.\n"


def test_copy_clears_the_clipboard_on_request(filled: Program) -> None:
    taken = filled.folder / "taken"
    keep = f"cat >> {taken}; echo . >> {taken}"
    (filled.folder / "config.toml").write_text(f'clipboard_command = ["sh", "-c", "{keep}"]\n')
    began = time.monotonic()
    done = filled.open("code", "GitHub", "--at", "59", "--copy", "--clear", "1")
    assert done.code == 0
    assert time.monotonic() - began >= 1
    assert "1 s" in done.err
    assert taken.read_text() == "94287082.\n.\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_clears_the_clipboard_at_once(filled: Program, number: int) -> None:
    taken = filled.folder / "taken"
    (filled.folder / "config.toml").write_text(f'clipboard_command = ["tee", "{taken}"]\n')
    (filled.folder / "password").write_text(f"{PASSWORD}\n")
    argv = [*filled.command, "code", "GitHub", "--at", "59", "--copy", "--clear", "60"]
    with (
        (filled.folder / "password").open() as password,
        subprocess.Popen(
            [*argv, "--password-stdin"],
            stdin=password,
            stderr=subprocess.PIPE,
            text=True,
            env=filled.env,
        ) as process,
    ):
        assert process.stderr is not None
        while "Clearing" not in process.stderr.readline():
            assert process.poll() is None
        assert taken.read_text() == "94287082"
        process.send_signal(number)
        assert process.wait(10) == 128 + number
    assert taken.read_text() == ""


def test_a_clipboard_that_cannot_be_cleared_is_an_error(filled: Program) -> None:
    keep = f"grep . > {filled.folder / 'taken'}"  # refuses empty input
    (filled.folder / "config.toml").write_text(f'clipboard_command = ["sh", "-c", "{keep}"]\n')
    done = filled.open("code", "GitHub", "--at", "59", "--copy", "--clear", "1")
    assert done.code == 1
    assert "Couldn't clear the clipboard: sh failed: exit status 1." in done.err


@pytest.mark.parametrize("seconds", ["0", "-1", "x", "3601", "1.5", "9" * 5000])
def test_an_invalid_wait_is_refused(filled: Program, seconds: str) -> None:
    done = filled.open("code", "GitHub", "--copy", f"--clear={seconds}")
    assert (done.code, done.out) == (2, "")
    assert "--clear" in done.err


def test_clear_needs_copy(filled: Program) -> None:
    assert filled.open("code", "GitHub", "--clear", "3").code == 2


def test_copy_turned_off_is_an_error(filled: Program) -> None:
    (filled.folder / "config.toml").write_text('clipboard = "off"\n')
    done = filled.open("code", "GitHub", "--at", "59", "--copy")
    assert (done.code, done.out) == (1, "")
    assert "94287082" not in done.err


def test_a_copy_is_counted_silently_and_without_a_backup(filled: Program) -> None:
    config = filled.folder / "config.toml"
    config.write_text('clipboard_clear = 0\nclipboard_command = ["true"]\n')
    filled.open("edit", "GitHub", "--note", "keeps an older copy")
    kept = sorted((filled.vault.parent / "backups").iterdir())
    before = time.time()
    for _ in range(2):
        assert filled.open("code", "GitHub", "--copy").err.count("\n") == 1
    assert filled.open("code", "GitHub").code == 0
    entry = Vault.open(filled.vault, PASSWORD).document.find(GITHUB_ID)
    assert entry.copy_count == 2
    assert before - 1 <= entry.used <= time.time()
    assert sorted((filled.vault.parent / "backups").iterdir()) == kept


def test_an_unsaved_count_is_not_an_error(filled: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(28, "no space")

    config = 'clipboard_clear = 0\nclipboard_command = ["true"]\n'
    (filled.folder / "config.toml").write_text(config)
    before = filled.vault.read_bytes()
    monkeypatch.setattr("os.fsync", fail)
    done = filled.open("code", "GitHub", "--copy")
    assert (done.code, done.out, done.err.count("\n")) == (0, "", 1)
    assert filled.vault.read_bytes() == before


def test_a_vault_that_was_cut_off_is_reported(filled: Program) -> None:
    data = filled.vault.read_bytes()
    for size in (100, 900, len(data) - 3):
        filled.vault.write_bytes(data[:size])
        done = filled.spawn("code", "github", "--password-stdin", stdin=f"{PASSWORD}\n")
        assert (done.code, done.out) == (3, ""), done.err
        assert "run: otp-tui recover" in done.err
