"""Changing the address and the password."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.identity.conftest import PASSWORD, Heard, Joiner, actor_of, application
from tuition import identity
from tuition.identity import errors
from tuition.kernel import FrozenClock
from tuition.platform import rates
from tuition.platform.database import Session

NEW_PASSWORD = "eight louder otters"


async def _signs_in(session: Session, email: str, password: str) -> bool:
    return isinstance(await identity.sign_in_browser(session, email=email, password=password), identity.BrowserSignIn)


async def test_a_new_address_holds_only_after_its_proof_and_the_old_one_is_told(
    session: Session, join: Joiner, heard: Heard
) -> None:
    ada = await join()
    assert await identity.request_email_change(session, ada, new_address="new@example.org", current_password=PASSWORD) is None
    assert await _signs_in(session, "ada@example.org", PASSWORD)
    asked = heard.last(identity.EmailChangeRequested)
    assert asked.new_address == "new@example.org"
    await identity.confirm_email_change(session, asked.token)
    changed = heard.last(identity.EmailChanged)
    assert (changed.old_address, changed.new_address) == ("ada@example.org", "new@example.org")
    assert await _signs_in(session, "new@example.org", PASSWORD)
    assert not await _signs_in(session, "ada@example.org", PASSWORD)


async def test_a_change_to_somebody_elses_address_tells_only_them(session: Session, join: Joiner, heard: Heard) -> None:
    ada, bea = await join(), await join("bea@example.org")
    assert await identity.request_email_change(session, ada, new_address="BEA@example.org", current_password=PASSWORD) is None
    assert heard.last(identity.AddressClaimedAgain).person_id == bea.id
    assert heard.count(identity.EmailChangeRequested) == 0


async def test_an_address_that_was_taken_meanwhile_is_refused(session: Session, join: Joiner, heard: Heard) -> None:
    ada = await join()
    await identity.request_email_change(session, ada, new_address="new@example.org", current_password=PASSWORD)
    await join("new@example.org")
    with pytest.raises(identity.AddressTaken):
        await identity.confirm_email_change(session, heard.last(identity.EmailChangeRequested).token)


async def test_a_wrong_password_changes_nothing_and_counts(session: Session, join: Joiner) -> None:
    ada = await join()
    for _ in range(5):
        refused = await identity.change_password(session, ada, current_password="wrong password", new_password=NEW_PASSWORD)
        assert isinstance(refused, identity.Refused)
        assert isinstance(refused.error, identity.PasswordWrong)
    refused = await identity.change_password(session, ada, current_password=PASSWORD, new_password=NEW_PASSWORD)
    assert isinstance(refused, identity.Refused)
    assert isinstance(refused.error, identity.SignInLocked)


async def test_changing_the_password_ends_every_other_sign_in(session: Session, join: Joiner, heard: Heard) -> None:
    await join()
    here = await identity.sign_in_browser(session, email="ada@example.org", password=PASSWORD)
    there = await identity.sign_in_program(session, email="ada@example.org", password=PASSWORD)
    assert isinstance(here, identity.BrowserSignIn)
    assert isinstance(there, identity.Tokens)
    actor = await identity.authenticate_cookie(session, here.cookie)
    assert actor is not None
    assert await identity.change_password(session, actor, current_password=PASSWORD, new_password=NEW_PASSWORD) is None
    assert await identity.authenticate_cookie(session, here.cookie)
    with pytest.raises(identity.TokenRefused):
        await identity.authenticate_token(session, there.access_token)
    assert await _signs_in(session, "ada@example.org", NEW_PASSWORD)
    assert heard.count(identity.PasswordChanged) == 1


async def test_a_reset_ends_every_sign_in_proves_the_address_and_works_once(
    session: Session, heard: Heard, moment: FrozenClock
) -> None:
    await identity.sign_up(session, await application(session))
    signed_in = await identity.sign_in_browser(session, email="ada@example.org", password=PASSWORD)
    assert isinstance(signed_in, identity.BrowserSignIn)
    await identity.request_password_reset(session, "ADA@example.org")
    token = heard.last(identity.PasswordResetRequested).token
    with pytest.raises(errors.PasswordTooShort):
        async with session.begin_nested():
            await identity.reset_password(session, token, "short")
    await identity.reset_password(session, token, NEW_PASSWORD)
    assert await identity.authenticate_cookie(session, signed_in.cookie) is None
    assert await _signs_in(session, "ada@example.org", NEW_PASSWORD)
    assert (await actor_of(session, signed_in.person_id)).email_verified
    with pytest.raises(errors.MailedTokenRefused):
        await identity.reset_password(session, token, "yet another password")


async def test_only_the_newest_link_holds_and_only_for_an_hour(
    session: Session, join: Joiner, heard: Heard, moment: FrozenClock
) -> None:
    await join()
    await identity.request_password_reset(session, "ada@example.org")
    first = heard.last(identity.PasswordResetRequested).token
    await identity.request_password_reset(session, "ada@example.org")
    second = heard.last(identity.PasswordResetRequested).token
    with pytest.raises(errors.MailedTokenRefused):
        await identity.reset_password(session, first, NEW_PASSWORD)
    moment.advance(timedelta(hours=1))
    with pytest.raises(errors.MailedTokenRefused):
        await identity.reset_password(session, second, NEW_PASSWORD)


async def test_a_reset_for_nobody_says_nothing_and_too_many_are_refused(
    session: Session, heard: Heard, moment: FrozenClock
) -> None:
    for _ in range(5):
        await identity.request_password_reset(session, "nobody@example.org")
    with pytest.raises(rates.TooMany):
        await identity.request_password_reset(session, "nobody@example.org")
    assert heard.count(identity.PasswordResetRequested) == 0


async def test_a_link_for_one_purpose_is_none_for_another(session: Session, heard: Heard, moment: FrozenClock) -> None:
    await identity.sign_up(session, await application(session))
    token = heard.last(identity.VerificationRequested).token
    with pytest.raises(errors.MailedTokenRefused):
        await identity.reset_password(session, token, NEW_PASSWORD)
    with pytest.raises(errors.MailedTokenRefused):
        await identity.confirm_email_change(session, token)


async def test_the_old_mailbox_cannot_take_a_moved_account_back(session: Session, join: Joiner, heard: Heard) -> None:
    ada = await join()
    await identity.request_password_reset(session, "ada@example.org")
    reset = heard.last(identity.PasswordResetRequested).token
    await identity.request_email_change(session, ada, new_address="new@example.org", current_password=PASSWORD)
    await identity.confirm_email_change(session, heard.last(identity.EmailChangeRequested).token)
    with pytest.raises(errors.MailedTokenRefused):
        await identity.reset_password(session, reset, NEW_PASSWORD)


async def test_whoever_knew_the_old_password_cannot_move_the_account_any_more(
    session: Session, join: Joiner, heard: Heard
) -> None:
    thief = await join()
    await identity.request_email_change(session, thief, new_address="thief@example.org", current_password=PASSWORD)
    on_its_way = heard.last(identity.EmailChangeRequested).token
    await identity.request_password_reset(session, "ada@example.org")
    await identity.reset_password(session, heard.last(identity.PasswordResetRequested).token, NEW_PASSWORD)
    with pytest.raises(errors.MailedTokenRefused):
        await identity.confirm_email_change(session, on_its_way)


@pytest.mark.parametrize("was_proven", [False, True])
async def test_what_opened_an_account_before_its_address_was_proven_opens_it_no_longer(
    session: Session, heard: Heard, moment: FrozenClock, *, was_proven: bool
) -> None:
    await identity.sign_up(session, await application(session))
    if was_proven:
        await identity.verify_email(session, heard.last(identity.VerificationRequested).token)
    signed_in = await identity.sign_in_browser(session, email="ada@example.org", password=PASSWORD)
    assert isinstance(signed_in, identity.BrowserSignIn)
    somebody = await actor_of(session, signed_in.person_id)
    key = await identity.make_api_key(session, somebody, name="A script")
    claims = identity.Claims("there", "https://there.example", "somebody")
    await identity.link_identity(session, somebody, claims, name="There")
    await identity.request_password_reset(session, "ada@example.org")
    await identity.reset_password(session, heard.last(identity.PasswordResetRequested).token, NEW_PASSWORD)
    if was_proven:
        await identity.authenticate_token(session, key.text)
        assert isinstance(await identity.sign_in_with(session, claims, name="There"), identity.BrowserSignIn)
        return
    with pytest.raises(errors.ApiKeyRefused):
        await identity.authenticate_token(session, key.text)
    assert isinstance(await identity.sign_in_with(session, claims, name="There"), identity.Newcomer)
