"""Second proofs: one-time codes (RFC 6238), codes on paper, and how long a question waits for its answer."""

from __future__ import annotations

import base64
import re
import secrets as entropy
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import pyotp

CODE_DIGITS = 6
STEP_S = 30
DRIFT_STEPS = 1
"""How far a phone's clock may be off, in steps, to either side."""
RECOVERY_CODES = 10
RECOVERY_CODES_FEW = 3
"""From how many left on a person is asked to make new ones."""
PASSKEYS_MAX = 20
API_KEYS_MAX = 50
API_KEY_DAYS_MAX = 3650
LABEL_LENGTH_MAX = 60
CHALLENGE_ATTEMPTS_MAX = 5
FRESH_FOR = timedelta(minutes=10)
"""How long a proof counts for what changes the protection of an account."""
_RECOVERY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
_RECOVERY_LENGTH = 12  # 59 bits
_SECRET_BYTES = 20  # RFC 4226, section 4: 160 bits are recommended


class ChallengePurpose(StrEnum):
    """What a question is about."""

    SECOND_FACTOR = "second_factor"
    """The password was right; the second proof is missing."""
    PASSKEY_SIGN_IN = "passkey_sign_in"
    """Somebody wants to sign in by passkey alone."""
    PASSKEY_CONFIRM = "passkey_confirm"
    """Somebody who is signed in confirms by passkey that it is them."""
    PASSKEY_REGISTER = "passkey_register"
    """Somebody who is signed in adds a passkey."""
    OPENID = "openid"
    """Somebody was sent to another provider."""
    OPENID_SIGN_UP = "openid_sign_up"
    """The provider has vouched for somebody new; we still ask what joining needs."""


CHALLENGE_LIFETIMES = {
    ChallengePurpose.SECOND_FACTOR: timedelta(minutes=10),
    # A sign-in page may lie open for a while before the suggested passkey is touched.
    ChallengePurpose.PASSKEY_SIGN_IN: timedelta(minutes=30),
    ChallengePurpose.PASSKEY_CONFIRM: timedelta(minutes=10),
    ChallengePurpose.PASSKEY_REGISTER: timedelta(minutes=10),
    ChallengePurpose.OPENID: timedelta(minutes=10),
    ChallengePurpose.OPENID_SIGN_UP: timedelta(minutes=30),
}


def new_secret() -> str:
    """A secret for an authenticator app, in Base32."""
    return base64.b32encode(entropy.token_bytes(_SECRET_BYTES)).decode()


def setup_address(secret: str, *, account: str, issuer: str) -> str:
    """The ``otpauth:`` address that the square holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer.replace(":", " "))


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, within the drift; ``None`` when there is none. The newest counts when two agree."""
    totp = pyotp.TOTP(secret, digits=CODE_DIGITS, interval=STEP_S)
    present = int(now.timestamp()) // STEP_S
    steps = range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1)
    # Every step is compared in constant time, so that the answer's time says nothing.
    found = [step for step in steps if pyotp.utils.strings_equal(totp.generate_otp(step), code)]
    return max(found, default=None)


def is_one_time_code(typed: str) -> bool:
    """Whether it is written like an authenticator app's code."""
    return re.fullmatch(rf"[0-9]{{{CODE_DIGITS}}}", typed) is not None


def clean_code(typed: str) -> str:
    """A code without the spaces and dashes that people type, in lower case."""
    return re.sub(r"[\s\-–]", "", typed.translate(_DIGITS)).lower()[:64]


def new_recovery_codes() -> list[str]:
    """Ten codes for a piece of paper: ``abcd-efgh-jkmn``."""
    return [_grouped("".join(entropy.choice(_RECOVERY_LETTERS) for _ in range(_RECOVERY_LENGTH))) for _ in range(RECOVERY_CODES)]


def may_remove_way_in(*, has_password: bool, other_passkeys: int, other_identities: int) -> bool:
    """Whether somebody can still sign in afterwards."""
    return has_password or other_passkeys > 0 or other_identities > 0


def needs_second_factor(roles: Iterable[str], required: Iterable[str]) -> bool:
    """Whether one of the roles must have a second factor."""
    return not set(roles).isdisjoint(required)


def device_signature(user_agent: str) -> str:
    """What stays the same of a program's name when it is updated."""
    return re.sub(r"[\d.]+", "", user_agent)


def _grouped(code: str) -> str:
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


# Arabic and Persian keyboards type digits of their own.
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
