"""KeePass databases: all that is read, and what is written as pykeepass reads it."""

from __future__ import annotations

import base64
import hashlib
import io
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backup.formats.kdbx import (
    AES_ID,
    ARGON2D_ID,
    ARGON2ID_ID,
    CHACHA_ID,
    PASSWORD,
    SECRET,
    URI,
    Kdbx4,
    Stream,
    composite,
    document,
    entry,
    kdbx3,
    slow_aes_kdf,
)
from tests.backup.support import needs, recognize, site
from tui.backup.export_plan import plan_export
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.registry import by_name
from tui.crypto import kdf
from tui.crypto.stream import Salsa20
from tui.errors import BackupPasswordError
from tui.otp.entry import Algorithm, Binding, Category, Entry, Icon, OtpType

KEEPASS = by_name("keepass")
CREDENTIALS = Credentials(PASSWORD, kdf=kdf.Argon2Params(1, 8, 1))
KEY = bytes(range(32))


def read(content: str, meta: str = "", **more: Any) -> Backup:
    return KEEPASS.read(Kdbx4(document(content, meta), **more).build(), CREDENTIALS)


def one(**strings: str) -> Entry:
    """Return the entry that is read from these strings, protected as usual."""
    backup = read(entry(Stream(3), **strings))
    assert not backup.problems
    (found,) = backup.entries
    return found


def argon2(kind: bytes, version: int) -> dict[str, tuple[int, bytes]]:
    return {
        "$UUID": (0x42, kind),
        "S": (0x42, b"s" * 32),
        "I": (5, struct.pack("<Q", 2)),
        "M": (5, struct.pack("<Q", 16 * 1024)),
        "P": (4, struct.pack("<I", 2)),
        "V": (4, struct.pack("<I", version)),
    }


# -- containers ------------------------------------------------------------------------------


@pytest.mark.parametrize("cipher", [AES_ID, CHACHA_ID], ids=["AES", "ChaCha20"])
@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize(
    "derivation",
    [{}, argon2(ARGON2D_ID, 0x13), argon2(ARGON2ID_ID, 0x13), argon2(ARGON2D_ID, 0x10)],
    ids=["AES-KDF", "Argon2d", "Argon2id", "Argon2d 1.0"],
)
def test_every_form_of_kdbx_4_is_read(cipher: bytes, compressed: bool, derivation: Any) -> None:
    made = Kdbx4(cipher=cipher, compressed=compressed, kdf=derivation, attachments=(b"x" * 99,))
    data = made.build()
    found = recognize(data)
    assert found is KEEPASS
    assert needs(KEEPASS, data) == Needs.PASSWORD | Needs.KEY_FILE
    (github,) = KEEPASS.read(data, CREDENTIALS).entries
    assert (github.issuer, github.account, github.secret.given) == ("GitHub", "ada", SECRET)


@pytest.mark.parametrize("stream", [2, 3], ids=["Salsa20", "ChaCha20"])
@pytest.mark.parametrize("compressed", [True, False])
def test_kdbx_3_is_read(stream: int, compressed: bool) -> None:
    inner = Stream(stream)
    rows = "".join(
        entry(inner, Title=f"Site {n}", Password="p" * n * 7, otp=URI.replace("GitHub", f"S{n}"))
        for n in range(40)
    )
    data = kdbx3(document(rows), stream=stream, compressed=compressed)
    assert needs(KEEPASS, data) == Needs.PASSWORD | Needs.KEY_FILE
    found = KEEPASS.read(data, CREDENTIALS).entries
    assert [each.issuer for each in found] == [f"S{n}" for n in range(40)]


def test_many_blocks_are_read() -> None:
    assert KEEPASS.read(Kdbx4(block=64).build(), CREDENTIALS).entries


@pytest.mark.parametrize("version", [3, 4])
def test_a_wrong_password_is_told_from_damage(version: int) -> None:
    data = Kdbx4().build() if version == 4 else kdbx3(document(entry(otp=URI)))
    with pytest.raises(BackupPasswordError, match=r"^Wrong password\.$"):
        KEEPASS.read(data, Credentials("another"))
    with pytest.raises(BackupPasswordError, match="needs its password or its key file"):
        KEEPASS.read(data, Credentials())


def test_aes_kdf_equals_its_definition() -> None:
    for rounds in (1, 2, 1000):
        assert kdf.aes_kdf(KEY, b"s" * 32, rounds) == slow_aes_kdf(KEY, b"s" * 32, rounds)


def test_slices_of_aes_kdf_follow_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kdf, "_SLICE", 64)
    assert kdf.aes_kdf(KEY, b"s" * 32, 1001) == slow_aes_kdf(KEY, b"s" * 32, 1001)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 200) | st.just(9000)), max_size=8))
def test_salsa20_equals_another_implementation(parts: list[tuple[bool, int]]) -> None:
    """Across the blocks that are computed at a time, too."""
    from Cryptodome.Cipher import Salsa20 as Other

    other, own = Other.new(key=KEY, nonce=b"n" * 8), Salsa20(KEY, b"n" * 8)
    for passed, length in parts:
        expected = other.encrypt(b"\x55" * length)
        if passed:
            own.skip(length)
        else:
            assert own.xor(b"\x55" * length) == expected


# -- keys ------------------------------------------------------------------------------------

HEX = KEY.hex().upper()
GROUPS = " ".join(HEX[at : at + 8] for at in range(0, 64, 8))
V1 = (
    "<?xml version='1.0'?><KeyFile><Meta><Version>1.00</Version></Meta>"
    f"<Key><Data>{base64.b64encode(KEY).decode()}</Data></Key></KeyFile>"
)
V2 = (
    "<?xml version='1.0'?><KeyFile><Meta><Version>2.0</Version></Meta><Key>"
    f"<Data Hash='{hashlib.sha256(KEY).hexdigest()[:8]}'>\n {GROUPS}\n</Data></Key></KeyFile>"
)
OTHER = b"any file at all\n"
KEY_FILES = {
    "XML 1": (V1.encode(), KEY),
    "XML 2": (V2.encode(), KEY),
    "XML 2 with a mark": (b"\xef\xbb\xbf" + V2.encode(), KEY),
    "32 bytes": (KEY, KEY),
    "64 hex digits": (HEX.lower().encode(), KEY),
    "any": (OTHER, hashlib.sha256(OTHER).digest()),
    "other XML": (b"<a><KeyFile/></a>", hashlib.sha256(b"<a><KeyFile/></a>").digest()),
}


@pytest.mark.parametrize("name", KEY_FILES)
@pytest.mark.parametrize("password", [PASSWORD, None, ""])
def test_key_files_of_all_kinds_open(name: str, password: str | None) -> None:
    """With a password, without one, and with an empty one."""
    file, key = KEY_FILES[name]
    data = Kdbx4(key=composite(password, key)).build()
    assert KEEPASS.read(data, Credentials(password or "", key_file=file)).entries
    with pytest.raises(BackupPasswordError, match="Wrong password or key file"):
        KEEPASS.read(data, Credentials(password or "", key_file=b"another file"))


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (V2.replace("00010203", "00010204"), "damaged"),
        (V2.replace(GROUPS, "00"), "damaged"),
        (V2.replace(GROUPS, "not hex"), "damaged"),
        (V1.replace("AAEC", "A?EC"), "damaged"),
        (V1.replace("1.00", "3.0"), "version"),
    ],
)
def test_a_damaged_key_file_is_reported(file: str, words: str) -> None:
    with pytest.raises(BackupPasswordError, match=words):
        KEEPASS.read(Kdbx4().build(), Credentials(PASSWORD, key_file=file.encode()))


# -- one-time passwords ----------------------------------------------------------------------

SHA256 = Algorithm.SHA256
STYLES: dict[str, tuple[dict[str, str], dict[str, object]]] = {
    "URI": ({"otp": URI + "&digits=8&period=60"}, {"digits": 8, "period": 60}),
    "URI of Steam": ({"otp": URI + "&encoder=steam"}, {"type": OtpType.STEAM}),
    "URI of HOTP": (
        {"otp": URI.replace("totp", "hotp") + "&counter=7"},
        {"type": OtpType.HOTP, "counter": 7},
    ),
    "URI without names": (
        {"otp": f"otpauth://totp/?secret={SECRET}", "Title": "A: b/c", "UserName": "me@x"},
        {"issuer": "A: b/c", "account": "me@x"},
    ),
    "URI without issuer": (
        {"otp": f"otpauth://totp/me?secret={SECRET}", "Title": "Site"},
        {"issuer": "Site", "account": "me"},
    ),
    "URI without account": (
        {"otp": f"otpauth://totp/?secret={SECRET}&issuer=X", "Title": "Site", "UserName": "you"},
        {"issuer": "X", "account": "you"},
    ),
    "secret alone": ({"otp": "gezd gnbv gy3t qojq", "Title": "Site"}, {"issuer": "Site"}),
    "KeeOtp": (
        {"otp": "key=HXDMVJECJJWSRBY%3d&step=25&size=8&otpHashMode=Sha256"},
        {"digits": 8, "period": 25, "algorithm": SHA256},
    ),
    "KeeOtp, counter": (
        {"otp": f"key={SECRET}&type=hotp&counter=9"},
        {"type": OtpType.HOTP, "counter": 9},
    ),
    "seed": (
        {"TOTP_Seed": SECRET.lower(), "TOTP_Settings": "60;8"},
        {"digits": 8, "period": 60},
    ),
    "seed of Steam": (
        {"TOTP_Seed": SECRET, "TOTP_Settings": "30;S"},
        {"type": OtpType.STEAM, "digits": 5},
    ),
    "seed without settings": ({"TOTP_Seed": SECRET}, {"digits": 6, "period": 30}),
    "KeePass, base32": (
        {
            "TimeOtp__Secret__Base32": SECRET,
            "TimeOtp__Algorithm": "HMAC-SHA-256",
            "TimeOtp__Length": "8",
            "TimeOtp__Period": "45",
        },
        {"digits": 8, "period": 45, "algorithm": SHA256},
    ),
    "KeePass, text": ({"TimeOtp__Secret": "12345678901234567890"}, {"digits": 6}),
    "KeePass, hex": ({"TimeOtp__Secret__Hex": b"1234567890".hex() * 2}, {}),
    "KeePass, base64": (
        {"TimeOtp__Secret__Base64": base64.b64encode(b"1234567890" * 2).decode()},
        {},
    ),
    "KeePass, counter": (
        {"HmacOtp__Secret__Base32": SECRET, "HmacOtp__Counter": "12"},
        {"type": OtpType.HOTP, "counter": 12},
    ),
}


@pytest.mark.parametrize("name", STYLES)
def test_every_way_to_keep_a_secret_is_read(name: str) -> None:
    strings, expected = STYLES[name]
    found = one(**{"Title": "Title", "UserName": "user", "Notes": "a\nnote", **strings})
    assert {each: getattr(found, each) for each in expected} == expected
    assert found.note == "a\nnote"
    if name not in ("KeeOtp", "secret alone"):
        assert found.secret.key == b"1234567890" * 2
    if "://" not in strings.get("otp", ""):
        assert found.account == strings.get("UserName", "user")


def test_a_secret_kept_in_two_ways_is_one_entry_and_a_counter_is_another() -> None:
    rows = entry(
        Title="Both",
        otp=URI,
        TOTP_Seed=SECRET,
        TimeOtp__Secret__Base32=SECRET,
        HmacOtp__Secret__Hex="00ff",
    )
    assert [each.type for each in read(rows).entries] == [OtpType.TOTP, OtpType.HOTP]


def test_entries_without_codes_are_no_problem_and_bad_ones_are_named() -> None:
    rows = [
        entry(Title="Login", Password="x", otp=""),
        entry(Title="Bad", otp="otpauth://totp/x?secret=1"),
        entry(Title="Zero", TOTP_Seed=SECRET, TOTP_Settings="0;6"),
        entry(Title="Hash", otp=f"key={SECRET}&otpHashMode=Md5"),
        entry(Title="Hex", TimeOtp__Secret__Hex="xyz"),
        entry(Title="Good", otp=URI),
    ]
    backup = read("".join(rows))
    assert len(backup.entries) == 1
    assert [each.what for each in backup.problems] == [
        "entry 1 (Bad)",
        "entry 2 (Zero)",
        "entry 3 (Hash)",
        "entry 4 (Hex)",
    ]


def test_protected_values_take_the_stream_in_order_with_history_and_passwords() -> None:
    stream = Stream(3)
    old = entry(stream, Password="older", otp="otpauth://totp/Old?secret=AAAA")
    rows = [
        entry(stream, Title="A", Password="s3cret"),
        f"<Entry><History>{old}</History>{entry(stream, Title='B', otp=URI)[7:]}",
        entry(stream, Title="C", Password="", otp=URI.replace("GitHub", "Last")),
    ]
    backup = read("".join(rows))
    assert [each.issuer for each in backup.entries] == ["GitHub", "Last"]
    assert not backup.problems


def test_groups_and_tags_become_categories_and_the_recycle_bin_is_the_trash() -> None:
    def group(name: str, content: str, uuid: str = "") -> str:
        return f"<Group><UUID>{uuid}</UUID><Name>{name}</Name>{content}</Group>"

    def named(name: str, tags: str = "") -> str:
        return entry(None, f"<Tags>{tags}</Tags>", otp=URI.replace("GitHub", name))

    old = base64.b64encode(b"the bin's number").decode()
    content = (
        named("top")
        + group("Work", named("inner", "Web;Work") + group("Mail", named("deep", "Web, old")))
        + group("Bin", named("gone", "Web") + group("Mail", named("deeper")), old)
    )
    backup = read(content, f"<RecycleBinUUID>{old}</RecycleBinUUID>")
    names = {each.id: each.name for each in backup.categories}
    found = {
        each.issuer: ([names[place.category] for place in each.categories], bool(each.deleted))
        for each in backup.entries
    }
    assert found == {
        "top": ([], False),
        "inner": (["Work", "Web"], False),
        "deep": (["Work/Mail", "Web", "old"], False),
        "gone": (["Web"], True),
        "deeper": ([], True),
    }


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_an_xml_export_is_read_without_a_password(start: bytes) -> None:
    row = entry(Title="Shop", UserName="ada", Password="pw", TimeOtp__Secret__Base32=SECRET)
    row = row.replace("<Value>", '<Value ProtectInMemory="True">')
    old = f"<Group><UUID>AAE=</UUID><Name>Bin</Name>{entry(otp=URI)}</Group>"
    data = start + document(
        f"<Group><UUID>x</UUID><Name>Work</Name>{row}</Group>{old}",
        "<Generator>KeePass</Generator><RecycleBinUUID>AAE=</RecycleBinUUID>",
    )
    assert recognize(data) is KEEPASS
    assert needs(KEEPASS, data) is Needs.NOTHING
    backup = KEEPASS.read(data, Credentials())
    assert [(each.issuer, each.account, bool(each.deleted)) for each in backup.entries] == [
        ("Shop", "ada", False),
        ("GitHub", "ada", True),
    ]
    assert [each.name for each in backup.categories] == ["Work"]
    assert "pw" not in repr(backup)


def test_custom_icons_are_kept_as_they_are() -> None:
    image = base64.b64encode(b"\x89PNG not decoded").decode()
    icons = f"<CustomIcons><Icon><UUID>AAAA</UUID><Data>{image}</Data></Icon></CustomIcons>"
    backup = read(
        entry(None, "<CustomIconUUID>AAAA</CustomIconUUID>", otp=URI)
        + entry(None, "<CustomIconUUID>BBBB</CustomIconUUID>", otp=URI),
        icons,
    )
    (icon,) = backup.icons
    assert icon == Icon(icon.id, image)
    assert [each.icon for each in backup.entries] == [f"@{icon.id}", None]


@pytest.mark.parametrize("version", [3, 4])
def test_pykeepass_reads_the_fixtures_of_these_tests(version: int) -> None:
    """Otherwise the builder could be wrong in the same way as the reader."""
    from pykeepass import PyKeePass

    inner = Stream(2 if version == 3 else 3)
    xml = document(entry(inner, Title="GitHub", Password="p" * 99, otp=URI))
    key = composite(PASSWORD, KEY)
    data = kdbx3(xml, key=key) if version == 3 else Kdbx4(xml, key=key).build()
    found = PyKeePass(io.BytesIO(data), password=PASSWORD, keyfile=io.BytesIO(V2.encode()))
    (github,) = found.entries
    assert (github.title, github.password, github.otp) == ("GitHub", "p" * 99, URI)
    assert KEEPASS.read(data, Credentials(PASSWORD, key_file=V2.encode())).entries


# -- writing ---------------------------------------------------------------------------------


def written(backup: Backup, credentials: Credentials = CREDENTIALS) -> bytes:
    assert KEEPASS.write is not None
    return KEEPASS.write(backup, credentials)


def test_pykeepass_reads_what_is_written() -> None:
    from pykeepass import PyKeePass

    work = Category.named("Work")
    entries = (
        site(issuer="GitHub", note="a <note>\r\nof two lines", categories=(Binding(work.id),)),
        site(issuer="Count", type=OtpType.HOTP, counter=7, ranking=1),
        site(issuer="Steam", type=OtpType.STEAM, digits=5, ranking=2),
        site(issuer="Short", digits=3, algorithm=Algorithm.SHA512, ranking=3),
    )
    data = written(Backup(entries, (work,)))
    with pytest.raises(BackupPasswordError):
        KEEPASS.read(data, Credentials("another"))
    found = PyKeePass(io.BytesIO(data), password=PASSWORD)
    github, count, steam, short = found.entries
    secret = entries[0].secret.normal
    assert github.otp == f"otpauth://totp/GitHub%3Aada?secret={secret}&issuer=GitHub"
    assert (github.title, github.username, github.tags) == ("GitHub", "ada", ["Work"])
    assert github.notes == entries[0].note
    assert count.otp is None
    assert count.get_custom_property("HmacOtp-Secret-Base32") == secret
    assert count.get_custom_property("HmacOtp-Counter") == "7"
    assert steam.otp.endswith("&encoder=steam")
    assert short.get_custom_property("TimeOtp-Algorithm") == "HMAC-SHA-512"
    assert short.get_custom_property("TimeOtp-Length") == "3"


def test_a_database_that_pykeepass_saves_is_read() -> None:
    from pykeepass import PyKeePass

    made = PyKeePass(io.BytesIO(written(Backup((site(issuer="GitHub"),)))), password=PASSWORD)
    group = made.add_group(made.root_group, "Mail")
    made.add_entry(group, "Mail", "me", "a password", otp=URI.replace("GitHub", "Mail"))
    saved = io.BytesIO()
    made.save(saved)
    backup = KEEPASS.read(saved.getvalue(), CREDENTIALS)
    assert [each.issuer for each in backup.entries] == ["GitHub", "Mail"]
    assert [each.name for each in backup.categories] == ["Mail"]


def test_what_keepass_cannot_store_is_named() -> None:
    odd, good = Category.named("a;b"), Category.named("Work")
    both = (Binding(odd.id), Binding(good.id))
    planned = plan_export(
        KEEPASS,
        Backup(
            (
                site(issuer="Fine", categories=both, note="bell \x07"),
                site(issuer="Moving", type=OtpType.MOTP),
                site(issuer="Eight", type=OtpType.HOTP, digits=8),
            ),
            (odd, good),
        ),
    )
    assert [each.reason for each in planned.left_out] == [
        "KeePass doesn't support Mobile-OTP",
        "KeePass supports counter-based codes only with SHA1 and 6 digits",
    ]
    assert [each.reason for each in planned.changed] == [
        "it is removed from the category “a;b”",
        "its note loses control characters",
    ]
    back = KEEPASS.read(written(planned.backup), CREDENTIALS)
    assert back.categories == planned.backup.categories == (good,)
    assert [each.note for each in back.entries] == ["bell "]


def test_counters_and_names_are_read_back() -> None:
    entries = (
        site(issuer="Count", type=OtpType.HOTP, counter=2**63 - 1),
        site(issuer="Steam", account="as TOTP", ranking=1),
        site(issuer="", account="lone", ranking=2),
        site(issuer="<&>\"'", account="%3A ]]>", ranking=3),
    )
    planned = plan_export(KEEPASS, Backup(entries))
    assert (planned.left_out, planned.changed) == ((), ())
    back = KEEPASS.read(written(planned.backup), CREDENTIALS).entries
    for was, now in zip(entries, back, strict=True):
        fields = ("type", "issuer", "account", "counter", "secret", "digits", "period")
        assert [getattr(was, each) for each in fields] == [getattr(now, each) for each in fields]


def test_a_key_file_is_used_for_writing_too() -> None:
    both = Credentials(PASSWORD, key_file=OTHER, kdf=CREDENTIALS.kdf)
    data = written(Backup((site(),)), both)
    assert KEEPASS.read(data, both).entries
    with pytest.raises(BackupPasswordError):
        KEEPASS.read(data, CREDENTIALS)
