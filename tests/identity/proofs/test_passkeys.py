"""Passkeys: what a device signs is believed only when everything about it is right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.identity.conftest import PASSWORD, Heard, Joiner, actor_of
from tests.identity.proofs.device import PARTY, Device
from tuition import identity
from tuition.identity import Actor, Passkey, PasskeyAnswer, RelyingParty, SecurityNews, User, errors
from tuition.identity.models import UNUSABLE_PASSWORD
from tuition.kernel import FrozenClock
from tuition.platform.database import Session


async def add(session: Session, actor: Actor, device: Device, **more: Any) -> Passkey:
    """Let the device make a passkey for the actor."""
    question = await identity.ask_to_register(session, actor, PARTY)
    answer = PasskeyAnswer(device.make(question.options), PARTY)
    return await identity.add_passkey(session, actor, question.token, answer, **more)


async def sign_in(session: Session, device: Device, **changes: Any) -> identity.BrowserSignIn | identity.Refused:
    """Sign in by the device alone."""
    question = await identity.ask_for_passkey(session, PARTY)
    return await identity.passkey_in_browser(
        session, question.token, PasskeyAnswer(device.sign(question.options, **changes), PARTY)
    )


async def test_somebody_signs_in_without_typing_anything_and_no_second_step_follows(
    session: Session, join: Joiner, moment: FrozenClock, heard: Heard
) -> None:
    ada, device = await join(), Device()
    made = await add(session, ada, device, name="My phone")
    assert (made.name, made.transports, made.is_synced) == ("My phone", ["hybrid", "internal"], True)
    assert heard.last(identity.SecurityChanged).what is SecurityNews.PASSKEY_ADDED
    await identity.ask_for_passkeys(session, ada)
    signed_in = await sign_in(session, device)
    assert isinstance(signed_in, identity.BrowserSignIn)
    assert signed_in.person_id == ada.id
    assert (made.sign_count, made.last_used_at) == (1, moment.now())


async def test_a_passkey_is_the_second_step_after_the_password(session: Session, join: Joiner) -> None:
    ada, device = await join(), Device()
    await add(session, ada, device)
    codes = await identity.ask_for_passkeys(session, ada)
    assert len(codes) == 10
    assert await identity.ask_for_passkeys(session, ada) == []
    step = await identity.sign_in_browser(session, email="ada@example.org", password=PASSWORD)
    assert isinstance(step, identity.SecondStep)
    assert step.ways == ("passkey", "recovery_code")
    question = await identity.question_for_second_step(session, step.token, PARTY)
    assert len(question.options["allowCredentials"]) == 1
    answer = PasskeyAnswer(device.sign(question.options), PARTY)
    assert isinstance(await identity.finish_in_browser(session, step.token, answer), identity.BrowserSignIn)


async def test_somebody_elses_passkey_is_no_second_step(session: Session, join: Joiner) -> None:
    ada, mallory, hers, his = await join(), await join("m@example.org", full_name="Mallory"), Device(b"hers"), Device(b"his")
    await add(session, ada, hers)
    await add(session, mallory, his)
    await identity.ask_for_passkeys(session, ada)
    step = await identity.sign_in_browser(session, email="ada@example.org", password=PASSWORD)
    assert isinstance(step, identity.SecondStep)
    question = await identity.question_for_second_step(session, step.token, PARTY)
    outcome = await identity.finish_in_browser(session, step.token, PasskeyAnswer(his.sign(question.options), PARTY))
    assert isinstance(outcome, identity.Refused)
    assert isinstance(outcome.error, errors.PasskeyUnknown)
    with pytest.raises(errors.PasskeyUnknown):
        await identity.remove_passkey(session, mallory, (await identity.list_passkeys(session, ada.id))[0].id)


@pytest.mark.parametrize("changes", [{"origin": "http://evil.example"}, {"handle": b"somebody else"}, {"handle": b""}])
async def test_what_another_site_or_another_persons_device_signed_is_refused(
    session: Session, join: Joiner, changes: dict[str, Any]
) -> None:
    device = Device()
    await add(session, await join(), device)
    outcome = await sign_in(session, device, **changes)
    assert isinstance(outcome, identity.Refused)
    assert isinstance(outcome.error, errors.PasskeyRefused)


async def test_a_signature_fits_one_question_once(session: Session, join: Joiner, moment: FrozenClock) -> None:
    device = Device()
    await add(session, await join(), device)
    question, other = [await identity.ask_for_passkey(session, PARTY) for _ in range(2)]
    signed = PasskeyAnswer(device.sign(question.options), PARTY)
    wrong = await identity.passkey_in_browser(session, other.token, signed)
    assert isinstance(wrong, identity.Refused)
    assert isinstance(await identity.passkey_in_browser(session, question.token, signed), identity.BrowserSignIn)
    with pytest.raises(errors.ChallengeExpired):
        await identity.passkey_in_browser(session, question.token, signed)
    late = await identity.ask_for_passkey(session, PARTY)
    moment.advance(timedelta(minutes=31))
    with pytest.raises(errors.ChallengeExpired):
        await identity.passkey_in_browser(session, late.token, PasskeyAnswer(device.sign(late.options), PARTY))


async def test_a_passkey_that_counts_backwards_is_a_copy_and_its_person_is_told(
    session: Session, join: Joiner, heard: Heard
) -> None:
    device = Device()
    await add(session, await join(), device)
    assert isinstance(await sign_in(session, device), identity.BrowserSignIn)
    device.count = 0
    outcome = await sign_in(session, device)
    assert isinstance(outcome, identity.Refused)
    assert isinstance(outcome.error, errors.PasskeyCopied)
    assert heard.last(identity.SecurityChanged).what is SecurityNews.PASSKEY_COPIED


async def test_a_device_that_does_not_count_is_no_copy(session: Session, join: Joiner) -> None:
    device = Device(counts=False)
    await add(session, await join(), device)
    for _ in range(2):
        assert isinstance(await sign_in(session, device), identity.BrowserSignIn)


@pytest.mark.parametrize(
    "credential", ["", "{}", "[]", "nonsense", '{"rawId": "x", "response": {}}', '{"response": []}', "x" * 30_000]
)
async def test_a_malformed_credential_is_refused_in_words(session: Session, join: Joiner, credential: str) -> None:
    ada = await join()
    question = await identity.ask_for_passkey(session, PARTY)
    outcome = await identity.passkey_in_browser(session, question.token, PasskeyAnswer(credential, PARTY))
    assert isinstance(outcome, identity.Refused)
    asked = await identity.ask_to_register(session, ada, PARTY)
    with pytest.raises(errors.PasskeyRefused):
        await identity.add_passkey(session, ada, asked.token, PasskeyAnswer(credential, PARTY))


async def test_a_device_is_added_once_and_only_by_whoever_asked(session: Session, join: Joiner) -> None:
    ada, bob, device = await join(), await join("bob@example.org", full_name="Bob"), Device()
    question = await identity.ask_to_register(session, ada, PARTY)
    made = device.make(question.options)
    with pytest.raises(errors.ChallengeExpired):
        await identity.add_passkey(session, bob, question.token, PasskeyAnswer(made, PARTY))
    other = RelyingParty.of("https://other.example", "Other")
    with pytest.raises(errors.PasskeyRefused):
        await identity.add_passkey(session, ada, question.token, PasskeyAnswer(made, other))
    await identity.add_passkey(session, ada, question.token, PasskeyAnswer(made, PARTY))
    again = await identity.ask_to_register(session, ada, PARTY)
    assert len(again.options["excludeCredentials"]) == 1
    with pytest.raises(errors.PasskeyTaken):
        await identity.add_passkey(session, ada, again.token, PasskeyAnswer(device.make(again.options), PARTY))


async def test_the_last_way_in_and_the_last_second_step_stay(session: Session, join: Joiner) -> None:
    ada = await join()
    only = await add(session, ada, Device(b"one"))
    await identity.ask_for_passkeys(session, ada)
    with pytest.raises(errors.LastSecondFactor):
        await identity.remove_passkey(session, ada, only.id)
    other = await add(session, ada, Device(b"two"))
    await identity.remove_passkey(session, ada, other.id)
    await identity.turn_off_second_factor(session, await actor_of(session, ada.id))
    await session.execute(update(User).where(User.id == ada.id).values(password_hash=UNUSABLE_PASSWORD))
    with pytest.raises(errors.LastWayIn):
        await identity.remove_passkey(session, ada, only.id)
    assert (await session.scalars(select(Passkey.name))).all() == ["Passkey"]


async def test_a_passkey_confirms_that_it_is_still_them(session: Session, join: Joiner, moment: FrozenClock) -> None:
    ada, device = await join(), Device()
    await add(session, ada, device)
    here = await identity.open_browser(session, ada.id)
    moment.advance(timedelta(hours=1))
    actor = await identity.authenticate_cookie(session, here.cookie)
    assert actor is not None
    assert not identity.is_fresh(actor)
    question = await identity.ask_to_confirm(session, actor, PARTY)
    answer = PasskeyAnswer(device.sign(question.options), PARTY)
    assert isinstance(await identity.confirm_by_passkey(session, actor, question.token, answer), identity.Confirmed)
    confirmed = await identity.authenticate_cookie(session, here.cookie)
    assert confirmed is not None
    assert identity.is_fresh(confirmed)


async def test_a_passkey_is_renamed(session: Session, join: Joiner) -> None:
    ada = await join()
    passkey = await add(session, ada, Device())
    assert (await identity.rename_passkey(session, ada, passkey.id, "  My\tphone ")).name == "My phone"
    with pytest.raises(errors.LabelInvalid):
        await identity.rename_passkey(session, ada, passkey.id, " ")


async def test_a_suspended_person_does_not_get_in_by_passkey(session: Session, join: Joiner) -> None:
    owner, ada, device = await join("owner@example.org", identity.Role.OWNER), await join(), Device()
    await add(session, ada, device)
    await identity.suspend(session, owner, ada.id, reason="Shared it.")
    outcome = await sign_in(session, device)
    assert isinstance(outcome, identity.Refused)
    assert isinstance(outcome.error, errors.AccountSuspended)
