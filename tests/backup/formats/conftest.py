"""Shared by the tests of formats."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, scope="module")
def _keys_once(keys_once: None) -> None:
    """The same files are opened again and again."""
