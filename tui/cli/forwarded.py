"""Codes of a vault on another machine, which come through the SSH agent."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from tui.cli import output
from tui.errors import MatchError, VaultMissingError
from tui.text import safe

if TYPE_CHECKING:
    from tui.clock import Clock
    from tui.forward.client import ForwardedCode, Named


def code(query: str) -> ForwardedCode:
    """Return a code of a forwarded entry.

    Raises:
        ForwardError: there is no agent, it doesn't forward codes, or it refused.
        MatchError: no forwarded entry matches, or several do.
    """
    from tui.forward import client

    return client.code(os.environ, query)


def code_instead(query: str, missing: VaultMissingError) -> ForwardedCode:
    """Return a code of a forwarded entry because there is no vault here; say so.

    Raises:
        VaultMissingError: there is no agent that forwards codes.
        ForwardError, MatchError: as `code`.
    """
    from tui.forward import client

    if not client.forwards(os.environ):
        raise missing
    output.say("There is no vault here: using the one that your SSH agent forwards.")
    return code(query)


def code_object(found: ForwardedCode, clock: Clock) -> dict[str, Any]:
    """Return a code for JSON output, with the keys of `output.code_object`."""
    until = None if found.seconds is None else int(clock.now()) + found.seconds
    return {**_names(found.entry), "code": found.text, "valid_until": until}


def print_names(query: str, *, json: bool) -> int:
    """Print the names of the forwarded entries that contain all words of `query`.

    Raises:
        ForwardError: as `code`.
    """
    from tui.forward import client

    words = query.casefold().split()
    found = [
        each
        for each in client.names(os.environ)
        if all(word in f"{each.issuer} {each.account}".casefold() for word in words)
    ]
    if json:
        output.json([_names(each) for each in found])
    elif found:
        cells = [
            [safe(each.issuer, output.WIDEST), safe(each.account, output.WIDEST)] for each in found
        ]
        output.lines(output.table(cells, names=2))
    else:
        output.complain(f"No matching entry for “{safe(query, 80)}”.")
    return 0 if found else MatchError.exit_code


def _names(entry: Named) -> dict[str, Any]:
    return {"id": None, "issuer": entry.issuer, "account": entry.account or None}
