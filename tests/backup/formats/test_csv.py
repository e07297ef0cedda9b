"""CSV tables of password managers, and the one that is written."""

from __future__ import annotations

import csv
import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backup.support import needs, recognize
from tests.strategies import documents
from tests.vault.support import entry
from tui.backup.export_plan import compare, plan_export, select
from tui.backup.formats.csv.columns import COLUMNS
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.registry import by_name
from tui.errors import FormatError
from tui.otp.entry import Binding, Category, Entry, OtpType
from tui.vault.document import Document

CSV = by_name("csv")
SECRET = "GEZDGNBVGY3TQOJQ"
URI = f"otpauth://totp/Example:ada?secret={SECRET}&issuer=Example"
TABLES = {
    "KeePassXC": (
        '"Group","Title","Username","Password","URL","Notes","TOTP","Icon","Last Modified"\n'
        f'"Root/Web","Site","ada","pw","","a note","{URI}","0",""\n"Root","No OTP",""'
    ),
    "1Password": (
        "Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes\r\n"
        f'Site,,ada,pw,{SECRET},true,false,"Web",a note\r\n'
    ),
    "Apple Passwords": (
        f"Title,URL,Username,Password,Notes,OTPAuth\nSite (ada),,ada,pw,a note,{URI}\n"
    ),
    "LastPass": (
        "url,username,password,totp,extra,name,grouping,fav\n"
        f"https://x,ada,pw,{SECRET},a note,Site,Web,1\n"
    ),
    "Dashlane": (
        "username,username2,username3,title,password,note,url,category,otpSecret\n"
        f"ada,,,Site,pw,a note,https://x,Web,{SECRET}\n"
    ),
    "another language": f"Titel,Benutzer,Einmalcode\nx,y,{URI}\nz,w,\n",
}


def read(text: str | bytes) -> Backup:
    data = text.encode() if isinstance(text, str) else text
    return CSV.read(data, Credentials())


def written(backup: Backup) -> str:
    assert CSV.write is not None
    return CSV.write(backup, Credentials()).decode()


def zipped(name: str, text: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, text)
    return made.getvalue()


def test_columns_with_the_same_name_are_all_read() -> None:
    data = f"Title,TOTP,TOTP\nSite,{SECRET},JBSWY3DPEHPK3PXP\n".encode()
    secrets = [each.secret.given for each in CSV.read(data, Credentials()).entries]
    assert secrets == [SECRET, "JBSWY3DPEHPK3PXP"]


@pytest.mark.parametrize("app", TABLES)
def test_the_tables_of_other_apps_are_read_without_their_passwords(app: str) -> None:
    text = TABLES[app]
    assert recognize(text.encode()) is CSV
    for data in (text, f"\N{ZERO WIDTH NO-BREAK SPACE}{text}"):
        backup = read(data)
        assert not backup.problems
        (found,) = backup.entries
        assert (found.account, found.secret.normal) == ("ada", SECRET)
        assert "pw" not in repr(backup) + found.note
        if app != "another language":
            assert found.note == "a note"
            assert found.issuer in ("Example", "Site")
        if "Web" in text:
            assert [each.name for each in backup.categories] == ["Web"]
        assert found.pinned is (app in ("1Password", "LastPass"))


def test_the_recycle_bin_of_keepassxc_becomes_the_trash() -> None:
    header = "Group,Title,Username,Password,URL,Notes,TOTP\n"
    backup = read(f"{header}Root/Recycle Bin,Old,,,,,{SECRET}\nRoot/A/B,New,,,,,{SECRET}\n")
    assert [(each.issuer, bool(each.deleted)) for each in backup.entries] == [
        ("Old", True),
        ("New", False),
    ]
    assert [each.name for each in backup.categories] == ["A/B"]


def test_what_is_in_groups_of_the_recycle_bin_is_in_the_trash_too() -> None:
    header = "Group,Title,Username,Password,URL,Notes,TOTP\n"
    (entry,) = read(f"{header}Root/Recycle Bin/Old,Old,,,,,{SECRET}\n").entries
    assert entry.deleted


@pytest.mark.parametrize("column", ["TOTP", "login_totp"])
def test_the_names_of_zoho_vault_are_read(column: str) -> None:
    """Its URIs have no names, and the user is inside another cell."""
    header = f"Password Name,Password URL,SecretData,Notes,{column},Folder Name\n"
    login = '"SecretType:Web Account\nUser Name:ada@example.org\nPassword:pw\n"'
    backup = read(f"{header}Site,,{login},n,otpauth://totp?secret={SECRET},Web\n")
    (entry,) = backup.entries
    assert (entry.issuer, entry.account) == ("Site", "ada@example.org")
    assert [each.name for each in backup.categories] == ["Web"]


def test_the_vault_of_proton_pass_becomes_a_category() -> None:
    row = f"login,GitHub,,,ada,pw,,otpauth://totp/x?secret={SECRET},,,Personal"
    header = "type,name,url,email,username,password,note,totp,createTime,modifyTime,vault"
    backup = read(f"{header}\n{row}\n")
    assert [each.name for each in backup.categories] == ["Personal"]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_spreadsheet_may_separate_columns_in_another_way(separator: str) -> None:
    rows = [
        ("Title", "Username", "OTPAuth"),
        ("Bank, Inc.", "ada", "otpauth://totp/Bank:ada?secret=JBSWY3DPEHPK3PXP"),
    ]
    text = "\n".join(separator.join(row) for row in rows)
    assert recognize(text.encode()) is by_name("csv")
    [found] = read(text).entries
    assert (found.issuer, found.account) == ("Bank", "ada")


def test_of_two_columns_with_the_same_name_the_first_is_used() -> None:
    (found,) = read(f"totp,title,title\n{SECRET},First,Second\n").entries
    assert found.issuer == "First"


def test_the_zip_of_dashlane_is_read() -> None:
    data = zipped("credentials.csv", TABLES["Dashlane"])
    assert recognize(data) is CSV
    assert needs(CSV, data) is Needs.NOTHING
    assert len(read(data).entries) == 1
    assert recognize(zipped("other.csv", TABLES["Dashlane"])) is not CSV


def test_a_row_that_fails_is_named() -> None:
    backup = read(f"title,totp\nGood,{SECRET}\nBad,0189\nAlso good,{SECRET}\n")
    assert len(backup.entries) == 2
    assert [each.what for each in backup.problems] == ["entry 2 (Bad)"]


@pytest.mark.parametrize(
    "data",
    [
        "",
        "title,totp\nx",
        'title,totp\nx,"cut',
        "title,username\na,b",
        "title,totp\n" + "x" * 200_000,
        b"title,totp\n\xff",
        "title,totp\n" + ",".join("x" * 2000),
    ],
)
def test_other_files_are_refused_or_have_no_entries(data: str | bytes) -> None:
    try:
        assert not read(data).entries
    except FormatError as error:
        assert str(error).endswith(".")  # noqa: PT017 - either is right


def test_the_table_has_the_columns_of_other_apps_and_no_formulas() -> None:
    work, odd = Category.named("Work"), Category.named('a, "b"', 1)
    rows = (
        entry(
            "=1+1", note="-2\nlines", pinned=True, categories=(Binding(odd.id), Binding(work.id))
        ),
        entry("'@x", OtpType.HOTP, counter=7, account="+49"),
        entry("Steam", OtpType.STEAM, digits=5, note="'quoted"),
    )
    plan = plan_export(CSV, Backup(rows, (work, odd)))
    assert not plan.left_out
    assert not plan.changed
    text = written(plan.backup)
    header, *cells = csv.reader(io.StringIO(text, newline=""))
    assert tuple(header) == COLUMNS
    assert not [cell for row in cells for cell in row if cell[:1] in set("=+-@\t\r")]
    assert [row[0] for row in cells] == ["'=1+1", "''@x", "Steam"]
    assert [row[2] for row in cells] == ["me", "'+49", "me"]
    assert cells[0][5].startswith("otpauth://totp/")
    assert cells[1][5].startswith("otpauth://hotp/")
    assert cells[2][5].startswith("steam://")
    back = read(text)
    assert compare(CSV, plan.backup, back) is None
    assert [each.issuer for each in back.entries] == ["=1+1", "'@x", "Steam"]
    assert {each.name for each in back.categories} == {"Work", 'a, "b"'}


@given(documents())
def test_every_plan_is_read_back_as_it_says(document: Document) -> None:
    plan = plan_export(CSV, select(document))
    assert compare(CSV, plan.backup, read(written(plan.backup))) is None


@given(st.sampled_from(sorted(TABLES)), st.integers(0, 200), st.binary(max_size=4))
def test_a_damaged_table_raises_only_our_errors(app: str, place: int, other: bytes) -> None:
    good = TABLES[app].encode()
    archive = zipped("credentials.csv", TABLES[app])
    for data in (good, archive):
        changed = data[:place] + other + data[place + 1 :]
        recognize(changed)
        needs(CSV, changed)
        for damaged in (changed, data[:place]):
            with suppress(FormatError):
                found = read(damaged)
                assert all(isinstance(each, Entry) for each in found.entries)


def test_short_rows_are_counted_with_the_columns_that_they_lack() -> None:
    with pytest.raises(FormatError, match="too many rows or columns"):
        read("totp" + ",x" * 999 + "\n" + "x\n" * 1001)


def test_two_otps_of_a_row_are_two_entries() -> None:
    other = "KRSXG5CTMVRXEZLU"
    table = (
        "title,otpSecret,otpUrl\r\n"
        f"Same,JBSWY3DPEHPK3PXP,otpauth://totp/Same?secret=jbswy3dpehpk3pxp\r\n"
        f"Two,JBSWY3DPEHPK3PXP,otpauth://totp/Two?secret={other}\r\n"
    ).encode()
    found = by_name("csv").read(table, Credentials()).entries
    first = "JBSWY3DPEHPK3PXP"
    assert [each.secret.normal.upper() for each in found] == [first, other, first]
