"""The content of a file, shared by all formats."""

from __future__ import annotations

import pytest

from tui.backup.content import FileContent
from tui.backup.formats import _json
from tui.backup.registry import recognize


def test_json_is_parsed_once_for_all_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[bytes] = []

    def load(data: bytes) -> object:
        loads.append(data)
        return {"version": 1}

    monkeypatch.setattr(_json, "load", load)
    content = FileContent(b'{"version": 1}')
    assert content.json == content.json == {"version": 1}
    assert loads == [content.data]


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'\xef\xbb\xbf {"a": [1]}', {"a": [1]}),
        (b"[]", []),
        (b"", None),
        (b'{"a": 1, "a": 2}', None),
        (b'{"a"', None),
        (b"\xff\xfe{\x00}\x00", None),
        (b"otpauth://totp/x", None),
    ],
)
def test_json_that_is_not_strict_is_none(data: bytes, value: object) -> None:
    assert FileContent(data).json == value


def test_the_first_line_is_neither_blank_nor_a_comment() -> None:
    assert FileContent(b"\xef\xbb\xbf\n# saved today\n  one \ntwo").first_line == b"one"
    assert FileContent(b"# nothing\n").first_line == b""


def test_the_content_of_a_file_is_in_no_repr() -> None:
    content = FileContent(b"otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ")
    assert recognize(content) is not None
    assert "GEZD" not in repr(content)
