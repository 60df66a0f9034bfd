"""Signing in by password, and being slowed down."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.identity.conftest import PASSWORD, Joiner, actor_of
from tuition import identity
from tuition.identity import errors
from tuition.identity.models import SignIn, SignInThrottle, User
from tuition.identity.rules.sign_ins import LOCK_FIRST_S
from tuition.kernel import FrozenClock
from tuition.platform.database import Database, Session


async def _try(session: Session, password: str, *, email: str = "ada@example.org", ip: str = "192.0.2.1") -> object:
    outcome = await identity.sign_in_browser(session, email=email, password=password, ip=ip, user_agent="A browser")
    return type(outcome.error) if isinstance(outcome, identity.Refused) else identity.BrowserSignIn


async def test_the_right_password_gives_a_cookie_that_is_stored_as_a_hash_only(session: Session, join: Joiner) -> None:
    ada = await join()
    signed_in = await identity.sign_in_browser(session, email=" ADA@example.org ", password=PASSWORD, ip="192.0.2.1")
    assert isinstance(signed_in, identity.BrowserSignIn)
    assert signed_in.cookie not in repr(signed_in)
    by_cookie = await identity.authenticate_cookie(session, signed_in.cookie)
    assert by_cookie is not None
    assert by_cookie.id == ada.id
    row = (await session.scalars(select(SignIn))).one()
    assert row.cookie_hash != signed_in.cookie
    user = (await session.scalars(select(User))).one()
    assert user.password_hash.startswith("$argon2id$")


async def test_a_wrong_password_and_an_unknown_address_look_the_same(session: Session, join: Joiner) -> None:
    await join()
    assert await _try(session, "wrong password") is errors.CredentialsWrong
    assert await _try(session, "wrong password", email="nobody@example.org") is errors.CredentialsWrong


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
async def test_five_failures_make_the_next_one_wait_longer_and_longer(
    session: Session, join: Joiner, moment: FrozenClock, email: str
) -> None:
    await join()
    for _ in range(5):
        assert await _try(session, "wrong password", email=email) is errors.CredentialsWrong
    outcome = await identity.sign_in_browser(session, email=email, password=PASSWORD, ip="192.0.2.1")
    assert isinstance(outcome, identity.Refused)
    assert isinstance(outcome.error, identity.SignInLocked)
    assert outcome.error.fields == {"retry_after_s": LOCK_FIRST_S}
    moment.advance(timedelta(seconds=LOCK_FIRST_S))
    assert await _try(session, "wrong password", email=email) is errors.CredentialsWrong
    moment.advance(timedelta(seconds=LOCK_FIRST_S))
    assert await _try(session, PASSWORD, email=email) is errors.SignInLocked


async def test_another_place_is_not_locked_out_by_a_strangers_guesses(session: Session, join: Joiner) -> None:
    await join()
    for _ in range(6):
        await _try(session, "wrong password", ip="198.51.100.9")
    assert await _try(session, PASSWORD, ip="192.0.2.1") is identity.BrowserSignIn


async def test_a_success_wipes_the_slate(session: Session, join: Joiner) -> None:
    await join()
    for _ in range(4):
        await _try(session, "wrong password")
    assert await _try(session, PASSWORD) is identity.BrowserSignIn
    for _ in range(4):
        assert await _try(session, "wrong password") is errors.CredentialsWrong


async def test_a_hundred_guesses_at_once_are_counted_one_by_one(database: Database, moment: FrozenClock) -> None:
    async with database.transaction() as session:
        await identity.add_person(session, email="ada@example.org", password=PASSWORD, full_name="Ada")

    async def guess(number: int) -> object:
        async with database.transaction() as session:
            return await _try(session, f"guess number {number}")

    outcomes = await asyncio.gather(*(guess(number) for number in range(20)))
    assert outcomes.count(errors.CredentialsWrong) == 5
    assert outcomes.count(errors.SignInLocked) == 15


async def test_the_throttle_names_nobody(session: Session, join: Joiner) -> None:
    await join()
    await _try(session, "wrong password")
    for row in await session.scalars(select(SignInThrottle)):
        assert "ada" not in row.key
        assert len(row.key) == 64


async def test_a_suspended_person_is_told_why_and_out_at_once(session: Session, join: Joiner) -> None:
    ada, owner = await join(), await join("owner@example.org", identity.Role.OWNER)
    signed_in = await identity.sign_in_browser(session, email="ada@example.org", password=PASSWORD)
    assert isinstance(signed_in, identity.BrowserSignIn)
    await identity.suspend(session, owner, ada.id, reason="Shared an account")
    assert await identity.authenticate_cookie(session, signed_in.cookie) is None
    outcome = await identity.sign_in_browser(session, email="ada@example.org", password=PASSWORD)
    assert isinstance(outcome, identity.Refused)
    assert isinstance(outcome.error, errors.AccountSuspended)
    assert "Shared an account" in outcome.error.sentence
    assert await _try(session, "wrong password") is errors.CredentialsWrong
    await identity.reinstate(session, owner, ada.id)
    assert await _try(session, PASSWORD) is identity.BrowserSignIn


async def test_a_cookie_lives_a_month_after_the_last_visit(session: Session, join: Joiner, moment: FrozenClock) -> None:
    await join()
    signed_in = await identity.sign_in_browser(session, email="ada@example.org", password=PASSWORD)
    assert isinstance(signed_in, identity.BrowserSignIn)
    for _ in range(2):
        moment.advance(timedelta(days=29))
        actor = await identity.authenticate_cookie(session, signed_in.cookie)
        assert actor is not None
        await identity.note_visit(session, actor)
    moment.advance(timedelta(days=30))
    assert await identity.authenticate_cookie(session, signed_in.cookie) is None


async def test_devices_are_listed_and_can_be_ended_by_their_person_only(session: Session, join: Joiner) -> None:
    ada, bea = await join(), await join("bea@example.org")
    first = await identity.sign_in_browser(session, email="ada@example.org", password=PASSWORD, user_agent="Phone")
    second = await identity.sign_in_browser(session, email="ada@example.org", password=PASSWORD, user_agent="Desk")
    assert isinstance(first, identity.BrowserSignIn)
    assert isinstance(second, identity.BrowserSignIn)
    assert {one.user_agent for one in await identity.list_sign_ins(session, ada)} == {"Phone", "Desk"}
    with pytest.raises(errors.SignInUnknown):
        await identity.end_sign_in(session, bea, first.sign_in_id)
    await identity.end_sign_in(session, ada, first.sign_in_id)
    assert await identity.authenticate_cookie(session, first.cookie) is None
    assert await identity.authenticate_cookie(session, second.cookie)
    with pytest.raises(errors.SignInUnknown):
        await identity.end_sign_in(session, ada, first.sign_in_id)


async def test_leaving_needs_the_password_and_ends_everything(session: Session, join: Joiner) -> None:
    ada = await join()
    signed_in = await identity.sign_in_browser(session, email="ada@example.org", password=PASSWORD)
    assert isinstance(signed_in, identity.BrowserSignIn)
    refused = await identity.deactivate(session, ada, current_password="wrong password")
    assert isinstance(refused, identity.Refused)
    assert await identity.deactivate(session, ada, current_password=PASSWORD) is None
    assert await identity.authenticate_cookie(session, signed_in.cookie) is None
    assert await _try(session, PASSWORD) is errors.AccountClosed
    assert (await actor_of(session, ada.id)).status is identity.UserStatus.DEACTIVATED
