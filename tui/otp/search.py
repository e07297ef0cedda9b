"""Searches entries on the command line, where a query has to mean the same every time."""

from __future__ import annotations

import unicodedata

TYPE_CHECKING = False  # typing takes 6 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui.otp.entry import Category, Entry

CATEGORY = "#"
"""Starts a word that is searched for only in categories."""
_MARK = "\0"
"""What is before the word of a category, so that no name is taken for one."""


def words_of(query: str) -> tuple[str, ...]:
    """Return the words of a query, case-folded for comparison."""
    return tuple(fold(query).split())


def matches(words: Sequence[str], hay: str) -> bool:
    """Return True if every word occurs in the haystack, or in its categories if it asks for one."""
    return all((_MARK + word if word[0] == CATEGORY else word) in hay for word in words)


def find(entries: Sequence[Entry], categories: Sequence[Category], query: str) -> list[Entry]:
    """Return the entries that contain every word of the query, in the given order.

    `#work` matches only in categories, at the start of a word.
    """
    words = words_of(query)
    names = {category.id: category.name for category in categories}

    def hay(entry: Entry) -> str:
        groups = [names.get(binding.category, "") for binding in entry.categories]
        return _haystack(fold(entry.issuer), fold(entry.account or ""), groups)

    return [entry for entry in entries if matches(words, hay(entry))]


def find_best(entries: Sequence[Entry], categories: Sequence[Category], query: str) -> list[Entry]:
    """Return the entries that match the query best, to pick a single one: see `best`."""
    names = {category.id: category.name for category in categories}
    found = best(
        [entry.id for entry in entries],
        [entry.issuer for entry in entries],
        [entry.account or "" for entry in entries],
        lambda at: [names.get(binding.category, "") for binding in entries[at].categories],
        query,
    )
    return [entries[at] for at in found]


def best(
    ids: Sequence[str],
    issuers: Sequence[str],
    accounts: Sequence[str],
    categories: Callable[[int], Sequence[str]],
    query: str,
) -> list[int]:
    """Return the places of the entries that match the query best.

    The first rule that any entry matches decides: `query` is its id; is "issuer:account", "issuer
    account" or "issuer (account)"; is its issuer or account; matches as in `find`. Of several that
    match by the second rule, those with the same case win. `categories` returns the names of the
    categories of the entry at a place.
    """
    wanted = fold(query).strip()
    typed = list(zip(issuers, accounts, strict=True))
    if wanted in ids:
        return [at for at, one in enumerate(ids) if one == wanted]
    issuers, accounts = _fold_all(issuers), _fold_all(accounts)
    folded = list(zip(issuers, accounts, strict=True))
    full = [names for names in _halves(wanted) if names[0] in issuers]
    if full and (found := [at for at, names in enumerate(folded) if names in full]):
        same = [at for at in found if typed[at] in _halves(query.strip())]
        return same or found
    if wanted and (wanted in issuers or wanted in accounts):
        return [at for at, names in enumerate(folded) if wanted in names]
    words = words_of(query)
    return [
        at
        for at, names in enumerate(folded)
        if matches(words, "\n".join(names)) or matches(words, _haystack(*names, categories(at)))
    ]


def _haystack(issuer: str, account: str, groups: Sequence[str]) -> str:
    """Return folded names, and the marked words of the names of categories."""
    words = [f"{_MARK}{CATEGORY}{word}" for name in groups for word in words_of(name)]
    return "\n".join((issuer, account, *words))


def _halves(wanted: str) -> list[tuple[str, str]]:
    """Return the pairs of issuer and account that a query can mean: see `best`."""
    cuts = [at for at, char in enumerate(wanted) if char in ": "]
    found = [(wanted[:at], wanted[at + 1 :]) for at in cuts if 0 < at < len(wanted) - 1]
    if wanted.endswith(")"):
        found += [(wanted[:at], wanted[at + 2 : -1]) for at in cuts if wanted[at : at + 2] == " ("]
    return found


def _fold_all(texts: Sequence[str]) -> list[str]:
    """Fold many texts at once, which is faster. Characters don't compose across a separator."""
    folded = fold("\0".join(texts)).split("\0") if texts else []
    return folded if len(folded) == len(texts) else [fold(text) for text in texts]


def fold(text: str) -> str:
    """Fold case and compose characters: é may be written as one character or as two."""
    return (text if text.isascii() else unicodedata.normalize("NFC", text)).casefold()
