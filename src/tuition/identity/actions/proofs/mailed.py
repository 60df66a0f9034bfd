"""Secrets that prove a mailbox: made once, used once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from tuition.identity.errors import MailedTokenRefused
from tuition.identity.models import MailedToken
from tuition.identity.rules.sign_ins import MAILED_LIFETIMES, TokenPurpose
from tuition.kernel import clock
from tuition.platform import secrets
from tuition.platform.database import Session


async def make(session: Session, person_id: UUID, purpose: TokenPurpose, *, address: str) -> tuple[str, datetime]:
    """A new token for this address, and until when it holds. Older ones for the same purpose hold no longer."""
    now = clock.now()
    await revoke(session, person_id, purpose)
    token, expires_at = secrets.new_token(), now + MAILED_LIFETIMES[purpose]
    session.add(
        MailedToken(
            user_id=person_id,
            purpose=purpose.value,
            token_hash=secrets.hash_token(token),
            address=address,
            expires_at=expires_at,
            created_at=now,
        )
    )
    return token, expires_at


async def revoke(session: Session, person_id: UUID, *purposes: TokenPurpose) -> None:
    """Let a person's unused tokens for these purposes hold no longer."""
    await session.execute(
        update(MailedToken)
        .where(
            MailedToken.user_id == person_id,
            MailedToken.purpose.in_([purpose.value for purpose in purposes]),
            MailedToken.used_at.is_(None),
            MailedToken.revoked_at.is_(None),
        )
        .values(revoked_at=clock.now())
    )


async def use(session: Session, token: str, purpose: TokenPurpose) -> MailedToken:
    """Use a token up, under its lock. Raises ``MailedTokenRefused``."""
    statement = select(MailedToken).where(
        MailedToken.token_hash == secrets.hash_token(token), MailedToken.purpose == purpose.value
    )
    found = await session.scalar(statement.with_for_update())
    now = clock.now()
    if found is None or found.used_at is not None or found.revoked_at is not None or found.expires_at <= now:
        raise MailedTokenRefused
    found.used_at = now
    return found
