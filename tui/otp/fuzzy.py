"""Fuzzy search as you type: finds by beginnings, initials, some of the letters, and in spite of
typing errors; the best match comes first.

Ordinary string operations on one prepared text for each item make it fast enough for 10,000.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from tui.otp.search import CATEGORY, fold, words_of

Item = TypeVar("Item")
_Target = tuple[int, str, Item]
"""Place, prepared text (see `_Prepared`), and item."""

_WORD, _GROUP = "\n", "\x04"
"""Come before each word of the fields, and before each word of the categories, in a prepared text.
It starts with the whole first field."""
_GAP = 4
"""The number of letters, not digits, that may be missing between two letters of a query."""
_SHORT = 3
"""Up to this length, some letters of a word count more than the same letters inside a word."""
_LEAST_WITH_ERROR, _LEAST_WITH_TWO = 4, 8
"""Lengths of words from which one or two typing errors are forgiven."""
_word_start = re.compile(r"(?<![^\W_])[^\W_]|(?<=[a-z])[A-Z]")


class Finder(Generic[Item]):
    """Finds items, and is fast while the query grows: each letter narrows the last matches."""

    def __init__(self, items: Iterable[tuple[str, str, Sequence[str], Item]]) -> None:
        """Each item comes after its first field, its second field and its categories' names."""
        prepared = _Prepared()
        self._all: list[_Target[Item]] = [
            (place, prepared.text(first, second, groups), item)
            for place, (first, second, groups, item) in enumerate(items)
        ]
        self._last = _Result(self._all, (), False)

    def find(self, query: str) -> list[Item]:
        """Return the items that match every word of the query, the best ones first.

        A word matches the first field, its start, the start of a word, or the middle; or by some of
        its letters; or, if nothing else matches, with a typing error. `#work` matches categories.
        A single letter only has to occur. Equally good matches stay in the given order.
        """
        words = tuple(word for word in words_of(query) if word != CATEGORY)
        last = self._last
        result = None
        if last.found and _extends(words, last.words):
            result = _search(sorted(last.found), words)
            if not result.found or result.misspelled != last.misspelled:
                result = None
        self._last = result or _search(self._all, words)
        return [item for _, _, item in self._last.found]


@dataclass(frozen=True, slots=True)
class _Result(Generic[Item]):
    found: list[_Target[Item]]
    words: tuple[str, ...]
    misspelled: bool
    """True if a word was found only with a typing error."""


def _extends(words: tuple[str, ...], last: tuple[str, ...]) -> bool:
    """Return True if all that `words` match is among what the words before matched."""
    if not last or len(words) < len(last) or words[: len(last) - 1] != last[:-1]:
        return False
    longer, shorter = words[len(last) - 1], last[-1]
    if longer == shorter:
        return True
    same_rules = longer[0] != CATEGORY and _forgiven(longer) == _forgiven(shorter)
    return same_rules and longer.startswith(shorter)


def _search(among: list[_Target[Item]], words: tuple[str, ...]) -> _Result[Item]:
    ranked: dict[int, list[_Target[Item]]] = {0: among}
    misspelled = False
    for word in words:
        following: dict[int, list[_Target[Item]]] = {}
        for rank, pool in ranked.items():
            for worse, found in enumerate(_by_rank(word, pool)):
                if found:
                    before = following.get(rank + worse)
                    following[rank + worse] = [*before, *found] if before else found
        if not following:
            misspelled = True
            following = {rank: _misspelled(word, pool) for rank, pool in ranked.items()}
        mixed = len(ranked) > 1
        ranked = {rank: sorted(found) if mixed else found for rank, found in following.items()}
    found = [target for rank in sorted(ranked) for target in ranked[rank]]
    return _Result(found, words, misspelled)


def marks(query: str, fields: Sequence[str]) -> list[set[int]]:
    """Return the places of the letters in each field that match the query."""
    places: list[set[int]] = [set() for _ in fields]
    for word in words_of(query):
        if word.startswith(CATEGORY):
            continue
        found = [_best_in(word, field, at == 0) for at, field in enumerate(fields)]
        best = min((rank for rank, _ in found), default=_NONE)
        for held, (rank, matched) in zip(places, found, strict=True):
            if rank == best < _NONE:
                held.update(matched)
    return places


class _Prepared:
    """Prepares texts to search in; remembers names that occur often."""

    def __init__(self) -> None:
        self._firsts: dict[str, str] = {}
        self._groups: dict[tuple[str, ...], str] = {}

    def text(self, first: str, second: str, groups: Sequence[str]) -> str:
        """Return the fields and names, and again from each start of a word in them."""
        start = self._firsts.get(first)
        if start is None:
            start = self._firsts[first] = _first_part(first)
        names = tuple(groups)
        end = self._groups.get(names)
        if end is None:
            end = self._groups[names] = _group_part(names)
        if not second:
            return start + _WORD + end
        folded, starts = _starts(second)
        rests = "".join([_WORD + folded[start:] for start in starts])
        return start + ("" if starts and not starts[0] else _WORD + folded) + rests + _WORD + end


def _first_part(name: str) -> str:
    folded, starts = _starts(name)
    parts = [_WORD + folded, *(folded[start:] for start in starts if start)]
    if len(starts) > 1:
        parts.append("".join([folded[start] for start in starts]))
    return _WORD.join(parts)


def _group_part(names: Sequence[str]) -> str:
    text = ""
    for name in names:
        folded, starts = _starts(name)
        text += "".join([_GROUP + folded[start:] for start in starts or [0]])
    return text


def _starts(text: str) -> tuple[str, list[int]]:
    """Return the folded text and where its words start: after a separator, or at a capital."""
    folded = fold(text)
    return folded, [
        match.start()
        for match in _word_start.finditer(text if len(folded) == len(text) else folded)
    ]


def _by_rank(word: str, pool: list[_Target[Item]]) -> list[list[_Target[Item]]]:
    """Return the targets that match a word, those of each rank in a list, the best first."""
    if word[0] == CATEGORY:
        return [_in_category(word, pool)]
    for letter in dict.fromkeys(word):
        pool = [target for target in pool if letter in target[1]]
    if len(word) == 1:
        first = [target for target in pool if target[1][1] == word]
        if not first:
            return [[], [], pool]
        whole = [target for target in first if target[1][2] == _WORD]
        if whole:
            first = [target for target in first if target[1][2] != _WORD]
        return [whole, first, [target for target in pool if target[1][1] != word]]
    ranks = []
    for part in (f"{_WORD}{word}{_WORD}", _WORD + word):
        found = [target for target in pool if target[1].startswith(part)]
        if found:
            pool = [target for target in pool if not target[1].startswith(part)]
        ranks.append(found)
    search = _letters(word).search
    start, some = [], []
    inside: list[_Target[Item]] = []
    for target in pool:
        text = target[1]
        if part in text:
            start.append(target)
        elif len(word) > _SHORT and word in text:
            inside.append(target)
        elif search(text):
            some.append(target)
        elif word in text:
            inside.append(target)
    return [*ranks, start, *([some, inside] if len(word) <= _SHORT else [inside, some])]


def _in_category(word: str, pool: list[_Target[Item]]) -> list[_Target[Item]]:
    start = _GROUP + word[1:]
    found = [target for target in pool if start in target[1] or word in target[1]]
    return found or [target for target in pool if _letters(word[1:], _GROUP).search(target[1])]


@lru_cache(maxsize=64)
def _letters(word: str, before: str = _WORD) -> re.Pattern[str]:
    """Return a pattern for the letters of a word in order, the first one at the start of a word.

    Each letter is the nearest possible one, so that the time stays linear: in the same word, or
    else the first of the next word.
    """
    first, *rest = map(re.escape, word)
    near, start = f"[^\\W\\d_]{{0,{_GAP}}}?", f"[^\\W\\d_]*+[^\\w{_WORD}{_GROUP}]++"
    return re.compile(
        f"{before}({first})" + "".join(f"(?>(?:{near}|{start})({letter}))" for letter in rest)
    )


def _misspelled(word: str, pool: list[_Target[Item]]) -> list[_Target[Item]]:
    """Return the targets in which a word starts with `word`, but for typing errors."""
    errors = _forgiven(word)
    if not errors:
        return []
    letters = set(word)
    least = len(letters) - errors
    found = []
    for target in pool:
        if sum(map(target[1].__contains__, letters)) < least:
            continue
        for start in target[1].partition(_GROUP)[0][1:].split(_WORD):
            if start and start[0] in word[:2] and _aligned(word, start, errors) is not None:
                found.append(target)
                break
    return found


def _forgiven(word: str) -> int:
    if not word.isalpha():  # another number is another name
        return 0
    return (len(word) >= _LEAST_WITH_ERROR) + (len(word) >= _LEAST_WITH_TWO)


def _aligned(word: str, text: str, errors: int) -> set[int] | None:
    """Return the places in `text` of the letters of `word`, which is a beginning of it but for so
    many missing, wrong, additional or swapped letters; None if it is not."""
    same = 0
    while same < len(word) and same < len(text) and word[same] == text[same]:
        same += 1
    found = set(range(same))
    if same == len(word):
        return found
    if not errors:
        return None
    word, rest = word[same:], text[same:]
    swapped = len(word) > 1 and rest[:2] == word[1::-1]
    steps = [(2, 2)] if swapped else [(0, 1), (1, 1), (1, 0)]
    for typed, meant in steps:
        if meant <= len(rest):
            after = _aligned(word[typed:], rest[meant:], errors - 1)
            if after is not None:
                own = {same, same + 1} if swapped else set()
                return found | own | {same + meant + place for place in after}
    return None


_NONE = 9
"""The rank of a field in which a word is not found."""


def _best_in(word: str, field: str, is_first: bool) -> tuple[int, set[int]]:
    """Return the rank of the best match of a word in one field, and its places there."""
    folded, origin = _origins(field)
    starts = _starts(field)[1] if len(folded) == len(field) else _starts(folded)[1]
    at = next((start for start in starts if folded.startswith(word, start)), None)
    if is_first and folded.startswith(word):
        at, rank = 0, 0
    elif at is not None:
        rank = 1
    elif is_first and "".join(folded[start] for start in starts).startswith(word):
        return 1, {origin[start] for start in starts[: len(word)]}
    else:
        at, rank = folded.find(word), 2 if len(word) > _SHORT else 3
    if at >= 0:
        return rank, {origin[place] for place in range(at, at + len(word))}
    for start in starts:
        if len(word) > 1 and (match := _letters(word).match(_WORD + folded[start:])):
            places = (start - 1 + match.start(group + 1) for group in range(len(word)))
            return 2 if len(word) <= _SHORT else 3, {origin[place] for place in places}
    initials = "".join(folded[start] for start in starts)
    if is_first and (at := initials.find(word)) >= 0:
        return 3, {origin[start] for start in starts[at : at + len(word)]}
    if is_first and len(word) > 1 and (match := _letters(word).match(_WORD + initials)):
        places = (starts[match.start(group + 1) - 1] for group in range(len(word)))
        return 3, {origin[place] for place in places}
    for start in starts:
        aligned = _aligned(word, folded[start:], _forgiven(word))
        if aligned is not None and folded[start] in word[:2]:
            return 4, {origin[start + place] for place in aligned}
    return _NONE, set()


def _origins(text: str) -> tuple[str, Sequence[int]]:
    """Return the folded text, and the place in `text` of each of its characters."""
    folded = fold(text)
    if len(folded) == len(text):
        return folded, range(len(text))
    parts = [fold(char) for char in text]
    if "".join(parts) != folded:  # combined characters: marks would be at the wrong place
        return "", ()
    return folded, [place for place, part in enumerate(parts) for _ in part]
