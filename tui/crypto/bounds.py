"""Bounds and defaults of the key derivation (Argon2id), as plain numbers without imports.

The settings, the reader of vaults and the formats of backups all go by these.
"""

DEFAULT_MEMORY_KIB = 64 * 1024
"""64 MiB, for new vaults."""
DEFAULT_TIME_COST = 3
"""Iterations for new vaults."""
DEFAULT_PARALLELISM = 4
"""Parallelism of new vaults."""
MIN_MEMORY_KIB = 19 * 1024
"""19 MiB: a new file never gets less."""
MIN_TIME_COST = 2
"""A new file never gets fewer iterations."""
MAX_MEMORY_KIB = 1024 * 1024
"""1 GiB: a file that asks for more is refused (spec: vault.md)."""
MAX_TIME_COST = 16
"""A file that asks for more iterations is refused."""
MAX_PARALLELISM = 16
"""A file that asks for more parallelism is refused."""
MAX_WORK_KIB = 4 * 1024 * 1024
"""4 GiB: a file whose memory times iterations is more is refused."""
