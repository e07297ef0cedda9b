"""Damaged and hostile KeePass databases: one clear sentence in bounded time."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backup.formats.kdbx import (
    AES_ID,
    ARGON2ID_ID,
    MAGIC,
    PASSWORD,
    TWOFISH_ID,
    URI,
    Kdbx4,
    Stream,
    document,
    entry,
    kdbx3,
)
from tests.backup.support import needs, recognize
from tui.backup.formats.keepass import container, xml_reader
from tui.backup.formats.keepass.otp_fields import entries_of
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.registry import by_name
from tui.crypto import kdf
from tui.crypto.stream import ChaCha20, Salsa20
from tui.errors import BackupPasswordError, EntryError, FormatError

KEEPASS = by_name("keepass")
CREDENTIALS = Credentials(PASSWORD)
GOOD = {"KDBX 4": Kdbx4().build(), "KDBX 3": kdbx3(document(entry(otp=URI)))}
HEADERS = {"KDBX 4": len(Kdbx4().header()), "KDBX 3": GOOD["KDBX 3"].index(b"\r\n\r\n") + 4}


def read(data: bytes) -> Backup:
    return KEEPASS.read(data, CREDENTIALS)


def refused(data: bytes) -> str:
    """Return the one sentence that a file is refused with."""
    with pytest.raises(FormatError) as caught:
        read(data)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    message = str(caught.value)
    assert message.endswith(".")
    assert message.isprintable()
    assert len(message) < 120
    return message


# -- containers ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GOOD)
def test_a_file_that_is_cut_anywhere_is_refused(name: str) -> None:
    data = GOOD[name]
    for length in [*range(0, len(data), 7), *range(len(data) - 40, len(data))]:
        message = refused(data[:length])
        if 12 <= length < HEADERS[name]:
            assert message == "The KeePass database is incomplete."
            assert needs(KEEPASS, data[:length]) == Needs.NOTHING


@pytest.mark.parametrize("name", GOOD)
def test_a_changed_bit_is_found_or_harmless(name: str) -> None:
    """KDBX 3 doesn't authenticate the version, flags or the end of its header."""
    data = GOOD[name]
    rounds = data.index(b"\x06\x08\x00") if name == "KDBX 3" else 0
    for place in range(0, len(data), 5):
        if rounds < place < rounds + 11:
            continue  # up to 10^8 rounds
        changed = bytearray(data)
        changed[place] ^= 1
        if name == "KDBX 4":
            refused(bytes(changed))
            continue
        try:
            read(bytes(changed))
        except FormatError:
            continue
        assert place < HEADERS[name] or place > len(data) - 64


def test_what_was_changed_is_said_as_far_as_it_can_be_known() -> None:
    end = HEADERS["KDBX 4"]
    for place, message in (
        (end - 1, "The KeePass database is damaged."),
        (end + 5, "The KeePass database is damaged."),
        (end + 40, "Wrong password."),
        (end + 70, "The KeePass database is damaged."),
        (len(GOOD["KDBX 4"]) - 1, "The KeePass database is incomplete."),
    ):
        changed = bytearray(GOOD["KDBX 4"])
        changed[place] ^= 1
        assert refused(bytes(changed)) == message


def test_bytes_after_the_end_are_ignored() -> None:
    assert read(GOOD["KDBX 4"] + b"more").entries
    assert read(GOOD["KDBX 3"] + bytes(32)).entries


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (Kdbx4(cipher=TWOFISH_ID).header() + bytes(200), "encrypted with Twofish, which otp-tui"),
        (Kdbx4(cipher=bytes(16)).header() + bytes(200), "in a way that otp-tui doesn't know"),
        (b"\x03\xd9\xa2\x9a\x65\xfb\x4b\xb5" + bytes(200), r"KeePass 1 database \(KDB\)"),
        (b"\x03\xd9\xa2\x9a\x66\xfb\x4b\xb5" + bytes(200), "KeePass"),
        (Kdbx4(version=(0, 5)).header() + bytes(200), "KDBX 5"),
        (Kdbx4(version=(0, 2)).header() + bytes(200), "KDBX 2"),
        (Kdbx4(kdf={"$UUID": (0x42, bytes(16))}).header() + bytes(200), "key derivation"),
        (MAGIC, "incomplete"),
        (MAGIC + bytes(1000), "KDBX 0"),
        (MAGIC + b"\x00\x00\x04\x00" + b"\x01\x00\x00\x00\x00" * 2000, "damaged"),
        (b"", "not a KeePass database"),
    ],
)
def test_what_cannot_be_read_is_named_before_a_password_is_asked(data: bytes, words: str) -> None:
    assert needs(KEEPASS, data) == Needs.NOTHING
    with pytest.raises(FormatError, match=words) as caught:
        KEEPASS.read(data, Credentials())
    assert not isinstance(caught.value, BackupPasswordError)


ARGON2 = {
    "$UUID": (0x42, ARGON2ID_ID),
    "S": (0x42, b"s" * 32),
    "I": (5, struct.pack("<Q", 2)),
    "M": (5, struct.pack("<Q", 16 * 1024)),
    "P": (4, struct.pack("<I", 2)),
    "V": (4, struct.pack("<I", 0x13)),
}
U64 = {n: (5, struct.pack("<Q", n)) for n in (0, 1, 2**32, 2**62, 10**9, 600_000_000)}


@pytest.mark.parametrize(
    "changes",
    [
        {"I": U64[0]},
        {"I": U64[2**32]},
        {"I": (0x0D, struct.pack("<q", -1))},
        {"I": (0x18, b"65536")},
        {"I": (8, b"\x01")},
        {"I": (5, b"\x01")},
        {"M": U64[0]},
        {"M": U64[2**32]},
        {"M": U64[2**62]},
        {"P": U64[0]},
        {"P": U64[10**9]},
        {"V": U64[0]},
        {"S": (0x42, b"short")},
        {"S": U64[1]},
        {"K": (0x42, b"secret")},
    ],
)
def test_parameters_of_argon2_are_checked_first(
    changes: dict[str, tuple[int, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kdf, "argon2_of_file", pytest.fail)
    data = Kdbx4(kdf={**ARGON2, **changes}).header() + bytes(200)
    assert needs(KEEPASS, data) == Needs.NOTHING
    refused(data)


@pytest.mark.parametrize("rounds", [0, 600_000_000, 2**62])
@pytest.mark.parametrize("version", [3, 4])
def test_rounds_of_aes_kdf_are_checked_first(rounds: int, version: int) -> None:
    data = Kdbx4(kdf={"R": (5, struct.pack("<Q", rounds))}).header() + bytes(200)
    if version == 3:
        at = GOOD["KDBX 3"].index(b"\x06\x08\x00") + 3
        data = GOOD["KDBX 3"][:at] + struct.pack("<Q", rounds) + GOOD["KDBX 3"][at + 8 :]
    assert needs(KEEPASS, data) == Needs.NOTHING
    assert "AES-KDF rounds must be" in refused(data)


def test_a_missing_parameter_is_damage() -> None:
    for name in ARGON2:
        rest = {each: value for each, value in ARGON2.items() if each != name}
        refused(Kdbx4(kdf={"$UUID": (0x42, b""), **rest}).header() + bytes(200))


def test_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "MAX_XML", 1 << 20)
    for size, words in ((1 << 20, "more than 1 MiB"), (900_000, "XML is damaged")):
        assert words in refused(Kdbx4(document(" " * size + "<x>")).build())
        assert words in refused(kdbx3(document(" " * size + "<x>")))


def test_too_many_blocks_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "MAX_BLOCKS", 10)
    assert refused(Kdbx4(block=8).build()) == "The KeePass database is damaged."


PAYLOADS: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "half an inner header": lambda plain: plain[:20],
    "no end of the inner header": lambda _: b"\x03\x00\x00\x00\x00" * 200_000,
    "a field too long": lambda plain: b"\x03\xff\xff\xff\xff" + plain,
    "no stream": lambda plain: b"\x00\x00\x00\x00\x00" + plain,
    "ArcFour": lambda plain: plain.replace(struct.pack("<II", 4, 3), struct.pack("<II", 4, 1)),
}


@pytest.mark.parametrize("name", PAYLOADS)
@pytest.mark.parametrize("cipher", [AES_ID, Kdbx4.cipher], ids=["AES", "ChaCha20"])
def test_a_bad_inner_header_is_refused(name: str, cipher: bytes) -> None:
    refused(Kdbx4(payload=PAYLOADS[name], cipher=cipher).build())


# -- XML -------------------------------------------------------------------------------------

XML = {
    "empty": b"",
    "not XML": b"<KeePassFile>",
    "another root": b"<html></html>",
    "invalid UTF-8": document("\xff").replace("\xff".encode(), b"\xff"),
    "another encoding": document("é").replace(b"utf-8", b"cp037")[:-4],
    "DTD": document("").replace(b"<KeePass", b"<!DOCTYPE x []><KeePass", 1),
    "entities": document("&a;").replace(
        b"<KeePass", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><KeePass', 1
    ),
    "external entity": document("&a;").replace(
        b"<KeePass", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><KeePass', 1
    ),
    "100,000 deep": document("<Group>" * 100_000),
    "not base64": document('<Entry><String><Value Protected="True">A</Value></String></Entry>'),
    "not ASCII": document('<Entry><String><Value Protected="True">é</Value></String></Entry>'),
}


@pytest.mark.parametrize("name", XML)
def test_bad_xml_is_refused(name: str) -> None:
    refused(Kdbx4(XML[name]).build())


@pytest.mark.parametrize("name", [name for name in XML if XML[name] and name != "another root"])
def test_a_bad_xml_export_is_refused(name: str) -> None:
    data = XML[name]
    assert recognize(data) is KEEPASS
    with pytest.raises(FormatError) as caught:
        KEEPASS.read(data, Credentials())
    assert str(caught.value).endswith(".")


def test_an_xml_file_with_encrypted_values_is_refused() -> None:
    data = document(entry(Stream(3), otp=URI))
    with pytest.raises(FormatError, match="are encrypted"):
        KEEPASS.read(data, Credentials())


def test_too_many_elements_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    older = f"<Entry><History>{'<a/>' * 1000}</History></Entry>"
    for name, limit, rows in (
        ("MAX_ELEMENTS", 2000, "<a/>" * 1000),
        ("MAX_ELEMENTS", 1000, older),
        ("MAX_CURRENT", 1000, "<a/>" * 1000),
        ("MAX_LINES", 1000, "\r\n" * 500 + "\n"),
    ):
        with monkeypatch.context() as patch:
            assert not read(Kdbx4(document(rows)).build()).entries
            patch.setattr(xml_reader, name, limit)
            assert "too large" in refused(Kdbx4(document(rows)).build())


def test_too_many_entries_are_refused_before_all_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_reader, "MAX_ENTRIES", 10)
    monkeypatch.setattr("tui.backup.formats._entries.Collector.add", pytest.fail)
    rows = entry(otp=URI) * 11
    assert refused(Kdbx4(document(rows)).build()) == "The backup has more than 10 entries."


def test_protected_values_that_take_long_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Salsa20 is computed in Python."""
    made = list[int]()
    blocks = Salsa20._blocks

    def counted(cipher: Salsa20, first: int, count: int) -> bytes:
        made.append(count)
        return blocks(cipher, first, count)

    monkeypatch.setattr(Salsa20, "_blocks", counted)
    small = '<String><Key>otp</Key><Value Protected="True">QUJD</Value></String>'
    data = kdbx3(document(f"<Entry>{small * 300}</Entry>"))
    read(data)
    assert len(made) == 1
    monkeypatch.setattr("tui.crypto.stream.MAX_WORK", 30)
    assert "too large" in refused(data)


def test_names_cannot_control_the_terminal() -> None:
    nasty = "Ev\u202eil\u0085\x7fCorp"
    rows = entry(Title=nasty, TOTP_Seed="GEZDGNBV", Notes="x") + entry(Title=nasty, otp="key=1")
    backup = read(Kdbx4(document(rows)).build())
    assert backup.entries[0].issuer == "Ev\u202eil Corp"
    (problem,) = backup.problems
    assert (problem.what + problem.reason).isprintable()


def test_long_names_notes_and_secrets_are_refused_by_entry() -> None:
    rows = [
        entry(Title="x" * 100_000, TOTP_Seed="GEZDGNBV"),
        entry(Title="Secret", TOTP_Seed="A" * 2**20),
        entry(Title="Hex", TimeOtp__Secret__Hex="00" * 2**20),
        entry(Title="Note", Notes="x" * 200_000, TOTP_Seed="GEZDGNBV"),
        entry(Title="Link", otp=URI + "x" * 100_000),
        entry(Title="Query", otp="&".join(["key=GEZDGNBV"] * 1000)),
        entry(Title="Counter", HmacOtp__Secret="x", HmacOtp__Counter="9" * 5000),
        entry(Title="Good", otp=URI),
    ]
    backup = read(Kdbx4(document("".join(rows))).build())
    assert len(backup.entries) == 1
    assert len(backup.problems) == 7
    assert all(len(each.what) < 100 > len(each.reason) for each in backup.problems)


_names = st.sampled_from(
    ["Title", "otp", "TOTP Seed", "TOTP Settings", "TimeOtp-Secret", "HmacOtp-Secret-Hex", "x"]
)
_values = st.text(max_size=20) | st.sampled_from(
    [URI, "key=GEZDGNBV&size=6", "30;S", "GEZDGNBV", "otpauth://", "otpauth://totp/%zz?secret=A"]
)


@given(st.lists(st.tuples(_names, _values), max_size=6))
def test_any_strings_are_entries_or_problems(pairs: list[tuple[str, str]]) -> None:
    for make in entries_of(dict(pairs)):
        with contextlib.suppress(EntryError):
            make()


_tags = st.sampled_from(
    ["Meta", "Root", "Group", "Entry", "String", "Key", "Value", "History", "Tags", "Icon", "UUID"]
)
_protected = st.sampled_from(["", ' Protected="True"', ' Protected="False"', ' Protected=""'])
_trees = st.recursive(
    st.sampled_from(["otp", "QUJD", "", "A", "Title", "=", "&amp;"]),
    lambda inner: st.builds(
        lambda tag, flag, parts: f"<{tag}{flag}>{''.join(parts)}</{tag}>",
        _tags,
        _protected,
        st.lists(inner, max_size=4),
    ),
    max_leaves=30,
)


@given(_trees)
def test_any_tree_is_read_or_refused(tree: str) -> None:
    xml = f"<KeePassFile>{tree}</KeePassFile>".encode()
    with contextlib.suppress(FormatError):
        xml_reader.parse(xml, ChaCha20(bytes(32), bytes(12)))


@given(st.binary(max_size=300), st.sampled_from([3, 4]))
def test_any_header_is_read_or_refused(data: bytes, version: int) -> None:
    made = MAGIC + struct.pack("<HH", 1, version) + data
    assert needs(KEEPASS, made) == Needs.NOTHING
    refused(made)


@given(st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_any_change_under_the_encryption_is_read_or_refused(place: int, change: bytes) -> None:
    def changed(plain: bytes) -> bytes:
        return plain[:place] + change + plain[place + len(change) :]

    xml = document(entry(Stream(3), Title="A", Password="p", otp=URI))
    with contextlib.suppress(FormatError):
        read(Kdbx4(xml, payload=changed, compressed=False).build())
