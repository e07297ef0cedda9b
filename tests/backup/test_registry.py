"""A format is one module, recognized by the content of a file."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tui.backup.formats
from tests.backup.support import recognize
from tui.backup.registry import by_name, export_formats, formats
from tui.errors import UsageError

DUMMY = """
from tui.backup.model import Format, Needs
from tui.backup.model import Backup

FORMAT = Format(
    name="dropped-in", label="Dropped in", suffixes=(".drop",),
    sniff=lambda content: content.data in (b"AUTHENTICATORPRO!", b"drop"),
    needs=lambda content: Needs.NOTHING, read=lambda data, credentials: Backup(),
)
"""


@pytest.fixture
def dropped_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "zz_dropped.py").write_text(DUMMY)
    (tmp_path / "_helper.py").write_text("raise RuntimeError('helpers are not formats')")
    monkeypatch.setattr(
        tui.backup.formats, "__path__", [*tui.backup.formats.__path__, str(tmp_path)]
    )
    formats.cache_clear()
    yield
    formats.cache_clear()
    sys.modules.pop("tui.backup.formats.zz_dropped", None)


def test_a_file_with_FORMAT_is_found_by_itself(dropped_in: None) -> None:  # noqa: N802
    found = by_name("dropped-in")
    assert found in formats()
    assert found not in export_formats()
    assert recognize(b"drop") is found


def test_the_file_name_decides_only_between_formats_that_recognize_the_content(
    dropped_in: None,
) -> None:
    claimed_by_two = b"AUTHENTICATORPRO!"
    assert recognize(claimed_by_two, "x.DROP") is by_name("dropped-in")
    assert recognize(claimed_by_two, "x.authpro") is by_name("authenticator-pro")
    assert recognize(claimed_by_two, "x") is by_name("authenticator-pro")
    assert recognize(b"something else", "x.drop") is None


def test_a_file_that_a_format_takes_by_chance_may_be_of_another_one() -> None:
    any_base64 = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
    for name in ("", "x", "x.encrypt", "x.txt"):
        assert recognize(any_base64, name) is by_name("totp-authenticator")
    assert recognize(any_base64, "1234.maFile") is by_name("steam")


def test_an_unknown_name_lists_the_choices() -> None:
    with pytest.raises(UsageError) as caught:
        by_name("nope\x1b")
    assert "authenticator-pro-legacy" in caught.value.hint
    assert "\x1b" not in caught.value.sentence


def test_names_are_unique_and_fit_for_the_command_line() -> None:
    names = [each.name for each in formats()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)
    assert all(each.suffixes and each.label for each in formats())


def test_the_default_of_authenticator_pro_comes_first_and_is_encrypted() -> None:
    first = next(each for each in export_formats() if each.name.startswith("authenticator-pro"))
    assert first is by_name("authenticator-pro")
    assert first.encrypted


def test_recognizing_a_file_loads_no_reader() -> None:
    """Most of the program needs only names, labels and recognition."""
    program = (
        "import sys, tui.backup.content, tui.backup.registry as registry\n"
        "registry.recognize(tui.backup.content.FileContent(b'AVTOTPY_BACKUP_MAGIC' * 9))\n"
        "heavy = 'reader', 'writer', 'encryption', 'backup_file', 'payload', 'PIL', 'argon2'\n"
        "heavy += 'json_reader', 'json_writer', 'cryptography'\n"
        "print([name for name in sys.modules if set(name.split('.')) & set(heavy)"
        " and not name.startswith('tui.vault.')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
