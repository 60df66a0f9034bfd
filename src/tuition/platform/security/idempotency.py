"""Doing a thing once, however often it is asked: ``Idempotency-Key`` and the answer that it gave the first time.

Words: a *claim* is the right to execute; the *answer* is what is replayed to everybody who asks again. A key belongs to
one actor and one route; the same key with another body is a mistake of the caller.

It works in either of two ways. Claimed in the transaction that does the work, an equal request waits on the unique index
until that transaction ends, and the answer exists if and only if the work does. Claimed in a transaction of its own, an
equal request is told ``InProgress`` until ``store_answer``; a claim whose process died can be taken over after a minute.
Who takes it over finds what the first one had *reserved* (a payment, an order) and goes on with it, instead of beginning anew.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from tuition.kernel import DomainError, ErrorKind, clock, new_id
from tuition.platform.database import Base, Created, Database, Session
from tuition.platform.security import secrets

KEY_LENGTH_MAX = 255
ANSWER_BYTES_MAX = 1_048_576
KEEP = timedelta(hours=24)
LEASE = timedelta(seconds=60)
WAIT_S = 10.0
_POLL_S = 0.1
_PURPOSE = "idempotency"


class IdempotencyKey(Created, Base):
    """One request that must not happen twice, and the answer that it got (encrypted: it may hold what is shown once)."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        UniqueConstraint("actor", "route", "key"),
        CheckConstraint("status is null or status between 200 and 599", name="status"),
        Index("idx_idempotency_keys_expires_at", "expires_at"),
    )
    __personal__: ClassVar[tuple[str, ...]] = ("body",)
    __backup__: ClassVar[str] = "skip"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    actor: Mapped[str]
    route: Mapped[str]
    key: Mapped[str]
    fingerprint: Mapped[str]
    leased_until: Mapped[datetime]
    reserved_id: Mapped[UUID | None]
    """What the request has written for good before its last step."""
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    body: Mapped[bytes | None]
    expires_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Claimed:
    """This request is the first: execute it, then ``store_answer`` or ``release``."""

    id: UUID
    leased_until: datetime
    reserved_id: UUID | None = None
    """What an earlier attempt had reserved before it died."""


@dataclass(frozen=True, slots=True)
class Replay:
    """The answer that the first request got."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class KeyInvalid(DomainError):
    """An Idempotency-Key has 1 to {length_max} printable characters."""

    kind = ErrorKind.INVALID
    code = "platform.idempotency_key_invalid"


class KeyReused(DomainError):
    """This Idempotency-Key was already used for another request. Use a new key for a new request."""

    kind = ErrorKind.INVALID
    code = "platform.idempotency_key_reused"


class InProgress(DomainError):
    """The same request is still being worked on. Please ask again in a moment."""

    kind = ErrorKind.CONFLICT
    code = "platform.idempotency_in_progress"


class AnswerNotKept(DomainError):
    """This request was done, and its answer was too large to be kept. Please read the result instead."""

    kind = ErrorKind.CONFLICT
    code = "platform.idempotency_answer_not_kept"


def fingerprint(method: str, path: str, query: str, body: bytes) -> str:
    """What makes two requests the same, as SHA-256 in hex."""
    digest = hashlib.sha256()
    for part in (method.upper().encode(), path.encode(), query.encode(), body):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


async def claim(session: Session, *, actor: str, route: str, key: str, fingerprint: str) -> Claimed | Replay:
    """Claim the right to execute, or get the first answer again.

    ``actor`` is who asks, as an opaque word (a person's id, a visitor's hash). Raises ``KeyInvalid``, ``KeyReused``,
    ``InProgress`` or ``AnswerNotKept``.
    """
    if not 1 <= len(key) <= KEY_LENGTH_MAX or not key.isprintable():
        raise KeyInvalid(length_max=KEY_LENGTH_MAX)
    now = clock.now()
    mine = Claimed(new_id(), now + LEASE)
    values = {"actor": actor, "route": route, "key": key, "fingerprint": fingerprint}
    made = await session.execute(
        insert(IdempotencyKey)
        .values(id=mine.id, leased_until=mine.leased_until, expires_at=now + KEEP, **values)
        .on_conflict_do_nothing(index_elements=["actor", "route", "key"])
        .returning(IdempotencyKey.id)
    )
    if made.scalar_one_or_none() is not None:
        return mine
    row = (
        await session.execute(
            select(IdempotencyKey)
            .where(IdempotencyKey.actor == actor, IdempotencyKey.route == route, IdempotencyKey.key == key)
            .execution_options(populate_existing=True)
            .with_for_update()
        )
    ).scalar_one_or_none()
    if row is None:
        raise InProgress  # it was released between our two statements; the caller asks again
    if row.expires_at <= now:
        row.id, row.fingerprint, row.leased_until, row.expires_at = mine.id, fingerprint, mine.leased_until, now + KEEP
        row.reserved_id, row.status, row.headers, row.body = None, None, {}, None
        return mine
    if row.fingerprint != fingerprint:
        raise KeyReused
    if row.status is not None:
        if row.body is None:
            raise AnswerNotKept
        return Replay(row.status, dict(row.headers), secrets.decrypt_bytes(row.body, purpose=_PURPOSE))
    if row.leased_until > now:
        raise InProgress
    row.leased_until = mine.leased_until
    return Claimed(row.id, mine.leased_until, row.reserved_id)


async def claim_or_wait(
    database: Database, *, actor: str, route: str, key: str, fingerprint: str, wait_s: float = WAIT_S
) -> Claimed | Replay:
    """Claim in a transaction of its own; while an equal request is being worked on, wait a little for its answer."""
    for _ in range(max(1, int(wait_s / _POLL_S))):
        try:
            async with database.transaction() as session:
                return await claim(session, actor=actor, route=route, key=key, fingerprint=fingerprint)
        except InProgress:
            await asyncio.sleep(_POLL_S)
    raise InProgress


async def reserve(session: Session, claimed: Claimed, reserved_id: UUID) -> None:
    """Remember, in the transaction that writes it, what this request goes on with if it is interrupted from here on."""
    kept = await session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.id == claimed.id, IdempotencyKey.leased_until == claimed.leased_until)
        .values(reserved_id=reserved_id)
        .returning(IdempotencyKey.id)
    )
    if kept.scalar_one_or_none() is None:
        raise InProgress  # we were so slow that somebody took over: it is theirs


async def store_answer(session: Session, claimed: Claimed, *, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Keep the answer for everybody who asks again. One beyond a mebibyte is not kept, only that it was given."""
    kept = secrets.encrypt_bytes(body, purpose=_PURPOSE) if len(body) <= ANSWER_BYTES_MAX else None
    await session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.id == claimed.id, IdempotencyKey.leased_until == claimed.leased_until)
        .values(status=status, headers=dict(headers), body=kept)
    )


async def release(session: Session, claimed: Claimed) -> None:
    """Give the claim back: the request was not executed, or failed on our side, and may be tried again.

    What was reserved stays with the key, so that the next attempt goes on with it.
    """
    mine = (
        IdempotencyKey.id == claimed.id,
        IdempotencyKey.leased_until == claimed.leased_until,
        IdempotencyKey.status.is_(None),
    )
    await session.execute(delete(IdempotencyKey).where(*mine, IdempotencyKey.reserved_id.is_(None)))
    await session.execute(update(IdempotencyKey).where(*mine).values(leased_until=clock.now()))


async def forget_expired(session: Session, *, now: datetime) -> int:
    """Delete the keys whose day is over, and return how many."""
    found = await session.execute(delete(IdempotencyKey).where(IdempotencyKey.expires_at <= now).returning(IdempotencyKey.id))
    return len(found.all())
