"""The JSON reader for programs in a hurry reads what the json package reads."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.lean_json import loads

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def outcome(read: Any, text: str) -> Any:
    """Return the value, or the type of the error."""
    try:
        return repr(read(text))
    except (ValueError, RecursionError) as error:
        return ValueError if isinstance(error, ValueError) else RecursionError


@given(
    value=VALUES, before=st.text(" \t\n\r\v\ufeff", max_size=2), after=st.text(" \n,}", max_size=2)
)
def test_it_reads_what_the_json_package_writes(value: Any, before: str, after: str) -> None:
    text = before + json.dumps(value, ensure_ascii=False) + after
    assert outcome(loads, text) == outcome(json.loads, text)


INVALID = ["", " ", "{", '{"a":1,}', "[1,]", "nul", "'a'", '"\t"', '"\\x"', "01", "1.", '{"a" 1}',
           "-", "[" * 100_000, '{"a', '"a', "1e999", "\ufeff1", "1 2"]  # fmt: skip


@pytest.mark.parametrize("text", [*INVALID, '{"a" : 1 , "a":2}', '"\\ud800"'])
def test_it_refuses_what_the_json_package_refuses(text: str) -> None:
    assert outcome(loads, text) == outcome(json.loads, text)


def test_hooks_get_what_those_of_the_json_package_get() -> None:
    text = '{"a":[1,-2,1.5,NaN,Infinity,-Infinity],"a":{"b":0}}'
    found = loads(text, lambda pairs: ("pairs", pairs), lambda t: f"i{t}", lambda t: f"f{t}")
    assert found == json.loads(
        text,
        object_pairs_hook=lambda pairs: ("pairs", pairs),
        parse_int=lambda t: f"i{t}",
        parse_float=lambda t: f"f{t}",
        parse_constant=lambda t: f"f{t}",
    )


def test_what_is_invalid_is_refused_without_the_json_package() -> None:
    program = (
        "import sys\n"
        "from tui.lean_json import loads\n"
        f"for text in {INVALID!r}:\n"
        "    try:\n"
        "        loads(text)\n"
        "    except (ValueError, RecursionError):\n"
        "        continue\n"
        "    assert text == '1e999', text\n"
        "assert 'json' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-500:]


def test_the_json_package_is_not_imported() -> None:
    program = (
        "import sys; from tui.lean_json import loads; loads('{}'); sys.exit('json' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
