"""The questions about one content, or about one lesson in it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from tuition import community
from tuition.community import DiscussionKind, Place
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing, status_of
from tuition.kernel import DomainError
from tuition.platform import paging
from tuition.platform.database import AnySession
from tuition.web.learning.community.places import Around, around, people_of
from tuition.web.rendering import refusal, render, see_other, with_query
from tuition.web.rendering import translate as _

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
MENDABLE = (community.TextInvalid,)


@router.get("/c/{slug}/discussions")
async def discussions(
    slug: str,
    request: Request,
    session: Reading,
    actor: SignedIn,
    about: Annotated[UUID | None, Query()] = None,
    show: Annotated[str, Query(max_length=12)] = "",
    cursor: Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)] = "",
) -> Response:
    """Pinned first, then the newest talk. ``about`` is a lesson; for htmx the panel under that lesson."""
    place = await around(session, actor, slug)
    unanswered = show == "open"
    page = await community.discussions_at(
        session, actor, Place(place.content.id, about), unanswered=unanswered, cursor=cursor or None
    )
    is_part = request.headers.get("hx-request") == "true"
    return render(
        request,
        "community/_panel.html" if is_part else "community/discussions.html",
        about=about,
        around=place,
        errors={},
        items=page.items,
        next_href=with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
        people=await people_of(session, page.items),
        show="open" if unanswered else "",
        values={},
    )


@router.post("/c/{slug}/discussions")
async def ask(
    slug: str,
    request: Request,
    session: Writing,
    actor: SignedIn,
    title: Annotated[str, Form()] = "",
    body: Annotated[str, Form()] = "",
    kind: Annotated[str, Form(max_length=20)] = "question",
    about: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Ask, or begin to talk."""
    place = await around(session, actor, slug)
    topic_id = _id(about)
    wanted = DiscussionKind.DISCUSSION if kind == DiscussionKind.DISCUSSION else DiscussionKind.QUESTION
    try:
        made = await community.start_discussion(
            session, actor, Place(place.content.id, topic_id), title=title, body=body, kind=wanted
        )
    except MENDABLE as error:
        values = {"title": title, "body": body, "kind": kind}
        return await _again(request, session, actor, place, topic_id, error=error, values=values)
    return see_other(request, f"/discussions/{made.id}", say=_("Asked. You are told as soon as somebody answers."))


async def _again(
    request: Request,
    session: AnySession,
    actor: SignedIn,
    place: Around,
    about: UUID | None,
    *,
    error: DomainError,
    values: dict[str, str],
) -> Response:
    page = await community.discussions_at(session, actor, Place(place.content.id, about))
    return render(
        request,
        "community/discussions.html",
        status=status_of(error),
        about=about,
        around=place,
        errors={str(error.fields.get("field", "body")): refusal(error)},
        items=page.items,
        next_href=None,
        people=await people_of(session, page.items),
        show="",
        values=values,
    )


def _id(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None
