"""Each attack of `make soak`, with counts that take a second."""

from __future__ import annotations

import pytest

from tests.soak.commands import errors, kills
from tests.soak.fuzz import fuzz


def test_killed_commands_lose_nothing() -> None:
    assert "0 lost, 0 litter" in kills(7, every=100).counts


def test_failing_system_calls_lose_nothing() -> None:
    assert "0 lost" in errors(("EIO",), every=60).counts


@pytest.mark.parametrize("seed", [1])
def test_changed_files_are_read_or_refused(seed: int) -> None:
    assert "readers" in fuzz(20, seed).counts
