"""The checks of copying to the clipboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.doctor.finding import Finding
from tui.errors import ClipboardError
from tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tui.config.schema import Config

TEST_TEXT = "otp-tui test"
"""What `doctor --test-copy` copies."""
_NOT_THERE = "The word didn't arrive."
_OTHER_WAY = "Change clipboard or clipboard_command in the settings; see man otp-tui."


def copying(config: Config, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Report how a code would be copied from here, and what would be said about it."""
    from tui.clipboard import NoClipboard, choose
    from tui.clipboard.command import CommandClipboard
    from tui.clipboard.tmux import TmuxClipboard

    way = choose(config, environ, lambda _sequence: None)
    if isinstance(way, NoClipboard):
        yield Finding("copying", "turned off in the settings")
        return
    if isinstance(way, CommandClipboard):
        yield Finding("copying", f"by the command {safe(config.clipboard_command[0], 80)}")
        return
    try:
        outcome = way.expect()
    except ClipboardError as error:
        # Without TERM, nobody is there to copy anything.
        advice = error.hint or (_OTHER_WAY if environ.get("TERM") else "")
        yield Finding("copying", str(error), advice)
    else:
        yield Finding("copying", _inside(outcome.says), outcome.doubt)
    if isinstance(way, TmuxClipboard):
        yield _tmux_set_clipboard(environ)


def _tmux_set_clipboard(environ: Mapping[str, str]) -> Finding:
    from tui.clipboard.tool import run

    try:
        argv = ("tmux", "show-options", "-sv", "set-clipboard")
        value = safe(run(argv, "", environ, limit=2, answer=True).strip(), 40)
    except ClipboardError as error:
        return Finding("tmux", str(error), error.hint or "Check that tmux is running and on PATH.")
    if value in {"on", "external"}:
        return Finding("tmux", f"set-clipboard is {value}")
    says = f"set-clipboard is {value or 'not set'}: copies stay in tmux"
    return Finding("tmux", says, "In tmux.conf: set -s set-clipboard external")


def test_copy(
    config: Config, environ: Mapping[str, str], paste: Callable[[str], str] | None
) -> Finding:
    """Copy a text as a code would be copied; report the result, or how to check it.

    `paste` asks for what the user pastes. With it, the other ways are tried if nothing arrives.
    """
    if config.clipboard == "off":
        return Finding("test copy", "skipped: copying is turned off")
    if paste is not None:
        return _pasted(config, environ, paste)
    from tui.clipboard import GIVEN, choose, write_to_terminal

    try:
        outcome = choose(config, environ, write_to_terminal).copy(TEST_TEXT)
    except ClipboardError as error:
        return Finding("test copy", str(error), error.hint or _OTHER_WAY)
    if outcome.verified:
        return Finding("test copy", f"“{TEST_TEXT}” is on the clipboard", outcome.doubt)
    whom = "clipboard_command" if outcome == GIVEN else "the terminal"
    check = f"paste it somewhere; if you don't see it, {whom} ignored it"
    return Finding("test copy", f"“{TEST_TEXT}” was sent to {whom}: {check}", outcome.doubt)


def _pasted(config: Config, environ: Mapping[str, str], paste: Callable[[str], str]) -> Finding:
    """Copy a random word in each way that applies, until the user pastes it."""
    from contextlib import suppress
    from dataclasses import replace
    from secrets import token_hex

    from tui.clipboard import choose, write_to_terminal

    used: set[str] = set()
    reasons = []
    for name in dict.fromkeys((config.clipboard, "tmux", "native", "osc52")):
        applies = name != "tmux" or environ.get("TMUX")
        if name in used or not applies:
            continue
        way = choose(replace(config, clipboard=name), environ, write_to_terminal)
        word = f"test-{token_hex(3)}"
        try:
            outcome = way.copy(word)
        except ClipboardError as error:
            says = error.sentence if name == config.clipboard else str(error)
            reasons.append(f"{name}: {_inside(says)}")
            continue
        handover = way.handover()
        used.add(handover.way[0] if handover else name)
        answer = paste(f"{outcome.says}. Paste it here and press Enter: ")
        with suppress(ClipboardError):
            way.clear()
        if answer.strip() == word:
            if name == config.clipboard:
                return Finding("test copy", "works: the test word arrived")
            says = f"the test word arrived with {name}, not with {config.clipboard}"
            return Finding("test copy", says, f'In the settings: clipboard = "{name}"')
        reasons.append(f"{name}: {_inside(outcome.doubt or _NOT_THERE)}")
    return Finding("test copy", " ".join(reasons), _OTHER_WAY)


def _inside(sentence: str) -> str:
    """Return a sentence to put after a colon."""
    return sentence[:1].lower() + sentence[1:]
