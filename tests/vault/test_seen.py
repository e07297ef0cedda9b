"""What this machine remembers of a vault, and what an older file in its place can't do."""

from __future__ import annotations

import fcntl
import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.vault.conftest import MakeVault
from tests.vault.support import FLOOR, PASSWORD, MovedClock, document, entry
from tui.errors import OlderVaultError, WrongPasswordError
from tui.otp.entry import Entry, OtpType
from tui.vault.document import Document
from tui.vault.history import MOST
from tui.vault.locked_vault import LockedVault
from tui.vault.seen import LIMIT, Older, Record, Seen
from tui.vault.vault import Vault

NEW = "another password"
CODE, NEW_CODE = bytes(20), bytes(range(20))
A, B, C = entry("a"), entry("b"), entry("c")
FIRST, SECOND = bytes(32), bytes(range(32))


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what is remembered."""
    folder = tmp_path / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder


@pytest.fixture
def seen(path: Path) -> Seen:
    return Seen("0" * 32, path)


def adding(*entries: Entry) -> Callable[[Document], Document]:
    return lambda now: replace(now, entries=(*now.entries, *entries))


def file_in(state: Path) -> Path:
    (found,) = state.rglob("*.json")
    return found


# --- the memory ------------------------------------------------------------------------------


def test_the_highest_generation_is_remembered(seen: Seen, path: Path) -> None:
    assert seen.last() is None
    assert seen.opened(5, FIRST) is None
    seen.saved(4, SECOND)
    assert seen.last() == Record(5, FIRST.hex())
    assert Seen("0" * 32, path).last() == seen.last()
    assert Seen("1" * 32, path).last() is None
    assert Seen("0" * 32, path.with_name("copy.json")).last() is None


def test_an_older_file_is_not_remembered_until_it_is_accepted(seen: Seen) -> None:
    seen.saved(5, FIRST)
    older = seen.opened(4, SECOND)
    assert older is not None
    assert older.sure
    assert seen.last() == Record(5, FIRST.hex())
    seen.accept(older)
    assert seen.last() == Record(4, SECOND.hex())
    assert seen.opened(4, SECOND) is None


def test_another_file_of_the_same_generation_is_noticed(seen: Seen) -> None:
    seen.saved(5, FIRST)
    other = seen.opened(5, SECOND)
    assert other is not None
    assert not other.sure
    assert seen.opened(5, FIRST) is None
    assert seen.opened(6, SECOND) is None


def test_the_user_is_told_once_about_each_file(seen: Seen) -> None:
    seen.saved(5, FIRST)
    older, other = seen.opened(3, SECOND), seen.opened(4, SECOND[::-1])
    assert older is not None
    assert other is not None
    assert [seen.tell(one) for one in (older, older, other, other)] == [True, False, True, False]


def test_the_file_is_private_and_has_no_path_in_it(seen: Seen, state: Path, path: Path) -> None:
    seen.saved(5, FIRST)
    file = file_in(state)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert json.loads(file.read_bytes()) == {"generation": 5, "digest": FIRST.hex(), "told": ""}
    assert [one for one in file.parent.iterdir() if one != file] == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff",
        b"null",
        b"[" * LIMIT,
        b'{"generation": 5}',
        b'{"generation": 5.0, "digest": "%s", "told": ""}' % (b"0" * 64),
        b'{"generation": true, "digest": "%s", "told": ""}' % (b"0" * 64),
        b'{"generation": -1, "digest": "%s", "told": ""}' % (b"0" * 64),
        b'{"generation": 5, "digest": "%s", "told": "x"}' % (b"0" * 64),
        b'{"generation": 5, "digest": "%s", "told": ""}' % (b"G" * 64),
        b'{"generation": 5, "digest": "%s", "told": "", "more": 1}' % (b"0" * 64),
        b'{"generation": 5, "digest": "%s", "told": ""}' % (b"0" * 64) + b" " * LIMIT,
    ],
)
def test_a_damaged_file_is_forgotten(seen: Seen, state: Path, data: bytes) -> None:
    seen.saved(5, FIRST)
    file_in(state).write_bytes(data)
    assert seen.last() is None
    assert seen.opened(3, SECOND) is None
    assert seen.last() == Record(3, SECOND.hex())


def test_a_link_or_a_folder_in_place_of_the_file_is_no_error(seen: Seen, state: Path) -> None:
    seen.saved(5, FIRST)
    file = file_in(state)
    file.rename(file.with_name("elsewhere"))
    file.symlink_to(file.with_name("elsewhere"))
    assert seen.last() is None
    file.unlink()
    file.mkdir()
    assert seen.last() is None
    assert seen.opened(6, SECOND) is None


def test_without_a_folder_nothing_is_remembered(
    make_vault: MakeVault, state: Path, path: Path, clock: MovedClock
) -> None:
    state.write_text("")
    vault = make_vault(document(A))
    old = path.read_bytes()
    vault.change(adding(B))
    path.write_bytes(old)
    vault = Vault.open(path, PASSWORD, clock)
    assert vault.older is None
    vault.change(adding(C))


def test_a_crash_while_it_is_replaced_forgets_nothing(seen: Seen, state: Path) -> None:
    seen.saved(5, FIRST)
    file = file_in(state)
    file.rename(file.with_suffix(".old"))
    assert seen.last() == Record(5, FIRST.hex())
    assert seen.opened(4, SECOND) is not None
    seen.saved(6, SECOND)
    assert seen.last() == Record(6, SECOND.hex())
    assert [one for one in file.parent.iterdir() if one != file] == []


def test_few_vaults_are_remembered(
    path: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.vault.seen.MOST", 4)
    for number in range(6):
        Seen(f"{number:032}", path).saved(5, FIRST)
        if number == 0:
            os.utime(file_in(state), (1, 1))
    assert len(list(state.rglob("*.json"))) == 4
    assert Seen(f"{0:032}", path).last() is None


def test_a_program_waits_for_another_one_for_a_moment(
    seen: Seen, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen.saved(1, FIRST)
    other = os.open(file_in(state).parent, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    seen.saved(2, FIRST)
    assert seen.last() == Record(1, FIRST.hex())
    monkeypatch.setattr(time, "sleep", lambda _seconds: fcntl.flock(other, fcntl.LOCK_UN))
    seen.saved(2, FIRST)
    os.close(other)
    assert seen.last() == Record(2, FIRST.hex())


def test_two_programs_keep_the_higher_generation(seen: Seen, path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tui.vault.seen import Seen\n"
        "seen = Seen('0' * 32, Path(sys.argv[1]))\n"
        "for number in range(int(sys.argv[2]), 200, 2): seen.saved(number, bytes(32))"
    )
    argv = [sys.executable, "-c", program, str(path)]
    children = [
        subprocess.Popen([*argv, start], cwd=Path(__file__).parents[2]) for start in ("1", "2")
    ]
    assert [child.wait(timeout=20) for child in children] == [0, 0]
    assert seen.last() == Record(199, FIRST.hex())


# --- an older file in the vault's place ------------------------------------------------------


def test_an_older_file_is_noticed_and_not_changed(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path
) -> None:
    vault = make_vault(document(A))
    old = path.read_bytes()
    vault.change(adding(B))
    assert open_vault().older is None
    path.write_bytes(old)
    vault = open_vault()
    assert "generation 2, last seen 3" in vault.tell_older()
    assert open_vault().tell_older() == ""
    with pytest.raises(OlderVaultError, match="generation 2, last seen 3"):
        vault.change(adding(C))
    assert path.read_bytes() == old
    assert vault.entries == (A, C)
    vault.accept_older()
    vault.save()
    assert vault.older is None
    assert open_vault().older is None
    assert open_vault().entries == (A, C)


def test_a_file_that_another_program_replaced_since_it_was_read_is_not_older(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path
) -> None:
    make_vault(document(A))
    read = LockedVault.read(path)
    open_vault().change(adding(B))
    vault = read.unlock(PASSWORD)
    assert vault.older is None
    vault.refresh()
    assert vault.older is None
    assert vault.entries == (A, B)


def test_a_question_lets_a_save_go_on(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path, clock: MovedClock
) -> None:
    hotp = entry("hotp", OtpType.HOTP)
    vault = make_vault(document(hotp))
    old = path.read_bytes()
    vault.change(adding(A))
    saves: list[Callable[[Vault], object]] = [
        lambda vault: vault.change(adding(B)),
        lambda vault: vault.take_hotp(hotp.id),
        lambda vault: vault.set_recovery_code(CODE),
    ]
    asked: list[Older] = []

    def accept(older: Older) -> bool:
        asked.append(older)
        return True

    for save in saves:
        path.write_bytes(old)
        vault = open_vault()
        vault.accept_older_if = accept
        asked.clear()
        save(vault)
        assert len(asked) == 1
        assert vault.saved
        vault.change(adding(C))
        vault.change(adding(A))
        assert len(asked) == 1
    assert LockedVault.read(path, clock).has_recovery_code


def test_another_copy_of_the_same_generation_can_be_changed(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path, clock: MovedClock
) -> None:
    vault = make_vault(document(A))
    elsewhere = path.with_name("elsewhere.json")
    elsewhere.write_bytes(path.read_bytes())
    Vault.open(elsewhere, PASSWORD, clock).change(adding(B))
    vault.change(adding(C))
    elsewhere.replace(path)
    vault = open_vault()
    assert "another of generation 3" in vault.tell_older()
    vault.change(adding(C))
    assert open_vault().older is None


def test_a_newer_copy_without_the_last_changes_is_noticed_once(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path, clock: MovedClock
) -> None:
    vault = make_vault(document(A))
    elsewhere = path.with_name("elsewhere.json")
    elsewhere.write_bytes(path.read_bytes())
    other = Vault.open(elsewhere, PASSWORD, clock)
    vault.change(adding(C))
    assert open_vault().older is None
    for _ in range(2):
        other.change(adding(B))
    elsewhere.replace(path)
    assert "not a later version" in open_vault().tell_older()
    assert open_vault().tell_older() == ""


def test_any_later_version_is_no_surprise(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path, clock: MovedClock
) -> None:
    make_vault(document(A))
    elsewhere = path.with_name("elsewhere.json")
    elsewhere.write_bytes(path.read_bytes())
    other = Vault.open(elsewhere, PASSWORD, clock)
    for number in range(MOST + 2):
        other.change(adding(entry(str(number))))
        if number in {0, 3, MOST + 1}:
            path.write_bytes(elsewhere.read_bytes())
            assert open_vault().older is None


# --- slots -----------------------------------------------------------------------------------


def opens(path: Path, password: str, clock: MovedClock) -> bool:
    try:
        LockedVault.read(path, clock).unlock(password)
    except WrongPasswordError:
        return False
    return True


def test_an_older_file_does_not_bring_back_an_old_password(
    make_vault: MakeVault, path: Path, clock: MovedClock
) -> None:
    vault = make_vault(document(A))
    old = path.read_bytes()
    vault.change_password(NEW, FLOOR)
    path.write_bytes(old)
    vault.change(adding(B))
    assert opens(path, NEW, clock)
    assert not opens(path, PASSWORD, clock)
    assert "older file" in vault.warnings[-1]
    assert old in [one.read_bytes() for one in (path.parent / "backups").iterdir()]


def test_an_older_file_does_not_undo_another_programs_new_password(
    make_vault: MakeVault, open_vault: Callable[[], Vault], path: Path, clock: MovedClock
) -> None:
    vault = make_vault(document(A))
    old = path.read_bytes()
    open_vault().change_password(NEW, FLOOR)
    path.write_bytes(old)
    with pytest.raises(OlderVaultError):
        vault.change(adding(B))
    assert path.read_bytes() == old
    path.unlink()
    with pytest.raises(OlderVaultError):
        vault.save()
    assert not path.exists()


def test_an_older_file_does_not_bring_back_a_recovery_code(
    make_vault: MakeVault, path: Path, clock: MovedClock
) -> None:
    vault = make_vault(document(A))
    vault.set_recovery_code(CODE)
    old = path.read_bytes()
    vault.set_recovery_code(NEW_CODE)
    path.write_bytes(old)
    vault.change(adding(B))
    LockedVault.read(path, clock).unlock_with_code(NEW_CODE)
    with pytest.raises(WrongPasswordError):
        LockedVault.read(path, clock).unlock_with_code(CODE)
