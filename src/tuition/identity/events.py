"""What happened to people.

A fact that carries a token carries it in clear, once, inside the transaction: whoever hears it mails the token and keeps it
encrypted or not at all; it must never become a job's argument or a line in a log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class SecurityNews(StrEnum):
    """What a person is told about the protection of their account."""

    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    SECOND_FACTOR_RESET = "second_factor_reset"
    """The people who run the site took it off."""
    SECOND_FACTOR_LOCKED = "second_factor_locked"
    """Somebody has the password and guesses codes."""
    AUTHENTICATOR_REPLACED = "authenticator_replaced"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_COPIED = "passkey_copied"
    """A passkey's counter went backwards."""
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_UNLINKED = "identity_unlinked"
    API_KEY_MADE = "api_key_made"
    NEW_DEVICE = "new_device"
    """A sign-in from a device that was not seen before."""


@dataclass(frozen=True, slots=True)
class PersonJoined:
    """Somebody opened an account."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class VerificationRequested:
    """The person's address is to be verified by this token."""

    person_id: UUID
    address: str
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class EmailVerified:
    """The person proved the address of the account."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class AddressClaimedAgain:
    """Somebody tried to join with, or move to, an address that has an account. Only its person learns of it."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class EmailChangeRequested:
    """The person wants another address, to be proven by this token: it goes to ``new_address``."""

    person_id: UUID
    new_address: str
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class EmailChanged:
    """The account has another address. The notice goes to ``old_address``."""

    person_id: UUID
    old_address: str
    new_address: str


@dataclass(frozen=True, slots=True)
class PasswordResetRequested:
    """Somebody asks to set a new password for this person by this token."""

    person_id: UUID
    address: str
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """The password is another one now; other sign-ins were ended."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class SecurityChanged:
    """Something about how the account is protected has changed, or was tried; the person should know."""

    person_id: UUID
    what: SecurityNews
    about: Mapping[str, str | int] = field(default_factory=dict)
    """What makes it concrete: a device, an address on the net, how many codes are left."""


@dataclass(frozen=True, slots=True)
class RefreshTokenReused:
    """A spent refresh token came back, and its sign-in was ended."""

    person_id: UUID
    sign_in_id: UUID


@dataclass(frozen=True, slots=True)
class BecameCreator:
    """A person may publish now."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class PersonDeactivated:
    """A person left."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class PersonSuspended:
    """The owner keeps a person out."""

    person_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class PersonReinstated:
    """A person may come back."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class PersonErased:
    """Everything personal about a person was removed from identity."""

    person_id: UUID
