"""What a person may open: first what they have begun, then what is theirs, then what is open to them for a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tuition import access, catalog
from tuition.access import Decision, Reason
from tuition.edge import EdgeRoute, Reading, SignedIn
from tuition.kernel import clock
from tuition.platform import paging, site
from tuition.web.rendering import render, with_query
from tuition.web.storefront.cards import Card, cards_of_contents, currency_of, is_theirs, with_progress
from tuition.web.storefront.home import continued

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
SHOWN = 48
CONTINUE_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Shelves:
    """A library, sorted."""

    theirs: list[Card]
    for_a_time: list[Card]
    """Shared or lent, with its end."""


@router.get("/library")
async def library(
    request: Request, session: Reading, actor: SignedIn, cursor: Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)] = ""
) -> Response:
    """Everything that a grant opens, the newest first, and where to go on."""
    now = clock.now()
    page = await access.held_page(session, actor.id, at=now, cursor=cursor or None, limit=SHOWN)
    ids = [grant.scope_id for grant in page.items if grant.scope_id]
    known = await catalog.contents_by_id(session, ids)
    decisions = await access.decide_many(session, actor, ids)
    open_ids = [content_id for content_id in ids if content_id in known and decisions[content_id].allowed]
    settings = await site.glance(session)
    cards = await cards_of_contents(session, actor, [known[item] for item in open_ids], currency_of(actor, settings))
    return render(
        request,
        "storefront/library.html",
        going_on=[] if cursor else await continued(session, actor, limit=CONTINUE_SHOWN),
        gone=[known[item] for item in ids if item in known and decisions[item].reason is Reason.TAKEN_DOWN],
        shelves=_sorted(await with_progress(session, actor, cards), decisions),
        has_membership=await access.holds_wide(session, actor.id, at=now),
        next_href=with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
        start_href=with_query(request) if cursor else None,
    )


def _sorted(cards: Sequence[Card], decisions: dict[UUID, Decision]) -> Shelves:
    theirs: list[Card] = []
    for_a_time: list[Card] = []
    for card in cards:
        decision = decisions[card.id]
        shown = replace(card, is_priced=False, until=decision.until)
        (theirs if is_theirs(decision) else for_a_time).append(shown)
    return Shelves(theirs, for_a_time)
