"""All URIs of the vectors, read and written, and those that we read differently, with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.interop import ROOT as INTEROP
from tests.interop import samples, vectors
from tui.errors import UriError
from tui.otp.codes import code_at
from tui.otp.entry import Algorithm, Entry, OtpType
from tui.otp.secret import Secret
from tui.otp.uri import build, parse, tags

J = "JBSWY3DPEHPK3PXP"


@dataclass(frozen=True)
class Other:
    """How we read a URI that its source reads differently."""

    why: str
    expect: dict[str, Any] | None
    """Fields that differ from the source's; None: we refuse it."""


PARAMETER = "the issuer parameter wins over the label"
WHOLE = "names are never cut: an export has to give back what came in"
AS_SAID = "a number in bounds is used as it is said: another one makes codes that do not work"
NO_GUESS = "nothing is put in the place of what we do not know: its codes would not work"
COUNTS_FROM_0 = "a missing counter is 0, as Authenticator Pro has it; refusing loses the entry"
LONE = "a label that is one name, no address, is the issuer, as Authenticator Pro has it"

OTHERWISE = {
    "otpauth://totp/issuer:username?secret=ABCDEFG&issuer=something": Other(
        PARAMETER, {"issuer": "something"}
    ),
    f"otpauth://totp/Foo:bar?secret={J}&issuer=Bar": Other(PARAMETER, {"issuer": "Bar"}),
    f"otpauth://totp/{'a' * 33}?secret=ABCDEFG": Other(WHOLE, {"issuer": "a" * 33}),
    f"otpauth://totp/issuer:{'a' * 41}?secret=ABCDEFG": Other(WHOLE, {"account": "a" * 41}),
    "otpauth://totp/ACME%20Co:john@example.com?secret=HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ"
    "&issuer=ACME%20Co&algorithm=SHA512&digits=6&period=90000": Other(
        AS_SAID, {"period": 90_000, "period_clamped_to": None}
    ),
    f"otpauth://totp/Example:alice?secret={J}&issuer=Example&period=999": Other(
        AS_SAID, {"period": 999}
    ),
    f"otpauth://totp/x?secret={J}&period=200": Other(AS_SAID, {"issuer": "x", "period": 200}),
    f"otpauth://totp/Example:alice?secret={J}&issuer=Example&algorithm=MD5": Other(NO_GUESS, None),
    f"otpauth://totp/Example:alice?secret={J}&issuer=Example&digits=11": Other(NO_GUESS, None),
    f"otpauth://hotp/acct?secret={J}": Other(COUNTS_FROM_0, {"issuer": "acct", "counter": 0}),
    "otpauth://hotp/ACME%20Co:john.doe@email.com?secret=HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ": Other(
        COUNTS_FROM_0, {"issuer": "ACME Co", "counter": 0}
    ),
    f"otpauth://totp/user?secret={J}": Other(LONE, {"issuer": "user", "account": None}),
    f"otpauth://totp/u?secret={J}&foo=bar&xyz=abc": Other(LONE, {"issuer": "u", "account": None}),
}


def found(uri: str, entry: Entry) -> dict[str, Any]:
    """Return the entry that we read, with the vectors' names."""
    return {
        "type": entry.type.value,
        "algorithm": entry.algorithm.value,
        "digits": entry.digits,
        "period": entry.period,
        "counter": entry.counter,
        "issuer": entry.issuer or None,
        "account": entry.account,
        "secret": entry.secret.normal,
        "icon": entry.icon,
        "groups": list(tags(uri)),
    }


def test_every_uri_is_read_as_its_source_reads_it_or_as_the_table_says() -> None:
    rows = vectors()["otpauth_parse"]
    assert len(rows) == 78
    assert {row["uri"] for row in rows} >= set(OTHERWISE)
    for row in rows:
        uri = row["uri"]
        other = OTHERWISE.get(uri)
        expect = (row.get("expect") or {}) if row["valid"] or other else None
        if other:
            expect = None if other.expect is None else {**(expect or {}), **other.expect}
        if expect is None:
            with pytest.raises(UriError):
                parse(uri)
            continue
        seen = found(uri, parse(uri))
        # The length of a PIN is not kept; null means that the type has no such number.
        wanted = {
            key: value
            for key, value in expect.items()
            if key not in {"pin_length", "period_clamped_to"}
            and not (value is None and key in {"algorithm", "period"})
        }
        assert {key: seen[key] for key in wanted} == wanted, uri


def test_the_table_names_only_uris_that_are_read_differently() -> None:
    for row in vectors()["otpauth_parse"]:
        if other := OTHERWISE.get(row["uri"]):
            source = row.get("expect") if row["valid"] else None
            assert other.expect != source, row["uri"]
            if source and other.expect:
                assert any(source.get(key) != value for key, value in other.expect.items())


def test_every_uri_is_built_to_the_byte() -> None:
    rows = vectors()["otpauth_build"]["vectors"]
    assert len(rows) == 10
    for fields, uri in rows:
        kind = OtpType(fields["type"])
        read = Secret.text if kind is OtpType.MOTP else Secret.base32
        entry = Entry(
            type=kind,
            issuer=fields["issuer"],
            account=fields["account"],
            secret=read(fields["secret"]),
            algorithm=Algorithm(fields.get("algorithm", "SHA1")),
            digits=fields.get("digits", kind.default_digits),
            period=fields.get("period", kind.default_period),
            counter=fields.get("counter", 0),
            pin=fields.get("pin"),
        )
        assert build(entry) == uri


def test_the_uri_lists_of_other_apps() -> None:
    for sample in samples("otpauth-urilist"):
        lines = (INTEROP / sample["file"]).read_text(encoding="utf-8").split("\n")
        uris = [line for line in lines if line.strip()]
        for uri, row in zip(uris, sample["expected"]["entries"], strict=True):
            entry = parse(uri)
            seen = found(uri, entry)
            lone = {"issuer": "hotp demo", "account": None} if "hotp%20demo" in uri else {}  # LONE
            same = ("type", "issuer", "account", "secret", "algorithm", "digits", "groups")
            wanted = {**{key: row[key] for key in same}, **lone}
            assert {key: seen[key] for key in same} == wanted, uri
            code = row.get("code_at_1700000000") or row["code_at_counter"]
            assert code_at(entry, 1_700_000_000).text == code
