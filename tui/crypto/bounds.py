"""Bounds and defaults of the key derivation (Argon2id), without imports.

Used by the settings, the vault reader and the backup formats.
"""

ARGON2_VERSION = 19
"""The Argon2 version of all files (0x13, RFC 9106)."""
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


def argon2_mistake(
    time_cost: object,
    memory_kib: object,
    parallelism: object,
    most_iterations: int = MAX_TIME_COST,
    most_threads: int = MAX_PARALLELISM,
) -> str:
    """Return what is wrong with the parameters of a file, as the end of a sentence; "" if nothing.

    The defaults are the bounds for vaults (spec: vault.md, "Strict reader").
    """
    if type(time_cost) is not int or not 1 <= time_cost <= most_iterations:
        return f"Argon2 iterations must be a whole number from 1 to {most_iterations}"
    if type(parallelism) is not int or not 1 <= parallelism <= most_threads:
        return f"Argon2 parallelism must be a whole number from 1 to {most_threads}"
    if type(memory_kib) is not int or not 1 <= memory_kib <= MAX_MEMORY_KIB:
        return f"Argon2 memory must be a whole number from 1 to {MAX_MEMORY_KIB}"
    if memory_kib < 8 * parallelism:
        return "Argon2 memory must be at least 8 KiB times parallelism"
    if memory_kib * time_cost > MAX_WORK_KIB:
        return "Argon2 memory times iterations must be at most 4 GiB"
    return ""
