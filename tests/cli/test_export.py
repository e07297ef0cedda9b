"""`otp-tui export` and `undo`."""

from __future__ import annotations

import json
import signal
import stat
from pathlib import Path

import pytest

from tests.backup.formats import authpro
from tests.cli.conftest import RFC_SECRET
from tests.cli.program import PASSWORD, Program
from tests.cli.screen import Screen, black_on_white
from tests.cli.test_import import authenticator, issuers, plain
from tests.qr_reading import read_lines
from tui import files
from tui.backup.model import Credentials
from tui.backup.registry import DEFAULT, by_name, export_formats
from tui.backup.sources import source_of

WORD = "for the phone"


def export(program: Program, file: str, *args: str, word: str = WORD) -> tuple[int, str, str]:
    done = program.open("export", file, "--export-password-stdin", *args, stdin=f"{word}\n")
    return done.code, done.out, done.err


def test_the_default_is_a_strong_backup_and_the_report_names_what_is_left_out(
    filled: Program,
) -> None:
    code, out, err = export(filled, "out.authpro")
    assert (code, out) == (0, "")
    path = filled.folder / "out.authpro"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rows = authpro.decrypt(path.read_bytes(), WORD)["Authenticators"]
    assert [row["Issuer"] for row in rows][:2] == ["GitHub", "GitHub Enterprise"]
    assert "7 entries exported and verified" in err
    assert not set(err) & set("\x1b\x07\x9b\u202e")
    assert RFC_SECRET not in err


def test_the_real_program_reads_both_passwords_from_standard_input(filled: Program) -> None:
    options = ("--export-password-stdin", "--password-stdin")
    done = filled.spawn("export", "out", *options, stdin=f"{PASSWORD}\n{WORD}\n")
    assert (done.code, done.out) == (0, "")
    assert authpro.decrypt((filled.folder / "out").read_bytes(), WORD)["Authenticators"]


def test_passwords_from_files(filled: Program) -> None:
    path = filled.folder / "word"
    path.write_text(WORD)
    path.chmod(0o600)
    assert filled.open("export", "out", "--export-password-file", path).code == 0
    path.chmod(0o644)
    assert filled.open("export", "out2", "--export-password-file", path).code == 1


def test_an_empty_vault_has_nothing_to_export(filled: Program, empty_bytes: bytes) -> None:
    filled.vault.write_bytes(empty_bytes)
    done = filled.open("export", "out.authpro")
    assert (done.code, done.err) == (1, "otp-tui: Nothing to export: the vault has no entries.\n")
    assert not (filled.folder / "out.authpro").exists()


def test_no_terminal_for_the_files_password(filled: Program) -> None:
    done = filled.open_real("export", "out")
    assert done.code == 2
    assert "--export-password-stdin" in done.err
    assert not (filled.folder / "out").exists()


def test_the_report_as_json(filled: Program) -> None:
    code, out, _ = export(filled, "out", "--json", "--format", "otpauth-uris", "--plaintext")
    assert code == 0
    report = json.loads(out)
    assert (report["format"], report["written"]) == ("otpauth-uris", 7)
    assert {"what": "VPN", "reason": "without its PIN"} in report["changed"]
    assert report["left_out"] == []
    assert Path(report["file"]).name == "out"


@pytest.mark.parametrize("name", [each.name for each in export_formats() if not each.encrypted])
def test_an_unencrypted_format_needs_plaintext(filled: Program, name: str) -> None:
    done = filled.open("export", "out", "--format", name)
    assert done.code == 2
    assert "--plaintext" in done.err
    assert not (filled.folder / "out").exists()
    done = filled.open("export", "out", "--format", name, "--plaintext", "--json")
    assert done.code == (1 if done.json["left_out"] else 0)


def test_an_export_that_leaves_out_entries_is_written_and_exits_with_1(filled: Program) -> None:
    options = ("--format", "google-migration", "--plaintext")
    code, _, err = export(filled, "out", *options)
    assert code == 1
    assert "left out: VPN: only TOTP and HOTP are supported" in err
    assert "4 entries exported and verified, 3 left out" in err
    found = by_name("google-migration").read((filled.folder / "out").read_bytes(), Credentials())
    assert len(found.entries) == 4
    assert export(filled, "all", *options, "--query", "octocat")[0] == 0


def test_only_part_of_the_vault_is_exported(filled: Program) -> None:
    assert export(filled, "a", "--category", "work")[0] == 0
    assert export(filled, "b", "--query", "octocat enterprise")[0] == 0
    found = [
        [
            row["Issuer"]
            for row in authpro.decrypt((filled.folder / file).read_bytes(), WORD)["Authenticators"]
        ]
        for file in ("a", "b")
    ]
    assert found == [["GitHub"], ["GitHub Enterprise"]]
    code, _, err = export(filled, "c", "--category", "Wrok")
    assert code == 4
    assert "Did you mean “Work”?" in err
    assert export(filled, "c", "--query", "nobody")[0] == 4
    assert not (filled.folder / "c").exists()


def test_an_existing_file_is_not_replaced_without_force(filled: Program) -> None:
    path = filled.folder / "out"
    path.write_text("mine")
    code, _, err = export(filled, "out")
    assert code == 1
    assert "--force" in err
    assert path.read_text() == "mine"
    assert export(filled, "out", "--force")[0] == 0
    before = filled.vault.read_bytes()
    assert export(filled, str(filled.vault), "--force", "--format", "aegis")[0] == 1
    assert filled.vault.read_bytes() == before


def test_an_invalid_path_is_reported_before_a_password_is_asked(filled: Program) -> None:
    (filled.folder / "out").write_text("mine")
    for file in ("out", "missing/out"):
        done = filled.spawn("export", file)
        assert done.code == 1
        assert file.partition("/")[0] in done.err


def test_an_export_to_standard_output_is_refused(filled: Program) -> None:
    done = filled.open("export", "--format", "otpauth-uris", "--plaintext", "-")
    assert (done.code, done.out) == (2, "")
    assert not (filled.folder / "-").exists()


def test_a_copy_of_the_vault_can_be_imported(filled: Program, empty_bytes: bytes) -> None:
    assert export(filled, "copy.json", "--format", "vault", word="short")[0] == 2
    assert export(filled, "copy.json", "--format", "vault")[0] == 0
    filled.vault.write_bytes(empty_bytes)
    options = ("--backup-password-stdin",)
    done = filled.open("import", "copy.json", *options, "--on-duplicate", "keep", stdin=WORD)
    assert done.code == 0
    assert len(issuers(filled)) == 7
    done = filled.open("import", "copy.json", *options, stdin="another password")
    assert done.code == 3


def test_an_empty_password_is_refused(filled: Program) -> None:
    code, _, err = export(filled, "out", word="")
    assert code == 2
    assert "password is empty" in err
    assert not (filled.folder / "out").exists()


def test_an_import_is_undone_once(filled: Program) -> None:
    before = issuers(filled)
    file = plain(filled.folder, authenticator("Fresh", "A" * 16))
    assert filled.open("import", file).code == 0
    assert len(issuers(filled)) == len(before) + 1
    done = filled.open_real("undo")
    assert (done.code, done.out) == (0, "")
    assert "import of backup.json, 1 entry" in done.err
    assert issuers(filled) == before
    done = filled.open("undo")
    assert done.code == 1
    assert "Nothing to undo" in done.err


def test_a_code_used_since_is_not_repeated(filled: Program) -> None:
    file = plain(filled.folder, authenticator("Fresh", "A" * 16))
    assert filled.open("import", file).code == 0
    first = filled.open("code", "Bank").out
    assert filled.open("undo").code == 0
    assert filled.open("code", "Bank").out != first


def scanned(texts: list[str]) -> list[str]:
    """Return the issuers that the app would have after scanning these codes."""
    backup = by_name("google-migration").read("\n".join(texts).encode(), Credentials())
    assert not backup.problems
    return sorted(each.issuer for each in backup.entries)


def test_qr_codes_for_google_authenticator_hold_all_supported_entries(filled: Program) -> None:
    done = filled.open("export", "--qr", "--plaintext")
    assert done.code == 1
    text = read_lines(done.out.splitlines())
    assert text is not None
    assert scanned([text]) == [
        "Bank",
        "GitHub",
        "GitHub Enterprise",
        "]52;c;AAAAEvil31m\u202e[/foo]",
    ]
    assert "left out: VPN" in done.err
    assert "QR code 1 of 1" in done.err
    assert list(filled.folder.glob("otp-tui*")) == []


def test_qr_codes_of_matching_entries(filled: Program) -> None:
    done = filled.open("export", "--qr", "--plaintext", "--query", "gordon")
    text = read_lines(done.out.splitlines())
    assert text is not None
    assert scanned([text]) == ["Bank"]


def test_qr_codes_need_plaintext_and_no_file(filled: Program) -> None:
    wrong: tuple[list[str], ...] = (
        [],
        ["--qr"],
        ["out", "--qr", "--plaintext"],
        ["--qr", "--plaintext", "--format", "vault"],
        ["--qr", "--plaintext", "--json"],
    )
    for args in wrong:
        done = filled.open("export", *args)
        assert (done.code, done.out) == (2, "")
        assert done.err
    assert not (filled.folder / "out").exists()


def test_each_qr_code_on_the_terminal_waits_for_enter_and_is_erased(filled: Program) -> None:
    """A terminal of 28 lines has room for fewer than four entries in a code."""
    screen = Screen(filled, "export", "--qr", "--plaintext", size=(80, 28))
    screen.wait_for("Password")
    screen.type(f"{PASSWORD}\n")
    texts: list[str] = []
    count = 2
    while len(texts) < count:
        seen = screen.wait_for("Enter ")
        name, _, total = seen.rpartition("QR code ")[2].partition(" of ")
        assert int(name) == len(texts) + 1
        count = int(total.partition(".")[0])
        text = read_lines(black_on_white(seen))
        assert text is not None
        texts.append(text)
        screen.type("\n")
        screen.wait_for("\x1b[1;1H\x1b[2K\x1b[?1049l")
    assert screen.end() == 1
    assert count > 1
    assert len(scanned(texts)) == 4


def test_a_terminal_without_room_for_a_qr_code_is_named(filled: Program) -> None:
    screen = Screen(filled, "export", "--qr", "--plaintext", size=(80, 15))
    screen.wait_for("Password")
    screen.type(f"{PASSWORD}\n")
    screen.wait_for("too small for the QR code (80 x 15).")
    assert screen.end() == 2
    assert not black_on_white(screen.written)


@pytest.mark.parametrize("key", ["\x03", "\x1c"], ids=["ctrl+c", "ctrl+\\"])
def test_a_canceled_qr_code_is_erased(filled: Program, key: str) -> None:
    screen = Screen(filled, "export", "--qr", "--plaintext", "--query", "gordon")
    screen.wait_for("Password")
    screen.type(f"{PASSWORD}\n")
    screen.wait_for("Enter ")
    screen.type(key)
    screen.wait_for("\x1b[1;1H\x1b[2K\x1b[?1049l")
    assert screen.end() > 128


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_leaves_no_temporary_file(
    filled: Program, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    path = filled.folder / "uris"
    path.write_text("old")
    signaled = []

    def replaced(place: Path) -> None:
        if place == filled.folder and path.read_text() != "old":
            signaled.append(place)
            signal.raise_signal(number)

    monkeypatch.setattr(files, "sync_folder", replaced)
    options = ("uris", "--format", "otpauth-uris", "--plaintext", "--force")
    if number == signal.SIGINT:
        assert filled.open("export", *options).code == 130
    else:
        with pytest.raises(SystemExit, check=lambda error: error.code == 128 + number):
            filled.open("export", *options)
    assert signaled
    assert list(filled.folder.glob(".otp-tui-*")) == []
    assert path.read_text() == "old"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.kdbx", "keepass"), ("a.2FAS", "2fas"), ("a.authpro", "authenticator-pro"), ("a", None)],
)
def test_the_end_of_the_name_says_which_format(
    filled: Program, name: str, expected: str | None
) -> None:
    done = filled.open("export", name, "--export-password-stdin", stdin="a long enough password")
    assert done.code in {0, 1}, done.err
    written = source_of((filled.folder / name).read_bytes(), "")
    assert written.format is not None
    assert written.format.name == (expected or DEFAULT)


def test_an_end_that_several_formats_use_is_refused(filled: Program) -> None:
    done = filled.open("export", "a.json", "--export-password-stdin", stdin="a long password")
    assert done.code == 2
    assert "Several formats use .json: aegis, " in done.err
    assert "--format" in done.err
    assert not (filled.folder / "a.json").exists()
