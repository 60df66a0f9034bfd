"""What this room does about news from below: the mails that an account needs."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from tuition import identity
from tuition.messaging.actions.mailing import send_email
from tuition.platform.database import Session
from tuition.platform.events import Bus

SECURITY_PAGE = "/settings/security"


async def on_verification_requested(session: Session, fact: identity.VerificationRequested) -> None:
    """The link that proves an address goes to that address."""
    context = {"url": f"/verify-email?token={quote(fact.token)}", "expires_at": fact.expires_at}
    await send_email(session, "verify_email", to_person=fact.person_id, to_address=fact.address, context=context)


async def on_email_verified(session: Session, fact: identity.EmailVerified) -> None:
    """Now that we know the address is theirs, we say welcome."""
    await send_email(session, "welcome", to_person=fact.person_id, context={"url": "/"})


async def on_password_reset_requested(session: Session, fact: identity.PasswordResetRequested) -> None:
    """The link for a new password."""
    context = {"url": f"/reset-password?token={quote(fact.token)}", "expires_at": fact.expires_at}
    await send_email(session, "password_reset", to_person=fact.person_id, to_address=fact.address, context=context)


async def on_email_change_requested(session: Session, fact: identity.EmailChangeRequested) -> None:
    """The link goes to the new address: only who reads it there may use it."""
    context = {"url": f"/confirm-email?token={quote(fact.token)}", "expires_at": fact.expires_at}
    await send_email(session, "email_change", to_person=fact.person_id, to_address=fact.new_address, context=context)


async def on_email_changed(session: Session, fact: identity.EmailChanged) -> None:
    """The notice goes to the old address: whoever lost the account reads it there."""
    await _warn(session, fact.person_id, "email_changed", fact.old_address)


async def on_password_changed(session: Session, fact: identity.PasswordChanged) -> None:
    """Somebody who did not do it learns of it."""
    await _warn(session, fact.person_id, "password_changed")


async def on_refresh_token_reused(session: Session, fact: identity.RefreshTokenReused) -> None:
    """A stolen key was used."""
    await _warn(session, fact.person_id, "session_stolen")


async def on_security_changed(session: Session, fact: identity.SecurityChanged) -> None:
    """Whoever did not do it has to learn of it."""
    context = {"what": fact.what.value, "url": SECURITY_PAGE, **{name: value for name, value in fact.about.items() if value}}
    await send_email(session, "security_notice", to_person=fact.person_id, context=context)


async def on_address_claimed_again(session: Session, fact: identity.AddressClaimedAgain) -> None:
    """Only the person of the address learns that it has an account."""
    await _warn(session, fact.person_id, "address_claimed")


def wire(bus: Bus) -> None:
    """Listen to the facts of ``identity``."""
    bus.subscribe(identity.VerificationRequested, on_verification_requested)
    bus.subscribe(identity.EmailVerified, on_email_verified)
    bus.subscribe(identity.PasswordResetRequested, on_password_reset_requested)
    bus.subscribe(identity.EmailChangeRequested, on_email_change_requested)
    bus.subscribe(identity.EmailChanged, on_email_changed)
    bus.subscribe(identity.PasswordChanged, on_password_changed)
    bus.subscribe(identity.RefreshTokenReused, on_refresh_token_reused)
    bus.subscribe(identity.SecurityChanged, on_security_changed)
    bus.subscribe(identity.AddressClaimedAgain, on_address_claimed_again)


async def _warn(session: Session, person_id: UUID, what: str, address: str | None = None) -> None:
    context = {"what": what, "url": SECURITY_PAGE}
    await send_email(session, "security_notice", to_person=person_id, to_address=address, context=context)
