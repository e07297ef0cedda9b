"""Copies in tmux: to its paste buffers, and through them to the outer terminal."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from tui.clipboard.base import Outcome
from tui.clipboard.tool import require, run
from tui.errors import ClipboardError

_LIMIT = 1.0
_EMPTY = "otp-tui-empty"


class TmuxClipboard:
    """Puts codes into a buffer named by tmux, which doesn't paste those named by others."""

    def __init__(self, environ: Mapping[str, str], limit: float = _LIMIT) -> None:
        """`limit` is the timeout of each call of tmux, in seconds."""
        self._environ = environ
        self._limit = limit
        self._ours: set[str] = set()
        """Texts that we copied and that may still be in a buffer."""
        self._went_outside = False
        """True if the outer terminal may have got one of them."""

    def copy(self, text: str) -> Outcome:
        require("tmux", self._environ)
        self._ours.add(text)
        self._load(text)
        newest, *older = self._buffers() or [("", "")]
        if newest[1] != text:
            raise ClipboardError("The tmux buffer contains something other than the code.")
        with suppress(ClipboardError):  # still ours, so that `clear` tries again
            for name, held in older:
                if held in self._ours:
                    self._tmux("delete-buffer", "-b", name)
            self._ours = {text}
        return Outcome.COPIED

    def clear(self) -> None:
        if not self._ours:
            return
        buffers = self._buffers()
        if self._went_outside and buffers and buffers[0][1] in self._ours:
            self._empty_outside()
        for name, held in buffers:
            if held in self._ours:
                self._tmux("delete-buffer", "-b", name)
        self._ours = set()
        self._went_outside = False

    def _load(self, text: str) -> None:
        """Load `text` into a new buffer, and send it to the outer terminal."""
        try:
            self._tmux("load-buffer", "-w", "-", text=text)
        except ClipboardError:  # tmux before 3.2 has no -w
            self._tmux("load-buffer", "-", text=text)
        else:
            self._went_outside = True

    def _buffers(self) -> list[tuple[str, str]]:
        """Return name and text of all buffers, newest first; long texts are truncated."""
        lines = self._tmux("list-buffers", "-F", "#{buffer_name} #{buffer_sample}").splitlines()
        return [(name, sample) for name, _, sample in (line.partition(" ") for line in lines)]

    def _empty_outside(self) -> None:
        """Put a space on the outer terminal's clipboard, as tmux sends no empty text."""
        self._tmux(*("set-buffer", "-w", "-b", _EMPTY, " ", ";"), *("delete-buffer", "-b", _EMPTY))

    def _tmux(self, *arguments: str, text: str = "") -> str:
        return run(("tmux", *arguments), text, self._environ, limit=self._limit, answer=True)
