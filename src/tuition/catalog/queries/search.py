"""Finding contents by words and facets: one query for the page, one for the counts.

Words are looked up in three dictionaries at once (none, English, Arabic); a misspelt word still finds its title by trigrams.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Row, TextClause, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.types import Text

from tuition.catalog.errors import FieldInvalid
from tuition.catalog.models.contents import LISTED_SQL
from tuition.catalog.rules.search import QUERY_LENGTH_MAX, VALUES_MAX, Facets, Filters, Hit, SearchPage, Sort
from tuition.kernel import Currency, Money, Phrase, clock
from tuition.platform import paging
from tuition.platform.database import AnySession

LIMIT_MAX = 100
EVERYTHING = Filters()
STATEMENTS_MAX = 512
"""How many statements are kept: one for each set of filters that is in use, order and so on."""
FACET_ROWS_MAX = 20_000
"""How many hits are counted; beyond it a count is a lower bound."""
LIKE_MAX = 200
"""How many titles that merely resemble the words are looked at."""

_LISTED = " and ".join(f"content.{part}" for part in LISTED_SQL.split(" and "))
_WORDS = "({})".format(" || ".join(f"websearch_to_tsquery('{name}', :words)" for name in ("simple", "english", "arabic")))
# What fits the words exactly, and what resembles them. An exact fit always stands before a mere resemblance.
_MATCHED = f"""
matched as materialized (
  select id, max(score) as score from (
    select content.id, 1 + ts_rank_cd(content.document, {_WORDS}, 32) as score
    from contents as content where content.document @@ {_WORDS} and {_LISTED}
    union all
    (select id, similarity from contents_titled_like(:words) order by similarity desc limit {LIKE_MAX})
  ) as either group by id
)"""  # noqa: S608  # only constants of this module are put in
_BAND = """cross join lateral (
  select case
    when owning.major = 0 then 'free'
    when owning.major < 10 then 'under_10'
    when owning.major < 50 then 'under_50'
    when owning.major >= 50 then 'over_50'
    when minute.rate is null and content.visibility = 'public' then 'free'
    else 'no_price' end as band
) as costs"""
# Owning: the cheapest one-time price in the wished currency, else in any. A minute: likewise.
_PRICES = f"""
left join lateral (
  select price.amount_minor, price.currency, money_major(price.amount_minor, price.currency) as major from prices as price
  where price.content_id = content.id and price.kind = 'one_time'
    and price.valid_from <= :at and (price.valid_until is null or price.valid_until > :at)
  order by price.currency <> :currency, price.amount_minor limit 1
) as owning on true
left join lateral (
  select price.rate, price.currency from prices as price
  where price.content_id = content.id and price.kind = 'per_minute'
    and price.valid_from <= :at and (price.valid_until is null or price.valid_until > :at)
  order by price.currency <> :currency, price.rate limit 1
) as minute on true
{_BAND}"""  # noqa: S608  # only constants of this module are put in
# The same for all contents at once, as far as counting needs it: one pass over the prices is quicker than a look for each.
_PRICES_OF_ALL = f"""
left join (
  select distinct on (content_id) content_id, money_major(amount_minor, currency) as major from prices
  where kind = 'one_time' and valid_from <= :at and (valid_until is null or valid_until > :at)
  order by content_id, currency <> :currency, amount_minor
) as owning on owning.content_id = content.id
left join (
  select content_id, min(rate) as rate from prices
  where kind = 'per_minute' and valid_from <= :at and (valid_until is null or valid_until > :at) group by content_id
) as minute on minute.content_id = content.id
{_BAND}"""  # noqa: S608  # only constants of this module are put in
_CONDITIONS = {
    "kinds": "content.kind = any(:kinds)",
    "category_ids": "content.category_id = any(:category_ids)",
    "languages": "content.language = any(:languages)",
    "levels": "content.level = any(:levels)",
    "price_bands": "costs.band = any(:price_bands)",
}
_COLUMNS = """content.id, content.creator_id, content.kind, content.title, content.slug, content.description, content.category_id,
  content.language, content.level, content.visibility, content.cover_key, content.duration_ms, content.rating_average,
  content.rating_count, content.published_at, content.purchase_count, owning.amount_minor, owning.currency,
  minute.rate, minute.currency as rate_currency"""
# The keys of each order: the expression, its direction, the comparison that goes on after a row. All of a kind, all not null.
_ORDERS = {
    Sort.RELEVANCE: ("matched.score", "desc", "<", "double precision"),
    Sort.NEWEST: ("content.published_at", "desc", "<", "timestamptz"),
    Sort.POPULAR: ("content.purchase_count", "desc", "<", "bigint"),
    Sort.RATING: ("content.rating_average", "desc", "<", "numeric"),
    Sort.PRICE: ("coalesce(owning.major, 1e12)", "asc", ">", "numeric"),
}


async def search(
    session: AnySession,
    words: str = "",
    filters: Filters = EVERYTHING,
    *,
    sort: Sort | None = None,
    currency: str = "EUR",
    limit: int = 24,
    cursor: str | None = None,
    with_facets: bool = True,
    at: datetime | None = None,
) -> SearchPage:
    """What everybody may find, that fits the words and the filters. At most two queries; one without facets.

    ``currency`` is the one whose prices are shown where there are several. Raises ``FieldInvalid``, ``CursorInvalid``,
    ``LimitInvalid``.
    """
    wanted = " ".join(words.replace("\x00", " ").split())
    if len(wanted) > QUERY_LENGTH_MAX:
        raise FieldInvalid(field="q", reason=Phrase("at most {most} characters", most=QUERY_LENGTH_MAX))
    if not 1 <= limit <= LIMIT_MAX:
        raise paging.LimitInvalid(limit_max=LIMIT_MAX)
    order = _order(sort, wanted)
    values = _values(wanted, filters, currency, at or clock.now())
    scope = f"catalog.search/{order}"
    page_values = {**values, "limit": limit + 1}
    given = frozenset(values)
    if cursor:
        page_values["after_key"], page_values["after_id"] = paging.Cursor.decode(cursor, scope=scope)
    rows = (await session.execute(_page(given, order, after=bool(cursor)), page_values)).all()
    shown = rows[:limit]
    following = paging.Cursor.encode([shown[-1].sort_key, shown[-1].id], scope=scope) if len(rows) > limit else None
    facets = await _facets(session, values) if with_facets else None
    return SearchPage([_hit(row) for row in shown], following, facets)


async def shelf(
    session: AnySession,
    filters: Filters = EVERYTHING,
    *,
    sort: Sort = Sort.NEWEST,
    limit: int = 12,
    currency: str = "EUR",
) -> list[Hit]:
    """A row of cards for a page: the newest, the most popular, a creator's. One query."""
    if not 1 <= limit <= LIMIT_MAX:
        raise paging.LimitInvalid(limit_max=LIMIT_MAX)
    values = _values("", filters, currency, clock.now())
    return [
        _hit(row)
        for row in await session.execute(_page(frozenset(values), _order(sort, ""), after=False), {**values, "limit": limit})
    ]


def _order(sort: Sort | None, words: str) -> Sort:
    """Without words nothing is more relevant than anything else: the newest first."""
    order = sort or Sort.RELEVANCE
    return Sort.NEWEST if order is Sort.RELEVANCE and not words else order


def _values(words: str, filters: Filters, currency: str, at: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"at": at, "currency": currency}
    if words:
        values["words"] = words
    for name in _CONDITIONS:
        chosen = sorted(getattr(filters, name), key=str)
        if len(chosen) > VALUES_MAX:
            raise FieldInvalid(field=name, reason=Phrase("at most {most} values", most=VALUES_MAX))
        if chosen:
            values[name] = chosen
    if filters.tags:
        values["tags"] = sorted(filters.tags)[:VALUES_MAX]
    if filters.creator_id:
        values["creator_id"] = filters.creator_id
    return values


def _from(given: frozenset[str], prices: str = _PRICES) -> str:
    parts = ["from contents as content", "join matched using (id)" if "words" in given else "", prices, f"where {_LISTED}"]
    if "creator_id" in given:
        parts.append("and content.creator_id = :creator_id")
    if "tags" in given:
        parts.append("and content.tags @> to_jsonb(cast(:tags as text[]))")
    return "\n".join(parts)


@lru_cache(maxsize=STATEMENTS_MAX)
def _page(given: frozenset[str], order: Sort, *, after: bool) -> TextClause:
    """The statement for a page. ``given`` are the names of the values that narrow it; a page asks for the same few all day."""
    key, direction, comparison, kind = _ORDERS[order]
    chosen = "".join(f" and {condition}" for name, condition in _CONDITIONS.items() if name in given)
    going_on = f" and ({key}, content.id) {comparison} (cast(:after_key as {kind}), :after_id)" if after else ""
    statement = f"""{f"with {_MATCHED}" if "words" in given else ""}
        select {_COLUMNS}, {key} as sort_key {_from(given)}{chosen}{going_on}
        order by {key} {direction}, content.id {direction} limit :limit"""
    return _bound(statement, given, after=after)


async def _facets(session: AnySession, values: dict[str, Any]) -> Facets:
    counted: dict[str, dict[str, int]] = {name: {} for name in _CONDITIONS}
    total = 0
    for row in await session.execute(_counting(frozenset(values)), values):
        if row.facet == "total":
            total = row.hits
        else:
            counted[row.facet][row.value] = row.hits
    return Facets(**{name: dict(sorted(found.items())) for name, found in counted.items()}, total=total)


@lru_cache(maxsize=STATEMENTS_MAX)
def _counting(given: frozenset[str]) -> TextClause:
    """Every facet counted over the hits that fit all the *other* facets, in one pass over one materialised set."""
    fits = ", ".join(f"{condition if name in given else 'true'} as fits_{name}" for name, condition in _CONDITIONS.items())
    counts = []
    for name, column in (
        ("kinds", "kind"),
        ("category_ids", "category_id::text"),
        ("languages", "language"),
        ("levels", "level"),
        ("price_bands", "band"),
    ):
        others = " and ".join(f"coalesce(fits_{other}, false)" for other in _CONDITIONS if other != name)
        counts.append(f"""select '{name}' as facet, {column} as value, count(*) as hits
          from base where {others} and {column} is not null group by 2""")  # noqa: S608  # names from the lists above
    every = " and ".join(f"coalesce(fits_{name}, false)" for name in _CONDITIONS)
    counts.append(f"select 'total', '', count(*) from base where {every}")  # noqa: S608  # names from the lists above
    statement = f"""with {_MATCHED + "," if "words" in given else ""} base as materialized (
          select content.kind, content.category_id, content.language, content.level, costs.band, {fits}
          {_from(given, _PRICES if "words" in given else _PRICES_OF_ALL)} limit {FACET_ROWS_MAX}
        ) {" union all ".join(counts)}"""
    return _bound(statement, given, after=False)


def _bound(statement: str, given: frozenset[str], *, after: bool) -> TextClause:
    """The statement with the types of its parameters, so that an empty list is still a list of something."""
    lists = ("kinds", "languages", "levels", "price_bands", "tags")
    bound: list[BindParameter[Any]] = [bindparam(name, type_=ARRAY(Text())) for name in lists if name in given]
    bound += [bindparam("at", type_=TIMESTAMP(timezone=True)), bindparam("currency", type_=Text())]
    if "category_ids" in given:
        bound.append(bindparam("category_ids", type_=ARRAY(Uuid())))
    if "creator_id" in given:
        bound.append(bindparam("creator_id", type_=Uuid()))
    if after:
        bound.append(bindparam("after_id", type_=Uuid()))
    return text(statement).bindparams(*bound)


def _hit(row: Row[Any]) -> Hit:
    return Hit(
        id=row.id,
        creator_id=row.creator_id,
        kind=row.kind,
        title=row.title,
        slug=row.slug,
        description=row.description,
        category_id=row.category_id,
        language=row.language,
        level=row.level,
        visibility=row.visibility,
        cover_key=row.cover_key,
        duration_ms=row.duration_ms,
        rating_average=row.rating_average,
        rating_count=row.rating_count,
        amount=None if row.amount_minor is None else Money(row.amount_minor, Currency(row.currency)),
        rate=None if row.rate is None else Decimal(row.rate),
        rate_currency=row.rate_currency,
    )
