"""otp-tui: one-time codes in the terminal, from an encrypted vault."""

__version__ = "0.1.0"
