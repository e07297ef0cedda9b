"""Changed contents of encrypted files and archives: what a reader gets after it decrypted them.

A changed byte of an encrypted file ends at its authentication. Here the file stays, and what the
ciphers and the archive return is changed: its JSON, XML, lines, object streams and wrapped keys.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from functools import cache, partial
from types import SimpleNamespace
from typing import Any

import pytest

from tests.backup.formats import freeotp_files, kdbx
from tests.backup.formats import test_andotp as andotp_files
from tests.backup.formats import test_authenticator_cc as cc_files
from tests.backup.formats import test_cotp as cotp_files
from tests.backup.formats import test_onepux as onepux_files
from tests.backup.formats import test_otpclient as otpclient_files
from tests.backup.formats import test_phone_files as phone_files
from tests.backup.formats import test_totp_authenticator as totp_files
from tests.backup.formats import test_zipped_uris as zipped_files
from tests.backup.formats.test_all_readers import CREDENTIALS, WORDS, cheap_kdfs, written
from tests.soak.fuzz import MEMORY, SECONDS, changed, read
from tests.soak.report import Result
from tui.backup.content import FileContent
from tui.backup.formats import (
    _json,
    _xchacha,
    _zip,
    authenticator_cc,
    otpclient,
    totp_authenticator,
)
from tui.backup.formats.keepass import xml_reader
from tui.backup.model import Credentials, Format
from tui.backup.registry import by_name, formats
from tui.crypto import aead, kdf

_VALUES: tuple[Any, ...] = (
    *(None, True, False, -1, 0, 1, 2**31, 2**64, -1.5, 1e300, "", [], {}, [[]], {"": ""}, "\ud800"),
    *("JBSWY3DPEHPK3PXP", "totp", "HOTP", "SHA1", "AAAA", "00" * 16, "x:y", "\x1b[2J", "9" * 30),
    *("otpauth://totp/a?secret=A", "otpauth://totp/%zz?secret=JBSWY3DP&digits=99", "steam://x"),
)
_CHECKED = ("aegis", "vault")
"""Formats whose wrapped keys have a length that is checked before they are decrypted."""


class Contents:
    """What a reader decrypts from one file; one of these values is changed at each reading."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []
        """The values of the last reading, unchanged, in their order."""
        self.target = -1
        """The place of the value that is changed."""
        self.change: Callable[[bytes], bytes] = bytes

    def through(self, value: bytes) -> bytes:
        """Return `value`, or what it is changed into."""
        self.seen.append(value)
        return self.change(value) if len(self.seen) - 1 == self.target else value

    def wrapped(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return `function` with its result changed."""

        def call(*given: Any, **named: Any) -> Any:
            result = function(*given, **named)
            return self.through(result) if isinstance(result, bytes) else result

        return call

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return `function` with its first argument changed."""
        return lambda data, *rest: function(self.through(data), *rest)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Change what all ciphers, key derivations excepted, and the archives return."""
        from tui.vault import state  # noqa: F401, the copy of a vault imports it when it reads

        for each in formats():
            each.sniff(FileContent(b""))
        with pytest.MonkeyPatch.context() as patch:
            for owner, name in (
                *((aead, name) for name in ("aes_gcm_decrypt", "aes_cbc_decrypt",
                                            "aes_cbc_decrypt_padded")),
                *((_xchacha, name) for name in ("xchacha20_poly1305_decrypt", "stream_decrypt")),
                *((_zip, "read"), (otpclient, "_decrypted"), (authenticator_cc, "_decrypted")),
            ):  # fmt: skip
                function = getattr(owner, name)
                # A module that imported the function has a name of its own for it.
                users = [
                    module
                    for key, module in list(sys.modules.items())
                    if key.startswith("tui.") and vars(module).get(name) is function
                ]
                for module in users:
                    patch.setattr(module, name, self.wrapped(function))
            patch.setattr(aead.AesGcmSiv, "decrypt", self.wrapped(aead.AesGcmSiv.decrypt))
            patch.setattr(xml_reader, "parse", self.before(xml_reader.parse))
            loads = {name: self.before(getattr(_json, name)) for name in ("load", "load_object")}
            patch.setattr(totp_authenticator, "_json", SimpleNamespace(**loads))
            yield


def made() -> tuple[tuple[str, bytes, Credentials], ...]:
    """Return a file of each kind that can't be written: its format, and what opens it."""
    row = json.dumps([andotp_files.ROW]).encode()
    token = freeotp_files.token(type="HOTP", counter=7)
    xml = kdbx.document(kdbx.entry(kdbx.Stream(3), Title="A", Password="p", otp=kdbx.URI))
    line, archive = zipped_files.LINE, zipped_files.archive
    raivo = {"kind": "HOTP", "issuer": "Shop", "account": "me", "secret": zipped_files.SECRET,
             "timer": "30", "algorithm": "SHA1", "digits": "8", "counter": "7"}  # fmt: skip
    totp = totp_files.sealed([totp_files.row(), totp_files.row(base=32, key="JBSWY3DP")], "secret")
    cotp = cotp_files.database(cotp_files.plain(cotp_files.ROW, {**cotp_files.ROW, "type": "HOTP"}))
    return (
        ("andotp", andotp_files.new(row), andotp_files.PASSWORD),
        ("andotp", andotp_files.old(row), andotp_files.PASSWORD),
        *(
            ("authenticator-cc", json.dumps(file()).encode(), Credentials(cc_files.PASSWORD))
            for file in (cc_files.v1, cc_files.v2, cc_files.v3)
        ),
        ("authy", phone_files.authy_file(phone_files.encrypted(phone_files.SECRET)),
         Credentials(phone_files.PASSWORD)),
        ("cotp", cotp, cotp_files.PASSWORD),
        ("freeotp", freeotp_files.backup(freeotp_files.pairs(token)),
         Credentials(freeotp_files.PASSWORD)),
        ("1pux", onepux_files.export(onepux_files.root(onepux_files.item(onepux_files.URI))),
         Credentials()),
        ("keepass", kdbx.Kdbx4(xml).build(), Credentials(kdbx.PASSWORD)),
        ("otpclient", otpclient_files.database(), Credentials(otpclient_files.PASSWORD)),
        ("raivo", archive("raivo-otp-export.json", json.dumps([raivo]).encode()), Credentials()),
        ("totp-authenticator", totp, Credentials("secret")),
        ("winauth", archive("winauth-2026-01-01.txt", line), Credentials()),
        ("authenticator-plus", archive("Accounts.txt", line), Credentials()),
    )  # fmt: skip


@contextmanager
def remembered_kdfs() -> Iterator[None]:
    """Derive each key once: the same file is read again and again."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("argon2id", "argon2_of_file", "pbkdf2", "scrypt", "aes_kdf"):
            patch.setattr(kdf, name, cache(getattr(kdf, name)))
        yield


def grown(drawn: random.Random, data: bytes) -> bytes:
    """Draw other JSON of nearly the same shape, or return other bytes if it is no JSON."""
    try:
        root = json.loads(data)
    except ValueError:
        return changed(drawn, [data])
    for _ in range(drawn.randint(1, 3)):
        holder, key = drawn.choice(list(_places({"": root})))
        if holder is not None:
            _change(drawn, holder, key)
        else:
            root = deepcopy(drawn.choice(_VALUES))
    return json.dumps(root).encode()


def _places(root: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    yield None, ""
    pending = [root[""]]
    while pending:
        node = pending.pop()
        if isinstance(node, dict | list):
            for key in node if isinstance(node, dict) else range(len(node)):
                yield node, key
                pending.append(node[key])


def _change(drawn: random.Random, holder: Any, key: Any) -> None:
    if key not in (holder if isinstance(holder, dict) else range(len(holder))):
        return
    kind = drawn.randrange(4)
    if kind == 0:
        del holder[key]
    elif kind == 1 and isinstance(holder, dict):
        holder[drawn.choice(WORDS)] = holder[key]
    elif kind == 1:
        holder.append(holder[key])
    elif kind == 2 and isinstance(holder[key], str):
        text = holder[key].encode(errors="surrogatepass")
        holder[key] = changed(drawn, [text]).decode(errors="replace")
    else:
        holder[key] = deepcopy(drawn.choice(_VALUES))


def contents(runs: int, seed: int = 1, names: Sequence[str] = ()) -> Result:
    """Let each reader open `runs` files with changed contents; our errors only, within bounds."""
    used = _peak()
    attacks: list[_Attack] = []
    watched = Contents()
    with cheap_kdfs(), watched.watched():
        for form in formats():
            ours = [each for each in written() if form.sniff(FileContent(each))]
            if form.encrypted and form.write is not None and (not names or form.name in names):
                attacks.append(_Attack(form, watched, [(each, CREDENTIALS) for each in ours]))
        for each in attacks:
            each.run(runs, seed)
    with remembered_kdfs(), watched.watched():
        files: dict[str, list[tuple[bytes, Credentials]]] = {}
        for name, data, credentials in made():
            files.setdefault(name, []).append((data, credentials))
        others = [
            _Attack(by_name(name), watched, data)
            for name, data in files.items()
            if not names or name in names
        ]
        for each in others:
            each.run(runs, seed)
    attacks += others
    peak = _peak() - used
    assert peak < MEMORY, f"{peak // 2**20} MiB"
    readers = {each.form.name for each in attacks}
    return Result(
        f"{len(readers)} readers × {runs:,} contents; seed {seed}",
        f"{sum(each.kept for each in attacks):,} read, the others refused; slowest "
        f"{max(each.slowest for each in attacks):.2f} s, {peak // 2**20} MiB more memory",
    )


def _peak() -> int:
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * 1024


class _Attack:
    """The files of one reader."""

    def __init__(
        self, form: Format, watched: Contents, files: Sequence[tuple[bytes, Credentials]]
    ) -> None:
        self.form, self.kept, self.slowest = form, 0, 0.0
        self._watched, self._files = watched, files
        self._values: list[list[bytes]] = []
        for data, credentials in files:
            watched.seen, watched.target = [], -1
            assert form.read(data, credentials).entries, f"{form.name} reads no entry"
            assert watched.seen, f"{form.name} decrypts nothing"
            self._values.append(watched.seen)

    def run(self, runs: int, seed: int) -> None:
        """Read each file with one of its values changed."""
        drawn = random.Random(f"contents {seed} {self.form.name}")
        for number in range(runs):
            place = drawn.randrange(len(self._files))
            data, credentials = self._files[place]
            values = self._values[place]
            longest = max(range(len(values)), key=lambda at: len(values[at]))
            watched = self._watched
            watched.seen = []
            watched.target = longest if drawn.random() < 0.75 else drawn.randrange(len(values))
            by_shape = drawn.random() < 0.7
            watched.change = partial(grown, drawn) if by_shape else partial(_spliced, drawn, values)
            if self.form.name in _CHECKED and watched.target != longest:
                watched.change = lambda key: drawn.randbytes(len(key))
            where = f"contents of {self.form.name}, seed {seed}, run {number}"
            began = time.process_time()
            self.kept += read(self.form, data, where, credentials)
            took = time.process_time() - began
            self.slowest = max(self.slowest, took)
            assert took < SECONDS, f"{where}: {took:.1f} s"


def _spliced(drawn: random.Random, values: Sequence[bytes], data: bytes) -> bytes:
    """Draw other bytes: mostly `data` itself changed, sometimes another value of the file."""
    return changed(drawn, [data, data, data, *values])
