"""Pictures of the screens. `make snapshots` takes them anew; look at each before it is kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from tests.app.conftest import MakeApp, MakeVault
from tests.app.helpers import FakeClipboard, settle
from tests.app.test_import import open_file
from tests.formats.authpro import entry, plain

Compare = Callable[..., bool]
PICTURES = Path(__file__).parent / "__snapshots__" / "test_snapshots"


@pytest.fixture
def vault_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A path that is the same on every machine, in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    return Path("vault", "personal.json")


@pytest.fixture
def looks_the_same(snap_compare: Compare) -> Compare:
    """Return what compares an app with its picture, after some keys."""

    def compare(app: App[Any], *keys: str, size: tuple[int, int] = (80, 24)) -> bool:
        async def play(pilot: Pilot[None]) -> None:
            await settle(pilot)
            for key in keys:
                await pilot.press(key)
                await settle(pilot)

        return snap_compare(app, terminal_size=size, run_before=play)

    return compare


def test_the_codes(make_app: MakeApp, looks_the_same: Compare) -> None:
    assert looks_the_same(make_app(), "j")


def test_the_codes_while_searching_under_a_shared_countdown(
    make_app: MakeApp, looks_the_same: Compare
) -> None:
    app = make_app(countdown="shared")
    assert looks_the_same(app, "enter", "slash", "o", "r", size=(120, 40))


def test_the_door(make_app: MakeApp, make_vault: MakeVault, looks_the_same: Compare) -> None:
    make_vault().close()
    assert looks_the_same(make_app(vault=None), "s", "e", "c", "r", "e", "t")


def test_the_first_run(make_app: MakeApp, looks_the_same: Compare) -> None:
    assert looks_the_same(make_app(vault=None), *"long enough")


def test_what_an_import_would_do(make_app: MakeApp, snap_compare: Compare) -> None:
    app = make_app()
    same = entry(Issuer="GitHub", Username="octocat", Secret="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    rows = [entry(Issuer=f"Shop {place}") for place in range(2)]
    Path("backup.json").write_bytes(
        plain(*rows, same, entry(Issuer="Broken", Secret="not base32!"), entry(Issuer="郵便局"))
    )

    async def play(pilot: Pilot[None]) -> None:
        await open_file(pilot, Path("backup.json"))
        await pilot.press("down")
        await settle(pilot)

    assert snap_compare(app, run_before=play)


def test_the_keys(make_app: MakeApp, looks_the_same: Compare) -> None:
    assert looks_the_same(make_app(), "question_mark")


def test_a_code_that_was_not_copied(
    make_app: MakeApp, clipboard: FakeClipboard, looks_the_same: Compare
) -> None:
    clipboard.why_not = "No tool for the desktop's clipboard is installed. Install xclip or xsel."
    assert looks_the_same(make_app(), "enter")


def test_no_picture_shows_the_machine_it_was_taken_on() -> None:
    pictures = list(PICTURES.glob("*.svg"))
    assert pictures
    for picture in pictures:
        found = re.search(r"/(home|root|tmp|Users|work)\b|pytest", picture.read_text())
        assert found is None, (picture.name, found)
