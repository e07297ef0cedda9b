"""What is made of the kernel's word on its clock; where it cannot know, nobody is alarmed."""

from __future__ import annotations

import sys

import pytest

from tui import clocksync
from tui.clocksync import ClockStatus, clock_status, clock_warning


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> dict[str, float | None]:
    """A kernel whose largest error a test sets, on a machine that nobody else sets."""
    says: dict[str, float | None] = {"error": 0.1}
    monkeypatch.setattr(clocksync, "_largest_error", lambda: says["error"])
    monkeypatch.setattr(clocksync, "_host_sets_it", lambda: False)
    return says


@pytest.mark.parametrize(
    ("error", "synchronised"), [(0.0, True), (0.02, True), (15.99, True), (16.0, False)]
)
def test_the_largest_error_decides(
    kernel: dict[str, float | None], error: float, synchronised: bool
) -> None:
    kernel["error"] = error
    assert clock_status() == ClockStatus(synchronised, error)
    assert clock_warning() == ("" if synchronised else "clock not synchronised")


def test_where_the_kernel_may_not_be_asked_nobody_is_alarmed(
    kernel: dict[str, float | None],
) -> None:
    kernel["error"] = None
    assert clock_status() is None
    assert clock_warning() == ""


def test_where_the_host_sets_the_clock_the_kernel_cannot_know(
    kernel: dict[str, float | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocksync, "_host_sets_it", lambda: True)
    kernel["error"] = 16.0
    assert clock_status() is None
    assert clock_warning() == ""
    kernel["error"] = 0.5
    assert clock_status() == ClockStatus(True, 0.5)


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
def test_the_real_kernel_answers_within_its_bounds() -> None:
    status = clock_status()
    assert status is None or 0 <= status.may_be_off <= clocksync.NEVER_SET
    assert status is None or status.synchronised is (status.may_be_off < clocksync.NEVER_SET)
