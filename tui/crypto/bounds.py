"""Bounds and defaults of the key derivation (Argon2id), as numbers, without imports.

Used by the settings, the vault reader and the backup formats.
"""

DEFAULT_MEMORY_KIB = 64 * 1024
"""64 MiB, for new vaults."""
DEFAULT_TIME_COST = 3
"""Iterations for new vaults."""
DEFAULT_PARALLELISM = 4
"""Parallelism of new vaults."""
MIN_MEMORY_KIB = 19 * 1024
"""19 MiB, the minimum for new files."""
MIN_TIME_COST = 2
"""Minimum iterations for new files."""
MAX_MEMORY_KIB = 1024 * 1024
"""1 GiB; a file with more is refused (spec: vault.md)."""
MAX_TIME_COST = 16
"""Maximum iterations; a file with more is refused."""
MAX_PARALLELISM = 16
"""Maximum parallelism; a file with more is refused."""
MAX_WORK_KIB = 4 * 1024 * 1024
"""4 GiB, the maximum of memory times iterations; a file with more is refused."""
FOREIGN_MAX_TIME_COST = 4096
"""Maximum iterations of Argon2 in files of other apps; KeePass databases with little memory have
hundreds. MAX_WORK_KIB limits the time."""
FOREIGN_MAX_PARALLELISM = 64
"""Maximum parallelism of Argon2 in files of other apps."""
MAX_PBKDF2_ROUNDS = 10_000_000
"""Maximum rounds of PBKDF2 in files of other apps (spec: formats.md)."""
MAX_SCRYPT_BLOCKS = 8 << 20
"""Maximum of N times r of scrypt: 1 GiB (spec: formats.md)."""
MAX_AES_KDF_ROUNDS = 500_000_000
"""Maximum rounds of AES-KDF in KeePass databases: less than a minute (spec: formats.md)."""
