"""Copying in tmux: its paste buffer, and through it the terminal it runs in."""

from __future__ import annotations

from collections.abc import Mapping

from tui.clipboard.base import Outcome
from tui.clipboard.tool import run
from tui.errors import ClipboardError

_LIMIT = 1.0
_EMPTY = "otp-tui-empty"


class TmuxWay:
    """Puts codes into a paste buffer of tmux's own naming: a buffer that we named would not
    be what the paste key pastes."""

    def __init__(self, environ: Mapping[str, str], limit: float = _LIMIT) -> None:
        """`limit` is how many seconds each of up to four calls of tmux may take."""
        self._environ = environ
        self._limit = limit
        self._ours: tuple[str, str] | None = None
        """The buffer's name and the code in it."""
        self._went_outside = False

    def copy(self, text: str) -> Outcome:
        earlier = self._ours
        self._went_outside = self._load(text)
        newest = next(iter(self._buffers()), "")
        if not newest or self._tmux("show-buffer", "-b", newest) != text:
            raise ClipboardError("tmux holds something else than the code now.")
        self._ours = (newest, text)
        if earlier is not None:
            self._delete(*earlier)
        return Outcome.COPIED

    def clear(self) -> None:
        if self._ours is None:
            return
        (name, text), self._ours = self._ours, None
        buffers = self._buffers()
        if name in buffers and self._delete(name, text) and buffers[0] == name:
            self._empty_outside()

    def _load(self, text: str) -> bool:
        """Load `text` into a new buffer; return whether the outer terminal got it too."""
        try:
            self._tmux("load-buffer", "-w", "-", text=text)
        except ClipboardError:  # tmux before 3.2 has no -w
            self._tmux("load-buffer", "-", text=text)
            return False
        return True

    def _buffers(self) -> list[str]:
        """Return the names of all buffers, the newest first."""
        return self._tmux("list-buffers", "-F", "#{buffer_name}").splitlines()

    def _delete(self, name: str, text: str) -> bool:
        """Delete a buffer if it still holds `text`; return whether it did."""
        try:
            if self._tmux("show-buffer", "-b", name) != text:
                return False
            self._tmux("delete-buffer", "-b", name)
        except ClipboardError:  # the user deleted it already
            return False
        return True

    def _empty_outside(self) -> None:
        """Put a space on the outer terminal's clipboard: tmux sends no empty text."""
        if self._went_outside:
            self._tmux(
                *("set-buffer", "-w", "-b", _EMPTY, " ", ";"), *("delete-buffer", "-b", _EMPTY)
            )

    def _tmux(self, *arguments: str, text: str = "") -> str:
        return run(("tmux", *arguments), text, self._environ, limit=self._limit, answer=True)
