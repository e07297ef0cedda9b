"""The prose of the manual page; see `man_page`."""

from __future__ import annotations

from tui.backup.model import SECRET_VARIABLE

DESCRIPTION = [
    "`otp-tui` shows one-time codes (TOTP, HOTP, Steam, Mobile-OTP, Yandex) from an encrypted "
    "vault. Without a command, it opens the app, which creates a vault the first time. With a "
    "command, it performs one task and exits, e.g. in scripts and on servers.",
    "It imports backups of Aegis, 2FAS, Ente Auth, Bitwarden, KeePass, Authenticator Pro "
    "(Stratum), Google Authenticator and many other apps, lists of otpauth URIs and images of QR "
    "codes, and exports to several of these. `otp-tui formats` lists them.",
]

COMMANDS = [
    "`otp-tui COMMAND --help` prints the same text. `--vault` and `--config` can come before or "
    "after the command, and a command's options before or after its action.",
    "Passwords and secrets are never arguments. otp-tui asks for them on the terminal without "
    "showing them, or reads them with an option: `--...-stdin` reads the next line of standard "
    "input (the vault password first if there are several), and `--...-file` reads a file that "
    "only you can read. `password_command` in the settings can supply the vault password.",
    "A query is one or more words that must all occur in the issuer, account or category. An "
    "exact issuer, account, issuer:account, “issuer (account)” or ID wins over partial matches.",
]

KEYS = [
    "These are the default keys in the list; [keys] in the settings changes them. The bottom line "
    "shows the most common ones, `?` shows all.",
]

SETTINGS = [
    "The settings file is TOML. An invalid setting is replaced by its default. `otp-tui doctor`, "
    "the app and the commands that use the setting report it with its line number. If the file is "
    "not valid TOML, commands fail unless `--vault` or OTP_TUI_VAULT is set. config.example.toml, "
    "in the source distribution, lists all settings and their defaults.",
]

FILES = {
    "$XDG_DATA_HOME/otp-tui/vault.json": "The vault, by default in ~/.local/share. It is one JSON "
    "file; docs/vault-format.md, in the source distribution, describes how to read it without "
    "otp-tui.",
    "backups/": "Older copies of the vault, next to it: the newest ten, and one for each of the "
    "last seven days. They open with the password at the time they were saved.",
    "$XDG_CONFIG_HOME/otp-tui/config.toml": "The settings, by default in ~/.config.",
}

ENVIRONMENT = {
    "OTP_TUI_VAULT": "The vault file, unless `--vault` is given.",
    "OTP_TUI_CONFIG": "The settings file, unless `--config` is given.",
    SECRET_VARIABLE: "The server secret of AVTotpy backups, unless an option is given.",
    "OTP_TUI_SESSION": "What keeps the keys of unlocked vaults: `keyring`, `agent` (a process) or "
    "`off`. By default the first that works.",
    "NO_COLOR": "If not empty, the app uses no colors.",
    "TERM, COLORTERM": "The terminal's capabilities.",
    "TMUX, STY, SSH_CONNECTION, SSH_TTY, DISPLAY, WAYLAND_DISPLAY": "Determine how codes are "
    "copied: to tmux, to the terminal (OSC 52) or to the desktop.",
    "SSH_AUTH_SOCK": "The SSH agent, for `ssh-agent`, `code` and `list`.",
    "SSH_ASKPASS": "The program that `ssh-agent --confirm` asks with.",
    "PATH": "Where to find password_command, clipboard_command and clipboard tools.",
}

EXIT_CODES = {
    "130": "Interrupted with Ctrl+C.",
    "141": "Standard output was closed before everything was written.",
}

EXAMPLES = {
    "Create a vault and import a backup:": "otp-tui init\notp-tui import phone.authpro",
    "Import a KeePass database that needs a key file:": "otp-tui import passwords.kdbx --key-file "
    "my.keyx",
    "Print the code for GitHub, then copy it:": "otp-tui code github\notp-tui code github --copy",
    "List all codes as JSON:": "otp-tui list --json",
    "In a script, read the password from a file that only its user can read:": "otp-tui code "
    "--password-file /etc/backup/otp-password registrar",
    "Get the password from pass(1), in config.toml:": 'password_command = ["pass", "show", '
    '"otp-tui"]',
    "Check the setup and test the clipboard:": "otp-tui doctor --test-copy",
}

SECURITY = [
    "The vault is encrypted with AES-256-GCM and a random key. That key is encrypted with one that "
    "Argon2id derives from your password; the only alternative is a recovery code. Anyone who has "
    "the file can guess passwords as fast as Argon2id allows, so choose a strong one.",
    "While the vault is unlocked, its contents are in the program's memory; locking removes them. "
    "The app locks when you press l, after a time without activity, when the terminal closes, and "
    "on SIGTERM. Other programs that you run and the system administrator can read that memory "
    "and what you type.",
    "After `unlock`, or with the setting unlock_for, every program that you run can open the vault "
    "until the time is up or you run `otp-tui lock`. docs/security.md, in the source distribution, "
    "says what is kept and where.",
    "Other programs can read codes on the clipboard. The app, `otp-tui code --copy` and `otp-tui "
    "pick` clear it after 30 seconds by default (clipboard_clear).",
    "Anything that supplies the password for you (password_command, a password file) must be "
    "protected like the password itself. docs/unattended.md, in the source distribution, compares "
    "the options.",
]
