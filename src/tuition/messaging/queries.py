"""What was told, and to whom it may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from tuition import identity
from tuition.identity import Actor
from tuition.messaging.errors import EmailUnknown, NotificationUnknown
from tuition.messaging.models import EmailLog, Notification, NotificationSettings
from tuition.messaging.rules import LOW_BALANCE_DEFAULT_MINOR
from tuition.platform import paging, secrets
from tuition.platform.database import AnySession

UNREAD_MAX = 100
BODY_PURPOSE = "email"


@dataclass(frozen=True, slots=True)
class SettingsView:
    """What a person has chosen; what was never chosen has its usual value."""

    low_balance_threshold_minor: int = LOW_BALANCE_DEFAULT_MINOR
    low_balance_currency: str | None = None
    notification_email: str | None = None
    notification_email_confirmed: bool = False
    type_preferences: Mapping[str, Any] = field(default_factory=dict)


async def settings_of(session: AnySession, person_id: UUID) -> SettingsView:
    """What a person has chosen."""
    found = await session.execute(select(NotificationSettings).where(NotificationSettings.user_id == person_id))
    row = found.scalar_one_or_none()
    if row is None:
        return SettingsView()
    return SettingsView(
        low_balance_threshold_minor=row.low_balance_threshold_minor,
        low_balance_currency=row.low_balance_currency,
        notification_email=row.notification_email,
        notification_email_confirmed=row.notification_email_confirmed_at is not None,
        type_preferences=row.type_preferences,
    )


async def low_balance_threshold(session: AnySession, person_id: UUID) -> int:
    """Below which balance a person wants to be warned, in minor units of the wallet's own currency."""
    found = await session.execute(
        select(NotificationSettings.low_balance_threshold_minor).where(NotificationSettings.user_id == person_id)
    )
    chosen = found.scalar_one_or_none()
    return LOW_BALANCE_DEFAULT_MINOR if chosen is None else chosen


async def list_notifications(
    session: AnySession,
    person_id: UUID,
    *,
    unread_only: bool = False,
    kind: str | None = None,
    limit: int = paging.LIMIT_USUAL,
    cursor: str | None = None,
) -> paging.Page[Notification]:
    """A person's notifications, newest first."""
    statement = select(Notification).where(Notification.user_id == person_id)
    if unread_only:
        statement = statement.where(Notification.read_at.is_(None))
    if kind is not None:
        statement = statement.where(Notification.type == kind)
    return await paging.paginate(
        session,
        statement,
        keys=[Notification.created_at.desc(), Notification.id.desc()],
        limit=limit,
        cursor=cursor,
        scope=f"notifications:{person_id}",
    )


async def unread_count(session: AnySession, person_id: UUID) -> int:
    """How many wait to be read, counted up to a hundred (a page then shows "99+")."""
    few = select(Notification.id).where(Notification.user_id == person_id, Notification.read_at.is_(None)).limit(UNREAD_MAX)
    return int((await session.execute(select(func.count()).select_from(few.subquery()))).scalar_one())


async def get_notification_for(session: AnySession, person_id: UUID, notification_id: UUID) -> Notification:
    """One of a person's notifications. Raises ``NotificationUnknown``."""
    found = await session.execute(
        select(Notification).where(Notification.user_id == person_id, Notification.id == notification_id)
    )
    row = found.scalar_one_or_none()
    if row is None:
        raise NotificationUnknown
    return row


@dataclass(frozen=True, slots=True)
class EmailBody:
    """The text of an e-mail; ``None`` when it is no longer kept."""

    text: str | None
    html: str | None


async def list_emails(
    session: AnySession,
    actor: Actor,
    *,
    status: str | None = None,
    kind: str | None = None,
    recipient: str | None = None,
    limit: int = paging.LIMIT_USUAL,
    cursor: str | None = None,
) -> paging.Page[EmailLog]:
    """The outbox, newest first. Needs ``outbox:read``."""
    identity.require(actor, "outbox:read")
    statement = select(EmailLog)
    if status is not None:
        statement = statement.where(EmailLog.status == status)
    if kind is not None:
        statement = statement.where(EmailLog.email_type == kind)
    if recipient is not None:
        statement = statement.where(func.lower(EmailLog.recipient_email).contains(recipient.lower(), autoescape=True))
    return await paging.paginate(
        session, statement, keys=[EmailLog.created_at.desc(), EmailLog.id.desc()], limit=limit, cursor=cursor, scope="emails"
    )


async def get_email_for(session: AnySession, actor: Actor, email_id: UUID) -> tuple[EmailLog, EmailBody]:
    """One e-mail with its text: somebody's own, or anybody's with ``outbox:read``. Raises ``EmailUnknown``."""
    row = (await session.execute(select(EmailLog).where(EmailLog.id == email_id))).scalar_one_or_none()
    if row is None or not (row.user_id == actor.id or identity.allows(actor, "outbox:read")):
        raise EmailUnknown
    return row, body_of(row)


def body_of(row: EmailLog) -> EmailBody:
    """The text again, decrypted."""

    def read(stored: str | None) -> str | None:
        return None if stored is None else secrets.decrypt(stored, purpose=BODY_PURPOSE)

    return EmailBody(read(row.body_text), read(row.body_html))
