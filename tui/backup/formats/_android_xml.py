"""Reads the preference files of Android apps: `<map>` with strings, numbers and booleans."""

from __future__ import annotations

from tui.errors import FormatError

_MOST = 50_000
_NOT_XML = "The file is incomplete, or is not XML."


def preferences(data: bytes) -> dict[str, str | bool]:
    """Return the values by name; numbers as text.

    Raises:
        FormatError: it is not a preference file, or has a document type (spec: hostile-input.md).
    """
    from xml.etree.ElementTree import ParseError, XMLParser

    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise FormatError("The file has a document type, which a backup never has.")
    parser = XMLParser()  # noqa: S314 - without a document type there are no entities
    try:
        parser.feed(data)
        root = parser.close()
    except (ParseError, ValueError, LookupError):
        raise FormatError(_NOT_XML) from None
    if root is None or root.tag != "map":
        raise FormatError("The file is not from an Android app.")
    if len(root) > _MOST:
        raise FormatError("The file contains too many values.")
    found: dict[str, str | bool] = {}
    for each in root:
        name = each.get("name")
        if name is None:
            continue
        if each.tag == "string":
            found[name] = each.text or ""
        elif each.tag == "boolean":
            found[name] = each.get("value") == "true"
        elif each.tag in ("int", "long", "float"):
            found[name] = each.get("value") or ""
    return found
