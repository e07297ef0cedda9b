"""The completion scripts in completions/, generated from the parser and installed with the package.

`python -m tools.completions` writes them; a test checks that they are up to date.
"""

from __future__ import annotations

from pathlib import Path

from tui.cli.commands.completion import SHELLS, script

FOLDER = Path(__file__).parents[1] / "completions"


def files() -> dict[Path, str]:
    """Return the text of each script by its path."""
    return {FOLDER / f"otp-tui.{shell}": f"{script(shell).rstrip()}\n" for shell in SHELLS}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
