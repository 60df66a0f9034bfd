"""The site's own settings, for its owner."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from tuition import identity
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing, problems
from tuition.platform import site

router = APIRouter(prefix="/v1/admin/site", tags=["administration"], route_class=EdgeRoute)


class SiteOut(BaseModel):
    """How the site is named, looks and calculates. There is one such row."""

    platform_name: str
    logo_url: str | None
    primary_color: str = Field(examples=["#3b82f6"])
    hero_title: str | None
    hero_subtitle: str | None
    hero_background_url: str | None
    hero_cta_text: str | None
    hero_cta_link: str | None
    featured_content_ids: list[UUID]
    contact_email: str | None
    social_links: dict[str, str]
    about_content: str | None
    email_from_name: str | None
    timezone: str = Field(examples=["Europe/Paris"])
    default_locale: str = Field(examples=["en"])
    default_currency: str = Field(examples=["EUR"])
    platform_fee_rate: Decimal = Field(description="The house's share of a sale, of one.", examples=["0.300000"])
    refund_window_days: int
    earnings_hold_days: int
    top_up_min_minor: int
    top_up_max_minor: int
    max_upload_bytes: int
    terms_version: str
    sign_up_open: bool
    mfa_roles: list[str] = Field(description="Roles whose people must have a second step.", examples=[["owner"]])
    mfa_from: datetime | None = Field(description="From when on they cannot go on without; null: at once.")
    legal_name: str | None
    legal_address: str | None
    legal_country: str | None
    tax_number: str | None
    mode: site.Mode | None = Field(
        description="Whether the money here is real: `test` or `live`; null until it is decided for ever."
    )
    version: int = Field(description="Grows with every change.")

    @classmethod
    def of(cls, settings: site.SiteSettings) -> SiteOut:
        """How the settings are shown."""
        return cls.model_validate(settings, from_attributes=True)


class SiteIn(BaseModel):
    """What is to change. What is left out stays; null empties what may be empty."""

    model_config = ConfigDict(extra="forbid")

    platform_name: str = Field(default="", max_length=255, examples=["Wave School"])
    logo_url: str | None = Field(default=None, max_length=2000)
    primary_color: str = Field(default="", max_length=7, examples=["#0f766e"])
    hero_title: str | None = Field(default=None, max_length=500)
    hero_subtitle: str | None = Field(default=None, max_length=5000)
    hero_background_url: str | None = Field(default=None, max_length=2000)
    hero_cta_text: str | None = Field(default=None, max_length=100)
    hero_cta_link: str | None = Field(default=None, max_length=2000)
    featured_content_ids: list[UUID] = Field(default=[], max_length=50)
    contact_email: str | None = Field(default=None, max_length=254)
    social_links: dict[str, str] = Field(default={}, max_length=20, examples=[{"Mastodon": "https://mastodon.example/@waves"}])
    about_content: str | None = Field(default=None, max_length=100_000)
    email_from_name: str | None = Field(default=None, max_length=255)
    timezone: str = Field(default="", max_length=64, examples=["Europe/Paris"])
    default_locale: Literal["en", "ar"] = "en"
    default_currency: str = Field(default="", max_length=3, examples=["EUR"])
    platform_fee_rate: Decimal = Field(default=Decimal(0), ge=0, le=1, max_digits=7, decimal_places=6, examples=["0.30"])
    refund_window_days: int = Field(default=0, ge=0, le=365)
    earnings_hold_days: int = Field(default=0, ge=0, le=365)
    top_up_min_minor: int = Field(default=1, ge=1, le=10**12)
    top_up_max_minor: int = Field(default=1, ge=1, le=10**12)
    max_upload_bytes: int = Field(default=1, ge=1, le=2**40)
    sign_up_open: bool = True
    mfa_roles: list[Literal["learner", "creator", "partner", "owner", "operator"]] = Field(default=[], max_length=5)
    mfa_from: AwareDatetime | None = None
    legal_name: str | None = Field(default=None, max_length=500)
    legal_address: str | None = Field(default=None, max_length=5000)
    legal_country: str | None = Field(default=None, max_length=2, examples=["FR"])
    tax_number: str | None = Field(default=None, max_length=500)


@router.get("", summary="Show the site's settings", responses=problems(401, 403))
async def show(session: Reading, actor: SignedIn) -> SiteOut:
    """Everything that the owner may change while it runs. Needs `site:configure`."""
    identity.require(actor, "site:configure")
    return SiteOut.of(await site.current(session))


@router.patch("", summary="Change the site's settings", responses=problems(401, 403, 409))
async def change(body: SiteIn, session: Writing, actor: SignedIn) -> SiteOut:
    """Change what is sent, leave the rest. A value that makes no sense is refused with its name (422), and nothing is changed.

    Needs `site:configure`; who must have a second step (`mfa_roles`, `mfa_from`) also a fresh sign-in, and one's own first.
    """
    identity.require(actor, "site:configure")
    if body.model_fields_set & {"mfa_roles", "mfa_from"}:
        identity.check_requirement(identity.require_fresh(actor), body.mfa_roles)
    return SiteOut.of(await site.change(session, actor.id, **body.model_dump(exclude_unset=True)))
