"""Families of refresh tokens."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.identity.conftest import PASSWORD, Heard, Joiner
from tuition import identity
from tuition.identity import errors
from tuition.identity.models import RefreshToken, SignIn
from tuition.kernel import FrozenClock
from tuition.platform import audit
from tuition.platform.database import Database, Session


async def _sign_in(session: Session) -> identity.Tokens:
    tokens = await identity.sign_in_program(session, email="ada@example.org", password=PASSWORD, ip="192.0.2.1")
    assert isinstance(tokens, identity.Tokens)
    return tokens


async def _exchange(session: Session, token: str) -> identity.Tokens:
    tokens = await identity.refresh(session, token)
    assert isinstance(tokens, identity.Tokens)
    return tokens


async def _refused(session: Session, token: str) -> type[Exception]:
    outcome = await identity.refresh(session, token)
    assert isinstance(outcome, identity.Refused)
    return type(outcome.error)


async def test_a_refresh_token_is_exchanged_for_the_next_pair_in_the_same_family(session: Session, join: Joiner) -> None:
    ada = await join()
    first = await _sign_in(session)
    second = await _exchange(session, first.refresh_token)
    assert second.sign_in_id == first.sign_in_id
    for access in (first.access_token, second.access_token):
        assert (await identity.authenticate_token(session, access)).id == ada.id


async def test_tokens_live_as_long_as_the_settings_say(session: Session, join: Joiner, moment: FrozenClock) -> None:
    await join()
    identity.configure(access_lifetime=timedelta(minutes=2), refresh_lifetime=timedelta(days=3))
    try:
        tokens = await _sign_in(session)
    finally:
        identity.configure()
    assert tokens.access_expires_at == moment.now() + timedelta(minutes=2)
    assert tokens.refresh_expires_at == moment.now() + timedelta(days=3)


async def test_an_access_token_lives_a_quarter_of_an_hour(session: Session, join: Joiner, moment: FrozenClock) -> None:
    await join()
    tokens = await _sign_in(session)
    moment.advance(timedelta(minutes=15))
    with pytest.raises(identity.TokenRefused):
        await identity.authenticate_token(session, tokens.access_token)
    await _exchange(session, tokens.refresh_token)


async def test_a_spent_token_that_comes_back_ends_the_whole_family_and_is_recorded(
    session: Session, join: Joiner, heard: Heard
) -> None:
    ada = await join()
    first = await _sign_in(session)
    other = await _sign_in(session)
    second = await _exchange(session, first.refresh_token)
    assert await _refused(session, first.refresh_token) is errors.RefreshReused
    with pytest.raises(identity.TokenRefused):
        await identity.authenticate_token(session, second.access_token)
    assert await _refused(session, second.refresh_token) is errors.RefreshRefused
    assert (await identity.authenticate_token(session, other.access_token)).id == ada.id, "another device is left alone"
    assert heard.last(identity.RefreshTokenReused).sign_in_id == first.sign_in_id
    entries = await audit.entries(session, action="identity.refresh_token_reused")
    assert [entry.subject_id for entry in entries.items] == [first.sign_in_id]


async def test_two_exchanges_of_one_token_at_once_leave_nobody_signed_in(database: Database, moment: FrozenClock) -> None:
    async with database.transaction() as session:
        await identity.add_person(session, email="ada@example.org", password=PASSWORD, full_name="Ada")
        tokens = await _sign_in(session)

    async def exchange() -> object:
        async with database.transaction() as session:
            return await identity.refresh(session, tokens.refresh_token)

    outcomes = await asyncio.gather(*(exchange() for _ in range(5)))
    winners = [outcome for outcome in outcomes if isinstance(outcome, identity.Tokens)]
    assert len(winners) == 1
    async with database.transaction() as session:
        with pytest.raises(identity.TokenRefused):
            await identity.authenticate_token(session, winners[0].access_token)
        assert await session.scalar(select(SignIn.end_reason)) == "token_reused"


async def test_an_unknown_or_old_token_is_refused(session: Session, join: Joiner, moment: FrozenClock) -> None:
    await join()
    tokens = await _sign_in(session)
    assert await _refused(session, "nonsense") is errors.RefreshRefused
    assert await _refused(session, tokens.access_token) is errors.RefreshRefused
    moment.advance(timedelta(days=30))
    assert await _refused(session, tokens.refresh_token) is errors.RefreshRefused


async def test_signing_out_acts_at_once(session: Session, join: Joiner) -> None:
    await join()
    tokens, others = await _sign_in(session), await _sign_in(session)
    await identity.sign_out(session, await identity.authenticate_token(session, tokens.access_token))
    with pytest.raises(identity.TokenRefused):
        await identity.authenticate_token(session, tokens.access_token)
    await identity.sign_out_by_token(session, others.refresh_token)
    await identity.sign_out_by_token(session, "nonsense")
    with pytest.raises(identity.TokenRefused):
        await identity.authenticate_token(session, others.access_token)


async def test_no_token_is_stored_in_clear(session: Session, join: Joiner) -> None:
    await join()
    tokens = await _sign_in(session)
    row = (await session.scalars(select(RefreshToken))).one()
    stored = {row.token_jti, row.access_hash}
    assert stored.isdisjoint({tokens.access_token, tokens.refresh_token})
    assert tokens.access_token not in repr(tokens)
    assert tokens.refresh_token not in repr(tokens)
