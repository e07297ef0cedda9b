"""Hostile names through commands, and through the app on a terminal."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from tests.cli.program import PASSWORD, Program
from tests.soak.report import Result
from tests.terminal.helpers import SECRET, AppTerminal, fill
from tests.vault.support import entry
from tui.otp.entry import Category
from tui.vault.vault import Vault

PAYLOADS = (
    "\x1b[2J", "\x1b]0;owned\x07", "\x1b]52;c;b3duZWQ=\x07", "\x1bP+q544e\x1b\\", "\x1b[6n",
    "\x9b2J", "\x9d0;owned\x9c", "\x90q\x9c", "\x00", "\x07", "\x08\x08\x08", "\r", "\n",
    "\x0b\x0c",
    "\x7f", "\x85", "\u2028", "\u2029", "\u202eevil", "\u2066x", "\u2069", "\u200e\u200f", "\u061c",
    "\u200b\u200c\u200d", "\ufeff", "\u00ad", "\u034f", "\u3164", "\u2800", "\u115f",
    "e" + "\u0301" * 300,
    "[/foo]", "[@click=app.quit]x[/]", "[bold red]", "[link=file:///etc/passwd]x[/link]", "\\[",
    "%s%n%x", "{0.__class__}", "$(id)", "`id`", "'; --", "../../x", "-rf", "--help",
    "\U000e0041\U000e007f",
    "\ufff9x\ufffa", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\ufffd",
    "x" * 5000, "\u4e2d" * 300, "\u0e33" * 200, "\u1160" * 50, "\ufdfd" * 9, "\ue000", "\uffff",
    "\U0010ffff",
    "\x1b_Gf=24\x1b\\", "\x1b[?1049l", "\x1bc", "\x18\x1a", "\x1b[201~",
)  # fmt: skip
_SEQUENCES = re.compile(
    r"\x1b\[[0-9;:?<>=]*[a-zA-Z]|\x1b\[[0-9;?]*\$p|\x1b\][0-9]*;[^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[=>78]"
    r"|\x1b[()][AB0]"
)
"""Control sequences that Textual and the painter write."""
_BAD_SEQUENCES = ("\x1b]0;owned", "\x1b]52;c;b3duZWQ", "\x1bP+q", "\x1b_G", "\x1bc", "owned\x07")

_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_TOP_OF_QR = "▀▀▀▀▀▀▀"


def hostile_names(most: int = len(PAYLOADS)) -> Result:
    """Show names in lists, codes, details, exports and on the app's screens."""
    chosen = PAYLOADS[:most]
    with tempfile.TemporaryDirectory() as folder:
        program = Program(Path(folder))
        fill(program)
        vault = Vault.open(program.vault, PASSWORD)
        made = tuple(
            entry(f"A{number} {text} z", account=f"a {text}", note=f"n {text}")
            for number, text in enumerate(chosen)
        )
        vault.change(lambda now: now.holding((*now.entries, *made)))
        vault.close()
        commands = 0
        for args in (
            ("list",), ("list", "--json"), ("code", "Nothing"), ("code", "z"), ("merge", "--yes"),
            ("show", "Registrar"), ("category",),
            ("export", "out.csv", "--format", "csv", "--plaintext"),
            *(("show", f"A{number} ") for number in range(len(chosen))),
            *(("edit", f"A{number} ", "--pinned") for number in range(0, len(chosen), 6)),
        ):  # fmt: skip
            done = program.open(*args)
            commands += 1
            for stream in (done.out, done.err):
                bad = {one for one in stream if unicodedata.category(one) in {"Cc", "Cf", "Cs"}}
                bad -= {"\n", "\u200d"}
                assert not bad, f"{args}: control characters: {sorted(map(hex, map(ord, bad)))}"
            assert "crashed" not in done.err, f"{args}: {done.err}"
        with program.cleanup, AppTerminal.of(program) as terminal:
            terminal.unlock()
            for _ in chosen:
                terminal.type("\x1b[B")
            for keys in (
                "i",
                "\x1b",
                "e",
                "\x1b",
                "/z",
                "\x1b",
                "?",
                "\x1b",
                "\x1b[6~",
                "d",
                "\x1b",
            ):
                terminal.type(keys)
                terminal.wait_for("")
                _ = terminal.display
            terminal.type("\x11")
            assert terminal.end(5.0) == 0
            _check_bytes(terminal)
    return Result(
        f"{len(chosen)} names in {commands} commands and on the app's screens",
        "no control character",
    )


def hostile_screens(chosen: Sequence[str] = PAYLOADS) -> Result:
    """Show names in dialogs, forms, details, QR codes, previews and file lists of the app."""
    shown = 0
    with tempfile.TemporaryDirectory() as folder:
        program = _with_names(Path(folder), chosen)
        with program.cleanup, AppTerminal.of(program) as terminal:
            terminal.unlock()

            def see(keys: str, *marks: str) -> None:
                nonlocal shown
                terminal.type(keys)
                terminal.wait_for(*marks)
                _check_screen(terminal, keys)
                shown += 1

            for _ in chosen:
                see("\x1b[B", "search")
                see("v", "s secret")
                see("s", "s hide secret")
                see("r", _TOP_OF_QR, "Esc")
                see("\x1b\x1b", "/ search")
                see("E", "^s save")
                see("\t\t\x14", "^s save")
                see("\x1b", "/ search")
                see("d", "y delete")
                see("\x1b", "/ search")
                see("c", "n new")
                see("\x1b[B\x1b[B", "n new")
                see("\x1b", "/ search")
                see("b", "Esc close")
                see("\x1b", "/ search")
            see(":copy", "Commands")
            see("\x1b[B" * 5, "Commands")
            see("\x1b", "/ search")
            see("i", "pick a file")
            see("names.txt\r", "↵ import", "↵ close")
            for _ in chosen:
                see("\x1b[B", "↵ import", "↵ close")
            see("\x1b\x1b", "/ search")
            see("M", "↵ merge")
            for _ in chosen:
                see("\x1b[B", "↵ merge")
            see("\x1b", "/ search")
            see("R", "show changes")
            see("\x1b[B\x1b[B", "show changes")
            see("\r", "↵ restore", "Nothing")
            see("\x1b\x1b", "/ search")
            see("e", "Repeat password")
            see("\x1b", "/ search")
            terminal.type("\x11")
            assert terminal.end(5.0) == 0
            _check_bytes(terminal)
    return Result(
        f"{len(chosen)} names in {shown:,} views of lists, details, QR codes, forms, dialogs and "
        "previews",
        "no control character, the frame intact",
    )


def _with_names(folder: Path, chosen: Sequence[str]) -> Program:
    """Return the program with names in entries, categories, a backup, and a conflict copy."""
    program = fill(Program(folder))
    config = folder / "config.toml"
    config.write_text(f"ask_again = false\n{config.read_text()}")
    names = [f"A{number} {text} z" for number, text in enumerate(chosen)]
    labels = [quote(name, errors="replace") for name in names]
    (folder / "names.txt").write_text(
        "".join(
            f"otpauth://totp/{label}?secret={SECRET[number % 9 :]}&issuer={number}\n"
            for number, label in enumerate(labels)
        )
    )
    vault = Vault.open(program.vault, PASSWORD)
    made = tuple(
        entry(name, account=f"a {text}", note=f"n {text}")
        for name, text in zip(names, chosen, strict=True)
    )
    vault.change(
        lambda now: replace(
            now.holding((*now.entries, *made)),
            categories=tuple(Category.named(f"C {name}"[:60]) for name in names[:20]),
        )
    )
    copy = program.vault.with_name("vault.conflict-\x1b[2J\u202e.json")
    copy.write_bytes(program.vault.read_bytes())
    copy.chmod(0o600)
    vault.change(lambda now: now.holding(now.entries[:2]))
    vault.close()
    other = Vault.open(copy, PASSWORD)
    other.change(
        lambda now: now.holding(replace(one, account=f"{one.account} 2") for one in now.entries)
    )
    other.close()
    return program


def _check_screen(terminal: AppTerminal, keys: str) -> None:
    lines = terminal.display
    where = "\n".join([repr(keys), *lines])
    bad = {one for one in "".join(lines) if unicodedata.category(one) in _INVISIBLE} - {"\u200d"}
    assert not bad, f"on the screen: {sorted(map(hex, map(ord, bad)))}\n{where}"
    assert lines[0].startswith(" otp-tui") or _TOP_OF_QR in where, where


def _check_bytes(terminal: AppTerminal) -> None:
    for text in _BAD_SEQUENCES:
        assert text not in terminal.all, f"on the terminal: {text!r}"
    left = _SEQUENCES.sub("", terminal.all)
    bad = {one for one in left if unicodedata.category(one) in _INVISIBLE}
    bad -= {"\r", "\n", "\x1b", "\u200d"}
    assert not bad, f"on the terminal: {sorted(map(hex, map(ord, bad)))}"
