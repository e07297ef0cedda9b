"""`otp-tui code` in the plain case, before anything slow is imported.

A time-based entry, few options, no problem: anything else is left to `commands.code`, with the key
if it was derived. Both print the same.
"""

from __future__ import annotations

import os

from tui import limits
from tui.cli import fast_paths, output
from tui.clock import SystemClock

TYPE_CHECKING = False  # typing takes 6 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui.cli.fast_paths import VaultFile
    from tui.vault.one_entry import PlainEntry
    from tui.vault.reader import Header, Slot

_WITH_VALUE = {"--vault", "--at", "--password-file"}
_WITHOUT = {"--json", "--next", "--password-stdin"}


class Derivation:
    """A vault key that is being derived from the password."""

    def __init__(self, vault_id: str, slot: Slot, wrapping_key: Callable[[], bytes | None]) -> None:
        self._vault_id = vault_id
        self._slot = slot
        self._wrapping_key = wrapping_key

    def key(self, vault_id: str) -> bytes | None:
        """Wait for the key of this vault; return None if it is another's, or memory is short.

        Raises:
            WrongPasswordError: the password is wrong.
        """
        from tui.crypto.aead import aes_gcm_decrypt
        from tui.errors import AuthenticationError
        from tui.vault.reader import wrong

        wrapping_key = self._wrapping_key() if vault_id == self._vault_id else None
        if wrapping_key is None:
            return None
        slot = self._slot
        try:
            return aes_gcm_decrypt(
                wrapping_key, slot.nonce, slot.wrapped_key, slot.context(vault_id)
            )
        except AuthenticationError:
            raise wrong("password") from None


class Printed:
    """The code was printed: exit code 0."""

    def __init__(self, entry: PlainEntry) -> None:
        self.entry = entry


class HeadStart:
    """What the ordinary command needs not do again."""

    def __init__(self, line: str | None, derivation: Derivation | None) -> None:
        self.line = line
        """The password from standard input, which can't be read again; None if it wasn't."""
        self.derivation = derivation
        """The key, if its derivation was started."""


class _Asked:
    """The arguments of a plain `code`."""

    def __init__(self, query: str, options: dict[str, str]) -> None:
        self.query = query
        self.options = options
        self.at = float(options["--at"]) if "--at" in options else None

    @property
    def has_password(self) -> bool:
        return "--password-stdin" in self.options or "--password-file" in self.options


def attempt(argv: Sequence[str]) -> Printed | HeadStart | None:
    """Print the code that `argv` asks for.

    If it is not a plain case, nothing is printed, and the ordinary command goes on with what is
    returned.

    Raises:
        OtpTuiError: as the ordinary command.
        KeyboardInterrupt: Ctrl+C.
    """
    asked = _parse(argv)
    if asked is None or not output.is_open():
        return None
    path = fast_paths.vault_path(asked.options.get("--vault"))
    file = None if path is None else fast_paths.open_vault(path)
    if path is None or file is None:
        return None
    if asked.has_password:
        return _with_password(asked, path, file)
    data = file.read()
    return None if data is None else _unlocked(asked, path, data)


def _unlocked(asked: _Asked, path: str, data: bytes) -> Printed | None:
    """Use the key that `otp-tui unlock` left."""
    from tui.session import choose

    header = _read(path, data)
    if not fast_paths.is_last_seen(path, header.vault_id, header.generation, data):
        return None
    key = choose(os.environ).key(header.vault_id)
    return None if key is None else _print(asked, header, key)


def _with_password(asked: _Asked, path: str, file: VaultFile) -> Printed | HeadStart | None:
    """Derive the key while the rest is read and imported, and the strict reader decides."""
    data = None
    guess = _guess(file.start)
    if guess is None or "--password-stdin" in asked.options:
        data = file.read()
        if guess is None or data is None:
            return None
        _read(path, data)  # its mistake comes before one in standard input
    password, line = _password(asked)
    wrapping_key = None if password is None else _start(password, guess)
    data = data or file.read()
    if wrapping_key is None or data is None:
        return HeadStart(line, None)
    header = _read(path, data)
    slot = _password_slot(header.slots)
    if slot is None or (slot.salt, slot.argon2) != (guess.salt, guess.argon2):
        return HeadStart(line, None)
    derivation = Derivation(header.vault_id, slot, wrapping_key)
    if fast_paths.is_last_seen(path, header.vault_id, header.generation, data):
        _import_rest()
        key = derivation.key(header.vault_id)
        printed = None if key is None else _print(asked, header, key)
        if printed is not None:
            return printed
    return HeadStart(line, derivation)


def _password(asked: _Asked) -> tuple[str | None, str | None]:
    """Return the password, None if its file can't be used; and the line of standard input."""
    from tui.cli.given_secrets import NAMES, from_file, line_of_stdin
    from tui.errors import FileError

    file = asked.options.get("--password-file")
    if file is None:
        line = line_of_stdin("password")
        return line, line
    try:
        return from_file(file, NAMES["password"]), None
    except FileError:
        return None, None


def _import_rest() -> None:
    from tui.crypto import aead
    from tui.vault import one_entry  # noqa: F401

    aead.prepare()


def _parse(argv: Sequence[str]) -> _Asked | None:
    """Return what a plain command line asks for."""
    if len(argv) < 2 or argv[0] != "code":
        return None
    words: list[str] = []
    options: dict[str, str] = {}
    rest = iter(argv[1:])
    ended = False
    for argument in rest:
        if argument[:1] != "-":
            if not argument or ended or "://" in argument:
                return None
            words.append(argument)
            continue
        ended = bool(words)
        name, equals, value = argument.partition("=")
        if name in _WITH_VALUE:
            value = value if equals else next(rest, "")
            if not value or value[0] == "-" or "://" in value:
                return None
        elif name not in _WITHOUT or equals:
            return None
        if name in options:
            return None
        options[name] = value
    return _checked(words, options)


def _checked(words: list[str], options: dict[str, str]) -> _Asked | None:
    if not words or {"--password-stdin", "--password-file"} <= options.keys():
        return None
    query = " ".join(words)
    if not query.strip():
        return None
    if not query.isascii():  # as args.utf8
        query = os.fsencode(query).decode("utf-8", "replace")
    try:
        asked = _Asked(query, options)
    except ValueError:
        return None
    return asked if asked.at is None or 0 <= asked.at <= limits.MOMENT else None


def _read(path: str, data: bytes) -> Header:
    """Read the header strictly.

    Raises:
        NewerVaultError, DamagedVaultError: as the ordinary command.
    """
    from tui.text import safe
    from tui.vault.reader import read

    return read(data, f"The vault {safe(path, 200)}")


def _guess(start: bytes) -> Slot | None:
    """Return the password's slot by the start of the file; the strict reader has the last word."""
    from tui.vault.reader import first_slots

    slots = first_slots(start[: max(0, start.find(b',"payload":"'))])
    return _password_slot(slots)


def _password_slot(slots: Sequence[Slot]) -> Slot | None:
    """Return the only slot of a password; None if there are none or several."""
    found = [slot for slot in slots if slot.argon2 is not None]
    return found[0] if len(found) == 1 else None


def _start(password: str, slot: Slot) -> Callable[[], bytes | None] | None:
    """Start to derive the key that opens a slot."""
    from unicodedata import normalize

    from tui.crypto import argon2_thread

    secret = normalize("NFKC", password).encode()
    return None if slot.argon2 is None else argon2_thread.start(secret, slot.salt, *slot.argon2)


def _print(asked: _Asked, header: Header, key: bytes) -> Printed | None:
    """Print the code; return None, having printed nothing, if anything is unusual."""
    from tui.crypto.aead import aes_gcm_decrypt
    from tui.errors import AuthenticationError
    from tui.vault.one_entry import find

    try:
        plaintext = aes_gcm_decrypt(key, header.nonce, header.payload, header.context)
    except AuthenticationError:
        return None
    entry = find(plaintext, asked.query)
    if entry is None:
        return None
    moment = SystemClock().now() if asked.at is None else asked.at
    code = entry.code_at(moment, 1 if "--next" in asked.options else 0)
    if "--json" in asked.options:
        output.json(output.code_object(entry, code))
    else:
        output.lines([code.text])
    return Printed(entry)
