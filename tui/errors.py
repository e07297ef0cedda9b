"""Every exception of otp-tui, on one tree.

OtpTuiError                     one sentence for the user, and the exit code it means
├── UsageError                  what was asked for does not fit together         exit 2
├── ConfigError                 config.toml cannot be used                       exit 2
├── MatchError                  no entry, or several, fit the query              exit 4
├── ClipboardError              a code could not be copied
├── PasswordCommandError        the password command gave no password
├── FileError                   a file cannot be read or written
│   └── ExportError             nothing was exported, nothing was left behind
│       └── ExportExistsError   there is a file already, and nobody said to replace it
├── CryptoError                 a key cannot be derived, bytes cannot be decrypted
│   └── AuthenticationError     wrong key, or the bytes were changed: they look alike
├── EntryError                  one entry cannot be understood
│   └── UriError                an otpauth:// or motp:// URI cannot be read
├── FormatError                 a backup file is not what it should be           exit 3
│   └── BackupPasswordError     wrong password, or the backup is damaged         exit 3
└── VaultError                  the vault cannot be used
    ├── VaultMissingError       there is no vault at that path
    ├── VaultExistsError        there is a vault at that path already
    ├── NothingToUndoError      no step, or none that can be taken back any more
    ├── DamagedVaultError       the vault's bytes do not hold together           exit 3
    │   └── WrongPasswordError  wrong password, or the vault is damaged          exit 3
    ├── NewerVaultError         made by a newer otp-tui; left untouched          exit 3
    └── NotSavedError           the change is in memory, the file is the old one
        └── ConflictError       another vault took our place; ours is beside it

Messages never hold a secret, a password or bytes of a file; names in them went through
`safe()`.
"""

from __future__ import annotations

from typing import ClassVar


class OtpTuiError(Exception):
    """Base of all: `str(error)` is one sentence, `hint` says what to do (may be empty)."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    @property
    def sentence(self) -> str:
        """The message and, where there is one, the hint, as a user reads them."""
        return f"{self} {self.hint}".rstrip()


class UsageError(OtpTuiError):
    """What was asked for does not fit together."""

    exit_code = 2


class ConfigError(OtpTuiError):
    """The configuration file cannot be used."""

    exit_code = 2


class MatchError(OtpTuiError):
    """No entry, or more than one, fits the query; `candidates` are labels to show."""

    exit_code = 4

    def __init__(self, message: str, hint: str = "", candidates: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint)
        self.candidates = candidates


class ClipboardError(OtpTuiError):
    """A code could not be copied; the message says why."""


class PasswordCommandError(OtpTuiError):
    """The password command gave no password; nothing that it gave is in the message."""


class FileError(OtpTuiError):
    """A file cannot be read or written."""


class ExportError(FileError):
    """Nothing was exported; no file was changed and none was left behind."""


class ExportExistsError(ExportError):
    """There is a file in the place of the export, and nobody said to replace it."""


class CryptoError(OtpTuiError):
    """A key cannot be derived or bytes cannot be decrypted; the caller knows of which file."""


class AuthenticationError(CryptoError):
    """The key is wrong or the bytes were changed: the cipher cannot tell which."""


class EntryError(OtpTuiError):
    """One entry cannot be understood; the message names the field and the reason."""


class UriError(EntryError):
    """An otpauth:// or motp:// URI cannot be read."""


class FormatError(OtpTuiError):
    """A backup file is not what it should be."""

    exit_code = 3


class BackupPasswordError(FormatError):
    """The password does not open the backup, or the backup is damaged."""


class VaultError(OtpTuiError):
    """The vault cannot be used."""


class VaultMissingError(VaultError):
    """There is no vault at that path."""


class VaultExistsError(VaultError):
    """There is a vault at that path already."""


class NothingToUndoError(VaultError):
    """There is no step to take back, or something else was changed since."""


class DamagedVaultError(VaultError):
    """The vault's bytes do not hold together."""

    exit_code = 3


class WrongPasswordError(DamagedVaultError):
    """The password does not open the vault, or the vault is damaged: they look alike."""


class NewerVaultError(VaultError):
    """The vault was made by a newer otp-tui; it was not touched."""

    exit_code = 3


class NotSavedError(VaultError):
    """The change is in memory only; the file still holds what it held before."""


class ConflictError(NotSavedError):
    """Another vault stands where ours was; ours was written beside it."""
