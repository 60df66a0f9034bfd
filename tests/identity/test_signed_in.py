"""Who a token or a cookie belongs to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tuition import identity
from tuition.identity.models import RefreshToken, SignIn, User, UserRole
from tuition.kernel import FrozenClock, clock
from tuition.platform.database import Session
from tuition.platform.security.secrets import hash_token


async def _person(session: Session) -> User:
    user = User(email="Ada@example.org", full_name="Ada")
    session.add(user)
    await session.flush()  # the rows below point at it
    session.add(UserRole(user_id=user.id, role=identity.Role.LEARNER))
    now = clock.now()
    browser = SignIn(
        user_id=user.id, kind="browser", cookie_hash=hash_token("cookie"), last_seen_at=now, expires_at=now + timedelta(days=30)
    )
    program = SignIn(user_id=user.id, kind="api", last_seen_at=now, expires_at=now + timedelta(days=30))
    session.add_all([browser, program])
    await session.flush()  # the token points at it
    session.add(
        RefreshToken(
            user_id=user.id,
            family_id=program.id,
            token_jti=hash_token("refresh"),
            access_hash=hash_token("access"),
            access_expires_at=now + timedelta(minutes=15),
            expires_at=now + timedelta(days=30),
        )
    )
    await session.flush()  # the queries below read it
    return user


async def test_a_token_and_a_cookie_name_their_person(session: Session, moment: FrozenClock) -> None:
    user = await _person(session)
    by_token = await identity.authenticate_token(session, "access")
    by_cookie = await identity.authenticate_cookie(session, "cookie")
    assert by_cookie is not None
    assert by_token.id == by_cookie.id == user.id
    assert by_token.roles == {identity.Role.LEARNER}


async def test_an_unknown_token_is_refused_and_an_unknown_cookie_is_a_visitors(session: Session) -> None:
    with pytest.raises(identity.TokenRefused):
        await identity.authenticate_token(session, "nonsense" * 100)
    assert await identity.authenticate_cookie(session, "nonsense") is None


async def test_an_access_token_dies_with_its_time(session: Session, moment: FrozenClock) -> None:
    await _person(session)
    moment.advance(timedelta(minutes=15))
    with pytest.raises(identity.TokenRefused):
        await identity.authenticate_token(session, "access")
