"""Questions and talks, and their replies."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from tuition import community, identity
from tuition.api.community.shapes import (
    ArrangementIn,
    ContentId,
    Cursor,
    DiscussionChangesIn,
    DiscussionId,
    DiscussionIn,
    DiscussionOut,
    Limit,
    ReplyId,
    ReplyIn,
    ReplyOut,
)
from tuition.community import Discussion, DiscussionReply, Place
from tuition.edge import EdgeRoute, PageOut, Reading, SignedIn, Writing, problems
from tuition.platform.database import AnySession

router = APIRouter(prefix="/v1", tags=["Community"], route_class=EdgeRoute)


@router.get("/contents/{content_id}/discussions", responses=problems(401, 404), summary="List discussions")
async def index(
    content_id: ContentId,
    session: Reading,
    actor: SignedIn,
    topic_id: Annotated[UUID | None, Query(description="Only about this lesson.")] = None,
    unanswered: Annotated[bool, Query(description="Only questions without an accepted answer.")] = False,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> PageOut[DiscussionOut]:
    """What people talk about who may open this content: pinned first, then the newest talk."""
    place = Place(content_id, topic_id)
    page = await community.discussions_at(session, actor, place, unanswered=unanswered, limit=limit, cursor=cursor)
    people = await identity.people_by_id(session, [item.author_id for item in page.items])
    items = [DiscussionOut.of(item, people.get(item.author_id)) for item in page.items]
    return PageOut[DiscussionOut](items=items, next_cursor=page.next_cursor)


@router.post(
    "/contents/{content_id}/discussions", status_code=201, responses=problems(401, 403, 404, 409), summary="Ask, or talk"
)
async def start(content_id: ContentId, body: DiscussionIn, session: Writing, actor: SignedIn) -> DiscussionOut:
    """Ask something about a content that you may open. Whoever made it is told."""
    place = Place(content_id, body.topic_id)
    made = await community.start_discussion(session, actor, place, title=body.title, body=body.body, kind=body.kind)
    return await _discussion(session, made)


@router.get("/discussions/{discussion_id}", responses=problems(401, 404), summary="Show a discussion")
async def show(discussion_id: DiscussionId, session: Reading, actor: SignedIn) -> DiscussionOut:
    """One question or talk; its replies are a list of their own."""
    return await _discussion(session, (await community.get_discussion_for(session, actor, discussion_id)).discussion)


@router.put("/discussions/{discussion_id}", responses=problems(401, 404, 409), summary="Edit a discussion")
async def edit(discussion_id: DiscussionId, body: DiscussionChangesIn, session: Writing, actor: SignedIn) -> DiscussionOut:
    """Say it better; only who began it may."""
    changed = await community.edit_discussion(session, actor, discussion_id, title=body.title, body=body.body)
    return await _discussion(session, changed)


@router.patch("/discussions/{discussion_id}", responses=problems(401, 403, 404), summary="Pin or close a discussion")
async def arrange(discussion_id: DiscussionId, body: ArrangementIn, session: Writing, actor: SignedIn) -> DiscussionOut:
    """Keep order; only who teaches there, or runs the site, may."""
    changed = await community.arrange(session, actor, discussion_id, pinned=body.pinned, closed=body.closed)
    return await _discussion(session, changed)


@router.delete("/discussions/{discussion_id}", status_code=204, responses=problems(401, 404), summary="Delete a discussion")
async def delete(discussion_id: DiscussionId, session: Writing, actor: SignedIn) -> None:
    """Take it away with its replies; its author and moderators may."""
    await community.delete_discussion(session, actor, discussion_id)


@router.put("/discussions/{discussion_id}/follow", status_code=204, responses=problems(401, 404), summary="Follow a discussion")
async def follow(discussion_id: DiscussionId, session: Writing, actor: SignedIn) -> None:
    """Hear of new replies. Again is no change."""
    await community.follow(session, actor, discussion_id)


@router.delete("/discussions/{discussion_id}/follow", status_code=204, responses=problems(401), summary="Unfollow a discussion")
async def unfollow(discussion_id: DiscussionId, session: Writing, actor: SignedIn) -> None:
    """Hear no more of it. Again is no change."""
    await community.unfollow(session, actor, discussion_id)


@router.get("/discussions/{discussion_id}/replies", responses=problems(401, 404), summary="List replies")
async def replies(
    discussion_id: DiscussionId, session: Reading, actor: SignedIn, limit: Limit = 25, cursor: Cursor = None
) -> PageOut[ReplyOut]:
    """Every reply, oldest first."""
    found = await community.get_discussion_for(session, actor, discussion_id)
    page = await community.replies_of(session, actor, found, limit=limit, cursor=cursor)
    people = await identity.people_by_id(session, [item.author_id for item in page.items])
    return PageOut[ReplyOut](
        items=[ReplyOut.of(item, people.get(item.author_id)) for item in page.items], next_cursor=page.next_cursor
    )


@router.post("/discussions/{discussion_id}/replies", status_code=201, responses=problems(401, 403, 404, 409), summary="Reply")
async def reply(discussion_id: DiscussionId, body: ReplyIn, session: Writing, actor: SignedIn) -> ReplyOut:
    """Answer. Everybody who follows the discussion is told; from now on you follow it too. 409 when it is closed."""
    return await _reply(session, await community.reply(session, actor, discussion_id, body=body.body))


@router.put("/replies/{reply_id}", responses=problems(401, 404, 409), summary="Edit a reply")
async def edit_reply(reply_id: ReplyId, body: ReplyIn, session: Writing, actor: SignedIn) -> ReplyOut:
    """Say it better; only its author may."""
    return await _reply(session, await community.edit_reply(session, actor, reply_id, body=body.body))


@router.delete("/replies/{reply_id}", status_code=204, responses=problems(401, 404), summary="Delete a reply")
async def delete_reply(reply_id: ReplyId, session: Writing, actor: SignedIn) -> None:
    """Take it away; its author and moderators may. An accepted answer that goes leaves the question open."""
    await community.delete_reply(session, actor, reply_id)


@router.put("/replies/{reply_id}/acceptance", responses=problems(401, 403, 404, 409), summary="Accept an answer")
async def accept(reply_id: ReplyId, session: Writing, actor: SignedIn) -> DiscussionOut:
    """Say that this reply answers the question; who asked and moderators may. It takes the place of another one."""
    return await _discussion(session, await community.accept_reply(session, actor, reply_id))


@router.delete("/replies/{reply_id}/acceptance", responses=problems(401, 403, 404, 409), summary="Reopen a question")
async def unaccept(reply_id: ReplyId, session: Writing, actor: SignedIn) -> DiscussionOut:
    """Say that this reply does not answer the question after all."""
    return await _discussion(session, await community.accept_reply(session, actor, reply_id, accepted=False))


@router.put("/replies/{reply_id}/helpful", responses=problems(401, 404), summary="Mark a reply as helpful")
async def helpful(reply_id: ReplyId, session: Writing, actor: SignedIn) -> ReplyOut:
    """Say that it helped. Nobody counts twice, and nobody counts themselves."""
    return await _reply(session, await community.mark_helpful(session, actor, reply_id))


@router.delete("/replies/{reply_id}/helpful", responses=problems(401, 404), summary="Take a mark back")
async def unhelpful(reply_id: ReplyId, session: Writing, actor: SignedIn) -> ReplyOut:
    """It did not help after all."""
    return await _reply(session, await community.mark_helpful(session, actor, reply_id, helpful=False))


async def _discussion(session: AnySession, row: Discussion) -> DiscussionOut:
    people = await identity.people_by_id(session, [row.author_id])
    return DiscussionOut.of(row, people.get(row.author_id))


async def _reply(session: AnySession, row: DiscussionReply) -> ReplyOut:
    people = await identity.people_by_id(session, [row.author_id])
    return ReplyOut.of(row, people.get(row.author_id))
