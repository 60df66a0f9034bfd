"""What the community knows of a person: what they wrote."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from tuition.community.actions.ratings import sum_up
from tuition.community.models import ContentRating, Discussion, DiscussionFollow, DiscussionReply, ReplyMark, Report
from tuition.kernel import clock
from tuition.platform.database import AnySession, Session

GONE = "…"


async def export(session: AnySession, person_id: UUID) -> dict[str, Any]:
    """Everything that they asked, answered, rated and reported."""
    discussions = await session.scalars(select(Discussion).where(Discussion.author_id == person_id).order_by(Discussion.id))
    replies = await session.scalars(
        select(DiscussionReply).where(DiscussionReply.author_id == person_id).order_by(DiscussionReply.id)
    )
    ratings = await session.scalars(select(ContentRating).where(ContentRating.user_id == person_id).order_by(ContentRating.id))
    reports = await session.scalars(select(Report).where(Report.reporter_id == person_id).order_by(Report.id))
    return {
        "discussions": [{"title": item.title, "body": item.body, "at": item.created_at.isoformat()} for item in discussions],
        "replies": [{"body": item.body, "at": item.created_at.isoformat()} for item in replies],
        "ratings": [
            {"content_id": str(item.content_id), "score": item.score, "review": item.review, "at": item.created_at.isoformat()}
            for item in ratings
        ],
        "reports": [{"reason": item.reason, "details": item.details, "at": item.created_at.isoformat()} for item in reports],
    }


async def erase(session: Session, person_id: UUID) -> None:
    """Take their words away. The place of a talk stays, so that other people's answers do; ratings go with their scores."""
    now = clock.now()
    await session.execute(
        update(Discussion).where(Discussion.author_id == person_id).values(title=GONE, body=GONE, body_html=GONE)
    )
    await session.execute(
        update(DiscussionReply).where(DiscussionReply.author_id == person_id).values(body=GONE, body_html=GONE, hidden_at=now)
    )
    await session.execute(delete(ReplyMark).where(ReplyMark.user_id == person_id))
    await session.execute(delete(DiscussionFollow).where(DiscussionFollow.user_id == person_id))
    await session.execute(update(Report).where(Report.reporter_id == person_id).values(details=""))
    rated = await session.scalars(
        delete(ContentRating).where(ContentRating.user_id == person_id).returning(ContentRating.content_id)
    )
    for content_id in sorted(set(rated)):
        await sum_up(session, content_id)
