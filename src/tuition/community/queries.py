"""What was said, as this reader may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from tuition.community import policy
from tuition.community.errors import AnnouncementUnknown, DiscussionUnknown, ReplyUnknown, ReportUnknown
from tuition.community.models import (
    Announcement,
    ContentRating,
    Discussion,
    DiscussionFollow,
    DiscussionReply,
    ReplyMark,
    Report,
)
from tuition.community.rules import DiscussionKind, Place, ReportStatus
from tuition.identity import Actor, allows
from tuition.platform import paging
from tuition.platform.database import AnySession

SCORES = (5, 4, 3, 2, 1)


async def discussions_at(
    session: AnySession,
    actor: Actor,
    place: Place,
    *,
    unanswered: bool = False,
    limit: int = paging.LIMIT_USUAL,
    cursor: str | None = None,
) -> paging.Page[Discussion]:
    """What people talk about there: pinned first, then the newest talk. Raises ``DiscussionUnknown`` for who may not join in.

    Without a topic it is everything about the content; ``unanswered`` leaves the questions that wait for an answer.
    """
    moderates = await policy.require_part(session, actor, place.content_id)
    statement = select(Discussion).where(Discussion.content_id == place.content_id, _shown(actor, moderates=moderates))
    if place.topic_id is not None:
        statement = statement.where(Discussion.topic_id == place.topic_id)
    if unanswered:
        statement = statement.where(Discussion.kind == DiscussionKind.QUESTION, Discussion.accepted_reply_id.is_(None))
    return await paging.paginate(
        session,
        statement,
        keys=[Discussion.is_pinned.desc(), Discussion.last_activity_at.desc(), Discussion.id.desc()],
        limit=limit,
        cursor=cursor,
        scope=f"discussions:{place.content_id}:{place.topic_id}:{unanswered}",
    )


@dataclass(frozen=True, slots=True)
class Access:
    """A discussion that somebody may take part in, and what they may do there."""

    discussion: Discussion
    moderates: bool


async def get_discussion_for(session: AnySession, actor: Actor, discussion_id: UUID, *, lock: bool = False) -> Access:
    """A discussion that this actor may read. Raises ``DiscussionUnknown`` for every other."""
    query = select(Discussion).where(Discussion.id == discussion_id)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = await session.scalar(query)
    if found is None or found.deleted_at is not None:
        raise DiscussionUnknown
    moderates = await policy.require_part(session, actor, found.content_id)
    if found.hidden_at is not None and not moderates and found.author_id != actor.id:
        raise DiscussionUnknown
    return Access(found, moderates)


async def get_reply_for(
    session: AnySession, actor: Actor, reply_id: UUID, *, lock: bool = False
) -> tuple[Access, DiscussionReply]:
    """A reply in a discussion that this actor may read. Raises ``ReplyUnknown``."""
    query = select(DiscussionReply).where(DiscussionReply.id == reply_id, DiscussionReply.deleted_at.is_(None))
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    reply = await session.scalar(query)
    if reply is None:
        raise ReplyUnknown
    found = await get_discussion_for(session, actor, reply.discussion_id)
    if reply.hidden_at is not None and not found.moderates and reply.author_id != actor.id:
        raise ReplyUnknown
    return found, reply


async def replies_of(
    session: AnySession, actor: Actor, found: Access, *, limit: int = paging.LIMIT_USUAL, cursor: str | None = None
) -> paging.Page[DiscussionReply]:
    """The replies, oldest first."""
    statement = select(DiscussionReply).where(
        DiscussionReply.discussion_id == found.discussion.id, DiscussionReply.deleted_at.is_(None)
    )
    if not found.moderates:
        statement = statement.where(or_(DiscussionReply.hidden_at.is_(None), DiscussionReply.author_id == actor.id))
    scope = f"replies:{found.discussion.id}"
    return await paging.paginate(session, statement, keys=[DiscussionReply.id.asc()], limit=limit, cursor=cursor, scope=scope)


async def marked_by(session: AnySession, person_id: UUID, reply_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these replies this person found helpful."""
    query = select(ReplyMark.reply_id).where(ReplyMark.user_id == person_id, ReplyMark.reply_id.in_(list(reply_ids)))
    return set(await session.scalars(query))


async def follows(session: AnySession, person_id: UUID, discussion_id: UUID) -> bool:
    """Whether this person hears of new replies."""
    return await session.get(DiscussionFollow, (discussion_id, person_id)) is not None


async def announcements_of(
    session: AnySession, actor: Actor, content_id: UUID, *, limit: int = paging.LIMIT_USUAL, cursor: str | None = None
) -> paging.Page[Announcement]:
    """What was announced about a content, newest first. Raises ``AnnouncementUnknown`` for who may not open it."""
    try:
        await policy.require_part(session, actor, content_id)
    except DiscussionUnknown as error:
        raise AnnouncementUnknown from error
    statement = select(Announcement).where(Announcement.content_id == content_id)
    scope = f"announcements:{content_id}"
    return await paging.paginate(session, statement, keys=[Announcement.id.desc()], limit=limit, cursor=cursor, scope=scope)


@dataclass(frozen=True, slots=True)
class Ratings:
    """What people think of a content: how often each score was given, best first."""

    counts: tuple[tuple[int, int], ...]

    @property
    def count(self) -> int:
        """How many rated it."""
        return sum(times for _, times in self.counts)


async def ratings_of(
    session: AnySession, content_id: UUID, *, limit: int = paging.LIMIT_USUAL, cursor: str | None = None
) -> paging.Page[ContentRating]:
    """Ratings that say something, newest first. Anybody who may find the content may read them."""
    statement = select(ContentRating).where(
        ContentRating.content_id == content_id, ContentRating.hidden_at.is_(None), ContentRating.review != ""
    )
    scope = f"ratings:{content_id}"
    return await paging.paginate(session, statement, keys=[ContentRating.id.desc()], limit=limit, cursor=cursor, scope=scope)


async def rating_counts(session: AnySession, content_id: UUID) -> Ratings:
    """How often each score was given."""
    rows = await session.execute(
        select(ContentRating.score, func.count())
        .where(ContentRating.content_id == content_id, ContentRating.hidden_at.is_(None))
        .group_by(ContentRating.score)
    )
    counts: dict[int, int] = {row[0]: row[1] for row in rows}
    return Ratings(tuple((score, counts.get(score, 0)) for score in SCORES))


async def rating_by(session: AnySession, person_id: UUID, content_id: UUID) -> ContentRating | None:
    """What this person thinks of it, if they said so."""
    query = select(ContentRating).where(ContentRating.content_id == content_id, ContentRating.user_id == person_id)
    found: ContentRating | None = await session.scalar(query)
    return found


async def review_words(session: AnySession, rating_id: UUID) -> str:
    """What a review says, for whoever decides about it; nothing when it is gone."""
    found = await session.get(ContentRating, rating_id)
    return found.review if found else ""


async def reports_for(
    session: AnySession,
    actor: Actor,
    *,
    content_id: UUID | None = None,
    status: ReportStatus = ReportStatus.OPEN,
    limit: int = paging.LIMIT_USUAL,
    cursor: str | None = None,
) -> paging.Page[Report]:
    """Reports that this actor may decide, newest first: of one content, or (the site's staff) of all of them."""
    statement = select(Report).where(Report.status == status)
    if content_id is not None:
        await policy.require_moderator(session, actor, content_id)
        statement = statement.where(Report.content_id == content_id)
    elif not allows(actor, "community:moderate"):
        raise ReportUnknown
    scope = f"reports:{content_id}:{status}"
    return await paging.paginate(session, statement, keys=[Report.id.desc()], limit=limit, cursor=cursor, scope=scope)


def _shown(actor: Actor, *, moderates: bool) -> ColumnElement[bool]:
    alive = Discussion.deleted_at.is_(None)
    return alive if moderates else alive & or_(Discussion.hidden_at.is_(None), Discussion.author_id == actor.id)
