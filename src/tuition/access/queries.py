"""The one question and its explanation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Uuid, and_, bindparam, exists, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.orm import aliased

from tuition import catalog, identity
from tuition.access.errors import AccessDenied, NotYetOpen, PaymentNeeded, TakenDown
from tuition.access.models import AccessGrant
from tuition.access.rules.decisions import Decision, Facts, HeldGrant, Reason, Viewer, Way, WayKind, judge, unknown
from tuition.access.rules.scopes import AccessType, ScopeKind, scope_of
from tuition.identity import Actor, allows
from tuition.kernel import Currency, Money, clock
from tuition.platform import paging
from tuition.platform.database import AnySession

NESTING_MAX = 4
"""How deep a collection may hold collections (a bundle of series) and still open what is inside."""
GRANTS_SHOWN_MAX = 100
NARROW = (ScopeKind.CONTENT.value, ScopeKind.COLLECTION.value)
"""Scopes that name what they open."""

# Everything the decision rests on, in one round trip. ``above`` walks from each content to the collections that hold it, with
# what the way there asks for (a moment, days since the collection was given); ``held`` is what the person holds, tiers replaced
# by what they open at present, ``began`` the first time that they held it; ``opened`` is what of it reaches the content.
_FACTS = text("""
with recursive above as (
  select content_id, collection_id, 1 as depth, opens_at, opens_after_days, is_preview
  from series_members where content_id = any(:ids)
  union
  select above.content_id, member.collection_id, above.depth + 1, greatest(above.opens_at, member.opens_at),
    greatest(above.opens_after_days, member.opens_after_days), false
  from above join series_members as member on member.content_id = above.collection_id where above.depth < :nesting_max
), live as (
  select id, scope, scope_id, access_type, granted_at, expires_at,
    (select min(first.granted_at) from access_grants as first
     where first.person_id = :person_id and first.scope = access_grants.scope
       and first.scope_id is not distinct from access_grants.scope_id) as began
  from access_grants
  where person_id = :person_id and granted_at <= :at
    and (ended_at is null or ended_at > :at) and (expires_at is null or expires_at > :at)
    and (scope in ('category', 'tier', 'catalogue') or scope_id = any(:ids)
         or (scope = 'collection' and scope_id in (select collection_id from above)))
), listed_above as (
  select above.*, parent.kind, parent.category_id from above join contents as parent on parent.id = above.collection_id
  where parent.status = 'published' and parent.deleted_at is null and parent.visibility in ('public', 'members_only', 'paid')
), held as (
  select *, scope as through, scope_id as through_id from live where scope <> 'tier'
  union all
  select live.*, opens.scope, opens.scope_id
  from live join access_tier_scopes as opens on opens.tier_id = live.scope_id where live.scope = 'tier'
)
select content.id, content.creator_id, content.kind, content.status, content.visibility,
  content.deleted_at is not null as is_deleted, content.taken_down_at is not null as is_taken_down, content.preview_until_ms,
  (select jsonb_agg(distinct jsonb_build_array(opened.id, opened.scope, opened.scope_id, opened.access_type, opened.granted_at,
     opened.expires_at, opened.began, opened.opens_at))
   from (
     select held.*, null::timestamptz as opens_at from held
     where (held.through in ('content', 'collection') and held.through_id = content.id)
        or (listed.yes and (held.through = 'catalogue' or (held.through = 'category' and held.through_id = content.category_id)))
     union all
     select held.*, greatest(above.opens_at, held.began + make_interval(days => above.opens_after_days))
     from held join above on above.collection_id = held.through_id
     where held.through = 'collection' and above.content_id = content.id
     union all
     -- What a course shows and is not listed itself opens with the course, also for those who hold a wide scope.
     select held.*, greatest(above.opens_at, held.began + make_interval(days => above.opens_after_days))
     from held join listed_above as above
       on held.through = 'catalogue' or (held.through = 'category' and held.through_id = above.category_id)
     where above.content_id = content.id and above.kind = 'course'
       and content.status = 'published' and content.visibility = 'shared'
   ) as opened
  ) as grants,
  content.status = 'published' and content.deleted_at is null and exists (
    select from listed_above as above where above.content_id = content.id and above.is_preview
  ) as is_preview,
  (select jsonb_agg(jsonb_build_array(price.id, price.kind, price.currency, price.amount_minor, price.rate::text)
                    order by price.kind, price.valid_from, price.currency)
   from prices as price
   where price.content_id = content.id and price.valid_from <= :at and (price.valid_until is null or price.valid_until > :at)
  ) as prices,
  (select jsonb_agg(jsonb_build_array(price.id, price.currency, price.amount_minor, parent.id, parent.title, parent.slug)
                    order by price.amount_minor, parent.id)
   from contents as parent join prices as price on price.content_id = parent.id
   where listed.yes and parent.id in (select collection_id from above where above.content_id = content.id)
     and parent.status = 'published' and parent.deleted_at is null and parent.visibility in ('public', 'paid')
     and price.kind = 'one_time' and price.valid_from <= :at and (price.valid_until is null or price.valid_until > :at)
  ) as collections,
  (select jsonb_agg(distinct opens.tier_id) from access_tier_scopes as opens
   where listed.yes and (opens.scope = 'catalogue' or (opens.scope = 'category' and opens.scope_id = content.category_id)
     or opens.scope_id = content.id
     or (opens.scope = 'collection'
         and exists (select from above where above.content_id = content.id and above.collection_id = opens.scope_id)))
  ) as tiers
from contents as content
cross join lateral (
  select content.status = 'published' and content.deleted_at is null
    and content.visibility in ('public', 'members_only', 'paid') as yes
) as listed
where content.id = any(:ids)
""").bindparams(
    bindparam("ids", type_=ARRAY(Uuid())), bindparam("person_id", type_=Uuid()), bindparam("at", type_=TIMESTAMP(timezone=True))
)


async def decide(session: AnySession, actor: Actor | None, content_id: UUID, *, at: datetime | None = None) -> Decision:
    """May this person (none: a visitor) open this content at a moment (now)? One query."""
    return (await decide_many(session, actor, [content_id], at=at))[content_id]


async def decide_many(
    session: AnySession, actor: Actor | None, content_ids: Sequence[UUID], *, at: datetime | None = None
) -> dict[UUID, Decision]:
    """The same for many contents, in one query. Every id is a key."""
    viewer = viewer_of(actor)
    facts = await _facts(session, viewer, content_ids, at or clock.now())
    return {
        content_id: judge(facts[content_id], viewer) if content_id in facts else unknown(content_id) for content_id in content_ids
    }


async def get_content_for(
    session: AnySession, actor: Actor | None, content_id: UUID, *, at: datetime | None = None
) -> tuple[catalog.Content, Decision]:
    """A content that this actor may find, and the decision about it. Raises ``catalog.ContentUnknown``, ``TakenDown``.

    Unlike the catalogue's own look-up it knows grants: what was bought is found after it left the catalogue, what was shared
    is found by those it was shared with.
    """
    decision = await decide(session, actor, content_id, at=at)
    if decision.reason is Reason.TAKEN_DOWN and decision.grant_id is not None:
        require_there((await catalog.contents_by_id(session, [content_id]))[content_id])
    # Who holds something that opens later is told when, not that there is nothing.
    if decision.allowed or decision.reason is Reason.NOT_YET_OPEN:
        found = (await catalog.contents_by_id(session, [content_id])).get(content_id)
        if found is not None:
            return found, decision
    return await catalog.get_content_for(session, actor, content_id), decision


def require_there(content: catalog.Content) -> None:
    """Raises ``TakenDown`` with the reason: for people who had it, to whom it has not simply vanished."""
    if content.taken_down_at is not None:
        raise TakenDown(title=content.title, day=content.taken_down_at.date(), note=content.taken_down_note)


def require(decision: Decision) -> Decision:
    """The decision, if it allows. Raises ``SignInNeeded``, ``PaymentNeeded``, ``NotYetOpen``, else ``AccessDenied``."""
    if decision.allowed:
        return decision
    if any(way.kind is WayKind.SIGN_IN for way in decision.ways):
        raise identity.SignInNeeded
    if decision.reason is Reason.NEEDS_PAYMENT:
        raise PaymentNeeded
    if decision.opens_at is not None:
        raise NotYetOpen(opens_at=decision.opens_at)
    raise AccessDenied(reason=decision.reason)


@dataclass(frozen=True, slots=True)
class GrantExplained:
    """One grant that reaches the content, and what it means."""

    grant: AccessGrant
    is_live: bool
    decides: bool
    """Whether it is the one that the decision names."""
    without_it: Decision | None
    """What the answer would be if it ended now; only for a live one."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The decision with everything that speaks for it, or once did."""

    decision: Decision
    grants: list[GrantExplained]
    """Live ones first, then the newest."""


async def explain(session: AnySession, actor: Actor, content_id: UUID, *, at: datetime | None = None) -> Explanation:
    """Why this person may or may not open this content. Raises ``catalog.ContentUnknown`` for what they may not even find."""
    moment = at or clock.now()
    viewer = viewer_of(actor)
    facts = (await _facts(session, viewer, [content_id], moment)).get(content_id)
    if facts is None:
        raise catalog.ContentUnknown
    decision = judge(facts, viewer)
    live = {grant.id for grant in facts.grants}
    rows = await _reaching(session, actor.id, content_id, moment)
    if not decision.allowed and not rows:
        await catalog.get_content_for(session, actor, content_id)
    explained = []
    for row in rows:
        is_live = row.id in live
        rest = replace(facts, grants=tuple(grant for grant in facts.grants if grant.id != row.id))
        explained.append(GrantExplained(row, is_live, row.id == decision.grant_id, judge(rest, viewer) if is_live else None))
    return Explanation(decision, sorted(explained, key=lambda item: not item.is_live))


async def grants_of_content(session: AnySession, content_id: UUID, *, limit: int = GRANTS_SHOWN_MAX) -> list[AccessGrant]:
    """Who was given this very content (a collection with its members), newest first: what its creator sees."""
    query = select(AccessGrant).where(AccessGrant.scope.in_(NARROW), AccessGrant.scope_id == content_id)
    return list(await session.scalars(query.order_by(AccessGrant.id.desc()).limit(limit)))


async def grants_of_person(session: AnySession, person_id: UUID, *, limit: int = GRANTS_SHOWN_MAX) -> list[AccessGrant]:
    """Every grant that a person holds or held, newest first."""
    query = select(AccessGrant).where(AccessGrant.person_id == person_id).order_by(AccessGrant.id.desc()).limit(limit)
    return list(await session.scalars(query))


async def held_page(
    session: AnySession, person_id: UUID, *, at: datetime, cursor: str | None = None, limit: int = GRANTS_SHOWN_MAX
) -> paging.Page[AccessGrant]:
    """What a person holds, newest first: of several live grants of one thing the newest; without wide ones (a tier, all)."""
    newer = aliased(AccessGrant)

    def live(grant: type[AccessGrant]) -> ColumnElement[bool]:
        return and_(
            grant.person_id == person_id,
            grant.ended_at.is_(None),
            or_(grant.expires_at.is_(None), grant.expires_at > at),
            grant.scope.in_(NARROW),
        )

    is_newest = ~exists().where(live(newer), newer.scope_id == AccessGrant.scope_id, newer.id > AccessGrant.id)
    statement = select(AccessGrant).where(live(AccessGrant), is_newest)
    return await paging.paginate(session, statement, keys=[AccessGrant.id.desc()], cursor=cursor, limit=limit)


async def holds_wide(session: AnySession, person_id: UUID, *, at: datetime) -> bool:
    """Whether a person holds a right that opens more than single things: a tier, a category, the catalogue."""
    wide = select(AccessGrant.id).where(
        AccessGrant.person_id == person_id,
        AccessGrant.ended_at.is_(None),
        or_(AccessGrant.expires_at.is_(None), AccessGrant.expires_at > at),
        AccessGrant.scope.not_in(NARROW),
    )
    return await session.scalar(wide.limit(1)) is not None


def viewer_of(actor: Actor | None) -> Viewer:
    """The actor as the rules see one."""
    if actor is None:
        return Viewer(None)
    return Viewer(actor.id, is_staff=allows(actor, "content:edit_any"), email_verified=actor.email_verified)


async def _facts(session: AnySession, viewer: Viewer, content_ids: Sequence[UUID], at: datetime) -> dict[UUID, Facts]:
    rows = await session.execute(
        _FACTS, {"ids": list(content_ids), "person_id": viewer.person_id, "at": at, "nesting_max": NESTING_MAX}
    )
    return {row.id: _read(row, at) for row in rows}


def _read(row: Row[Any], at: datetime) -> Facts:
    grants = tuple(
        HeldGrant(
            id=UUID(grant_id),
            scope=scope_of(scope, UUID(scope_id) if scope_id else None),
            access_type=AccessType(access_type),
            granted_at=datetime.fromisoformat(granted_at),
            expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
            began=datetime.fromisoformat(began),
            opens_at=datetime.fromisoformat(opens_at) if opens_at else None,
        )
        for grant_id, scope, scope_id, access_type, granted_at, expires_at, began, opens_at in row.grants or ()
    )
    prices = tuple(_price_way(*price) for price in row.prices or ())
    collections = tuple(
        Way(
            WayKind.COLLECTION,
            price_id=UUID(price_id),
            amount=Money(amount_minor, Currency(currency)),
            currency=currency,
            collection_id=UUID(collection_id),
            title=title,
            slug=slug,
        )
        for price_id, currency, amount_minor, collection_id, title, slug in row.collections or ()
    )
    tiers = tuple(Way(WayKind.SUBSCRIBE, tier_id=UUID(tier_id)) for tier_id in sorted(row.tiers or ()))
    return Facts(
        content_id=row.id,
        creator_id=row.creator_id,
        kind=row.kind,
        status=row.status,
        visibility=row.visibility,
        is_deleted=row.is_deleted,
        is_taken_down=row.is_taken_down,
        preview_until_ms=row.preview_until_ms,
        at=at,
        is_preview=row.is_preview,
        grants=grants,
        prices=prices,
        detours=collections + tiers,
    )


def _price_way(price_id: str, kind: str, currency: str, amount_minor: int | None, rate: str | None) -> Way:
    if kind == catalog.PriceKind.ONE_TIME:
        assert amount_minor is not None
        return Way(WayKind.PURCHASE, UUID(price_id), amount=Money(amount_minor, Currency(currency)), currency=currency)
    assert rate is not None
    return Way(WayKind.PER_MINUTE, UUID(price_id), rate=Decimal(rate), currency=currency)


_REACHING = text("""
with recursive above as (
  select cast(:content_id as uuid) as id, 0 as depth
  union
  select member.collection_id, above.depth + 1
  from above join series_members as member on member.content_id = above.id where above.depth < :nesting_max
), opened as (
  select opens.tier_id from access_tier_scopes as opens, contents as content
  where content.id = :content_id and (opens.scope = 'catalogue' or opens.scope_id = content.category_id
    or opens.scope_id in (select id from above))
)
select held.id from access_grants as held, contents as content
where held.person_id = :person_id and held.granted_at <= :at and content.id = :content_id
  and (held.scope_id = content.id or held.scope = 'catalogue' or (held.scope = 'category' and held.scope_id = content.category_id)
    or (held.scope = 'collection' and held.scope_id in (select id from above))
    or (held.scope = 'tier' and held.scope_id in (select tier_id from opened)))
order by held.granted_at desc, held.id desc limit :shown_max
""").bindparams(bindparam("content_id", type_=Uuid()), bindparam("person_id", type_=Uuid()))


async def _reaching(session: AnySession, person_id: UUID, content_id: UUID, at: datetime) -> list[AccessGrant]:
    """The person's grants that reach or reached the content as it stands now, newest first."""
    limits = {"nesting_max": NESTING_MAX, "shown_max": GRANTS_SHOWN_MAX}
    found = await session.scalars(_REACHING, {"content_id": content_id, "person_id": person_id, "at": at} | limits)
    ids = list(found)
    rows = await session.scalars(select(AccessGrant).where(AccessGrant.id.in_(ids)))
    return sorted(rows, key=lambda row: ids.index(row.id))
