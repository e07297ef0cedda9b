"""otp-tui: live one-time codes in the terminal, from an encrypted file of your own."""

__version__ = "0.1.0"
