"""Finding contents."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from tuition import catalog
from tuition.api.catalog.shapes import Input
from tuition.catalog import Filters, Kind, Level, PriceBand, Sort, Visibility
from tuition.edge import EdgeRoute, MoneyOut, Reading, SignedIn, Writing, problems

router = APIRouter(prefix="/v1", tags=["Catalogue"], route_class=EdgeRoute)
Many = 20


class CardOut(BaseModel):
    """A content as a list shows it."""

    id: UUID
    creator_id: UUID
    kind: Kind
    title: str = Field(examples=["Breathing slowly"])
    slug: str = Field(examples=["breathing-slowly"])
    description: str
    category_id: UUID | None
    language: str = Field(examples=["en"])
    level: Level
    visibility: Visibility
    has_cover: bool
    duration_ms: int | None
    rating_average: Decimal = Field(examples=["4.50"])
    rating_count: int
    price: MoneyOut | None = Field(description="What owning it costs; null when it is not sold alone.")
    rate: Decimal | None = Field(description="What a minute costs, in whole units of `rate_currency`.", examples=["0.120000"])
    rate_currency: str | None = Field(examples=["EUR"])

    @classmethod
    def of(cls, hit: catalog.Hit) -> CardOut:
        """How a hit is shown."""
        shown = {name: getattr(hit, name) for name in cls.model_fields.keys() - {"has_cover", "price"}}
        return cls(**shown, has_cover=hit.cover_key is not None, price=None if hit.amount is None else MoneyOut.of(hit.amount))


class FacetsOut(BaseModel):
    """How many hits each choice would give, the facet's own choice left aside."""

    kinds: dict[str, int] = Field(examples=[{"video": 12, "written": 3}])
    category_ids: dict[str, int]
    languages: dict[str, int] = Field(examples=[{"ar": 4, "en": 11}])
    levels: dict[str, int]
    price_bands: dict[str, int] = Field(examples=[{"free": 2, "under_10": 9}])
    total: int


class SearchOut(BaseModel):
    """One page of hits."""

    items: list[CardOut]
    next_cursor: str | None
    facets: FacetsOut | None = Field(description="Only on the first page.")


class CategoryIn(Input):
    """A new category."""

    name: str = Field(min_length=1, max_length=100, examples=["Breathing"])
    slug: str | None = Field(default=None, max_length=80, examples=["breathing"])
    names: dict[str, str] = Field(default_factory=dict, max_length=50, examples=[{"ar": "التنفس"}])


class CategoryOut(BaseModel):
    """A shelf of the catalogue."""

    id: UUID
    slug: str = Field(examples=["breathing"])
    name: str = Field(examples=["Breathing"])
    names: dict[str, str] = Field(description="Its name in other languages.", examples=[{"ar": "التنفس"}])


class CategoriesOut(BaseModel):
    """The shelves in their order."""

    items: list[CategoryOut]


@router.get("/catalog", responses=problems(), summary="Search the catalogue")
async def search(
    session: Reading,
    q: Annotated[str, Query(max_length=200, description="Words, in any language; a misspelt one is forgiven.")] = "",
    kind: Annotated[list[Kind] | None, Query(max_length=Many)] = None,
    category: Annotated[list[UUID] | None, Query(max_length=Many)] = None,
    language: Annotated[list[str] | None, Query(max_length=Many)] = None,
    level: Annotated[list[Level] | None, Query(max_length=Many)] = None,
    price: Annotated[list[PriceBand] | None, Query(max_length=Many)] = None,
    tag: Annotated[list[str] | None, Query(max_length=Many)] = None,
    creator: Annotated[UUID | None, Query()] = None,
    sort: Annotated[Sort | None, Query()] = None,
    currency: Annotated[str, Query(pattern="^[A-Z]{3}$", description="Whose prices to show where there are several.")] = "EUR",
    limit: Annotated[int, Query(ge=1, le=100)] = 24,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> SearchOut:
    """What everybody may find. Several values of one facet: any of them; several facets: all of them."""
    filters = Filters(
        kinds=frozenset(kind or ()),
        category_ids=frozenset(category or ()),
        languages=frozenset(language or ()),
        levels=frozenset(level or ()),
        price_bands=frozenset(price or ()),
        tags=frozenset(tag or ()),
        creator_id=creator,
    )
    found = await catalog.search(
        session, q, filters, sort=sort, currency=currency, limit=limit, cursor=cursor, with_facets=cursor is None
    )
    facets = FacetsOut.model_validate(found.facets, from_attributes=True) if found.facets else None
    return SearchOut(items=[CardOut.of(hit) for hit in found.items], next_cursor=found.next_cursor, facets=facets)


@router.get("/categories", responses=problems(), summary="List the categories")
async def categories(session: Reading) -> CategoriesOut:
    """The shelves of the catalogue, in their order."""
    found = await catalog.categories(session)
    return CategoriesOut(items=[CategoryOut.model_validate(category, from_attributes=True) for category in found])


@router.post("/categories", status_code=201, responses=problems(401, 403, 409), summary="Add a category")
async def create_category(body: CategoryIn, session: Writing, actor: SignedIn) -> CategoryOut:
    """Add a shelf. Needs `site:configure`."""
    category = await catalog.create_category(session, actor, name=body.name, slug=body.slug, names=body.names)
    return CategoryOut.model_validate(category, from_attributes=True)
