"""What a content costs."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from tuition import access, catalog
from tuition.api.catalog.shapes import ContentId, CurrencyCode, Input, PriceOut
from tuition.catalog import OneTime, PerMinute, PriceKind
from tuition.edge import CurrentActor, EdgeRoute, Reading, SignedIn, Writing, problems
from tuition.kernel import Currency, Money

AMOUNT_MAX = 10**15
"""More than any currency's million; the room says exactly how much is possible."""
router = APIRouter(prefix="/v1/contents/{content_id}/prices", tags=["Prices"], route_class=EdgeRoute)


class PriceIn(Input):
    """A price: an amount for owning it, or a rate for a minute of playing."""

    currency: CurrencyCode
    amount_minor: int | None = Field(
        default=None, ge=0, le=AMOUNT_MAX, description="For owning it, in minor units; 0 is free.", examples=[2000]
    )
    rate: Decimal | None = Field(
        default=None,
        gt=0,
        le=10_000,
        description="For a minute, in whole units, up to six places.",
        examples=[None],
    )
    valid_from: AwareDatetime | None = Field(default=None, description="A moment to come; left out: now.", examples=[None])

    def asked(self) -> OneTime | PerMinute:
        """What is asked, as the catalogue knows it."""
        if (self.amount_minor is None) == (self.rate is None):
            raise catalog.PriceInvalid(reason="give either amount_minor or rate")
        if self.amount_minor is not None:
            return OneTime(Money(self.amount_minor, Currency(self.currency)))
        assert self.rate is not None
        return PerMinute(self.rate, Currency(self.currency))


class PricesOut(BaseModel):
    """Prices, each for a time."""

    items: list[PriceOut]


@router.get("", responses=problems(404), summary="List prices")
async def prices(
    content_id: ContentId,
    session: Reading,
    actor: CurrentActor,
    history: Annotated[bool, Query(description="For its creator: every price it ever had and will have.")] = False,
) -> PricesOut:
    """The prices that hold now."""
    content, _ = await access.get_content_for(session, actor, content_id)
    if history and actor is not None:
        await catalog.get_owned_content(session, actor, content_id)
        return PricesOut(items=[PriceOut.of(price) for price in await catalog.price_history(session, content_id)])
    found = await catalog.prices_of(session, [content.id])
    return PricesOut(items=[PriceOut.of(price) for price in found[content.id]])


@router.put("", responses=problems(401, 404), summary="Set a price")
async def set_price(content_id: ContentId, body: PriceIn, session: Writing, actor: SignedIn) -> PriceOut:
    """Put a price in force, now or from a moment to come. The one before ends there; what was sold at it stays sold at it."""
    return PriceOut.of(await catalog.set_price(session, actor, content_id, body.asked(), valid_from=body.valid_from))


@router.delete("/{kind}/{currency}", status_code=204, responses=problems(401, 404), summary="Remove a price")
async def remove_price(content_id: ContentId, kind: PriceKind, currency: CurrencyCode, session: Writing, actor: SignedIn) -> None:
    """End the price of this kind and currency now."""
    await catalog.remove_price(session, actor, content_id, kind, currency)
