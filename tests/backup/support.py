"""Shared by the tests of backups."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from tui.backup import registry
from tui.backup.apply import Report, apply
from tui.backup.content import FileContent
from tui.backup.model import Backup, Format, Needs
from tui.backup.plan import DEFAULT_ACTIONS, ImportAction, MatchKind, plan
from tui.otp.entry import Category, Entry, OtpType
from tui.otp.secret import Secret
from tui.vault.document import Document

NOW = 1_700_000_000
ONE, TWO, THREE = "JBSWY3DPEHPK3PXP", "GEZDGNBVGY3TQOJQ", "KRSXG5CTMVRXEZLU"
WEB, WORK = Category.named("Web"), Category.named("Work", 1)


def recognize(data: bytes, name: str = "") -> Format | None:
    """The format that the registry finds for these bytes."""
    return registry.recognize(FileContent(data), name)


def needs(form: Format, data: bytes) -> Needs:
    """Return the credentials that opening these bytes as `form` requires."""
    return form.needs(FileContent(data))


def site(secret: str = ONE, issuer: str = "Example", account: str = "ada", **more: Any) -> Entry:
    """An entry, time-based unless `more` says otherwise."""
    made = Secret.text(secret) if more.get("type") is OtpType.MOTP else Secret.base32(secret)
    fields: dict[str, Any] = {"type": OtpType.TOTP, **more}
    return Entry(issuer=issuer, account=account, secret=made, **fields)


def vault(*entries: Entry, **more: Any) -> Document:
    """A document with these entries."""
    return replace(Document(), entries=entries, **more)


def bring_in(
    document: Document,
    backup: Backup,
    actions: Mapping[MatchKind, ImportAction] = DEFAULT_ACTIONS,
    deselected: Collection[int] = (),
) -> tuple[Document, Report]:
    """Plan and apply one backup."""
    planned = plan(document, backup)
    return apply(document, backup, planned, NOW, actions=actions, deselected=deselected)
