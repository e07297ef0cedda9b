"""Parts of one export in several files: joined, whatever their kind and order."""

from __future__ import annotations

import base64
from urllib.parse import quote

from tests import interop
from tests.backup.formats.test_qr_image import code, saved
from tests.backup.support import recognize
from tests.vault.support import entry
from tui.backup.formats.google.payload import Payload, PayloadEntry, dump
from tui.backup.formats.google.writer import uris as google_uris
from tui.backup.model import Backup, Credentials
from tui.backup.sources import OpenedBackup, join_parts
from tui.otp.secret import Secret


def export(first: str, count: int) -> list[str]:
    """The URIs of the parts, two entries in each, of an export of `count` entries."""
    entries = (
        entry(f"{first} {place}", ranking=place, secret=Secret.base32(f"MFRGGZDFMZTWQ2L{letter}"))
        for place, letter in enumerate("ABCDEFGH"[:count])
    )
    return list(google_uris(Backup(tuple(entries)), 2))


def read(data: bytes) -> Backup:
    form = recognize(data)
    assert form is not None
    return form.read(data, Credentials())


def text(*uris: str) -> Backup:
    return read("\n".join(uris).encode())


def picture(uri: str) -> Backup:
    return read(saved(code(uri)))


def join(files: list[tuple[str, Backup]]) -> list[OpenedBackup]:
    return join_parts([OpenedBackup((name,), backup) for name, backup in files])


def issuers(joined: OpenedBackup) -> list[str]:
    return [each.issuer for each in joined.backup.entries]


def test_parts_in_images_and_texts_are_joined_in_their_own_order() -> None:
    parts = export("Site", 6)
    assert len(parts) == 3
    (whole,) = join(
        [("c.png", picture(parts[2])), ("a.png", picture(parts[0])), ("b.txt", text(parts[1]))]
    )
    assert issuers(whole) == [f"Site {place}" for place in range(6)]
    assert [each.ranking for each in whole.backup.entries] == list(range(6))
    assert not whole.backup.problems
    assert whole.files == ("c.png", "a.png", "b.txt")
    assert whole.backup.parts is None


def test_a_part_missing_from_all_files_is_reported_once() -> None:
    parts = export("Site", 8)
    (whole,) = join([("a", picture(parts[0])), ("c", picture(parts[2]))])
    assert [each.reason for each in whole.backup.problems] == ["parts 2, 4 of 4 are missing"]


def test_a_part_in_two_files_counts_once() -> None:
    parts = export("Site", 4)
    (whole,) = join([("a", text(*parts)), ("b", text(parts[1]))])
    assert issuers(whole) == [f"Site {place}" for place in range(4)]


def test_files_of_different_exports_are_not_joined_and_keep_their_order() -> None:
    first, second = export("First", 4), export("Second", 4)
    alone = Backup((entry("Alone"),))
    joined = join(
        [
            ("1", text(first[1])),
            ("2", text(second[0])),
            ("3", alone),
            ("4", text(first[0])),
            ("5", text(export("Whole", 2)[0])),
        ]
    )
    assert [each.files for each in joined] == [("1", "4"), ("2",), ("3",), ("5",)]
    assert issuers(joined[0]) == [f"First {place}" for place in range(4)]
    assert "missing" in joined[1].backup.problems[0].reason
    assert joined[2].backup == alone


def test_a_file_with_parts_of_two_exports_joins_the_files_of_both() -> None:
    first, second = export("First", 4), export("Second", 4)
    files = [("1", text(first[0])), ("2", text(second[0])), ("3", text(second[1], first[1]))]
    (whole,) = join(files)
    assert issuers(whole) == [*(f"First {n}" for n in range(4)), *(f"Second {n}" for n in range(4))]
    assert not whole.backup.problems


def test_a_problem_names_its_file() -> None:
    parts = export("Site", 4)
    (whole,) = join([("a.txt", text(parts[0], "otpauth://nothing")), ("b.txt", text(parts[1]))])
    assert [each.what for each in whole.backup.problems] == ["a.txt, line 2"]


def test_a_real_part_of_an_export_is_joined_with_the_others() -> None:
    """An image of part 2 of 3, from an app that gives its exports no identity."""
    (row,) = (
        each
        for each in interop.samples("google-migration")
        if each["file"].endswith(".png") and (each.get("batches") or [{}])[0].get("batch_size") == 3
    )
    middle = read((interop.ROOT / row["file"]).read_bytes())
    others = [
        dump(Payload((PayloadEntry(b"12345678901234567890", name, b"", 1, 1, 2),), 3, index))
        for index, name in ((0, b"first"), (2, b"last"))
    ]
    uris = [
        f"otpauth-migration://offline?data={quote(base64.b64encode(each).decode(), safe='')}"
        for each in others
    ]
    (whole,) = join([("b.png", middle), ("c.png", picture(uris[1])), ("a.png", picture(uris[0]))])
    accounts = [each.account for each in whole.backup.entries]
    assert accounts == ["first", *(each.account for each in middle.entries), "last"]
    assert not whole.backup.problems


def test_no_repr_shows_the_uris_of_parts() -> None:
    found = text(export("Site", 4)[0])
    assert found.parts is not None
    assert "otpauth" not in repr(found)
    assert "otpauth" not in repr(found.parts)
