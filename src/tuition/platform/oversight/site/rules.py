"""Which values make sense, and what is said when one does not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import nh3
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    EmailStr,
    Field,
    StringConstraints,
    ValidationError,
)

from tuition.kernel import DomainError, ErrorKind

FEATURED_MAX = 50
LINKS_MAX = 20
ABOUT_LENGTH_MAX = 100_000


class SettingUnknown(DomainError):
    """There is no setting called {name}."""

    kind = ErrorKind.INVALID
    code = "platform.setting_unknown"


class SettingInvalid(DomainError):
    """{name}: {problem}."""

    kind = ErrorKind.INVALID
    code = "platform.setting_invalid"


class StampFixed(DomainError):
    """This database is stamped {mode}, and that cannot be changed. Use another database."""

    kind = ErrorKind.CONFLICT
    code = "platform.stamp_fixed"


def _colour(value: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValueError("a colour is written like #3b82f6")
    return value.lower()


def _link(value: str) -> str:
    # A path of this site, or a page of another; never a script, and never "//host", which a browser reads as another site.
    parts = urlsplit(value)
    local = value.startswith("/") and not value.startswith(("//", "/\\"))
    if not local and not (parts.scheme in {"http", "https"} and parts.hostname):
        raise ValueError("a link starts with https:// or with a single /")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("no time zone has that name (try Europe/Berlin)") from error
    return value


def _currency(value: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", value) or value == "CRD":
        raise ValueError("a currency is three capitals, like EUR")
    return value


def _on_one_line(value: str) -> str:
    # It may stand in the head of a letter, which a line break would end: then no letter is sent at all.
    if any(unicodedata.category(sign) in {"Cc", "Zl", "Zp"} for sign in value):
        raise ValueError("it stands on one line")
    return value


Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255), AfterValidator(_on_one_line)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(_on_one_line)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=5000)]
Link = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(_link)]
Html = Annotated[str, StringConstraints(max_length=ABOUT_LENGTH_MAX), AfterValidator(nh3.clean)]
Rate = Annotated[Decimal, Field(ge=0, le=1, max_digits=7, decimal_places=6)]
Days = Annotated[int, Field(ge=0, le=365)]
Minor = Annotated[int, Field(ge=1, le=10**12)]


class SiteChange(BaseModel):
    """The settings that may be changed, each with what it may hold."""

    model_config = ConfigDict(extra="forbid")

    platform_name: Word = "My Platform"
    logo_url: Link | None = None
    primary_color: Annotated[str, AfterValidator(_colour)] = "#3b82f6"
    hero_title: Line | None = None
    hero_subtitle: Text | None = None
    hero_background_url: Link | None = None
    hero_cta_text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] | None = None
    hero_cta_link: Link | None = None
    featured_content_ids: Annotated[list[UUID], Field(max_length=FEATURED_MAX)] = []
    contact_email: EmailStr | None = None
    social_links: Annotated[dict[Word, Link], Field(max_length=LINKS_MAX)] = {}
    about_content: Html | None = None
    stripe_account_id: Annotated[str, StringConstraints(pattern=r"^acct_[A-Za-z0-9]+$")] | None = None
    email_from_name: Annotated[str, StringConstraints(max_length=255, pattern=r"^[^\r\n<>]*$")] | None = None
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    default_locale: Literal["en", "ar"] = "en"
    default_currency: Annotated[str, AfterValidator(_currency)] = "EUR"
    platform_fee_rate: Rate = Decimal("0.30")
    refund_window_days: Days = 14
    earnings_hold_days: Days = 7
    pool_rate: Rate = Decimal("0.50")
    pool_model: Literal["pooled", "user_centric"] = "pooled"
    top_up_min_minor: Minor = 100
    top_up_max_minor: Minor = 50_000
    max_upload_bytes: Annotated[int, Field(ge=1, le=2**40)] = 5 * 2**30
    terms_version: Word = "1"
    sign_up_open: bool = True
    mfa_roles: Annotated[list[Literal["learner", "creator", "partner", "owner", "operator"]], Field(max_length=5)] = []
    mfa_from: AwareDatetime | None = None
    legal_name: Line | None = None
    legal_address: Text | None = None
    legal_country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    tax_number: Line | None = None


CHANGEABLE = frozenset(SiteChange.model_fields)
"""The names that ``change`` accepts."""
# What an audit entry may quote: figures and rules, nothing that a person wrote or that names one.
QUOTABLE = frozenset(
    {
        "primary_color", "timezone", "default_locale", "default_currency", "platform_fee_rate", "refund_window_days",
        "earnings_hold_days", "pool_rate", "pool_model", "top_up_min_minor", "top_up_max_minor", "max_upload_bytes",
        "terms_version", "sign_up_open", "legal_country", "mfa_roles", "mfa_from",
    }
)  # fmt: skip


def check(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes as they will be stored. Raises ``SettingUnknown`` or ``SettingInvalid``."""
    for name in changes:
        if name not in CHANGEABLE:
            raise SettingUnknown(name=name[:60])
    # An emptied field of a form means "nothing"; where nothing is not possible, the check below says so.
    given = {name: None if value == "" else value for name, value in changes.items()}
    try:
        valid = SiteChange.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SettingInvalid(name=place, problem=first["msg"].removeprefix("Value error, ")) from error
    stored = {name: getattr(valid, name) for name in given}
    if "featured_content_ids" in stored:
        stored["featured_content_ids"] = list(dict.fromkeys(str(item) for item in stored["featured_content_ids"]))
    return stored
