"""Giving access and ending it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from tuition import catalog
from tuition.access.errors import GrantInvalid, GrantUnknown
from tuition.access.events import AccessEnded, AccessGranted
from tuition.access.models import AccessGrant, ContentVisit, TierScope
from tuition.access.rules.scopes import AccessType, Content, Scope, columns_of, scope_of
from tuition.identity import Actor
from tuition.kernel import Phrase, clock, new_id
from tuition.platform import events
from tuition.platform.database import Session

GIFT_TYPES = frozenset({AccessType.COMPLIMENTARY, AccessType.SHARED})
SHARE_DEFAULT = timedelta(days=1)
SHARE_MAX = timedelta(days=366)
RENEWED = "renewed"
_TRIES = 3


async def grant(
    session: Session,
    person_id: UUID,
    scope: Scope,
    *,
    kind: AccessType,
    source: tuple[str, UUID],
    granted_by: UUID | None = None,
    expires_at: datetime | None = None,
    at: datetime | None = None,
) -> AccessGrant:
    """Let a person open something, because of one source (``("purchase", id)``).

    The same grant again is the one that stands. The same source and scope with another end or type (a renewal) ends the one that
    stands, with the reason ``renewed``, and gives a new one; grants from other sources are never touched.
    """
    moment = at or clock.now()
    scope_kind, scope_id = columns_of(scope)
    values = {
        "person_id": person_id,
        "scope": scope_kind,
        "scope_id": scope_id,
        "access_type": kind,
        "source_type": source[0],
        "source_id": source[1],
        "granted_by": granted_by,
        "granted_at": moment,
        "expires_at": expires_at,
    }
    await _take_turns(session, person_id, source)
    for _ in range(_TRIES):
        made: AccessGrant | None = await session.scalar(
            insert(AccessGrant).values(id=new_id(), **values).on_conflict_do_nothing().returning(AccessGrant)
        )
        if made is not None:
            await events.publish(session, AccessGranted(made.id, person_id, scope, kind, expires_at))
            return made
        # Somebody holds this very grant; its row is locked, so that nobody ends it between the look and the decision.
        standing: AccessGrant | None = await session.scalar(
            select(AccessGrant)
            .where(
                AccessGrant.person_id == person_id,
                AccessGrant.source_type == source[0],
                AccessGrant.source_id == source[1],
                AccessGrant.scope == scope_kind,
                AccessGrant.scope_id.is_not_distinct_from(scope_id),
                AccessGrant.ended_at.is_(None),
            )
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if standing is None:
            continue
        if standing.expires_at == expires_at and standing.access_type == kind:
            return standing
        await _end(session, [standing], RENEWED, moment)
    raise AssertionError("a grant was ended again and again while it was being given")


async def end(
    session: Session, *, source: tuple[str, UUID], reason: str, person_id: UUID | None = None, at: datetime | None = None
) -> list[AccessGrant]:
    """End every live grant of one source (that one person has), and no other. Again ends nothing. Returns what it ended."""
    which = (AccessGrant.source_type == source[0]) & (AccessGrant.source_id == source[1])
    if person_id is not None:
        which &= AccessGrant.person_id == person_id
    return await _end_live(session, which, reason, at)


async def end_grant(session: Session, grant_id: UUID, *, reason: str, at: datetime | None = None) -> bool:
    """End one grant. Whether it was live."""
    return bool(await _end_live(session, AccessGrant.id == grant_id, reason, at))


async def give(
    session: Session,
    actor: Actor,
    content_id: UUID,
    person_id: UUID,
    *,
    kind: AccessType = AccessType.COMPLIMENTARY,
    expires_at: datetime | None = None,
) -> AccessGrant:
    """A creator gives or shares their own content. A share lasts a day unless ``expires_at`` says otherwise.

    Raises ``catalog.ContentUnknown``, ``GrantInvalid``.
    """
    content = await catalog.get_owned_content(session, actor, content_id)
    now = clock.now()
    if kind not in GIFT_TYPES:
        raise GrantInvalid(reason="only complimentary and shared access can be given.")
    if kind is AccessType.SHARED:
        expires_at = expires_at or now + SHARE_DEFAULT
    if expires_at is not None and not now < expires_at <= now + SHARE_MAX:
        raise GrantInvalid(reason=Phrase("choose an end within the next {days} days.", days=SHARE_MAX.days))
    if person_id == content.creator_id:
        raise GrantInvalid(reason="its creator opens it anyway.")
    scope: Scope = Content(content_id)
    if catalog.Kind(content.kind) in catalog.COLLECTIONS:
        scope = scope_of("collection", content_id)
    return await grant(
        session, person_id, scope, kind=kind, source=("gift", actor.id), granted_by=actor.id, expires_at=expires_at
    )


async def take_back(session: Session, actor: Actor, content_id: UUID, grant_id: UUID) -> None:
    """End what was given by hand. What was bought or subscribed ends by a refund or a cancellation, never here.

    Raises ``catalog.ContentUnknown``, ``GrantUnknown``. Again is no change.
    """
    await catalog.get_owned_content(session, actor, content_id)
    found = await session.get(AccessGrant, grant_id)
    if found is None or found.scope_id != content_id or found.source_type != "gift":
        raise GrantUnknown
    await end_grant(session, grant_id, reason="taken_back")


async def define_tier(session: Session, tier_id: UUID, opens: Sequence[Scope]) -> None:
    """Say what a tier opens, from now on, for everybody who holds it."""
    await session.execute(delete(TierScope).where(TierScope.tier_id == tier_id))
    for scope in dict.fromkeys(opens):
        scope_kind, scope_id = columns_of(scope)
        session.add(TierScope(tier_id=tier_id, scope=scope_kind, scope_id=scope_id))
    # The next decision in this transaction must see it.
    await session.flush()


async def record_visit(session: Session, person_id: UUID, content_id: UUID, *, at: datetime | None = None) -> None:
    """Remember when a person last opened a content."""
    moment = at or clock.now()
    statement = insert(ContentVisit).values(person_id=person_id, content_id=content_id, last_accessed_at=moment)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["person_id", "content_id"], set_={"last_accessed_at": moment})
    )


async def _take_turns(session: Session, person_id: UUID, source: tuple[str, UUID]) -> None:
    """Two who give the same grant at once do it one after the other; who ends it meanwhile can only make room."""
    key = f"access/{person_id}/{source[0]}/{source[1]}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


async def _end_live(session: Session, which: ColumnElement[bool], reason: str, at: datetime | None) -> list[AccessGrant]:
    query = (
        select(AccessGrant)
        .where(which, AccessGrant.ended_at.is_(None))
        # In one order everywhere, so that two endings wait for each other instead of dying.
        .order_by(AccessGrant.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    grants = list(await session.scalars(query))
    await _end(session, grants, reason, at or clock.now())
    return grants


async def _end(session: Session, grants: Sequence[AccessGrant], reason: str, at: datetime) -> None:
    for row in grants:
        row.ended_at, row.end_reason = at, reason
    # The unique index frees the source's place, and the next decision must see the end.
    await session.flush()
    for row in grants:
        await events.publish(session, AccessEnded(row.id, row.person_id, scope_of(row.scope, row.scope_id), reason))
