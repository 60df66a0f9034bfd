"""What people change about themselves, and leaving."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from tuition.identity import errors, events
from tuition.identity.actions.accounts.passwords import confirmed_self
from tuition.identity.actions.accounts.people import keep_an_owner
from tuition.identity.actions.outcomes import Refused
from tuition.identity.actions.signing_in import end_sign_ins
from tuition.identity.actor import Actor, UserStatus
from tuition.identity.models import User
from tuition.identity.rules.ages import age_of_consent, may_consent
from tuition.identity.rules.countries import COUNTRIES
from tuition.identity.rules.people import (
    BIO_LENGTH_MAX,
    LOCALES,
    clean_name,
    is_currency,
    is_picture_address,
    is_time_zone,
    name_refusal,
)
from tuition.identity.rules.sign_ins import EndReason, machine_address
from tuition.kernel import DomainError, clock
from tuition.platform import audit
from tuition.platform.database import Session
from tuition.platform.events import publish

PREFERENCES_LENGTH_MAX = 10_000


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """What is to be another from now on; ``None`` leaves a thing as it is, an empty text empties it."""

    full_name: str | None = None
    bio: str | None = None
    profile_image_url: str | None = None
    locale: str | None = None
    time_zone: str | None = None
    country: str | None = None
    currency: str | None = None
    preferences: dict[str, Any] | None = None
    onboarding_completed: bool | None = None


def profile_refusals(change: ProfileChange) -> dict[str, DomainError]:
    """Everything that is wrong with a change, by field. Empty when it is fine."""
    found: dict[str, DomainError] = {}
    if change.full_name is not None and (refusal := name_refusal(change.full_name)):
        found["full_name"] = refusal
    if len(change.bio or "") > BIO_LENGTH_MAX:
        found["bio"] = errors.TextTooLong(field="bio", length_max=BIO_LENGTH_MAX)
    if change.profile_image_url and not is_picture_address(change.profile_image_url):
        found["profile_image_url"] = errors.ImageAddressInvalid()
    if change.locale is not None and change.locale not in LOCALES:
        found["locale"] = errors.LocaleUnknown()
    if change.time_zone is not None and not is_time_zone(change.time_zone):
        found["time_zone"] = errors.TimeZoneUnknown()
    if change.country is not None and change.country not in COUNTRIES:
        found["country"] = errors.CountryUnknown()
    if change.currency and not is_currency(change.currency):
        found["currency"] = errors.CurrencyUnknown()
    if change.preferences is not None and len(json.dumps(change.preferences)) > PREFERENCES_LENGTH_MAX:
        found["preferences"] = errors.TextTooLong(field="preferences", length_max=PREFERENCES_LENGTH_MAX)
    return found


async def change_profile(session: Session, actor: Actor, change: ProfileChange) -> User:
    """Change the actor's own profile, and return it. Raises the first refusal; nothing is changed then."""
    for refusal in profile_refusals(change).values():
        raise refusal
    user = (await session.scalars(select(User).where(User.id == actor.id).with_for_update())).one()
    if change.country is not None and change.country != user.country:
        _refuse_too_young(user, change.country)
        user.country = change.country
    if change.full_name is not None:
        user.full_name = clean_name(change.full_name)
    if change.bio is not None:
        user.bio = change.bio.strip() or None
    if change.profile_image_url is not None:
        user.profile_image_url = change.profile_image_url or None
    if change.currency is not None:
        user.currency = change.currency or None
    user.locale = change.locale or user.locale
    user.time_zone = change.time_zone or user.time_zone
    if change.preferences is not None:
        user.preferences = change.preferences
    if change.onboarding_completed is not None:
        user.onboarding_completed_at = (user.onboarding_completed_at or clock.now()) if change.onboarding_completed else None
    return user


async def deactivate(session: Session, actor: Actor, *, current_password: str | None = None, ip: str = "") -> Refused | None:
    """Close the actor's own account and end every sign-in. A wrong password is an outcome, so that it counts.

    Without one the caller has seen to it that the sign-in is fresh.

    What was bought and paid stays recorded; the owner can open the account again. Raises ``OwnerNeeded``.
    """
    user = await confirmed_self(session, actor, current_password, ip=ip)
    if isinstance(user, Refused):
        return user
    await keep_an_owner(session, user.id)
    user.status, user.deleted_at = UserStatus.DEACTIVATED.value, clock.now()
    await end_sign_ins(session, user.id, reason=EndReason.LEFT)
    await audit.record(session, user.id, "identity.deactivated", subject=("user", user.id), ip=machine_address(ip))
    await publish(session, events.PersonDeactivated(user.id))
    return None


def _refuse_too_young(user: User, country: str) -> None:
    # Moving must not become the way around a guardian.
    if user.birth_year is not None and not may_consent(user.birth_year, country, clock.now()):
        raise errors.TooYoungToMove(age=age_of_consent(country))
