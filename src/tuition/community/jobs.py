"""What the community does in the background."""

from __future__ import annotations

from uuid import UUID

from tuition.community.actions import announcements, discussions, reports
from tuition.platform import jobs
from tuition.platform.database import Session


@jobs.task("community.tell_of_question")
async def tell_of_question(session: Session, *, discussion_id: str) -> None:
    """Let whoever made the content know that somebody asks."""
    await discussions.tell_of_question(session, UUID(discussion_id))


@jobs.task("community.tell_of_reply")
async def tell_of_reply(session: Session, *, reply_id: str) -> None:
    """Let those who follow know of a reply."""
    await discussions.tell_of_reply(session, UUID(reply_id))


@jobs.task("community.tell_announcement")
async def tell_announcement(session: Session, *, announcement_id: str, after: str | None = None) -> None:
    """Tell some people, and leave the others to the next job of this kind."""
    last = await announcements.tell_some(session, UUID(announcement_id), UUID(after) if after else None)
    if last is not None:
        await jobs.defer(session, "community.tell_announcement", announcement_id=announcement_id, after=str(last))


@jobs.task("community.tell_of_takedown")
async def tell_of_takedown(session: Session, *, content_id: str, after: str | None = None) -> None:
    """Tell some of those who had it, and leave the others to the next job of this kind."""
    last = await reports.tell_of_takedown(session, UUID(content_id), UUID(after) if after else None)
    if last is not None:
        await jobs.defer(session, "community.tell_of_takedown", content_id=content_id, after=str(last))
