"""It is still you? For ten minutes after a proof, what protects an account may be changed."""

from __future__ import annotations

from sqlalchemy import select, update

from tuition.identity import errors
from tuition.identity.actions.accounts.passwords import confirm_password
from tuition.identity.actions.factors import challenges, codes, passkeys
from tuition.identity.actions.factors.passkeys import PasskeyAnswer, PasskeyQuestion, RelyingParty
from tuition.identity.actions.factors.second_factor import count_passkeys, has_password
from tuition.identity.actions.outcomes import Confirmed, Refused
from tuition.identity.actor import Actor
from tuition.identity.models import OAuthIdentity, SignIn, User
from tuition.identity.rules.factors import FRESH_FOR, ChallengePurpose
from tuition.identity.rules.sign_ins import machine_address
from tuition.kernel import clock
from tuition.platform import audit
from tuition.platform.database import AnySession, Session


def is_fresh(actor: Actor) -> bool:
    """Whether the person proved themselves on this device within the last ten minutes. A key of a script never has."""
    return actor.confirmed_at is not None and clock.now() - actor.confirmed_at <= FRESH_FOR


def require_fresh(actor: Actor) -> Actor:
    """The actor, freshly proven. Raises ``FreshSignInNeeded``."""
    if not is_fresh(actor):
        raise errors.FreshSignInNeeded
    return actor


async def ways_to_confirm(session: AnySession, actor: Actor) -> list[str]:
    """How the actor can prove themselves now: ``password``, ``code``, ``passkey``, ``openid``."""
    user = (await session.scalars(select(User).where(User.id == actor.id))).one()
    ways = ["password"] if has_password(user) else []
    if user.mfa_enabled and await codes.confirmed_authenticator(session, user.id):
        ways.append("code")
    if await count_passkeys(session, user.id):
        ways.append("passkey")
    if await session.scalar(select(OAuthIdentity.id).where(OAuthIdentity.user_id == user.id).limit(1)):
        ways.append("openid")
    return ways


async def confirm_by_password(session: Session, actor: Actor, password: str, *, ip: str = "") -> Confirmed | Refused:
    """Prove it by password. A wrong one is an outcome, so that it counts."""
    _require_sign_in(actor)
    user = await confirm_password(session, actor, password, ip=ip)
    return user if isinstance(user, Refused) else await note_confirmed(session, actor, "password", ip=ip)


async def confirm_by_code(session: Session, actor: Actor, code: str, *, ip: str = "") -> Confirmed | Refused:
    """Prove it by a code from the app or from paper."""
    _require_sign_in(actor)
    outcome = await codes.check(session, actor.id, code, ip=ip)
    return outcome if isinstance(outcome, Refused) else await note_confirmed(session, actor, outcome.value, ip=ip)


async def ask_to_confirm(session: Session, actor: Actor, party: RelyingParty) -> PasskeyQuestion:
    """What a browser needs to prove it by passkey. Raises ``PasskeyMissing``."""
    if not await count_passkeys(session, actor.id):
        raise errors.PasskeyMissing
    return await passkeys.ask_passkey(session, ChallengePurpose.PASSKEY_CONFIRM, party, person_id=actor.id)


async def confirm_by_passkey(
    session: Session, actor: Actor, token: str, answer: PasskeyAnswer, *, ip: str = ""
) -> Confirmed | Refused:
    """Prove it by passkey. Raises ``ChallengeExpired``, ``PasskeyUnknown``, ``PasskeyRefused``."""
    _require_sign_in(actor)
    challenge = await challenges.waiting(session, token, ChallengePurpose.PASSKEY_CONFIRM)
    if challenge.user_id != actor.id:
        raise errors.ChallengeExpired
    challenges.answered(challenge)
    try:
        await passkeys.check_passkey(session, challenge.nonce, answer, person_id=actor.id)
    except errors.PasskeyCopied as error:
        await passkeys.note_copied(session, actor.id, ip=ip)
        return Refused(error)
    return await note_confirmed(session, actor, "passkey", ip=ip)


def _require_sign_in(actor: Actor) -> None:
    # A script's key is nobody who could prove anything.
    if actor.sign_in_id is None:
        raise errors.FreshSignInNeeded


async def note_confirmed(session: Session, actor: Actor, by: str, *, ip: str = "") -> Confirmed:
    """Remember that it was them."""
    assert actor.sign_in_id is not None, "only somebody who is signed in can confirm it"
    await session.execute(update(SignIn).where(SignIn.id == actor.sign_in_id).values(confirmed_at=clock.now()))
    subject = ("sign_in", actor.sign_in_id)
    details = {"by": by}
    await audit.record(session, actor.id, "identity.confirmed", subject=subject, details=details, ip=machine_address(ip))
    return Confirmed()
