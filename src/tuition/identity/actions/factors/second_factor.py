"""Turning the second step on and off: an authenticator app, passkeys, codes on paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select

from tuition.identity import errors, events
from tuition.identity.actions.factors import codes
from tuition.identity.actions.outcomes import Refused
from tuition.identity.actions.proofs import throttling
from tuition.identity.actions.signing_in import end_sign_ins
from tuition.identity.actor import Actor, Role
from tuition.identity.events import SecurityNews
from tuition.identity.models import Authenticator, Passkey, RecoveryCode, User
from tuition.identity.rules.factors import (
    clean_code,
    is_one_time_code,
    matching_step,
    needs_second_factor,
    new_secret,
    setup_address,
)
from tuition.identity.rules.permissions import require
from tuition.identity.rules.sign_ins import EndReason, machine_address
from tuition.kernel import clock
from tuition.platform import audit, secrets, site
from tuition.platform.database import AnySession, Session
from tuition.platform.events import publish


@dataclass(frozen=True, slots=True)
class Setup:
    """What an authenticator app has to learn: as an address for the square, and as letters to type."""

    address: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Protection:
    """How an account is protected."""

    is_on: bool
    is_required: bool
    """Whether one of the person's roles must have a second step."""
    required_from: datetime | None
    """Until when it may wait; ``None``: not any longer."""
    authenticator_since: datetime | None
    passkeys: int
    codes_left: int
    has_password: bool


async def protection_of(session: AnySession, person_id: UUID, roles: frozenset[Role]) -> Protection:
    """How somebody's account is protected."""
    user = (await session.scalars(select(User).where(User.id == person_id))).one()
    app = await codes.confirmed_authenticator(session, person_id)
    settings = await site.glance(session)
    is_required = needs_second_factor(roles, settings.mfa_roles)
    later = settings.mfa_from if is_required and settings.mfa_from and settings.mfa_from > clock.now() else None
    return Protection(
        is_on=user.mfa_enabled,
        is_required=is_required,
        required_from=later,
        authenticator_since=app.confirmed_at if app else None,
        passkeys=await count_passkeys(session, person_id),
        codes_left=await codes.codes_left(session, person_id),
        has_password=has_password(user),
    )


def has_password(user: User) -> bool:
    """Whether somebody can sign in by password."""
    return user.password_hash.startswith("$")


async def count_passkeys(session: AnySession, person_id: UUID) -> int:
    """How many passkeys a person has."""
    return (await session.scalar(select(func.count()).where(Passkey.user_id == person_id))) or 0


async def lacks_second_factor(session: AnySession, actor: Actor) -> bool:
    """Whether the actor's role must have a second step and the actor has none."""
    settings = await site.glance(session)
    return not actor.mfa_enabled and needs_second_factor(actor.roles, settings.mfa_roles)


def check_requirement(actor: Actor, roles: Iterable[str]) -> None:
    """Raises ``OwnSecondFactorFirst`` when whoever asks these roles for a second step would shut themselves out by it."""
    if not actor.mfa_enabled and needs_second_factor(actor.roles, roles):
        raise errors.OwnSecondFactorFirst


async def require_second_factor(session: AnySession, actor: Actor) -> None:
    """Raises ``SecondFactorNeeded`` when one of the actor's roles must have a second step by now, and none is on."""
    if not await lacks_second_factor(session, actor):
        return
    settings = await site.glance(session)
    if settings.mfa_from is None or settings.mfa_from <= clock.now():
        raise errors.SecondFactorNeeded


async def begin_authenticator(session: Session, actor: Actor, *, issuer: str, anew: bool = False) -> Setup:
    """What the app has to learn. Nothing counts until a code confirms it; looking twice shows the same, unless ``anew``."""
    pending = await _pending(session, actor.id)
    if pending is not None and anew:
        await session.execute(delete(Authenticator).where(Authenticator.id == pending.id))
        pending = None
    if pending is None:
        pending = Authenticator(user_id=actor.id, secret=secrets.encrypt(new_secret(), purpose=codes.SECRET_PURPOSE))
        session.add(pending)
    secret = secrets.decrypt(pending.secret, purpose=codes.SECRET_PURPOSE)
    account = (await session.scalars(select(User.email).where(User.id == actor.id))).one()
    return Setup(setup_address(secret, account=account, issuer=issuer), secret)


async def confirm_authenticator(session: Session, actor: Actor, typed: str, *, ip: str = "") -> list[str] | Refused:
    """Let the app count from now on; one from before counts no longer. Returns codes for paper when there were none.

    A wrong code is an outcome, so that it counts. Raises ``AuthenticatorMissing`` when nothing is being set up.
    """
    refused = await codes.count(session, actor.id, ip=ip)
    if refused is not None:
        return refused
    pending = await _pending(session, actor.id)
    if pending is None:
        raise errors.AuthenticatorMissing
    code = clean_code(typed)
    secret = secrets.decrypt(pending.secret, purpose=codes.SECRET_PURPOSE)
    step = matching_step(secret, code, clock.now()) if is_one_time_code(code) else None
    if step is None:
        return await codes.refuse(session, actor.id, errors.CodeWrong(), ip=ip)
    await throttling.forgive(session, throttling.keys_of_codes(actor.id))
    former = await codes.confirmed_authenticator(session, actor.id, lock=True)
    if former is not None:
        await session.delete(former)
        # flush: the former must be gone before the new one counts, since only one may.
        await session.flush()
    pending.confirmed_at, pending.last_step = clock.now(), step
    if former is not None:
        await audit.record(
            session, actor.id, "identity.authenticator_replaced", subject=("user", actor.id), ip=machine_address(ip)
        )
        await publish(session, events.SecurityChanged(actor.id, SecurityNews.AUTHENTICATOR_REPLACED))
    return await _turn_on(session, actor, ip=ip)


async def ask_for_passkeys(session: Session, actor: Actor, *, ip: str = "") -> list[str]:
    """Turn the second step on with the passkeys that the person has. Raises ``PasskeyMissing``."""
    if not await count_passkeys(session, actor.id):
        raise errors.PasskeyMissing
    return await _turn_on(session, actor, ip=ip)


async def turn_off_second_factor(session: Session, actor: Actor, *, ip: str = "") -> None:
    """Let the password be enough again. Passkeys stay. Raises ``SecondFactorOff``, ``SecondFactorRequired``."""
    user = await _locked(session, actor.id)
    if not user.mfa_enabled:
        raise errors.SecondFactorOff
    settings = await site.current(session)
    if needs_second_factor(actor.roles, settings.mfa_roles):
        raise errors.SecondFactorRequired
    await _forget(session, user)
    await audit.record(session, actor.id, "identity.second_factor_off", subject=("user", user.id), ip=machine_address(ip))
    await publish(session, events.SecurityChanged(user.id, SecurityNews.SECOND_FACTOR_OFF))


async def reset_second_factor(session: Session, actor: Actor | None, person_id: UUID) -> None:
    """Take the second step off somebody who has lost it, and end their sign-ins. Needs ``people:manage``; ``None`` is the house.

    Raises ``PersonUnknown``, ``SecondFactorOff``.
    """
    if actor is not None:
        require(actor, "people:manage")
    user = await _locked(session, person_id)
    if not user.mfa_enabled:
        raise errors.SecondFactorOff
    await _forget(session, user)
    await end_sign_ins(session, user.id, reason=EndReason.SECOND_FACTOR_RESET)
    await throttling.forgive(session, throttling.keys_of_codes(user.id))
    by = actor.id if actor else None
    await audit.record(session, by, "identity.second_factor_reset", subject=("user", user.id))
    await publish(session, events.SecurityChanged(user.id, SecurityNews.SECOND_FACTOR_RESET))


async def make_recovery_codes(session: Session, actor: Actor, *, ip: str = "") -> list[str]:
    """New codes for paper; the old ones work no longer. Raises ``SecondFactorOff``."""
    user = await _locked(session, actor.id)
    if not user.mfa_enabled:
        raise errors.SecondFactorOff
    made = await codes.write_codes(session, user.id)
    await audit.record(session, user.id, "identity.recovery_codes_made", subject=("user", user.id), ip=machine_address(ip))
    await publish(session, events.SecurityChanged(user.id, SecurityNews.RECOVERY_CODES_MADE))
    return made


async def _turn_on(session: Session, actor: Actor, *, ip: str) -> list[str]:
    user = await _locked(session, actor.id)
    if user.mfa_enabled:
        return []
    user.mfa_enabled = True
    await audit.record(session, user.id, "identity.second_factor_on", subject=("user", user.id), ip=machine_address(ip))
    await publish(session, events.SecurityChanged(user.id, SecurityNews.SECOND_FACTOR_ON))
    return await codes.write_codes(session, user.id)


async def _forget(session: Session, user: User) -> None:
    user.mfa_enabled = False
    await session.execute(delete(Authenticator).where(Authenticator.user_id == user.id))
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


async def _pending(session: Session, person_id: UUID) -> Authenticator | None:
    statement = select(Authenticator).where(Authenticator.user_id == person_id, Authenticator.confirmed_at.is_(None))
    return await session.scalar(statement.with_for_update())


async def _locked(session: Session, person_id: UUID) -> User:
    user = await session.scalar(select(User).where(User.id == person_id).with_for_update())
    if user is None:
        raise errors.PersonUnknown
    return user
