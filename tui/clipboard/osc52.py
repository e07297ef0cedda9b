"""Copies through the terminal, with the escape sequence OSC 52, which also works over SSH."""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Callable, Mapping

from tui.clipboard.base import SENT, Handover, Outcome
from tui.errors import ClipboardError
from tui.text import safe
from tui.tty import open_tty

_SET_CLIPBOARD = "set -s set-clipboard on"
OUTER_TMUX = f"The outer tmux needs: {_SET_CLIPBOARD}"
"""The line without which tmux ignores what programs in it send."""
_CLEAR = "\x1b]52;c;!\a"
_SCREEN_CHUNK = 700
_WITHOUT_OSC = frozenset(("", "dumb", "unknown", "network", "linux", "ansi", "cons25", "sun"))
"""Terminals (TERM, up to the first dash) that print the sequence instead of interpreting it."""


class Osc52Clipboard:
    """Sends codes to the terminal, which doesn't confirm that it copied them."""

    def __init__(self, environ: Mapping[str, str], write: Callable[[str], object]) -> None:
        self._term = environ.get("TERM", "")
        self._in_screen = bool(environ.get("STY"))
        self._in_tmux = bool(environ.get("TMUX"))
        self._is_remote = over_ssh(environ)
        self._by_sudo = bool(environ.get("SUDO_USER") and not environ.get("SSH_CONNECTION"))
        self._multiplexer = "" if self._in_screen else multiplexer(self._term)
        self._write = write
        self._sent = False

    def expect(self) -> Outcome:
        if not self._term:
            raise ClipboardError("There is no terminal to copy through (TERM is not set).")
        if not understands_osc(self._term):
            raise ClipboardError(
                f"This terminal ({safe(self._term, 40)}) has no clipboard.",
                "Use another terminal, or clipboard_command.",
            )
        if not self._multiplexer:
            return SENT
        local = f"Sent to {self._multiplexer}, which may ignore it"
        if self._in_tmux:
            return Outcome(local, doubt=f"tmux needs: {_SET_CLIPBOARD}.")
        if self._by_sudo:
            return Outcome(local, doubt="sudo hides it from otp-tui: use sudo -E.")
        if not self._is_remote:
            lost = "TMUX is" if self._multiplexer == "tmux" else "TMUX and STY are"
            return Outcome(local, doubt=f"{lost} not set: use sudo -E, or start a new shell in it.")
        return Outcome(
            f"Sent to {self._multiplexer} on the other machine, which may ignore it",
            doubt=f"{OUTER_TMUX}.",
        )

    def copy(self, text: str) -> Outcome:
        outcome = self.expect()
        self._send(text)
        self._sent = True
        return outcome

    def clear(self, *, unseen: bool = True) -> str:
        if not self._sent:
            return ""
        if unseen:
            # tmux ignores an empty text.
            self._send(" " if self._multiplexer else "")
        self._sent = False
        return "Cleared the terminal's clipboard." if unseen else ""

    def handover(self) -> Handover | None:
        return Handover(("osc52",), ()) if self._sent else None

    def take_over(self, texts: tuple[str, ...]) -> None:
        self._sent = True

    def _send(self, text: str) -> None:
        sequence = osc52(text)
        if self._in_screen:
            sequence = for_screen(sequence)
        elif self._multiplexer == "tmux":
            # If both arrive: old versions of kitty append a text, unless they are told to clear.
            sequence += for_tmux(_CLEAR + sequence)
        elif self._multiplexer:
            # screen ignores the plain sequence, and tmux the wrapped one.
            sequence += for_screen(sequence)
        try:
            self._write(sequence)
        except OSError as error:
            raise ClipboardError(f"Can't write to the terminal: {error.strerror}.") from None


def over_ssh(environ: Mapping[str, str]) -> bool:
    """Return True if the terminal is at the other end of an SSH connection."""
    return bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))


def understands_osc(term: str) -> bool:
    """Return False for a TERM whose terminals print OSC sequences as text, e.g. vt100."""
    name = term.partition("-")[0]
    return name not in _WITHOUT_OSC and not (name.startswith("vt") and name[2:3].isdigit())


def multiplexer(term: str) -> str:
    """Return what sets this TERM: "tmux", "tmux or screen", or "" for neither."""
    return {"tmux": "tmux", "screen": "tmux or screen"}.get(
        term.partition("-")[0].partition(".")[0], ""
    )


def osc52(text: str) -> str:
    """Return the sequence that puts `text` on the clipboard, or clears it for "".

    xterm's control sequences, OSC 52: anything but base64 clears the selection; most other
    terminals clear it on empty text. The terminator is BEL, because GNU screen takes ST as the end
    of what it passes on.
    """
    return f"\x1b]52;c;{b2a_base64(text.encode(), newline=False).decode()}\a"


def for_screen(sequence: str) -> str:
    """Wrap a sequence so that GNU screen passes it on to its terminal.

    The wrapper is a device control string (DCS), or several if it is long: screen's buffer has 768
    bytes.
    """
    chunks = (
        sequence[start : start + _SCREEN_CHUNK] for start in range(0, len(sequence), _SCREEN_CHUNK)
    )
    return "".join(f"\x1bP{chunk}\x1b\\" for chunk in chunks)


def for_tmux(sequence: str) -> str:
    """Wrap a sequence so that tmux passes it on, if its allow-passthrough is on."""
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"


def write_to_terminal(sequence: str) -> None:
    """Write to the controlling terminal; raise OSError without one."""
    with open(open_tty(), "w", encoding="ascii") as terminal:  # noqa: PTH123 - a descriptor
        terminal.write(sequence)
