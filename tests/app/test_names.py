"""Names that show nothing, or imitate another name, in the list and the details."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.app.conftest import MakeApp, MakeVault
from tests.app.helpers import sample_entries, settle
from tui.app.widgets.code_list import CodeList


async def test_blank_and_imitated_names_are_visible(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    first, *_ = sample_entries()[0]
    names = ("Bank", "B\u0430nk", "\u3164\u2800")
    rows = [
        replace(first, id=f"{place:032x}", issuer=name, account="\u115f", pinned=False)
        for place, name in enumerate(names)
    ]
    app = make_app(make_vault(rows))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        shown = app.screen.query_one(CodeList)
        texts = {
            entry.issuer: shown.row_strip(place, 80).text for place, entry in enumerate(shown.rows)
        }
        assert [texts[name][1] for name in names] == [" ", "!", " "]
        assert "(no name)" in texts[names[2]]


@pytest.mark.parametrize("length", [4, 80])
async def test_the_next_code_is_apart_from_the_account_and_cuts_none(
    make_app: MakeApp, make_vault: MakeVault, length: int
) -> None:
    entries, categories = sample_entries()
    entry = replace(entries[0], issuer="Bank", account="x" * length)
    other = replace(entry, id=f"{1:032x}")
    app = make_app(make_vault([entry, other], categories))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        line, below = (app.screen.query_one(CodeList).row_strip(at, 80).text for at in (0, 1))
        assert ("   next " in line) is (length == 4)
        assert line.count("x") - line.count("ext") == below.count("x")
        assert line.index("Web") == below.index("Web")
