"""The options that set an entry's fields, for `add` and `edit`."""

from __future__ import annotations

from argparse import SUPPRESS
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.cli.args import utf8
from tui.errors import UsageError
from tui.otp.entry import Algorithm, OtpType

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from tui.otp.draft import Draft
    from tui.otp.entry import Entry

_TEXTS = ("issuer", "account", "digits", "period", "counter")
_ASKED = ("secret", "pin")
_TYPES = {
    "algorithm": [kind for kind in OtpType if kind.has_digits],
    "digits": [kind for kind in OtpType if kind.has_digits],
    "period": [kind for kind in OtpType if kind.has_period],
    "counter": [kind for kind in OtpType if kind.has_counter],
    "pin": [kind for kind in OtpType if kind.has_pin],
}
"""The types that have each field; every type has the fields not listed."""


def add_options(parser: ArgumentParser) -> None:
    """Add --issuer, --account, --type, --algorithm, --digits, --period and --counter."""
    parser.add_argument("--issuer", metavar="NAME", type=utf8, help="the service, e.g. GitHub")
    parser.add_argument("--account", metavar="NAME", type=utf8, help="your account there")
    types = [each.value for each in OtpType]
    parser.add_argument("--type", metavar="TYPE", choices=types, help=", ".join(types))
    names = [algorithm.value for algorithm in Algorithm]
    parser.add_argument(
        "--algorithm",
        metavar="NAME",
        type=str.upper,
        choices=names,
        help=f"{', '.join(names)} (totp, hotp)",
    )
    parser.add_argument("--digits", metavar="N", help="number of digits in a code (totp, hotp)")
    parser.add_argument("--period", metavar="S", help="how many seconds each code is valid (totp)")
    parser.add_argument("--counter", metavar="N", help="counter of the next code (hotp)")
    for name in _ASKED:
        parser.add_argument(f"--{name}", nargs="?", const="", help=SUPPRESS)


def given(args: Namespace) -> bool:
    """Return True if any of these options is given.

    Raises:
        UsageError: a secret or a PIN is among the arguments; the message doesn't repeat it.
    """
    for name in _ASKED:
        if getattr(args, name) is not None:
            raise UsageError(
                f"Don't pass a {'PIN' if name == 'pin' else name} as an argument. It may now be in "
                "your shell's history: remove it there.",
                f"Use --{name}-stdin or --{name}-file, or type it when asked.",
            )
    return any(getattr(args, name) is not None for name in (*_TEXTS, "type", "algorithm"))


def apply(args: Namespace, draft: Draft, more: tuple[str, ...] = ()) -> Draft:
    """Return `draft` with the values of the options. Values are checked later, by `check`.

    `more` names fields that are given in another way.

    Raises:
        UsageError: the draft's type has no such field.
    """
    changes = {
        name: value for name in (*_TEXTS, "note") if (value := getattr(args, name)) is not None
    }
    kind = OtpType(args.type) if args.type is not None else draft.type
    named = [*changes, *(["algorithm"] if args.algorithm else []), *more]
    for name in named:
        if kind not in _TYPES.get(name, (kind,)):
            what = "A PIN" if name == "pin" else f"--{name}"
            raise UsageError(f"{what} doesn't apply to the type {kind.value}.")
    if args.algorithm is not None:
        changes["algorithm"] = Algorithm(args.algorithm)
    return replace(draft, type=kind, **changes)


def check(draft: Draft, base: Entry | None = None, *, asked: bool = True) -> None:
    """Check that the draft makes a valid entry: a new one, or `base` with its fields.

    Without `asked`, secret and PIN are not checked, as they have yet to be typed.

    Raises:
        UsageError: it doesn't; the message names every mistake.
    """
    found = [
        why if name in _ASKED else f"--{name}: {why}"
        for name, why in draft.mistakes(base).items()
        if asked or name not in _ASKED
    ]
    if found:
        raise UsageError(" ".join(found))
