"""The list of attacks, with the sizes of a full run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.soak.report import Result


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack of the full run."""

    key: str
    name: str
    run: Callable[[float], Result]
    """Runs it; 1 is the size of the full run."""
    waits: bool = False
    """True if it mostly waits, so that it can run beside two others."""


def _kills(scale: float) -> Result:
    from tests.soak.commands import kills

    return kills(round(2500 * scale), every=max(1, round(1 / scale)))


def _errors(scale: float) -> Result:
    from tests.soak.commands import errors

    return errors(every=max(1, round(1 / scale)))


def _fuzz(scale: float) -> Result:
    from tests.soak.fuzz import fuzz

    return fuzz(round(100_000 * scale))


def _contents(scale: float) -> Result:
    from tests.soak.contents import contents

    return contents(round(100_000 * scale))


def _images(scale: float) -> Result:
    from tests.soak.images import images

    return images(round(100_000 * scale), round(1000 * scale))


def _power(scale: float) -> Result:
    from tests.soak.power import power_cuts

    return power_cuts(max(1, round(200 * scale)))


def _broken(_scale: float) -> Result:
    from tests.soak.power import broken_savers

    return broken_savers()


def _writers(scale: float) -> Result:
    from tests.soak.writers import writers

    return writers(8, max(2, round(250 * scale)))


def _damage(scale: float) -> Result:
    from tests.soak.damage import damage

    return damage(max(1, round(1 / scale)))


def _clocks(scale: float) -> Result:
    from tests.soak.clocks import clocks

    return clocks(max(1, round(5 * scale)))


def _vectors(_scale: float) -> Result:
    from tests.soak.suites import suite

    return suite("published vectors of all ciphers, key derivations and codes, 1,744 of them from "
                 "Project Wycheproof", "tests/crypto", "tests/otp", stress=False)  # fmt: skip


def _model(scale: float) -> Result:
    from tests.soak.suites import suite

    examples = max(5, round(600 * scale))
    return suite(f"three programs, 2 × {examples} histories of up to 40 steps with disk errors, "
                 "kills, restores and conflict copies", "tests/vault/test_crash_safety.py",
                 found="no confirmed save lost, no counter lowered",
                 examples=examples)  # fmt: skip


def _merges(scale: float) -> Result:
    from tests.soak.suites import suite

    return suite(f"merges, copies, undo, {max(5, round(500 * scale))} examples of each property",
                 "tests/vault/test_merge.py", "tests/vault/test_merge_by_age.py",
                 "tests/vault/test_undo.py", "tests/vault/test_copies.py",
                 "tests/vault/test_document.py", "tests/vault/test_envelope.py",
                 examples=max(5, round(500 * scale)))  # fmt: skip


def _machines(scale: float) -> Result:
    from tests.soak.machines import machines

    return machines(max(1, round(1000 * scale)))


def _names(_scale: float) -> Result:
    from tests.soak.suites import suite

    return suite("hostile names, the bytes sent to terminals, output, secrets in crashes, "
                 "variables of other programs",
                 "tests/app/test_names.py", "tests/terminal/test_bytes.py",
                 "tests/cli/test_output.py", "tests/test_tracebacks.py", "tests/test_text.py",
                 "tests/test_environment.py", "tests/terminal/test_textual_variables.py",
                 "tests/app/test_crash.py")  # fmt: skip


def _endings(_scale: float) -> Result:
    from tests.soak.suites import suite

    return suite("signals, closed, paused and unread terminals", "tests/terminal/test_signals.py",
                 "tests/terminal/test_unread.py", "tests/terminal/test_unlock.py")  # fmt: skip


def _day(scale: float) -> Result:
    from tests.soak.day import day

    return day(900 * scale)


def _hostile_screens(scale: float) -> Result:
    from tests.soak.hostile_names import PAYLOADS, hostile_screens

    return hostile_screens(PAYLOADS[:: max(1, round(1 / scale))])


def _hostile_names(_scale: float) -> Result:
    from tests.soak.hostile_names import hostile_names

    return hostile_names()


def _crashes(scale: float) -> Result:
    from tests.soak.commands import crashes

    return crashes(max(7, round(180 * scale)))


def _app_crashes(scale: float) -> Result:
    from tests.soak.app_crashes import app_crashes, places

    return app_crashes(places(max(2, round(160 * scale))))


def _scrollback(scale: float) -> Result:
    from tests.soak.leftovers import ENDINGS, scrollback

    return scrollback(ENDINGS[:: max(1, round(1 / scale))])


def _clipboard(scale: float) -> Result:
    from tests.soak.leftovers import COPIES, clipboard

    return clipboard(COPIES[:: max(1, round(1 / scale))])


def _terms(scale: float) -> Result:
    from tests.soak.terms import TERMS, terms

    return terms(TERMS[:: max(1, round(1 / scale))])


def _sizes(_scale: float) -> Result:
    from tests.soak.endings import endings

    return endings()


ATTACKS = (
    Attack("day", "simulated day of use", _day, waits=True),
    Attack("errors", "disk errors at every system call", _errors),
    Attack("fuzz", "changed files for every reader", _fuzz),
    Attack("contents", "changed contents of encrypted files and archives", _contents),
    Attack("images", "changed images with QR codes", _images),
    Attack("kills", "SIGKILL at every system call and at random", _kills),
    Attack("model", "random histories of several programs", _model),
    Attack("writers", "programs that save at once, with kills", _writers),
    Attack("power", "power cuts: every subset of what was not synced", _power),
    Attack("broken", "mistakes in saving, to check that the attacks notice them", _broken),
    Attack("damage", "vaults and backups with one byte changed, or cut short", _damage),
    Attack("clocks", "wrong clocks", _clocks),
    Attack("merges", "merges and undo", _merges),
    Attack("machines", "two machines with a sync service", _machines),
    Attack("vectors", "published test vectors", _vectors),
    Attack("names", "output, and secrets in it", _names),
    Attack("shown", "hostile names in commands and on a terminal", _hostile_names),
    Attack("screens", "hostile names on all screens", _hostile_screens),
    Attack("crashes", "crashes with secrets in their text", _crashes),
    Attack("app-crashes", "crashes of the app and its threads", _app_crashes),
    Attack("sizes", "signals in terminals of all sizes and locales", _sizes),
    Attack("scrollback", "what stays in a terminal", _scrollback),
    Attack("clipboard", "what stays on a clipboard", _clipboard),
    Attack("terms", "terminals of every name", _terms),
    Attack("endings", "how the program ends", _endings),
)
