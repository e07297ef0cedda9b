"""An app with a small vault, a clock that tests advance and a clipboard that they read."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from textual._styles_cache import StylesCache
from textual.pilot import Pilot

from tests.app.fast_pilot import expect_held_work, make_fast
from tests.app.helpers import PASSWORD, FakeClipboard, FakeClock, sample_entries, settle
from tui.app.app import OtpApp
from tui.config.schema import Config, KdfConfig
from tui.crypto.kdf import Argon2Params
from tui.otp.entry import Category, Entry
from tui.session import Session
from tui.vault.document import Document
from tui.vault.locked_vault import LockedVault
from tui.vault.store import Store
from tui.vault.vault import Vault

MakeVault = Callable[..., Vault]
MakeApp = Callable[..., OtpApp]
WEAK = KdfConfig(memory_mib=19, time_cost=2, parallelism=1)
"""The cheapest key derivation that a vault may have."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, keys_once: None) -> Iterator[None]:
    make_fast(monkeypatch)
    yield
    # It keeps the widgets of earlier apps, which the collector scans whenever an app locks.
    StylesCache.get_inner_outer.cache_clear()


@pytest.fixture(scope="session")
def empty_vault(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a vault with nothing in it, made once."""
    path = tmp_path_factory.mktemp("empty") / "vault.json"
    Vault.create(path, PASSWORD, Argon2Params(2, 19456, 1), FakeClock()).close()
    return path.read_bytes()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def clipboard() -> FakeClipboard:
    return FakeClipboard()


@pytest.fixture
def vault_path(tmp_path: Path) -> Path:
    return tmp_path / "vault" / "personal.json"


@pytest.fixture
def make_vault(vault_path: Path, clock: FakeClock, empty_vault: bytes) -> MakeVault:
    def make(
        entries: Sequence[Entry] | None = None, categories: Sequence[Category] | None = None
    ) -> Vault:
        vault_path.parent.mkdir(mode=0o700, exist_ok=True)
        # Some tests make it again, which would look like a restored file.
        shutil.rmtree(os.environ["XDG_STATE_HOME"], ignore_errors=True)
        vault_path.write_bytes(empty_vault)
        vault_path.chmod(0o600)
        vault = LockedVault.read(vault_path, clock).unlock(PASSWORD)
        made, named = sample_entries()
        filled = Document(
            entries=tuple(made if entries is None else entries),
            categories=tuple(named if categories is None else categories),
        )
        vault.change(lambda _: filled)
        return vault

    return make


@pytest.fixture
def make_app(
    vault_path: Path, clock: FakeClock, clipboard: FakeClipboard, make_vault: MakeVault
) -> MakeApp:
    """Return a function that creates apps, with the sample entries unless `vault` is given."""

    def make(
        vault: Vault | str | None = "sample",
        session: Session | None = None,
        by_session: bool = False,
        **settings: Any,
    ) -> OtpApp:
        opened = make_vault() if isinstance(vault, str) else vault
        if opened is None:  # it may be created
            settings.setdefault("kdf", WEAK)
        return OtpApp(
            vault_path,
            Config(**settings),
            clock=clock,
            clipboard=clipboard,
            vault=opened,
            environ={},
            session=session,
            by_session=by_session,
        )

    return make


@pytest.fixture
def vault(make_vault: MakeVault) -> Vault:
    """An open vault with the sample entries."""
    return make_vault()


@pytest.fixture
def app(request: pytest.FixtureRequest, make_app: MakeApp, vault: Vault) -> OtpApp:
    """The app on that vault, unlocked, with the settings of the mark `config`."""
    mark = request.node.get_closest_marker("config")
    return make_app(vault, **(mark.kwargs if mark else {}))


@pytest.fixture
async def pilot(request: pytest.FixtureRequest, app: OtpApp) -> AsyncIterator[Pilot[None]]:
    """A pilot of that app, which shows the list on a terminal of 80 by 24 or as marked."""
    mark = request.node.get_closest_marker("terminal")
    async with app.run_test(size=mark.args if mark else (80, 24)) as pilot:
        await settle(pilot)
        yield pilot


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Return what is set when the app begins to save, in a thread, and what lets it go on."""
    begun, go_on, real = threading.Event(), threading.Event(), Store.replace

    def slow(self: Store, *args: Any, **more: Any) -> None:
        if threading.current_thread() is not threading.main_thread():
            begun.set()
            go_on.wait(5)
        real(self, *args, **more)

    monkeypatch.setattr(Store, "replace", slow)
    expect_held_work(monkeypatch)
    return begun, go_on
