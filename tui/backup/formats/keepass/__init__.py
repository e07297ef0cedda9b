"""KeePass databases (KDBX 4 and 3.1), as KeePass, KeePassXC, KeePassDX and Strongbox have them.

Spec: formats.md, section 6.
"""

from __future__ import annotations

from tui.backup.content import FileContent
from tui.backup.formats.keepass.signature import KINDS, SIGNATURE
from tui.backup.model import Backup, Credentials, ExportPlan, Format, Needs
from tui.errors import FormatError


def _sniff(content: FileContent) -> bool:
    return content.data.startswith(SIGNATURE) and content.data[4:8] in KINDS


def _needs(content: FileContent) -> Needs:
    from tui.backup.formats.keepass.header import parse

    try:
        parse(content.data)
    except FormatError:
        return Needs.NOTHING
    return Needs.PASSWORD | Needs.KEY_FILE


def _read(data: bytes, credentials: Credentials) -> Backup:
    """Read the entries that have one-time passwords.

    Raises:
        FormatError: it is not a database, is damaged, or has a form that can't be read.
        BackupPasswordError: the password or the key file is wrong or missing.
    """
    from tui.backup.formats.keepass import container, xml_reader

    return xml_reader.parse(*container.unlock(data, credentials))


def _write(backup: Backup, credentials: Credentials) -> bytes:
    from tui.backup.formats.keepass import writer

    return writer.write(backup, credentials)


def _plan_export(backup: Backup) -> ExportPlan:
    from tui.backup.formats.keepass import writer

    return writer.plan_export(backup)


FORMAT = Format(
    name="keepass",
    label="KeePass database (KDBX)",
    suffixes=(".kdbx", ".kdb"),
    sniff=_sniff,
    needs=_needs,
    read=_read,
    write=_write,
    plan_export=_plan_export,
    holds=frozenset({"note"}),
    keeps=frozenset({"categories"}),
    app="KeePass, KeePassXC",
    how_to_export="No export is needed: choose the database itself, a .kdbx file. "
    "KeePassXC shows where it is in its title bar and under Database > Database settings.",
)
