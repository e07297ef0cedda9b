"""Secrets: which are read, which are refused, and that none is shown."""

from __future__ import annotations

import base64
import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.errors import EntryError
from tui.otp.secret import MAX_SECRET, Secret

GOOD_YANDEX = "LA2V6KMCGYMWWVEW64RNP3JA3IAAAAAAHTSG4HRZPI"


@given(key=st.binary(min_size=1, max_size=100), data=st.data())
def test_every_spelling_of_a_key_gives_the_same_key(key: bytes, data: st.DataObject) -> None:
    plain = base64.b32encode(key).decode()
    if data.draw(st.booleans()):
        plain = plain.rstrip("=")
    noise = st.sampled_from(["", " ", "-", "\t", "\n", "\r\n", "\xa0"])
    case = st.sampled_from([str.upper, str.lower])
    written = "".join(data.draw(case)(char) + data.draw(noise) for char in plain)
    secret = Secret.base32(written)
    assert secret.key == key
    assert secret.given == written
    assert secret.normal == plain.rstrip("=")


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=2, max_size=60))
def test_every_length_decodes_to_whole_bytes(letters: str) -> None:
    secret = Secret.base32(letters)
    bits = "".join(f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.index(letter):05b}" for letter in letters)
    whole = [int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8)]
    assert secret.key == bytes(whole)
    assert secret.normal == letters


@pytest.mark.parametrize("letters", ["MZXW6YTBOJ", "MZXW6YTBOJZ3W", "MZXW6YTB77"])
def test_trailing_bits_are_dropped_from_the_key_and_kept_in_the_text(letters: str) -> None:
    secret = Secret.base32(letters)
    assert secret.normal == secret.given == letters
    assert len(secret.key) == len(letters) * 5 // 8


@pytest.mark.parametrize(
    "text",
    [
        "ABCDEFG0", "ABCDEFG1", "ABCDEFG8", "ABCDEFG9",
        "ABCDEFGı", "ABCDEFGſ", "ABCDEFG\u212a", "ＡＢＣＤＥＦＧ", "ABCD\u200bEFG", "ABCDEFG\0",
        "ABCD=EFG", "ABCDEFG=\ud800", "ABCD+EFG", "ABCDEFG٢", "ßABCDEFG",
    ],
)  # fmt: skip
def test_text_that_is_not_base32_is_refused(text: str) -> None:
    with pytest.raises(EntryError, match="not base32"):
        Secret.base32(text)


@pytest.mark.parametrize("text", ["", " ", "--", "====", "\t\r\n"])
def test_an_empty_secret_is_refused(text: str) -> None:
    with pytest.raises(EntryError, match="empty"):
        Secret.base32(text)
    with pytest.raises(EntryError, match="too short"):
        Secret.base32("a" + text)


def test_a_secret_over_the_limit_is_refused() -> None:
    assert len(Secret.base32("A" * MAX_SECRET).key) == MAX_SECRET * 5 // 8
    for read in (Secret.base32, Secret.text):
        with pytest.raises(EntryError, match="longer than"):
            read("A" * (MAX_SECRET + 1))


@pytest.mark.parametrize("text", ["", "  \t"])
def test_an_empty_mobile_otp_secret_is_refused(text: str) -> None:
    with pytest.raises(EntryError, match="empty"):
        Secret.text(text)


def test_a_mobile_otp_secret_is_its_text() -> None:
    secret = Secret.text(" é0189=- aB")
    assert secret.given == secret.normal == " é0189=- aB"
    assert secret.key == " é0189=- aB".encode()
    with pytest.raises(EntryError, match="not text"):
        Secret.text("\ud800")


def test_every_changed_character_of_a_checked_yandex_secret_is_found() -> None:
    Secret.base32(GOOD_YANDEX).require_yandex()
    for place in range(len(GOOD_YANDEX) - 1):  # the last character holds unused bits as well
        for letter in "AZ27":
            changed = GOOD_YANDEX[:place] + letter + GOOD_YANDEX[place + 1 :]
            if changed != GOOD_YANDEX:
                with pytest.raises(EntryError, match="checksum"):
                    Secret.base32(changed).require_yandex()


@pytest.mark.parametrize("length", [1, 15, 17, 25, 27, 40])
def test_a_yandex_secret_of_another_length_is_refused(length: int) -> None:
    written = base64.b32encode(bytes(length)).decode()
    with pytest.raises(EntryError, match=f"16 or 26 bytes, not {length}$"):
        Secret.base32(written).require_yandex()


def test_a_secret_is_never_shown() -> None:
    secret = Secret.base32("JBSWY3DPEHPK3PXP")
    shown = f"{secret} {secret!r} {[secret]} {secret!s:>20}"
    assert "JBSW" not in shown
    assert "Hello" not in shown
    try:
        Secret.base32("JBSWY3DPEHPK3PX1")
    except EntryError as error:
        assert "JBSW" not in repr(error)  # noqa: PT017


def test_secrets_with_the_same_text_are_equal() -> None:
    one = Secret.base32("jbsw y3dp")
    assert one == Secret.base32("jbsw y3dp")
    assert hash(one) == hash(Secret.base32("jbsw y3dp"))
    assert one != Secret.base32("JBSWY3DP")
    assert one != "jbsw y3dp"


def test_a_copy_of_a_secret_is_the_secret() -> None:
    secret = Secret.base32("jbsw y3dp")
    twin = copy.deepcopy(secret)
    assert (twin, twin.normal, twin.key) == (secret, "JBSWY3DP", b"Hello")
