"""KeePass databases (KDBX 4 and 3.1), as KeePass, KeePassXC, KeePassDX and Strongbox have them.

Also their XML export, which is the XML inside of a database with plain values. Spec: formats.md,
section 6.
"""

from __future__ import annotations

from tui.backup.content import FileContent
from tui.backup.formats.keepass.signature import KINDS, SIGNATURE
from tui.backup.model import Backup, Credentials, ExportPlan, Format, Needs
from tui.errors import FormatError

_HEAD = 1024
_BOM = b"\xef\xbb\xbf"


def _sniff(content: FileContent) -> bool:
    if content.data.startswith(SIGNATURE):
        return content.data[4:8] in KINDS
    return _is_xml(content.data)


def _is_xml(data: bytes) -> bool:
    head = data[:_HEAD].removeprefix(_BOM).lstrip()
    return head.startswith((b"<?xml", b"<KeePassFile")) and b"<KeePassFile" in head


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

    if _is_xml(data):
        return xml_reader.parse(data.removeprefix(_BOM), xml_reader.PlainValues())
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
    suffixes=(".kdbx", ".kdb", ".xml"),
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
