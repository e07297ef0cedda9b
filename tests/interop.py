"""The real backup files and vectors of other apps; tests are skipped without them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(os.environ.get("OTP_TUI_INTEROP") or Path(__file__).parents[2] / "shared" / "interop")


def vectors() -> dict[str, Any]:
    """Return vectors.json, or skip the calling test."""
    return dict(_json("vectors.json"))


def samples(format_name: str) -> list[dict[str, Any]]:
    """Return the rows of one format in the manifest, or skip the calling test."""
    return [row for row in _json("manifest.json") if row["format"] == format_name]


def _json(name: str) -> Any:
    path = ROOT / name
    if not path.is_file():
        pytest.skip(f"no {name}: set OTP_TUI_INTEROP to the folder of interop files")
    return json.loads(path.read_text(encoding="utf-8"))
