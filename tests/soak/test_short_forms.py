"""Each attack of `make soak`, with counts that take a second."""

from __future__ import annotations

import os

import pytest

from tests.conftest import STRESS
from tests.programs import need
from tests.soak.app_crashes import SHORT_TOUR, app_crashes
from tests.soak.attacks import ATTACKS
from tests.soak.clocks import LIBRARY, clocks
from tests.soak.commands import COMMANDS, crashes, errors, kills
from tests.soak.contents import contents
from tests.soak.damage import damage
from tests.soak.fuzz import fuzz
from tests.soak.hostile_names import hostile_names, hostile_screens
from tests.soak.images import images
from tests.soak.leftovers import clipboard, scrollback
from tests.soak.machines import machines
from tests.soak.power import broken_savers, power_cuts, two_writers
from tests.soak.report import Row, text
from tests.soak.terms import PLAIN, terms
from tests.soak.writers import writers

KILLED, FAILING, CRASHING = ("save", "export"), ("undo", "merge"), ("passwd", "recovery", "import")
"""Each command in one of the attacks; in the long forms, all are in each."""


def test_each_command_is_attacked() -> None:
    assert {*KILLED, *FAILING, *CRASHING} == COMMANDS.keys()


def test_killed_commands_lose_nothing() -> None:
    assert "nothing lost, no files left behind" in kills(2, every=100, names=KILLED).found


def test_failing_system_calls_lose_nothing() -> None:
    assert "nothing lost" in errors(("EIO",), every=60, names=FAILING).found


@pytest.mark.parametrize("seed", [1])
def test_changed_files_are_read_or_refused(seed: int) -> None:
    assert "refused" in fuzz(20, seed).found


def test_changed_contents_are_read_or_refused() -> None:
    assert "refused" in contents(20).found


def test_changed_images_are_read_or_refused() -> None:
    assert "with codes" in images(60, 1).found


def test_power_cuts_lose_nothing() -> None:
    assert "nothing lost" in power_cuts(5).found


def test_broken_savers_are_caught() -> None:
    two_writers()
    assert broken_savers().found.startswith("6 of 6")


def test_programs_that_save_at_once_lose_nothing() -> None:
    assert "entries lost" in writers(2, 4).found


def test_damage_is_noticed() -> None:
    assert "0 vaults opened" in damage(60).found


def test_two_machines_lose_no_edit(keys_once: None) -> None:
    assert "no edit lost" in machines(10 if not STRESS else 200).found


def test_wrong_clocks_lose_nothing() -> None:
    if not STRESS:
        pytest.skip("takes seconds: make stress")
    if LIBRARY is None and os.environ.get("CI") != "true":
        pytest.skip("not installed: libfaketime")
    assert "nothing lost" in clocks().found


def test_the_table_names_each_attack_once() -> None:
    assert len({each.key for each in ATTACKS}) == len(ATTACKS)
    table = text([Row(each.name, 1.0, "1 file", "refused", True) for each in ATTACKS], 60)
    assert all(table.count(f"| {each.name} |") == 1 for each in ATTACKS)


def test_hostile_names_reach_no_terminal(keys_once: None) -> None:
    assert "no control character" in hostile_names(6 if not STRESS else 100).found


def test_hostile_names_leave_screens_intact(keys_once: None) -> None:
    assert "the frame intact" in hostile_screens(["\x1b[2J\u202eevil\u200b"]).found


def test_crashes_print_no_secret() -> None:
    assert "no secret" in crashes(3, CRASHING).found


def test_the_app_works_on_a_terminal_of_any_name() -> None:
    assert "the terminal restored" in terms((None, PLAIN[0])).found


def test_the_app_and_its_threads_crash_with_a_message_and_no_secret() -> None:
    places = (
        *([("tui.app.key_queue:KeyQueue._messages_handled", 2)] if STRESS else []),
        ("tui.app.threads:in_daemon_thread.<locals>.give", 1),
        # As the app ends: the clipboard is still cleared.
        ("tui.app.vault_closing:close_vault", 1),
    )
    assert f"{len(places)} crash messages" in app_crashes(places, SHORT_TOUR).found


def test_nothing_stays_in_a_terminal() -> None:
    need("tmux")
    assert "no code" in scrollback(("quit with a secret shown",), ("without",)).found


def test_nothing_stays_on_a_clipboard() -> None:
    need("Xvfb", "xclip")
    assert "cleared in time" in clipboard(("SIGTERM",)).found
