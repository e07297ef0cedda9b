"""Pictures of the screens, at the sizes and in the looks that are promised.

`make snapshots` takes them anew; look at each that changed before it is kept, in its colors:
`python -m tests.app.picture tests/app/pictures/list/80x24-dark.txt`.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from tests.app.conftest import MakeVault
from tests.app.helpers import FakeClipboard, FakeClock, settle
from tests.app.picture import picture_of
from tests.app.test_import import open_file
from tests.backup.formats.authpro import entry, plain
from tui.app.app import OtpApp
from tui.app.widgets.file_tree import FileTree
from tui.config.schema import Config

PICTURES = Path(__file__).parent / "pictures"
Play = Callable[[Pilot[None]], Awaitable[None]]
Take = Callable[["Scene", tuple[int, int], str], Awaitable[str]]

SMALL, USUAL, LARGE, VAST = (40, 12), (80, 24), (120, 40), (200, 50)
LOOKS: dict[str, dict[str, Any]] = {
    "dark": {"theme": "otp-dark"},
    "light": {"theme": "otp-light"},
    "no-color": {},
    "ascii": {"ascii": "on"},
}
SHOTS = [(SMALL, "dark"), (USUAL, "light")]
MORE_SHOTS = [*SHOTS, (USUAL, "no-color"), (USUAL, "ascii")]
"""For a list, a form and a table, which cover the symbols and styles of all screens."""


@dataclass(frozen=True)
class Scene:
    """The steps before a picture is taken."""

    keys: tuple[str, ...] = ()
    play: Play | None = None
    """What to do after the keys."""
    vault: str = "open"
    """Or "locked", or "none"."""
    copies: bool = True
    """True if the clipboard works."""
    by_session: bool = False
    """True if the vault was opened without its password."""


def keys(*pressed: str, **more: Any) -> Scene:
    return Scene(pressed, **more)


async def fill_form(pilot: Pilot[None]) -> None:
    for field, text in (("issuer", "Shop"), ("account", "me"), ("secret", "JBSWY3DPEHPK3PX1")):
        found = pilot.app.screen.query_one(f"#{field}")
        found.focus()
        found.insert_text_at_cursor(text)  # type: ignore[attr-defined]
        await settle(pilot)


async def paste_several(pilot: Pilot[None]) -> None:
    uris = [f"otpauth://totp/Shop%20{name}:me?secret=JBSWY3DPEHPK3PXP" for name in "ABC"]
    pilot.app.post_message(events.Paste("\n".join(uris)))
    await settle(pilot)


async def load_tree(pilot: Pilot[None]) -> None:
    tree = pilot.app.screen.query_one(FileTree)
    deadline = time.monotonic() + 10
    while not tree.root.children:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.002)
    await settle(pilot)


async def preview(pilot: Pilot[None]) -> None:
    same = entry(Issuer="GitHub", Username="octocat", Secret="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    rows = [entry(Issuer=f"Shop {place}") for place in range(2)]
    Path("backup.json").write_bytes(
        plain(*rows, same, entry(Issuer="Broken", Secret="not base32!"), entry(Issuer="郵便局"))
    )
    await open_file(pilot, Path("backup.json"))
    await pilot.press("down")


SCENES = {
    "list": keys("j"),
    "search": keys("enter", "slash", "o", "r"),
    "trash": keys("d", "y", "d", "y", "shift+tab"),
    "add": keys("a", play=fill_form),
    "several": keys("a", play=paste_several),
    "edit": keys("j", "E"),
    "show": keys("j", "v"),
    "qr-code": keys("v", "r"),
    "ask-password": keys("v", "s", *"wrong", "enter", *"secret", by_session=True),
    "categories": keys("c", "down"),
    "delete": keys("d"),
    "settings": keys("comma", "down"),
    "palette": keys("colon", *"the"),
    "help": keys("question_mark"),
    "import": keys("i", play=load_tree),
    "import-preview": Scene(play=preview),
    "export": keys("e"),
    "not-copied": keys("enter", copies=False),
    "unlock": keys(*"secret", vault="locked"),
    "welcome": keys(*"long enough", vault="none"),
}
CASES = [
    *((scene, *shot) for scene in SCENES
      for shot in (MORE_SHOTS if scene in ("list", "edit", "export") else SHOTS)),
    *(("list", LARGE, look) for look in ("dark", "light", "ascii")),
    ("list", VAST, "dark"),
]  # fmt: skip


def file_of(scene: str, size: tuple[int, int], look: str) -> Path:
    return PICTURES / scene / f"{size[0]}x{size[1]}-{look}.txt"


@pytest.fixture
def vault_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A path that is the same on every machine, in a folder of the test."""
    downloads = tmp_path / "home" / "Downloads"
    (downloads / "photos").mkdir(parents=True)
    for name in ("backup.authpro", "phone.png", "notes [1].txt"):
        (downloads / name).touch()
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "COLORTERM", "COLORFGBG", "LANG", "LC_ALL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (("HOME", "home"), ("TERM", "xterm-256color"), ("TZ", "UTC0")):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("tui.app.symbols.locale_encoding", lambda: "utf-8")
    time.tzset()
    yield Path("vault", "personal.json")
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def take(
    vault_path: Path,
    make_vault: MakeVault,
    clock: FakeClock,
    clipboard: FakeClipboard,
    monkeypatch: pytest.MonkeyPatch,
) -> Take:
    """Return a function that takes a picture of a scene."""

    def make(scene: Scene, look: str) -> OtpApp:
        vault = None if scene.vault == "none" else make_vault()
        if vault and scene.vault == "locked":
            vault.close()
            vault = None
        if not scene.copies:
            clipboard.why_not = "No clipboard tool is installed. Install xclip or xsel."
        environ = {"NO_COLOR": "1"} if look == "no-color" else {}
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        settings = {"ascii": "off", "theme": "otp-dark", **LOOKS[look]}
        return OtpApp(
            vault_path,
            Config(**settings),
            clock=clock,
            clipboard=clipboard,
            vault=vault,
            environ=environ,
            config_file=Path("config.toml"),
            by_session=scene.by_session,
        )

    async def taken(scene: Scene, size: tuple[int, int], look: str) -> str:
        app = make(scene, look)
        async with app.run_test(size=size) as pilot:
            await settle(pilot)
            for key in scene.keys:
                await pilot.press(key)
                await settle(pilot)
            if scene.play:
                await scene.play(pilot)
            await settle(pilot)
            return picture_of(app)

    return taken


@pytest.mark.parametrize(
    ("scene", "size", "look"),
    [pytest.param(*case, id=f"{case[0]}-{case[1][0]}x{case[1][1]}-{case[2]}") for case in CASES],
)
async def test_the_screen_matches_its_picture(
    take: Take, request: pytest.FixtureRequest, scene: str, size: tuple[int, int], look: str
) -> None:
    taken = await take(SCENES[scene], size, look)
    path = file_of(scene, size, look)
    if request.config.getoption("new_pictures"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(taken, encoding="utf-8")
    assert path.exists(), "there is no such picture yet: make snapshots"
    kept = path.read_text(encoding="utf-8")
    changes = unified_diff(kept.splitlines(), taken.splitlines(), "kept", "now", "", "", 2, "")
    assert kept == taken, "\n".join(["the screen has changed:", *changes])


def test_every_picture_belongs_to_a_scene() -> None:
    assert set(PICTURES.rglob("*.txt")) == {file_of(*case) for case in CASES}


def test_no_picture_contains_local_paths() -> None:
    for picture in PICTURES.rglob("*.txt"):
        found = re.search(r"/(home|root|tmp|Users|work)\b|pytest", picture.read_text("utf-8"))
        assert found is None, (picture.name, found)
