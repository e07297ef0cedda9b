"""The four ways in which KeePass entries store one-time passwords.

1. `otp` with an otpauth URI: KeePassXC, KeeWeb, Strongbox, KeePassDX.
2. `otp` with `key=…&size=…`: the plugin KeeOtp.
3. `TOTP Seed` and `TOTP Settings`: older KeePassXC, the plugin KeeTrayTOTP.
4. `TimeOtp-…` and `HmacOtp-…`: KeePass 2.47 and newer.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, quote

from tui.backup.formats._entries import MAX_NOTE, make_entry, otp_type, text
from tui.errors import EntryError
from tui.otp import uri
from tui.otp.entry import Entry, OtpType, check, short
from tui.otp.secret import MAX_SECRET

TITLE, USER, NOTES = "Title", "UserName", "Notes"
OTP, SEED, SETTINGS = "otp", "TOTP Seed", "TOTP Settings"
TIME, HMAC = "TimeOtp-", "HmacOtp-"
SECRETS = {
    "Secret-Base32": "base32",
    "Secret-Hex": "hex",
    "Secret-Base64": "base64",
    "Secret": "utf8",
}
"""The names of a secret after TIME or HMAC, and how it is written."""
_COMMON = frozenset({TITLE, USER, NOTES, OTP, SEED, SETTINGS})


def is_wanted(name: str) -> bool:
    """Return True for a string that an entry is read from; passwords are not among them."""
    return name in _COMMON or name.startswith((TIME, HMAC))


def entries_of(strings: Mapping[str, str]) -> Iterator[Callable[[], Entry]]:
    """Yield a function for each one-time password of a KeePass entry: at most one that depends on
    the time, and one that depends on a counter. The functions raise EntryError."""
    if strings.get(OTP, "").strip():
        yield partial(_from_otp, strings)
    elif _secret_name(strings, TIME):
        yield partial(_from_time, strings)
    elif strings.get(SEED, "").strip():
        yield partial(_from_seed, strings)
    if _secret_name(strings, HMAC):
        yield partial(_from_counter, strings)


def _from_otp(strings: Mapping[str, str]) -> Entry:
    given = strings[OTP].strip()
    if given.lower().startswith(("otpauth:", "motp:")):
        return _from_uri(given, strings)
    if "=" in given.rstrip("="):
        return _from_query(given, strings)
    return _entry(strings, OtpType.TOTP, given)


def _from_uri(given: str, strings: Mapping[str, str]) -> Entry:
    """Return the entry of a URI; names that it doesn't have are those of the KeePass entry."""
    title, user = text(strings.get(TITLE), TITLE), text(strings.get(USER), USER)
    start, mark, query = given.partition("?")
    scheme, _, path = start.partition("://")
    kind, _, label = path.partition("/")
    if not label.strip("/") and scheme.lower() == "otpauth":
        label = f"{quote(title, safe='')}:{quote(user, safe='')}"
        given = f"{scheme}://{kind}/{label}{mark}{query}"
    entry = uri.parse(given, lone_is_account=True)
    account = entry.account or user
    issuer = entry.issuer or (title if title != account else "")
    return check(
        replace(
            entry, issuer=issuer, account=account, note=strings.get(NOTES, "")[:MAX_NOTE], icon=None
        )
    )


def _from_query(given: str, strings: Mapping[str, str]) -> Entry:
    """Return the entry of KeeOtp's parameters."""
    try:
        pairs = parse_qsl(given.replace("+", "%2B"), max_num_fields=50, errors="strict")
    except ValueError:
        raise EntryError("its “otp” field can't be read") from None
    found = {name.lower(): value for name, value in reversed(pairs)}
    kind = otp_type(found.get("type"), OtpType.TOTP)
    encoding = found.get("encoding", "base32").lower().replace("-", "")
    return _entry(
        strings,
        kind,
        _decoded(found.get("key"), encoding),
        algorithm=found.get("otphashmode"),
        digits=found.get("size"),
        period=found.get("step"),
        counter=found.get("counter"),
    )


def _from_seed(strings: Mapping[str, str]) -> Entry:
    """Return the entry of `TOTP Seed`, whose settings are `period;digits` or `period;S`."""
    period, _, rest = strings.get(SETTINGS, "").partition(";")
    digits = rest.partition(";")[0].strip()
    kind = OtpType.STEAM if digits.upper() == "S" else OtpType.TOTP
    return _entry(strings, kind, strings[SEED], digits=digits, period=period)


def _from_time(strings: Mapping[str, str]) -> Entry:
    return _entry(
        strings,
        OtpType.TOTP,
        _secret(strings, TIME),
        algorithm=strings.get(f"{TIME}Algorithm"),
        digits=strings.get(f"{TIME}Length"),
        period=strings.get(f"{TIME}Period"),
    )


def _from_counter(strings: Mapping[str, str]) -> Entry:
    counter = strings.get(f"{HMAC}Counter")
    return _entry(strings, OtpType.HOTP, _secret(strings, HMAC), counter=counter)


def _entry(strings: Mapping[str, str], kind: OtpType, secret: object, **settings: Any) -> Entry:
    names = strings.get(TITLE), strings.get(USER)
    return make_entry(kind, *names, secret, note=strings.get(NOTES), **settings)


def _secret_name(strings: Mapping[str, str], group: str) -> str:
    """Return the name of the secret that is given, without `group`; empty if there is none."""
    return next((name for name in SECRETS if strings.get(group + name, "").strip()), "")


def _secret(strings: Mapping[str, str], group: str) -> str | bytes | None:
    name = _secret_name(strings, group)
    return _decoded(strings[group + name], SECRETS[name])


def _decoded(given: str | None, encoding: str) -> str | bytes | None:
    """Return a secret as base32 text or as bytes.

    Raises:
        EntryError: it is not written in that encoding, or the encoding is unknown.
    """
    if given is None or encoding == "base32":
        return given
    if len(given) > MAX_SECRET:
        raise EntryError(f"the secret is longer than {MAX_SECRET} characters")
    try:
        if encoding == "hex":
            return bytes.fromhex(given)
        if encoding == "base64":
            return base64.b64decode("".join(given.split()), validate=True)
        if encoding == "utf8":
            return given.encode()
    except ValueError:
        raise EntryError(f"its secret is not {encoding}") from None
    raise EntryError(f"its secret has the encoding {short(encoding)}, which is not supported")
