"""Reads of people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Uuid, any_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from tuition.identity.actor import Actor, PersonCard, Role, UserStatus
from tuition.identity.errors import PersonUnknown
from tuition.identity.models import ApiKey, RefreshToken, SignIn, TermsAcceptance, User, UserRole
from tuition.identity.rules.permissions import allows, require
from tuition.kernel import clock
from tuition.platform import paging
from tuition.platform.database import AnySession

SIGN_INS_SHOWN_MAX = 100

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
    User.mfa_enabled,
    _roles.label("roles"),
)
_CARDS = select(User.id, User.full_name, User.profile_image_url).where(User.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
_BY_ID = select(*_COLUMNS).where(User.id == bindparam("id"))
_SIGN_IN = (SignIn.id.label("sign_in_id"), SignIn.created_at.label("signed_in_at"), SignIn.last_seen_at, SignIn.confirmed_at)
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
_BY_API_KEY = (
    select(*_COLUMNS, ApiKey.id.label("api_key_id"), ApiKey.scopes, ApiKey.is_read_only, ApiKey.last_used_at)
    .join(ApiKey, ApiKey.user_id == User.id)
    .where(
        ApiKey.key_hash == bindparam("hash"),
        ApiKey.revoked_at.is_(None),
        or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > bindparam("now")),
        User.status == UserStatus.ACTIVE.value,
    )
)


async def get_actor(session: AnySession, user_id: UUID) -> Actor | None:
    """The person as an actor, whatever the account's status; ``None`` when there is nobody."""
    row = (await session.execute(_BY_ID, {"id": user_id})).one_or_none()
    return None if row is None else _actor(row)


async def get_actor_by_api_key(session: AnySession, key_hash: str, *, now: datetime) -> Actor | None:
    """For whom a script acts by this key at ``now``."""
    row = (await session.execute(_BY_API_KEY, {"hash": key_hash, "now": now})).one_or_none()
    if row is None:
        return None
    return replace(
        _actor(row),
        api_key_id=row.api_key_id,
        scopes=frozenset(row.scopes),
        is_read_only=row.is_read_only,
        last_seen_at=row.last_used_at,
    )


async def get_actor_by_access_token(session: AnySession, token_hash: str, *, now: datetime) -> Actor | None:
    """Who holds this access token at ``now``."""
    return await _signed_in(session, _BY_ACCESS_TOKEN, token_hash, now)


async def get_actor_by_cookie(session: AnySession, cookie_hash: str, *, now: datetime) -> Actor | None:
    """Whose browser this is at ``now``."""
    return await _signed_in(session, _BY_COOKIE, cookie_hash, now)


async def people_by_id(session: AnySession, ids: Iterable[UUID]) -> dict[UUID, PersonCard]:
    """What anybody may see of these people; unknown ids are left out."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = await session.execute(_CARDS, {"ids": list(wanted)})
    return {row.id: PersonCard(row.id, row.full_name, row.profile_image_url) for row in rows}


@dataclass(frozen=True, slots=True)
class PublicProfile:
    """What anybody may read of a person: what they wrote about themselves."""

    id: UUID
    full_name: str
    bio: str | None
    profile_image_url: str | None
    is_creator: bool


async def public_profile(session: AnySession, person_id: UUID) -> PublicProfile:
    """A person as everybody sees them, while their account is in use. Raises ``PersonUnknown``."""
    user = await session.get(User, person_id)
    if user is None or user.status != UserStatus.ACTIVE:
        raise PersonUnknown
    roles = (await roles_of(session, [person_id])).get(person_id, frozenset())
    return PublicProfile(user.id, user.full_name, user.bio, user.profile_image_url, Role.CREATOR in roles)


async def person_by_address(session: AnySession, email: str) -> User | None:
    """Whose address this is, for whoever runs the machine."""
    found: User | None = await session.scalar(select(User).where(func.lower(User.email) == email.strip().lower()))
    return found


async def get_person_for(session: AnySession, actor: Actor, person_id: UUID) -> User:
    """A person: oneself, or anybody with ``people:manage``. Raises ``PersonUnknown``."""
    user = await session.get(User, person_id)
    if user is None or (user.id != actor.id and not allows(actor, "people:manage")):
        raise PersonUnknown
    return user


async def roles_of(session: AnySession, ids: Iterable[UUID]) -> dict[UUID, frozenset[Role]]:
    """The roles of these people."""
    rows = await session.execute(select(UserRole.user_id, UserRole.role).where(UserRole.user_id.in_(set(ids))))
    found: dict[UUID, set[Role]] = {}
    for user_id, role in rows:
        found.setdefault(user_id, set()).add(Role(role))
    return {user_id: frozenset(roles) for user_id, roles in found.items()}


async def list_people(
    session: AnySession,
    actor: Actor,
    *,
    search: str = "",
    role: Role | None = None,
    status: UserStatus | None = None,
    limit: int = paging.LIMIT_USUAL,
    cursor: str | None = None,
) -> paging.Page[User]:
    """Everybody, newest first; ``search`` looks in names and addresses. Needs ``people:manage``."""
    require(actor, "people:manage")
    statement = select(User).where(User.status != UserStatus.ERASED.value)
    if search.strip():
        wanted = search.strip()
        statement = statement.where(
            or_(User.email.icontains(wanted, autoescape=True), User.full_name.icontains(wanted, autoescape=True))
        )
    if role is not None:
        statement = statement.where(User.id.in_(select(UserRole.user_id).where(UserRole.role == role.value)))
    if status is not None:
        statement = statement.where(User.status == status.value)
    keys: list[ColumnElement[Any]] = [User.created_at.desc(), User.id.desc()]
    return await paging.paginate(session, statement, keys=keys, limit=limit, cursor=cursor, scope="identity.people")


async def list_sign_ins(session: AnySession, actor: Actor) -> list[SignIn]:
    """The devices on which the actor is signed in at the moment, the last seen first."""
    rows = await session.scalars(
        select(SignIn)
        .where(SignIn.user_id == actor.id, SignIn.ended_at.is_(None), SignIn.expires_at > clock.now())
        .order_by(SignIn.last_seen_at.desc(), SignIn.id.desc())
        .limit(SIGN_INS_SHOWN_MAX)
    )
    return list(rows)


async def acceptances_of(session: AnySession, person_id: UUID) -> list[TermsAcceptance]:
    """What a person agreed to, the newest first."""
    rows = await session.scalars(
        select(TermsAcceptance)
        .where(TermsAcceptance.user_id == person_id)
        .order_by(TermsAcceptance.accepted_at.desc())
        .limit(100)
    )
    return list(rows)


async def _signed_in(session: AnySession, statement: Select[Any], token_hash: str, now: datetime) -> Actor | None:
    row = (await session.execute(statement, {"hash": token_hash, "now": now})).one_or_none()
    if row is None:
        return None
    actor = _actor(row)
    return replace(
        actor,
        sign_in_id=row.sign_in_id,
        signed_in_at=row.signed_in_at,
        last_seen_at=row.last_seen_at,
        confirmed_at=row.confirmed_at,
    )


def _actor(row: Row[Any]) -> Actor:
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
        mfa_enabled=row.mfa_enabled,
    )
