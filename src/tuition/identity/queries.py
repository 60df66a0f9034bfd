"""Reads of people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from tuition.identity.actor import Actor, PersonCard, Role, UserStatus
from tuition.identity.models import RefreshToken, SignIn, User, UserRole
from tuition.platform.database import AnySession

_roles = (
    select(func.array_agg(UserRole.role, type_=ARRAY(Text))).where(UserRole.user_id == User.id).correlate(User).scalar_subquery()
)
_COLUMNS = (
    User.id,
    User.status,
    User.email_verified_at,
    User.locale,
    User.time_zone,
    User.country,
    User.currency,
    User.full_name,
    User.profile_image_url,
    _roles.label("roles"),
)
_BY_ID = select(*_COLUMNS).where(User.id == bindparam("id"))
_SIGN_IN = (SignIn.id.label("sign_in_id"), SignIn.created_at.label("signed_in_at"), SignIn.last_seen_at)
# One statement each, since every request runs one: whoever is signed in, with roles and the state of the sign-in.
_BY_ACCESS_TOKEN = (
    select(*_COLUMNS, *_SIGN_IN)
    .join(SignIn, SignIn.user_id == User.id)
    .join(RefreshToken, RefreshToken.family_id == SignIn.id)
    .where(
        RefreshToken.access_hash == bindparam("hash"),
        RefreshToken.access_expires_at > bindparam("now"),
        SignIn.ended_at.is_(None),
        User.status == UserStatus.ACTIVE.value,
    )
)
_BY_COOKIE = (
    select(*_COLUMNS, *_SIGN_IN)
    .join(SignIn, SignIn.user_id == User.id)
    .where(
        SignIn.cookie_hash == bindparam("hash"),
        SignIn.expires_at > bindparam("now"),
        SignIn.ended_at.is_(None),
        User.status == UserStatus.ACTIVE.value,
    )
)


async def get_actor(session: AnySession, user_id: UUID) -> Actor | None:
    """The person as an actor, whatever the account's status; ``None`` when there is nobody."""
    row = (await session.execute(_BY_ID, {"id": user_id})).one_or_none()
    return None if row is None else _actor(row)


async def get_actor_by_access_token(session: AnySession, token_hash: str, *, now: datetime) -> tuple[Actor, datetime] | None:
    """Who holds this access token at ``now``, and when they were last seen."""
    return await _signed_in(session, _BY_ACCESS_TOKEN, token_hash, now)


async def get_actor_by_cookie(session: AnySession, cookie_hash: str, *, now: datetime) -> tuple[Actor, datetime] | None:
    """Whose browser this is at ``now``, and when they were last seen."""
    return await _signed_in(session, _BY_COOKIE, cookie_hash, now)


async def people_by_id(session: AnySession, ids: Iterable[UUID]) -> dict[UUID, PersonCard]:
    """What anybody may see of these people; unknown ids are left out."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = await session.execute(select(User.id, User.full_name, User.profile_image_url).where(User.id.in_(wanted)))
    return {row.id: PersonCard(row.id, row.full_name, row.profile_image_url) for row in rows}


async def _signed_in(
    session: AnySession, statement: Select[Any], token_hash: str, now: datetime
) -> tuple[Actor, datetime] | None:
    row = (await session.execute(statement, {"hash": token_hash, "now": now})).one_or_none()
    if row is None:
        return None
    return _actor(row, sign_in_id=row.sign_in_id, signed_in_at=row.signed_in_at), row.last_seen_at


def _actor(row: Row[Any], *, sign_in_id: UUID | None = None, signed_in_at: datetime | None = None) -> Actor:
    return Actor(
        id=row.id,
        roles=frozenset(Role(role) for role in row.roles or ()),
        status=UserStatus(row.status),
        email_verified=row.email_verified_at is not None,
        locale=row.locale,
        time_zone=row.time_zone,
        country=row.country,
        currency=row.currency,
        full_name=row.full_name,
        profile_image_url=row.profile_image_url,
        sign_in_id=sign_in_id,
        signed_in_at=signed_in_at,
    )
