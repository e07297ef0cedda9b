"""What goes out comes back: for every format that is written, and every vault."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests import interop
from tests.formats import authpro
from tests.strategies import documents
from tests.vault import independent_reader
from tests.vault.support import FLOOR, full_document
from tui.crypto import kdf
from tui.crypto.kdf import Argon2Params
from tui.formats import by_name
from tui.formats.base import Credentials, Fit, Format
from tui.otp.backup import Backup
from tui.otp.entry import Entry, OtpType
from tui.transfer.planning import plan, select
from tui.transfer.registry import target, targets
from tui.vault.document import Document
from tui.vault.importing import Choice, Kind, apply
from tui.vault.importing import plan as plan_import

NAMES = [each.name for each in targets()]
CREDENTIALS = Credentials("pässword of the file", "ada", "c2VydmVyIHNlY3JldCAxMjM0NTY3OA==")
KEEP = dict.fromkeys(Kind, Choice.KEEP)
CORE = ("type", "issuer", "account", "normal")


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Formats whose cost is their own take the least that Argon2 can do."""
    real = kdf.argon2id

    def argon2id(password: bytes, salt: bytes, _params: Argon2Params, length: int = 32) -> bytes:
        return real(password, salt, Argon2Params(1, 8, 1), length)

    monkeypatch.setattr(kdf, "argon2id", argon2id)
    monkeypatch.setattr(
        kdf,
        "pbkdf2_sha1",
        lambda password, salt, _rounds, length: real(
            password, salt[:16], Argon2Params(1, 8, 1), length
        ),
    )


def there_and_back(chosen: Format, backup: Backup) -> tuple[Fit, Backup]:
    fit = plan(chosen, backup)
    assert chosen.write is not None
    return fit, chosen.read(chosen.write(fit.backup, CREDENTIALS), CREDENTIALS)


def told(chosen: Format, entry: Entry) -> dict[str, Any]:
    """What the format is to keep of an entry."""
    kept: dict[str, Any] = {
        "type": entry.type,
        "issuer": entry.issuer,
        "account": entry.account or "",
        "key": entry.secret.key,
        "codes": (entry.algorithm, entry.digits, entry.period)
        if entry.type is OtpType.TOTP
        else (entry.algorithm, entry.digits, entry.counter)
        if entry.type is OtpType.HOTP
        else None,
    }
    fields = chosen.holds - {"id", "secret", "revision", "created", "updated"}
    kept |= {field: getattr(entry, field) for field in fields}
    return kept | ({"secret": entry.secret.given} if "secret" in chosen.holds else {})


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
@given(document=documents())
def test_a_vault_comes_back_but_for_what_is_named(name: str, document: Document) -> None:
    chosen = target(name, FLOOR)
    fit, read = there_and_back(chosen, select(document))
    assert not read.problems
    held = [entry.id for entry in fit.backup.entries]
    originals = {entry.id: entry for entry in document.entries}
    assert len(held) + len(fit.left_out) == len(originals)
    changed = {each.what for each in fit.changed}
    for identity, entry in zip(held, read.entries, strict=True):
        original = originals[identity]
        if original.label not in changed:
            assert told(chosen, entry) == told(chosen, original)
        assert entry.type is original.type
        assert entry.secret.key == original.secret.key
    if "categories" in chosen.holds:
        assert [each.name for each in read.categories] == [
            each.name for each in fit.backup.categories
        ]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
@given(document=documents())
def test_importing_an_export_gives_the_entries_again(name: str, document: Document) -> None:
    chosen = target(name, FLOOR)
    fit, read = there_and_back(chosen, select(document))
    after, report = apply(Document(), read, plan_import(Document(), read), KEEP, 7)
    assert report.added == len(fit.backup.entries)
    again, _ = there_and_back(chosen, select(after))
    assert [told(chosen, entry) for entry in again.backup.entries] == [
        told(chosen, _known(entry, read)) for entry in read.entries
    ]


def _known(entry: Entry, backup: Backup) -> Entry:
    """`entry` without places in categories that are not in the file: an import drops them."""
    ids = {each.id for each in backup.categories}
    return replace(
        entry, categories=tuple(each for each in entry.categories if each.category in ids)
    )
