"""Makes the pictures of the README: `make pictures`.

The real program runs on a pseudo-terminal, with the sample entries of `otp-tui demo`. Its clock
stands still, so that the same program makes the same pictures. The second picture needs tmux.
"""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

import pyte
from PIL import Image

from tools.terminal_image import Fonts, draw
from tui.clock import SystemClock
from tui.demo import make_demo_vault

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
_MOMENT = 1_700_000_012
"""Unix seconds; 28 seconds of a period of 30 are left."""
_QUIET, _PATIENCE = 0.5, 20.0
"""Seconds without output after which the screen is complete; seconds to wait for a text."""
_COLORS = 128
_PROGRAM = f"""#!{sys.executable}
import sys
from tui.clock import SystemClock
SystemClock.now = lambda self: {_MOMENT}
from tui.__main__ import main
sys.exit(main())
"""
_LOGIN = """printf '$ ssh server\\nVerification code: '
read -r code
printf 'Welcome to server.\\n\\n$ '
read -r _
"""


class Terminal:
    """A program on a pseudo-terminal."""

    def __init__(self, argv: list[str], size: tuple[int, int], env: dict[str, str]) -> None:
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self._master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (size[1], size[0]))
        self._process = subprocess.Popen(
            argv, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True
        )
        os.close(slave)

    def wait_for(self, text: str) -> None:
        """Wait until a text is on the screen and the output has ended.

        Raises:
            SystemExit: it doesn't appear.
        """
        deadline = time.monotonic() + _PATIENCE
        while select.select([self._master], [], [], _QUIET)[0] or text not in self.text:
            if time.monotonic() > deadline:
                raise SystemExit(f"{text!r} is not on the screen:\n{self.text}")
            if select.select([self._master], [], [], 0)[0]:
                self._stream.feed(os.read(self._master, 65536))

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(self.screen.display)

    def press(self, keys: str) -> None:
        """Type something."""
        os.write(self._master, keys.encode())

    def end(self) -> None:
        """End the program."""
        self._process.terminate()
        self._process.wait()
        os.close(self._master)


def picture_of_the_list(program: Path, env: dict[str, str], fonts: Fonts) -> None:
    """Draw the list of codes at 120 by 30."""
    terminal = Terminal([str(program), "demo"], (120, 30), env)
    terminal.wait_for("Backups")
    draw(terminal.screen, fonts).save(FOLDER / "list.png", optimize=True)
    terminal.end()


def picture_of_copying(program: Path, folder: Path, env: dict[str, str], fonts: Fonts) -> None:
    """Draw a login in tmux: open the popup, search, copy, and paste the code."""
    vault, password = make_demo_vault(folder, SystemClock())
    (folder / "password").touch(0o600)
    (folder / "password").write_text(password)
    pick = f"{program} --vault {vault} pick --password-file {folder / 'password'}"
    (folder / "tmux.conf").write_text(
        "set -g status off\nset -g default-terminal tmux-256color\n"
        f'bind-key O display-popup -E -w 88% -h 80% "{pick}"\n'
    )
    tmux = ["tmux", "-S", str(folder / "socket"), "-f", str(folder / "tmux.conf")]
    terminal = Terminal([*tmux, "new-session", "sh", "-c", _LOGIN], (90, 22), env)
    frames: list[tuple[Image.Image, int]] = []

    def show(text: str, milliseconds: int) -> None:
        terminal.wait_for(text)
        frames.append((draw(terminal.screen, fonts), milliseconds))

    show("Verification code:", 1200)
    terminal.press("\x02O")
    show("Registrar", 1200)
    for letters in ("g", "t", "h"):
        terminal.press(letters)
        show("GitHub", 450)
    frames[-1] = (frames[-1][0], 1200)
    terminal.press("\r")
    show("Verification code:", 700)
    terminal.press("\x02]")
    show("Verification code: ", 900)
    terminal.press("\r")
    show("Welcome", 2500)
    terminal.end()
    subprocess.run([*tmux, "kill-server"], env=env, capture_output=True, check=False)
    _save(frames, FOLDER / "copy.gif")


def _save(frames: list[tuple[Image.Image, int]], path: Path) -> None:
    palette = frames[1][0].quantize(_COLORS)
    first, *rest = [
        image.quantize(palette=palette, dither=Image.Dither.NONE) for image, _ in frames
    ]
    durations = [milliseconds for _, milliseconds in frames]
    first.save(path, save_all=True, append_images=rest, duration=durations, loop=0, optimize=True)


def main() -> None:
    """Make both pictures."""
    if shutil.which("tmux") is None:
        raise SystemExit("Install tmux first.")
    FOLDER.mkdir(exist_ok=True)
    fonts = Fonts()
    with tempfile.TemporaryDirectory(prefix="otp-tui-pictures-") as name:
        folder = Path(name)
        program = folder / "otp-tui"
        program.write_text(_PROGRAM)
        program.chmod(0o700)
        (folder / "config.toml").write_text("clock_check = false\n")
        env = {
            "PATH": os.environ["PATH"],
            "HOME": name,
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "OTP_TUI_CONFIG": str(folder / "config.toml"),
        }
        picture_of_the_list(program, env, fonts)
        picture_of_copying(program, folder, env, fonts)


if __name__ == "__main__":
    main()
