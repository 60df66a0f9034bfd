"""What teachers tell everybody."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from tuition import community
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing, status_of
from tuition.identity import Actor
from tuition.kernel import DomainError
from tuition.platform import paging
from tuition.platform.database import AnySession
from tuition.web.learning.community.places import around, people_of
from tuition.web.rendering import refusal, render, see_other, with_query
from tuition.web.rendering import translate as _

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)


@router.get("/c/{slug}/announcements")
async def announcements(
    slug: str,
    request: Request,
    session: Reading,
    actor: SignedIn,
    cursor: Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)] = "",
) -> Response:
    """The newest first; who teaches writes here."""
    return await _page(request, session, actor, slug, cursor=cursor)


@router.post("/c/{slug}/announcements")
async def announce(
    slug: str,
    request: Request,
    session: Writing,
    actor: SignedIn,
    title: Annotated[str, Form()] = "",
    body: Annotated[str, Form()] = "",
    by_mail: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Tell everybody who learns from it."""
    place = await around(session, actor, slug)
    try:
        await community.announce(session, actor, place.content.id, title=title, body=body, by_mail=by_mail == "yes")
    except community.TextInvalid as error:
        values = {"title": title, "body": body, "by_mail": by_mail}
        return await _page(request, session, actor, slug, error=error, values=values)
    return see_other(request, f"/c/{slug}/announcements", say=_("It is on its way to everybody."))


async def _page(
    request: Request,
    session: AnySession,
    actor: Actor,
    slug: str,
    *,
    cursor: str = "",
    error: DomainError | None = None,
    values: dict[str, str] | None = None,
) -> Response:
    place = await around(session, actor, slug)
    page = await community.announcements_of(session, actor, place.content.id, cursor=cursor or None)
    return render(
        request,
        "community/announcements.html",
        status=status_of(error) if error else 200,
        around=place,
        errors={str(error.fields.get("field", "body")): refusal(error)} if error else {},
        items=page.items,
        may_announce=await community.may_announce(session, actor, place.content.id),
        next_href=with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
        people=await people_of(session, page.items),
        values=values or {},
    )
