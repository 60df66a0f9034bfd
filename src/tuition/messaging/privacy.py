"""What this room holds about a person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from tuition.messaging.models import EmailLog, Notification, NotificationKey, NotificationSettings
from tuition.messaging.queries import body_of, settings_of
from tuition.platform.database import AnySession, Session

ERASED_ADDRESS = "erased@invalid"


async def export(session: AnySession, person_id: UUID) -> dict[str, Any]:
    """What they were told, and what they chose."""
    settings = await settings_of(session, person_id)
    told = await session.execute(select(Notification).where(Notification.user_id == person_id).order_by(Notification.created_at))
    mailed = await session.execute(select(EmailLog).where(EmailLog.user_id == person_id).order_by(EmailLog.created_at))
    return {
        "settings": {
            "low_balance_threshold_minor": settings.low_balance_threshold_minor,
            "notification_email": settings.notification_email,
            "type_preferences": dict(settings.type_preferences),
        },
        "notifications": [
            {
                "at": row.created_at.isoformat(),
                "type": row.type,
                "title": row.title,
                "message": row.message,
                "read_at": row.read_at.isoformat() if row.read_at else None,
            }
            for row in told.scalars()
        ],
        "emails": [
            {
                "at": row.created_at.isoformat(),
                "type": row.email_type,
                "to": row.recipient_email,
                "subject": row.subject,
                "status": row.status,
                "text": body_of(row).text,
            }
            for row in mailed.scalars()
        ],
    }


async def erase(session: Session, person_id: UUID) -> None:
    """Forget what was said to them; that an e-mail of some kind was sent, and how it ended, stays for the figures."""
    for table in (Notification, NotificationKey, NotificationSettings):
        await session.execute(delete(table).where(table.user_id == person_id))
    await session.execute(
        update(EmailLog)
        .where(EmailLog.user_id == person_id)
        .values(
            recipient_email=ERASED_ADDRESS,
            subject="",
            context={},
            headers={},
            body_text=None,
            body_html=None,
            error_message=None,
        )
    )
