"""Who may do what here, and who is told. What depends on rooms beside this one is wired in by the composition root."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from tuition import access, catalog, identity
from tuition.access import AccessGrant
from tuition.community.errors import DiscussionUnknown, MayNotModerate
from tuition.identity import Actor, allows
from tuition.kernel import clock
from tuition.platform.database import AnySession

Helps = Callable[[AnySession, Actor, UUID], Awaitable[bool]]
Audience = Callable[[AnySession, UUID, UUID | None, int], Awaitable[list[UUID]]]


async def _nobody_else(_session: AnySession, _actor: Actor, _content_id: UUID) -> bool:
    return False


async def holders(session: AnySession, content_id: UUID, after: UUID | None, limit: int) -> list[UUID]:
    """People who hold a live grant on the content itself, in the order of their ids."""
    now = clock.now()
    query = (
        select(AccessGrant.person_id)
        .where(
            AccessGrant.scope.in_(["content", "collection"]),
            AccessGrant.scope_id == content_id,
            AccessGrant.ended_at.is_(None),
            (AccessGrant.expires_at.is_(None)) | (AccessGrant.expires_at > now),
        )
        .distinct()
        .order_by(AccessGrant.person_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(AccessGrant.person_id > after)
    return list(await session.scalars(query))


@dataclass(slots=True)
class _Wiring:
    moderates: Helps = _nobody_else
    announces: Helps = _nobody_else
    audience: Audience = holders


_wiring = _Wiring()


def configure(*, moderates: Helps, announces: Helps, audience: Audience) -> None:
    """Say who else may moderate and announce (the assistants of a course), and whom an announcement reaches."""
    _wiring.moderates, _wiring.announces, _wiring.audience = moderates, announces, audience


async def may_moderate(session: AnySession, actor: Actor | None, content_id: UUID) -> bool:
    """Whether this person keeps order where people talk about a content: its creator, its helpers, the site's staff."""
    return await _may(session, actor, content_id, _wiring.moderates)


async def may_announce(session: AnySession, actor: Actor | None, content_id: UUID) -> bool:
    """Whether this person may tell everybody who learns from a content."""
    return await _may(session, actor, content_id, _wiring.announces)


async def audience(session: AnySession, content_id: UUID, *, after: UUID | None, limit: int) -> list[UUID]:
    """The next people whom an announcement about a content reaches, in the order of their ids."""
    return await _wiring.audience(session, content_id, after, limit)


async def require_moderator(session: AnySession, actor: Actor, content_id: UUID) -> None:
    """Raises ``MayNotModerate`` for everybody else."""
    if not await may_moderate(session, actor, content_id):
        raise MayNotModerate


async def require_part(session: AnySession, actor: Actor, content_id: UUID) -> bool:
    """Whether the actor moderates there; raises ``DiscussionUnknown`` for who may not even open the content.

    People talk where they learn: a talk is as open as the content it is about, to people who are signed in.
    """
    moderates = await may_moderate(session, actor, content_id)
    if not moderates and not (await access.decide(session, actor, content_id)).allowed:
        raise DiscussionUnknown
    return moderates


async def may_read(session: AnySession, person_id: UUID, content_id: UUID) -> bool:
    """Whether somebody who is not here at the moment may still read what is said about a content."""
    person = await identity.get_actor(session, person_id)
    if person is None:
        return False
    return await may_moderate(session, person, content_id) or (await access.decide(session, person, content_id)).allowed


async def _may(session: AnySession, actor: Actor | None, content_id: UUID, helps: Helps) -> bool:
    if actor is None:
        return False
    content = (await catalog.contents_by_id(session, [content_id])).get(content_id)
    if content is None:
        return False
    if allows(actor, "community:moderate"):
        return True
    active = actor.status is identity.UserStatus.ACTIVE
    return active and (content.creator_id == actor.id or await helps(session, actor, content_id))
