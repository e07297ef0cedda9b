"""Chooses the app that a backup comes from, and tells how to get one out of it."""

from __future__ import annotations

from textual.message import Message
from textual.widgets import OptionList, Select

from tui.backup.apps import apps, how_to_export

AUTO_DETECT = "auto-detect"
_ANY_APP = "The app is detected from the file. Highlight an app to see how to export."


class AppSelect(Select[str]):
    """A selection of the known apps; by default, the app is detected from the file."""

    class HowTo(Message):
        """How to get a backup out of the highlighted app, or out of the chosen one."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text
            """Empty if there is nothing to show."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        self._apps = apps()
        super().__init__(
            [("Any app (auto-detect)", AUTO_DETECT), *((name, name) for name in self._apps)],
            value=AUTO_DETECT,
            allow_blank=False,
            compact=True,
            id=id,
        )

    @property
    def app_name(self) -> str:
        """Name of the chosen app; empty to detect it."""
        return "" if self.value == AUTO_DETECT else str(self.value)

    def on_mount(self) -> None:
        self.watch(self, "expanded", self._tell)
        self.watch(self, "value", self._tell)
        self.watch(self.query_one(OptionList), "highlighted", self._tell)

    def _tell(self) -> None:
        name, overlay = self.app_name, self.query_one(OptionList)
        if self.expanded and overlay.highlighted is not None:
            name = ["", *self._apps][overlay.highlighted]
        known = how_to_export(name) if name else ""
        self.post_message(self.HowTo(known or (_ANY_APP if self.expanded else "")))
