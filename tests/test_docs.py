"""What the documents say is so."""

from __future__ import annotations

from tests import docs_table
from tui.formats import _avtotpy_dialects as dialects


def test_the_table_of_formats_is_that_of_the_program() -> None:
    assert docs_table.in_document() == docs_table.table(), "run: python -m tests.docs_table"


def test_the_ways_of_avtotpy_are_counted_right() -> None:
    assert f"{len(dialects.dialects()):,} ways" in docs_table.DOCUMENT.read_text(encoding="utf-8")
