"""Copying with a command from the settings."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clipboard.helpers import CODE, until
from tui.clipboard import GIVEN
from tui.clipboard.command import CommandClipboard
from tui.errors import ClipboardError


@pytest.fixture
def script(tmp_path: Path) -> Callable[..., CommandClipboard]:
    def make(body: str, limit: float = 2.0) -> CommandClipboard:
        path = tmp_path / "to the phone"
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        environ = {"PATH": os.environ["PATH"], "OUT": str(tmp_path / "out")}
        return CommandClipboard((str(path), "--now"), environ, limit)

    return make


def test_a_command_gets_the_code_only_on_standard_input(
    script: Callable[..., CommandClipboard], tmp_path: Path
) -> None:
    clipboard = script('cat > "$OUT"; echo "$# $*" > "$OUT.args"; env > "$OUT.env"')
    assert clipboard.copy(CODE) is GIVEN
    assert (tmp_path / "out").read_text() == CODE
    assert (tmp_path / "out.args").read_text() == "1 --now\n"
    assert CODE not in (tmp_path / "out.env").read_text()
    clipboard.clear()
    assert (tmp_path / "out").read_text() == ""


def test_a_command_is_cleared_only_after_a_copy(
    script: Callable[..., CommandClipboard], tmp_path: Path
) -> None:
    script('touch "$OUT"').clear()
    assert not (tmp_path / "out").exists()


def test_a_failed_clear_is_retried(script: Callable[..., CommandClipboard], tmp_path: Path) -> None:
    clipboard = script('test -e "$OUT.broken" && exit 1; cat > "$OUT"')
    clipboard.copy(CODE)
    (tmp_path / "out.broken").touch()
    for _ in range(2):
        with pytest.raises(ClipboardError):
            clipboard.clear()
    (tmp_path / "out.broken").unlink()
    clipboard.clear()
    assert (tmp_path / "out").read_text() == ""
    (tmp_path / "out").unlink()
    clipboard.clear()
    assert not (tmp_path / "out").exists()


def test_a_command_that_fails_says_why(script: Callable[..., CommandClipboard]) -> None:
    clipboard = script("cat > /dev/null; printf 'no \\033[31mphone.\\nmore\\n' >&2; exit 3")
    with pytest.raises(ClipboardError) as told:
        clipboard.copy(CODE)
    if sys.platform == "linux":
        assert str(told.value) == "to the phone failed: no [31mphone."
    assert "\x1b" not in str(told.value)


def test_a_command_that_repeats_the_code_is_not_quoted(
    script: Callable[..., CommandClipboard],
) -> None:
    with pytest.raises(ClipboardError, match="exit status 1") as told:
        script("cat >&2; exit 1").copy(CODE)
    assert CODE not in str(told.value)


def test_a_missing_command_is_reported() -> None:
    clipboard = CommandClipboard(("no-such-tool-here",), {"PATH": os.environ["PATH"]})
    with pytest.raises(ClipboardError, match="Can't run no-such-tool-here: not found"):
        clipboard.copy(CODE)
    clipboard.clear()


def test_a_command_that_hangs_is_killed_with_its_children(
    script: Callable[..., CommandClipboard], tmp_path: Path
) -> None:
    clipboard = script('(sleep 1; touch "$OUT") & wait', limit=0.2)
    start = time.monotonic()
    with pytest.raises(ClipboardError, match=r"timed out after 0\.2 s"):
        clipboard.copy(CODE)
    assert time.monotonic() - start < 1
    time.sleep(1)
    assert not (tmp_path / "out").exists()


def test_a_command_that_stays_in_the_background_is_not_waited_for(
    script: Callable[..., CommandClipboard], tmp_path: Path
) -> None:
    clipboard = script('cat > /dev/null; (sleep 1; touch "$OUT") &')
    assert clipboard.copy(CODE) is GIVEN
    assert not (tmp_path / "out").exists()
    assert until((tmp_path / "out").exists)


def test_a_command_that_does_not_read_its_input_works(
    script: Callable[..., CommandClipboard],
) -> None:
    assert script("exec <&-; exit 0").copy("7" * 300_000) is GIVEN


def test_a_command_can_be_in_the_home_folder(
    script: Callable[..., CommandClipboard], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script("exit 0")
    monkeypatch.setenv("HOME", str(tmp_path))
    clipboard = CommandClipboard(("~/to the phone",), {"PATH": os.environ["PATH"]})
    assert clipboard.copy(CODE) is GIVEN
