"""Slow calls that nobody waits for any more."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from tui.threads import interruptible

PROGRAM = """
import sys, time
from tui.crypto import kdf
import argon2.low_level

def slow(*_args, **_more):
    print("derives", flush=True)
    while True:
        time.sleep(60)

argon2.low_level.hash_secret_raw = slow
import tui.cli.run
tui.cli.run.run = lambda *_: kdf.argon2id(b"secret", b"x" * 16, kdf.Argon2Params(1, 8, 1))
from tui.__main__ import main
sys.exit(main())
"""


def test_ctrl_c_ends_the_program_during_a_derivation() -> None:
    """The derivation never ends, so the program only exits if it leaves it behind."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"derives\n"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said == b""


def test_an_error_is_raised_where_the_result_is_awaited() -> None:
    with pytest.raises(ZeroDivisionError):
        interruptible(lambda: 1 // 0)


def test_a_call_in_another_thread_needs_no_thread_of_its_own() -> None:
    names: list[str] = []

    def outer() -> None:
        interruptible(lambda: names.append(threading.current_thread().name))

    thread = threading.Thread(target=outer, name="outer")
    thread.start()
    thread.join()
    assert names == ["outer"]


def test_meanwhile_is_called_while_the_call_runs() -> None:
    go_on = threading.Event()
    assert interruptible(lambda: go_on.wait(30), go_on.set)
