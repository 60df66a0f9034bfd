"""Contents as cards: what a shelf shows of a thing, whoever looks at it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from tuition import access, catalog, identity, playback
from tuition.access import AccessType, Decision, Reason
from tuition.identity import Actor
from tuition.kernel import Money
from tuition.platform import site
from tuition.platform.database import AnySession

LASTING = frozenset({AccessType.PURCHASED, AccessType.COMPLIMENTARY, AccessType.OWNER})


class Listed(Protocol):
    """What contents and hits have in common."""

    @property
    def id(self) -> UUID: ...
    @property
    def creator_id(self) -> UUID: ...
    @property
    def kind(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def slug(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def visibility(self) -> str: ...
    @property
    def cover_key(self) -> str | None: ...
    @property
    def duration_ms(self) -> int | None: ...
    @property
    def rating_average(self) -> Decimal: ...
    @property
    def rating_count(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Card:
    """One thing on a shelf."""

    id: UUID
    kind: str
    title: str
    href: str
    creator: str
    cover_url: str | None
    duration_s: int | None
    once: Money | None
    rate: Decimal | None
    currency: str
    language: str
    rating: Decimal
    rating_count: int
    is_owned: bool
    is_priced: bool
    """Whether there is a price to show: what only a membership or a series opens has none, and is not free either."""
    category_id: UUID | None = None
    progress: Decimal | None = None
    """How much of it the reader has played, from 0 to 1."""
    left_s: int | None = None
    """How much of it they have not, in seconds."""
    until: datetime | None = None
    """When what opens it ends."""


def cover_url(thing: Listed, width: int = 640) -> str | None:
    """Where the picture of a thing is, under a name that changes with the picture; ``None`` when it has none."""
    if not thing.cover_key:
        return None
    version = hashlib.sha256(thing.cover_key.encode()).hexdigest()[:8]
    return f"/covers/{thing.id}/{width}.webp?v={version}"


def currency_of(actor: Actor | None, settings: site.SiteSettings) -> str:
    """The currency whose prices this person is shown first."""
    return (actor.currency if actor else None) or settings.default_currency


def is_theirs(decision: Decision) -> bool:
    """Whether somebody may call it their own: made, bought or given, for good."""
    if decision.reason is Reason.OWNER:
        return True
    return decision.allowed and decision.until is None and decision.access_type in LASTING


def done_share(played: playback.Playback) -> Decimal:
    """How much of a thing was played, from 0 to 1."""
    return Decimal(1) if played.completed_at else Decimal(played.covered_ms) / Decimal(played.duration_ms)


async def cards_of_hits(session: AnySession, actor: Actor | None, hits: Sequence[catalog.Hit]) -> list[Card]:
    """What a search or a shelf found, in its order. At most two queries more."""
    people, decisions = await _surroundings(session, actor, hits)
    return [
        _card(
            hit,
            people,
            decisions,
            once=hit.amount,
            rate=hit.rate,
            currency=hit.rate_currency or (hit.amount.currency if hit.amount else ""),
            category_id=hit.category_id,
        )
        for hit in hits
    ]


async def cards_of_contents(
    session: AnySession, actor: Actor | None, contents: Sequence[catalog.Content], currency: str
) -> list[Card]:
    """Known contents, in the order given, with their prices in this currency where there are several."""
    prices = await catalog.prices_of(session, [content.id for content in contents])
    people, decisions = await _surroundings(session, actor, contents)
    cards = []
    for content in contents:
        once = _first(prices[content.id], catalog.PriceKind.ONE_TIME, currency)
        minute = _first(prices[content.id], catalog.PriceKind.PER_MINUTE, currency)
        cards.append(
            _card(
                content,
                people,
                decisions,
                once=once.amount if once else None,
                rate=minute.rate if minute else None,
                currency=minute.currency if minute else "",
                category_id=content.category_id,
            )
        )
    return cards


async def with_progress(session: AnySession, actor: Actor, cards: Sequence[Card]) -> list[Card]:
    """The same cards, each saying how far the person is."""
    played = await playback.playbacks_of(session, actor.id, [card.id for card in cards])
    return [replace(card, progress=done_share(played[card.id])) if card.id in played else card for card in cards]


async def _surroundings(
    session: AnySession, actor: Actor | None, things: Sequence[Listed]
) -> tuple[Mapping[UUID, identity.PersonCard], Mapping[UUID, Decision]]:
    if not things:
        return {}, {}
    people = await identity.people_by_id(session, {thing.creator_id for thing in things})
    # A visitor owns nothing: no need to ask.
    decisions = await access.decide_many(session, actor, [thing.id for thing in things]) if actor else {}
    return people, decisions


def _card(
    thing: Listed,
    people: Mapping[UUID, identity.PersonCard],
    decisions: Mapping[UUID, Decision],
    *,
    once: Money | None,
    rate: Decimal | None,
    currency: str,
    category_id: UUID | None,
) -> Card:
    creator = people.get(thing.creator_id)
    is_free = once is None and rate is None and thing.visibility == catalog.Visibility.PUBLIC
    return Card(
        id=thing.id,
        kind=thing.kind,
        title=thing.title,
        href=f"/c/{thing.slug}",
        creator=creator.full_name if creator else "",
        cover_url=cover_url(thing),
        duration_s=thing.duration_ms // 1000 if thing.duration_ms else None,
        once=once,
        rate=rate,
        currency=currency,
        language=thing.language,
        rating=thing.rating_average,
        rating_count=thing.rating_count,
        is_owned=thing.id in decisions and is_theirs(decisions[thing.id]),
        is_priced=is_free or once is not None or rate is not None,
        category_id=category_id,
    )


def _first(prices: Sequence[catalog.Price], kind: catalog.PriceKind, currency: str) -> catalog.Price | None:
    """The price of this kind in that currency, or else in the one that comes first."""
    of_kind = [price for price in prices if price.kind == kind]
    return next((price for price in of_kind if price.currency == currency), of_kind[0] if of_kind else None)
