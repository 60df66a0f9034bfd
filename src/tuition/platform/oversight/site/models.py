"""The one row."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from tuition.kernel import new_id
from tuition.platform.database import Base, Timestamped, currency_check, one_of


class Mode(StrEnum):
    """What the money in this database is."""

    TEST = "test"
    """Nothing here is money: the sandbox may be used."""
    LIVE = "live"
    """Real money: the sandbox is refused."""


POOL_MODELS = ("pooled", "user_centric")


class PlatformSettings(Timestamped, Base):
    """The single row of the site's settings (a unique index on a constant refuses a second one)."""

    __tablename__ = "platform_settings"
    __table_args__ = (
        Index("uq_platform_settings_single", text("(true)"), unique=True),
        CheckConstraint("primary_color ~ '^#[0-9a-f]{6}$'", name="primary_color"),
        CheckConstraint("platform_fee_rate between 0 and 1", name="platform_fee_rate"),
        CheckConstraint("pool_rate between 0 and 1", name="pool_rate"),
        CheckConstraint("refund_window_days between 0 and 365", name="refund_window_days"),
        CheckConstraint("earnings_hold_days between 0 and 365", name="earnings_hold_days"),
        CheckConstraint("top_up_min_minor > 0 and top_up_max_minor >= top_up_min_minor", name="top_up"),
        CheckConstraint("max_upload_bytes > 0", name="max_upload_bytes"),
        currency_check("default_currency"),
        one_of("pool_model", POOL_MODELS),
        one_of("mode", Mode),
    )
    __personal__: ClassVar[tuple[str, ...]] = ()
    __backup__: ClassVar[str] = "full"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    platform_name: Mapped[str] = mapped_column(server_default="My Platform")
    logo_url: Mapped[str | None]
    primary_color: Mapped[str] = mapped_column(server_default="#3b82f6")
    hero_title: Mapped[str | None]
    hero_subtitle: Mapped[str | None]
    hero_background_url: Mapped[str | None]
    hero_cta_text: Mapped[str | None]
    hero_cta_link: Mapped[str | None]
    featured_content_ids: Mapped[list[str]] = mapped_column(server_default="[]")
    contact_email: Mapped[str | None]
    social_links: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    about_content: Mapped[str | None]
    stripe_account_id: Mapped[str | None]
    email_from_name: Mapped[str | None]
    timezone: Mapped[str] = mapped_column(server_default="UTC")
    default_locale: Mapped[str] = mapped_column(server_default="en")
    default_currency: Mapped[str] = mapped_column(server_default="EUR")
    platform_fee_rate: Mapped[Decimal] = mapped_column(Numeric(7, 6), server_default="0.30")
    refund_window_days: Mapped[int] = mapped_column(server_default="14")
    earnings_hold_days: Mapped[int] = mapped_column(server_default="7")
    pool_rate: Mapped[Decimal] = mapped_column(Numeric(7, 6), server_default="0.50")
    pool_model: Mapped[str] = mapped_column(server_default="pooled")
    top_up_min_minor: Mapped[int] = mapped_column(BigInteger, server_default="100")
    top_up_max_minor: Mapped[int] = mapped_column(BigInteger, server_default="50000")
    max_upload_bytes: Mapped[int] = mapped_column(BigInteger, server_default="5368709120")
    terms_version: Mapped[str] = mapped_column(server_default="1")
    sign_up_open: Mapped[bool] = mapped_column(server_default="true")
    mfa_roles: Mapped[list[str]] = mapped_column(server_default="[]")
    mfa_from: Mapped[datetime | None]
    legal_name: Mapped[str | None]
    legal_address: Mapped[str | None]
    legal_country: Mapped[str | None]
    tax_number: Mapped[str | None]
    mode: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default="1")
