"""The prose of the manual page; see `man_page`."""

from __future__ import annotations

from tui.backup.model import SECRET_VARIABLE

DESCRIPTION = [
    "`otp-tui` shows one-time codes (TOTP, HOTP, Steam, Mobile-OTP, Yandex) as they change, from "
    "an encrypted file of your own, the vault. Without a command it opens the app; at the first "
    "start it makes a vault. With a command it does that one thing and ends, for scripts and for "
    "machines without a screen.",
    "It reads and writes the backups of Authenticator Pro (Stratum) and AVTotpy, the exports of "
    "Google Authenticator, lists of otpauth URIs and pictures of QR codes.",
]

COMMANDS = [
    "`otp-tui COMMAND --help` says the same. The options `--vault` and `--config` may stand "
    "before the command or after it.",
    "Passwords and secrets are never arguments. Each is asked for on the terminal without being "
    "shown, or comes from an option: `--...-stdin` takes the next line of standard input, and "
    "where several are given, the vault's password comes first; `--...-file` takes a file that "
    "only you can read. The vault's password may also come from `password_command` in the "
    "settings. A query is words that all have to occur in issuer, account or category; an exact "
    "issuer, account, issuer:account or id wins.",
]

KEYS = [
    "Those of the list, as they are unless the settings say otherwise. The line at the bottom "
    "shows the commonest, `?` shows all.",
]

SETTINGS = [
    "The settings' file is TOML. What is wrong in it is told with its line, and the default is "
    "used. config.example.toml, which comes with the source, has each setting with its default.",
]

FILES = {
    "$XDG_DATA_HOME/otp-tui/vault.json": "The vault; ~/.local/share where the variable is not "
    "set. It is one JSON file; docs/vault-format.md tells how to read it without this program.",
    "backups/": "Beside the vault: older versions, the newest ten and one for each of the last "
    "seven days. They open with the password that held when they were saved.",
    "$XDG_CONFIG_HOME/otp-tui/config.toml": "The settings; ~/.config where the variable is not "
    "set.",
}

ENVIRONMENT = {
    "OTP_TUI_VAULT": "Where the vault is, unless `--vault` says it.",
    "OTP_TUI_CONFIG": "Where the settings are, unless `--config` says it.",
    SECRET_VARIABLE: "The server's secret of AVTotpy's backups, where no option says it.",
    "NO_COLOR": "The app uses no colours if this is not empty.",
    "TERM, COLORTERM": "What the terminal can show.",
    "TMUX, STY, SSH_CONNECTION, SSH_TTY, DISPLAY, WAYLAND_DISPLAY": "Which way copies go: "
    "through tmux, through the terminal (OSC 52), or to the desktop.",
    "PATH": "Where password_command, clipboard_command and the tools for the clipboard are "
    "looked for.",
}

EXIT_CODES = {
    "130": "Ctrl+C.",
    "141": "Nobody read standard output to its end.",
}

EXAMPLES = {
    "Make a vault and bring a backup in:": "otp-tui init\notp-tui import phone.authpro",
    "The code of GitHub, on standard output and on the clipboard:": "otp-tui code github\n"
    "otp-tui code github --copy",
    "All codes, for a program:": "otp-tui list --json",
    "In a script, with the password in a file that only its user can read:": "otp-tui code "
    "--password-file /etc/backup/otp-password registrar",
    "With the password from pass(1), in config.toml:": 'password_command = ["pass", "show", '
    '"otp-tui"]',
    "What is the matter here, and where would a copied code go:": "otp-tui doctor --test-copy",
}

SECURITY = [
    "The vault is encrypted with AES-256-GCM under a random key. Argon2id makes the key that "
    "wraps this one from your password; a recovery code is the only other way in. Whoever has "
    "the file can guess at passwords as fast as Argon2id lets them, so choose a good one.",
    "An open vault is in the memory of the program. Locking drops it: by key, after idle minutes, "
    "when the terminal goes away and on SIGTERM. Another program of the same user, and the "
    "system's administrator, can read that memory and what is typed.",
    "A copied code is on a clipboard that other programs can read. The app takes it off after "
    "half a minute; `otp-tui code --copy` cannot, since it has ended by then.",
    "Whatever gives the password without you (password_command, a password file) is worth as "
    "much as the password. docs/unattended.md says what each way protects from, and what not.",
]
