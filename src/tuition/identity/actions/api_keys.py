"""Keys for scripts: made once, shown once, limited to permissions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from tuition.identity import errors, events, queries
from tuition.identity.actions.factors.passkeys import clean_label
from tuition.identity.actor import Actor
from tuition.identity.events import SecurityNews
from tuition.identity.models import ApiKey
from tuition.identity.rules.factors import API_KEY_DAYS_MAX, API_KEYS_MAX
from tuition.identity.rules.permissions import OWN_SCOPES, PERMISSIONS, allows
from tuition.identity.rules.sign_ins import machine_address
from tuition.kernel import clock
from tuition.platform import audit, secrets
from tuition.platform.database import AnySession, Session
from tuition.platform.events import publish

KEY_MARK = "tuk_"
"""How every key begins, so that a scanner of source code knows one when it sees it."""
PREFIX_LENGTH = 12
KEY_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made. Its text is shown once."""

    key: ApiKey
    text: str = field(repr=False)


def is_api_key(bearer: str) -> bool:
    """Whether a bearer token is written like one of our keys."""
    return bearer.startswith(KEY_MARK)


async def make_api_key(
    session: Session,
    actor: Actor,
    *,
    name: str,
    scopes: Collection[str] = (),
    is_read_only: bool = False,
    days: int | None = None,
    ip: str = "",
) -> NewKey:
    """Make a key with some of the actor's permissions and what is their own, for some days or until it is revoked. Without
    scopes it opens nothing.

    Raises ``LabelInvalid``, ``ScopeRefused``, ``ExpiryInvalid``, ``ApiKeysTooMany``.
    """
    label, now = clean_label(name), clock.now()
    for scope in sorted(scopes):
        if scope not in OWN_SCOPES and not any(scope == known and allows(actor, known) for known in PERMISSIONS):
            raise errors.ScopeRefused(scope=scope[:60])
    if days is not None and not 1 <= days <= API_KEY_DAYS_MAX:
        raise errors.ExpiryInvalid(days_max=API_KEY_DAYS_MAX)
    live = select(func.count()).where(ApiKey.user_id == actor.id, ApiKey.revoked_at.is_(None))
    if ((await session.scalar(live)) or 0) >= API_KEYS_MAX:
        raise errors.ApiKeysTooMany(most=API_KEYS_MAX)
    text = KEY_MARK + secrets.new_token()
    key = ApiKey(
        user_id=actor.id,
        name=label,
        prefix=text[:PREFIX_LENGTH],
        key_hash=secrets.hash_token(text),
        scopes=sorted(set(scopes)),
        is_read_only=is_read_only,
        expires_at=None if days is None else now + timedelta(days=days),
        created_at=now,
    )
    session.add(key)
    # flush: the audit entry names the row.
    await session.flush()
    details = {"scopes": key.scopes, "is_read_only": is_read_only}
    subject = ("api_key", key.id)
    await audit.record(session, actor.id, "identity.api_key_made", subject=subject, details=details, ip=machine_address(ip))
    await publish(session, events.SecurityChanged(actor.id, SecurityNews.API_KEY_MADE, {"name": label}))
    return NewKey(key, text)


async def list_api_keys(session: AnySession, actor: Actor) -> list[ApiKey]:
    """The actor's keys that were not revoked, the newest first."""
    rows = await session.scalars(
        select(ApiKey).where(ApiKey.user_id == actor.id, ApiKey.revoked_at.is_(None)).order_by(ApiKey.id.desc())
    )
    return list(rows)


async def revoke_api_key(session: Session, actor: Actor, key_id: UUID, *, ip: str = "") -> None:
    """Let a key open nothing from now on. Raises ``ApiKeyUnknown``."""
    statement = update(ApiKey).where(ApiKey.id == key_id, ApiKey.user_id == actor.id, ApiKey.revoked_at.is_(None))
    ended = await session.scalars(statement.values(revoked_at=clock.now()).returning(ApiKey.id))
    if ended.one_or_none() is None:
        raise errors.ApiKeyUnknown
    await audit.record(session, actor.id, "identity.api_key_revoked", subject=("api_key", key_id), ip=machine_address(ip))


async def authenticate_api_key(session: AnySession, text: str) -> Actor:
    """For whom a script acts by this key. Raises ``ApiKeyRefused``."""
    hashed = secrets.hash_token(text) if len(text) <= KEY_LENGTH_MAX else ""
    actor = await queries.get_actor_by_api_key(session, hashed, now=clock.now())
    if actor is None:
        raise errors.ApiKeyRefused
    return actor


async def note_key_used(session: Session, key_id: UUID) -> None:
    """Note that a key is in use."""
    await session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=clock.now()))
