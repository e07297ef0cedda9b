"""AVTotpy's encrypted backups, bound to a user and to the secret of a server.

Spec: avtotpy.md, seed-avtotpy-backup-restore.txt.
"""

from __future__ import annotations

from tui.backup.content import FileContent
from tui.backup.formats.avtotpy.header import MAGIC, NAME, refusal
from tui.backup.model import Backup, Credentials, ExportPlan, Format, Needs

_NEEDS = Needs.USERNAME | Needs.SERVER_SECRET


def _needs(content: FileContent) -> Needs:
    return Needs.NOTHING if refusal(content.data) else _NEEDS


def _read(data: bytes, credentials: Credentials) -> Backup:
    from tui.backup.formats.avtotpy import backup_file

    return backup_file.read(data, credentials)


def _write(backup: Backup, credentials: Credentials) -> bytes:
    from tui.backup.formats.avtotpy import backup_file

    return backup_file.write(backup, credentials)


def _plan_export(backup: Backup) -> ExportPlan:
    from tui.backup.formats.avtotpy import backup_file

    return backup_file.plan_export(backup)


FORMAT = Format(
    name=NAME,
    label="AVTotpy",
    suffixes=(".avtotpy",),
    sniff=lambda content: content.data.startswith(MAGIC),
    needs=_needs,
    read=_read,
    write=_write,
    plan_export=_plan_export,
    write_needs=_NEEDS,
    needs_name=True,
    names=(".avtotpy",),
    holds=frozenset({"account", "secret"}),
)
