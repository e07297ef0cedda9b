"""The program without a vault, and with a vault of known entries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import PASSWORD, Program
from tui.clock import SystemClock
from tui.crypto.kdf import Argon2Params
from tui.otp.entry import Algorithm, Binding, Category, Entry, OtpType
from tui.otp.secret import Secret
from tui.vault.document import Document
from tui.vault.vault import Vault

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The secret of RFC 4226 appendix D and RFC 6238 appendix B, as base32."""
HOSTILE = "\x1b]52;c;AAAA\x07Evil\x9b31m\u202e[/foo]"
"""A name that would write to the clipboard, set a color and reverse the text after it."""

WORK, WEB = Category.named("Work", 1), Category.named("Web", 0)


def entries() -> tuple[Entry, ...]:
    """The entries of the filled vault."""
    rfc = Secret.base32(RFC_SECRET)
    return (
        Entry(
            id="00000000-0000-4000-8000-000000000001",
            type=OtpType.TOTP,
            issuer="GitHub",
            account="octocat",
            secret=rfc,
            digits=8,
            categories=(Binding(WORK.id), Binding(WEB.id)),
            ranking=1,
        ),
        Entry(
            id="00000000-0000-4000-8000-000000000002",
            type=OtpType.TOTP,
            issuer="GitHub Enterprise",
            account="octocat",
            secret=rfc,
            algorithm=Algorithm.SHA1,
            ranking=2,
        ),
        Entry(
            id="00000000-0000-4000-8000-000000000003",
            type=OtpType.HOTP,
            issuer="Bank",
            account="gordon",
            secret=rfc,
            counter=5,
            ranking=0,
        ),
        Entry(
            id="00000000-0000-4000-8000-000000000004",
            type=OtpType.MOTP,
            issuer="VPN",
            account=None,
            secret=Secret.text("0123456789abcdef"),
            pin="1234",
            digits=6,
            period=10,
            ranking=3,
        ),
        Entry(
            id="00000000-0000-4000-8000-000000000005",
            type=OtpType.STEAM,
            issuer="郵便局",
            account="é",
            secret=rfc,
            digits=5,
            ranking=4,
        ),
        Entry(
            id="00000000-0000-4000-8000-000000000006",
            type=OtpType.TOTP,
            issuer=HOSTILE,
            account="x",
            secret=rfc,
            ranking=5,
        ),
        Entry(
            id="00000000-0000-4000-8000-000000000007",
            type=OtpType.YANDEX,
            issuer="No PIN",
            account="x",
            secret=rfc_yandex(),
            ranking=6,
        ),
    )


def rfc_yandex() -> Secret:
    """Sixteen bytes, as in Yandex secrets."""
    return Secret.base32(RFC_SECRET[:26])


@pytest.fixture(autouse=True, scope="module")
def _keys_once(keys_once: None) -> None:
    """Programs in this process open the same vault again and again."""


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """The program without a vault."""
    made = Program(tmp_path)
    with made.cleanup:
        yield made


@pytest.fixture(scope="session")
def filled_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a vault with `entries`, made once."""
    path = tmp_path_factory.mktemp("filled") / "data" / "vault.json"
    vault = Vault.create(path, PASSWORD, Argon2Params(2, 19456, 1), SystemClock())
    vault.change(lambda _empty: Document(entries=entries(), categories=(WEB, WORK)))
    return path.read_bytes()


@pytest.fixture
def filled(program: Program, filled_bytes: bytes) -> Program:
    """The program with a vault of `entries`."""
    program.vault.parent.mkdir(mode=0o700)
    program.vault.write_bytes(filled_bytes)
    program.vault.chmod(0o600)
    return program


@pytest.fixture(scope="session")
def empty_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of an empty vault, made once."""
    path = tmp_path_factory.mktemp("empty") / "data" / "vault.json"
    Vault.create(path, PASSWORD, Argon2Params(2, 19456, 1), SystemClock())
    return path.read_bytes()
