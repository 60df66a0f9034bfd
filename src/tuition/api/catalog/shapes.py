"""What goes in and out of the operations about contents."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from tuition import catalog
from tuition.catalog import Kind, Level, MediaStatus, PriceKind, Status, Visibility
from tuition.edge import MoneyOut

ID_EXAMPLE = "0192f0c1-6d1e-7c3a-9a51-2f6d2c9c7b10"
ContentId = Annotated[UUID, Path(description="The content.", examples=[ID_EXAMPLE])]
Language = Annotated[str, Path(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$", description="A language tag.", examples=["en"])]
CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code.", examples=["EUR"])]


class Input(BaseModel):
    """A body: what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid")


class PriceOut(BaseModel):
    """A price that holds."""

    id: UUID
    kind: PriceKind = Field(description="`one_time`: owning it; `per_minute`: a minute of playing.")
    currency: CurrencyCode
    amount: MoneyOut | None = Field(description="What owning it costs; only for `one_time`.")
    rate: Decimal | None = Field(
        description="What a minute costs, in whole units of the currency; only for `per_minute`.", examples=["0.120000"]
    )
    valid_from: datetime
    valid_until: datetime | None = Field(description="Null: until further notice.")

    @classmethod
    def of(cls, price: catalog.Price) -> PriceOut:
        """How a price is shown."""
        return cls(
            id=price.id,
            kind=PriceKind(price.kind),
            currency=price.currency,
            amount=None if price.amount_minor is None else MoneyOut.of(price.amount),
            rate=price.rate,
            valid_from=price.valid_from,
            valid_until=price.valid_until,
        )


class ContentOut(BaseModel):
    """Anything that can be listed, priced and sold."""

    id: UUID
    creator_id: UUID
    kind: Kind
    title: str = Field(examples=["Breathing slowly"])
    slug: str = Field(examples=["breathing-slowly"])
    description: str
    category_id: UUID | None
    tags: list[str] = Field(examples=[["breathing", "yoga"]])
    language: str = Field(examples=["en"])
    level: Level
    visibility: Visibility
    status: Status
    publish_at: datetime | None = Field(description="When a scheduled content will be published.")
    published_at: datetime | None
    has_cover: bool = Field(description="Whether `GET …/cover/{width}.webp` has a picture of the creator's.")
    duration_ms: int | None = Field(description="How long media plays.")
    preview_until_ms: int = Field(description="Media plays this far for everybody.")
    accept_donations: bool
    donation_message: str
    prerequisite_content_ids: list[UUID]
    view_count: int
    purchase_count: int
    rating_average: Decimal = Field(examples=["4.50"])
    rating_count: int
    prices: list[PriceOut]

    @classmethod
    def of(cls, content: catalog.Content, prices: list[catalog.Price]) -> ContentOut:
        """How a content is shown."""
        shown = {name: getattr(content, name) for name in cls.model_fields.keys() - {"has_cover", "prices"}}
        return cls(**shown, has_cover=content.cover_key is not None, prices=[PriceOut.of(price) for price in prices])


class ContentDetailsIn(Input):
    """What is said about a content. What is left out stays as it is."""

    slug: str | None = Field(default=None, max_length=200, description="An address of your choosing.", examples=["breathing"])
    description: str | None = Field(default=None, max_length=20_000)
    category_id: UUID | None = None
    tags: list[str] | None = Field(default=None, max_length=20, examples=[["breathing", "yoga"]])
    language: str | None = Field(default=None, max_length=35, examples=["en"])
    level: Level | None = None
    visibility: Visibility | None = None
    preview_until_ms: int | None = Field(default=None, ge=0, le=3_600_000)
    accept_donations: bool | None = None
    donation_message: str | None = Field(default=None, max_length=500)
    prerequisite_content_ids: list[UUID] | None = Field(default=None, max_length=50)
    is_platform_content: bool | None = None


class ContentIn(ContentDetailsIn):
    """A new content."""

    kind: Kind
    title: str = Field(min_length=1, max_length=500, examples=["Breathing slowly"])


class ContentChangesIn(ContentDetailsIn):
    """What is to change."""

    title: str | None = Field(default=None, min_length=1, max_length=500, examples=["Breathing slowly"])


class MediaOut(BaseModel):
    """A film or a recording on its way to the player."""

    status: MediaStatus
    progress_percent: int = Field(ge=0, le=100)
    failure: str | None = Field(description="Why it could not be packaged, in a sentence.")
    source_name: str = Field(examples=["film.mp4"])
    source_size: int | None
    duration_ms: int | None
    width: int | None
    height: int | None

    @classmethod
    def of(cls, media: catalog.Media) -> MediaOut:
        """How it is shown to its creator."""
        return cls.model_validate(media, from_attributes=True)


def changes_in(body: ContentDetailsIn) -> dict[str, object]:
    """What was said, without what was left out. Only a category can be taken away by null."""
    said = body.model_dump(exclude_unset=True)
    return {name: value for name, value in said.items() if value is not None or name == "category_id"}
