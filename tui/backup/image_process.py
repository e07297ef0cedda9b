"""Runs `image_program`, which reads the QR codes in an image, as a process of its own.

Its memory and its time are limited, and it ends when this process does. It gets no environment,
and only the image.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tui.backup import image_program
from tui.errors import FormatError

TIMEOUT = 15.0
"""Seconds until a process that waits for a processor is ended."""
_MOST_OUTPUT = 16 * 1024 * 1024
_START = "import sys; sys.path[:] = sys.argv[2:]; from tui.backup.image_program import main; main()"
"""The program: our own path instead of the one that Python would set up."""
_DAMAGED = "The file is not an image, or is damaged."
_CROP = "Crop it to the QR code."
_MILLIONS = image_program.MAX_PIXELS // 1_000_000
_FAULTS = {
    image_program.MANY_PIXELS: (f"The image has more than {_MILLIONS} million pixels.", ""),
    image_program.LONG: (
        f"The image is wider or higher than {image_program.MAX_SIDE} pixels.",
        "",
    ),
    image_program.BIG: ("The image takes too much memory to read.", _CROP),
}


def read_texts(data: bytes) -> list[str]:
    """Return the texts of the QR codes in an image, from the top down and then from the left.

    Raises:
        FormatError: it is not an image, is damaged or too large, or takes too long to read.
    """
    import json
    import signal
    import subprocess

    folder = str(Path(image_program.__file__).parents[2])
    lifeline, ours = os.pipe()
    try:
        command = (sys.executable, "-I", "-S", "-c", _START, str(lifeline), folder, *_own_path())
        done = subprocess.run(
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(lifeline,),
            cwd="/",
            env={},
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise FormatError("The image takes too long to read.", _CROP) from None
    except OSError as error:
        raise FormatError(f"The image can't be read: {error.strerror}.") from None
    finally:
        os.close(lifeline)
        os.close(ours)
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise FormatError("The image takes too long to read.", _CROP)
    try:
        if done.returncode or len(done.stdout) > _MOST_OUTPUT:
            raise ValueError
        answer = json.loads(done.stdout)
        if "fault" in answer:
            raise FormatError(*_FAULTS.get(str(answer["fault"]), (_DAMAGED, "")))
        return [str(text) for text in answer["texts"]]
    except (ValueError, TypeError, LookupError):
        raise FormatError(_DAMAGED) from None


def _own_path() -> list[str]:
    """Return the folders that modules are imported from, without the current one."""
    return [folder for folder in sys.path if os.path.isabs(folder)]  # noqa: PTH117
