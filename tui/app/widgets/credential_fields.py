"""The fields for the credentials of a backup file: password, key file, username, server secret."""

from __future__ import annotations

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Grid
from textual.widget import Widget
from textual.widgets import Input, Label

from tui.app.widgets.password_input import PasswordInput
from tui.app.widgets.path_input import PathInput
from tui.app.widgets.text_input import TextInput
from tui.backup.model import SECRET_VARIABLE, Credentials, Needs


class CredentialFields(Grid):
    """Shows only the fields that are needed."""

    DEFAULT_CSS = """
    CredentialFields {
        grid-size: 2;
        grid-columns: 10 1fr;
        grid-rows: 1;
        grid-gutter: 1 1;
        height: auto;
        max-width: 100;
        padding: 0 2 1 1;
        display: none;
    }
    CredentialFields Label { padding: 0 0 0 1; color: $muted; }
    """

    def __init__(self, server_secret: str) -> None:
        """`server_secret` is that of the environment, if any."""
        super().__init__()
        self._server_secret = server_secret

    def compose(self) -> ComposeResult:
        yield Label("Password", classes="password")
        yield PasswordInput("Password of the file", id="password", classes="password")
        yield Label("Repeat", classes="again")
        yield PasswordInput("Repeat password", id="again", classes="again")
        yield Label("Key file", classes="key-file")
        key_file = PathInput("Path of the key file, if there is one", id="key-file")
        key_file.add_class("key-file")
        yield key_file
        yield Label("Username", classes="username")
        user = TextInput(placeholder="Username in AVTotpy", id="username", classes="username")
        user.cursor_blink = False
        yield user
        yield Label("Secret", classes="server")
        yield PasswordInput(f"Server secret, {SECRET_VARIABLE}", id="server", classes="server")

    def ask(self, needs: Needs, *, twice: bool = False) -> None:
        """Show empty fields for `needs`; `twice` asks for a new password."""
        shown = {
            "password": Needs.PASSWORD in needs,
            "again": Needs.PASSWORD in needs and twice,
            "key-file": Needs.KEY_FILE in needs,
            "username": Needs.USERNAME in needs,
            "server": Needs.SERVER_SECRET in needs,
        }
        for name, there in shown.items():
            for widget in self.query(f".{name}"):
                widget.display = there
        self.display = any(shown.values())
        self.forget()
        self._field("key-file").value = ""
        if shown["server"]:
            self._field("server").value = self._server_secret

    def forget(self) -> None:
        """Empty the masked fields."""
        for field in self.query(PasswordInput):
            field.take()

    def retry(self) -> None:
        """Ask again after wrong credentials: clear the password, keep the rest."""
        self.query_one("#password", PasswordInput).take()
        fields = (self._field(name) for name in ("password", "username", "server"))
        self.screen.set_focus(next(field for field in fields if field.display))

    @property
    def first_empty(self) -> Widget | None:
        """The first field that is still empty; None if there is none.

        If there is a field for a key file, it or the password may be empty. The one without the
        focus comes first.
        """
        names = ["password", "again", "username", "server"]
        password, key_file = self._field("password"), self._field("key-file")
        if key_file.display:
            names.remove("password")
            if not password.value and not key_file.value:
                return key_file if password.has_focus else password
        fields = (self._field(name) for name in names)
        return next((field for field in fields if field.display and not field.value), None)

    @property
    def password(self) -> str:
        """The current password."""
        return self._field("password").value

    @property
    def differ(self) -> bool:
        """True if the repeated password doesn't match."""
        again = self._field("again")
        return again.display and again.value != self.password

    def repeat_again(self) -> None:
        """Empty and focus the field for the repeated password."""
        field = self.query_one("#again", PasswordInput)
        field.take()
        self.screen.set_focus(field)

    @property
    def credentials(self) -> Credentials:
        """The typed credentials."""
        user, secret = self._field("username"), self._field("server")
        return Credentials(
            password=self.password if self._field("password").display else "",
            username=user.value if user.display else "",
            server_secret=secret.value if secret.display else "",
        )

    @property
    def key_file(self) -> Path | None:
        """The typed path of a key file; None if there is none."""
        field = self.query_one("#key-file", PathInput)
        return field.path if field.display and field.value.strip() else None

    def _field(self, name: str) -> Input:
        return self.query_one(f"#{name}", Input)
