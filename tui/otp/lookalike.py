"""Finds issuers that imitate another name with letters of another script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from tui.otp.entry import Entry
from tui.text import safe

_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")
"""The scripts with letters that look alike, as the names of their characters start."""
_ALIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТУХҮԚԜаеѕіјорсухӏһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορτυχϲ",
    "ABESIJKMHOPCTYXYQWaesijopcyxlhdqwABEZHIKMNOPTYXaikvoptuxc",
)
"""Cyrillic and Greek letters, and the Latin letters that they look like."""


def warnings(entries: Iterable[Entry]) -> dict[str, str]:
    """Return a sentence for each entry with a suspicious issuer, by the id of the entry.

    Suspicious is a word that mixes scripts, or an issuer that looks like another entry's although
    its letters are of other scripts. Issuers in ASCII are never suspicious.
    """
    issuers = {entry.id: entry.issuer for entry in entries}
    if all(map(str.isascii, issuers.values())):
        return {}
    plain = {issuer.casefold(): issuer for issuer in issuers.values() if issuer.isascii()}
    found = {id_: _warning(name, plain) for id_, name in issuers.items() if not name.isascii()}
    return {id_: warning for id_, warning in found.items() if warning}


def _warning(issuer: str, plain: dict[str, str]) -> str:
    imitated = plain.get(_looks_like(issuer))
    if imitated is not None:
        return f"The issuer looks like “{safe(imitated, 64)}”, but has other letters."
    for word in re.findall(r"[^\W\d_]+", issuer):
        scripts = _scripts(word)
        if len(scripts) > 1:
            return f"The issuer mixes {' and '.join(scripts)} letters in one word."
    return ""


def _looks_like(text: str) -> str:
    """Return the text in the Latin letters that it seems to have, to compare."""
    return unicodedata.normalize("NFKC", safe(text)).translate(_ALIKE).casefold().strip()


def _scripts(word: str) -> list[str]:
    used = {unicodedata.name(char, "").partition(" ")[0] for char in word}
    return [script.capitalize() for script in _SCRIPTS if script in used]
