"""Who is it? Asked on every request, answered in one statement."""

from __future__ import annotations

from sqlalchemy import case, update

from tuition.identity import queries
from tuition.identity.actions.api_keys import authenticate_api_key, is_api_key, note_key_used
from tuition.identity.actor import Actor
from tuition.identity.errors import TokenRefused
from tuition.identity.models import SignIn
from tuition.identity.rules.sign_ins import SEEN_EVERY, SignInKind
from tuition.kernel import clock
from tuition.platform import secrets
from tuition.platform.database import AnySession, Session

TOKEN_LENGTH_MAX = 200
"""Longer than any token that we hand out; what is longer is not even hashed."""


async def authenticate_token(session: AnySession, bearer: str) -> Actor:
    """Who sends this access token or API key. Raises ``TokenRefused`` (or ``ApiKeyRefused``) when it is unknown or has ended.

    The answer comes from the database each time, so that ending a sign-in or suspending a person acts at once.
    """
    if is_api_key(bearer):
        return await authenticate_api_key(session, bearer)
    actor = None
    if len(bearer) <= TOKEN_LENGTH_MAX:
        actor = await queries.get_actor_by_access_token(session, secrets.hash_token(bearer), now=clock.now())
    if actor is None:
        raise TokenRefused
    return actor


async def authenticate_cookie(session: AnySession, cookie: str) -> Actor | None:
    """Whose browser sends this cookie; ``None`` when it is unknown, expired or ended: then it is a visitor's."""
    if len(cookie) > TOKEN_LENGTH_MAX:
        return None
    return await queries.get_actor_by_cookie(session, secrets.hash_token(cookie), now=clock.now())


def is_visit_due(actor: Actor) -> bool:
    """Whether it is time to note that this sign-in is in use: every five minutes, so that not every request writes."""
    if actor.api_key_id is not None and actor.last_seen_at is None:
        return True
    return actor.last_seen_at is not None and clock.now() - actor.last_seen_at >= SEEN_EVERY


async def note_visit(session: Session, actor: Actor) -> None:
    """Note that a sign-in is in use. A browser stays signed in as long from this visit on as it did from the last one."""
    if not is_visit_due(actor):
        return
    if actor.api_key_id is not None:
        await note_key_used(session, actor.api_key_id)
        return
    now = clock.now()
    prolonged = SignIn.expires_at + (now - SignIn.last_seen_at)
    await session.execute(
        update(SignIn)
        .where(SignIn.id == actor.sign_in_id, SignIn.ended_at.is_(None), SignIn.last_seen_at < now)
        .values(last_seen_at=now, expires_at=case((SignIn.kind == SignInKind.BROWSER.value, prolonged), else_=SignIn.expires_at))
    )
