"""The import of opened backups: one step for all files, with a report for each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.backup.support import NOW, ONE, THREE, TWO, site, vault
from tests.vault.support import FLOOR, PASSWORD, MovedClock
from tui.backup import importer
from tui.backup.importer import addition_label, apply_import, import_into, import_label
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.plan import DEFAULT_ACTIONS, ImportAction, MatchKind, actions_for
from tui.backup.registry import by_name
from tui.backup.sources import OpenedBackup, read_source, source_of
from tui.errors import BackupPasswordError, FormatError, UsageError, VaultError
from tui.otp.entry import Entry, OtpType
from tui.otp.secret import Secret
from tui.vault.document import Document, write
from tui.vault.locked_vault import LockedVault
from tui.vault.undo import last_step, undo
from tui.vault.vault import Vault

FIRST = OpenedBackup(("/media/phone.authpro",), Backup((site(ONE), site(TWO, "Shop"))))
SECOND = OpenedBackup(("old.json",), Backup((site(TWO, "Shop"), site(THREE, "Bank"))))


def test_each_backup_is_planned_after_those_before_it() -> None:
    after, result = apply_import(vault(), [FIRST, SECOND], NOW)
    assert [each.kind for each in result.planned] == [
        MatchKind.NEW,
        MatchKind.NEW,
        MatchKind.REPEATED,
        MatchKind.NEW,
    ]
    assert [file.report.added for file in result.files] == [2, 1]
    assert result.report.sentence("imported") == "3 entries imported, 1 repeated"
    assert [each.id for each in result.added] == [each.id for each in after.entries]


def test_deselected_places_count_through_all_backups() -> None:
    _, result = apply_import(vault(), [FIRST, SECOND], NOW, deselected={1, 3})
    assert [each.issuer for each in result.added] == ["Example"]
    assert result.report.sentence("imported") == "1 entry imported, 1 repeated, 2 not selected"


def test_what_an_earlier_backup_has_in_its_trash_is_still_added() -> None:
    trashed = OpenedBackup(("old.json",), Backup((replace(site(TWO, "Shop"), deleted=NOW),)))
    after, _ = apply_import(vault(), [trashed, FIRST], NOW)
    assert [each.issuer for each in after.entries] == ["Example", "Shop"]
    assert [each.issuer for each in after.trash] == ["Shop"]


@pytest.mark.parametrize("which", [0, 1])
def test_what_is_chosen_does_not_change_the_plan(which: int) -> None:
    """Else entries would be imported that the preview showed as skipped."""
    mine, other = OpenedBackup(("a",), Backup((site(ONE),))), OpenedBackup(
        ("b",), Backup((site(ONE, "Other"),))
    )  # fmt: skip
    _, shown = apply_import(vault(), [mine, other], NOW)
    assert [each.kind for each in shown.planned] == [MatchKind.NEW, MatchKind.CHANGED]
    actions = {**DEFAULT_ACTIONS, MatchKind.CHANGED: ImportAction.REPLACE}
    after, result = apply_import(vault(), [mine, other], NOW, actions=actions, deselected={which})
    assert [each.kind for each in result.planned] == [each.kind for each in shown.planned]
    assert [each.issuer for each in after.entries] == [["Other"], ["Example"]][which]
    both, _ = apply_import(vault(), [mine, other], NOW, actions=actions)
    assert [each.issuer for each in both.entries] == ["Other"]


def test_a_secret_is_added_once_if_all_that_have_it_replace_a_deselected_entry() -> None:
    opened = [OpenedBackup((name,), Backup((site(ONE, name),))) for name in "abc"]
    actions = {**DEFAULT_ACTIONS, MatchKind.CHANGED: ImportAction.REPLACE}
    after, _ = apply_import(vault(), opened, NOW, actions=actions, deselected={0})
    assert [each.issuer for each in after.entries] == ["c"]


def test_an_entry_that_a_later_backup_has_in_its_trash_is_repeated() -> None:
    trashed = OpenedBackup(("old.json",), Backup((replace(site(ONE), deleted=NOW),)))
    _, result = apply_import(vault(), [FIRST, trashed], NOW)
    assert result.planned[-1].kind is MatchKind.REPEATED


def test_a_counter_is_the_highest_of_all_backups() -> None:
    older, newer = (
        OpenedBackup((f"{n}.json",), Backup((replace(site(ONE), type=OtpType.HOTP, counter=n),)))
        for n in (3, 8)
    )
    for opened in ([older, newer], [newer, older]):
        after, _ = apply_import(vault(), opened, NOW)
        assert [each.counter for each in after.entries] == [8]


def test_all_backups_are_one_step_to_undo() -> None:
    before = vault(site(THREE, "Mine"))
    after, _ = apply_import(before, [FIRST, SECOND], NOW, actions=actions_for(ImportAction.REPLACE))
    step = last_step(after)
    assert step is not None
    assert step.label == "import of 2 files, 3 entries"
    assert [each.issuer for each in undo(after, NOW).entries] == ["Mine"]


def test_more_entries_than_a_vault_can_hold_are_refused_before_they_are_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many = [site(f"{ONE}{letter}") for letter in "ABCDEFGHIJ"]
    twice = [OpenedBackup((), Backup(tuple(many)))] * 2
    monkeypatch.setattr("tui.limits.FILE", 4100)
    apply_import(vault(), twice, NOW)
    monkeypatch.setattr("tui.limits.FILE", 3500)
    monkeypatch.setattr("tui.backup.importer.plan", None)
    with pytest.raises(VaultError, match=r"A vault has no room for 10 entries\."):
        apply_import(vault(), twice, NOW)


def test_no_entry_takes_less_room_than_is_assumed() -> None:
    smallest = Entry(id="1", type=OtpType.HOTP, issuer="", secret=Secret.base32("AA"))
    text = write(Document(entries=(smallest,)))
    assert len(text) - len(write(Document())) >= importer._LEAST_BYTES + 2


def test_the_label_names_the_file_or_the_entry() -> None:
    _, result = apply_import(vault(), [FIRST], NOW)
    assert import_label(result) == "import of phone.authpro, 2 entries"
    _, result = apply_import(vault(), [OpenedBackup((), Backup((site(),)))], NOW)
    assert addition_label(result) == "addition of Example (ada)"


def test_importing_what_the_vault_has_changes_nothing() -> None:
    before = vault(*FIRST.backup.entries)
    after, result = apply_import(before, [FIRST], NOW)
    assert after is before
    assert not result.changed
    assert result.report.sentence("imported") == "Nothing imported: 2 already in the vault"


def test_an_import_into_a_vault_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "vault.json"
    result = import_into(Vault.create(path, PASSWORD, FLOOR, MovedClock()), [FIRST], NOW)
    assert result.changed
    assert LockedVault.read(path).unlock(PASSWORD).entries == result.added


# -- sources ---------------------------------------------------------------------------------


def strong(password: str) -> bytes:
    write = by_name("authenticator-pro").write
    assert write is not None
    return write(Backup((site(),)), Credentials(password))


def test_a_file_is_recognized_and_says_what_opens_it(tmp_path: Path) -> None:
    path = tmp_path / "phone.authpro"
    path.write_bytes(strong("right"))
    source = read_source(path)
    assert source.format is by_name("authenticator-pro")
    assert (source.name, source.needs) == ("phone.authpro", Needs.PASSWORD)
    opened = source.open(Credentials("right"))
    assert (opened.name, opened.format) == ("phone.authpro", source.format)
    assert [each.issuer for each in opened.backup.entries] == ["Example"]


def test_a_wrong_password_names_the_file() -> None:
    with pytest.raises(BackupPasswordError, match=r"^phone\.authpro: Wrong password"):
        source_of(strong("right"), "phone.authpro").open(Credentials("wrong"))


def test_a_file_of_no_known_format_is_not_opened() -> None:
    source = source_of(b"<html>", "page.html")
    assert source.format is None
    assert source.needs is Needs.NOTHING
    with pytest.raises(FormatError, match=r"^page\.html: Unknown backup format\.$"):
        source.open(Credentials())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"encrypted": true, "dat', "backup.json: The backup is incomplete, or is not JSON."),
        ("otpauth://totp/a?secret=JBSWY3DP".encode("utf-16"), "backup.json: The file is UTF-16"),
    ],
)
def test_what_is_wrong_with_a_file_of_no_known_format_is_said(data: bytes, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        source_of(data, "backup.json").open(Credentials())


def test_an_empty_file_is_said_to_be_empty() -> None:
    with pytest.raises(FormatError, match=r"^backup\.json: The file is empty\.$"):
        source_of(b" \n", "backup.json").open(Credentials())


def test_a_format_that_is_named_is_not_guessed() -> None:
    assert source_of(b"\x00" * 99, "x", "authenticator-pro").needs is Needs.PASSWORD
    with pytest.raises(UsageError):
        source_of(b"", "x", "nope")
