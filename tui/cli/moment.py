"""The --at option: another moment than now."""

from __future__ import annotations

import argparse

LATEST = 253_402_300_799
"""The end of the year 9999."""


def add_at(parser: argparse.ArgumentParser) -> None:
    """Add --at, a Unix time in seconds."""
    parser.add_argument(
        "--at", metavar="UNIX", type=_moment, help="compute for this Unix time, not for now"
    )


def _moment(text: str) -> float:
    try:
        moment = float(text)
    except ValueError:
        moment = -1
    if not 0 <= moment <= LATEST:
        raise argparse.ArgumentTypeError("not a Unix time in seconds")
    return moment
