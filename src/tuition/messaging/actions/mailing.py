"""Writing e-mails into the log, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import select, update

from tuition import identity
from tuition.identity import Actor, User, UserStatus
from tuition.kernel import Money, clock, new_id
from tuition.messaging.actions.preferences import unsubscribe_token
from tuition.messaging.errors import EmailNotRetryable, EmailUnknown
from tuition.messaging.letters import Reader, letterhead, write
from tuition.messaging.models import EmailLog, EmailStatus, NotificationSettings
from tuition.messaging.queries import BODY_PURPOSE
from tuition.messaging.rules import EMAIL_KINDS, Category, EmailKind, is_minor, may_receive
from tuition.platform import jobs, secrets, site
from tuition.platform.database import Session

JOB = "messaging.deliver_email"
# Words of a context that may open something; the log keeps the rest of it.
_NOT_KEPT = frozenset({"url", "token", "link", "code"})


@dataclass(frozen=True, slots=True)
class _Recipient:
    address: str
    reader: Reader
    person_id: UUID | None


async def send_email(
    session: Session,
    kind: str,
    *,
    to_person: UUID | None = None,
    to_address: str | None = None,
    context: Mapping[str, Any] | None = None,
    minor: bool | None = None,
) -> UUID | None:
    """Write an e-mail, in the reader's language, and let a job carry it: it leaves if and only if this transaction commits.

    To a person, to an address, or to a person at another address (a new one that is to be confirmed). ``context`` holds what
    the kind needs (``EMAIL_KINDS``): text, numbers, ``Money``, moments, and ``url``, which may be a path of the site.
    Returns the id in the log, or ``None`` when the person does not want it or must not get it: nothing promotional to a
    minor. ``minor`` overrides what the year of birth says.
    """
    definition = EMAIL_KINDS.get(kind)
    assert definition is not None, f"no e-mail is of kind {kind}"
    assert to_person or to_address, "an e-mail goes to somebody"
    settings = await site.glance(session)
    if to_person is None:
        assert to_address is not None
        recipient = _Recipient(to_address, Reader("", settings.default_locale, settings.timezone), None)
    else:
        found = await _person(session, definition, to_person, to_address, minor=minor)
        if found is None:
            return None
        recipient = found
    return await _write(session, definition, recipient, dict(context or {}), settings)


async def _person(
    session: Session, kind: EmailKind, person_id: UUID, address: str | None, *, minor: bool | None
) -> _Recipient | None:
    row = (
        await session.execute(
            select(
                User.email,
                User.full_name,
                User.locale,
                User.time_zone,
                User.status,
                User.birth_year,
                User.email_verified_at,
                NotificationSettings.type_preferences,
                NotificationSettings.notification_email,
                NotificationSettings.notification_email_confirmed_at,
            )
            .outerjoin(NotificationSettings, NotificationSettings.user_id == User.id)
            .where(User.id == person_id)
        )
    ).one_or_none()
    if row is None or row.status == UserStatus.ERASED.value:
        return None
    wanted = may_receive(
        kind.category,
        preferences=row.type_preferences or {},
        kind=kind.name,
        channel="email",
        verified=row.email_verified_at is not None,
        minor=is_minor(row.birth_year, clock.now()) if minor is None else minor,
    )
    if not wanted:
        return None
    elsewhere = row.notification_email if row.notification_email_confirmed_at else None
    usual = row.email if kind.category is Category.TRANSACTIONAL else elsewhere or row.email
    return _Recipient(address or usual, Reader(row.full_name, row.locale, row.time_zone), person_id)


async def _write(
    session: Session, kind: EmailKind, recipient: _Recipient, context: dict[str, Any], settings: site.SiteSettings
) -> UUID:
    head = letterhead()
    headers: dict[str, str] = {}
    unsubscribe_url = None
    if kind.category is not Category.TRANSACTIONAL and recipient.person_id is not None:
        token = unsubscribe_token(recipient.person_id, kind.name)
        unsubscribe_url = head.absolute(f"/unsubscribe?token={quote(token)}")
        # One click in the mail program, without a page between (RFC 8058).
        headers = {"List-Unsubscribe": f"<{unsubscribe_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    letter = write(kind, recipient.reader, settings, context, unsubscribe_url=unsubscribe_url)
    now = clock.now()
    row = EmailLog(
        id=new_id(),
        recipient_email=recipient.address,
        user_id=recipient.person_id,
        email_type=kind.name,
        subject=letter.subject,
        status=EmailStatus.PENDING.value,
        locale=recipient.reader.locale,
        context={name: _plain(value) for name, value in context.items() if name not in _NOT_KEPT},
        headers=headers,
        body_text=secrets.encrypt(letter.text, purpose=BODY_PURPOSE),
        body_html=secrets.encrypt(letter.html, purpose=BODY_PURPOSE),
        created_at=now,
    )
    session.add(row)
    if head.keeps:
        row.status, row.provider, row.sent_at, row.delivered_at = EmailStatus.DELIVERED.value, "outbox", now, now
        row.provider_message_id = str(row.id)
    else:
        await jobs.defer(session, JOB, once=str(row.id), email_id=str(row.id))
    return row.id


async def retry_email(session: Session, actor: Actor, email_id: UUID) -> None:
    """Send a failed e-mail once more. Needs ``outbox:read``. Raises ``EmailUnknown`` or ``EmailNotRetryable``."""
    identity.require(actor, "outbox:read")
    row = (await session.execute(select(EmailLog).where(EmailLog.id == email_id).with_for_update())).scalar_one_or_none()
    if row is None:
        raise EmailUnknown
    if row.status not in {EmailStatus.FAILED, EmailStatus.BOUNCED} or row.body_text is None:
        raise EmailNotRetryable(status=row.status)
    row.status, row.error_message = EmailStatus.PENDING.value, None
    await jobs.defer(session, JOB, once=str(row.id), email_id=str(row.id))


async def record_delivery(
    session: Session, provider: str, provider_message_id: str, status: EmailStatus, *, at: datetime, reason: str | None = None
) -> bool:
    """Record what a provider's webhook says: delivered or bounced. Returns whether the e-mail is ours; repeats change nothing."""
    assert status in {EmailStatus.DELIVERED, EmailStatus.BOUNCED}, "a provider tells how it ended"
    changes: dict[str, Any] = {"status": status.value, "error_message": reason}
    if status is EmailStatus.DELIVERED:
        changes["delivered_at"] = at
    found = await session.execute(
        update(EmailLog)
        .where(
            EmailLog.provider == provider,
            EmailLog.provider_message_id == provider_message_id,
            EmailLog.status.in_([EmailStatus.SENT.value, EmailStatus.DELIVERED.value]),
        )
        .values(changes)
        .returning(EmailLog.id)
    )
    return bool(found.all())


def _plain(value: Any) -> Any:
    match value:
        case Money():
            return {"amount_minor": value.minor, "currency": value.currency}
        case None | bool() | int() | str():
            return value
        case list() | tuple():
            return [_plain(item) for item in value]
    return str(value)
