"""The table of docs/backup-formats.md, from the formats that there are.

`python -m tests.docs_table` writes it into the document.
"""

from __future__ import annotations

from pathlib import Path

import tui
from tui.backup.model import Format, Needs
from tui.backup.registry import sources, targets

DOCUMENT = Path(tui.__file__).parents[1] / "docs" / "backup-formats.md"
BEGIN = "<!-- formats: made by python -m tests.docs_table -->\n"
END = "<!-- end of formats -->\n"
COLUMNS = ("name", "what it is", "usual endings", "import", "export", "encrypted", "asks for")
ASKED = {
    Needs.PASSWORD: "password",
    Needs.USERNAME: "username",
    Needs.SERVER_SECRET: "server's secret",
}


def table() -> str:
    """Return the table, with a line break at its end."""
    written = {each.name for each in targets()}
    lines = [COLUMNS, tuple("---" for _ in COLUMNS)]
    lines += [_line(each, each.name in written) for each in sources()]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def in_document() -> str:
    """Return what stands between the marks."""
    return DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]


def _line(each: Format, written: bool) -> tuple[str, ...]:
    asked = ", ".join(word for need, word in ASKED.items() if need in each.asks)
    return (
        f"`{each.name}`",
        each.label,
        ", ".join(f"`{suffix}`" for suffix in each.suffixes),
        "yes",
        "yes" if written else "no",
        "yes" if each.encrypted else "**no**",
        asked or "nothing",
    )


if __name__ == "__main__":
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    DOCUMENT.write_text(before + BEGIN + table() + END + rest.partition(END)[2], encoding="utf-8")
