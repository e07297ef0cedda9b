"""The clock status: the kernel's report, or None if it can't know."""

from __future__ import annotations

import sys

import pytest

from tui import clock_status as accuracy
from tui.clock_status import ClockStatus, clock_status, clock_warning


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> dict[str, float | None]:
    """A kernel whose maximum error the test sets, on a machine whose host doesn't set the clock."""
    says: dict[str, float | None] = {"error": 0.1}
    monkeypatch.setattr(accuracy, "_max_error", lambda: says["error"])
    monkeypatch.setattr(accuracy, "_set_by_host", lambda: False)
    return says


@pytest.mark.parametrize(
    ("error", "synchronized"), [(0.0, True), (0.02, True), (15.99, True), (16.0, False)]
)
def test_the_max_error_decides(
    kernel: dict[str, float | None], error: float, synchronized: bool
) -> None:
    kernel["error"] = error
    assert clock_status() == ClockStatus(synchronized, error)
    assert clock_warning() == ("" if synchronized else "clock not synchronized")


def test_no_status_if_the_kernel_cannot_be_asked(
    kernel: dict[str, float | None],
) -> None:
    kernel["error"] = None
    assert clock_status() is None
    assert clock_warning() == ""


def test_no_status_if_the_host_sets_the_clock(
    kernel: dict[str, float | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accuracy, "_set_by_host", lambda: True)
    kernel["error"] = 16.0
    assert clock_status() is None
    assert clock_warning() == ""
    kernel["error"] = 0.5
    assert clock_status() == ClockStatus(True, 0.5)


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
def test_the_real_kernel_status_is_within_bounds() -> None:
    status = clock_status()
    assert status is None or 0 <= status.max_error <= accuracy.MAX_ERROR
    assert status is None or status.synchronized is (status.max_error < accuracy.MAX_ERROR)
