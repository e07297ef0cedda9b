"""Reading and writing URIs, beyond the vectors: spellings of apps, refusals, round trips."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.errors import UriError
from tui.otp.entry import (
    MAX_COUNTER,
    MAX_PERIOD,
    Algorithm,
    Entry,
    OtpType,
)
from tui.otp.secret import Secret
from tui.otp.uri import MAX_URI, build, parse, tags
from tui.text import clean

S = "secret=JBSWY3DPEHPK3PXP"
NAMED = Entry(type=OtpType.TOTP, issuer="Example", secret=Secret.base32("JBSWY3DP"))

names = st.text(min_size=1, max_size=30).map(lambda text: clean(text).strip()).filter(bool)
base32_secrets = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=2, max_size=60).filter(
    lambda text: text != "NULL"
)
text_secrets = st.text(
    st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40
).filter(lambda text: text.strip() and text.lower() != "null")  # fmt: skip


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """Draw entries as far as a URI can hold them: those with an issuer."""
    kind = draw(st.sampled_from(OtpType))
    counted = kind.has_digits
    secret = {
        OtpType.MOTP: text_secrets.map(Secret.text),
        OtpType.YANDEX: st.just(Secret.base32("LA2V6KMCGYMWWVEW64RNP3JA3I")),
    }.get(kind, base32_secrets.map(Secret.base32))
    return Entry(
        type=kind,
        issuer=draw(names.filter(lambda name: name not in {"Steam", "null"})),
        account=draw(st.none() | names),
        secret=draw(secret),
        algorithm=draw(st.sampled_from(Algorithm)) if counted else Algorithm.SHA1,
        digits=draw(st.integers(4, 10)) if counted else kind.default_digits,
        period=draw(st.integers(1, MAX_PERIOD)) if kind is OtpType.TOTP else kind.default_period,
        counter=draw(st.integers(0, MAX_COUNTER)) if kind is OtpType.HOTP else 0,
    )


@pytest.mark.parametrize(
    ("given", "pin"),
    [("GEZDGNA", "1234"), ("GEZDGNA%3D", "1234"), ("2345", "2345"), ("0189", "0189"), ("é", "é")],
)
def test_the_pin_of_yandex_is_base32_or_as_it_is(given: str, pin: str) -> None:
    uri = f"otpauth://yaotp/Ya?secret=LA2V6KMCGYMWWVEW64RNP3JA3I&pin={given}"
    assert parse(uri).pin == pin


def test_an_issuer_in_capitals_is_not_a_missing_one() -> None:
    uri = "otpauth://yaotp/NULL?secret=LA2V6KMCGYMWWVEW64RNP3JA3I&issuer=NULL"
    assert parse(uri).issuer == "NULL"


@given(entries())
def test_a_built_uri_is_read_back(entry: Entry) -> None:
    assert replace(parse(build(entry)), id=entry.id) == entry


@given(st.text(max_size=300) | st.text("otpauh:/sec=?&%2ZA#é\ud800", max_size=80))
def test_any_text_after_the_scheme_is_read_or_refused(text: str) -> None:
    for start in ("", "motp://", "otpauth://totp/", f"otpauth://totp/a?{S}&", "otpauth://hotp/?"):
        try:
            entry = parse(start + text)
        except UriError:
            continue
        assert entry.issuer or entry.account


@pytest.mark.parametrize(
    ("uri", "issuer", "account"),
    [
        (f"otpauth://totp/A:b?{S}", "A", "b"),
        (f"otpauth://totp/A%3Ab?{S}", "A", "b"),
        (f"otpauth://totp/A:%20b?{S}&issuer=A", "A", "b"),
        (f"otpauth://totp/A:b:c?{S}", "A", "b:c"),
        (f"otpauth://totp/A%3AB:c?{S}", "A:B", "c"),
        (f"otpauth://totp/A%3AB%3Ac?{S}&issuer=A%3AB", "A:B", "c"),
        (f"otpauth://totp/A%3AB?{S}&issuer=A%3AB", "A:B", None),
        (f"otpauth://totp/b?{S}&issuer=A", "A", "b"),
        (f"otpauth://totp/A?{S}&issuer=A", "A", None),
        (f"otpauth://totp/:b?{S}&issuer=A", "A", "b"),
        (f"otpauth://totp/?{S}&issuer=A", "A", None),
        (f"otpauth://totp/A:?{S}", "A", None),
        (f"otpauth://totp/A:b?{S}&issuer=", "A", "b"),
        (f"otpauth://totp/A:b?{S}&issuer=null", "A", "b"),
        (f"otpauth://totp/a@b.c?{S}", "", "a@b.c"),
        (f"otpauth://totp/a/b?{S}", "a/b", None),
        ("otpauth://yaotp/b?secret=LA2V6KMCGYMWWVEW64RNP3JA3I", "Yandex", "b"),
        ("otpauth://yaotp/A:b?secret=LA2V6KMCGYMWWVEW64RNP3JA3I", "A", "b"),
        ("motp://A%3AB:c%3Fd?secret=0", "A:B", "c?d"),
        ("motp://A?secret=0", "A", None),
    ],
)
def test_issuer_and_account_of_a_label(uri: str, issuer: str, account: str | None) -> None:
    entry = parse(uri)
    assert (entry.issuer, entry.account) == (issuer, account)


@pytest.mark.parametrize(
    ("written", "issuer"),
    [
        ("Air+Canada", "Air Canada"),
        ("Air%20Canada", "Air Canada"),
        ("Disney+", "Disney+"),
        ("C++", "C++"),
        ("Disney%2B", "Disney+"),
        ("A%2B+B", "A+ B"),
    ],
)
def test_a_plus_is_a_space_between_words_only(written: str, issuer: str) -> None:
    assert parse(f"otpauth://totp/x?{S}&issuer={written}").issuer == issuer


def test_a_plus_in_a_label_is_a_plus() -> None:
    assert parse(f"otpauth://totp/A:me+otp@b.c?{S}").account == "me+otp@b.c"


def test_a_mobile_otp_secret_is_read_unchanged() -> None:
    assert parse("motp://A:b?secret=aB+0%20%25-9").secret.given == "aB+0 %-9"


def test_a_base32_secret_keeps_its_spelling_in_the_uri() -> None:
    secret = parse("otpauth://totp/A?secret=jbsw%20y3dp-ehpk=").secret
    assert (secret.given, secret.normal) == ("jbsw y3dp-ehpk=", "JBSWY3DPEHPK")


@pytest.mark.parametrize(
    ("uri", "fields"),
    [
        ("OTPAUTH://TOTP/A?SECRET=AE&DIGITS=8&Period=45", {"digits": 8, "period": 45}),
        ("otpauth://totp/A?secret=AE&algorithm=hmac-sha-256", {"algorithm": Algorithm.SHA256}),
        ("otpauth://totp/A?secret=AE&digits=&period=NULL", {"digits": 6, "period": 30}),
        ("otpauth://totp/A?secret=AE&digits=7&digits=8", {"digits": 7}),
        ("otpauth://totp/A?secret=AE&counter=x", {"counter": 0}),
        ("otpauth://hotp/A?secret=AE&period=0&counter=9", {"period": 30, "counter": 9}),
        ("otpauth://hotp/Steam?secret=AE", {"type": OtpType.HOTP}),
        ("otpauth://totp/steam?secret=AE", {"type": OtpType.TOTP}),
        ("otpauth://steam/A?secret=AE&digits=6&period=60", {"type": OtpType.STEAM, "digits": 5}),
        ("otpauth://totp/A?secret=AE&steam", {"type": OtpType.STEAM, "digits": 5, "period": 30}),
        ("otpauth://totp/A?secret=AE&encoder=STEAM", {"type": OtpType.STEAM}),
        ("motp://A:b?secret=AE&digits=8", {"digits": 6, "period": 10}),
        ("otpauth://totp/A?secret=AE&icon=github", {"icon": "github"}),
        ("otpauth://totp/A?secret=AE&icon=..%2F..%2Fx", {"icon": None}),
        ("otpauth://totp/A?secret=AE&icon=@a8323a2a", {"icon": None}),
        ("  otpauth://totp/A?secret=AE\r\n", {"issuer": "A"}),
        ("otpauth://totp/A%0A%1B%5B2J%00?secret=AE", {"issuer": "A [2J"}),
    ],
)
def test_parameters(uri: str, fields: dict[str, Any]) -> None:
    entry = parse(uri)
    assert {name: getattr(entry, name) for name in fields} == fields


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("", "not an otpauth"),
        ("https://example.org/?secret=AE", "not an otpauth"),
        ("otpauth-migration://offline?data=AAAA", "an export of several"),
        ("otpauth://motp/A?secret=AE", "type must be"),
        ("otpauth://totp/A?secret=null", "no secret"),
        ("otpauth://totp/A?secret=%20", "secret is empty"),
        ("otpauth://totp/A?secret=A", "secret is too short"),
        ("otpauth://totp/A?secret=ABC1", "not base32"),
        ("otpauth://totp/A?secret=AE&digits=3", "digits must be 4 to 10"),
        ("otpauth://totp/A?secret=AE&digits=11", "digits must be 4 to 10"),
        ("otpauth://totp/A?secret=AE&digits=٦", "digits must be a whole number"),
        ("otpauth://totp/A?secret=AE&digits=6.0", "digits must be a whole number"),
        ("otpauth://totp/A?secret=AE&period=-30", "period must be a whole number"),
        ("otpauth://totp/A?secret=AE&period=0", "period must be 1 second"),
        (f"otpauth://totp/A?secret=AE&period={MAX_PERIOD + 1}", "period must be 1 second"),
        (f"otpauth://hotp/A?secret=AE&counter={2**63}", "counter must be 0 to"),
        (f"otpauth://hotp/A?secret=AE&counter={'9' * 5000}", "counter must be a whole number"),
        ("otpauth://totp/A?secret=AE&algorithm=SHA3", "algorithm must be"),
        ("otpauth://yaotp/A?secret=LA2V6KMCGYMWWVEW64RNP3JA3I&pin_length=0", "pin_length"),
        ("otpauth://yaotp/A?secret=AE", "16 or 26 bytes"),
        ("otpauth://totp/%?secret=AE", "invalid % escape"),
        ("otpauth://totp/A?secret=AE&issuer=Aotpauth://totp/B?secret=BE", "another URI"),
        ("otpauth://totp/A?secret=AE&issuer=%4", "invalid % escape"),
        ("otpauth://totp/%FF?secret=AE", "not valid UTF-8"),
        ("otpauth://totp/\ud800?secret=AE", "not valid UTF-8"),
        ("otpauth://totp/%00?secret=AE", "no issuer and no account"),
        (f"otpauth://totp/{'x' * 1025}?secret=AE", "name is longer"),
        (f"otpauth://totp/A?secret=AE&x={'x' * MAX_URI}", "longer than 64 KiB"),
    ],
)
def test_an_invalid_uri_is_refused_with_a_reason(uri: str, words: str) -> None:
    with pytest.raises(UriError, match=words):
        parse(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "otpauth://totp/GEHEIM:GEHEIM?secret=GEHEIM1&issuer=GEHEIM",
        "otpauth://GEHEIM/GEHEIM?secret=GEHEIM",
        "GEHEIM://totp/x?secret=GEHEIM",
        "otpauth://totp/A?secret=GEHEIM&digits=GEHEIM",
        "otpauth://totp/A?secret=GEHEIM&algorithm=GEHEIM",
        "otpauth://totp/A%FF?secret=GEHEIM",
    ],
)
def test_a_refusal_quotes_nothing_of_the_uri(uri: str) -> None:
    with pytest.raises(UriError) as caught:
        parse(uri)
    error: BaseException | None = caught.value
    while error is not None:
        assert "GEHEIM" not in f"{error!r}"
        error = None if error.__suppress_context__ else error.__context__


@pytest.mark.parametrize("part", ["&", "&a=b", "+", "%41", "&tags=x", ":", "?"])
def test_a_long_uri_of_many_parts_is_parsed_or_refused(part: str) -> None:
    hostile = (f"otpauth://totp/A?{S}" + part * MAX_URI)[:MAX_URI]
    with suppress(UriError):
        assert parse(hostile).secret


def test_tags_are_unique_names_in_order() -> None:
    uri = f"otpauth://totp/A?{S}&tags=Web&tags=%20Work%0A&TAGS=Web&tags="
    assert tags(uri) == ("Web", "Work")


@pytest.mark.parametrize(
    ("fields", "uri"),
    [
        ({"issuer": "", "account": "a@b.c"}, "otpauth://totp/a%40b.c?secret=JBSWY3DP"),
        (
            {"issuer": "A&B", "account": "c/d #é+"},
            "otpauth://totp/A%26B%3Ac%2Fd%20%23%C3%A9%2B?secret=JBSWY3DP&issuer=A%26B",
        ),
        (
            {"type": OtpType.HOTP, "digits": 8, "algorithm": Algorithm.SHA512},
            "otpauth://hotp/Example?secret=JBSWY3DP&issuer=Example"
            "&algorithm=SHA512&digits=8&counter=0",
        ),
        (
            {"secret": Secret.base32("jbsw y3dp==")},
            "otpauth://totp/Example?secret=JBSWY3DP&issuer=Example",
        ),
        (
            {"type": OtpType.STEAM, "digits": 7, "period": 60},
            "otpauth://totp/Example?secret=JBSWY3DP&issuer=Example&steam",
        ),
        (
            {"type": OtpType.MOTP, "secret": Secret.text("a b&"), "pin": "1234"},
            "motp://Example:?secret=a%20b%26",
        ),
    ],
)
def test_build(fields: dict[str, Any], uri: str) -> None:
    assert build(replace(NAMED, **fields)) == uri


def test_an_entry_without_a_name_has_no_uri() -> None:
    with pytest.raises(UriError, match="neither issuer nor account"):
        build(replace(NAMED, issuer="", account=None))


def test_a_uri_copied_from_html_is_read() -> None:
    entry = parse("otpauth://totp/A:b?secret=AEAQCAI&amp;digits=8&amp;issuer=ACME")
    assert (entry.issuer, entry.digits) == ("ACME", 8)
