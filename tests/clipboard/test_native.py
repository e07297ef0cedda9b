"""Copying on the desktop: xclip on an X server of the tests' own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clipboard.helpers import CODE, ROOT, until
from tests.programs import need
from tui.clipboard import COPIED, SENT, choose
from tui.clipboard.native import NativeClipboard
from tui.config.schema import Config
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


def test_the_desktop_gets_the_code_and_is_cleared(desktop: dict[str, str]) -> None:
    clipboard = NativeClipboard(desktop)
    assert clipboard.copy(CODE) is COPIED
    assert selection() == CODE
    clipboard.clear()
    assert until(lambda: selection() == "")


@pytest.fixture
def wayland(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A compositor without a screen. sway refuses to run as root, so then it is another user's."""
    need("sway", "wl-copy", "wl-paste")
    with tempfile.TemporaryDirectory() as folder:  # a socket's path has at most 107 bytes
        environ = {"PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": folder, "HOME": folder}
        environ["WLR_BACKENDS"], environ["WLR_RENDERER"] = "headless", "pixman"
        drop: dict[str, Any] = {}
        if os.geteuid() == 0:
            drop = {"user": 65534, "group": 65534, "extra_groups": []}
            os.chown(folder, 65534, 65534)
        log = tmp_path / "log"
        with log.open("w") as out:
            server = subprocess.Popen(
                ["sway", "-c", "/dev/null"], stdout=out, stderr=out, env=environ, **drop
            )
        try:
            assert until(lambda: bool(displays(folder)), 10), log.read_text()
            yield environ | {"WAYLAND_DISPLAY": displays(folder)[0]}
        finally:
            server.terminate()
            server.wait()


def displays(folder: str) -> list[str]:
    return [each.name for each in Path(folder).glob("wayland-*") if each.suffix != ".lock"]


def test_a_wayland_desktop_gets_the_code_and_is_cleared(wayland: dict[str, str]) -> None:
    def paste() -> str:
        done = subprocess.run(
            ["wl-paste", "-n"], env=wayland, capture_output=True, text=True, check=False
        )
        return done.stdout

    clipboard = NativeClipboard(wayland)
    assert clipboard.copy(CODE) is COPIED
    assert paste() == CODE
    clipboard.clear()
    assert paste() == ""


@pytest.mark.parametrize(
    ("name", "reason"),
    [("DISPLAY", "Can't open display"), ("WAYLAND_DISPLAY", "Failed to connect to a Wayland")],
)
def test_the_terminal_gets_the_code_if_the_desktop_cannot_be_reached(
    name: str, reason: str, tmp_path: Path
) -> None:
    need("xclip", "wl-copy")
    sent: list[str] = []
    environ = {"PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": str(tmp_path)}
    environ |= {"TERM": "xterm", name: ":77"}
    clipboard = choose(Config(), environ, sent.append)
    outcome = clipboard.copy(CODE)
    assert outcome.says == SENT.says
    assert reason in outcome.doubt
    assert clipboard.clear() == "Cleared the terminal's clipboard."
    assert len(sent) == 2
    with pytest.raises(ClipboardError, match=reason):
        choose(Config(), environ | {"TERM": "vt100"}, sent.append).copy(CODE)


def test_a_later_copy_on_the_desktop_is_kept(desktop: dict[str, str]) -> None:
    clipboard = NativeClipboard(desktop)
    clipboard.copy(CODE)
    select_text("a note")
    clipboard.clear()
    time.sleep(0.1)
    assert selection() == "a note"


def test_nothing_is_cleared_if_nothing_was_copied(desktop: dict[str, str]) -> None:
    select_text("a note")
    NativeClipboard(desktop).clear()
    time.sleep(0.1)
    assert selection() == "a note"


def test_the_process_that_serves_the_clipboard_does_not_hold_our_output(
    desktop: dict[str, str],
) -> None:
    program = (
        "import os; from tui.clipboard.native import NativeClipboard;"
        "NativeClipboard(os.environ).copy('118204'); print('done')"
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
        ({}, 'There is no desktop clipboard. Set clipboard = "auto".'),
        (
            {"DISPLAY": ":99"},
            "No clipboard tool is installed. Install xclip or xsel.",
        ),
        (
            {"WAYLAND_DISPLAY": "w"},
            "No clipboard tool is installed. Install wl-clipboard.",
        ),
    ],
)
def test_a_desktop_without_a_tool_says_what_to_install(
    environ: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(ClipboardError) as told:
        NativeClipboard(environ | {"PATH": str(tmp_path)}).copy(CODE)
    assert told.value.sentence == sentence


def fake_xclip(body: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name, script in (("xclip", body), ("xsel", "exit 1")):
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return dict(os.environ)


def test_copied_is_reported_only_if_it_was_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clipboard = NativeClipboard(fake_xclip("cat > /dev/null; echo other", tmp_path, monkeypatch))
    with pytest.raises(ClipboardError, match="contains something other"):
        clipboard.copy(CODE)


def test_a_desktop_tool_that_hangs_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clipboard = NativeClipboard(fake_xclip("exec sleep 1", tmp_path, monkeypatch), limit=0.2)
    start = time.monotonic()
    with pytest.raises(ClipboardError, match=r"xclip timed out after 0\.2 s"):
        clipboard.copy(CODE)
    assert time.monotonic() - start < 0.8


def test_a_clipboard_without_text_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clipboard = NativeClipboard(
        fake_xclip(r"cat > /dev/null; printf 'my \377 secret'", tmp_path, monkeypatch)
    )
    with pytest.raises(ClipboardError) as told:
        clipboard.copy(CODE)
    assert str(told.value) == "The clipboard contains something other than the code."
    assert told.value.__cause__ is None


STORE = """
held=$(dirname "$0")/held
case "$*" in
*-o) test -e "$held.mute" && cat "$held.mute" >&2 && exit 1; cat "$held" ;;
*) test -e "$held.broken" && exit 1; cat > "$held.new"
   test -e "$held.keeps" && ! test -s "$held.new" || mv "$held.new" "$held" ;;
esac
"""
"""A fake xclip that keeps the clipboard in a file, with faults named by files next to it."""


def test_a_failed_clear_is_retried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clipboard = NativeClipboard(fake_xclip(STORE, tmp_path, monkeypatch))
    clipboard.copy(CODE)
    for fault in ("broken", "keeps", "mute"):
        (tmp_path / f"held.{fault}").write_text("Error: Can't open display: :0\n")
        for _ in range(2):
            with pytest.raises(ClipboardError):
                clipboard.clear()
        (tmp_path / f"held.{fault}").unlink()
        assert (tmp_path / "held").read_text() == CODE
    clipboard.clear()
    assert (tmp_path / "held").read_text() == ""
    (tmp_path / "held").write_text(CODE)
    clipboard.clear()
    assert (tmp_path / "held").read_text() == CODE


@pytest.mark.parametrize(
    "says",
    [
        "Nothing is copied",
        "No suitable type of content copied",
        'Clipboard content is not available as requested type "text"',
        "Error: target STRING not available",
    ],
)
def test_a_clipboard_without_text_is_not_cleared(
    says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clipboard = NativeClipboard(fake_xclip(STORE, tmp_path, monkeypatch))
    clipboard.copy(CODE)
    (tmp_path / "held.mute").write_text(says)
    clipboard.clear()
    assert (tmp_path / "held").read_text() == CODE
