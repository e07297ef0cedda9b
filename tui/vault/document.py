"""The contents of the vault as an immutable value: JSON <-> Document. Pure.

Spec: vault.md, "The document inside".
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, TypeVar

from tui import limits
from tui.errors import DamagedVaultError, EntryError, MatchError, NotSavedError
from tui.otp.entry import Category, Entry, Icon, OtpType
from tui.text import safe
from tui.vault.entry_json import dump, read_entry, write_entry
from tui.vault.envelope import BACKUP_HINT
from tui.vault.history import joined, read_history
from tui.vault.json_parts import JsonParts
from tui.vault.recovery_keys import read_keys, to_json

KINDS = ("entries", "categories", "icons")
"""The names of the lists in a document."""
PROFILES = "learnt"
"""The preference that stores how other apps write their backups (`Backup.profiles`)."""

_NOTHING: Mapping[Any, Any] = MappingProxyType({})
_KNOWN = frozenset({*KINDS, "preferences", "recovery", "history"})
_Item = TypeVar("_Item", Entry, Category, Icon)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An invalid item of one of the lists; kept and written back unchanged."""

    raw: Any = field(repr=False)
    """The JSON value, untouched."""
    reason: str
    """The reason, as the end of a sentence, safe to show."""
    label: str
    """Its names, as far as they are readable, safe to show."""
    kind: str = "entries"
    """Which list it is in, one of KINDS."""


@dataclass(frozen=True, slots=True)
class Document:
    """Entries, categories, icons and preferences. Immutable: a change is a new document."""

    entries: tuple[Entry, ...] = ()
    """In the order of the file; ids are unique, including the trash."""
    categories: tuple[Category, ...] = ()
    """In the order of the file; ids are unique."""
    icons: tuple[Icon, ...] = ()
    """Custom icons; ids are unique."""
    preferences: Mapping[str, Any] = field(default_factory=lambda: _NOTHING, repr=False)
    """Settings of the vault, as opposed to the machine, and the undo record."""
    unreadable: tuple[Unreadable, ...] = ()
    """Invalid items: reported, never dropped."""
    extra: Mapping[str, Any] = field(default_factory=lambda: _NOTHING, repr=False)
    """Keys of the document that this version doesn't know."""
    kept: Mapping[tuple[str, str], Mapping[str, Any]] = field(
        default_factory=lambda: _NOTHING, repr=False
    )
    """Unknown keys of categories and icons, by list and id."""
    trash: tuple[Entry, ...] = ()
    """Deleted entries, in the order of the file, in which they are among the others."""
    recovery: Mapping[bytes, bytes] = field(
        default_factory=lambda: _NOTHING, compare=False, repr=False
    )
    """The authentication keys of recovery codes, by the public key of their slots, as in
    `recovery_keys`. A save keeps those of the vault's slots."""
    history: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """The files that it descends from, by `history.file_id`, oldest first; the last may be the one
    that it was read from. Two documents are equal whatever their histories."""

    @property
    def everything(self) -> tuple[Entry, ...]:
        """All entries, those in the trash last."""
        return self.entries + self.trash

    def holding(self, entries: Iterable[Entry]) -> Document:
        """Return the document with `entries` instead, those deleted in the trash."""
        found = tuple(entries)
        return replace(
            self,
            entries=tuple([entry for entry in found if not entry.deleted]),
            trash=tuple([entry for entry in found if entry.deleted]),
        )

    def find(self, entry_id: str) -> Entry:
        """Return the entry with that id, unless it is in the trash.

        Raises:
            MatchError: there is none.
        """
        for entry in self.entries:
            if entry.id == entry_id:
                return entry
        if any(entry.id == entry_id for entry in self.trash):
            raise MatchError("This entry is now in the trash.", "Restore it first.")
        raise MatchError("This entry is no longer in the vault.")

    def require_living(self, ids: Collection[str]) -> None:
        """Check that at least one of these entries is in the vault and not in the trash.

        Raises:
            MatchError: another program deleted them.
        """
        what = "this entry" if len(ids) == 1 else "these entries"
        _require_any(self.entries, ids, f"another program already deleted {what}")

    def require_in_trash(self, ids: Collection[str]) -> None:
        """Check that at least one of these entries is in the trash.

        Raises:
            MatchError: another program restored them, or deleted them permanently.
        """
        what = "this entry is" if len(ids) == 1 else "these entries are"
        _require_any(self.trash, ids, f"{what} no longer in the trash")

    def twin_of(self, entry: Entry) -> Entry | None:
        """Return the first other entry with the same secret, unless it is in the trash."""
        secret = by_secret(entry)
        twins = (one for one in self.entries if one.id != entry.id and by_secret(one) == secret)
        return next(twins, None)

    def descending(self, *histories: Iterable[str]) -> Document:
        """Return the document with these files added to its history."""
        return replace(self, history=joined(self.history, *histories))

    @property
    def profiles(self) -> Mapping[str, Any]:
        """How other apps write their backups, by the name of the format."""
        stored = self.preferences.get(PROFILES)
        return stored if isinstance(stored, dict) else _NOTHING

    def replacing(self, entry: Entry) -> Document:
        """Return the document with `entry` in place of the one with its id."""
        return replace(
            self,
            entries=tuple([entry if old.id == entry.id else old for old in self.entries]),
        )


def _require_any(entries: Iterable[Entry], ids: Collection[str], why: str) -> None:
    if ids and not any(entry.id in ids for entry in entries):
        raise MatchError(f"Nothing was changed: {why}.")


def read(plaintext: bytes, name: str = "The vault") -> Document:
    """Read the decrypted document; invalid items go to `unreadable`.

    Raises:
        DamagedVaultError: it is not a JSON object, has too many parts, duplicate keys or invalid
            numbers, or one of its lists is not a list.
    """
    if limits.too_many_parts(plaintext, limits.VAULT_VALUES):
        raise _damaged(name, "have too many parts")
    kept: dict[tuple[str, str], Mapping[str, Any]] = {}
    unreadable: list[Unreadable] = []
    readers: dict[str, Callable[[Any], Any]] = {
        "entries": read_entry,
        "categories": lambda raw: _read_category(raw, kept),
        "icons": lambda raw: _read_icon(raw, kept),
    }
    lists: dict[str, tuple[Any, ...]] = dict.fromkeys(KINDS, ())
    root: dict[str, Any] = {}
    try:
        parts = JsonParts(plaintext.decode(), _DECODER)
        for key in parts.members():
            if key in readers:
                lists[key] = _read_list(parts.items(), key, readers[key], unreadable, name)
            else:
                root[key] = parts.value()
    except (ValueError, RecursionError):
        # The messages of these errors contain the plaintext.
        raise _damaged(name, "are not a JSON object with the lists of a vault") from None
    preferences = root.get("preferences", {})
    if type(preferences) is not dict:
        raise _damaged(name, "have preferences of the wrong type")
    return Document(
        categories=lists["categories"],
        icons=lists["icons"],
        preferences=preferences,
        unreadable=tuple(unreadable),
        extra={key: value for key, value in root.items() if key not in _KNOWN},
        kept=kept,
        recovery=read_keys(root.get("recovery")),
        history=read_history(root.get("history")),
    ).holding(lists["entries"])


def write(document: Document) -> bytes:
    """Return the document as JSON: ASCII without white space, not padded.

    Raises:
        ValueError: a preference or an unknown key has a value that JSON can't represent.
        NotSavedError: it has more parts than `read` accepts.
    """
    lists: dict[str, list[str]] = {
        "entries": [write_entry(entry) for entry in document.everything],
        "categories": [
            _write_item(
                document, "categories", {"id": one.id, "name": one.name, "ranking": one.ranking}
            )
            for one in document.categories
        ],
        "icons": [
            _write_item(document, "icons", {"id": one.id, "data": one.data})
            for one in document.icons
        ],
    }
    for item in document.unreadable:
        lists[item.kind].append(dump(item.raw))
    parts = [f'"{kind}":[{",".join(items)}]' for kind, items in lists.items()]
    parts.append(f'"preferences":{dump(dict(document.preferences))}')
    if document.recovery:
        parts.append(f'"recovery":{dump(to_json(document.recovery))}')
    if document.history:
        parts.append(f'"history":{dump(document.history)}')
    if extra := {key: value for key, value in document.extra.items() if key not in _KNOWN}:
        parts.append(dump(extra)[1:-1])
    text = f"{{{','.join(parts)}}}".encode()
    if limits.too_many_parts(text, limits.VAULT_VALUES) or any(
        len(items) > limits.ITEMS for items in lists.values()
    ):
        raise NotSavedError("Couldn't save the vault: it would be too large.", "Delete entries.")
    return text


def _read_list(
    raws: Iterable[Any],
    kind: str,
    read_one: Callable[[Any], _Item],
    unreadable: list[Unreadable],
    name: str,
) -> tuple[_Item, ...]:
    read_ones: list[_Item] = []
    seen: set[str] = set()
    for count, raw in enumerate(raws, 1):
        if count > limits.ITEMS:
            raise _damaged(name, "have too many parts")
        try:
            item = read_one(raw)
            if item.id in seen:
                raise EntryError("another item has the same id")
        except EntryError as error:
            unreadable.append(Unreadable(raw, str(error), _label(raw), kind))
            continue
        seen.add(item.id)
        read_ones.append(item)
    return tuple(read_ones)


def _read_category(raw: Any, kept: dict[tuple[str, str], Mapping[str, Any]]) -> Category:
    if type(raw) is not dict:
        raise EntryError("it is not an object")
    identity, name, ranking = raw.get("id"), raw.get("name"), raw.get("ranking", 0)
    if type(identity) is not str or type(name) is not str or type(ranking) is not int:
        raise EntryError("its id, name or ranking is missing or invalid")
    _keep(raw, {"id", "name", "ranking"}, ("categories", identity), kept)
    return Category(identity, name, ranking)


def _read_icon(raw: Any, kept: dict[tuple[str, str], Mapping[str, Any]]) -> Icon:
    if type(raw) is not dict:
        raise EntryError("it is not an object")
    identity, data = raw.get("id"), raw.get("data")
    if type(identity) is not str or type(data) is not str:
        raise EntryError("its id or data is missing or invalid")
    _keep(raw, {"id", "data"}, ("icons", identity), kept)
    return Icon(identity, data)


def _keep(
    raw: dict[str, Any],
    known: set[str],
    place: tuple[str, str],
    kept: dict[tuple[str, str], Mapping[str, Any]],
) -> None:
    if more := {key: value for key, value in raw.items() if key not in known}:
        kept.setdefault(place, more)


def _write_item(document: Document, kind: str, item: dict[str, Any]) -> str:
    return dump({**document.kept.get((kind, item["id"]), _NOTHING), **item})


def _label(raw: Any) -> str:
    found = raw if type(raw) is dict else {}
    words = [found.get(key) for key in ("issuer", "account", "name")]
    return safe(" ".join(word for word in words if type(word) is str), 64).strip() or "(no name)"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError
    return made


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_finite, parse_constant=_finite)


def _damaged(name: str, what: str) -> DamagedVaultError:
    return DamagedVaultError(f"{name} is damaged: the decrypted contents {what}.", BACKUP_HINT)


def by_secret(entry: Entry) -> tuple[object, ...]:
    """Return a key that entries with the same secret share.

    Mobile-OTP secrets are text, so they never equal those of other types.
    """
    return (entry.type is OtpType.MOTP, entry.secret.key)
