"""Reads and writes otpauth:// and motp:// URIs; also reads steam://SECRET."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote, unquote_to_bytes

from tui.errors import EntryError, UriError
from tui.otp.entry import Algorithm, Entry, OtpType, check
from tui.otp.secret import Secret
from tui.text import clean

MAX_URI = 65_536
"""Maximum length of a URI, in characters."""
MIN_DIGITS, MAX_DIGITS = 4, 10
"""Bounds for digits in a URI: no site uses fewer, no hash yields more."""

_TYPES = {
    "totp": OtpType.TOTP,
    "hotp": OtpType.HOTP,
    "steam": OtpType.STEAM,
    "yaotp": OtpType.YANDEX,
}
_MERAKI = "/Meraki"

_SCHEMES = r"(?:otpauth(?:-migration)?|motp|steam)://"
_between_uris = re.compile(rf"[\s,;]+(?=[\"'`<(“]?{_SCHEMES})", re.IGNORECASE).split
_find_uri = re.compile(r"(?:otpauth(?:-migration)?|motp)://", re.IGNORECASE).search
_bad_escape = re.compile("%(?![0-9A-Fa-f]{2})").search
_is_number = re.compile("[0-9]{1,19}").fullmatch
_is_icon = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}").fullmatch
# Form encoding writes a space as a plus between two words. The unescaped plus in `Disney+` or `C++`
# has no word after it.
_plus_for_space = re.compile(r"(?<=[^+])\+(?=[^+])").sub


def parse(
    uri: str,
    *,
    lone_is_account: bool = False,
    nameless: bool = False,
    steam_by_issuer: bool = True,
) -> Entry:
    """Return the entry of a URI, with a new id.

    The `issuer` parameter takes precedence over the label. A label with one name is the account if
    there is an issuer or if it is an email address; otherwise it is the issuer, since Authenticator
    Pro requires one. With `lone_is_account` it is always the account. Keys are case-insensitive,
    the first of repeated keys is used, and an empty value or the word null counts as missing.
    With `nameless`, both names may be missing.
    Steam, Mobile-OTP and Yandex have fixed digits, period and hash. A TOTP entry whose issuer is
    Steam is one of Steam, unless `steam_by_issuer` is False.

    Raises:
        UriError: not such a URI, or part of it is invalid. The message doesn't quote it.
    """
    kind, raw_label, pairs = _split(uri)
    given: dict[str, str] = {}
    for key, value in pairs:
        is_null = value == "null" or (value.lower() == "null" and key != "issuer")
        if not is_null and (value or key == "steam"):
            given.setdefault(key, value)
    if nameless and "issuer" not in given and not raw_label.strip(":"):
        issuer, account = "", ""
    else:
        issuer, account = _names(raw_label, given.get("issuer"), kind, lone_is_account)
    if kind is OtpType.TOTP and (
        (issuer == "Steam" and steam_by_issuer)
        or "steam" in given
        or given.get("encoder", "").lower() == "steam"
    ):
        kind = OtpType.STEAM
    if kind is OtpType.YANDEX and "pin_length" in given and _number(given, "pin_length", 0) < 1:
        raise UriError("the URI's pin_length must be at least 1")
    secret = given.get("secret")
    if secret is None:
        raise UriError("the URI has no secret")
    icon = given.get("icon", "")
    digits, period, algorithm = kind.default_digits, kind.default_period, Algorithm.SHA1
    if kind.has_digits:
        digits = _number(given, "digits", digits)
        algorithm = _algorithm(given.get("algorithm"))
        if not MIN_DIGITS <= digits <= MAX_DIGITS:
            raise UriError(f"the URI's digits must be {MIN_DIGITS} to {MAX_DIGITS}")
    if kind is OtpType.TOTP:
        period = _number(given, "period", period)
    try:
        return check(
            Entry(
                type=kind,
                issuer=issuer,
                account=account or None,
                secret=Secret.text(secret) if kind is OtpType.MOTP else Secret.base32(secret),
                algorithm=algorithm,
                digits=digits,
                period=period,
                counter=_number(given, "counter", 0) if kind is OtpType.HOTP else 0,
                pin=_pin(given["pin"]) if kind is OtpType.YANDEX and "pin" in given else None,
                icon=icon if _is_icon(icon) else None,
            )
        )
    except UriError:
        raise
    except EntryError as error:
        raise UriError(str(error), error.hint) from None


def tags(uri: str) -> tuple[str, ...]:
    """Return the category names in a URI's `tags` parameters, as andOTP writes them.

    Raises:
        UriError: the URI can't be split into its parts.
    """
    names = (clean(value).strip() for key, value in _split(uri)[2] if key == "tags")
    return tuple(dict.fromkeys(name for name in names if name))


def readable(label: str) -> str:
    """Return a label with its escapes decoded as far as possible."""
    return unquote_to_bytes(label).decode(errors="replace")


def build(entry: Entry) -> str:
    """Return the URI of `entry`, byte for byte as Authenticator Pro writes it.

    It contains type, names, secret, hash, digits, period, counter, and only the length of a PIN.
    Defaults are left out.

    Raises:
        UriError: the entry has no name, which all apps require.
    """
    issuer, account = _escape(clean(entry.issuer)), _escape(clean(entry.account or ""))
    if not issuer and not account:
        raise UriError("it has neither issuer nor account")
    if entry.type is OtpType.MOTP:
        return f"motp://{issuer}:{account}?secret={_escape(entry.secret.given)}"
    label = f"{issuer}%3A{account}" if issuer and account else issuer or account
    host = {OtpType.HOTP: "hotp", OtpType.YANDEX: "yaotp"}.get(entry.type, "totp")
    parts = [f"secret={entry.secret.normal}"]
    if issuer:
        parts.append(f"issuer={issuer}")
    if entry.type.has_digits:
        if entry.algorithm is not Algorithm.SHA1:
            parts.append(f"algorithm={entry.algorithm.value}")
        if entry.digits != entry.type.default_digits:
            parts.append(f"digits={entry.digits}")
    match entry.type:
        case OtpType.TOTP if entry.period != OtpType.TOTP.default_period:
            parts.append(f"period={entry.period}")
        case OtpType.HOTP:
            parts.append(f"counter={entry.counter}")
        case OtpType.STEAM if entry.issuer != "Steam":
            parts.append("steam")
        case OtpType.YANDEX if entry.pin:
            parts.append(f"pin_length={len(entry.pin)}")
    return f"otpauth://{host}/{label}?{'&'.join(parts)}"


def _pin(given: str) -> str:
    """Return a PIN, which Aegis writes as base32 and others as it is.

    Base32 that consists of digits never decodes to ASCII.
    """
    try:
        decoded = Secret.base32(given).key.decode("ascii")
    except (EntryError, UnicodeDecodeError):
        return clean(given)
    return decoded if decoded.isprintable() else clean(given)


def split_line(line: str) -> list[str]:
    """Return the parts of a line that have one URI each; spaces or commas are between them."""
    return _between_uris(line)


def _split(uri: str) -> tuple[OtpType, str, Sequence[tuple[str, str]]]:
    """Return type, label (still escaped) and parameters (unescaped, keys in lower case).

    `urllib.parse.urlsplit` would not do: apps write raw `#` and spaces into labels.
    """
    if len(uri) > MAX_URI:
        raise UriError("the URI is longer than 64 KiB")
    uri = uri.strip()
    if uri[:6].lower() == "motp:/" and uri[6:7] != "/":
        uri = f"motp://{uri[6:]}"  # as Aegis writes it
    scheme, _, rest = uri.partition("://")
    if _find_uri(rest):
        raise UriError("there is another URI in it; put each on a line of its own")
    path, _, query = rest.partition("?")
    match scheme.lower():
        case "motp":
            kind, label = OtpType.MOTP, path
        case "otpauth":
            host, _, label = path.partition("/")
            if host.lower() not in _TYPES:
                raise UriError("the URI's type must be totp, hotp, steam or yaotp")
            kind = _TYPES[host.lower()]
        case "steam":
            return OtpType.STEAM, "Steam:", [("issuer", "Steam"), ("secret", _unescape(path))]
        case "otpauth-migration":
            raise UriError("an otpauth-migration:// URI is an export of several entries")
        case _:
            raise UriError("it is not an otpauth:// or motp:// URI")
    pairs = []
    for part in query.split("&"):
        key, _, value = part.removeprefix("amp;").partition("=")  # copied from HTML
        if kind is not OtpType.MOTP:
            value = _plus_for_space(" ", value)
        pairs.append((_unescape(key).lower(), _unescape(value.strip())))
    return kind, label, pairs


def _names(
    raw_label: str, parameter: str | None, kind: OtpType, lone_is_account: bool
) -> tuple[str, str]:
    """Return issuer and account. The first unescaped colon of the label separates them."""
    label = _name(_unescape(raw_label))
    known = _name(parameter or "")
    if known and f"{label}:".startswith(f"{known}:"):
        return known, label[len(known) + 1 :].strip()
    if ":" in raw_label:
        before, _, after = raw_label.partition(":")
        issuer, lone = _name(_unescape(before)), _name(_unescape(after))
    else:
        before, colon, after = label.partition(":")
        issuer, lone = (before.strip(), after.strip()) if colon else ("", label)
    if issuer:
        return known or issuer, lone
    if known:
        return known, lone
    if not lone:
        raise UriError("the URI has no issuer and no account")
    if lone_is_account:
        return "", lone
    if kind is OtpType.YANDEX:
        return "Yandex", lone
    if lone.endswith(_MERAKI):
        return _MERAKI[1:], lone.removesuffix(_MERAKI)
    return ("", lone) if "@" in lone else (lone, "")


def _number(given: dict[str, str], key: str, default: int) -> int:
    text = given.get(key)
    if text is None:
        return default
    if not _is_number(text):
        raise UriError(f"the URI's {key} must be a whole number of at most 19 digits")
    return int(text)


def _algorithm(text: str | None) -> Algorithm:
    if text is None:
        return Algorithm.SHA1
    try:
        return Algorithm(text.upper().replace("-", "").removeprefix("HMAC"))
    except ValueError:
        raise UriError("the URI's algorithm must be SHA1, SHA256 or SHA512") from None


def _name(text: str) -> str:
    return clean(text).strip()


def _unescape(text: str) -> str:
    if _bad_escape(text):
        raise UriError("the URI contains an invalid % escape")
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeError:
        raise UriError("the URI's escapes are not valid UTF-8") from None


def _escape(text: str) -> str:
    return quote(text, safe="")
