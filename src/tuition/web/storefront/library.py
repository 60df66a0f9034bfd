"""What a person may open: first what they have begun, then what is theirs, then what is open to them for a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from tuition import access, catalog
from tuition.access import AccessGrant, Decision, ScopeKind
from tuition.edge import EdgeRoute, Reading, SignedIn
from tuition.kernel import clock
from tuition.platform import site
from tuition.web.rendering import render
from tuition.web.storefront.cards import Card, cards_of_contents, currency_of, is_theirs, with_progress
from tuition.web.storefront.home import continued

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
GRANTS_MAX = 500
CONTINUE_SHOWN = 8
WIDE = frozenset({ScopeKind.CATALOGUE, ScopeKind.CATEGORY, ScopeKind.TIER})


@dataclass(frozen=True, slots=True)
class Shelves:
    """A library, sorted."""

    theirs: list[Card]
    for_a_time: list[Card]
    """Shared or lent, with its end."""


@router.get("/library")
async def library(request: Request, session: Reading, actor: SignedIn) -> Response:
    """Everything that a grant opens, and where to go on."""
    grants = _live(await access.grants_of_person(session, actor.id, limit=GRANTS_MAX))
    ids = list(dict.fromkeys(grant.scope_id for grant in grants if grant.scope_id and grant.scope not in WIDE))
    known = await catalog.contents_by_id(session, ids)
    decisions = await access.decide_many(session, actor, ids)
    open_ids = [content_id for content_id in ids if content_id in known and decisions[content_id].allowed]
    settings = await site.glance(session)
    cards = await cards_of_contents(session, actor, [known[item] for item in open_ids], currency_of(actor, settings))
    shelves = _sorted(await with_progress(session, actor, cards), decisions)
    return render(
        request,
        "storefront/library.html",
        going_on=await continued(session, actor, limit=CONTINUE_SHOWN),
        shelves=shelves,
        has_membership=any(grant.scope in WIDE for grant in grants),
    )


def _live(grants: Sequence[AccessGrant]) -> list[AccessGrant]:
    now = clock.now()
    return [grant for grant in grants if grant.ended_at is None and (grant.expires_at is None or grant.expires_at > now)]


def _sorted(cards: Sequence[Card], decisions: dict[UUID, Decision]) -> Shelves:
    theirs: list[Card] = []
    for_a_time: list[Card] = []
    for card in cards:
        decision = decisions[card.id]
        shown = replace(card, is_priced=False, until=decision.until)
        (theirs if is_theirs(decision) else for_a_time).append(shown)
    return Shelves(theirs, for_a_time)
