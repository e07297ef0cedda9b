"""The reader of one entry never finds another entry, or another code, than the whole document."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.test_fast_code import json_entry
from tui.errors import DamagedVaultError
from tui.otp.codes import code_at, next_code
from tui.otp.search import find_best
from tui.vault import document as documents
from tui.vault.one_entry import FIELDS, find

NAMES = st.sampled_from(
    ["a", "b", "A", "a b", "a:b", "é", "e\u0301", "ß", "ss", "", "work", "x" * 1025]
)
VALUES: st.SearchStrategy[Any] = (
    NAMES | st.none() | st.booleans() | st.integers(-1, 40) | st.just(2**63) | st.floats(0, 2)
    | st.sampled_from(["totp", "hotp", "steam", "SHA256", "MD5", "jbsw y3dp", "JBSW1", []])
    | st.just([{"id": "c", "ranking": 0}]) | st.just([{"id": "c"}])
)  # fmt: skip
CHANGES = st.dictionaries(
    st.sampled_from([*FIELDS, "used", "deleted", "forward", "secret_given", "more"]),
    VALUES,
    max_size=2,
)


@st.composite
def items(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw entries as JSON, some of them invalid."""
    made = []
    for number in range(draw(st.integers(0, 4))):
        plain = json_entry(
            str(number),
            issuer=draw(NAMES),
            account=draw(NAMES),
            categories=draw(st.sampled_from([[], [{"id": "c", "ranking": 0}]])),
        )
        plain |= draw(CHANGES) if draw(st.booleans()) else {}
        if draw(st.integers(0, 9)) == 0:
            plain.pop(draw(st.sampled_from([*FIELDS])))
        made.append(plain)
    return made


@given(
    entries=items(),
    query=NAMES | st.sampled_from(["0", "1", "a:b", "a b", "É", "SS", "Work"]),
    categories=st.just([{"id": "c", "name": "Work"}])
    | st.sampled_from([[], [{"id": "c", "name": 5}], [{"id": "c", "name": "a"}] * 2]),
    moment=st.integers(0, 2**40),
)
def test_it_finds_what_the_whole_document_finds(
    entries: list[Any], query: str, categories: list[Any], moment: int
) -> None:
    data = json.dumps({"entries": entries, "categories": categories}).encode() + b" "
    found = find(data, query)
    document = documents.read(data)
    best = find_best(document.entries, document.categories, query)
    if found is None:
        return
    assert len(best) == 1
    assert (found.id, found.issuer, found.account) == (best[0].id, best[0].issuer, best[0].account)
    for quick, code in (
        (found.code_at(moment), code_at(best[0], moment)),
        (found.code_at(moment, 1), next_code(best[0], moment)),
    ):
        assert (quick.text, quick.valid_until) == (code.text, code.valid_until)


@pytest.mark.parametrize(
    "change",
    [
        ('"note":""', '"note":"","note":""'),
        ('"note":""', '"note" : "a:b","note":"c"'),
        ('"preferences":{}', '"preferences":{"a":{"b":0,"b":1}}'),
        ('"preferences":{}', '"preferences":{"a":1e999}'),
        ('"preferences":{}', '"preferences":{"a":NaN}'),
        ('"preferences":{}', '"preferences":[]'),
        ('"preferences":{}', '"preferences":{},"icons":{}'),
        ('"categories":[]', '"categories":["abcdef"],"icons":[],"icons":[]'),
        ("}]", "}"),
    ],
)
def test_a_damaged_document_is_left_to_its_reader(change: tuple[str, str]) -> None:
    root = {"entries": [json_entry("1", issuer="a:b")], "preferences": {}}
    text = json.dumps(root, separators=(",", ":"))
    assert find(text.encode(), "a:b") is not None
    damaged = text.replace(*change).encode()
    assert find(damaged, "a:b") is None
    with pytest.raises(DamagedVaultError):
        documents.read(damaged)
