"""The options that name an entry's fields, for `add` and `edit`, and what is wrong with them."""

from __future__ import annotations

from argparse import SUPPRESS
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.cli.query import typed
from tui.errors import UsageError
from tui.otp.entry import Algorithm, OtpType

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from tui.otp.draft import Draft
    from tui.otp.entry import Entry

_TEXTS = ("issuer", "account", "digits", "period", "counter")
_ASKED = ("secret", "pin")
_FITS = {
    "algorithm": [kind for kind in OtpType if kind.has_digits],
    "digits": [kind for kind in OtpType if kind.has_digits],
    "period": [kind for kind in OtpType if kind.has_period],
    "counter": [kind for kind in OtpType if kind.has_counter],
    "pin": [kind for kind in OtpType if kind.has_pin],
}
"""The types that a field is for; the others are for all."""


def add_options(parser: ArgumentParser) -> None:
    """Add --issuer, --account, --type, --algorithm, --digits, --period and --counter."""
    parser.add_argument("--issuer", metavar="NAME", type=typed, help="who asks for the code")
    parser.add_argument("--account", metavar="NAME", type=typed, help="whose account it is")
    kinds = [kind.value for kind in OtpType]
    parser.add_argument("--type", metavar="TYPE", choices=kinds, help=", ".join(kinds))
    names = [algorithm.value for algorithm in Algorithm]
    parser.add_argument(
        "--algorithm",
        metavar="NAME",
        type=str.upper,
        choices=names,
        help=f"{', '.join(names)} (totp, hotp)",
    )
    parser.add_argument("--digits", metavar="N", help="digits of a code (totp, hotp)")
    parser.add_argument("--period", metavar="S", help="seconds that a code is valid (totp)")
    parser.add_argument("--counter", metavar="N", help="the counter of the next code (hotp)")
    for name in _ASKED:
        parser.add_argument(f"--{name}", nargs="?", const="", help=SUPPRESS)


def given(args: Namespace) -> bool:
    """Return whether any of these options is there.

    Raises:
        UsageError: a secret or a PIN is among the arguments; it is not repeated.
    """
    for name in _ASKED:
        if getattr(args, name) is not None:
            raise UsageError(
                f"A {'PIN' if name == 'pin' else name} is not taken as an argument: it may be in "
                "your shell's history now.",
                f"Remove it there; use --{name}-stdin or --{name}-file, or type it when asked.",
            )
    return any(getattr(args, name) is not None for name in (*_TEXTS, "type", "algorithm"))


def applied(args: Namespace, draft: Draft, more: tuple[str, ...] = ()) -> Draft:
    """Return `draft` with what the options say.

    `more` are fields that are given in another way. Nothing is checked but that each of them
    is one of the draft's type.

    Raises:
        UsageError: a field that its type does not have.
    """
    changes = {
        name: value for name in (*_TEXTS, "note") if (value := getattr(args, name)) is not None
    }
    kind = OtpType(args.type) if args.type is not None else draft.type
    named = [*changes, *(["algorithm"] if args.algorithm else []), *more]
    for name in named:
        if kind not in _FITS.get(name, (kind,)):
            what = "a PIN" if name == "pin" else f"--{name}"
            raise UsageError(f"{what[0].upper()}{what[1:]} does not apply to {kind.value}.")
    if args.algorithm is not None:
        changes["algorithm"] = Algorithm(args.algorithm)
    return replace(draft, type=kind, **changes)


def check(draft: Draft, base: Entry | None = None, *, asked: bool = True) -> None:
    """See to it that the draft makes an entry: a new one, or `base` with its fields.

    Without `asked`, secret and PIN are still to come and are not looked at.

    Raises:
        UsageError: it does not; every mistake is named.
    """
    found = [
        why if name in _ASKED else f"--{name}: {why}"
        for name, why in draft.mistakes(base).items()
        if asked or name not in _ASKED
    ]
    if found:
        raise UsageError(" ".join(found))
