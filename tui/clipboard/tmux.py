"""Copies in tmux: to its paste buffers, and through them to the outer terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple

from tui.clipboard.base import Handover, Outcome
from tui.clipboard.osc52 import OUTER_TMUX, for_tmux, multiplexer, osc52, understands_osc
from tui.clipboard.tool import require, run
from tui.errors import ClipboardError
from tui.text import safe

MOSH_LINE = r"set -as terminal-overrides ',*:Ms=\E]52;c%p1%.0s;%p2%s\7'"
"""Makes tmux name the clipboard, as mosh requires; it applies when a client attaches."""
_LIMIT = 1.0
_EMPTY = "otp-tui-empty"
_ASK = "#{set-clipboard}\t#{allow-passthrough}\t#{client_tty}\t#{client_termname}\t#{client_pid}"
_BUFFER = Outcome("Copied to tmux", verified=True)
_BOTH = Outcome("Copied to tmux; sent to your terminal", verified=True)


class _Route(NamedTuple):
    outcome: Outcome
    how: str
    """How the outer terminal gets the code: "tmux" sends it, we do by "passthrough", or ""."""


class TmuxClipboard:
    """Puts codes into a buffer named by tmux, which doesn't paste those named by others."""

    def __init__(
        self,
        environ: Mapping[str, str],
        write: Callable[[str], object],
        limit: float = _LIMIT,
    ) -> None:
        """`write` sends a sequence to our own terminal; `limit` is in seconds, for each call."""
        self._environ = environ
        self._write = write
        self._limit = limit
        self._ours: set[str] = set()
        """Texts that we copied and that may still be in a buffer."""
        self._outside = ""
        """How the outer terminal may have got one of them: `_Route.how`."""

    def expect(self) -> Outcome:
        require("tmux", self._environ)
        return self._route().outcome

    def copy(self, text: str) -> Outcome:
        require("tmux", self._environ)
        outcome, how = self._route()
        self._ours.add(text)
        if not self._load(text, how):
            outcome = _BUFFER
        newest, *older = self._buffers() or [("", "")]
        if newest[1] != text:
            raise ClipboardError("The tmux buffer contains something other than the code.")
        with suppress(ClipboardError):  # still ours, so that `clear` tries again
            for name, held in older:
                if held in self._ours:
                    self._tmux("delete-buffer", "-b", name)
            self._ours = {text}
        return outcome

    def clear(self, *, unseen: bool = True) -> str:
        if not self._ours:
            return ""
        buffers = self._buffers()
        outside = unseen and self._outside and buffers and buffers[0][1] in self._ours
        if outside:
            self._empty_outside()
        for name, held in buffers:
            if held in self._ours:
                self._tmux("delete-buffer", "-b", name)
        self._ours = set()
        self._outside = ""
        return "Cleared the terminal's clipboard." if outside else ""

    def handover(self) -> Handover | None:
        return Handover(("tmux",), tuple(self._ours)) if self._ours else None

    def take_over(self, texts: tuple[str, ...]) -> None:
        self._ours = set(texts)
        with suppress(ClipboardError):
            self._outside = self._route().how

    def _route(self) -> _Route:
        """Return how a code gets to the outer terminal, and what is known about it."""
        asked = self._tmux("display-message", "-p", _ASK).rstrip("\n").split("\t")
        allowed, passthrough, tty, term, process = (*asked, "", "", "", "", "")[:5]
        if allowed == "off":
            return _Route(_BUFFER._replace(says="Copied to tmux (its set-clipboard is off)"), "")
        if not tty:  # nobody is attached
            return _Route(_BUFFER, "")
        sequence = self._sequence(tty)
        if "]52;" not in sequence:
            return _Route(_without_clipboard(safe(term, 40)), "")
        if "]52;c" not in sequence and _in_mosh(process):
            if passthrough not in {"0", "off"}:  # tmux before 3.3 always passes on
                return _Route(_BOTH, "passthrough")
            return _Route(_BUFFER._replace(doubt=f"For mosh, tmux needs: {MOSH_LINE}."), "")
        return _Route(_BOTH._replace(doubt=f"{OUTER_TMUX}." if multiplexer(term) else ""), "tmux")

    def _sequence(self, tty: str) -> str:
        """Return what tmux sends to a client to set its clipboard; "" if nothing."""
        _, _, ours = self._tmux("show-messages", "-T").partition(f" for {tty},")
        lines = ours.partition("\nTerminal ")[0].splitlines()
        return next((line for line in lines if " Ms: " in line), "")

    def _load(self, text: str, how: str) -> bool:
        """Load `text` into a new buffer; return False if the outer terminal can't get it."""
        if how == "tmux":
            try:
                self._tmux("load-buffer", "-w", "-", text=text)
            except ClipboardError:  # tmux before 3.2 has no -w
                self._tmux("load-buffer", "-", text=text)
                return False
        else:
            self._tmux("load-buffer", "-", text=text)
        if how == "passthrough":
            self._pass_through(text)
        self._outside = how or self._outside
        return True

    def _buffers(self) -> list[tuple[str, str]]:
        """Return name and text of all buffers, newest first; long texts are truncated."""
        lines = self._tmux("list-buffers", "-F", "#{buffer_name} #{buffer_sample}").splitlines()
        return [(name, sample) for name, _, sample in (line.partition(" ") for line in lines)]

    def _empty_outside(self) -> None:
        """Put a space on the outer terminal's clipboard, as tmux sends no empty text."""
        if self._outside == "passthrough":
            self._pass_through("")
        else:
            self._tmux(
                *("set-buffer", "-w", "-b", _EMPTY, " ", ";"), *("delete-buffer", "-b", _EMPTY)
            )

    def _pass_through(self, text: str) -> None:
        try:
            self._write(for_tmux(osc52(text)))
        except OSError as error:
            raise ClipboardError(f"Can't write to the terminal: {error.strerror}.") from None

    def _tmux(self, *arguments: str, text: str = "") -> str:
        return run(("tmux", *arguments), text, self._environ, limit=self._limit, answer=True)


def _without_clipboard(term: str) -> Outcome:
    """Return the outcome where tmux knows no sequence for the clipboard of this terminal."""
    if not understands_osc(term):
        return _BUFFER._replace(says=f"Copied to tmux (your terminal, {term}, has no clipboard)")
    line = f"set -as terminal-features '{term}:clipboard'"
    return _BUFFER._replace(doubt=f"For your clipboard, tmux needs: {line}.")


def _in_mosh(process: str) -> bool:
    """Return True if a process, or one of its parents, is mosh-server; False if unknown."""
    for _ in range(16):
        try:
            with open(f"/proc/{int(process)}/stat", encoding="utf-8") as file:  # noqa: PTH123
                name, _, rest = file.read().partition("(")[2].rpartition(")")
        except (OSError, ValueError):
            return False
        if name == "mosh-server":
            return True
        process = rest.split()[1]
    return False
