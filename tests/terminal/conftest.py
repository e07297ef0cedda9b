"""The program with a vault of known entries, and without a vault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.terminal.helpers import fill


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """The program without a vault, which copies the current code even in its last seconds."""
    made = Program(tmp_path)
    config = tmp_path / "config.toml"
    config.write_text(f"smart_copy = 0\n{config.read_text()}")
    with made.cleanup:
        yield made


@pytest.fixture
def filled(program: Program) -> Program:
    """The program with a vault of two entries."""
    return fill(program)
