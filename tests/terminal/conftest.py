"""The program with a vault of known entries, and with none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.terminal.helpers import fill


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The program, and no vault."""
    return Program(tmp_path)


@pytest.fixture
def filled(program: Program) -> Program:
    """The program, and a vault with two entries."""
    return fill(program)
