"""One entry of the document, for `code`, without reading the others. Fast to import.

`find` finds and accepts less than `document.read` and `search.find_best`, never anything else:
where it returns None, those decide.
"""

from __future__ import annotations

from tui import limits
from tui.errors import EntryError
from tui.lean_json import loads
from tui.otp.hotp import hotp, step_at
from tui.otp.search import best
from tui.otp.secret import Secret
from tui.text import NAME_LIMIT

TYPE_CHECKING = False  # typing takes 6 ms to import
if TYPE_CHECKING:
    from typing import Any

_NONE = type(None)
FIELDS: dict[str, tuple[type, ...]] = {
    "id": (str,),
    "type": (str,),
    "issuer": (str,),
    "account": (str, _NONE),
    "secret": (str,),
    "algorithm": (str,),
    "digits": (int,),
    "period": (int,),
    "counter": (int,),
    "pin": (str, _NONE),
    "icon": (str, _NONE),
    "categories": (list,),
    "ranking": (int,),
    "pinned": (bool,),
    "copy_count": (int, _NONE),
    "note": (str,),
    "created": (int,),
    "updated": (int,),
    "revision": (int,),
}
"""The fields that every entry is written with, and their types."""
_LATER = {"used": int, "deleted": int, "forward": bool, "secret_given": str}
"""Fields that are written only if they have something to say."""
_ALGORITHMS = {"SHA1", "SHA256", "SHA512"}


class PlainCode:
    """A code of a time-based entry. Its repr hides it."""

    __slots__ = ("text", "valid_until")

    def __init__(self, text: str, valid_until: float) -> None:
        self.text = text
        self.valid_until = valid_until
        """Unix time at which it expires."""


class PlainEntry:
    """A valid time-based entry."""

    __slots__ = ("_raw", "_secret", "account", "document", "id", "issuer")

    def __init__(self, raw: dict[str, Any], secret: Secret) -> None:
        self._raw = raw
        self._secret = secret
        self.id: str = raw["id"]
        self.issuer: str = raw["issuer"]
        self.account: str | None = raw["account"]
        self.document: dict[str, Any] | None = None
        """The parsed document: freeing it takes longer than ending the program with it."""

    def code_at(self, moment: float, ahead: int = 0) -> PlainCode:
        """Return the code that is `ahead` periods after the one at `moment` (Unix time)."""
        raw = self._raw
        step = step_at(moment, raw["period"]) + ahead
        code = hotp(self._secret.key, step, raw["digits"], raw["algorithm"])
        return PlainCode(code, float((step + 1) * raw["period"]))


def find(plaintext: bytes, query: str) -> PlainEntry | None:
    """Return the one entry that matches `query` best, if it is valid and time-based.

    None if it isn't, if there is not exactly one, or if anything in the document is unusual.
    """
    try:
        root = _root(plaintext)
        entries = root.get("entries", [])
        ids = [raw["id"] for raw in entries]
        if set(map(type, ids)) != {str} or len(set(ids)) != len(ids):
            return None
        found = _best([raw for raw in entries if not raw.get("deleted")], _names(root), query)
        entry = None if found is None else _plain(found)
        if entry is not None:
            entry.document = root
        return entry
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError, EntryError):
        return None


def _root(plaintext: bytes) -> dict[str, Any]:
    """Return the parsed document.

    Raises:
        ValueError, RecursionError: `document.read` might refuse it.
    """
    if limits.too_many_parts(plaintext, limits.VAULT_VALUES):
        raise ValueError
    text = plaintext.decode()
    root = loads(text, parse_float=_no_float)
    if type(root) is not dict or type(root.get("preferences", {})) is not dict:
        raise ValueError
    if any(type(root.get(kind, [])) is not list for kind in ("entries", "categories", "icons")):
        raise ValueError
    # Each key has a colon, so there are fewer keys than colons if one is duplicate. Looking at all
    # keys while parsing takes twice as long; it is necessary if some text has a colon.
    if _count_keys(root) != plaintext.count(b":"):
        loads(text, pairs=_unique)
    return root


def _best(
    entries: list[dict[str, Any]], names: dict[str, str], query: str
) -> dict[str, Any] | None:
    issuers = [raw["issuer"] for raw in entries]
    accounts = [raw["account"] for raw in entries]
    if not {*map(type, issuers)} <= {str} or not {*map(type, accounts)} <= {str, _NONE}:
        return None
    found = best(
        [raw["id"] for raw in entries],
        issuers,
        [account or "" for account in accounts],
        lambda at: [names.get(place["id"], "") for place in entries[at]["categories"]],
        query,
    )
    return entries[found[0]] if len(found) == 1 else None


def _names(root: dict[str, Any]) -> dict[str, str]:
    """Return the names of the categories by id.

    Raises:
        ValueError: one of them may be invalid.
    """
    names: dict[str, str] = {}
    for raw in root.get("categories", []):
        identity, name = raw["id"], raw["name"]
        valid = type(identity) is type(name) is str and type(raw.get("ranking", 0)) is int
        if not valid or identity in names:
            raise ValueError
        names[identity] = name
    return names


def _plain(raw: dict[str, Any]) -> PlainEntry | None:
    """Return the entry if `entry_json.read_entry` would accept it and it is time-based.

    Raises:
        EntryError, LookupError, TypeError: it wouldn't.
    """
    if any(type(raw[name]) not in kinds for name, kinds in FIELDS.items()):
        return None
    if any(type(raw[name]) is not kind for name, kind in _LATER.items() if name in raw):
        return None
    valid = (
        raw["type"] == "totp"
        and raw["algorithm"] in _ALGORITHMS
        and 0 < len(raw["id"]) <= limits.ID
        and len(raw["issuer"]) <= NAME_LIMIT
        and len(raw["account"] or "") <= NAME_LIMIT
        and 1 <= raw["digits"] <= limits.DIGITS
        and 1 <= raw["period"] <= limits.PERIOD
        and 0 <= raw["counter"] <= limits.COUNTER
        and raw.get("used", 0) >= 0
        and all(map(_is_place, raw["categories"]))
    )
    if "secret_given" in raw:
        Secret.base32(raw["secret_given"])
    return PlainEntry(raw, Secret.base32(raw["secret"])) if valid else None


def _is_place(place: Any) -> bool:
    return len(place) == 2 and type(place["id"]) is str and type(place["ranking"]) is int


def _count_keys(root: dict[str, Any]) -> int:
    """Return the number of keys in the document, or fewer if entries have unknown objects."""
    entries = root.get("entries", [])
    places = [place for raw in entries for place in raw["categories"]]
    count = len(root) + sum(map(len, entries))
    count += sum(map(len, places if {*map(type, places)} <= {dict} else ()))
    return count + sum(_inner(value) for name, value in root.items() if name != "entries")


def _inner(value: Any) -> int:
    if type(value) is dict:
        return len(value) + sum(map(_inner, value.values()))
    return sum(map(_inner, value)) if type(value) is list else 0


def _unique(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise ValueError


def _no_float(_text: str) -> float:
    raise ValueError
