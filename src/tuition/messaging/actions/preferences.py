"""What a person wants to be told."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tuition.kernel import Money, clock, new_id
from tuition.messaging.errors import AddressTokenRefused, PreferenceInvalid, UnsubscribeTokenRefused
from tuition.messaging.events import LowBalanceThresholdChanged
from tuition.messaging.models import NotificationSettings
from tuition.messaging.queries import SettingsView, settings_of
from tuition.messaging.rules import CHANNELS, SWITCHABLE
from tuition.platform import events, secrets
from tuition.platform.database import Session

_UNSUBSCRIBE = "unsubscribe"
_ADDRESS = "notification address"
_KEEP: Any = object()


async def change_settings(
    session: Session,
    person_id: UUID,
    *,
    low_balance: Money | None = None,
    notification_email: str | None = _KEEP,
    type_preferences: Mapping[str, Mapping[str, bool]] | None = None,
) -> tuple[SettingsView, str | None]:
    """Change what is given and leave the rest. ``notification_email=None`` goes back to the account's address.

    A new notification address counts only once it is confirmed: the second value is then the token for the link to it.
    Raises ``PreferenceInvalid``.
    """
    row = await _row(session, person_id)
    token = None
    if low_balance is not None:
        if low_balance.minor < 0:
            raise PreferenceInvalid(name="low_balance_threshold", problem="it cannot be below zero")
        row.low_balance_threshold_minor, row.low_balance_currency = low_balance.minor, low_balance.currency
    if notification_email is not _KEEP and notification_email != row.notification_email:
        row.notification_email = _address(notification_email) if notification_email else None
        row.notification_email_confirmed_at = None
        token = _sealed(_ADDRESS, str(person_id), row.notification_email) if row.notification_email else None
    if type_preferences is not None:
        given = _checked(type_preferences)
        merged = {kind: {**(row.type_preferences.get(kind) or {}), **chosen} for kind, chosen in given.items()}
        row.type_preferences = {**row.type_preferences, **merged}
    # flush: the view below, and whoever hears of the change, read the row again.
    await session.flush()
    if low_balance is not None:
        await events.publish(session, LowBalanceThresholdChanged(person_id))
    return await settings_of(session, person_id), token


async def confirm_notification_email(session: Session, token: str) -> None:
    """Use the address from now on. Raises ``AddressTokenRefused`` when it is not the one that was asked for last."""
    opened = _opened(_ADDRESS, token)
    if opened is None:
        raise AddressTokenRefused
    person_id, address = opened
    row = await _row(session, UUID(person_id))
    if row.notification_email != address:
        raise AddressTokenRefused
    row.notification_email_confirmed_at = row.notification_email_confirmed_at or clock.now()


def unsubscribe_token(person_id: UUID, kind: str) -> str:
    """What stands in the link under a mail: good for switching that kind off for that person, and for nothing else."""
    return _sealed(_UNSUBSCRIBE, str(person_id), kind)


def read_unsubscribe(token: str) -> str:
    """Which kind a link would switch off. Raises ``UnsubscribeTokenRefused``."""
    return _unsubscribe(token)[1]


async def unsubscribe(session: Session, token: str) -> str:
    """Send no more e-mails of the link's kind to its person, and return the kind. Raises ``UnsubscribeTokenRefused``."""
    person_id, kind = _unsubscribe(token)
    row = await _row(session, person_id)
    chosen = row.type_preferences.get(kind) or {}
    row.type_preferences = {**row.type_preferences, kind: {**chosen, "email": False}}
    return kind


def _unsubscribe(token: str) -> tuple[UUID, str]:
    opened = _opened(_UNSUBSCRIBE, token)
    if opened is None or opened[1] not in SWITCHABLE:
        raise UnsubscribeTokenRefused
    return UUID(opened[0]), opened[1]


async def _row(session: Session, person_id: UUID) -> NotificationSettings:
    await session.execute(
        insert(NotificationSettings).values(id=new_id(), user_id=person_id).on_conflict_do_nothing(index_elements=["user_id"])
    )
    statement = select(NotificationSettings).where(NotificationSettings.user_id == person_id).with_for_update()
    return (await session.execute(statement)).scalar_one()


def _checked(given: Mapping[str, Mapping[str, bool]]) -> dict[str, dict[str, bool]]:
    for kind, chosen in given.items():
        if kind not in SWITCHABLE:
            raise PreferenceInvalid(name=kind[:60], problem="there is no such kind, or it is always told")
        if not isinstance(chosen, Mapping) or not all(isinstance(value, bool) for value in chosen.values()):
            raise PreferenceInvalid(name=kind, problem="each channel is on or off")
        if unknown := set(chosen) - set(CHANNELS):
            raise PreferenceInvalid(name=kind, problem=f"there is no channel {min(unknown)[:60]}")
    return {kind: dict(chosen) for kind, chosen in given.items()}


def _address(written: str) -> str:
    try:
        return validate_email(written, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise PreferenceInvalid(name="notification_email", problem=str(error)) from error


def _sealed(purpose: str, *words: str) -> str:
    payload = json.dumps(words, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(payload).decode().rstrip("=") + "." + secrets.sign(payload, purpose)


def _opened(purpose: str, token: str) -> tuple[str, str] | None:
    body, _, signature = token.partition(".")
    try:
        payload = base64.urlsafe_b64decode(body.encode("ascii") + b"=" * (-len(body) % 4))
    except (UnicodeEncodeError, binascii.Error, ValueError):
        return None
    if not secrets.verify(payload, signature, purpose):
        return None
    first, second = json.loads(payload)
    return str(first), str(second)
