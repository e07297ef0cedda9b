"""Preference files of Android apps: read with limits, without a document type."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.backup.formats._android_xml import MAX_VALUES, has_value, preferences
from tui.errors import FormatError

HEAD = b"<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\n"


def test_values_are_read_in_the_order_of_the_file() -> None:
    found = preferences(
        HEAD + b'<map><string name="b">x &lt;&#233;&amp;</string><int name="a" value="5" />'
        b'<boolean name="c" value="true" /><long name="d" value="7"/><float name="e" value="1.5"/>'
        b'<string name="f" /><null name="g" /><set name="h"><string>one</string></set></map>\n'
    )
    assert list(found.items()) == [
        ("b", "x <é&"),
        ("a", "5"),
        ("c", True),
        ("d", "7"),
        ("e", "1.5"),
        ("f", ""),
    ]


LAUGHS = (
    b'<!DOCTYPE map [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><map><string name="x">&b;</string>'
)
REFUSED = {
    "empty": (b"", "not XML"),
    "cut": (HEAD + b'<map><string name="a">x</str', "not XML"),
    "an unknown entity": (b'<map><string name="a">&nbsp;</string></map>', "not XML"),
    "a NUL": (b'<map><string name="a">\x00</string></map>', "not XML"),
    "something after the end": (b"<map></map><map></map>", "not XML"),
    "entities": (LAUGHS, "document type"),
    "an external entity": (
        b'<!DOCTYPE map [<!ENTITY a SYSTEM "file:///etc/passwd">]><map>&a;</map>',
        "document type",
    ),
    "a wrong root": (b"<html><map></map></html>", "not from an Android app"),
    "UTF-16": ('<?xml version="1.0" encoding="utf-16"?><map/>'.encode("utf-16"), "UTF-8"),
    "UTF-16 with entities": (LAUGHS.decode().encode("utf-16"), "UTF-8"),
    "Latin-1": (b'<map><string name="\xe9">x</string></map>', "UTF-8"),
    "nested": (b"<map>" * 100_000, "nested too deeply"),
    "nested in a set": (b"<map><set>" + b"<string>" * 500_000, "nested too deeply"),
    "many values": (b"<map>" + b"<a/>" * (MAX_VALUES + 1) + b"</map>", "too many values"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_in_one_sentence(name: str) -> None:
    data, reason = REFUSED[name]
    with pytest.raises(FormatError, match=reason) as caught:
        preferences(data)
    assert caught.value.__cause__ is None
    assert str(caught.value).isprintable()


def test_the_encoding_that_a_file_claims_can_not_hide_a_document_type() -> None:
    hidden = b"<?xml version='1.0' encoding='utf-7'?>+ADw-+ACE-DOCTYPE map+AD4-<map/>"
    with pytest.raises(FormatError):
        preferences(hidden)
    assert preferences(b"<?xml version='1.0' encoding='latin-1'?><map/>") == {}


def test_a_value_is_found_by_the_start_of_its_name_without_parsing() -> None:
    data = HEAD + b'<map><string name="com.example.key">x</string></map>'
    assert has_value(data, "com.example.")
    assert has_value(b"\xef\xbb\xbf" + data, "com.example.key")
    assert not has_value(data, "example")
    assert not has_value(b"{" + data, "com.example.")
    assert not has_value(data.replace(b"map", b"top"), "com.example.")


@given(st.binary(max_size=200) | st.text(alphabet='<>/"= mapstring&;!x', max_size=60))
def test_no_bytes_do_more_than_raise_our_error(data: bytes | str) -> None:
    given_bytes = data if isinstance(data, bytes) else b"<map>" + data.encode()
    has_value(given_bytes, "x")
    with suppress(FormatError):
        preferences(given_bytes)
