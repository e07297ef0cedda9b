"""Copying on the desktop: xclip on an X server of the tests' own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clipboard.helpers import CODE, ROOT, need, until
from tui.clipboard import Outcome
from tui.clipboard.native import NativeWay
from tui.errors import ClipboardError

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or "microsoft" in os.uname().release.lower(),
    reason="the clipboard would be the user's own",
)


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    need("Xvfb", "xclip")
    ours, theirs = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(theirs), "-screen", "0", "64x64x8", "-nolisten", "tcp"],
        pass_fds=[theirs],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    with os.fdopen(ours) as number:
        name = f":{number.readline().strip()}"
    yield name
    server.kill()
    server.wait()


@pytest.fixture
def desktop(display: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return dict(os.environ)


def selection() -> str:
    done = subprocess.run(
        ["xclip", "-selection", "clipboard", "-o"], capture_output=True, text=True, check=False
    )
    return done.stdout


def select_text(text: str) -> None:
    subprocess.run(
        ["xclip", "-selection", "clipboard"],
        input=text.encode(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    assert until(lambda: selection() == text)  # xclip returns a little before it serves


def test_the_desktop_holds_the_code_and_loses_it(desktop: dict[str, str]) -> None:
    way = NativeWay(desktop)
    assert way.copy(CODE) is Outcome.COPIED
    assert selection() == CODE
    way.clear()
    assert until(lambda: selection() == "")


def test_the_desktop_keeps_what_was_copied_since(desktop: dict[str, str]) -> None:
    way = NativeWay(desktop)
    way.copy(CODE)
    select_text("a note")
    way.clear()
    time.sleep(0.1)
    assert selection() == "a note"


def test_nothing_copied_nothing_taken_away(desktop: dict[str, str]) -> None:
    select_text("a note")
    NativeWay(desktop).clear()
    time.sleep(0.1)
    assert selection() == "a note"


def test_what_serves_the_clipboard_does_not_hold_our_output(desktop: dict[str, str]) -> None:
    program = (
        "import os; from tui.clipboard.native import NativeWay;"
        "NativeWay(os.environ).copy('118204'); print('done')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=desktop,
        capture_output=True,
        text=True,
        timeout=5,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("done\n", "")
    assert selection() == "118204"


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({}, "There is no desktop here to copy to."),
        (
            {"DISPLAY": ":99"},
            "No tool for the desktop's clipboard is installed. Install xclip or xsel.",
        ),
        (
            {"WAYLAND_DISPLAY": "w"},
            "No tool for the desktop's clipboard is installed. Install wl-clipboard.",
        ),
    ],
)
def test_a_desktop_without_a_tool_says_what_to_install(
    environ: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(ClipboardError) as told:
        NativeWay(environ | {"PATH": str(tmp_path)}).copy(CODE)
    assert told.value.sentence == sentence


def fake_xclip(body: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    tool = folder / "xclip"
    tool.write_text(f"#!/bin/sh\n{body}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return dict(os.environ)


def test_copied_is_said_only_when_it_was_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = NativeWay(fake_xclip("cat > /dev/null; echo other", tmp_path, monkeypatch))
    with pytest.raises(ClipboardError, match="holds something else"):
        way.copy(CODE)


def test_a_desktop_that_hangs_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = NativeWay(fake_xclip("exec sleep 1", tmp_path, monkeypatch), limit=0.2)
    start = time.monotonic()
    with pytest.raises(ClipboardError, match=r"gave no answer within 0\.2 s"):
        way.copy(CODE)
    assert time.monotonic() - start < 0.8


def test_a_clipboard_that_is_no_text_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = NativeWay(fake_xclip(r"cat > /dev/null; printf 'my \377 secret'", tmp_path, monkeypatch))
    with pytest.raises(ClipboardError) as told:
        way.copy(CODE)
    assert str(told.value) == "The desktop's clipboard failed."
    assert told.value.__cause__ is None
