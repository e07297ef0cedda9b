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
