"""Copying in tmux: its paste buffers, and through them the terminal that it runs in."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from tui.clipboard.base import Outcome
from tui.clipboard.tool import require, run
from tui.errors import ClipboardError

_LIMIT = 1.0
_EMPTY = "otp-tui-empty"


class TmuxClipboard:
    """Puts codes into a paste buffer that tmux names: it would not paste one named by us."""

    def __init__(self, environ: Mapping[str, str], limit: float = _LIMIT) -> None:
        """`limit` is how many seconds each call of tmux may take."""
        self._environ = environ
        self._limit = limit
        self._ours: set[str] = set()
        """Texts of ours that may be in a buffer."""
        self._went_outside = False
        """Whether the terminal around tmux may have got one of them."""

    def copy(self, text: str) -> Outcome:
        require("tmux", self._environ)
        self._ours.add(text)
        self._load(text)
        newest, *older = self._buffers() or [("", "")]
        if newest[1] != text:
            raise ClipboardError("tmux holds something other than the code.")
        with suppress(ClipboardError):  # they are still ours: `clear` tries again
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
        """Load `text` into a new buffer, and send it to the terminal around tmux."""
        try:
            self._tmux("load-buffer", "-w", "-", text=text)
        except ClipboardError:  # tmux before 3.2 has no -w
            self._tmux("load-buffer", "-", text=text)
        else:
            self._went_outside = True

    def _buffers(self) -> list[tuple[str, str]]:
        """Return name and text of all buffers, the newest first; of long texts only the start."""
        lines = self._tmux("list-buffers", "-F", "#{buffer_name} #{buffer_sample}").splitlines()
        return [(name, sample) for name, _, sample in (line.partition(" ") for line in lines)]

    def _empty_outside(self) -> None:
        """Put a space on the outer terminal's clipboard: tmux sends no empty text."""
        self._tmux(*("set-buffer", "-w", "-b", _EMPTY, " ", ";"), *("delete-buffer", "-b", _EMPTY))

    def _tmux(self, *arguments: str, text: str = "") -> str:
        return run(("tmux", *arguments), text, self._environ, limit=self._limit, answer=True)
