"""The app on terminals of every name, and on those that can't show it."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.cli.program import Program
from tests.soak.report import Result
from tests.terminal.helpers import SECRET, AppTerminal, codes_around, fill, grouped, wait_until

NONE = (None, "", "dumb")
"""Values of TERM on which the app says that it needs a terminal; None: it is not set."""
PLAIN = ("vt100", "linux", "vt220", "ansi", "vt102-nsgr", "linux-16color")
"""Those without Unicode symbols and without a clipboard."""
OTHERS = (
    "xterm", "screen", "tmux-256color", "nonsense", "xterm-256color", "screen-256color", "rxvt",
    "alacritty", "xterm-kitty", "foot", "st-256color", "xterm-mono", "x" * 200, "../../etc",
    "%s%n", "☃",
)  # fmt: skip
"""Those with both, as far as is known."""
TERMS = (*NONE, *PLAIN, *OTHERS)
_OSC52 = "\x1b]52;"
_CLEARED = re.compile(r"((\x1bP(tmux;)?)?\x1b{1,2}\]52;c;(IA==|!)?\x07(\x1b\\)?)*")
"""What the app may write at its end: no text or a space to copy, also through screen and tmux."""
_COLORS = re.compile(r"\x1b\[[0-9;]*[34]8[;:][25]")


def terms(chosen: Sequence[str | None] = TERMS) -> Result:
    """Unlock the vault, copy a code and exit on each terminal."""
    with tempfile.TemporaryDirectory() as folder:
        program = fill(Program(Path(folder)))
        with program.cleanup:
            for term in chosen:
                setting = ("-u", "TERM") if term is None else (f"TERM={term}",)
                argv = ["env", *setting, *program.command]
                with AppTerminal(argv, program.env, program.folder) as terminal:
                    if term in NONE:
                        _refuses(terminal, term)
                    else:
                        _works(terminal, str(term))
    return Result(
        f"{len(chosen)} values of TERM",
        "the vault unlocked, a code shown and copied, the terminal restored; a message where the "
        "app can't draw",
    )


def _refuses(terminal: AppTerminal, term: str | None) -> None:
    assert terminal.end() == 2, term
    assert terminal.all.startswith("otp-tui: The app needs a terminal"), terminal.all
    assert "\x1b" not in terminal.all, f"{term}: a control sequence"


def _works(terminal: AppTerminal, term: str) -> None:
    began = time.time()
    terminal.unlock()
    wait_until(
        lambda: any(
            grouped(code) in "\n".join(terminal.display) for code in codes_around(SECRET, began)
        ),
        lambda: "\n".join([term, *terminal.display]),
    )
    shown = "\n".join(terminal.display)
    assert shown.isascii() == (term in PLAIN), f"{term}: symbols\n{shown}"
    terminal.type("\r")
    terminal.wait_for("can't copy", "no clipboard", "ent to", "opied")
    assert (_OSC52 in terminal.all) == (term not in PLAIN), f"{term}: the clipboard"
    if term in PLAIN and "256" not in term:
        assert not _COLORS.search(terminal.all), f"{term}: colors it doesn't have"
    terminal.type("\x11")
    assert terminal.end() == 0, term
    assert terminal.is_given_back, term
    assert _CLEARED.fullmatch(terminal.after_the_app.strip()), f"{term}: {terminal.after_the_app!r}"
