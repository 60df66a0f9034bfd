"""Who is it? Asked on every request, answered in one statement."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from tuition.identity import queries
from tuition.identity.actor import Actor
from tuition.identity.errors import TokenRefused
from tuition.identity.models import SignIn
from tuition.identity.rules.sign_ins import SEEN_EVERY
from tuition.kernel import clock
from tuition.platform import secrets
from tuition.platform.database import AnySession, Session

TOKEN_LENGTH_MAX = 200
"""Longer than any token that we hand out; what is longer is not even hashed."""


async def authenticate_token(session: AnySession, bearer: str) -> Actor:
    """Who sends this access token. Raises ``TokenRefused`` when it is unknown or expired, or when its sign-in was ended.

    The answer comes from the database each time, so that ending a sign-in or suspending a person acts at once.
    """
    now = clock.now()
    if len(bearer) > TOKEN_LENGTH_MAX:
        raise TokenRefused
    found = await queries.get_actor_by_access_token(session, secrets.hash_token(bearer), now=now)
    if found is None:
        raise TokenRefused
    actor, seen_at = found
    await _note_visit(session, actor, seen_at, now)
    return actor


async def authenticate_cookie(session: AnySession, cookie: str) -> Actor | None:
    """Whose browser sends this cookie; ``None`` when it is unknown, expired or ended: then it is a visitor's."""
    now = clock.now()
    if len(cookie) > TOKEN_LENGTH_MAX:
        return None
    found = await queries.get_actor_by_cookie(session, secrets.hash_token(cookie), now=now)
    if found is None:
        return None
    actor, seen_at = found
    await _note_visit(session, actor, seen_at, now, prolong=True)
    return actor


async def _note_visit(session: AnySession, actor: Actor, seen_at: datetime, now: datetime, *, prolong: bool = False) -> None:
    # Only where writing is possible anyway, and not on every request: the figure is for the list of devices.
    if not isinstance(session, Session) or now - seen_at < SEEN_EVERY:
        return
    statement = update(SignIn).where(SignIn.id == actor.sign_in_id).values(last_seen_at=now)
    if prolong:  # by what has passed: as long from this visit on as it was from the last one
        statement = statement.values(expires_at=SignIn.expires_at + (now - SignIn.last_seen_at))
    await session.execute(statement)
