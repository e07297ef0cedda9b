"""Limits of files and entries, as numbers, without imports."""

FILE = 16 * 1024 * 1024
"""Maximum size of a vault or a backup, in bytes (spec: hostile-input.md)."""
ID = 64
"""Maximum length of an entry's id, in characters; ours are UUIDs of 36."""
DIGITS = 10
"""Maximum number of digits: a truncated hash is below 2^31, so ten digits show all of it."""
PERIOD = 86_400 * 365
"""Maximum period in seconds: a year. Anything above is an error in the file."""
COUNTER = 2**63 - 1
"""Maximum counter that all apps can store (a signed 64-bit number)."""
MOMENT = 253_402_300_799
"""Maximum Unix time to compute codes for: the end of the year 9999."""
JSON_CONTAINERS = 600_000
"""Maximum number of objects and lists in a JSON text."""
BACKUP_VALUES = 700_000
"""Maximum number of values in the JSON of a backup, which is parsed twice."""
VAULT_VALUES = 1_000_000
"""Maximum number of values in the document of a vault; a full vault of 16 MiB has fewer."""
ITEMS = 100_000
"""Maximum number of items in each list of the document of a vault."""


def too_many_parts(text: bytes, values: int) -> bool:
    """Return True if a JSON text may have more containers or values than parsing is quick for.

    Counting takes milliseconds for a text whose values take minutes.
    """
    containers = text.count(b"{") + text.count(b"[")
    return containers > JSON_CONTAINERS or text.count(b",") > values
