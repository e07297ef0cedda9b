"""How the tests are run."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--new-pictures", action="store_true", help="keep the pictures of the screens as they are"
    )
