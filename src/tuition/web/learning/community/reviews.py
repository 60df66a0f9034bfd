"""What people think of a content."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from tuition import community
from tuition.edge import CurrentActor, EdgeRoute, Reading, SignedIn, Writing, status_of
from tuition.identity import Actor
from tuition.kernel import DomainError
from tuition.platform import paging
from tuition.platform.database import AnySession
from tuition.web.learning.community.places import around, people_of
from tuition.web.rendering import refusal, render, see_other, with_query
from tuition.web.rendering import translate as _

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)


@router.get("/c/{slug}/reviews")
async def reviews(
    slug: str,
    request: Request,
    session: Reading,
    actor: CurrentActor,
    cursor: Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)] = "",
) -> Response:
    """How it is rated, and why; who has it may say so here."""
    return await _page(request, session, actor, slug, cursor=cursor)


@router.post("/c/{slug}/reviews")
async def rate(
    slug: str,
    request: Request,
    session: Writing,
    actor: SignedIn,
    stars: Annotated[str, Form(max_length=5)] = "",
    review: Annotated[str, Form()] = "",
) -> Response:
    """Say what one thinks, or change it."""
    place = await around(session, actor, slug)
    score = int(stars) if stars.isascii() and stars.isdigit() else 0
    try:
        await community.rate(session, actor, place.content.id, score=score, review=review)
    except community.TextInvalid as error:
        return await _page(request, session, actor, slug, error=error, values={"stars": stars, "review": review})
    return see_other(request, f"/c/{slug}/reviews", say=_("Thank you. Your rating counts."))


@router.post("/c/{slug}/reviews/withdraw")
async def withdraw(slug: str, request: Request, session: Writing, actor: SignedIn) -> Response:
    """Take it back."""
    place = await around(session, actor, slug)
    await community.withdraw_rating(session, actor, place.content.id)
    return see_other(request, f"/c/{slug}/reviews", say=_("Your rating is gone."))


async def _page(
    request: Request,
    session: AnySession,
    actor: Actor | None,
    slug: str,
    *,
    cursor: str = "",
    error: DomainError | None = None,
    values: dict[str, str] | None = None,
) -> Response:
    place = await around(session, actor, slug)
    content_id: UUID = place.content.id
    page = await community.ratings_of(session, content_id, cursor=cursor or None)
    counts = await community.rating_counts(session, content_id)
    is_maker = actor is not None and actor.id == place.content.creator_id
    return render(
        request,
        "community/reviews.html",
        status=status_of(error) if error else 200,
        around=place,
        counts=counts,
        errors={str(error.fields.get("field", "review")): refusal(error)} if error else {},
        items=page.items,
        may_rate=actor is not None and place.decision.allowed and not is_maker,
        mine=await community.rating_by(session, actor.id, content_id) if actor else None,
        next_href=with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
        people=await people_of(session, page.items, "user_id"),
        values=values or {},
    )
