"""System programs that some tests run."""

from __future__ import annotations

import os
import shutil

import pytest


def need(*names: str) -> None:
    """Skip the test if these programs are missing; in continuous integration, fail it."""
    missing = [name for name in names if shutil.which(name) is None]
    if missing:
        stop = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        stop(f"not installed: {', '.join(missing)}")
