"""The JSON output of `code`, `watch` and `undo`."""

from __future__ import annotations

import json
from itertools import islice

from tests.cli.conftest import HOSTILE, entries
from tests.cli.program import Program
from tests.cli.test_watch import Clock, watching
from tui.cli.commands.watch import _as_object, follow

GITHUB, EVIL = entries()[0], entries()[5]


def test_code_object(filled: Program) -> None:
    assert filled.open("code", "GitHub", "--at", "59", "--json").json == {
        "id": GITHUB.id,
        "issuer": "GitHub",
        "account": "octocat",
        "code": "94287082",
        "valid_until": 60,
    }


def test_a_counter_based_code_does_not_expire(filled: Program) -> None:
    done = filled.open("code", "bank", "--json")
    assert (done.json["code"], done.json["valid_until"]) == ("254676", None)


def test_a_code_is_either_copied_or_printed(filled: Program) -> None:
    assert filled.open("code", "GitHub", "--json", "--copy").code == 2


def test_watch_lines_are_objects() -> None:
    clock = Clock(51)
    first, second = islice(follow([GITHUB, EVIL], clock, clock.pause, _as_object), 2)
    assert [json.loads(line)["issuer"] for line in first] == ["GitHub", HOSTILE]
    assert [json.loads(line)["valid_until"] for line in second] == [90, 90]
    assert all(line.isascii() and line.isprintable() for line in first)


def test_watch_prints_json(filled: Program) -> None:
    with watching(filled, "--json", "GitHub") as process:
        assert process.stdout
        assert json.loads(process.stdout.readline())["account"] == "octocat"
        process.kill()


def test_undo_object(filled: Program) -> None:
    assert filled.open("remove", "--yes", "VPN").code == 0
    done = filled.open("undo", "--json")
    assert (done.code, done.err) == (0, "")
    assert "VPN" in done.json["undone"]
    done = filled.open("undo", "--redo", "--json")
    assert (done.code, done.err) == (0, "")
    assert list(done.json) == ["redone"]
    assert "VPN" in done.json["redone"]
