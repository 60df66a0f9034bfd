"""Putting something on a person's page, and taking note that it was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from tuition.identity import User, UserStatus
from tuition.kernel import clock, new_id
from tuition.messaging.letters import letterhead, spoken_value
from tuition.messaging.models import Notification, NotificationKey, NotificationSettings
from tuition.messaging.queries import get_notification_for
from tuition.messaging.rules import NOTIFICATION_KINDS, Category, is_minor, may_receive
from tuition.platform.database import Session

CHANNEL = "tuition_notifications"
TITLE_LENGTH_MAX = 500
NOBODY = "-"


async def notify(
    session: Session,
    person_id: UUID,
    kind: str,
    *,
    title: str,
    message: str,
    fields: Mapping[str, Any] | None = None,
    action_url: str | None = None,
    action_label: str | None = None,
    dedupe_key: str | None = None,
) -> UUID | None:
    """Tell a person, in their language, and at once on every page they have open (when the transaction commits).

    ``title``, ``message`` and ``action_label`` are English sentences, which are looked up in the catalogue; ``{name}`` in
    them is filled from ``fields``, amounts the reader's way. The same ``dedupe_key`` tells once. Returns the notification's id,
    or ``None`` when it was told already, or is not wanted, or must not be (promotion to a minor).
    """
    category = NOTIFICATION_KINDS.get(kind)
    assert category is not None, f"no notification is of kind {kind}"
    locale = await _locale_of_willing(session, person_id, kind, category)
    if locale is None or (dedupe_key is not None and not await _is_new(session, person_id, dedupe_key)):
        return None
    texts = letterhead().translations(locale)
    spoken = {name: spoken_value(value, locale) for name, value in (fields or {}).items()}

    def say(sentence: str) -> str:
        said = texts.gettext(sentence) if sentence else sentence
        return said.format_map(spoken) if fields else said

    notification_id = new_id()
    await session.execute(
        insert(Notification).values(
            user_id=person_id,
            created_at=clock.now(),
            id=notification_id,
            type=kind,
            title=say(title)[:TITLE_LENGTH_MAX],
            message=say(message),
            action_url=action_url,
            action_label=say(action_label) if action_label else None,
        )
    )
    await _announce(session, person_id, str(notification_id))
    return notification_id


async def mark_read(session: Session, person_id: UUID, notification_id: UUID) -> Notification:
    """Take note that it was read; the first time counts. Raises ``NotificationUnknown``, also for somebody else's."""
    notification = await get_notification_for(session, person_id, notification_id)
    if notification.read_at is None:
        notification.read_at = clock.now()
        await _announce(session, person_id, NOBODY)
    return notification


async def mark_all_read(session: Session, person_id: UUID) -> int:
    """Take note that everything was read, and return how many that were."""
    found = await session.execute(
        update(Notification)
        .where(Notification.user_id == person_id, Notification.read_at.is_(None))
        .values(read_at=clock.now())
        .returning(Notification.id)
    )
    count = len(found.all())
    if count:
        await _announce(session, person_id, NOBODY)
    return count


async def _locale_of_willing(session: Session, person_id: UUID, kind: str, category: Category) -> str | None:
    """The language of somebody who may be told and has not said no."""
    row = (
        await session.execute(
            select(User.locale, User.birth_year, User.status, User.email_verified_at, NotificationSettings.type_preferences)
            .outerjoin(NotificationSettings, NotificationSettings.user_id == User.id)
            .where(User.id == person_id)
        )
    ).one_or_none()
    if row is None or row.status == UserStatus.ERASED.value:
        return None
    willing = may_receive(
        category,
        preferences=row.type_preferences or {},
        kind=kind,
        channel="page",
        verified=row.email_verified_at is not None,
        minor=is_minor(row.birth_year, clock.now()),
    )
    return row.locale if willing else None


async def _is_new(session: Session, person_id: UUID, dedupe_key: str) -> bool:
    made = await session.execute(
        insert(NotificationKey)
        .values(user_id=person_id, dedupe_key=dedupe_key, created_at=clock.now())
        .on_conflict_do_nothing()
        .returning(NotificationKey.dedupe_key)
    )
    return made.scalar_one_or_none() is not None


async def _announce(session: Session, person_id: UUID, what: str) -> None:
    # Ids only: what a notification says stays in its table. PostgreSQL passes it on at the commit, or never.
    await session.execute(text("select pg_notify(:channel, :payload)"), {"channel": CHANNEL, "payload": f"{person_id} {what}"})
