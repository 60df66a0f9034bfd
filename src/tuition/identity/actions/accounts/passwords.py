"""Changing a password: with the old one, or by a mailed link."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, func, select

from tuition.identity import errors, events
from tuition.identity.actions.outcomes import Refused
from tuition.identity.actions.proofs import mailed, throttling
from tuition.identity.actions.proofs.hashing import hash_password, verify_password
from tuition.identity.actions.signing_in import end_sign_ins
from tuition.identity.actor import Actor, UserStatus
from tuition.identity.models import ApiKey, Authenticator, OAuthIdentity, Passkey, RecoveryCode, User
from tuition.identity.rules.people import PASSWORD_LENGTH_MAX, clean_password, password_refusal
from tuition.identity.rules.sign_ins import EndReason, TokenPurpose, machine_address
from tuition.kernel import clock
from tuition.platform import audit, rates
from tuition.platform.database import Session
from tuition.platform.events import publish

RESETS_PER_HOUR = 5
RESETS_PER_HOUR_FROM_ONE_MACHINE = 60
_HOUR_S = 3600


async def confirm_password(session: Session, actor: Actor, password: str, *, ip: str = "") -> User | Refused:
    """The actor's own row, locked, when the password is right; else an outcome that counts like a failed sign-in."""
    user = (await session.scalars(select(User).where(User.id == actor.id).with_for_update())).one()
    now, keys = clock.now(), throttling.keys_of(user.email, ip)
    wait_s = await throttling.locked_for_s(session, keys, now=now) or await throttling.count_attempt(session, keys, now=now)
    if wait_s:
        return Refused(errors.SignInLocked(retry_after_s=wait_s))
    if not await verify_password(user.password_hash, clean_password(password)[: PASSWORD_LENGTH_MAX + 1]):
        await audit.record(session, user.id, "identity.password_refused", subject=("user", user.id), ip=machine_address(ip))
        return Refused(errors.PasswordWrong())
    await throttling.forgive(session, keys)
    return user


async def confirmed_self(session: Session, actor: Actor, password: str | None, *, ip: str) -> User | Refused:
    """The actor's own row, locked: by the password when one is given, else because the caller knows that the sign-in is fresh."""
    if password is not None:
        return await confirm_password(session, actor, password, ip=ip)
    return (await session.scalars(select(User).where(User.id == actor.id).with_for_update())).one()


async def change_password(
    session: Session, actor: Actor, *, current_password: str | None = None, new_password: str, ip: str = ""
) -> Refused | None:
    """Set another password and end every sign-in but this one. A wrong present password is an outcome, so that it counts.

    Without the present password the caller has seen to it that the sign-in is fresh. Raises what is wrong with the new password.
    """
    user = await confirmed_self(session, actor, current_password, ip=ip)
    if isinstance(user, Refused):
        return user
    await _set(session, user, new_password, ip=ip, keep=actor.sign_in_id)
    return None


async def request_password_reset(session: Session, email: str, *, ip: str = "") -> None:
    """Mail a link that sets a new password, if somebody has this address. Says nothing either way. Raises ``rates.TooMany``."""
    address = email.strip().lower()
    if machine_address(ip):
        await rates.hit(session, f"identity.reset_from:{ip}", limit=RESETS_PER_HOUR_FROM_ONE_MACHINE, per_s=_HOUR_S)
    await rates.hit(session, f"identity.reset:{address}", limit=RESETS_PER_HOUR, per_s=_HOUR_S)
    user = await session.scalar(select(User).where(func.lower(User.email) == address))
    if user is not None and user.status == UserStatus.ACTIVE:
        token, expires_at = await mailed.make(session, user.id, TokenPurpose.RESET_PASSWORD, address=user.email)
        await publish(session, events.PasswordResetRequested(user.id, user.email, token, expires_at))


async def reset_password(session: Session, token: str, new_password: str, *, ip: str = "") -> UUID:
    """Set a new password by a mailed link, end every sign-in, and return whose it is.

    The link proves the mailbox, so an address that was not verified is now, and what had been put before that to open the
    account opens it no longer: anybody could have begun it with somebody else's address.
    Raises ``MailedTokenRefused`` and what is wrong with the new password (the link then holds still).
    """
    found = await mailed.use(session, token, TokenPurpose.RESET_PASSWORD)
    user = (await session.scalars(select(User).where(User.id == found.user_id).with_for_update())).one()
    if user.status != UserStatus.ACTIVE or user.email.lower() != found.address.lower():
        raise errors.MailedTokenRefused
    await _set(session, user, new_password, ip=ip, keep=None)
    if user.email_verified_at is None:
        user.email_verified_at = clock.now()
        user.mfa_enabled = False
        for model in (Authenticator, RecoveryCode, Passkey, OAuthIdentity, ApiKey):
            await session.execute(delete(model).where(model.user_id == user.id))
        await publish(session, events.EmailVerified(user.id))
    await throttling.forgive(session, throttling.keys_of(user.email, ip))
    return user.id


async def _set(session: Session, user: User, new_password: str, *, ip: str, keep: UUID | None) -> None:
    refusal = password_refusal(new_password, email=user.email, full_name=user.full_name)
    if refusal is not None:
        raise refusal
    user.password_hash = await hash_password(clean_password(new_password))
    # Also what is on its way to another mailbox: whoever knew the old password may have asked for that.
    await mailed.revoke(session, user.id, TokenPurpose.RESET_PASSWORD, TokenPurpose.CHANGE_EMAIL)
    await end_sign_ins(session, user.id, reason=EndReason.PASSWORD_CHANGED, except_id=keep)
    await audit.record(session, user.id, "identity.password_changed", subject=("user", user.id), ip=machine_address(ip))
    await publish(session, events.PasswordChanged(user.id))
