"""Limits of files, as numbers, without imports."""

FILE = 16 * 1024 * 1024
"""Maximum size of a vault or a backup, in bytes (spec: hostile-input.md)."""
