"""The names that sync services give to conflict copies of a vault."""

from __future__ import annotations

import os
from pathlib import Path

from tui.text import safe
from tui.vault import envelope as envelopes

_MOST_NAMES = 100_000
"""Maximum number of names to look at in its folder."""
_MOST_READ = 100
"""Maximum number of files to read there."""
_START = 512
"""Length in bytes of the start of a file that shows if it is a vault."""
_WORDS = ("conflict", "conflit", "konflikt", "conflito", "..path")
"""What the name of a conflict copy contains: `.sync-conflict-…` (Syncthing), `(conflicted copy …)`
and `(… conflicted copy …)` (Nextcloud, Dropbox), the same in other languages, `_conflict-…`
(ownCloud), `.conflict-…` (otp-tui), `.conflict1` and `..path1` (rclone), `(SFConflict …)`
(Seafile)."""


def conflict_names(vault: Path) -> list[str]:
    """Return the names of the regular files next to a vault that look like its conflict copies.

    If there are too many, vaults come before other files, and then newer files before older ones.
    """
    names, _ = _look(vault)
    if len(names) > _MOST_READ:
        names = sorted(names, key=lambda name: _rank(vault.with_name(name)))[:_MOST_READ]
    return sorted(names)


def too_many(vault: Path) -> str:
    """Return a sentence if files that look like conflict copies are left out; "" if none is."""
    names, is_all = _look(vault)
    if is_all and len(names) <= _MOST_READ:
        return ""
    shown = safe(str(vault.parent), 200)
    return f"Too many files in {shown}: some that look like conflict copies were left out."


def _look(vault: Path) -> tuple[list[str], bool]:
    """Return the names that look like conflict copies; False if some were not looked at."""
    names = []
    try:
        with os.scandir(vault.parent) as entries:
            for _, entry in zip(range(_MOST_NAMES), entries, strict=False):
                if _may_be_copy(entry.name, vault) and _is_regular(entry):
                    names.append(entry.name)
            return names, next(entries, None) is None
    except OSError:
        return [], True


def is_of_another(name: str, vault: Path) -> bool:
    """Return True for `vault-work.sync-conflict-….json`, if `vault` is `vault.json` and there is a
    `vault-work.json`."""
    ends = range(len(vault.stem) + 1, len(name))
    others = {f"{name[:end]}{vault.suffix}" for end in ends}
    return any(
        os.path.isfile(vault.with_name(other))  # noqa: PTH113 - raises nothing
        for other in others
        if not _may_be_copy(other, vault)
    )


def _rank(path: Path) -> tuple[bool, float]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            start, status = os.pread(descriptor, _START, 0), os.fstat(descriptor)
        finally:
            os.close(descriptor)
    except OSError:
        return True, 0.0
    return f'"{envelopes.FORMAT}"'.encode() not in start, -status.st_mtime


def _may_be_copy(name: str, vault: Path) -> bool:
    words = name.removeprefix(vault.stem).lower()
    if name.endswith(".lock"):
        return False
    return name.startswith(vault.stem) and any(word in words for word in _WORDS)


def _is_regular(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file(follow_symlinks=False)
    except OSError:
        return False
