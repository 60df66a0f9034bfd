"""What can be asked of the catalogue, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from tuition.kernel import Money

QUERY_LENGTH_MAX = 200
VALUES_MAX = 20


class Sort(StrEnum):
    """In which order."""

    RELEVANCE = "relevance"
    """What fits the words best; without words the newest."""
    NEWEST = "newest"
    """The latest published first."""
    POPULAR = "popular"
    """The most bought first."""
    PRICE = "price"
    """The cheapest first; what has no price of its own last."""
    RATING = "rating"
    """The best rated first."""


class PriceBand(StrEnum):
    """What owning it costs, in whole units of its currency."""

    FREE = "free"
    """Nothing."""
    UNDER_10 = "under_10"
    """Less than 10."""
    UNDER_50 = "under_50"
    """From 10 to less than 50."""
    OVER_50 = "over_50"
    """50 and more."""
    NO_PRICE = "no_price"
    """Not sold alone: by the minute, in a series or by subscription only."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What may be shown. Several values of one facet: any of them; several facets: all of them. Empty: no condition."""

    kinds: frozenset[str] = frozenset()
    category_ids: frozenset[UUID] = frozenset()
    languages: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()
    price_bands: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    creator_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A content as a card shows it."""

    id: UUID
    creator_id: UUID
    kind: str
    title: str
    slug: str
    description: str
    category_id: UUID | None
    language: str
    level: str
    visibility: str
    cover_key: str | None
    duration_ms: int | None
    rating_average: Decimal
    rating_count: int
    amount: Money | None
    """What owning it costs, if it is sold alone."""
    rate: Decimal | None
    """What a minute costs, in major units of ``rate_currency``."""
    rate_currency: str | None


@dataclass(frozen=True, slots=True)
class Facets:
    """How many hits each value of a facet would give, the facet's own choice left aside: what a person may still choose."""

    kinds: Mapping[str, int] = field(default_factory=dict)
    category_ids: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
    levels: Mapping[str, int] = field(default_factory=dict)
    price_bands: Mapping[str, int] = field(default_factory=dict)
    total: int = 0
    """How many hits there are with every choice applied."""


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of hits, where the next begins, and the facets (none when they were not asked for)."""

    items: list[Hit]
    next_cursor: str | None
    facets: Facets | None
