"""How long a sign-in and its tokens live, and how failures slow the next attempt down."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from enum import StrEnum

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=30)
"""From the last exchange: who comes back within a month stays signed in."""
COOKIE_LIFETIME = timedelta(days=30)
"""From the last visit."""
SEEN_EVERY = timedelta(minutes=5)
"""How stale ``last_seen_at`` may be, so that not every request writes."""

LOCK_FIRST_S = 30
LOCK_LONGEST_S = 15 * 60
LOCK_CODES_LONGEST_S = 4 * 3600
FORGET_FAILURES_AFTER = timedelta(hours=24)


class SignInKind(StrEnum):
    """How the device proves itself."""

    BROWSER = "browser"
    """A cookie."""
    API = "api"
    """Bearer tokens."""


class EndReason(StrEnum):
    """Why a sign-in is over."""

    SIGNED_OUT = "signed_out"
    """The person said so on that device."""
    ENDED_ELSEWHERE = "ended_elsewhere"
    """The person ended it from another device."""
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a reason, not a secret
    """The password was changed or reset, which ends every other sign-in."""
    TOKEN_REUSED = "token_reused"  # noqa: S105 - a reason, not a secret
    """A spent refresh token came back: somebody else holds a copy."""
    LEFT = "left"
    """The person left (deactivated or erased)."""
    SUSPENDED = "suspended"
    """The owner keeps the person out."""
    SECOND_FACTOR_RESET = "second_factor_reset"
    """The owner took the second factor off, which ends every sign-in."""


class SignInMethod(StrEnum):
    """How somebody proved who they are."""

    PASSWORD = "password"  # noqa: S105 - a method, not a secret
    """By password alone."""
    SECOND_FACTOR = "second_factor"
    """By a first proof and an authenticator app's code."""
    RECOVERY_CODE = "recovery_code"
    """By a first proof and a code from paper."""
    PASSKEY = "passkey"
    """By passkey, alone or after a password."""
    OPENID = "openid"
    """By another provider's word."""
    VOUCHED = "vouched"
    """The caller knew who it was."""


class TokenPurpose(StrEnum):
    """What a mailed token allows."""

    VERIFY_EMAIL = "verify_email"
    """Proves the address of the account."""
    CHANGE_EMAIL = "change_email"
    """Proves a new address and makes it the account's."""
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose, not a secret
    """Sets a new password without the old one."""


MAILED_LIFETIMES = {
    TokenPurpose.VERIFY_EMAIL: timedelta(days=3),
    TokenPurpose.CHANGE_EMAIL: timedelta(days=1),
    TokenPurpose.RESET_PASSWORD: timedelta(hours=1),
}


class ThrottleScope(StrEnum):
    """What failed sign-ins are counted by."""

    ADDRESS_AND_MACHINE = "address_and_machine"
    """Somebody guesses one password from one place."""
    ADDRESS = "address"
    """Somebody guesses one password from many places."""
    MACHINE = "machine"
    """Somebody tries many addresses from one place."""
    SECOND_FACTOR = "second_factor"
    """Somebody has the password and guesses codes: whatever the place, it is one account."""


FREE_FAILURES = {
    ThrottleScope.ADDRESS_AND_MACHINE: 5,
    ThrottleScope.ADDRESS: 25,
    ThrottleScope.MACHINE: 60,
    ThrottleScope.SECOND_FACTOR: 5,
}
"""How many failures cost nothing. A stranger can thus slow an owner down only from 25 failures on, and never for long."""


def lock_s(scope: ThrottleScope, failures: int) -> int:
    """How many seconds to wait after that many failures: 0 while they are free, then doubling up to the longest."""
    beyond = failures - FREE_FAILURES[scope]
    if beyond < 0:
        return 0
    # Whoever guesses codes knows the password already, and a code has six digits: four hours leave them 2,000 guesses a year.
    longest_s = LOCK_CODES_LONGEST_S if scope is ThrottleScope.SECOND_FACTOR else LOCK_LONGEST_S
    return min(longest_s, LOCK_FIRST_S << min(beyond, 10))


def machine_address(ip: str) -> str | None:
    """The address as it is stored, or ``None`` when there is none (a local socket, a test)."""
    try:
        return str(ipaddress.ip_address(ip))
    except ValueError:
        return None
