"""Reading the row: exactly, or at a glance."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import select

from tuition.platform.database import AnySession, Session
from tuition.platform.events import Bus
from tuition.platform.oversight.site.models import Mode, PlatformSettings

GLANCE_S = 3.0


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """The site's settings as one value."""

    platform_name: str
    logo_url: str | None
    primary_color: str
    hero_title: str | None
    hero_subtitle: str | None
    hero_background_url: str | None
    hero_cta_text: str | None
    hero_cta_link: str | None
    featured_content_ids: tuple[UUID, ...]
    contact_email: str | None
    social_links: Mapping[str, str]
    about_content: str | None
    stripe_account_id: str | None
    email_from_name: str | None
    timezone: str
    default_locale: str
    default_currency: str
    platform_fee_rate: Decimal
    refund_window_days: int
    earnings_hold_days: int
    pool_rate: Decimal
    pool_model: str
    top_up_min_minor: int
    """In the minor unit of the default currency."""
    top_up_max_minor: int
    max_upload_bytes: int
    terms_version: str
    sign_up_open: bool
    mfa_roles: tuple[str, ...]
    """Roles whose people must have a second factor."""
    mfa_from: datetime | None
    """From when on they cannot go on without; ``None`` is at once."""
    legal_name: str | None
    legal_address: str | None
    legal_country: str | None
    tax_number: str | None
    mode: Mode | None
    """``None`` until the database has been stamped."""
    version: int
    """Grows with every change."""


@dataclass(frozen=True, slots=True)
class _Seen:
    settings: SiteSettings
    until: float


# Per database, known by its bus (primary and replicas share one): a process may look at several, as tests do.
_seen: WeakKeyDictionary[Bus, _Seen] = WeakKeyDictionary()


async def current(session: AnySession) -> SiteSettings:
    """The settings as they are now, by one query: what money and rules are decided by."""
    row = (await session.execute(select(PlatformSettings).execution_options(populate_existing=True))).scalar_one()
    settings = value_of(row)
    # A row that this very transaction has changed and may still take back is nobody else's to see.
    if not session.info.get("site_changed"):
        _seen[session.info["bus"]] = _Seen(settings, time.monotonic() + GLANCE_S)
    return settings


async def glance(session: AnySession) -> SiteSettings:
    """The settings as they were at most three seconds ago, usually without a query: what pages are dressed by."""
    seen = _seen.get(session.info["bus"])
    if seen is not None and time.monotonic() < seen.until and not session.info.get("site_changed"):
        return seen.settings
    return await current(session)


def forget(session: Session) -> None:
    """Look again at the next glance."""
    _seen.pop(session.info["bus"], None)


def value_of(row: PlatformSettings) -> SiteSettings:
    """The row as a value."""
    plain = {name: getattr(row, name) for name in SiteSettings.__dataclass_fields__}
    plain["featured_content_ids"] = tuple(UUID(item) for item in row.featured_content_ids)
    plain["mfa_roles"] = tuple(row.mfa_roles)
    plain["mode"] = Mode(row.mode) if row.mode else None
    return SiteSettings(**plain)
