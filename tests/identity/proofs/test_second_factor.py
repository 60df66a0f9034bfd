"""The second step: an app's codes, codes on paper, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from tests.identity.conftest import PASSWORD, Heard, Joiner, actor_of
from tuition import identity
from tuition.identity import Actor, SecurityNews, errors
from tuition.identity.models import Authenticator, RecoveryCode, SignIn
from tuition.identity.rules.factors import CHALLENGE_ATTEMPTS_MAX, RECOVERY_CODES
from tuition.identity.rules.sign_ins import LOCK_FIRST_S
from tuition.kernel import FrozenClock, clock
from tuition.platform import audit, site
from tuition.platform.database import Session


def code_of(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or some steps later."""
    return pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=30 * steps))


def wrong_code(secret: str) -> str:
    """Six digits that the app shows neither now nor around now."""
    fits = {code_of(secret, steps=steps) for steps in (-1, 0, 1)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in fits)


async def turn_on(session: Session, actor: Actor, moment: FrozenClock) -> tuple[str, list[str]]:
    """Set an app up; gives its secret and the codes for paper. Its first code is used up."""
    setup = await identity.begin_authenticator(session, actor, issuer="A school")
    codes = await identity.confirm_authenticator(session, actor, code_of(setup.secret))
    assert not isinstance(codes, identity.Refused)
    moment.advance(timedelta(seconds=60))
    return setup.secret, codes


async def first_step(session: Session, email: str = "ada@example.org") -> str:
    """The password was right."""
    step = await identity.sign_in_browser(session, email=email, password=PASSWORD)
    assert isinstance(step, identity.SecondStep)
    return step.token


def _error(outcome: object) -> type:
    assert isinstance(outcome, identity.Refused), outcome
    return type(outcome.error)


async def test_an_app_counts_only_once_a_code_has_confirmed_it(session: Session, join: Joiner, moment: FrozenClock) -> None:
    ada = await join()
    setup = await identity.begin_authenticator(session, ada, issuer="A: school")
    assert setup.address.startswith("otpauth://totp/A%20%20school:ada%40example.org?")
    assert (await identity.begin_authenticator(session, ada, issuer="A school")).secret == setup.secret
    assert isinstance(await identity.sign_in_browser(session, email="ada@example.org", password=PASSWORD), identity.BrowserSignIn)
    assert _error(await identity.confirm_authenticator(session, ada, wrong_code(setup.secret))) is errors.CodeWrong
    codes = await identity.confirm_authenticator(session, ada, f" {code_of(setup.secret)[:3]} {code_of(setup.secret)[3:]} ")
    assert isinstance(codes, list)
    assert len(set(codes)) == RECOVERY_CODES
    assert (await actor_of(session, ada.id)).mfa_enabled
    stored = (await session.scalars(select(Authenticator))).one()
    assert setup.secret not in stored.secret
    hashes = (await session.scalars(select(RecoveryCode.code_hash))).all()
    assert not set(codes) & set(hashes)
    with pytest.raises(errors.AuthenticatorMissing):
        await identity.confirm_authenticator(session, ada, code_of(setup.secret))


async def test_the_password_alone_signs_nobody_in_any_more(session: Session, join: Joiner, moment: FrozenClock) -> None:
    ada = await join()
    secret, _ = await turn_on(session, ada, moment)
    for step in (
        await identity.sign_in_browser(session, email="ada@example.org", password=PASSWORD),
        await identity.sign_in_program(session, email="ada@example.org", password=PASSWORD),
    ):
        assert isinstance(step, identity.SecondStep)
        assert step.ways == ("code", "recovery_code")
        assert step.token not in repr(step)
    assert (await session.scalars(select(SignIn).where(SignIn.user_id == ada.id))).all() == []
    signed_in = await identity.finish_in_browser(session, await first_step(session), code_of(secret))
    assert isinstance(signed_in, identity.BrowserSignIn)
    row = (await session.scalars(select(SignIn).where(SignIn.user_id == ada.id))).one()
    assert row.method == "second_factor"
    moment.advance(timedelta(seconds=30))
    tokens = await identity.finish_in_program(session, await first_step(session), code_of(secret))
    assert isinstance(tokens, identity.Tokens)


async def test_a_code_works_once_and_no_older_one_after_it(session: Session, join: Joiner, moment: FrozenClock) -> None:
    ada = await join()
    secret, _ = await turn_on(session, ada, moment)
    now = code_of(secret)
    assert isinstance(await identity.finish_in_browser(session, await first_step(session), now), identity.BrowserSignIn)
    assert _error(await identity.finish_in_browser(session, await first_step(session), now)) is errors.CodeUsed
    before = code_of(secret, steps=-1)
    assert _error(await identity.finish_in_browser(session, await first_step(session), before)) is errors.CodeUsed


@pytest.mark.parametrize(("steps", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_a_phones_clock_may_be_off_by_one_step(
    session: Session, join: Joiner, moment: FrozenClock, steps: int, fits: bool
) -> None:
    ada = await join()
    secret, _ = await turn_on(session, ada, moment)
    moment.advance(timedelta(seconds=60))
    outcome = await identity.finish_in_browser(session, await first_step(session), code_of(secret, steps=steps))
    assert isinstance(outcome, identity.BrowserSignIn) is fits


async def test_a_challenge_ends_with_time_with_use_and_after_five_wrong_answers(
    session: Session, join: Joiner, moment: FrozenClock
) -> None:
    ada = await join()
    secret, codes = await turn_on(session, ada, moment)
    late = await first_step(session)
    moment.advance(timedelta(minutes=11))
    with pytest.raises(errors.ChallengeExpired):
        await identity.finish_in_browser(session, late, code_of(secret))
    used = await first_step(session)
    assert isinstance(await identity.finish_in_browser(session, used, code_of(secret)), identity.BrowserSignIn)
    with pytest.raises(errors.ChallengeExpired):
        await identity.finish_in_browser(session, used, codes[0])
    with pytest.raises(errors.ChallengeExpired):
        await identity.finish_in_browser(session, used[:-1] + "x", codes[0])
    tried = await first_step(session)
    for _ in range(CHALLENGE_ATTEMPTS_MAX):
        await identity.finish_in_browser(session, tried, "not a code")
    moment.advance(timedelta(seconds=LOCK_FIRST_S))
    with pytest.raises(errors.ChallengeExpired):
        await identity.finish_in_browser(session, tried, codes[0])


async def test_guessing_codes_locks_the_second_step_whatever_the_place_and_the_person_is_told(
    session: Session, join: Joiner, moment: FrozenClock, heard: Heard
) -> None:
    ada = await join()
    secret, codes = await turn_on(session, ada, moment)
    for place in range(5):
        outcome = await identity.finish_in_browser(session, await first_step(session), wrong_code(secret), ip=f"192.0.2.{place}")
        assert _error(outcome) is errors.CodeWrong
    locked = await identity.finish_in_browser(session, await first_step(session), codes[0], ip="198.51.100.1")
    assert isinstance(locked, identity.Refused)
    assert locked.error.fields == {"retry_after_s": LOCK_FIRST_S}
    assert heard.last(identity.SecurityChanged).what is SecurityNews.SECOND_FACTOR_LOCKED
    moment.advance(timedelta(seconds=LOCK_FIRST_S))
    assert isinstance(
        await identity.finish_in_browser(session, await first_step(session), code_of(secret)), identity.BrowserSignIn
    )
    # The slate is clean again.
    assert _error(await identity.finish_in_browser(session, await first_step(session), wrong_code(secret))) is errors.CodeWrong


async def test_a_code_on_paper_works_once_however_it_is_typed(
    session: Session, join: Joiner, moment: FrozenClock, heard: Heard
) -> None:
    ada = await join()
    _, codes = await turn_on(session, ada, moment)
    typed = codes[3].upper().replace("-", " ")
    assert isinstance(await identity.finish_in_browser(session, await first_step(session), typed), identity.BrowserSignIn)
    news = [fact for fact in heard.facts if isinstance(fact, identity.SecurityChanged)]
    assert (SecurityNews.RECOVERY_CODE_USED, 9) in [(fact.what, fact.about.get("left")) for fact in news]
    assert _error(await identity.finish_in_browser(session, await first_step(session), codes[3])) is errors.CodeUsed
    bob = await join("bob@example.org", full_name="Bob")
    await turn_on(session, bob, moment)
    step = await first_step(session, "bob@example.org")
    assert _error(await identity.finish_in_browser(session, step, codes[4])) is errors.CodeWrong
    renewed = await identity.make_recovery_codes(session, ada)
    assert _error(await identity.finish_in_browser(session, await first_step(session), codes[5])) is errors.CodeWrong
    assert isinstance(await identity.finish_in_browser(session, await first_step(session), renewed[0]), identity.BrowserSignIn)


async def test_a_new_phone_replaces_the_old_one_and_keeps_the_paper(session: Session, join: Joiner, moment: FrozenClock) -> None:
    ada = await join()
    old, codes = await turn_on(session, ada, moment)
    setup = await identity.begin_authenticator(session, ada, issuer="A school")
    assert setup.secret != old
    assert await identity.confirm_authenticator(session, ada, code_of(setup.secret)) == []
    moment.advance(timedelta(seconds=60))
    assert _error(await identity.finish_in_browser(session, await first_step(session), code_of(old))) is errors.CodeWrong
    fits = await identity.finish_in_browser(session, await first_step(session), code_of(setup.secret))
    assert isinstance(fits, identity.BrowserSignIn)
    assert isinstance(await identity.finish_in_browser(session, await first_step(session), codes[0]), identity.BrowserSignIn)


async def test_turning_it_off_forgets_everything_unless_the_role_needs_it(
    session: Session, join: Joiner, moment: FrozenClock, heard: Heard
) -> None:
    ada = await join("ada@example.org", identity.Role.OWNER)
    await turn_on(session, ada, moment)
    await site.change(session, ada.id, mfa_roles=["owner"])
    ada = await actor_of(session, ada.id)
    with pytest.raises(errors.SecondFactorRequired):
        await identity.turn_off_second_factor(session, ada)
    await site.change(session, ada.id, mfa_roles=["creator"])
    await identity.turn_off_second_factor(session, ada)
    assert heard.last(identity.SecurityChanged).what is SecurityNews.SECOND_FACTOR_OFF
    assert isinstance(await identity.sign_in_browser(session, email="ada@example.org", password=PASSWORD), identity.BrowserSignIn)
    with pytest.raises(errors.SecondFactorOff):
        await identity.make_recovery_codes(session, ada)


async def test_a_role_that_needs_it_goes_on_without_only_until_the_day(
    session: Session, join: Joiner, moment: FrozenClock
) -> None:
    ada = await join("ada@example.org", identity.Role.OWNER)
    bob = await join("bob@example.org", full_name="Bob")
    await site.change(session, ada.id, mfa_roles=["owner"], mfa_from=clock.now() + timedelta(days=7))
    await identity.require_second_factor(session, ada)
    assert await identity.lacks_second_factor(session, ada)
    moment.advance(timedelta(days=7))
    with pytest.raises(errors.SecondFactorNeeded):
        await identity.require_second_factor(session, ada)
    await identity.require_second_factor(session, bob)
    await turn_on(session, ada, moment)
    await identity.require_second_factor(session, await actor_of(session, ada.id))


async def test_the_owner_resets_it_for_somebody_who_has_lost_everything(
    session: Session, join: Joiner, moment: FrozenClock, heard: Heard
) -> None:
    owner = await join("owner@example.org", identity.Role.OWNER, full_name="Olga")
    ada = await join()
    secret, _ = await turn_on(session, ada, moment)
    signed_in = await identity.finish_in_browser(session, await first_step(session), code_of(secret))
    assert isinstance(signed_in, identity.BrowserSignIn)
    with pytest.raises(errors.PermissionMissing):
        await identity.reset_second_factor(session, ada, owner.id)
    await identity.reset_second_factor(session, owner, ada.id)
    assert await identity.authenticate_cookie(session, signed_in.cookie) is None
    assert heard.last(identity.SecurityChanged).what is SecurityNews.SECOND_FACTOR_RESET
    done = {entry.action for entry in (await audit.entries(session, actor_id=owner.id, limit=10)).items}
    assert "identity.second_factor_reset" in done
    assert isinstance(await identity.sign_in_browser(session, email="ada@example.org", password=PASSWORD), identity.BrowserSignIn)
    with pytest.raises(errors.SecondFactorOff):
        await identity.reset_second_factor(session, owner, ada.id)


async def test_a_proof_is_fresh_for_ten_minutes_on_its_own_device(session: Session, join: Joiner, moment: FrozenClock) -> None:
    ada = await join()
    secret, _ = await turn_on(session, ada, moment)
    signed_in = await identity.finish_in_browser(session, await first_step(session), code_of(secret))
    assert isinstance(signed_in, identity.BrowserSignIn)
    actor = await identity.authenticate_cookie(session, signed_in.cookie)
    assert actor is not None
    assert identity.require_fresh(actor) is actor
    moment.advance(timedelta(minutes=10, seconds=1))
    with pytest.raises(errors.FreshSignInNeeded):
        identity.require_fresh(actor)
    assert await identity.ways_to_confirm(session, actor) == ["password", "code"]
    assert _error(await identity.confirm_by_password(session, actor, "wrong password")) is errors.PasswordWrong
    assert isinstance(await identity.confirm_by_password(session, actor, PASSWORD), identity.Confirmed)
    again = await identity.authenticate_cookie(session, signed_in.cookie)
    assert again is not None
    assert identity.is_fresh(again)
    moment.advance(timedelta(minutes=11))
    assert isinstance(await identity.confirm_by_code(session, actor, code_of(secret)), identity.Confirmed)


async def test_a_sign_in_from_a_new_device_is_told_by_mail_and_the_first_one_is_not(
    session: Session, join: Joiner, heard: Heard
) -> None:
    await join()

    async def sign_in(device: str = "") -> identity.BrowserSignIn:
        signed_in = await identity.sign_in_browser(
            session, email="ada@example.org", password=PASSWORD, device=device, ip="192.0.2.7", user_agent="Firefox/140"
        )
        assert isinstance(signed_in, identity.BrowserSignIn)
        return signed_in

    first = await sign_in()
    await sign_in(first.device)
    assert heard.count(identity.SecurityChanged) == 0
    await sign_in()
    fact = heard.last(identity.SecurityChanged)
    assert (fact.what, fact.about) == (SecurityNews.NEW_DEVICE, {"device": "Firefox/140", "ip": "192.0.2.7"})


async def test_every_other_device_is_signed_out_at_once(session: Session, join: Joiner) -> None:
    ada = await join()
    here, there = [await identity.open_browser(session, ada.id) for _ in range(2)]
    actor = await identity.authenticate_cookie(session, here.cookie)
    assert actor is not None
    assert await identity.end_other_sign_ins(session, actor) == 1
    assert await identity.authenticate_cookie(session, there.cookie) is None
    assert await identity.authenticate_cookie(session, here.cookie) is not None


async def test_erasing_somebody_leaves_no_proof_behind_and_the_export_holds_no_secret(
    session: Session, join: Joiner, moment: FrozenClock
) -> None:
    ada = await join()
    secret, codes = await turn_on(session, ada, moment)
    key = await identity.make_api_key(session, ada, name="A script")
    exported = str(await identity.privacy.export(session, ada.id))
    assert "A script" in exported
    assert not any(one in exported for one in (secret, key.text, *codes))
    await identity.privacy.erase(session, ada.id)
    for model in (Authenticator, RecoveryCode, identity.ApiKey):
        assert (await session.scalars(select(model.id))).all() == []
