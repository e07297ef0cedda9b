"""The vault's file: private, links not followed, locks, older copies."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vault.conftest import MakeVault
from tests.vault.support import FLOOR, PASSWORD, MovedClock, document, entry
from tui.errors import DamagedVaultError, NotSavedError, VaultError, VaultMissingError
from tui.files import LIMIT, make_folders
from tui.otp.entry import OtpType
from tui.vault.backups import Backups
from tui.vault.store import Store
from tui.vault.vault import Vault

A, B = entry("a"), entry("b")
DAY = 86_400


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o777])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def save(vault: Vault, note: str) -> None:
    vault.change(lambda now: replace(now, entries=(replace(A, note=note),)))


def backups(path: Path) -> list[str]:
    return sorted(one.name for one in (path.parent / "backups").iterdir())


@pytest.mark.usefixtures("umask", "cheap_kdf")
def test_all_files_are_private_whatever_the_umask(tmp_path: Path, clock: MovedClock) -> None:
    tmp_path.chmod(0o755)
    path = tmp_path / "new" / "folder" / "vault.json"
    save(Vault.create(path, PASSWORD, FLOOR, clock), "one")
    modes = {one.relative_to(tmp_path): mode(one) for one in (tmp_path / "new").rglob("*")}
    assert {one.name for one in modes} >= {"folder", "vault.json", "vault.json.lock", "backups"}
    for one, found in modes.items():
        assert found == (0o700 if (tmp_path / one).is_dir() else 0o600), one
    assert mode(tmp_path) == 0o755


def test_a_vault_that_others_can_read_is_made_private_with_a_warning(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path
) -> None:
    make_vault()
    path.chmod(0o644)
    assert [one for one in open_vault().warnings if "now 0600" in one]
    assert mode(path) == 0o600


@pytest.mark.parametrize("refuses", [True, False])
def test_a_file_system_without_modes_can_be_used_and_is_reported(
    make_vault: MakeVault,
    open_vault: Callable[[], Vault],
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    refuses: bool,
) -> None:
    """Windows folders in WSL refuse to change modes; exFAT ignores it."""

    def chmod(*_: object) -> None:
        if refuses:
            raise PermissionError(errno.EPERM, "Operation not permitted")

    make_vault()
    path.chmod(0o644)
    monkeypatch.setattr(os, "fchmod", chmod)
    monkeypatch.setattr(Path, "chmod", chmod)
    vault = open_vault()
    assert [one for one in vault.warnings if "doesn't let otp-tui change that" in one]
    save(vault, "saved")
    assert [one.note for one in open_vault().entries] == ["saved"]
    make_folders(path.parent / "new" / "folder")


def test_only_a_link_at_the_last_component_is_refused(
    make_vault: MakeVault, path: Path, tmp_path: Path, clock: MovedClock
) -> None:
    make_vault()
    (tmp_path / "link.json").symlink_to(path.name)
    with pytest.raises(VaultError, match="it is a symbolic link") as raised:
        Vault.open(tmp_path / "link.json", PASSWORD, clock)
    assert raised.value.hint == "Use the path of the file that it points to."
    (tmp_path / "folder").symlink_to(tmp_path)
    assert Vault.open(tmp_path / "folder" / path.name, PASSWORD, clock).path == path


def test_the_path_is_resolved_once(
    make_vault: MakeVault, path: Path, tmp_path: Path, clock: MovedClock
) -> None:
    make_vault()
    link, elsewhere = tmp_path / "folder", tmp_path / "elsewhere"
    link.symlink_to(tmp_path)
    vault = Vault.open(link / path.name, PASSWORD, clock)
    elsewhere.mkdir()
    link.unlink()
    link.symlink_to(elsewhere)
    save(vault, "here")
    assert list(elsewhere.iterdir()) == []


def test_a_link_in_place_of_the_vault_is_not_written_through(
    make_vault: MakeVault, path: Path, tmp_path: Path
) -> None:
    vault = make_vault()
    path.rename(tmp_path / "moved.json")
    path.symlink_to("moved.json")
    before = path.read_bytes()
    with pytest.raises(NotSavedError, match="it is a symbolic link"):
        save(vault, "one")
    assert path.is_symlink()
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["vault.json.lock", "backups"])
def test_a_link_in_place_of_the_lock_or_the_backups_is_not_followed(
    make_vault: MakeVault, path: Path, tmp_path: Path, name: str
) -> None:
    vault = make_vault()
    target = tmp_path / "target"
    target.mkdir()
    place = path.parent / name
    if place.exists():
        place.unlink()
    place.symlink_to(target if name == "backups" else target / "file")
    before = path.read_bytes()
    with pytest.raises(NotSavedError):
        save(vault, "one")
    assert path.read_bytes() == before
    assert list(target.iterdir()) == []


def test_a_file_that_is_not_regular_is_refused(tmp_path: Path, clock: MovedClock) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, reason in (
        (tmp_path / "pipe", "is not a regular file"),
        (Path("/dev/zero"), "is not a regular file"),
        (tmp_path, "is a folder"),
    ):
        with pytest.raises(VaultError, match=reason):
            Store(path, clock).read()


@pytest.mark.parametrize("name", ["", ".", "..", "x/..", "a\0b", "a\0b/c"])
def test_a_path_that_is_not_a_file_is_refused(name: str, clock: MovedClock) -> None:
    with pytest.raises(VaultError):
        Store(name, clock)


def test_a_missing_vault_is_reported(tmp_path: Path, clock: MovedClock) -> None:
    for path in (tmp_path / "none.json", tmp_path / "no" / "folder.json"):
        with pytest.raises(VaultMissingError, match="No vault at"):
            Store(path, clock).read()


def test_a_vault_of_more_than_16_mib_is_refused_by_its_size(
    path: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with path.open("wb") as file:
        file.truncate(LIMIT + 1)
    monkeypatch.setattr(os, "read", lambda *_: pytest.fail("it was read"))
    with pytest.raises(DamagedVaultError, match="larger than 16 MiB"):
        Store(path, clock).read()


def test_another_users_vault_is_refused(
    make_vault: MakeVault, path: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_vault()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(VaultError, match="belongs to another user"):
        Store(path, clock).read()


def test_a_save_waits_for_the_lock_and_then_fails(
    make_vault: MakeVault, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = make_vault()
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    with path.with_name("vault.json.lock").open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(NotSavedError, match="another program"):
            save(vault, "kept")
    assert 30 <= sum(pauses) < 31
    assert len({*pauses}) > 1000
    assert vault.entries[0].note == "kept"
    assert not vault.saved
    vault.save()
    assert vault.saved


def test_a_save_without_file_locks_warns_once(
    make_vault: MakeVault, open_vault: Callable[[], Vault], monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = make_vault()

    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    save(vault, "one")
    save(vault, "two")
    assert open_vault().entries[0].note == "two"
    assert len([one for one in vault.warnings if "has no file locks" in one]) == 1


def test_only_files_that_a_crash_left_are_deleted(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path
) -> None:
    make_vault()
    stale = path.with_name(".vault.json.0123456789abcdef.tmp")
    others = [
        path.with_name(".vault.json.tmp"),
        path.with_name(".other.json.0123456789abcdef.tmp"),
        path.with_name("vault.json.0123456789abcdef.tmp"),
    ]
    for one in (stale, *others):
        one.write_bytes(b"")
    save(open_vault(), "one")
    assert not stale.exists()
    assert all(one.exists() for one in others)


def test_the_newest_ten_copies_are_kept_whatever_the_clock_does(
    make_vault: MakeVault, path: Path, clock: MovedClock
) -> None:
    vault = make_vault()
    olds: list[bytes] = []
    for step in range(25):
        clock.moment += 60 if step % 2 else -90
        olds.append(path.read_bytes())
        save(vault, str(step))
    contents = [(path.parent / "backups" / name).read_bytes() for name in backups(path)]
    assert contents == olds[-10:]


def test_one_copy_is_kept_for_each_of_the_last_seven_days(
    make_vault: MakeVault, path: Path, clock: MovedClock
) -> None:
    vault = make_vault()
    for _ in range(9):
        clock.moment += DAY
        for note in range(12):
            clock.moment += 1
            save(vault, str(note))
    days = [name.split(".")[3][:8] for name in backups(path)]
    assert len(days) == 16
    assert sorted(set(days)) == [f"202311{day}" for day in range(17, 24)]


@pytest.mark.parametrize("jump", [8 * DAY, -8 * DAY, 3650 * DAY, -1_700_000_000])
def test_one_save_with_a_wrong_clock_deletes_at_most_the_oldest_day(
    make_vault: MakeVault, path: Path, clock: MovedClock, jump: int
) -> None:
    vault = make_vault()
    for _ in range(8):
        clock.moment += DAY
        for note in range(14):
            clock.moment += 1
            save(vault, str(note))
    before = {name.split(".")[3][:8] for name in backups(path)}
    clock.moment += jump
    save(vault, "wrong clock")
    clock.moment -= jump
    save(vault, "right clock")
    after = {name.split(".")[3][:8] for name in backups(path)}
    assert len(before) == 7
    assert before - after <= {min(before)}


@given(jumps=st.lists(st.integers(-400 * DAY, 400 * DAY), min_size=1, max_size=30))
def test_each_save_deletes_at_most_the_oldest_day_and_none_of_the_newest(jumps: list[int]) -> None:
    with TemporaryDirectory() as folder:
        vault = Path(folder) / "vault.json"
        vault.write_bytes(b"{}")
        kept, moment = Backups(vault), 1_700_000_000
        for jump in jumps:
            before = kept.kept()
            moment = max(moment + jump, 0)
            kept.keep(b"{}", moment, durable=False)
            kept.prune()
            after = kept.kept()
            assert len({*before} - {*after}) <= 2
            assert after[1:10] == before[:9]
            days = list(dict.fromkeys(name.split(".")[3][:8] for name in before))
            lost = {*days} - {name.split(".")[3][:8] for name in after}
            assert lost <= {*days[6:]}


def test_hotp_codes_push_out_no_older_copy(make_vault: MakeVault, path: Path) -> None:
    counter = entry("counter", OtpType.HOTP)
    vault = make_vault(document(A, B, counter))
    vault.change(lambda now: replace(now, entries=(B, counter)))
    before = backups(path)
    for _ in range(11):
        vault.take_hotp(counter.id)
    assert backups(path) == before
    assert vault.document.find(counter.id).counter == 11


def test_new_folders_and_older_copies_are_on_the_disk(
    tmp_path: Path, clock: MovedClock, cheap_kdf: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    folder = tmp_path / "new" / "folder"
    vault = Vault.create(folder / "vault.json", PASSWORD, FLOOR, clock)
    assert {str(tmp_path), str(tmp_path / "new"), str(folder)} <= {*synced}
    synced.clear()
    save(vault, "one")
    assert {str(folder), str(folder / "backups")} <= {*synced}


@pytest.mark.parametrize("name", ["vault.json.lock", "backups"])
def test_an_error_names_the_lock_or_the_folder_of_older_copies(
    make_vault: MakeVault, path: Path, name: str
) -> None:
    vault = make_vault()
    place = path.parent / name
    if place.exists():
        place.unlink()
    if name == "backups":
        place.write_bytes(b"")
    else:
        place.mkdir()
    with pytest.raises(NotSavedError, match=f"{place}: "):
        save(vault, "one")


def test_older_copies_of_another_vault_are_not_deleted(make_vault: MakeVault, path: Path) -> None:
    vault = make_vault()
    folder = path.parent / "backups"
    folder.mkdir(exist_ok=True)
    other = folder / "vault.json.old.00000001.20200101T000000Z"
    other.write_bytes(b"")
    for step in range(12):
        save(vault, str(step))
    assert other.exists()
    assert len(backups(path)) == 11


def test_older_copies_are_written_without_hard_links(
    make_vault: MakeVault, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = make_vault()

    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links")

    monkeypatch.setattr(os, "link", no_links)
    before = path.read_bytes()
    save(vault, "one")
    kept = path.parent / "backups" / backups(path)[-1]
    assert kept.read_bytes() == before
    assert mode(kept) == 0o600
