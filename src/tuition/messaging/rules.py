"""What kinds of news there are, and who may be told what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

LOW_BALANCE_DEFAULT_MINOR = 1000
MARKETING_AGE_MIN = 18
CHANNELS = ("page", "email")


class Category(StrEnum):
    """How much a person may decide about it."""

    TRANSACTIONAL = "transactional"
    """The law, the account or the money needs it: it is always told."""
    NOTICE = "notice"
    """Useful: told until the person says no."""
    PROMOTIONAL = "promotional"
    """Ours, not theirs: never to a minor, never to an unverified address, and not after a no."""


@dataclass(frozen=True, slots=True)
class EmailKind:
    """One kind of e-mail."""

    name: str
    category: Category
    folder: str
    needs: frozenset[str] = frozenset()
    """What its context must hold."""
    secret: bool = False
    """Whether its link opens the account: its text is forgotten once it has left."""

    @property
    def template(self) -> str:
        """Where it is written."""
        return f"{self.folder}/{self.name}.html"


def _kinds() -> dict[str, EmailKind]:
    transactional, notice = Category.TRANSACTIONAL, Category.NOTICE
    url = frozenset({"url"})
    listed = (
        EmailKind("welcome", transactional, "account"),
        EmailKind("verify_email", transactional, "account", url, secret=True),
        EmailKind("password_reset", transactional, "account", url, secret=True),
        EmailKind("email_change", transactional, "account", url, secret=True),
        EmailKind("notification_address", transactional, "account", url),
        EmailKind("security_notice", transactional, "account", frozenset({"what"})),
        EmailKind("purchase_receipt", transactional, "money", frozenset({"total"})),
        EmailKind("topup_receipt", transactional, "money", frozenset({"amount"})),
        EmailKind("refund_receipt", transactional, "money", frozenset({"amount"})),
        EmailKind("low_balance", notice, "money", frozenset({"balance"})),
        EmailKind("auto_topup", transactional, "money", frozenset({"amount"})),
        EmailKind("auto_topup_failed", transactional, "money", frozenset({"amount"})),
        EmailKind("session_end", notice, "learning"),
        EmailKind("own_at_cap", transactional, "learning", frozenset({"title"})),
        EmailKind("certificate_issued", transactional, "learning", frozenset({"title", "number", "url"})),
        EmailKind("new_content", Category.PROMOTIONAL, "learning", frozenset({"title", "creator", "url"})),
        EmailKind("announcement", notice, "learning", frozenset({"title", "content", "body", "url"})),
        EmailKind("system", notice, "learning", frozenset({"title", "message"})),
    )
    return {kind.name: kind for kind in listed}


EMAIL_KINDS: Mapping[str, EmailKind] = _kinds()
"""Every kind of e-mail, by name."""

NOTIFICATION_KINDS: Mapping[str, Category] = {
    "announcement": Category.NOTICE,
    "auto_topup": Category.TRANSACTIONAL,
    "booking_reminder": Category.NOTICE,
    "credit_expiring": Category.NOTICE,
    "discussion": Category.NOTICE,
    "low_balance": Category.NOTICE,
    "new_content": Category.PROMOTIONAL,
    "payment": Category.TRANSACTIONAL,
    "promotional": Category.PROMOTIONAL,
    "session_end": Category.NOTICE,
    "settlement": Category.TRANSACTIONAL,
    "system": Category.TRANSACTIONAL,
}
"""Every kind of notification, and how much a person may decide about it."""

SWITCHABLE = frozenset(
    {name for name, category in NOTIFICATION_KINDS.items() if category is not Category.TRANSACTIONAL}
    | {name for name, kind in EMAIL_KINDS.items() if kind.category is not Category.TRANSACTIONAL}
)
"""The kinds that a person may switch off."""


def is_wanted(preferences: Mapping[str, Any], kind: str, channel: str) -> bool:
    """Whether a person has not switched this kind off on this channel."""
    chosen = preferences.get(kind)
    return not (isinstance(chosen, Mapping) and chosen.get(channel) is False)


def is_minor(birth_year: int | None, now: datetime) -> bool:
    """Whether somebody may be under age: only the year is known, so the birthday is taken to be its last day."""
    return birth_year is not None and now.year - birth_year - 1 < MARKETING_AGE_MIN


def may_receive(
    category: Category, *, preferences: Mapping[str, Any], kind: str, channel: str, verified: bool, minor: bool
) -> bool:
    """Whether this may be told to this person on this channel."""
    match category:
        case Category.TRANSACTIONAL:
            return True
        case Category.NOTICE:
            return is_wanted(preferences, kind, channel)
        case Category.PROMOTIONAL:
            return verified and not minor and is_wanted(preferences, kind, channel)
