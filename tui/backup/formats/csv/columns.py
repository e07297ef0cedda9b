"""Names of columns and files, in lower case as `_csv` returns them."""

from __future__ import annotations

OTP_COLUMNS = (
    "otpauth",
    "totp",
    "login_totp",
    "otpurl",
    "otpsecret",
    "one-time password",
    "one time password",
    "otp",
    "otp secret",
    "totp secret",
)
"""Names of columns with OTPs, the preferred first."""
DASHLANE = "credentials.csv"
"""The table in Dashlane's zip archive."""
TITLE = ("title", "name", "issuer", "password name")
USERNAME = ("username", "login", "user", "email", "account")
ZOHO_LOGIN = "secretdata"
"""The column in which Zoho Vault has the lines of a login."""
NOTE = ("notes", "note", "extra", "comments")
GROUP = ("group", "grouping", "folder", "category", "folder name", "vault")
FAVORITE = ("favorite", "fav")
COLUMNS = ("Title", "URL", "Username", "Password", "Notes", "OTPAuth", "Tags", "Favorite")
"""The columns of our own tables: those of Apple Passwords, then two of 1Password's."""
HEADER = tuple(name.lower() for name in COLUMNS)
"""The same as names of cells in a row."""
