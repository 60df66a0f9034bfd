"""Looking for things: words, facets with counts, an order, page by page. Links and forms do it all; htmx makes it quick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tuition import catalog
from tuition.catalog import Filters, Kind, Level, PriceBand, Sort
from tuition.edge import CurrentActor, EdgeRoute, Reading
from tuition.identity import Actor
from tuition.kernel import Money
from tuition.platform import paging, site
from tuition.platform.database import AnySession
from tuition.web.rendering import environment, money_text, render, with_query
from tuition.web.rendering import translate as _
from tuition.web.rendering.formatting import language_name
from tuition.web.storefront.cards import Card, cards_of_hits, currency_of
from tuition.web.storefront.home import name_of

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
PAGE_LENGTH = 24
WORDS_MAX = 200
VALUES_MAX = 20
SUGGESTIONS = 4
Choice = Annotated[list[str] | None, Query(max_length=VALUES_MAX)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, with everything that is not a choice left out."""

    words: str
    kinds: list[str]
    categories: list[str]
    """Their slugs."""
    prices: list[str]
    languages: list[str]
    levels: list[str]
    sort: Sort

    @property
    def is_narrowed(self) -> bool:
        """Whether there is something to take back."""
        return bool(self.words or self.kinds or self.categories or self.prices or self.languages or self.levels)


@dataclass(frozen=True, slots=True)
class Facet:
    """One question, its possible answers with how many each would give, and those that were chosen."""

    name: str
    title: str
    options: list[tuple[str, str, int]]
    chosen: list[str]


@router.get("/catalogue")
async def catalogue(
    request: Request,
    session: Reading,
    actor: CurrentActor,
    kind: Choice = None,
    category: Choice = None,
    price: Choice = None,
    language: Choice = None,
    level: Choice = None,
    q: str = "",
    sort: str = "",
    cursor: str = "",
) -> Response:
    """The catalogue, or for htmx only its part that changed."""
    asked = Asked(
        words=" ".join(q.replace("\x00", " ").split())[:WORDS_MAX],
        kinds=_known(kind, Kind),
        categories=category or [],
        prices=_known(price, PriceBand),
        languages=language or [],
        levels=_known(level, Level),
        sort=Sort(sort) if sort in list(Sort) else Sort.RELEVANCE,
    )
    settings = await site.glance(session)
    currency = currency_of(actor, settings)
    shelves = await catalog.categories(session)
    found = await _search(session, asked, shelves, currency, cursor)
    cards = await cards_of_hits(session, actor, found.items)
    context: dict[str, Any] = {
        "asked": asked,
        "cards": cards,
        "more_href": with_query(request, cursor=found.next_cursor) if found.next_cursor else "",
        "start_href": with_query(request) if cursor else "",
    }
    if request.headers.get("hx-target") == "more":
        return render(request, "storefront/_more.html", **context)
    assert found.facets is not None, "a whole page counts"
    context |= {
        "facets": _facets(found.facets, asked, shelves, currency),
        "sorts": _sorts(asked),
        "suggestions": [] if cards else await _suggestions(session, actor, currency),
        "total": found.facets.total,
    }
    is_part = request.headers.get("hx-target") == "browse"
    return render(request, "storefront/_browse.html" if is_part else "storefront/catalogue.html", **context)


async def _search(
    session: AnySession, asked: Asked, shelves: Sequence[catalog.Category], currency: str, cursor: str
) -> catalog.SearchPage:
    filters = Filters(
        kinds=frozenset(asked.kinds),
        category_ids=frozenset(shelf.id for shelf in shelves if shelf.slug in asked.categories),
        languages=frozenset(asked.languages),
        levels=frozenset(asked.levels),
        price_bands=frozenset(asked.prices),
    )
    try:
        return await catalog.search(
            session, asked.words, filters, sort=asked.sort, currency=currency, limit=PAGE_LENGTH, cursor=cursor or None
        )
    except paging.CursorInvalid:
        # An old or a mended address: its first page is still right.
        return await catalog.search(session, asked.words, filters, sort=asked.sort, currency=currency, limit=PAGE_LENGTH)


async def _suggestions(session: AnySession, actor: Actor | None, currency: str) -> list[Card]:
    """What else there is, for whoever found nothing."""
    popular = await catalog.shelf(session, sort=Sort.POPULAR, limit=SUGGESTIONS, currency=currency)
    return await cards_of_hits(session, actor, popular)


def _known(values: Sequence[str] | None, words: type[StrEnum]) -> list[str]:
    return [value for value in values or () if value in list(words)]


def _facets(counted: catalog.Facets, asked: Asked, shelves: Sequence[catalog.Category], currency: str) -> list[Facet]:
    kind_name = environment().globals["ui"].kind_name  # type: ignore[attr-defined]  # a namespace that templates are gathered in
    categories = {str(shelf.id): counted.category_ids.get(str(shelf.id), 0) for shelf in shelves}
    slugs = {str(shelf.id): shelf.slug for shelf in shelves}
    names = {shelf.slug: name_of(shelf) for shelf in shelves}
    return [
        _facet("kind", _("Kind"), counted.kinds, asked.kinds, {item.value: str(kind_name(item.value)) for item in Kind}),
        _facet(
            "category",
            _("Category"),
            {slugs[key]: count for key, count in categories.items()},
            asked.categories,
            names,
        ),
        _facet("price", _("Price"), counted.price_bands, asked.prices, _bands(currency)),
        _facet(
            "language",
            _("Language"),
            counted.languages,
            asked.languages,
            {code: language_name(code) for code in (*counted.languages, *asked.languages)},
        ),
        _facet("level", _("Level"), counted.levels, asked.levels, level_names()),
    ]


def _facet(name: str, title: str, counts: Mapping[str, int], chosen: Sequence[str], labels: Mapping[str, str]) -> Facet:
    """The answers that would give something, and those that were chosen although they give nothing."""
    shown = [(value, label, counts.get(value, 0)) for value, label in labels.items() if counts.get(value) or value in chosen]
    return Facet(name, title, shown, [value for value in chosen if value in labels])


def level_names() -> dict[str, str]:
    """The levels in words, the easiest first."""
    return {
        Level.BEGINNER.value: _("For beginners"),
        Level.INTERMEDIATE.value: _("With some knowledge"),
        Level.ADVANCED.value: _("For practitioners"),
        Level.ALL.value: _("For everybody"),
    }


def _bands(currency: str) -> dict[str, str]:
    ten, fifty = (money_text(Money.parse(figure, currency)) for figure in ("10", "50"))
    return {
        PriceBand.FREE.value: _("Free"),
        PriceBand.UNDER_10.value: _("Under %(amount)s") % {"amount": ten},
        PriceBand.UNDER_50.value: _("%(low)s to %(high)s") % {"low": ten, "high": fifty},
        PriceBand.OVER_50.value: _("%(amount)s and more") % {"amount": fifty},
        PriceBand.NO_PRICE.value: _("Not sold alone"),
    }


def _sorts(asked: Asked) -> list[tuple[str, str]]:
    names = [
        (Sort.NEWEST.value, _("Newest first")),
        (Sort.POPULAR.value, _("Most bought")),
        (Sort.RATING.value, _("Best rated")),
        (Sort.PRICE.value, _("Cheapest first")),
    ]
    return [(Sort.RELEVANCE.value, _("Best match")), *names] if asked.words else names
