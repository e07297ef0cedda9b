"""The entry form: typed fields, URIs, images; messages, and what is saved."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Button, Input, Select, TextArea

from tests.app.conftest import MakeApp, MakeVault
from tests.app.helpers import (
    PASSWORD,
    FakeClock,
    lines_of,
    on_disk,
    pass_time,
    press,
    sample_entries,
    settle,
    status_of,
    vault_of,
)
from tests.backup.test_sources import migration, picture
from tests.conftest import STRESS
from tui.app.app import OtpApp
from tui.app.screens.add_several import AddSeveralScreen
from tui.app.screens.choose_image import ImageScreen
from tui.app.screens.codes import CodesScreen
from tui.app.screens.confirm import ConfirmScreen
from tui.app.screens.entry_form import EntryFormScreen
from tui.app.screens.unlock import UnlockScreen
from tui.app.widgets.entry_fields import EntryFields
from tui.app.widgets.file_tree import FileTree
from tui.app.widgets.form_fields import FoldLine, FormInput, FormRow, LiveCode, NoteArea
from tui.app.widgets.path_input import PathInput
from tui.app.widgets.preview_list import PreviewList
from tui.app.widgets.status_line import StatusLine
from tui.errors import NotSavedError
from tui.otp.codes import code_at
from tui.otp.entry import Algorithm, Binding, Category, Entry, OtpType, category_id
from tui.otp.secret import Secret
from tui.vault.current import Current
from tui.vault.edit import add, edit
from tui.vault.locked_vault import LockedVault
from tui.vault.undo import Step, last_step, undo
from tui.vault.vault import Vault

SECRET = "JBSWY3DPEHPK3PXP"
URI = f"otpauth://totp/Shop:me?secret={SECRET}&issuer=Shop&digits=8&period=60&algorithm=SHA256"


OWN_FIELDS = {
    OtpType.HOTP: {"Algorithm", "Digits", "Counter"},
    OtpType.TOTP: {"Algorithm", "Digits", "Period"},
    OtpType.STEAM: set[str](),
    OtpType.MOTP: {"PIN"},
    OtpType.YANDEX: {"PIN"},
}


class Form:
    """An open form, and what it returned."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        self.said: list[str | None] = []
        self.screen: EntryFormScreen

    async def open(self, vault: Vault, entry: Entry | None = None) -> Form:
        await settle(self.pilot)
        self.screen = EntryFormScreen(vault, entry)
        self.pilot.app.push_screen(self.screen, self.said.append)
        await settle(self.pilot)
        return self

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await settle(self.pilot)

    async def type(self, name: str, text: str) -> None:
        """Type a text, all but its end at once, which is faster."""
        field = self.screen.query_one(f"#{name}")
        field.focus()
        if isinstance(field, TextArea):
            field.insert(text[:-1])
        elif isinstance(field, Input):
            field.insert_text_at_cursor(text[:-1])
        await self.press(text[-1])

    async def paste(self, text: str) -> None:
        self.pilot.app.post_message(events.Paste(text))
        await settle(self.pilot)
        await settle(self.pilot)

    def text(self, name: str) -> str:
        return self.screen.query_one(f"#{name}", Input).value

    @property
    def in_front(self) -> bool:
        return self.pilot.app.screen is self.screen

    def row(self, name: str) -> FormRow:
        return next(row for row in self.screen.query(FormRow) if row.label == name)

    def mistakes(self) -> dict[str, str]:
        return {row.label: row.mistake for row in self.screen.query(FormRow) if row.mistake}

    @property
    def code(self) -> str:
        return lines_of(self.screen.query_one(LiveCode))[0].strip()

    @property
    def warning(self) -> str:
        """The message, if it is a warning."""
        status = self.screen.query_one(StatusLine)
        return status.message if status.tone == "warning" else ""

    @property
    def more(self) -> bool:
        return bool(self.screen.query_one("#more").display)

    @property
    def on_screen(self) -> str:
        """All text that the screen shows."""
        strips = self.screen._compositor.render_strips()
        return "\n".join("".join(part.text for part in strip) for strip in strips)


def one(vault: Vault) -> Entry:
    (entry,) = vault.entries
    return entry


# --- by hand --------------------------------------------------------------------------------


async def test_an_entry_is_typed_its_code_compared_and_saved(
    make_app: MakeApp, make_vault: MakeVault, vault_path: Path, clock: FakeClock
) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault)
        await form.press(*"Shop", "enter", *"me", "enter")
        assert "324" not in form.code
        assert app.focused is form.screen.query_one("#secret")
        await form.type("secret", SECRET.lower())
        expected = code_at(Entry(type=OtpType.TOTP, issuer="", secret=Secret.base32(SECRET)),
                           clock.now()).text  # fmt: skip
        assert form.code.startswith(f"{expected[:3]} {expected[3:]}")
        assert form.code.endswith("expires in 10 s")
        assert vault.entries == ()
        await form.press("enter")
        assert form.said == ["Added Shop (me)."]
    made = one(LockedVault.read(vault_path, clock).unlock(PASSWORD))
    assert (made.type, made.issuer, made.account, made.secret.normal, made.digits, made.period) == (
        OtpType.TOTP, "Shop", "me", SECRET, 6, 30,
    )  # fmt: skip
    assert made.created == int(clock.now())


async def test_the_code_follows_the_clock(
    pilot: Pilot[None], vault: Vault, clock: FakeClock
) -> None:
    form = await Form(pilot).open(vault, vault.entries[0])
    before = form.code
    await pass_time(pilot, clock, 1)
    assert form.code.split()[:2] == before.split()[:2]
    assert "expires in 9 s" in form.code
    await pass_time(pilot, clock, 9)
    assert form.code.split()[:2] != before.split()[:2]
    assert "expires in 30 s" in form.code


async def test_a_mistake_is_shown_once_its_field_was_edited(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault)
        assert form.mistakes() == {}
        await form.type("secret", "ABC1")
        assert list(form.mistakes()) == ["Secret"]
        assert "base32" in form.mistakes()["Secret"]
        await form.press("backspace")
        assert form.mistakes() == {}
        await form.press("ctrl+s")
        assert list(form.mistakes()) == ["Issuer"]
        assert app.focused is form.screen.query_one("#issuer")
        assert "Not saved" in status_of(app)
        assert vault.entries == ()


async def test_a_mistake_behind_more_is_shown_at_save(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault)
        await form.type("issuer", "Shop")
        await form.type("secret", SECRET)
        await form.press("ctrl+t")
        await form.type("digits", "12")
        assert form.mistakes() == {"Digits": "A whole number from 1 to 10."}
        await form.press("ctrl+t")
        assert not form.more
        await form.press("ctrl+s")
        assert form.more
        assert app.focused is form.screen.query_one("#digits")
        assert vault.entries == ()


async def test_a_type_shows_its_own_fields(make_app: MakeApp, make_vault: MakeVault) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 40)) as pilot:
        form = await Form(pilot).open(vault)
        for kind, shown in OWN_FIELDS.items():
            form.screen.query_one("#type", Select).value = kind
            await settle(pilot)
            there = {row.label for row in form.screen.query(FormRow) if row.display}
            always = {
                "Type",
                "Issuer",
                "Account",
                "Secret",
                "Code",
                "Categories",
                "SSH",
                "Note",
            }
            assert there == always | shown, kind
            assert form.more == ("PIN" in shown), kind
            if form.more:
                await form.press("ctrl+t")
            words = str(form.screen.query_one(FoldLine).render())
            assert all((name if name == "PIN" else name.lower()) in words for name in shown)


@pytest.mark.terminal(80, 40)
async def test_default_digits_change_with_the_type(pilot: Pilot[None], vault: Vault) -> None:
    form = await Form(pilot).open(vault, vault.entries[2])
    form.screen.query_one("#type", Select).value = OtpType.TOTP
    await settle(pilot)
    assert form.text("digits") == ""
    await form.press("ctrl+s")
    assert (vault.entries[2].type, vault.entries[2].digits) == (OtpType.TOTP, 6)


@pytest.mark.terminal(80, 40)
async def test_no_code_of_a_counter_is_shown_before_the_next_counter_is_saved(
    pilot: Pilot[None], vault: Vault
) -> None:
    form = await Form(pilot).open(vault, vault.entries[3])
    assert form.code == "Save, then press Space in the list for the next code."
    assert form.more


async def test_more_opens_by_key_and_by_click(make_app: MakeApp, make_vault: MakeVault) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault)
        assert not form.more
        await form.press("ctrl+t")
        assert form.more
        await form.press("f3")
        assert not form.more
        await pilot.click(FoldLine)
        await settle(pilot)
        assert form.more


async def test_enter_goes_through_the_form(make_app: MakeApp, make_vault: MakeVault) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault)
        seen = []
        for _ in range(4):
            seen.append(app.focused.id if app.focused else None)
            await form.press("tab")
        assert seen == ["issuer", "account", "secret", None]
        assert isinstance(app.focused, Button)


# --- the secret ---------------------------------------------------------------------------


async def test_the_secret_is_dots_until_a_key_shows_it(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault)
        await form.type("secret", SECRET)
        assert SECRET not in form.on_screen
        await form.press("ctrl+r")
        assert SECRET in form.on_screen
        await form.press("shift+home", "ctrl+x")
        assert app.clipboard == ""
        assert form.text("secret") == SECRET
        await form.press("f2")
        assert SECRET not in form.on_screen


@pytest.mark.terminal(80, 40)
async def test_a_lock_drops_the_secret(app: OtpApp, pilot: Pilot[None], vault: Vault) -> None:
    form = await Form(pilot).open(vault, vault.entries[4])
    await form.press("ctrl+r")
    fields = form.screen.query_one(EntryFields)
    inputs = list(form.screen.query(FormInput))
    note = form.screen.query_one(NoteArea)
    assert fields.draft.secret
    app.lock()
    await settle(pilot)
    assert isinstance(app.screen, UnlockScreen)
    assert [field.value for field in inputs] == [""] * len(inputs)
    assert note.text == ""
    assert (fields.draft.secret, fields.draft.pin) == ("", "")
    assert [part.text for part in fields.code.segments(40)] == [""]
    kept = {name: repr(value) for name, value in vars(form.screen).items()}
    assert kept["_before"] == kept["_made"] == kept["_start"] == "None"


async def test_ctrl_l_locks(app: OtpApp, pilot: Pilot[None], vault: Vault) -> None:
    form = await Form(pilot).open(vault)
    await form.press(*"Sh", "ctrl+l")
    assert isinstance(app.screen, UnlockScreen)


async def test_a_secret_that_the_vault_has_is_reported_and_allowed(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    entries, _ = sample_entries()
    vault = make_vault(entries[:1], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault)
        await form.type("issuer", "Twin")
        await form.type("secret", "gezd gnbv-gy3tqojq gezdgnbvgy3tqojq")
        assert form.warning == "GitHub (octocat) already has this secret."
        await form.press("ctrl+s")
        assert len(vault.entries) == 1
        await form.press("y")
        assert form.said == ["Added Twin."]
        assert len(vault.entries) == 2


async def test_a_secret_that_is_probably_cut_is_reported_and_allowed(
    pilot: Pilot[None], vault: Vault
) -> None:
    form = await Form(pilot).open(vault)
    await form.type("issuer", "Shop")
    await form.type("secret", "me!")
    assert form.code == "correct the form first"
    await form.press("backspace")
    assert form.warning == "The secret has only 2 characters. Most have 16 or more."
    await form.press(*"mememememememe")
    assert form.warning == ""


async def test_a_pasted_uri_with_a_doubtful_secret_is_not_said_to_be_fine(
    pilot: Pilot[None], vault: Vault
) -> None:
    form = await Form(pilot).open(vault)
    await form.paste("otpauth://totp/Shop?secret=GEZDGNBV")
    said = "Form filled in. The secret has only 8 characters. Most have 16 or more."
    assert form.warning == said
    await form.type("secret", "GEZDGNBV")
    assert form.warning == ""
    await form.paste("otpauth://totp/Other?secret=GEZDGNBVGY")
    assert form.warning.startswith("This replaced the entry in the form")
    assert form.warning.endswith("The secret has only 10 characters. Most have 16 or more.")


async def test_a_secret_that_another_program_added_meanwhile_is_not_added_again(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    entries, _ = sample_entries()
    vault = make_vault(entries[4:5], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault)
        await form.type("issuer", "Twin")
        await form.type("secret", "gezd gnbv-gy3tqojq gezdgnbvgy3tqojq")
        assert form.warning == ""
        on_disk(app).change(lambda document: add(document, entries[:1], 0))
        await form.press("ctrl+s")
        assert form.in_front
        said = "GitHub (octocat) already has this secret. Save again to add it anyway."
        assert status_of(app) == said
        assert {entry.issuer for entry in vault.entries} == {"GitHub", entries[4].issuer}
        await form.press("ctrl+s", "y")
        assert form.said == ["Added Twin."]
        assert len(vault.entries) == 3


async def test_a_form_shows_what_another_program_changes_meanwhile(
    make_app: MakeApp, make_vault: MakeVault, clock: FakeClock
) -> None:
    vault = make_vault(sample_entries()[0][:1], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault, vault.entries[0])
        form.screen.query_one("#issuer", Input).value = ""
        await form.type("issuer", "Mine")
        before = vault.entries[0]
        on_disk(app).change(lambda made: edit(made, before, {"account": "theirs"}, 9))
        vault.refresh()
        await pass_time(pilot, clock, 1)
        assert (form.text("issuer"), form.text("account")) == ("Mine", "theirs")
        await form.press("ctrl+s")
        assert [each.label for each in vault.entries] == ["Mine (theirs)"]


async def test_a_change_of_another_program_is_not_replaced_without_saying_so(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    vault = make_vault(sample_entries()[0][:1], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault, vault.entries[0])
        form.screen.query_one("#account", Input).value = ""
        await form.type("account", "mine")
        before = vault.entries[0]
        changes = {"account": "theirs", "issuer": "Theirs"}
        on_disk(app).change(lambda made: edit(made, before, changes, 9))
        await form.press("ctrl+s")
        assert form.in_front
        assert "changed the account of Theirs (theirs) meanwhile. Try again" in status_of(app)
        await form.press("ctrl+s")
        assert [each.label for each in vault.entries] == ["Theirs (mine)"]


async def test_the_focused_field_stays_in_view_when_the_terminal_shrinks(
    pilot: Pilot[None], vault: Vault
) -> None:
    form = await Form(pilot).open(vault)
    await form.press("ctrl+t")
    field = form.screen.query_one(NoteArea)
    field.focus()
    await settle(pilot)
    await pilot.resize_terminal(80, 12)
    await settle(pilot)
    assert form.screen.query_one("#form").region.contains_region(field.region)


async def test_an_entry_does_not_warn_of_itself(make_app: MakeApp, make_vault: MakeVault) -> None:
    entries, _ = sample_entries()
    vault = make_vault(entries[:1], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault, vault.entries[0])
        assert form.warning == ""


# --- URIs ----------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [(), ("slash", "g", "i")], ids=["list", "search"])
async def test_a_uri_pasted_into_the_list_opens_the_form(
    make_app: MakeApp, make_vault: MakeVault, before: tuple[str, ...]
) -> None:
    app = make_app(make_vault([], []))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, *before)
        app.post_message(events.Paste(f"{URI}\n"))
        await settle(pilot)
        assert isinstance(app.screen, EntryFormScreen)
        assert app.screen.query_one("#issuer", Input).value == "Shop"
        await press(pilot, "ctrl+s")
        await settle(pilot)
        assert [entry.issuer for entry in vault_of(app).entries] == ["Shop"]
        assert status_of(app) == "Added Shop (me)."


async def test_a_second_uri_says_that_the_first_is_not_saved(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    app = make_app(make_vault([], []))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.post_message(events.Paste(URI))
        app.post_message(events.Paste(URI.replace("Shop", "Barn").replace(SECRET, SECRET[::-1])))
        await settle(pilot)
        assert app.screen.query_one("#issuer", Input).value == "Barn"
        assert status_of(app).startswith("This replaced the entry in the form, which was not")


async def test_a_uri_pasted_while_a_code_is_picked_is_not_shown(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    app = make_app(make_vault())
    app.pick = ""
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.post_message(events.Paste(URI))
        await settle(pilot)
        assert isinstance(app.screen, CodesScreen)
        assert app.screen.search_text == ""
        app.post_message(events.Paste("git"))
        await settle(pilot)
        assert app.screen.search_text == "git"


async def test_a_uri_pasted_into_a_new_vault_opens_the_form(make_app: MakeApp) -> None:
    app = make_app(vault=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, *PASSWORD, "enter", *PASSWORD, "enter")
        await settle(pilot)
        app.post_message(events.Paste(URI))
        await settle(pilot)
        assert isinstance(app.screen, EntryFormScreen)
        assert app.screen.query_one("#issuer", Input).value == "Shop"


@pytest.mark.parametrize("name", ["type", "note", "category", "save"])
async def test_a_uri_pasted_anywhere_fills_in_the_form(
    make_app: MakeApp, make_vault: MakeVault, name: str
) -> None:
    """Account, secret and digits are fields like the issuer."""
    vault = make_vault([], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 40)) as pilot:
        form = await Form(pilot).open(vault)
        await form.press("ctrl+t")
        form.screen.query_one(f"#{name}").focus()
        await settle(pilot)
        await form.paste(f"{URI}\n")
        assert (form.text("issuer"), form.text("account"), form.text("secret")) == (
            "Shop", "me", SECRET,
        )  # fmt: skip
        assert (form.text("digits"), form.text("period")) == ("8", "60")
        assert form.screen.query_one("#algorithm", Select).value is Algorithm.SHA256
        assert form.screen.query_one("#note", TextArea).text == form.text("category") == ""
        assert form.more
        assert SECRET not in form.on_screen
        await form.press("enter")
        made = one(vault)
        assert (made.issuer, made.digits, made.period, made.algorithm) == (
            "Shop", 8, 60, Algorithm.SHA256,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("issuer", "ctrl+s"), ("secret", "tab"), ("note", "enter"), ("category", "enter"),
    ],
)  # fmt: skip
async def test_a_typed_uri_is_never_shown_and_then_read(
    make_app: MakeApp, make_vault: MakeVault, name: str, key: str
) -> None:
    uri = f"otpauth://totp/Shop:me?secret={SECRET}"
    vault = make_vault([], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 40)) as pilot:
        form = await Form(pilot).open(vault)
        await form.press("ctrl+t")
        await form.type(name, uri)
        assert SECRET not in form.on_screen
        assert "totp" not in form.on_screen
        await form.press(key)
        assert (form.text("issuer"), form.text("account"), form.text("secret")) == (
            "Shop", "me", SECRET,
        )  # fmt: skip
        assert form.screen.query_one("#note", TextArea).text == form.text("category") == ""
        assert SECRET not in form.on_screen
        assert vault.entries == ()


async def test_a_wrong_uri_is_reported_where_it_was_typed_and_not_saved(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault)
        await form.type("secret", SECRET)
        await form.type("issuer", "otpauth://totp/Shop?digits=6")
        await form.press("enter")
        assert form.mistakes() == {"Issuer": "The URI has no secret."}
        await form.press("ctrl+s")
        assert vault.entries == ()


async def test_a_wrong_uri_that_is_pasted_changes_nothing(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault)
        await form.type("issuer", "Shop")
        await form.paste("otpauth://totp/x?secret=0189")
        assert form.text("issuer") == "Shop"
        assert "base32" in status_of(app)
        assert "0189" not in form.on_screen


async def test_other_text_is_pasted_as_text(make_app: MakeApp, make_vault: MakeVault) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 40)) as pilot:
        form = await Form(pilot).open(vault)
        await form.paste("Shop")
        assert form.text("issuer") == "Shop"
        await form.press("ctrl+t")
        form.screen.query_one("#note").focus()
        await settle(pilot)
        await form.paste("two\nlines")
        assert form.screen.query_one("#note", TextArea).text == "two\nlines"


async def test_a_uri_of_a_type_with_a_pin_asks_for_it(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 40)) as pilot:
        form = await Form(pilot).open(vault)
        await form.paste("motp://VPN:ops?secret=e3152afee62599c8")
        assert app.focused is form.screen.query_one("#pin")
        await form.press(*"1234", "ctrl+s")
        assert (one(vault).type, one(vault).pin) == (OtpType.MOTP, "1234")


async def test_the_icon_that_a_uri_names_is_kept(make_app: MakeApp, make_vault: MakeVault) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault)
        await form.paste(f"otpauth://totp/Shop:me?secret={SECRET}&icon=shop")
        await form.press("enter")
        assert one(vault).icon == "shop"


# --- several ---------------------------------------------------------------------------------


def several_lines(app: OtpApp) -> list[str]:
    return [line for line in lines_of(app.screen.query_one(PreviewList)) if line.strip()]


async def test_several_entries_are_listed_and_new_ones_added_as_one_step(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    entries, _ = sample_entries()
    vault = make_vault(entries[:1], [])
    app = make_app(vault)
    here = "otpauth://totp/GitHub:octocat?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault)
        await form.paste("\n".join([*migration(12), here]))
        assert isinstance(app.screen, AddSeveralScreen)
        assert len(several_lines(app)) == 13
        assert "Site 11" in several_lines(app)[11]
        assert "13 entries. Enter adds 12. 1 already in the vault." in status_of(app)
        await form.press("enter")
        assert form.said == ["12 entries added, 1 already in the vault."]
        assert len(vault.entries) == 13
        assert last_step(vault.document) == Step("addition of 12 entries")
        assert undo(vault.document, 0).entries == tuple(entries[:1])


async def test_two_typed_uris_are_both_offered(make_app: MakeApp, make_vault: MakeVault) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault)
        uris = [f"otpauth://totp/{name}:me?secret={SECRET}&issuer={name}" for name in "AB"]
        await form.type("issuer", " ".join(uris))
        await form.press("enter")
        assert isinstance(app.screen, AddSeveralScreen)
        await form.press("enter")
        assert [entry.issuer for entry in vault.entries] == ["A", "B"]


async def test_several_entries_can_be_deselected_or_canceled(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault)
        await form.paste(migration(3)[0])
        assert status_of(app).startswith("3 entries. Enter adds all.")
        await form.press("escape")
        assert form.in_front
        assert vault.entries == ()
        await form.paste(migration(3)[0])
        await form.press("space")
        assert "Enter adds 2" in status_of(app)
        await form.press("enter")
        assert [each.issuer for each in vault.document.entries] == ["Site 1", "Site 2"]
        assert form.said == ["2 entries added, 1 not selected."]


async def test_a_missing_part_is_reported(make_app: MakeApp, make_vault: MakeVault) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    first, second = migration(11)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault)
        await form.paste(first)
        assert "part 2 of 2 is missing" in status_of(app)
        await form.press("escape")
        await form.paste(second)
        assert form.in_front
        assert form.text("issuer") == "Site 10"
        assert "part 1 of 2 is missing" in status_of(app)


async def test_several_entries_do_not_fit_into_one(
    app: OtpApp, pilot: Pilot[None], vault: Vault
) -> None:
    form = await Form(pilot).open(vault, vault.entries[0])
    await form.paste(migration(3)[0])
    assert form.in_front
    assert "Found 3 entries" in status_of(app)
    assert form.text("issuer") == "GitHub"


# --- pictures ----------------------------------------------------------------------------------


async def test_an_image_fills_in_the_form(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    (tmp_path / "shot.png").write_bytes(picture(URI))
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault)
        await form.press("ctrl+o")
        assert isinstance(app.screen, ImageScreen)
        field = app.screen.query_one(PathInput)
        field.value = f"{tmp_path}/sh"
        field.cursor_position = len(field.value)
        await form.press("tab")
        assert field.value == f"{tmp_path}/shot.png"
        await form.press("enter")
        await settle(pilot)
        assert form.in_front
        assert (form.text("issuer"), form.text("digits")) == ("Shop", "8")


async def test_all_codes_of_an_image_are_offered(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    path = tmp_path / "phone.png"
    path.write_bytes(picture(URI, *migration(2)))
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault)
        await form.press("ctrl+o")
        app.screen.query_one(PathInput).value = str(path)
        await form.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, AddSeveralScreen)
        await form.press("enter")
        assert form.said == ["3 entries added."]


async def test_a_file_that_is_not_an_image_is_reported_and_escape_goes_back(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path
) -> None:
    vault = make_vault([], [])
    app = make_app(vault)
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault)
        await form.press("ctrl+o")
        app.screen.query_one(PathInput).value = str(path)
        await form.press("enter")
        assert "notes.txt: The file is not an image" in status_of(app)
        await form.press("escape")
        assert form.in_front


# --- changing -----------------------------------------------------------------------------------


async def test_a_change_keeps_the_fields_that_the_form_does_not_show(
    make_app: MakeApp, make_vault: MakeVault, vault_path: Path, clock: FakeClock
) -> None:
    entries, categories = sample_entries()
    was = replace(entries[1], pinned=True, copy_count=7, created=5, icon="shop", note="a\nb",
                  extra={"x-mine": 1}, updated=5, revision=3)  # fmt: skip
    vault = make_vault([was], categories)
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault, was)
        await form.press("end", *" two", "ctrl+s")
        assert form.said == ["Changed Registrar two (ops@example.org)."]
        assert last_step(vault.document) == Step("change of Registrar (ops@example.org)")
        assert undo(vault.document, 0).entries[0].issuer == "Registrar"
    now = one(LockedVault.read(vault_path, clock).unlock(PASSWORD))
    assert now == replace(was, issuer="Registrar two", updated=int(clock.now()), revision=4)


async def test_a_counter_that_was_used_meanwhile_is_not_lowered(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    entries, _ = sample_entries()
    vault = make_vault([entries[3]], [])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault, entries[3])
        vault.take_hotp(entries[3].id)
        await form.press("end", "s", "ctrl+s")
        assert (one(vault).issuer, one(vault).counter) == ("Banks", 13)


async def test_nothing_is_saved_without_a_change(make_app: MakeApp, make_vault: MakeVault) -> None:
    vault = make_vault()
    app = make_app(vault)
    before = vault.document
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault, vault.entries[6])
        await form.press("ctrl+s")
        assert form.said == [None]
        assert vault.document == before


async def test_categories_are_selected_and_created_in_the_same_step(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    entries, categories = sample_entries()
    vault = make_vault([entries[0]], categories)
    before = vault.document
    app = make_app(vault)
    async with app.run_test(size=(80, 40)) as pilot:
        form = await Form(pilot).open(vault, entries[0])
        assert form.more
        form.screen.query_one("CheckboxList").focus()
        await form.press("space", "down", "space", "tab", *"Home", "enter", *"Other", "ctrl+s")
        names = {each.id: each.name for each in vault.document.categories}
        assert [names[place.category] for place in one(vault).categories] == [
            "Work", "Home", "Other",
        ]  # fmt: skip
        assert undo(vault.document, 0).categories == before.categories
        assert [place.category for place in undo(vault.document, 0).entries[0].categories] == [
            category_id("Web")
        ]


async def test_a_new_entry_can_be_in_categories(make_app: MakeApp, make_vault: MakeVault) -> None:
    web = Category.named("Web")
    vault = make_vault([], [web])
    app = make_app(vault)
    async with app.run_test(size=(80, 40)) as pilot:
        form = await Form(pilot).open(vault)
        await form.type("issuer", "Shop")
        await form.type("secret", SECRET)
        await form.press("ctrl+t")
        await form.type("category", "Web")
        await form.press("ctrl+s")
        assert one(vault).categories == (Binding(web.id, 0),)
        assert vault.document.categories == (web,)


@pytest.mark.terminal(80, 40)
async def test_a_note_can_have_several_lines(pilot: Pilot[None], vault: Vault) -> None:
    form = await Form(pilot).open(vault, vault.entries[0])
    form.screen.query_one("#note").focus()
    await form.press(*"one", "enter", *"two", "ctrl+s")
    assert vault.entries[0].note == "one\ntwo"


async def test_a_box_marks_an_entry_for_forwarding(pilot: Pilot[None], vault: Vault) -> None:
    form = await Form(pilot).open(vault, vault.entries[0])
    await form.press("ctrl+t")
    form.screen.query_one("#forward").focus()
    await form.press("space", "ctrl+s")
    assert vault.entries[0].forward
    form = await Form(pilot).open(vault, vault.entries[0])
    await pilot.click("#forward")
    await form.press("ctrl+s")
    assert not vault.entries[0].forward


async def test_an_entry_that_is_gone_is_reported(make_app: MakeApp, make_vault: MakeVault) -> None:
    vault = make_vault()
    app = make_app(vault)
    gone = vault.entries[0]
    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault, gone)
        vault.change(lambda document: replace(document, entries=document.entries[1:]))
        await form.press("x", "ctrl+s")
        assert form.in_front
        assert form.said == []
        assert status_of(app)


# --- leaving --------------------------------------------------------------------------------------


async def test_escape_closes_at_once_if_nothing_was_typed(
    app: OtpApp, pilot: Pilot[None], vault: Vault
) -> None:
    form = await Form(pilot).open(vault, vault.entries[7])
    await form.press("escape")
    assert form.said == [None]
    assert isinstance(app.screen, CodesScreen)


async def test_escape_asks_before_typing_is_lost(
    app: OtpApp, pilot: Pilot[None], vault: Vault
) -> None:
    form = await Form(pilot).open(vault)
    await form.press("S", "escape")
    assert isinstance(app.screen, ConfirmScreen)
    await form.press("n")
    assert form.in_front
    assert form.text("issuer") == "S"
    await form.press("escape", "y")
    assert form.said == [None]


async def test_escape_does_not_leave_while_the_form_is_being_saved(
    app: OtpApp, pilot: Pilot[None], held: tuple[threading.Event, threading.Event]
) -> None:
    begun, go_on = held
    await press(pilot, "E", "S", "ctrl+s")
    assert await asyncio.to_thread(begun.wait, 5)
    await pilot.press("escape")
    assert isinstance(app.screen, EntryFormScreen)
    go_on.set()
    await settle(pilot)
    assert isinstance(app.screen, CodesScreen)
    assert status_of(app).startswith("Changed ")


async def test_quitting_goes_on_when_the_save_that_it_waits_for_ends(
    app: OtpApp,
    pilot: Pilot[None],
    held: tuple[threading.Event, threading.Event],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, go_on = held
    monkeypatch.setattr("tui.app.ending_app.SAVING", 0.01)
    await press(pilot, "E", "S", "ctrl+s")
    assert await asyncio.to_thread(begun.wait, 5)
    await pilot.press("ctrl+q")
    async with asyncio.timeout(10):
        while not isinstance(app.screen, ConfirmScreen):
            await pilot.pause()
        go_on.set()
        while app.is_running:
            await pilot.pause()
    assert app.return_code == 0


async def test_if_saving_fails_the_change_is_kept_and_reported_as_unsaved(
    make_app: MakeApp, make_vault: MakeVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = make_vault([], [])
    app = make_app(vault)

    def fail(*_: object, **__: object) -> None:
        raise NotSavedError("The disk is full.")

    async with app.run_test(size=(80, 24)) as pilot:
        form = await Form(pilot).open(vault)
        monkeypatch.setattr(Current, "write", fail)
        await form.type("issuer", "Shop")
        await form.type("secret", SECRET)
        await form.press("enter")
        assert form.said == ["NOT SAVED. The disk is full."]
        assert one(vault).issuer == "Shop"
        assert not vault.saved
        monkeypatch.undo()


# --- small ---------------------------------------------------------------------------------------


@pytest.mark.terminal(40, 12)
async def test_the_whole_form_can_be_reached_on_a_small_terminal(
    app: OtpApp, pilot: Pilot[None], vault: Vault
) -> None:
    form = await Form(pilot).open(vault)
    shown = form.on_screen
    assert all(word in shown for word in ("Type", "Secret", "Code", "More", "Save"))
    await form.press("ctrl+t")
    form.screen.query_one("#type").focus()
    await settle(pilot)
    for _ in range(12):
        focused = app.focused
        assert focused is not None
        assert focused.region.height > 0
        assert form.screen.query_one("#form").region.contains_region(focused.region)
        await form.press("tab")


async def test_every_type_opens_and_names_are_not_markup(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    vault = make_vault(categories=[Category.named("[/x] \x1b]52;c;QQ\x07")])
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        for index in (2, 3, 6, 7) if STRESS else (3, 7):
            form = await Form(pilot).open(vault, vault.entries[index])
            await form.press("ctrl+t", "ctrl+t")
            assert not {"\x1b", "\u202e"} & set(form.on_screen)
            assert form.mistakes() == {}
            await form.press("escape")
            assert form.said == [None]


async def test_a_form_with_all_fields_fits_in_24_lines(app: OtpApp, pilot: Pilot[None]) -> None:
    await press(pilot, "a", "ctrl+t")
    form = app.screen.query_one("#form", VerticalScroll)
    assert app.screen.query_one("#more").display
    assert form.max_scroll_y == 0


async def test_not_saved_is_shown_until_the_mistake_is_corrected(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await press(pilot, "a", *"Forge", "ctrl+s")
    assert status_of(app).startswith("Not saved")
    await press(pilot, *"JBSWY3DPEHPK3PXP")
    assert not status_of(app)


async def test_typing_does_not_lay_out_the_screen(
    pilot: Pilot[None], vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = await Form(pilot).open(vault)
    await form.type("issuer", "ab")
    laid_out = []
    real = Screen._refresh_layout

    def lay_out(screen: Screen[object], *args: Any, **more: Any) -> None:
        laid_out.append(screen)
        real(screen, *args, **more)

    monkeypatch.setattr(Screen, "_refresh_layout", lay_out)
    await form.press("c")
    assert form.text("issuer") == "abc"
    assert laid_out == []


async def test_another_window_does_not_read_a_uri_that_is_being_typed(
    pilot: Pilot[None], vault: Vault
) -> None:
    form = await Form(pilot).open(vault)
    await form.type("issuer", URI[:45])
    pilot.app.post_message(events.AppBlur())
    await settle(pilot)
    assert form.text("secret") == ""


async def test_only_images_are_offered_as_images(
    make_app: MakeApp, make_vault: MakeVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.app.screens.choose_image.first_folder", lambda *_: tmp_path)
    for name in ("code.PNG", "backup.json", "folder/x"):
        tmp_path.joinpath(name).parent.mkdir(exist_ok=True)
        tmp_path.joinpath(name).write_bytes(b"")
    app = make_app(make_vault([], []))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.push_screen(ImageScreen())
        await settle(pilot)
        tree = app.screen.query_one(FileTree)
        while not tree.root.children:  # it loads in a thread of its own
            await asyncio.sleep(0.01)
        names = {node.data.path.name for node in tree.root.children if node.data}
        assert {"code.PNG", "folder"} <= names
        assert "backup.json" not in names
