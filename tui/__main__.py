"""Entry point of `otp-tui` and `python -m tui`: runs a command, or the app if there is none."""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False  # typing takes 6 ms to import
if TYPE_CHECKING:
    from tui.launch import Launch


def main(argv: list[str] | None = None) -> int:
    """Run the command that `argv` names and return the exit code.

    Without `argv`, uses the arguments of the process, which should exit afterwards.
    """
    if argv is None:
        gc.disable()  # commands end before there is enough garbage to collect
    try:
        if argv is None:
            from tui.crash import print_no_tracebacks
            from tui.memory import no_core

            print_no_tracebacks()
            no_core()
        from tui.cli.run import run  # in here, so that Ctrl+C during the import exits cleanly

        if argv is not None:
            return run(argv, _start_app)
        return run(sys.argv[1:], _start_app, os._exit)  # Python's own end takes longer than a code
    except KeyboardInterrupt:
        return 130
    finally:
        if argv is None:
            gc.freeze()  # skips the last collection, a tenth of the total time


def _start_app(launch: Launch) -> int:
    from tui.environment import drop_textual_variables

    drop_textual_variables(os.environ)
    # asyncio imports ssl, in 10 ms, for connections that the app never opens, and shutil bz2 and
    # lzma, in 0.4 MiB, for archives that it never reads: those in backups are stored or deflated.
    for name in ("ssl", "bz2", "lzma"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    # hashlib imports OpenSSL, in 3 MiB, for hashes that Python has, too.
    if _has_hashes():
        sys.modules.setdefault("_hashlib", None)  # type: ignore[arg-type]
    from tui.app.run import run  # importing Textual takes a fifth of a second

    return run(launch)


def _has_hashes() -> bool:
    """Return True if Python has hash functions of its own; some systems build it without."""
    from importlib.util import find_spec

    sha2 = ["_sha2"] if sys.version_info >= (3, 12) else ["_sha256", "_sha512"]
    return all(map(find_spec, ["_md5", "_sha1", *sha2, "_sha3", "_blake2"]))


if __name__ == "__main__":
    sys.exit(main())
