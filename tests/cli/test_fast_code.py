"""`code` in the plain case prints what the ordinary command prints, without slow imports."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.cli.conftest import HOSTILE, WEB, WORK, entries
from tests.cli.program import PASSWORD, Outcome, Program
from tui.cli import fast_code
from tui.clock import SystemClock
from tui.crypto.kdf import Argon2Params
from tui.otp.entry import Algorithm, Binding, Entry, OtpType
from tui.otp.secret import Secret
from tui.session.model import Session
from tui.vault.document import Document, Unreadable
from tui.vault.vault import Vault

SLOW = {
    *("argparse", "base64", "collections", "contextlib", "dataclasses", "enum", "functools"),
    *("json", "pathlib", "re", "textual", "tomllib", "typing", "argon2", "platformdirs"),
    *("cryptography.hazmat.primitives", "tui.clock_status", "tui.cli.context", "tui.cli.parser"),
    *("tui.config.schema", "tui.files", "tui.otp.entry", "tui.paths", "tui.vault.document"),
    *("tui.vault.envelope", "tui.vault.locked_vault", "tui.vault.vault"),
}
"""What the fast path doesn't wait for."""


class OneKey(Session):
    """Keeps one key in memory."""

    name = "a test"

    def __init__(self, key: bytes | None = None) -> None:
        self.kept = key

    def key(self, vault_id: str) -> bytes | None:
        return self.kept


def more_entries() -> tuple[Entry, ...]:
    """Entries whose names are hard to search for, besides those of the filled vault."""
    secret = Secret.base32("jbsw y3dp ehpk 3pxp")
    names = [
        ("Straße", "ÉCOLE@example.org"),
        ("Cafe\u0301", "one"),
        ("Café", "two"),
        ("İstanbul", "x:y"),
        ("a:b", "c"),
        ("a", "b:c"),
        ("", "only an account"),
        ("colon", 'quote":"inside'),
        ("GitHub", "octocat"),
        ("ﬀ ligature", None),
        ("deleted", "gone"),
    ]
    made = [
        Entry(
            id=f"1{number:07}-0000-4000-8000-000000000001",
            type=OtpType.TOTP,
            issuer=issuer,
            account=account,
            secret=secret,
            algorithm=list(Algorithm)[number % 3],
            digits=1 + number % 10,
            period=15 + number,
            categories=(Binding(WORK.id),) if number % 2 else (),
            deleted=5 if issuer == "deleted" else 0,
        )
        for number, (issuer, account) in enumerate(names)
    ]
    return (*entries(), *made)


@pytest.fixture
def full(program: Program) -> Program:
    """A vault of many kinds of entries, recorded as the last one used here."""
    unreadable = (
        Unreadable(json_entry("2", issuer="No secret", secret=""), "", ""),
        Unreadable(json_entry("3", digits=11), "", ""),
    )
    found = more_entries()
    document = Document(categories=(WORK, WEB), unreadable=unreadable).holding(found)
    save(program, document)
    return program


def json_entry(identity: str, **fields: object) -> dict[str, object]:
    """Return an entry as JSON has it."""
    plain: dict[str, object] = {
        "id": identity, "type": "totp", "issuer": "Plain", "account": "json",
        "secret": "JBSWY3DPEHPK3PXP", "algorithm": "SHA1", "digits": 6, "period": 30, "counter": 0,
        "pin": None, "icon": None, "categories": [], "ranking": 0, "pinned": False,
        "copy_count": None, "note": "", "created": 0, "updated": 0, "revision": 0,
    }  # fmt: skip
    return {**plain, **fields}


def save(program: Program, document: Document) -> None:
    """Create the program's vault."""
    program.vault.parent.mkdir(mode=0o700, exist_ok=True)
    program.vault.write_bytes(_empty_vault())
    program.vault.chmod(0o600)
    with patch.dict(os.environ, program.env, clear=True):
        vault = Vault.open(program.vault, PASSWORD)
        vault.change(lambda _: document)
        vault.close()


@cache
def _empty_vault() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "vault.json")
        Vault.create(path, PASSWORD, Argon2Params(2, 19456, 1), SystemClock()).close()
        return path.read_bytes()


@contextmanager
def unlocked(program: Program) -> Iterator[None]:
    """Let a session have the key of the vault."""
    with patch.dict(os.environ, program.env, clear=True):
        key = Vault.open(program.vault, PASSWORD).key
    with patch("tui.session.choose", lambda _environ: OneKey(key)):
        yield


def ordinary(program: Program, *args: str, stdin: str = "") -> Outcome:
    """Run a command without the fast path."""
    with patch.object(fast_code, "attempt", lambda _argv: None):
        return program.run(*args, stdin=stdin)


def fast(program: Program, *args: str, stdin: str = "") -> tuple[Outcome, bool]:
    """Run a command with the fast path, and return whether that printed the answer."""
    answers: list[object] = []
    attempt = fast_code.attempt

    def noted(argv: list[str]) -> object:
        answers.append(attempt(argv))
        return answers[-1]

    with patch.object(fast_code, "attempt", noted):
        outcome = program.run(*args, stdin=stdin)
    return outcome, any(isinstance(each, fast_code.Printed) for each in answers)


FOUND = [
    ["Straße"], ["STRASSE"], ["école@EXAMPLE.org"], ["cafe\u0301", "two"], ["CAFÉ", "one"],
    ["İstanbul"], ["a:b c"], ["a:b", "c"], ["only an account"], ['quote":"inside'],
    ["ﬀ"], ["ff", "ligature"], ["GitHub Enterprise"], ["github enterprise:octocat"],
    ["00000000-0000-4000-8000-000000000001"], ["10000004-0000-4000-8000-000000000001"],
    ["straße", "--next"], ["straße", "--at", "1234567890"], ["straße", "--at=1.5", "--json"],
    ["--json", "--next", "only an account"], [HOSTILE],
]  # fmt: skip
"""Arguments for which the fast path prints a code."""
LEFT = [
    ["octocat"], ["GitHub"], ["a:b:c"], ["nothing at all"], ["Bank"], ["No secret"], ["2"],
    ["3"], ["deleted"], ["gone"], ["Bank", "--next"], ["Bank", "--at", "5"], ["a", "--json", "b"],
    ["x", "--at", "-1"], ["x", "--at", "nan"], ["x", "--clear", "5"], ["--unknown", "x"], [],
    [""], ["https://x"], ["x", "--copy", "--json"], ["x", "--next=1"], ["x", "--", "y"],
    ["Work"], ["x" * 100],
]  # fmt: skip
"""Arguments that are left to the ordinary command: several matches, none, other types, mistakes."""


@pytest.mark.parametrize("args", FOUND, ids=" ".join)
def test_the_fast_path_prints_the_same(full: Program, args: list[str]) -> None:
    args = ["code", *(args if {"--at", "--at=1.5"} & {*args} else [*args, "--at", "99"])]
    with unlocked(full):
        quick, was_fast = fast(full, *args)
        assert quick == ordinary(full, *args)
    assert quick.code == 0
    assert was_fast


@pytest.mark.parametrize("args", LEFT, ids=" ".join)
def test_anything_else_is_left_to_the_ordinary_command(full: Program, args: list[str]) -> None:
    with unlocked(full):
        expected = ordinary(full, "code", *args)
        quick, was_fast = fast(full, "code", *args)
    assert not was_fast
    assert quick.code == expected.code
    if expected.code:  # otherwise the counter of Bank has moved on
        assert quick == expected


def test_a_password_in_an_option_prints_the_same(full: Program) -> None:
    file = full.folder / "password"
    file.write_text(PASSWORD)
    file.chmod(0o600)
    args = ["code", "straße", "--at", "99"]
    expected = ordinary(full, *args, "--password-file", str(file))
    assert fast(full, *args, "--password-file", str(file)) == (expected, True)
    stdin = f"{PASSWORD}\n"
    assert fast(full, *args, "--password-stdin", stdin=stdin) == (expected, True)


def test_a_wrong_password_prints_the_same(full: Program) -> None:
    args = ["code", "straße", "--password-stdin"]
    for stdin in ("wrong\n", "", "\xff" * 70_000):
        expected = ordinary(full, *args, stdin=stdin)
        assert fast(full, *args, stdin=stdin)[0] == expected
        assert expected.code in {1, 2, 3}


def test_a_counter_gets_its_code_with_one_derivation(
    full: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.crypto.kdf.argon2id", lambda *_: pytest.fail("derived again"))
    quick, was_fast = fast(full, "code", "Bank", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert (quick.code, quick.out, was_fast) == (0, "254676\n", False)


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "white space": lambda data: data.replace(b",", b", ", 1),
    "unknown key": lambda data: data.replace(b'"version":2,', b'"version":2,"more":0,'),
    "duplicate key": lambda data: data.replace(b'"version":2,', b'"version":2,"version":2,'),
    "newer version": lambda data: data.replace(b'"version":2,', b'"version":3,'),
    "too many iterations": lambda data: data.replace(b'"time_cost":2', b'"time_cost":20'),
    "cut off": lambda data: data[:-100],
    "payload changed": lambda data: (
        data.replace(b'"payload":"', b'"payload":"AAAA', 1)[:-6] + b'"}'
    ),
    "generation changed": lambda data: data.replace(b'"generation":2', b'"generation":3'),
    "empty": lambda _data: b"",
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_strict_reader_decides(full: Program, name: str) -> None:
    full.vault.write_bytes(CHANGES[name](full.vault.read_bytes()))
    args = ["code", "straße", "--at", "99", "--password-stdin"]
    ordinary(full, *args, stdin=f"{PASSWORD}\n")  # notices another file, once
    expected = ordinary(full, *args, stdin=f"{PASSWORD}\n")
    assert fast(full, *args, stdin=f"{PASSWORD}\n")[0] == expected
    assert (expected.code == 0) is (name == "white space")


def test_a_vault_of_another_kind_of_file_is_left_to_the_ordinary_command(full: Program) -> None:
    real = full.vault.with_name("real.json")
    full.vault.rename(real)
    full.vault.symlink_to(real)
    args = ["code", "straße", "--at", "99", "--password-stdin"]
    expected = ordinary(full, *args, stdin=f"{PASSWORD}\n")
    assert fast(full, *args, stdin=f"{PASSWORD}\n") == (expected, False)
    assert "symbolic link" in expected.err
    full.vault.unlink()
    real.rename(full.vault)
    full.vault.chmod(0o644)
    quick, was_fast = fast(full, *args, stdin=f"{PASSWORD}\n")
    assert "Its mode is now 0600" in quick.err
    assert not was_fast
    assert full.vault.stat().st_mode & 0o777 == 0o600


def test_an_older_file_is_noticed(full: Program) -> None:
    before = full.vault.read_bytes()
    assert full.open("edit", "straße", "--note", "new").code == 0
    args = ["code", "straße", "--at", "99"]
    with unlocked(full):
        assert fast(full, *args)[1]
        full.vault.write_bytes(before)
        quick, was_fast = fast(full, *args)
    assert "older" in quick.err
    assert not was_fast


def test_settings_and_default_locations_are_those_of_the_ordinary_command(full: Program) -> None:
    other = full.folder / "xdg-data" / "otp-tui" / "vault.json"
    other.parent.mkdir(parents=True)
    full.vault.rename(other)
    del full.env["OTP_TUI_VAULT"], full.env["XDG_DATA_HOME"]
    args = ["code", "straße", "--at", "99", "--password-stdin"]
    config = full.folder / "config.toml"
    for home, setting, is_fast in (
        ("xdg-data", "", True),
        ("xdg-data", "vault = 5", False),
        (None, f'vault = "{other}"', True),
        (None, f"vault = '{other}'", False),
        (None, 'vault = "~/xdg-data/otp-tui/vault.json"  # mine', True),
        (None, f'x = """\n[a]\n"""\nvault = "{other}"', False),
        (None, "", False),
        (None, f'[more]\nvault = "{other}"', False),
    ):
        config.write_text(f"# settings\n\n{setting}\n")
        full.env.pop("XDG_DATA_HOME", None)
        if home:
            full.env["XDG_DATA_HOME"] = str(full.folder / home)
        ordinary(full, *args, stdin=f"{PASSWORD}\n")  # records the vault at this path
        expected = ordinary(full, *args, stdin=f"{PASSWORD}\n")
        assert fast(full, *args, stdin=f"{PASSWORD}\n") == (expected, is_fast), setting


@pytest.mark.parametrize("args", [["--version"], ["code", "straße", "--at", "99"]], ids=" ".join)
def test_slow_modules_are_not_imported(full: Program, args: list[str]) -> None:
    if args[0] == "code":
        args = [*args, "--password-file", str(full.folder / "password")]
        (full.folder / "password").write_text(PASSWORD)
        (full.folder / "password").chmod(0o600)
    program = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "from tui.__main__ import main\n"
        "import tui.session\n"
        "code = main(sys.argv[1:])\n"
        "print(code, *(set(sys.modules) - before), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program, *args],
        env={**full.env, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    code, *modules = done.stderr.split()
    assert code == "0"
    assert not SLOW & {*modules}
