"""`otp-tui add`: URIs, pictures and fields; no secret in arguments, output or errors."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from tests.backup.test_join_parts import export
from tests.cli.conftest import RFC_SECRET
from tests.cli.program import PASSWORD, Program
from tests.cli.terminal import Terminal
from tui.backup.model import Backup, Credentials
from tui.backup.registry import by_name
from tui.otp.entry import Entry, OtpType
from tui.otp.secret import Secret

SECRET = "MZXW6YTBOIMZXW6YTBOI"
URI = f"otpauth://totp/Forge:gordon?secret={SECRET}&issuer=Forge&digits=8"
FIELDS = ("--issuer", "Forge", "--account", "gordon")


def listed(program: Program, *query: str) -> list[dict[str, object]]:
    rows = program.open("list", "--json", "--secrets", *query).json
    assert isinstance(rows, list)
    return rows


def secret_file(program: Program, text: str = SECRET) -> Path:
    """A file that only its owner can read."""
    path = program.folder / "secret"
    path.write_text(f"{text}\n")
    path.chmod(0o600)
    return path


def picture(*texts: str) -> bytes:
    """Return an image with a QR code for each text, one below the other."""
    codes = [zxingcpp.create_barcode(each, zxingcpp.BarcodeFormat.QRCode) for each in texts]
    images = [Image.fromarray(each.to_image(scale=4)) for each in codes]
    sheet = Image.new("L", (max(e.width for e in images), sum(e.height for e in images)), 255)
    top = 0
    for each in images:
        sheet.paste(each, (0, top))
        top += each.height
    file = BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()


def test_a_uri_after_the_password_on_standard_input(filled: Program) -> None:
    done = filled.spawn("add", "--password-stdin", stdin=f"{PASSWORD}\n{URI}\n")
    assert (done.code, done.out, done.err) == (0, "", "Added Forge (gordon).\n")
    assert listed(filled)[-1]["issuer"] == "Forge"
    (one,) = listed(filled, "forge")
    assert (one["secret"], one["digits"], one["type"]) == (SECRET, 8, "totp")


def test_an_entry_is_added_with_a_mark_for_forwarding(filled: Program) -> None:
    assert filled.open("add", "--forward", stdin=URI).code == 0
    assert [one["forward"] for one in listed(filled, "forge")] == [True]


def test_json_is_what_was_added(filled: Program) -> None:
    done = filled.open("add", "--json", stdin=URI)
    (one,) = listed(filled, "forge")
    assert done.json == [{"id": one["id"], "issuer": "Forge", "account": "gordon"}]


def test_an_addition_is_undone(filled: Program) -> None:
    before = listed(filled)
    assert filled.open("add", stdin=URI).code == 0
    done = filled.open("undo")
    assert (done.code, done.err) == (
        0,
        "Undid the addition of Forge (gordon). To redo, run: otp-tui undo --redo\n",
    )
    assert listed(filled) == before


def test_several_uris_are_added_and_a_bad_one_is_reported(filled: Program) -> None:
    other = "motp://VPN2:me?secret=0123456789abcdee"
    bad = "otpauth://totp/Bad:x?secret=0189"
    done = filled.open("add", "--json", stdin=f"{URI}\n{bad}\n{other}\n")
    assert done.code == 1
    assert [one["issuer"] for one in done.json] == ["Forge", "VPN2"]
    assert "base32" in done.err
    assert "--new-pin" in done.err


def test_a_whole_google_export(filled: Program) -> None:
    write = by_name("google-migration").write
    assert write is not None
    fresh = [
        Entry(type=OtpType.TOTP, issuer=name, account="me", secret=Secret.base32(name * 16))
        for name in ("A", "B")
    ]
    done = filled.open("add", "--json", stdin=write(Backup(tuple(fresh)), Credentials()).decode())
    assert done.code == 0
    assert [one["issuer"] for one in done.json] == ["A", "B"]


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_entries_in_the_vault_are_not_added_again(
    filled: Program, options: tuple[str, ...]
) -> None:
    assert filled.open("add", stdin=URI).code == 0
    before = filled.vault.read_bytes()
    done = filled.open("add", *options, stdin=URI)
    assert done.code == 0
    assert done.err == "Skipped Forge (gordon): in the vault.\n"
    assert done.out == ("[]\n" if options else "")
    done = filled.open("add", stdin=URI.replace("Forge", "Other"))
    assert (done.code, "Forge (gordon) already has this secret." in done.err) == (0, True)
    assert filled.vault.read_bytes() == before


def test_the_same_name_with_another_secret_is_added_and_reported(filled: Program) -> None:
    done = filled.open("add", *FIELDS, "--secret-stdin", stdin=SECRET)
    assert done.err == "Added Forge (gordon).\n"
    done = filled.open("add", *FIELDS, "--secret-stdin", stdin=SECRET[::-1])
    assert (done.code, "different secret" in done.err) == (0, True)
    assert len(listed(filled, "forge")) == 2


def test_a_note_and_categories_work_with_every_source(filled: Program) -> None:
    more = ("--note", "two\nlines", "--category", "work", "--category", "Web")
    assert filled.open("add", *more, stdin=URI).code == 0
    assert filled.open("add", *more, "--issuer", "Barn", "--secret-stdin", stdin="AAAAA").code == 0
    for name in ("forge", "barn"):
        assert listed(filled, name)[0]["categories"] == ["Web", "Work"]


def test_an_unknown_category_is_not_created(filled: Program) -> None:
    before = filled.vault.read_bytes()
    done = filled.open("add", "--category", "Wrok", stdin=URI)
    assert "Did you mean “Work”? To add it, run: otp-tui category add Wrok" in done.err
    assert (done.code, done.out) == (4, "")
    assert "Wrok" in done.err
    assert filled.vault.read_bytes() == before


def test_field_by_field(filled: Program) -> None:
    more = ("--type", "hotp", "--algorithm", "sha256", "--digits", "8", "--counter", "7")
    done = filled.spawn(
        "add", "--secret-stdin", "--password-stdin", *FIELDS, *more, stdin=f"{PASSWORD}\n{SECRET}"
    )
    assert (done.code, done.out) == (0, "")
    (one,) = listed(filled, "forge")
    values = [one[key] for key in ("type", "algorithm", "digits", "counter", "secret")]
    assert values == ["hotp", "SHA256", 8, 7, SECRET]


def test_secret_and_pin_from_files_or_lines_after_the_password(filled: Program) -> None:
    options = ("--type", "motp", *FIELDS, "--pin-stdin")
    done = filled.open("add", *options, "--secret-file", secret_file(filled, "a b"), stdin="1234\n")
    assert done.code == 0
    (one,) = listed(filled, "forge")
    assert (one["secret"], one["pin"]) == ("a b", "1234")
    done = filled.open("add", *options[:2], "--issuer", "Barn", "--secret-stdin", "--pin-stdin",
                       stdin="c d\n99\n")  # fmt: skip
    assert [(one["secret"], one["pin"]) for one in listed(filled, "barn")] == [("c d", "99")]


def test_a_file_with_the_secret_that_others_can_read_is_refused(filled: Program) -> None:
    path = secret_file(filled)
    path.chmod(0o644)
    done = filled.open("add", *FIELDS, "--secret-file", path)
    assert (done.code, "chmod 600" in done.err) == (1, True)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ((*FIELDS, "--digits", "11", "--period", "x"), ("--digits: ", "--period: ")),
        (("--type", "totp"), ("--issuer: ",)),
        (
            ("--type", "motp", *FIELDS, "--digits", "6"),
            ("to the type motp",),
        ),
        ((*FIELDS, "--counter", "1"), ("--counter doesn't apply to the type totp",)),
        ((*FIELDS, "--pin-stdin"), ("A PIN doesn't apply to the type totp",)),
        ((*FIELDS, "--qr", "x.png"), ("--qr",)),
        (("--type", "totp5", *FIELDS), ("totp5",)),
        (("Forge",), ("no arguments",)),
    ],
)
def test_mistakes_are_named_before_anything_is_asked(
    filled: Program, options: tuple[str, ...], named: tuple[str, ...]
) -> None:
    done = filled.spawn("add", *options)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert all(words in done.err for words in named)


def test_a_secret_that_is_probably_cut_is_reported_and_added(filled: Program) -> None:
    done = filled.open("add", "--issuer", "Barn", "--secret-stdin", stdin="MEMEMEME")
    assert done.code == 0
    assert "The secret has only 8 characters. Most have 16 or more." in done.err
    assert "MEMEMEME" not in done.err


def test_short_secrets_in_uris_are_reported_with_their_entries(filled: Program) -> None:
    uris = f"otpauth://totp/Barn:ada?secret=MEMEMEME\notpauth://totp/Shed?secret={'A' * 16}\n"
    done = filled.open("add", stdin=uris)
    assert done.code == 0
    assert "Barn (ada): The secret has only 8 characters. Most have 16 or more." in done.err
    assert done.err.count("characters") == 1


def test_an_invalid_secret_is_reported_and_not_shown(filled: Program) -> None:
    before = filled.vault.read_bytes()
    for text in ("0189-not-base32", ""):
        done = filled.open("add", *FIELDS, "--secret-stdin", stdin=f"{text}\n")
        assert (done.code, done.out) == (2, "")
        assert "secret" in done.err
        assert "0189" not in done.err
    assert filled.vault.read_bytes() == before


@pytest.mark.parametrize(
    "args",
    [
        (URI,),
        ("--issuer", URI),
        ("--qr", URI),
        ("--note", f"see {URI.upper()}"),
        ("otpauth-migration://offline?data=x",),
    ],
)
def test_a_uri_as_an_argument_is_refused_and_not_repeated(
    filled: Program, args: tuple[str, ...]
) -> None:
    before = filled.vault.read_bytes()
    done = filled.open("add", *args, stdin=URI)
    assert (done.code, done.out) == (2, "")
    assert "history" in done.err
    assert SECRET not in done.err
    assert filled.vault.read_bytes() == before


@pytest.mark.parametrize(
    "stdin", ["", "\n", "hello\n", "https://example.org/\n", "otpauth://totp/x?secret=0189"]
)
def test_input_without_a_uri_is_one_sentence(filled: Program, stdin: str) -> None:
    before = filled.vault.read_bytes()
    done = filled.open("add", stdin=stdin)
    assert done.code in {1, 2, 3}
    assert done.out == ""
    assert done.err.startswith("otp-tui: ")
    assert done.err.count("\n") == 1
    assert "0189" not in done.err
    assert filled.vault.read_bytes() == before


def test_standard_input_that_is_not_text_or_endless(filled: Program) -> None:
    for data in (b"\xff\xfe\x00", b"x" * 2_000_000):
        done = filled.spawn("add", "--password-stdin", stdin=PASSWORD.encode() + b"\n" + data)
        assert (done.code, done.out) == (1, "")
        assert done.err.count("\n") == 1


def test_an_image_from_a_file_or_from_standard_input(filled: Program) -> None:
    path = filled.folder / "codes.png"
    path.write_bytes(picture(URI))
    done = filled.open("add", "--qr", path)
    assert (done.code, done.err) == (0, "Added Forge (gordon).\n")
    data = picture("otpauth://totp/One?secret=AAAAA", "otpauth://totp/Two?secret=BBBBB")
    done = filled.spawn(
        "add", "--qr", "-", "--json", "--password-stdin", stdin=PASSWORD.encode() + b"\n" + data
    )
    assert done.code == 0
    assert [one["account"] or one["issuer"] for one in done.json] == ["One", "Two"]


def test_several_images_are_read_and_parts_of_an_export_joined(filled: Program) -> None:
    first, last = export("Site", 3)
    path = filled.folder / "last.png"
    path.write_bytes(picture(last))
    stdin = PASSWORD.encode() + b"\n" + picture(first)
    options = ("--qr", path, "--qr", "-", "--qr", path, "--password-stdin", "--json")
    done = filled.spawn("add", *options, stdin=stdin)
    assert [one["issuer"] for one in done.json] == ["Site 0", "Site 1", "Site 2"]
    assert "missing" not in done.err
    assert filled.open("add", "--qr", "-", "--qr", "-").code == 2


def test_an_image_without_entries_leaves_the_vault_unchanged(filled: Program) -> None:
    before = filled.vault.read_bytes()
    for data in (b"", b"no picture", picture("https://example.org/")):
        stdin = PASSWORD.encode() + b"\n" + data
        done = filled.run("add", "--qr", "-", "--password-stdin", stdin=stdin)
        assert done.code in {2, 3}
        assert done.out == ""
        assert done.err.count("\n") == 1
    missing = filled.open("add", "--qr", filled.folder / "missing.png")
    assert (missing.code, "missing.png" in missing.err) == (1, True)
    assert filled.vault.read_bytes() == before


def test_the_uri_comes_after_every_line_that_an_option_takes(filled: Program) -> None:
    path = secret_file(filled, PASSWORD)
    uri = "motp://Forge:gordon?secret=abcdef"
    options = ("--password-file", path, "--pin-stdin")
    assert filled.run("add", *options, stdin=f"9876\n{uri}\n").code == 0
    assert listed(filled, "forge")[0]["pin"] == "9876"


def test_a_uri_is_asked_for_on_the_terminal_without_echo(filled: Program) -> None:
    terminal = Terminal(filled, "add", "--json")
    terminal.wait_for("assword")
    terminal.type(f"{PASSWORD}\n")
    terminal.wait_for("URI")
    terminal.type(f"{URI}\n")
    code, out = terminal.end()
    assert (code, '"issuer": "Forge"' in out) == (0, True)
    assert "Added Forge (gordon)." in terminal.seen
    assert SECRET not in terminal.seen


def test_a_pin_that_a_uri_does_not_contain_is_asked_for(filled: Program) -> None:
    terminal = Terminal(filled, "add")
    terminal.wait_for("assword")
    terminal.type(f"{PASSWORD}\n")
    terminal.wait_for("URI")
    terminal.type("motp://Forge:gordon?secret=abcdef\n")
    terminal.wait_for("PIN for Forge (gordon)")
    terminal.type("9876\n")
    assert terminal.end() == (0, "")
    assert "9876" not in terminal.seen
    assert listed(filled, "forge")[0]["pin"] == "9876"


def test_the_secret_is_asked_for_on_the_terminal_without_echo(filled: Program) -> None:
    terminal = Terminal(filled, "add", *FIELDS)
    terminal.wait_for("assword")
    terminal.type(f"{PASSWORD}\n")
    terminal.wait_for("Secret for Forge")
    terminal.type(f"{SECRET}\n")
    assert terminal.end() == (0, "")
    assert SECRET not in terminal.seen
    assert listed(filled, "forge")[0]["secret"] == SECRET


def test_ctrl_c_while_it_asks_adds_nothing(filled: Program) -> None:
    before = filled.vault.read_bytes()
    terminal = Terminal(filled, "add", *FIELDS)
    terminal.wait_for("assword")
    terminal.type(f"{PASSWORD}\n")
    terminal.wait_for("Secret for Forge")
    terminal.type("\x03")
    assert terminal.end() == (130, "")
    assert "Traceback" not in terminal.seen
    assert filled.vault.read_bytes() == before


def test_no_terminal_to_ask_for_the_secret(filled: Program) -> None:
    done = filled.spawn("add", *FIELDS, "--password-stdin", stdin=PASSWORD)
    assert (done.code, done.out) == (2, "")
    assert "--secret-stdin" in done.err


def test_no_message_shows_a_secret_of_the_vault(filled: Program) -> None:
    uri = f"otpauth://totp/GitHub:octocat?secret={RFC_SECRET}&issuer=GitHub&digits=6"
    done = filled.open("add", stdin=uri)
    assert "Skipped" in done.err
    assert RFC_SECRET not in done.err


@pytest.mark.parametrize("option", ["--secret", "--pin"])
def test_a_secret_as_an_argument_is_refused_and_not_repeated(filled: Program, option: str) -> None:
    for args in ((option, SECRET), (f"{option}={SECRET}",)):
        done = filled.spawn("add", *FIELDS, *args)
        assert (done.code, done.out) == (2, "")
        assert f"{option}-stdin" in done.err
        assert SECRET not in done.err
