"""Every exception of otp-tui, on one tree.

OtpTuiError                     one sentence for the user, and an exit code      exit 1
├── UsageError                  the command or the input is invalid              exit 2
├── ConfigError                 config.toml can't be used                        exit 2
├── NotPlainError               only the strict reader can read config.toml
├── MatchError                  no entry matches the query, or several do        exit 4
├── ClipboardError              a code couldn't be copied
├── PasswordCommandError        the password command returned no password
├── SessionError                a vault can't be kept unlocked
│   ├── NoAgentError            there is no agent that keeps keys
│   ├── AgentFolderError        the folder of the agent's socket can't be used
│   └── SilentAgentError        the agent doesn't answer
├── ForwardError                no code came through the SSH agent
├── FileError                   a file can't be read or written
│   └── ExportError             nothing was exported, nothing was left behind
│       └── ExportExistsError   the file exists, and replacing it was not requested
├── CryptoError                 a key can't be derived, data can't be decrypted
│   └── AuthenticationError     wrong key, or the data was changed: both look alike
├── EntryError                  one entry is invalid
│   └── UriError                an otpauth:// or motp:// URI is invalid
├── EditConflictError           another program changed what the user edited
├── ImageFaultError             an image can't be read
├── FormatError                 a backup file is invalid                         exit 3
│   └── BackupPasswordError     wrong password, or the backup is damaged         exit 3
│       └── MoreSlotsError      wrong, but slots that take long weren't tried    exit 3
└── VaultError                  the vault can't be used
    ├── VaultMissingError       there is no vault at that path
    ├── VaultExistsError        a file exists at that path
    ├── InvalidVaultError       bytes are not a vault: the reason
    ├── ForeignFileError        a file in the vault's place must not be overwritten
    ├── NothingToUndoError      there is nothing to undo, or something else changed since
    ├── DamagedVaultError       the vault's file is damaged                      exit 3
    │   └── WrongPasswordError  wrong password, or the vault is damaged          exit 3
    ├── NewerVaultError         created by a newer otp-tui; not changed          exit 3
    └── NotSavedError           the change is only in memory, the file is unchanged
        ├── OlderVaultError     the file is older than the one last used here
        ├── HalfSavedError      the file has the change, but a crash may undo it
        ├── ReplacedMeanwhileError  another program replaced it during the save
        ├── NewPasswordError    another program saved it under another key
        └── ConflictError       another vault took its place; ours is saved next to it

Messages never contain a secret, a password or bytes of a file; names in them went through
`safe()`.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing takes 6 ms to import
if TYPE_CHECKING:
    from typing import ClassVar


class OtpTuiError(Exception):
    """Base of all: `str(error)` says what happened, `hint` what to do (may be empty)."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    @property
    def sentence(self) -> str:
        """The message and any hint, as users read them."""
        return f"{self} {self.hint}".rstrip()


class UsageError(OtpTuiError):
    """The command or what the user entered is invalid."""

    exit_code = 2


class ConfigError(OtpTuiError):
    """The settings file can't be used."""

    exit_code = 2


class NotPlainError(OtpTuiError):
    """The settings file has more than the fast reader knows: only `config.load` can read it."""

    def __init__(self) -> None:
        super().__init__("The settings file can't be read the fast way.")


class MatchError(OtpTuiError):
    """No entry matches the query, or several do; `candidates` are their labels."""

    exit_code = 4

    def __init__(self, message: str, hint: str = "", candidates: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint)
        self.candidates = candidates


class ClipboardError(OtpTuiError):
    """A code couldn't be copied."""


class PasswordCommandError(OtpTuiError):
    """The password command returned no password; the message has none of its output."""


class SessionError(OtpTuiError):
    """A vault can't be kept unlocked."""


class NoAgentError(SessionError):
    """There is no agent that keeps keys."""


class AgentFolderError(SessionError):
    """The folder of the agent's socket can't be used."""


class SilentAgentError(SessionError):
    """The agent is there, but stopped or stuck."""


class ForwardError(OtpTuiError):
    """The SSH agent gave no code, or what it sent is invalid."""


class FileError(OtpTuiError):
    """A file can't be read or written."""


class ExportError(FileError):
    """Nothing was exported; no file was changed and none was left behind."""


class ExportExistsError(ExportError):
    """The export's file exists, and replacing it was not requested."""


class CryptoError(OtpTuiError):
    """A key can't be derived or data can't be decrypted; the caller adds which file."""


class AuthenticationError(CryptoError):
    """The key is wrong or the data was changed: the cipher can't tell which."""


class EntryError(OtpTuiError):
    """An entry is invalid; the message is the end of a sentence and names the field."""


class UriError(EntryError):
    """An otpauth:// or motp:// URI is invalid."""


class EditConflictError(OtpTuiError):
    """Another program changed a field of an entry that the user edited."""


class ImageFaultError(OtpTuiError):
    """An image can't be read; the message is one of the faults in `backup.image_program`."""


class FormatError(OtpTuiError):
    """A backup file is invalid."""

    exit_code = 3


class BackupPasswordError(FormatError):
    """The password is wrong, or the backup is damaged."""


class MoreSlotsError(BackupPasswordError):
    """The password opens none of the slots tried; trying the others takes long."""


class VaultError(OtpTuiError):
    """The vault can't be used."""


class VaultMissingError(VaultError):
    """There is no vault at that path."""


class VaultExistsError(VaultError):
    """There is a file at the path of the new vault."""


class InvalidVaultError(VaultError):
    """Bytes are not a vault; the message is the reason, as the end of a sentence."""


class ForeignFileError(VaultError):
    """A file at the vault's path must not be overwritten; the message is a whole sentence."""


class NothingToUndoError(VaultError):
    """There is nothing to undo or redo, or something else changed since."""


class DamagedVaultError(VaultError):
    """The vault's file is damaged, or not a vault."""

    exit_code = 3


class WrongPasswordError(DamagedVaultError):
    """The password is wrong, or the vault is damaged: both look alike."""


class NewerVaultError(VaultError):
    """The vault was created by a newer version of otp-tui; it was not changed."""

    exit_code = 3


class NotSavedError(VaultError):
    """The change is only in memory; the file is unchanged."""


class OlderVaultError(NotSavedError):
    """The vault's file is older than the one last used here, and that was not accepted."""


class HalfSavedError(NotSavedError):
    """The file has the new password or code, or may have it; a crash may still undo that."""


class ReplacedMeanwhileError(NotSavedError):
    """Another program replaced the file while it was being saved; it is unchanged."""


class NewPasswordError(NotSavedError):
    """Another program saved the file under another key: only its password opens it."""


class ConflictError(NotSavedError):
    """Another vault took the place of ours; ours was saved next to it."""
