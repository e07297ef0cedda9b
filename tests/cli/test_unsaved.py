"""Commands save what the app couldn't save before it locked the vault."""

from __future__ import annotations

import os
from unittest.mock import patch

import pytest

from tests.cli.program import PASSWORD, Program
from tui.errors import NotSavedError
from tui.vault.store import Store
from tui.vault.unsaved import keep
from tui.vault.vault import Vault


def test_the_next_command_saves_it_and_says_so(filled: Program) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("no room")

    vault = Vault.open(filled.vault, PASSWORD)
    with patch.object(Store, "replace", full), pytest.raises(NotSavedError):
        vault.change(lambda document: document.holding(()))
    with patch.dict(os.environ, filled.env):
        assert keep(vault) is not None
    first = filled.open("list")
    assert (first.code, first.out) == (0, "")
    assert "Saved the changes" in first.err
    assert "Saved the changes" not in filled.open("list").err
    assert Vault.open(filled.vault, PASSWORD).entries == ()
