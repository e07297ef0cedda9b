"""The signal of `otp-tui lock` to programs that have a vault open."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.session import lock_signal
from tui.session.lock_signal import LockSignal

ONE, TWO = "1" * 32, "2" * 32


@pytest.fixture(autouse=True)
def _own_state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_the_signal_reaches_who_waits_for_that_vault_once() -> None:
    first, second, other = LockSignal(ONE), LockSignal(ONE), LockSignal(TWO)
    assert not first.sent()
    lock_signal.send(ONE)
    assert (first.sent(), second.sent(), other.sent()) == (True, True, False)
    assert not first.sent()
    lock_signal.send(ONE)
    assert first.sent()


def test_an_old_signal_is_not_for_who_comes_later() -> None:
    lock_signal.send(ONE)
    assert not LockSignal(ONE).sent()


def test_one_signal_reaches_all() -> None:
    first, other = LockSignal(ONE), LockSignal(TWO)
    lock_signal.send(None)
    assert (first.sent(), other.sent()) == (True, True)


def test_nothing_but_empty_files_of_the_user_is_left(tmp_path: Path) -> None:
    lock_signal.send(ONE)
    lock_signal.send(None)
    folder = tmp_path / "state" / "otp-tui" / "locked"
    for each in (folder, folder.parent, folder.parent.parent):
        assert each.stat().st_mode & 0o777 == 0o700
    files = {
        path.name: (path.stat().st_mode & 0o777, path.stat().st_size) for path in folder.iterdir()
    }
    assert files == {ONE: (0o600, 0), "all": (0o600, 0)}
