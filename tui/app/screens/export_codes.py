"""Shows entries as the QR codes that Google Authenticator scans, instead of a file of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from tui.app.screens.ask_password import may_show
from tui.app.screens.confirm import ConfirmScreen
from tui.app.screens.qr_code import QrScreen, fits_in
from tui.app.threads import in_thread
from tui.backup.qr_export import HOW_TO_SCAN, plan_codes, texts_of_codes
from tui.errors import OtpTuiError
from tui.text import plural

if TYPE_CHECKING:
    from tui.app.screens.base import BaseScreen
    from tui.backup.model import Backup, ExportPlan

_ASK = (
    "Show the secrets on the screen?",
    "Anyone who sees or records the QR codes can generate these codes forever.",
    "show",
)


async def show_codes(screen: BaseScreen[Any], selection: Callable[[], Backup]) -> None:
    """Ask, and show the QR codes above `screen`, which then says how many were shown."""
    size, ascii_only = screen.app.size, screen.context.ascii_only

    def make() -> tuple[ExportPlan, tuple[str, ...]]:
        plan = plan_codes(selection())
        fits = partial(fits_in, size=size, ascii_only=ascii_only)
        return plan, texts_of_codes(plan, fits)

    try:
        plan, texts = await in_thread(make)
    except OtpTuiError as error:
        screen.say(error.sentence, "error")
        return
    question, words, verb = _ASK
    left_out = f"\n\nLeft out: {len(plan.left_out)}." if plan.left_out else ""
    if not await screen.app.push_screen_wait(ConfirmScreen(question, words + left_out, verb)):
        return
    if not await may_show(screen, "show the secrets"):
        return
    count = plural(len(plan.backup.entries), "entry")
    note = f"{count} in {plural(len(texts), 'QR code')}. {HOW_TO_SCAN}"
    shown = await screen.app.push_screen_wait(QrScreen("Google Authenticator", texts, note))
    if shown == len(texts):
        screen.say(f"{count} shown.", "strong")
    else:
        screen.say(f"Only {shown} of {plural(len(texts), 'QR code')} shown.", "warning")
