"""Proving the address of an account, and changing it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tuition.identity import errors, events
from tuition.identity.actions.accounts.passwords import confirmed_self
from tuition.identity.actions.outcomes import Refused
from tuition.identity.actions.proofs import mailed
from tuition.identity.actor import Actor, UserStatus
from tuition.identity.models import User
from tuition.identity.rules.people import clean_address
from tuition.identity.rules.sign_ins import TokenPurpose
from tuition.kernel import clock
from tuition.platform import audit, rates
from tuition.platform.database import Session
from tuition.platform.events import publish

MAILS_PER_HOUR = 5
_HOUR_S = 3600


async def request_verification(session: Session, person_id: UUID) -> None:
    """Send the proof of the address again. Nothing happens when it is proven already. Raises ``rates.TooMany``."""
    await rates.hit(session, f"identity.verify:{person_id}", limit=MAILS_PER_HOUR, per_s=_HOUR_S)
    user = (await session.scalars(select(User).where(User.id == person_id))).one()
    if user.email_verified_at is None and user.status == UserStatus.ACTIVE:
        token, expires_at = await mailed.make(session, user.id, TokenPurpose.VERIFY_EMAIL, address=user.email)
        await publish(session, events.VerificationRequested(user.id, user.email, token, expires_at))


async def verify_email(session: Session, token: str) -> UUID:
    """Prove the address that the token was sent to, and return whose it is. Raises ``MailedTokenRefused``."""
    found = await mailed.use(session, token, TokenPurpose.VERIFY_EMAIL)
    user = (await session.scalars(select(User).where(User.id == found.user_id).with_for_update())).one()
    if user.email.lower() != found.address.lower() or user.status != UserStatus.ACTIVE:
        raise errors.MailedTokenRefused
    await note_verified(session, user)
    return user.id


async def note_verified(session: Session, user: User) -> None:
    """Record that the person reads the mail of the account's address. Twice is once."""
    if user.email_verified_at is None:
        user.email_verified_at = clock.now()
        await audit.record(session, user.id, "identity.email_verified", subject=("user", user.id))
        await publish(session, events.EmailVerified(user.id))


async def request_email_change(
    session: Session, actor: Actor, *, new_address: str, current_password: str | None = None, ip: str = ""
) -> Refused | None:
    """Send a proof to the address that the person wants to have; until it is used, the old one holds.

    A wrong password is an outcome, so that it counts; without one the caller has seen to it that the sign-in is fresh.
    Says nothing about whether somebody else has the new address.
    """
    address = clean_address(new_address)
    await rates.hit(session, f"identity.change_email:{actor.id}", limit=MAILS_PER_HOUR, per_s=_HOUR_S)
    user = await confirmed_self(session, actor, current_password, ip=ip)
    if isinstance(user, Refused):
        return user
    taken_by = await session.scalar(select(User.id).where(func.lower(User.email) == address.lower()))
    if taken_by == user.id:
        await mailed.revoke(session, user.id, TokenPurpose.CHANGE_EMAIL)
    elif taken_by is not None:
        await publish(session, events.AddressClaimedAgain(taken_by))
    else:
        token, expires_at = await mailed.make(session, user.id, TokenPurpose.CHANGE_EMAIL, address=address)
        await publish(session, events.EmailChangeRequested(user.id, address, token, expires_at))
    return None


async def confirm_email_change(session: Session, token: str) -> UUID:
    """Make the proven address the account's and tell the old one. Raises ``MailedTokenRefused`` or ``AddressTaken``."""
    found = await mailed.use(session, token, TokenPurpose.CHANGE_EMAIL)
    user = (await session.scalars(select(User).where(User.id == found.user_id).with_for_update())).one()
    if user.status != UserStatus.ACTIVE:
        raise errors.MailedTokenRefused
    old_address = user.email
    try:
        async with session.begin_nested():
            user.email = found.address
            user.email_verified_at = clock.now()
    except IntegrityError as error:  # somebody joined with it meanwhile
        raise errors.AddressTaken from error
    # Whoever still reads the old mailbox must not be able to take the account back with a link from there.
    await mailed.revoke(session, user.id, TokenPurpose.RESET_PASSWORD, TokenPurpose.VERIFY_EMAIL)
    await audit.record(session, user.id, "identity.email_changed", subject=("user", user.id))
    await publish(session, events.EmailChanged(user.id, old_address, user.email))
    return user.id
