"""The first page: what there is, how paying works, and for whoever was here before: where to go on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from tuition import catalog, identity, playback
from tuition.edge import CurrentActor, EdgeRoute, Reading
from tuition.identity import Actor
from tuition.platform import site
from tuition.platform.database import AnySession
from tuition.web.rendering import render
from tuition.web.rendering.reader import current
from tuition.web.storefront.advice import seconds_for
from tuition.web.storefront.cards import (
    Card,
    cards_of_contents,
    cards_of_hits,
    cover_url,
    currency_of,
    done_share,
)

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
FEATURED_MAX = 8
CONTINUE_SHOWN = 4
SHELVES_MAX = 6
SHELF_LENGTH = 4
SHELF_LEAST = 3
"""Fewer things than this make no row of their own: they are gathered in one."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category with the newest of it."""

    slug: str
    name: str
    cards: list[Card]


@dataclass(frozen=True, slots=True)
class Example:
    """A thing that is sold both ways, so that the explanation of paying has figures that are true."""

    card: Card
    after_s: int
    """After so many seconds the meter has reached the price."""


@dataclass(frozen=True, slots=True)
class Lead:
    """The film that plays at the top of the page, so that what is sold is seen at once."""

    card: Card
    href: str
    """Straight into the player where a visitor may play it, or its beginning; else its page."""
    free_s: int
    """So much of its beginning is free; 0 when none is, or all."""

    @property
    def is_free(self) -> bool:
        return self.card.is_priced and not self.card.once and not self.card.rate


@router.get("/")
async def home(request: Request, session: Reading, actor: CurrentActor) -> Response:
    """Hero, featured things, shelves; first of all what was begun and not finished."""
    settings = await site.glance(session)
    currency = currency_of(actor, settings)
    featured = await _featured(session, actor, settings, currency)
    going_on = await continued(session, actor, limit=CONTINUE_SHOWN) if actor else []
    lead = None if going_on or settings.hero_background_url else await _lead(session, featured)
    if lead and len(featured) > SHELF_LENGTH:
        featured = [card for card in featured if card.id != lead.card.id]
    shelves = await _shelves(session, actor, currency)
    on_page = featured + [card for shelf in shelves for card in shelf.cards]
    shelves, rest = _gather(shelves, {card.id for card in featured})
    return render(
        request,
        "storefront/home.html",
        settings=settings,
        going_on=going_on,
        lead=lead,
        featured=featured,
        is_chosen=bool(settings.featured_content_ids),
        shelves=shelves,
        rest=rest,
        example=_example(on_page),
        has_free=any(card.is_priced and not card.once and not card.rate for card in on_page),
    )


async def continued(session: AnySession, actor: Actor, *, limit: int) -> list[Card]:
    """What a person began and has not finished, the newest first. Its link leads back into the player."""
    begun = await playback.continue_list(session, actor.id, limit=limit)
    contents = await catalog.contents_by_id(session, [played.content_id for played in begun])
    closed = {content.id for content in contents.values() if content.deleted_at or content.taken_down_at}
    people = await identity.people_by_id(session, {content.creator_id for content in contents.values()})
    cards = []
    for played in begun:
        content = contents[played.content_id]
        if content.id not in closed:
            cards.append(_begun_card(content, people.get(content.creator_id), played))
    return cards


def _begun_card(content: catalog.Content, creator: identity.PersonCard | None, played: playback.Playback) -> Card:
    return Card(
        id=content.id,
        kind=content.kind,
        title=content.title,
        href=f"/watch/{content.slug}",
        creator=creator.full_name if creator else "",
        cover_url=cover_url(content),
        duration_s=played.duration_ms // 1000,
        once=None,
        rate=None,
        currency="",
        language=content.language,
        rating=content.rating_average,
        rating_count=content.rating_count,
        is_owned=False,
        is_priced=False,
        progress=done_share(played),
        left_s=(played.duration_ms - played.covered_ms) // 1000,
    )


def name_of(category: catalog.Category) -> str:
    """A category's name in the reader's language, if its owner gave it one."""
    return str(category.names.get(current().language) or category.name)


async def _featured(session: AnySession, actor: Actor | None, settings: site.SiteSettings, currency: str) -> list[Card]:
    """What the owner chose, in their order; else the newest."""
    chosen: list[UUID] = list(settings.featured_content_ids)[:FEATURED_MAX]
    if chosen:
        known = await catalog.contents_by_id(session, chosen)
        contents = [
            known[content_id] for content_id in chosen if content_id in known and catalog.is_visible(known[content_id], None)
        ]
        if contents:
            return await cards_of_contents(session, actor, contents, currency)
    newest = await catalog.shelf(session, limit=FEATURED_MAX, currency=currency)
    return await cards_of_hits(session, actor, newest)


async def _shelves(session: AnySession, actor: Actor | None, currency: str) -> list[Shelf]:
    """The first categories that have something, each with its newest."""
    shelves = []
    for category in (await catalog.categories(session))[: SHELVES_MAX * 2]:
        wanted = catalog.Filters(category_ids=frozenset({category.id}))
        hits = await catalog.shelf(session, wanted, limit=SHELF_LENGTH, currency=currency)
        if hits:
            shelves.append((category, hits))
        if len(shelves) == SHELVES_MAX:
            break
    # One look-up for the cards of all shelves, taken apart again.
    cards = iter(await cards_of_hits(session, actor, [hit for _, hits in shelves for hit in hits]))
    return [Shelf(category.slug, name_of(category), [next(cards) for _ in hits]) for category, hits in shelves]


async def _lead(session: AnySession, cards: list[Card]) -> Lead | None:
    """The first thing on the page that can be played."""
    card = next((card for card in cards if card.kind in catalog.PLAYABLE), None)
    if card is None:
        return None
    content = (await catalog.contents_by_id(session, [card.id]))[card.id]
    free_s = content.preview_until_ms // 1000
    lead = Lead(card, card.href, free_s if card.once or card.rate else 0)
    plays = lead.is_free or card.is_owned or free_s
    return replace(lead, href=f"/watch/{content.slug}") if plays else lead


def _gather(shelves: list[Shelf], shown: set[UUID]) -> tuple[list[Shelf], list[Card]]:
    """The shelves that are worth a row of their own, and what lies on the others and is not on the page yet."""
    full = [shelf for shelf in shelves if len(shelf.cards) >= SHELF_LEAST]
    seen = shown | {card.id for shelf in full for card in shelf.cards}
    rest = [card for shelf in shelves if shelf not in full for card in shelf.cards if card.id not in seen]
    return full, rest[: 2 * SHELF_LENGTH]


def _example(cards: list[Card]) -> Example | None:
    """What is sold both ways; better one that is long enough for its minutes to reach the price."""
    both = [card for card in cards if card.once and card.rate and card.once.currency == card.currency]
    examples = [
        Example(replace(card, is_owned=False), seconds_for(card.once, card.rate)) for card in both if card.once and card.rate
    ]
    reached = [example for example in examples if (example.card.duration_s or 0) >= example.after_s]
    return next(iter(reached or examples), None)
