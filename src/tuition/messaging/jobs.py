"""Carrying mail, and keeping the tables in order."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, text

from tuition.kernel import clock
from tuition.messaging.letters import letterhead
from tuition.messaging.models import EmailLog, EmailStatus, NotificationKey
from tuition.messaging.queries import body_of
from tuition.messaging.rules import EMAIL_KINDS
from tuition.platform import jobs, mail, site
from tuition.platform.database import Session

MONTHS_AHEAD = 3
KEEP_KEYS = timedelta(days=400)


@jobs.work("messaging.deliver_email", retries=jobs.PATIENT, queue="mail")
async def deliver_email(context: jobs.Context, *, email_id: str) -> None:
    """Hand one e-mail to the transport, and write down what became of it."""
    message = await _message(context, UUID(email_id))
    if message is None:
        return
    transport = context.service(mail.Transport)  # type: ignore[type-abstract]  # a port is what services are found by
    try:
        sent = await transport.send(message)
    except mail.MailRefused as error:
        await _record(context, email_id, EmailStatus.BOUNCED, transport.name, reason=error.sentence)
        return
    except mail.MailUnavailable as error:
        status = EmailStatus.FAILED if context.last_attempt else EmailStatus.PENDING
        await _record(context, email_id, status, transport.name, reason=error.sentence)
        raise
    status = EmailStatus.DELIVERED if sent.delivered else EmailStatus.SENT
    await _record(context, email_id, status, transport.name, message_id=sent.provider_message_id)


@jobs.every("11 2 * * *", "messaging.keep_order")
async def keep_order(session: Session, *, now: datetime) -> None:
    """Make the coming months' partitions; forget keys that are too old to meet their like."""
    await session.execute(
        text("select messaging_prepare_partitions(cast(:month as date), :months)"),
        {"month": now.date().replace(day=1), "months": MONTHS_AHEAD},
    )
    await session.execute(delete(NotificationKey).where(NotificationKey.created_at < now - KEEP_KEYS))


async def _message(context: jobs.Context, email_id: UUID) -> mail.Message | None:
    async with context.database.transaction() as session:
        row = (await session.execute(select(EmailLog).where(EmailLog.id == email_id))).scalar_one_or_none()
        if row is None or row.status != EmailStatus.PENDING:
            return None
        body = body_of(row)
        if body.text is None or body.html is None:
            return None
        settings = await site.glance(session)
        return mail.Message(
            id=str(row.id),
            sender=letterhead().sender_named(settings.email_from_name or settings.platform_name),
            to=row.recipient_email,
            subject=row.subject,
            text=body.text,
            html=body.html,
            reply_to=settings.contact_email,
            headers={str(name): str(value) for name, value in row.headers.items()},
        )


async def _record(
    context: jobs.Context,
    email_id: str,
    status: EmailStatus,
    provider: str,
    *,
    message_id: str | None = None,
    reason: str | None = None,
) -> None:
    now = clock.now()
    async with context.database.transaction() as session:
        row = (await session.execute(select(EmailLog).where(EmailLog.id == UUID(email_id)).with_for_update())).scalar_one()
        row.status, row.provider, row.error_message = status.value, provider, reason
        if status in {EmailStatus.SENT, EmailStatus.DELIVERED}:
            row.provider_message_id, row.sent_at = message_id, now
            row.delivered_at = now if status is EmailStatus.DELIVERED else None
            if EMAIL_KINDS[row.email_type].secret and provider != mail.Outbox.name:
                # Its link opens an account; once it has left, nobody here needs to be able to read it.
                row.body_text = row.body_html = None
