"""The page of somebody who publishes, and the pictures of what they publish."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from tuition import catalog, identity
from tuition.edge import CurrentActor, EdgeRoute, Reading
from tuition.platform import paging, site
from tuition.platform.database import AnySession
from tuition.web.rendering import render, with_query
from tuition.web.storefront.cards import cards_of_hits, currency_of

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
PAGE_LENGTH = 24
YEAR_S = 365 * 24 * 3600


@router.get("/creators/{person_id}")
async def creator_page(person_id: UUID, request: Request, session: Reading, actor: CurrentActor, cursor: str = "") -> Response:
    """Who they are, and what they have published. A person who publishes nothing has no page."""
    person = await identity.public_profile(session, person_id)
    settings = await site.glance(session)
    found = await _published(session, person_id, currency_of(actor, settings), cursor)
    if not found.items and not person.is_creator:
        raise identity.PersonUnknown
    assert found.facets is not None, "they were asked for"
    return render(
        request,
        "storefront/creator.html",
        person=person,
        cards=await cards_of_hits(session, actor, found.items),
        total=found.facets.total,
        next_href=with_query(request, cursor=found.next_cursor) if found.next_cursor else None,
        start_href=with_query(request) if cursor else None,
    )


async def _published(session: AnySession, person_id: UUID, currency: str, cursor: str) -> catalog.SearchPage:
    filters = catalog.Filters(creator_id=person_id)
    try:
        return await catalog.search(session, "", filters, currency=currency, limit=PAGE_LENGTH, cursor=cursor or None)
    except paging.CursorInvalid:
        # An old or a mended address: its first page is still right.
        return await catalog.search(session, "", filters, currency=currency, limit=PAGE_LENGTH)
