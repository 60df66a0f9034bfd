"""The page of one thing: what it is, what is inside, and every way to get it side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, BackgroundTasks, Request
from starlette.responses import RedirectResponse, Response

from tuition import access, catalog, commerce, identity, metering, playback
from tuition.access import Decision, Reason, WayKind
from tuition.catalog import Kind
from tuition.edge import CurrentActor, EdgeRoute, Reading, Services, SignedIn
from tuition.identity import Actor
from tuition.kernel import Money, clock
from tuition.learning import enrollments
from tuition.platform import site
from tuition.platform.database import AnySession
from tuition.web.rendering import render
from tuition.web.storefront.advice import Advice, Offer, advise, sort_ways
from tuition.web.storefront.cards import Card, cover_url, currency_of, is_theirs
from tuition.web.storefront.catalogue import level_names
from tuition.web.storefront.views import count_view

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
READABLE = frozenset({Kind.WRITTEN, Kind.DOCUMENT})
MORE_LENGTH = 4
SHARED_DESCRIPTION_MAX = 200
HIDDEN = frozenset({Reason.UNKNOWN, Reason.NOT_PUBLISHED, Reason.WITHDRAWN, Reason.TAKEN_DOWN, Reason.NOT_SHARED})
"""Reasons that nobody is told: such a thing does not exist for who asks."""


@dataclass(frozen=True, slots=True)
class Member:
    """One part of a collection, as its page lists it."""

    content: catalog.Content
    decision: Decision
    offer: Offer

    @property
    def is_theirs(self) -> bool:
        """Whether the part is their own already."""
        return is_theirs(self.decision)


@dataclass(frozen=True, slots=True)
class Inside:
    """What is inside, as far as its kind has something to say."""

    members: tuple[Member, ...] = ()
    captions: tuple[str, ...] = ()
    """The languages that it has captions in."""
    body: catalog.WrittenBody | None = None
    document: catalog.Document | None = None
    course: enrollments.CourseView | None = None
    """The outline of a course as this person finds it."""

    @property
    def duration_ms(self) -> int:
        """How long all parts are together."""
        return sum(member.content.duration_ms or 0 for member in self.members)

    @property
    def theirs_count(self) -> int:
        """How many parts are their own already."""
        return sum(member.is_theirs for member in self.members)

    def saving(self, price: Money | None) -> Money | None:
        """How much less the whole costs than its parts one by one; ``None`` when it is not less."""
        if price is None:
            return None
        offers = [member.offer.once for member in self.members]
        alone = [way.amount for way in offers if way and way.amount and way.amount.currency == price.currency]
        apart = sum(amount.minor for amount in alone)
        return Money(apart - price.minor, price.currency) if apart > price.minor else None


async def find_for(session: AnySession, actor: Actor | None, slug: str) -> tuple[catalog.Found, Decision]:
    """What has this address, and whether the actor may open it. Raises ``catalog.ContentUnknown`` for what they may not find,
    ``access.TakenDown`` for what they had.

    Unlike a look in the catalogue it knows grants: what was bought is found after it left the catalogue.
    """
    found = await catalog.find_by_slug(session, slug)
    decision = await access.decide(session, actor, found.content.id)
    if decision.reason is Reason.TAKEN_DOWN and decision.grant_id is not None:
        access.require_there(found.content)
    if not decision.allowed and decision.reason in HIDDEN:
        raise catalog.ContentUnknown
    return found, decision


@router.get("/c/{slug}")
async def content_page(
    slug: str, request: Request, session: Reading, actor: CurrentActor, services: Services, later: BackgroundTasks
) -> Response:
    """The page of a content. An address that it once had leads to the one it has."""
    found, decision = await find_for(session, actor, slug)
    content = found.content
    if found.moved:
        return RedirectResponse(f"/c/{quote(content.slug)}", status_code=301)
    settings = await site.glance(session)
    currency = currency_of(actor, settings)
    people = await identity.people_by_id(session, [content.creator_id])
    inside = await _inside(session, actor, content, currency)
    response = render(
        request,
        "storefront/content/page.html",
        content=content,
        creator=people.get(content.creator_id),
        cover=cover_url(content, 1280),
        inside=inside,
        levels=level_names(),
        more=await _more(session, content, currency),
        plays=content.kind in catalog.PLAYABLE
        and (decision.allowed or decision.preview_until_ms > 0 or any(way.kind is WayKind.PER_MINUTE for way in decision.ways)),
        refund_days=settings.refund_window_days,
        shared=_shared(request, services.settings.public_url, content),
        **await ways_context(session, actor, content, decision, currency, [member.content for member in inside.members]),
    )
    if not actor or actor.id != content.creator_id:
        later.add_task(count_view, services.database, content.id)
        response.background = later
    return response


@router.get("/c/{slug}/access")
async def access_page(slug: str, request: Request, session: Reading, actor: SignedIn) -> Response:
    """Why this person may open it: every right they hold or held, and what would be without it."""
    found, _decision = await find_for(session, actor, slug)
    explained = await access.explain(session, actor, found.content.id)
    return render(request, "storefront/content/access.html", content=found.content, explained=explained)


async def ways_context(
    session: AnySession,
    actor: Actor | None,
    content: catalog.Content,
    decision: Decision,
    currency: str,
    parts: Sequence[catalog.Content] = (),
) -> dict[str, Any]:
    """What the panel of ways needs: the decision, the offer, and what the meter says. At most one query; more for courses."""
    offer = sort_ways(decision.ways, currency)
    meter: metering.Meter | None = None
    played: playback.Playback | None = None
    if actor and content.kind in catalog.PLAYABLE:
        if decision.allowed:
            played = await playback.playback_of(session, actor.id, content.id)
        elif offer.minute:
            meter = await metering.meter_of(session, actor.id, content.id)
    theirs = is_theirs(decision)
    advice: Advice | None = advise(offer, meter, duration_ms=content.duration_ms, free_ms=content.preview_until_ms)
    return {
        "advice": advice,
        "decision": decision,
        "has_begun": bool(played and played.covered_ms) or bool(meter and meter.posted_minor),
        "is_theirs": theirs,
        "not_sold": None if theirs else await commerce.why_not_sold(session, actor, content, parts),
        "offer": offer,
        "opens_at": address_of(content),
        "played": played,
    }


def address_of(content: catalog.Content) -> str:
    """Where a thing is opened: the player, the reader; a collection is opened part by part."""
    kind = Kind(content.kind)
    if kind in catalog.PLAYABLE:
        return f"/watch/{content.slug}"
    return f"/read/{content.slug}" if kind in READABLE else ""


async def _inside(session: AnySession, actor: Actor | None, content: catalog.Content, currency: str) -> Inside:
    match Kind(content.kind):
        case Kind.VIDEO | Kind.AUDIO:
            return Inside(captions=tuple(await catalog.caption_languages(session, content.id)))
        case Kind.WRITTEN:
            return Inside(body=await catalog.body_of(session, content.id))
        case Kind.DOCUMENT:
            return Inside(document=await catalog.document_of(session, content.id))
        case Kind.COURSE:
            return Inside(course=await enrollments.view_course(session, actor, content.id, now=clock.now()))
        case Kind.SERIES | Kind.BUNDLE:
            members = await catalog.members_of(session, content.id)
            return Inside(members=tuple(await _members(session, actor, members, currency)))
        case Kind.OFFERING:
            return Inside()


async def _members(session: AnySession, actor: Actor | None, contents: Sequence[catalog.Content], currency: str) -> list[Member]:
    """The parts that this person may see, in order. A part that only exists inside the collection is listed like the others."""
    decisions = await access.decide_many(session, actor, [content.id for content in contents])
    shown = []
    for content in contents:
        decision = decisions[content.id]
        if decision.reason not in {Reason.NOT_PUBLISHED, Reason.WITHDRAWN, Reason.TAKEN_DOWN}:
            shown.append(Member(content, decision, sort_ways(decision.ways, currency)))
    return shown


async def _more(session: AnySession, content: catalog.Content, currency: str) -> list[Card]:
    """Other things by the same hand. Whether they are owned is not asked here: their own pages say so."""
    wanted = catalog.Filters(creator_id=content.creator_id)
    hits = await catalog.shelf(session, wanted, limit=MORE_LENGTH + 1, currency=currency)
    others = [hit for hit in hits if hit.id != content.id][:MORE_LENGTH]
    return [card_without_people(hit) for hit in others]


def card_without_people(hit: catalog.Hit) -> Card:
    """A card on a page that names the creator already."""
    return Card(
        id=hit.id,
        kind=hit.kind,
        title=hit.title,
        href=f"/c/{hit.slug}",
        creator="",
        cover_url=cover_url(hit),
        duration_s=hit.duration_ms // 1000 if hit.duration_ms else None,
        once=hit.amount,
        rate=hit.rate,
        currency=hit.rate_currency or "",
        language=hit.language,
        rating=hit.rating_average,
        rating_count=hit.rating_count,
        is_owned=False,
        is_priced=hit.amount is not None or hit.rate is not None or hit.visibility == catalog.Visibility.PUBLIC,
        category_id=hit.category_id,
    )


def _shared(request: Request, public_url: str | None, content: catalog.Content) -> dict[str, str]:
    """What a shared link shows (Open Graph): whole addresses, and words without line breaks."""
    base = (public_url or str(request.base_url)).rstrip("/")
    picture = cover_url(content, 1280) or f"/covers/{content.id}.svg"
    words = " ".join(content.description.split())
    if len(words) > SHARED_DESCRIPTION_MAX:
        words = words[:SHARED_DESCRIPTION_MAX].rsplit(" ", 1)[0] + "…"
    kind = {Kind.VIDEO: "video.other", Kind.AUDIO: "music.song", Kind.WRITTEN: "article", Kind.DOCUMENT: "book"}
    return {
        "url": f"{base}/c/{quote(content.slug)}",
        "image": base + picture,
        "description": words,
        "type": kind.get(Kind(content.kind), "website"),
    }
