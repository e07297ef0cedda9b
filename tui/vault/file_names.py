"""Names of the small files that belong to a vault at one path. They contain no path.

Fast to import: `otp-tui code` looks at these files before anything else.
"""

from __future__ import annotations


def seen_name(vault_id: str, path: object) -> str:
    """Return the name of the file in which this machine remembers the vault (`vault.seen`)."""
    return f"{_hash(vault_id, path)[:32]}.json"


def unsaved_name(vault_id: str, path: object) -> str:
    """Return how the names of files with unsaved changes begin, before a dash (`vault.unsaved`)."""
    return _hash(vault_id, path)[:24]


def _hash(vault_id: str, path: object) -> str:
    from hashlib import sha256

    return sha256(f"{vault_id}\0{path}".encode(errors="surrogateescape")).hexdigest()
