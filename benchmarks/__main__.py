"""`make bench`: measures the goals in docs/performance.md and prints the table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from benchmarks.figures import Figure
from benchmarks.large_files import growing, refusing
from benchmarks.peer_lists import table as list_table
from benchmarks.peers import table
from benchmarks.processes import command_line, first_screens, print_version
from benchmarks.saving import saving
from benchmarks.screen import idle, keys, memory

GOALS: dict[str, Callable[[int], list[Figure]]] = {
    "1": command_line,
    "2": first_screens,
    "3": idle,
    "4": keys,
    "5": memory,
    "6": saving,
    "7": print_version,
    "8": growing,
    "9": refusing,
}


def main() -> None:
    """Measure the chosen goals and print the table."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=")
    parser.add_argument(
        "goals", nargs="*", default=list(GOALS), help="1 to 9, peers or lists; 1 to 9 by default"
    )
    parser.add_argument("--runs", type=int, default=15, help="runs for each median")
    arguments = parser.parse_args()
    for name, measure in {"peers": table, "lists": list_table}.items():
        if arguments.goals == [name]:
            sys.stdout.write(measure(arguments.runs))
            return
    rows: list[Figure] = []
    for goal in arguments.goals:
        sys.stderr.write(f"measuring goal {goal} …\n")
        rows += GOALS[goal](arguments.runs)
    lines = [
        "| goal | what | otp-tui | floor | ratio | at most | |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        met = "met" if row.ratio <= row.limit else "**missed**"
        lines.append(
            f"| {row.goal} | {row.what} | {row.ours} | {row.floor} "
            f"| {row.ratio:.2f} | {row.limit:.2f} | {met} |"
        )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
