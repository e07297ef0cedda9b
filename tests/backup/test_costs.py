"""What the most expensive hostile files cost: 2 s of a processor and 512 MiB at most.

The bounds that hold this are tested beside each reader; here, files just below them are measured.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.backup.formats.kdbx import PASSWORD as KDBX_PASSWORD
from tests.backup.formats.kdbx import Kdbx4, kdbx3
from tests.backup.formats.kdbx import document as kdbx_document
from tests.backup.formats.test_vault_copy import PASSWORD, with_slots
from tests.conftest import STRESS
from tui import limits
from tui.backup.formats.keepass import xml_reader
from tui.vault import document

pytestmark = pytest.mark.skipif(not STRESS, reason="takes a minute")

SECONDS = 2.0
MIB = 512
_MEASURE = """
import resource, sys
from pathlib import Path
from tui.backup.model import Credentials
from tui.backup.registry import formats
from tui.backup.sources import read_source
from tui.errors import FormatError
from tests.backup.test_costs import KDBX_PASSWORD
import tui.vault.document, xml.parsers.expat
formats()
def now():
    used = resource.getrusage(resource.RUSAGE_SELF)
    status = Path("/proc/self/status").read_text()
    return used.ru_utime + used.ru_stime, int(status.split("VmHWM:")[1].split()[0]) / 1024
seconds, size = now()
try:
    read_source(sys.argv[1]).open(Credentials(sys.argv[2]))
except FormatError:
    pass
seconds_after, size_after = now()
print(seconds_after - seconds, size_after - size)
"""
_VALUES = limits.BACKUP_VALUES - 100
_LISTS = b'"Categories":[],"AuthenticatorCategories":[],"CustomIcons":[]'
_STRING = "<String><Key>otp</Key><Value{}>QUJD</Value></String>"
_PROTECTED = _STRING.format(' Protected="True"')


def _keys(count: int) -> bytes:
    return b",".join(b'"%x":0' % number for number in range(count))


def _xml(unit: str, elements: int, limit: int) -> bytes:
    return kdbx_document(f"<Entry>{unit * (limit // elements - 10)}</Entry>")


def _in_a_vault(plain: bytes) -> bytes:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document, "write", lambda _: plain)
        return with_slots(PASSWORD)


FILES: dict[str, Callable[[], bytes]] = {
    "distinct keys": lambda: b'{"Authenticators":[],%b,%b}' % (_LISTS, _keys(_VALUES)),
    "Aegis with distinct keys": lambda: (
        b'{"version":1,"header":{"slots":null,"params":null},"db":{"version":3,"entries":[]},%b}'
        % _keys(_VALUES)
    ),
    "numbers": lambda: b'{"Authenticators":[%b0],%b}' % (b"0," * _VALUES, _LISTS),
    "objects": lambda: (
        b'{"Authenticators":[],%b}' % _LISTS.replace(b":[]", b":[%b]" % (b"{}," * 190_000 + b"{}"))
    ),
    "vault of lists": lambda: _in_a_vault(b'{"entries":[%b0]}' % (b"[]," * (limits.ITEMS - 1))),
    "vault of distinct keys": lambda: _in_a_vault(b"{%b}" % _keys(limits.VAULT_VALUES)),
    "vault of entries": lambda: _in_a_vault(
        b'{"entries":[%b0]}' % (b'{"id":"a","type":"totp","issuer":"b"},' * (limits.ITEMS - 1))
    ),
    "KDBX 4, strings": lambda: Kdbx4(_xml(_STRING.format(""), 3, xml_reader.MAX_CURRENT)).build(),
    "KDBX 4, protected": lambda: Kdbx4(_xml(_PROTECTED, 3, xml_reader.MAX_CURRENT)).build(),
    "KDBX 3, protected": lambda: kdbx3(_xml(_PROTECTED, 3, xml_reader.MAX_CURRENT)),
    "KDBX 4, older": lambda: Kdbx4(
        kdbx_document(f"<Entry><History>{_PROTECTED * 520_000}</History></Entry>")
    ).build(),
    "KDBX 4, lines": lambda: Kdbx4(kdbx_document("\n" * (127 << 20))).build(),
    "KDBX 4, one text": lambda: Kdbx4(kdbx_document("a" * (127 << 20))).build(),
}


@pytest.fixture
def measured(tmp_path: Path) -> Callable[[bytes, str], tuple[float, float]]:
    """Return a function that returns the seconds and MiB that opening a file takes."""

    def measure(data: bytes, password: str) -> tuple[float, float]:
        path = tmp_path / "hostile"
        path.write_bytes(data)
        command = [sys.executable, "-c", _MEASURE, str(path), password]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
        seconds, size = done.stdout.split()
        return float(seconds), float(size)

    return measure


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_costs_little(
    name: str, measured: Callable[[bytes, str], tuple[float, float]]
) -> None:
    password = KDBX_PASSWORD if name.startswith("KDBX") else PASSWORD
    seconds, size = measured(FILES[name](), password)
    assert seconds <= SECONDS, f"{seconds:.2f} s"
    assert size <= MIB, f"{size:.0f} MiB"
