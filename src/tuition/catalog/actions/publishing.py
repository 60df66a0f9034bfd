"""From draft to published, and out again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from tuition import identity
from tuition.catalog.errors import FieldInvalid, NotReady, TakenDown
from tuition.catalog.events import ContentArchived, ContentPublished, PublishingAsked
from tuition.catalog.models import Content, Document, Media, SeriesMember, WrittenBody
from tuition.catalog.queries.contents import get_owned_content
from tuition.catalog.rules.publishing import check_ready, check_step
from tuition.catalog.rules.states import Kind, Status, Visibility
from tuition.identity import Actor
from tuition.kernel import clock
from tuition.platform import events
from tuition.platform.database import Session

DUE_MAX = 200
"""How many scheduled contents one run publishes; the next run takes the rest."""


async def publish(session: Session, actor: Actor, content_id: UUID) -> Content:
    """Let everybody find it. Again is no change. Raises ``ContentUnknown``, ``StatusRefuses``, ``NotReady``, ``TakenDown``."""
    identity.require(actor, "content:publish")
    content = await get_owned_content(session, actor, content_id, lock=True)
    _check_not_taken_down(content)
    check_step(content.status, "published")
    if content.status != Status.PUBLISHED:
        await _check_ready(session, content)
        await _publish(session, content, clock.now())
    return content


async def schedule(session: Session, actor: Actor, content_id: UUID, at: datetime) -> Content:
    """Publish it at a moment to come. Raises also ``FieldInvalid`` for a moment that is past."""
    identity.require(actor, "content:publish")
    content = await get_owned_content(session, actor, content_id, lock=True)
    _check_not_taken_down(content)
    check_step(content.status, "scheduled")
    if at <= clock.now():
        raise FieldInvalid(field="publish_at", reason="choose a moment that is still to come")
    await _check_ready(session, content)
    content.status, content.publish_at = Status.SCHEDULED, at
    return content


async def unschedule(session: Session, actor: Actor, content_id: UUID) -> Content:
    """Make it a draft again before its moment has come."""
    content = await get_owned_content(session, actor, content_id, lock=True)
    check_step(content.status, "unscheduled")
    content.status, content.publish_at = Status.DRAFT, None
    return content


async def archive(session: Session, actor: Actor, content_id: UUID) -> Content:
    """Take it out of the catalogue and out of sale; whoever holds a grant keeps it. Again is no change."""
    content = await get_owned_content(session, actor, content_id, lock=True)
    check_step(content.status, "archived")
    if content.status != Status.ARCHIVED:
        content.status = Status.ARCHIVED
        await events.publish(session, ContentArchived(content.id))
    return content


async def take_down(session: Session, content_id: UUID, *, note: str) -> None:
    """Close it to everybody but the site's staff until they lift it; its creator cannot publish it again. Again is no change.

    For what a report was upheld about: who bought it loses it too, which archiving never does.
    """
    content = await session.get(Content, content_id, with_for_update={"key_share": True}, populate_existing=True)
    if content is None or content.taken_down_at is not None:
        return
    content.taken_down_at, content.taken_down_note = clock.now(), note
    if content.status == Status.PUBLISHED:
        content.status = Status.ARCHIVED
    elif content.status == Status.SCHEDULED:
        content.status, content.publish_at = Status.DRAFT, None
    # Whoever hears of it asks the database.
    await session.flush()
    await events.publish(session, ContentArchived(content.id))


async def lift_take_down(session: Session, actor: Actor, content_id: UUID) -> Content:
    """Give it back to its creator, who may publish it again. Raises ``PermissionMissing``, ``ContentUnknown``."""
    identity.require(actor, "content:edit_any")
    content = await get_owned_content(session, actor, content_id, lock=True)
    content.taken_down_at, content.taken_down_note = None, ""
    return content


async def publish_shared(session: Session, content_ids: Sequence[UUID]) -> list[UUID]:
    """Open those of these contents that are shared drafts and ready: what a lesson shows opens with its course. Returns them."""
    query = (
        select(Content)
        .where(Content.id.in_(list(content_ids)), Content.deleted_at.is_(None))
        .where(Content.status == Status.DRAFT, Content.visibility == Visibility.SHARED)
        .order_by(Content.id)
        .with_for_update(key_share=True)
    )
    opened = []
    for content in await session.scalars(query):
        try:
            await _check_ready(session, content)
        except NotReady:
            continue
        await _publish(session, content, clock.now())
        opened.append(content.id)
    return opened


async def run_due(session: Session, *, now: datetime) -> int:
    """Publish what was scheduled until ``now``; returns how many. Safe beside another run: a row is taken by one."""
    query = (
        select(Content)
        .where(Content.status == Status.SCHEDULED, Content.publish_at <= now, Content.deleted_at.is_(None))
        .order_by(Content.publish_at)
        .limit(DUE_MAX)
        .with_for_update(skip_locked=True, key_share=True)
    )
    due = list(await session.scalars(query))
    for content in due:
        assert content.publish_at is not None
        await _publish(session, content, content.publish_at, was_scheduled=True)
    return len(due)


def _check_not_taken_down(content: Content) -> None:
    if content.taken_down_at is not None:
        raise TakenDown(note=content.taken_down_note)


async def _publish(session: Session, content: Content, at: datetime, *, was_scheduled: bool = False) -> None:
    is_first_time = content.published_at is None
    content.status = Status.PUBLISHED
    content.publish_at = None
    content.published_at = content.published_at or at
    await events.publish(session, ContentPublished(content.id, content.creator_id, is_first_time, was_scheduled))


async def _check_ready(session: Session, content: Content) -> None:
    media = await session.get(Media, content.id)
    check_ready(
        Kind(content.kind),
        media_status=media.status if media else None,
        has_body=await session.get(WrittenBody, content.id) is not None,
        has_file=await session.get(Document, content.id) is not None,
        member_count=await session.scalar(select(func.count()).where(SeriesMember.collection_id == content.id)) or 0,
    )
    await events.publish(session, PublishingAsked(content.id, content.kind))
