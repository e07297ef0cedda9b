"""`otp-tui show`: details, secrets on request, QR codes that read back."""

from __future__ import annotations

import pytest

from tests.cli.conftest import RFC_SECRET
from tests.cli.program import PASSWORD, Program
from tests.cli.screen import Screen, black_on_white
from tests.qr_reading import read_lines

URIS = {
    "GitHub:octocat": f"otpauth://totp/GitHub%3Aoctocat?secret={RFC_SECRET}&issuer=GitHub&digits=8",
    "Bank": f"otpauth://hotp/Bank%3Agordon?secret={RFC_SECRET}&issuer=Bank&counter=5",
    "VPN": "motp://VPN:?secret=0123456789abcdef",
    "郵便局": "otpauth://totp/%E9%83%B5%E4%BE%BF%E5%B1%80%3A%C3%A9"
    f"?secret={RFC_SECRET}&issuer=%E9%83%B5%E4%BE%BF%E5%B1%80&steam",
    "No PIN": f"otpauth://yaotp/No%20PIN%3Ax?secret={RFC_SECRET[:26]}&issuer=No%20PIN",
}
"""The URI of an entry of each type, by query."""


def fields(out: str) -> dict[str, str]:
    return {line[:14].strip(): line[14:] for line in out.splitlines()}


def test_details_have_no_secret(filled: Program) -> None:
    done = filled.open("show", "GitHub:octocat")
    assert done.code == 0
    assert fields(done.out) == {
        "Issuer": "GitHub",
        "Account": "octocat",
        "Type": "Time-based (TOTP)",
        "Algorithm": "SHA1",
        "Digits": "8",
        "Period": "30 s",
        "Categories": "Web, Work",
        "Last used": "never",
        "ID": "00000000-0000-4000-8000-000000000001",
    }
    assert RFC_SECRET not in done.err


def test_secret_pin_and_uri_are_printed_on_request(filled: Program) -> None:
    told = fields(filled.open("show", "VPN", "--secret").out)
    assert (told["Secret"], told["PIN"]) == ("0123456789abcdef", "1234")
    assert told["URI"] == URIS["VPN"]


def test_json_has_every_field_and_the_secret_on_request(filled: Program) -> None:
    plain = filled.open("show", "Bank", "--json")
    assert plain.json["counter"] == 5
    assert plain.json["period"] is None
    assert {"id", "note", "icon", "pinned", "copy_count", "used", "created"} <= set(plain.json)
    assert RFC_SECRET not in plain.out
    whole = filled.open("show", "Bank", "--json", "--secret").json
    assert set(whole) - set(plain.json) == {"secret", "pin", "uri"}
    assert (whole["secret"], whole["uri"]) == (RFC_SECRET, URIS["Bank"])


@pytest.mark.parametrize("query", URIS)
def test_the_qr_code_of_every_type_reads_back(filled: Program, query: str) -> None:
    done = filled.open("show", query, "--qr")
    assert done.code == 0
    assert "\x1b" not in done.out
    assert read_lines(done.out.splitlines()) == URIS[query]


def test_notes_tell_which_apps_read_the_qr_code(filled: Program) -> None:
    assert "show wrong codes" in filled.open("show", "郵便局", "--qr").err
    assert "motp://" in filled.open("show", "VPN", "--qr").err
    assert "Yandex" in filled.open("show", "No PIN", "--qr").err


def test_a_qr_code_cannot_be_combined_with_other_output(filled: Program) -> None:
    for other in ("--json", "--secret"):
        done = filled.open("show", "Bank", "--qr", other)
        assert (done.code, done.out) == (2, "")


def test_no_match_and_several_matches_fail(filled: Program) -> None:
    assert filled.open("show", "nobody").code == 4
    assert "match" in filled.open("show", "octocat").err


def test_hostile_names_are_made_safe(filled: Program) -> None:
    for switch in ("--secret", "--json", "--qr"):
        done = filled.open("show", "Evil", switch)
        assert done.code == 0
        assert not set("\x1b\x07\x9b\u202e") & set(done.out + done.err)


def test_qr_codes_on_a_terminal_are_black_on_white(filled: Program) -> None:
    screen = Screen(filled, "show", "Bank", "--qr")
    screen.wait_for("Password")
    screen.type(f"{PASSWORD}\n")
    assert screen.end() == 0
    assert read_lines(black_on_white(screen.written)) == URIS["Bank"]


def test_a_narrow_terminal_gets_an_error_and_no_broken_code(filled: Program) -> None:
    screen = Screen(filled, "show", "Bank", "--qr", size=(40, 24))
    screen.wait_for("Password")
    screen.type(f"{PASSWORD}\n")
    assert screen.end() == 2
    assert "at least 41 x 22" in screen.written
    assert not black_on_white(screen.written)


def test_an_imitated_issuer_is_marked(filled: Program) -> None:
    name = "G\u0456tHub"
    assert filled.open("add", "--issuer", name, "--secret-stdin", stdin="MFRGGZDF\n").code == 0
    warning = "looks like “GitHub”"
    assert warning in filled.open("show", name).out
    assert warning in filled.open("list").err
    assert warning not in filled.open("show", "octocat").out
