"""One question with its replies."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from tuition import catalog, community
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing, status_of
from tuition.identity import Actor
from tuition.kernel import DomainError
from tuition.platform import paging
from tuition.platform.database import AnySession
from tuition.web.learning.community.places import people_of
from tuition.web.rendering import refusal, render, see_other, with_query
from tuition.web.rendering import translate as _

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
Cursor = Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)]


@router.get("/discussions/{discussion_id}")
async def thread(discussion_id: UUID, request: Request, session: Reading, actor: SignedIn, cursor: Cursor = "") -> Response:
    """What was asked, the accepted answer, and every reply."""
    return await _page(request, session, actor, discussion_id, cursor=cursor)


@router.post("/discussions/{discussion_id}")
async def edit(
    discussion_id: UUID,
    request: Request,
    session: Writing,
    actor: SignedIn,
    title: Annotated[str, Form()] = "",
    body: Annotated[str, Form()] = "",
) -> Response:
    """Say it better."""
    try:
        await community.edit_discussion(session, actor, discussion_id, title=title, body=body)
    except community.TextInvalid as error:
        return await _page(request, session, actor, discussion_id, error=error)
    return see_other(request, f"/discussions/{discussion_id}", say=_("Saved."))


@router.post("/discussions/{discussion_id}/replies")
async def reply(
    discussion_id: UUID, request: Request, session: Writing, actor: SignedIn, body: Annotated[str, Form()] = ""
) -> Response:
    """Answer."""
    try:
        made = await community.reply(session, actor, discussion_id, body=body)
    except (community.TextInvalid, community.DiscussionClosed) as error:
        return await _page(request, session, actor, discussion_id, error=error, typed=body)
    return see_other(request, f"/discussions/{discussion_id}#reply-{made.id}", say=_("Your reply stands."))


@router.post("/discussions/{discussion_id}/follow")
async def follow(
    discussion_id: UUID, request: Request, session: Writing, actor: SignedIn, on: Annotated[str, Form(max_length=5)] = "yes"
) -> Response:
    """Hear of new replies, or no more of them."""
    if on == "yes":
        await community.follow(session, actor, discussion_id)
        return see_other(request, f"/discussions/{discussion_id}", say=_("You are told of new replies."))
    await community.unfollow(session, actor, discussion_id)
    return see_other(request, f"/discussions/{discussion_id}", say=_("You are told no more of it."))


@router.post("/discussions/{discussion_id}/arrange")
async def arrange(
    discussion_id: UUID,
    request: Request,
    session: Writing,
    actor: SignedIn,
    wish: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Pin it, close it, or the other way round."""
    match wish:
        case "pin" | "unpin":
            await community.arrange(session, actor, discussion_id, pinned=wish == "pin")
        case "close" | "open":
            await community.arrange(session, actor, discussion_id, closed=wish == "close")
        case _:
            pass
    return see_other(request, f"/discussions/{discussion_id}")


@router.post("/discussions/{discussion_id}/delete")
async def delete(discussion_id: UUID, request: Request, session: Writing, actor: SignedIn) -> Response:
    """Take it away with its replies."""
    found = await community.get_discussion_for(session, actor, discussion_id)
    content = (await catalog.contents_by_id(session, [found.discussion.content_id]))[found.discussion.content_id]
    await community.delete_discussion(session, actor, discussion_id)
    return see_other(request, f"/c/{content.slug}/discussions", say=_("Deleted."))


@router.post("/replies/{reply_id}/accept")
async def accept(
    reply_id: UUID, request: Request, session: Writing, actor: SignedIn, on: Annotated[str, Form(max_length=5)] = "yes"
) -> Response:
    """This answers the question, or not after all."""
    discussion = await community.accept_reply(session, actor, reply_id, accepted=on == "yes")
    return see_other(request, f"/discussions/{discussion.id}#reply-{reply_id}")


@router.post("/replies/{reply_id}/helpful")
async def helpful(
    reply_id: UUID, request: Request, session: Writing, actor: SignedIn, on: Annotated[str, Form(max_length=5)] = "yes"
) -> Response:
    """It helped, or not after all."""
    made = await community.mark_helpful(session, actor, reply_id, helpful=on == "yes")
    return see_other(request, f"/discussions/{made.discussion_id}#reply-{reply_id}")


@router.post("/replies/{reply_id}/delete")
async def delete_reply(reply_id: UUID, request: Request, session: Writing, actor: SignedIn) -> Response:
    """Take a reply away."""
    found, _made = await community.get_reply_for(session, actor, reply_id)
    await community.delete_reply(session, actor, reply_id)
    return see_other(request, f"/discussions/{found.discussion.id}", say=_("Deleted."))


async def _page(
    request: Request,
    session: AnySession,
    actor: Actor,
    discussion_id: UUID,
    *,
    cursor: str = "",
    error: DomainError | None = None,
    typed: str = "",
) -> Response:
    found = await community.get_discussion_for(session, actor, discussion_id)
    page = await community.replies_of(session, actor, found, cursor=cursor or None)
    content = (await catalog.contents_by_id(session, [found.discussion.content_id]))[found.discussion.content_id]
    return render(
        request,
        "community/thread.html",
        status=status_of(error) if error else 200,
        actor_id=actor.id,
        content=content,
        discussion=found.discussion,
        errors={"body": refusal(error)} if error else {},
        follows=await community.follows(session, actor.id, discussion_id),
        marked=await community.marked_by(session, actor.id, [row.id for row in page.items]),
        moderates=found.moderates,
        next_href=with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
        people=await people_of(session, [found.discussion, *page.items]),
        replies=page.items,
        start_href=with_query(request) if cursor else None,
        values={"body": typed},
    )
