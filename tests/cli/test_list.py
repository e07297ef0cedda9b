"""`otp-tui list`: as a table and as JSON."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from tests.cli.conftest import HOSTILE, RFC_SECRET
from tests.cli.program import PASSWORD, Program
from tui.cli.output import table, width
from tui.text import clean
from tui.vault.document import Unreadable
from tui.vault.edit import delete, pin
from tui.vault.order import Order, with_order
from tui.vault.vault import Vault

KEYS = [
    "id",
    "type",
    "issuer",
    "account",
    "algorithm",
    "digits",
    "period",
    "counter",
    "categories",
    "pinned",
    "forward",
    "note",
    "code",
    "valid_until",
]


def test_names_are_cut_to_the_width_of_a_terminal_only(
    filled: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = filled.open("list", "--at", "59").out
    assert max(map(width, full.splitlines())) > 40
    monkeypatch.setattr("tui.cli.output.terminal_size", lambda: os.terminal_size((40, 24)))
    cut = filled.open("list", "--at", "59").out
    assert max(map(width, cut.splitlines())) == 40
    assert len(cut.splitlines()) == len(full.splitlines())
    assert "…" in cut
    assert "94287082" in cut


def test_json_is_complete_and_in_the_users_order(filled: Program) -> None:
    done = filled.open_real("list", "--json", "--at", "59")
    assert done.code == 0
    rows = done.json
    assert all(list(row) == KEYS for row in rows)
    assert [row["issuer"] for row in rows][:3] == ["Bank", "GitHub", "GitHub Enterprise"]
    assert rows[1] == {
        "id": "00000000-0000-4000-8000-000000000001",
        "type": "totp",
        "issuer": "GitHub",
        "account": "octocat",
        "algorithm": "SHA1",
        "digits": 8,
        "period": 30,
        "counter": None,
        "pinned": False,
        "forward": False,
        "note": "",
        "categories": ["Web", "Work"],
        "code": "94287082",
        "valid_until": 60,
    }


def test_pinned_entries_come_first(filled: Program) -> None:
    vault = Vault.open(filled.vault, PASSWORD)
    vault.change(lambda document: pin(document, {document.entries[4].id}, True, 1))
    vault.change(lambda document: with_order(document, Order.BACKUP))
    rows = filled.open("list", "--json").json
    assert [row["issuer"] for row in rows][:3] == ["郵便局", "GitHub", "GitHub Enterprise"]


def test_the_trash_is_not_listed(filled: Program) -> None:
    vault = Vault.open(filled.vault, PASSWORD)
    vault.change(lambda document: delete(document, {document.entries[0].id}, 1))
    assert len(filled.open("list", "--json", "octocat").json) == 1


def test_json_has_no_counter_based_code(filled: Program) -> None:
    before = filled.vault.read_bytes()
    (bank,) = filled.open("list", "--json", "bank").json
    assert (bank["code"], bank["valid_until"], bank["period"]) == (None, None, None)
    assert bank["counter"] == 5
    assert filled.vault.read_bytes() == before


def test_json_has_secrets_only_on_request(filled: Program) -> None:
    assert RFC_SECRET not in filled.open("list", "--json").out
    rows = {row["issuer"]: row for row in filled.open("list", "--json", "--secrets").json}
    assert list(rows["VPN"]) == [*KEYS, "secret", "pin"]
    assert (rows["VPN"]["secret"], rows["VPN"]["pin"]) == ("0123456789abcdef", "1234")
    assert (rows["Bank"]["secret"], rows["Bank"]["pin"]) == (RFC_SECRET, None)


def test_json_has_the_real_digits_of_a_type(filled: Program) -> None:
    rows = {row["type"]: row for row in filled.open("list", "--json").json}
    assert (rows["steam"]["digits"], rows["steam"]["period"]) == (5, 30)
    assert (rows["motp"]["digits"], rows["motp"]["period"]) == (6, 10)
    assert rows["motp"]["account"] is None


def test_json_escapes_control_characters(filled: Program) -> None:
    done = filled.open("list", "--json", "evil")
    assert done.out.isascii()
    assert not set(done.out) & set("\x1b\x07\x7f")
    assert done.json[0]["issuer"] in {HOSTILE, clean(HOSTILE)}


def test_an_entry_without_a_code_is_reported(filled: Program) -> None:
    done = filled.open("list", "--json")
    assert done.code == 0
    assert done.json[-1]["code"] is None
    assert "No PIN (x)" in done.err


def test_plain_columns_line_up_with_wide_characters(filled: Program) -> None:
    done = filled.open("list", "--at", "59")
    lines = done.out.splitlines()
    github = next(line for line in lines if line.startswith("GitHub  "))
    wide = next(line for line in lines if line.startswith("郵便局"))
    assert github.split() == ["GitHub", "octocat", "94287082", "1", "s"]
    assert wide.index("é") == github.index("octocat") - len("郵便局")


def test_columns_line_up_after_unsafe_characters_are_removed() -> None:
    assert table([("a\x1b[0m\u200b", "b"), ("郵e\u0301", "d")]) == ["a[0m  b", "郵e\u0301   d"]


def test_plain_has_no_control_characters_color_or_secret(filled: Program) -> None:
    done = filled.open("list")
    assert "Evil" in done.out
    assert "[/foo]" in done.out
    assert not set(done.out) & set("\x1b\x07\x9b\u202e")
    assert RFC_SECRET not in done.out


def test_plain_has_no_counter_based_code(filled: Program) -> None:
    assert filled.open("list", "bank").out.split() == ["Bank", "gordon"]


def test_plain_secrets(filled: Program) -> None:
    assert filled.open("list", "vpn", "--secrets").out.split()[-2:] == ["0123456789abcdef", "1234"]


def test_secrets_are_printed_as_they_have_to_be_typed(filled: Program) -> None:
    long, odd = "A" * 1504, "caf\u00e9\u00a0\u200b7"
    add = ("add", "--issuer", "Odd")
    assert filled.open(*add, "--account", "long", "--secret-stdin", stdin=f"{long}\n").code == 0
    stdin = f"{odd}\n1\u00a02\n"
    options = ("--type", "motp", "--secret-stdin", "--pin-stdin")
    assert filled.open(*add, "--account", "odd", *options, stdin=stdin).code == 0
    found = filled.open("list", "odd", "--secrets").out.split()
    assert {long, r'"caf\u00e9\u00a0\u200b7"', r'"1\u00a02"'} <= set(found)
    shown = filled.open("show", "Odd:odd", "--secret").out
    assert r'"caf\u00e9\u00a0\u200b7"' in shown
    assert r'"1\u00a02"' in shown


def test_a_query_filters(filled: Program) -> None:
    assert len(filled.open("list", "octocat", "--json").json) == 2
    assert len(filled.open("list", "octocat", "work", "--json").json) == 1


def test_no_match_is_an_empty_list_and_exit_code_4(filled: Program) -> None:
    done = filled.open("list", "nothing like it", "--json")
    assert (done.code, done.json) == (4, [])
    done = filled.open("list", "nothing like it")
    assert (done.code, done.out) == (4, "")
    assert done.err


def test_unreadable_entries_are_reported(filled: Program) -> None:
    raw = {"id": "x", "type": "quantum", "issuer": "From the future", "secret": "A" * 16}
    vault = Vault.open(filled.vault, PASSWORD)
    odd = Unreadable(raw, "its type is unknown", "From the future")
    vault.change(lambda document: replace(document, unreadable=(odd,)))
    done = filled.open("list")
    assert done.code == 0
    assert "From the future" in done.err
    assert "GitHub" in done.out


def test_warnings_of_the_vault_are_printed(filled: Program) -> None:
    filled.vault.chmod(0o644)
    done = filled.open("list", "--json", "bank")
    assert done.code == 0
    assert done.err.startswith("otp-tui: ")
    assert filled.vault.stat().st_mode & 0o777 == 0o600
