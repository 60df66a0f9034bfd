"""Questions that wait a few minutes for an answer. Each is known by a random token and answered once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from tuition.identity.errors import ChallengeExpired
from tuition.identity.models import Challenge
from tuition.identity.rules.factors import CHALLENGE_ATTEMPTS_MAX, CHALLENGE_LIFETIMES, ChallengePurpose
from tuition.kernel import clock
from tuition.platform import secrets
from tuition.platform.database import Session

_PURPOSE = "challenge"


async def ask(
    session: Session,
    purpose: ChallengePurpose,
    *,
    person_id: UUID | None = None,
    nonce: bytes | None = None,
    details: Mapping[str, Any] | None = None,
) -> tuple[str, datetime]:
    """Put a question, and return its token and until when it waits."""
    now = clock.now()
    token, expires_at = secrets.new_token(), now + CHALLENGE_LIFETIMES[purpose]
    session.add(
        Challenge(
            user_id=person_id,
            purpose=purpose.value,
            token_hash=secrets.hash_token(token),
            nonce=nonce,
            details=None if details is None else secrets.encrypt(json.dumps(dict(details)), purpose=_PURPOSE),
            expires_at=expires_at,
            created_at=now,
        )
    )
    return token, expires_at


async def waiting(session: Session, token: str, *purposes: ChallengePurpose) -> Challenge:
    """The question, under its lock, while it waits for an answer. Raises ``ChallengeExpired``."""
    statement = select(Challenge).where(
        Challenge.token_hash == secrets.hash_token(token), Challenge.purpose.in_([purpose.value for purpose in purposes])
    )
    found = await session.scalar(statement.with_for_update())
    is_over = found is None or found.used_at is not None or found.expires_at <= clock.now()
    if found is None or is_over or found.attempts >= CHALLENGE_ATTEMPTS_MAX:
        raise ChallengeExpired
    return found


def answered(challenge: Challenge) -> None:
    """It was answered; it waits no longer."""
    challenge.used_at = clock.now()


def details_of(challenge: Challenge) -> dict[str, Any]:
    """What the answer is compared with."""
    assert challenge.details is not None, f"a question about {challenge.purpose} holds no details"
    found = json.loads(secrets.decrypt(challenge.details, purpose=_PURPOSE))
    assert isinstance(found, dict)
    return found
