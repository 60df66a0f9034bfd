"""The second step of signing in, and signing in by passkey alone, which needs no second one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from tuition.identity import errors
from tuition.identity.actions.factors import challenges, codes, passkeys
from tuition.identity.actions.factors.passkeys import PasskeyAnswer, PasskeyQuestion, RelyingParty
from tuition.identity.actions.outcomes import BrowserSignIn, Refused, SecondStep, Tokens
from tuition.identity.actions.signing_in import closed, open_browser, open_program, ways_of
from tuition.identity.actor import UserStatus
from tuition.identity.models import User
from tuition.identity.rules.factors import ChallengePurpose
from tuition.identity.rules.sign_ins import COOKIE_LIFETIME, SignInMethod
from tuition.platform.database import Session


@dataclass(frozen=True, slots=True)
class _Proven:
    person_id: UUID
    method: SignInMethod


async def finish_in_browser(
    session: Session,
    token: str,
    proof: str | PasskeyAnswer,
    *,
    ip: str = "",
    user_agent: str = "",
    lifetime: timedelta = COOKIE_LIFETIME,
    device: str = "",
) -> BrowserSignIn | Refused:
    """Sign a browser in by the second proof: a code, or what a passkey signed. A wrong one is an outcome, so that it counts.

    Raises ``ChallengeExpired`` when the first proof is too long ago or five answers were wrong, and what is wrong with a passkey.
    """
    proven = await _prove_second(session, token, proof, ip=ip)
    if isinstance(proven, Refused):
        return proven
    return await open_browser(
        session, proven.person_id, ip=ip, user_agent=user_agent, lifetime=lifetime, device=device, method=proven.method
    )


async def finish_in_program(
    session: Session, token: str, proof: str | PasskeyAnswer, *, ip: str = "", user_agent: str = ""
) -> Tokens | Refused:
    """Sign a program in by the second proof, as ``finish_in_browser`` does."""
    proven = await _prove_second(session, token, proof, ip=ip)
    if isinstance(proven, Refused):
        return proven
    return await open_program(session, proven.person_id, ip=ip, user_agent=user_agent, method=proven.method)


async def second_step_of(session: Session, token: str) -> SecondStep:
    """What can be given for a second step that still waits. Raises ``ChallengeExpired``."""
    challenge = await challenges.waiting(session, token, ChallengePurpose.SECOND_FACTOR)
    assert challenge.user_id is not None, "a second step is somebody's"
    ways = await ways_of(session, challenge.user_id)
    return SecondStep(token, challenge.expires_at, ways)


async def question_for_second_step(session: Session, token: str, party: RelyingParty) -> PasskeyQuestion:
    """What a browser needs to give the second proof by passkey. Raises ``ChallengeExpired``."""
    challenge = await challenges.waiting(session, token, ChallengePurpose.SECOND_FACTOR)
    assert challenge.nonce is not None, "a second step can be signed"
    return PasskeyQuestion(token, await passkeys.options_for(session, challenge.nonce, party, person_id=challenge.user_id))


async def ask_for_passkey(session: Session, party: RelyingParty) -> PasskeyQuestion:
    """What a browser needs to sign somebody in who types nothing."""
    return await passkeys.ask_passkey(session, ChallengePurpose.PASSKEY_SIGN_IN, party)


async def passkey_in_browser(
    session: Session,
    token: str,
    answer: PasskeyAnswer,
    *,
    ip: str = "",
    user_agent: str = "",
    lifetime: timedelta = COOKIE_LIFETIME,
    device: str = "",
) -> BrowserSignIn | Refused:
    """Sign a browser in by passkey alone: it proves the device and, by finger, face or PIN, the person.

    Raises ``ChallengeExpired``, ``PasskeyUnknown``, ``PasskeyRefused``.
    """
    proven = await _prove_alone(session, token, answer, ip=ip)
    if isinstance(proven, Refused):
        return proven
    return await open_browser(
        session, proven.person_id, ip=ip, user_agent=user_agent, lifetime=lifetime, device=device, method=proven.method
    )


async def passkey_in_program(
    session: Session, token: str, answer: PasskeyAnswer, *, ip: str = "", user_agent: str = ""
) -> Tokens | Refused:
    """Sign a program in by passkey alone, as ``passkey_in_browser`` does."""
    proven = await _prove_alone(session, token, answer, ip=ip)
    if isinstance(proven, Refused):
        return proven
    return await open_program(session, proven.person_id, ip=ip, user_agent=user_agent, method=proven.method)


async def _prove_second(session: Session, token: str, proof: str | PasskeyAnswer, *, ip: str) -> _Proven | Refused:
    challenge = await challenges.waiting(session, token, ChallengePurpose.SECOND_FACTOR)
    assert challenge.user_id is not None, "a second step is somebody's"
    user = (await session.scalars(select(User).where(User.id == challenge.user_id))).one()
    if user.status != UserStatus.ACTIVE:
        return Refused(closed(user))
    challenge.attempts += 1
    if isinstance(proof, str):
        outcome = await codes.check(session, user.id, proof, ip=ip)
        if isinstance(outcome, Refused):
            return outcome
        challenges.answered(challenge)
        return _Proven(user.id, outcome)
    try:
        await passkeys.check_passkey(session, challenge.nonce, proof, person_id=user.id)
    except errors.PasskeyCopied as error:
        await passkeys.note_copied(session, user.id, ip=ip)
        return Refused(error)
    except (errors.PasskeyRefused, errors.PasskeyUnknown) as error:
        return await codes.refuse(session, user.id, error, ip=ip)
    challenges.answered(challenge)
    return _Proven(user.id, SignInMethod.PASSKEY)


async def _prove_alone(session: Session, token: str, answer: PasskeyAnswer, *, ip: str) -> _Proven | Refused:
    challenge = await challenges.waiting(session, token, ChallengePurpose.PASSKEY_SIGN_IN)
    # Whatever was signed, this question is not asked again.
    challenges.answered(challenge)
    try:
        passkey = await passkeys.check_passkey(session, challenge.nonce, answer, person_id=None)
    except errors.PasskeyCopied as error:
        await passkeys.note_copied(session, error.person_id, ip=ip)
        return Refused(error)
    except (errors.PasskeyRefused, errors.PasskeyUnknown) as error:
        return Refused(error)
    user = (await session.scalars(select(User).where(User.id == passkey.user_id))).one()
    if user.status != UserStatus.ACTIVE:
        return Refused(closed(user))
    return _Proven(user.id, SignInMethod.PASSKEY)
