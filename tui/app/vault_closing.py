"""Closes the vault, and keeps changes that can't be saved for the next unlock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.errors import ConflictError, NewPasswordError, OtpTuiError
from tui.paths import short_path

if TYPE_CHECKING:
    from tui.vault.vault import Vault


def close_vault(vault: Vault) -> str:
    """Save unsaved changes and close the vault; return an error message, or "".

    A file that took the place of ours may lack what was saved, so it is merged, too.
    """
    try:
        if not vault.flushed or vault.changing or not vault.is_in_place():
            vault.save()
    except ConflictError as error:
        return f"NOT SAVED. {error.sentence}"
    except OtpTuiError as error:
        return "" if vault.saved else _keep(vault, error)
    finally:
        vault.close()
    return ""


def _keep(vault: Vault, error: OtpTuiError) -> str:
    """Keep unsaved changes for the next unlock; return a message."""
    from tui.vault.unsaved import keep

    kept = keep(vault)
    if kept is None:
        return f"NOT SAVED. The last change is lost: {error}"
    where = f", in {short_path(kept)}" if isinstance(error, NewPasswordError) else ""
    return f"NOT SAVED. The last change is kept, encrypted{where}, until the next unlock: {error}"
