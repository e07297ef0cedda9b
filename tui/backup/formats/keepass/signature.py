"""The first bytes of KeePass databases."""

SIGNATURE = b"\x03\xd9\xa2\x9a"
"""First 4 bytes of all databases."""
KINDS = (b"\x67\xfb\x4b\xb5", b"\x65\xfb\x4b\xb5", b"\x66\xfb\x4b\xb5")
"""The next 4 bytes: KDBX, KDB (KeePass 1), and KDBX before its release."""
