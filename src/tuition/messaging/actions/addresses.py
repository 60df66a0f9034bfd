"""Where notices go, if not to the account's address."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from tuition.messaging.actions.mailing import send_email
from tuition.messaging.actions.preferences import change_settings
from tuition.messaging.queries import SettingsView
from tuition.platform import rates
from tuition.platform.database import Session

MAILS_PER_HOUR = 5


async def choose_notification_email(session: Session, person_id: UUID, address: str | None) -> SettingsView:
    """Send notices there from the moment on at which the link that is mailed to it was opened; ``None`` is the account's address.

    Raises ``PreferenceInvalid``, and ``rates.TooMany``: it mails to whatever address is named.
    """
    view, token = await change_settings(session, person_id, notification_email=address)
    if token is not None:
        await rates.hit(session, f"messaging.address:{person_id}", limit=MAILS_PER_HOUR, per_s=3600)
        context = {"url": f"/confirm-notices?token={quote(token)}"}
        await send_email(
            session, "notification_address", to_person=person_id, to_address=view.notification_email, context=context
        )
    return view
