"""What would be given back, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from sqlalchemy import select

from tuition import access, catalog, playback
from tuition.commerce.models import Purchase
from tuition.commerce.policy import use_of
from tuition.commerce.rules import Funding, PurchaseStatus, Refusal, refund_amount
from tuition.kernel import Currency, Money, clock
from tuition.platform import site
from tuition.platform.database import AnySession
from tuition.playback import Basis


@dataclass(frozen=True, slots=True)
class RefundPreview:
    """What a buyer and a creator both see before a refund is decided."""

    paid: Money
    amount: Money
    """What would be given back."""
    used_ms: int
    duration_ms: int
    until: datetime | None
    """The last moment at which the buyer may ask."""
    refusal: Refusal | None
    """Why nothing would be given back."""


async def preview_refund(session: AnySession, purchase: Purchase, *, ignore_window: bool = False) -> RefundPreview:
    """Compute a refund by what was not used since this purchase; nothing is changed.

    Playing counts by the distinct time that was played on this purchase's grant; a course by its lessons, as its own room
    measures them; anything else counts as used once it was opened.
    """
    paid = Money(purchase.amount_minor, Currency(purchase.currency))
    nothing = Money.zero(purchase.currency)
    settings = await site.current(session)
    until = purchase.purchased_at + timedelta(days=settings.refund_window_days) if purchase.purchased_at else None
    used_ms, duration_ms = await _use(session, purchase)
    amount = refund_amount(paid, used=Fraction(used_ms, duration_ms) if duration_ms else Fraction(0))
    is_over = until is not None and clock.now() > until and not ignore_window
    refusal = _refusal(purchase, amount, is_over=is_over)
    return RefundPreview(paid, nothing if refusal else amount, used_ms, duration_ms, until, refusal)


def _refusal(purchase: Purchase, amount: Money, *, is_over: bool) -> Refusal | None:
    if purchase.status != PurchaseStatus.COMPLETED.value:
        return Refusal.NOT_COMPLETE
    if purchase.provider == Funding.MINUTES.value:
        return Refusal.BY_THE_MINUTE
    if not purchase.amount_minor:
        return Refusal.NOTHING_PAID
    if is_over:
        return Refusal.WINDOW_OVER
    return None if amount else Refusal.ALL_USED


async def _use(session: AnySession, purchase: Purchase) -> tuple[int, int]:
    """How much of how much was used: milliseconds for what plays, one of one for anything that was opened."""
    media = await catalog.find_media(session, purchase.content_id)
    if media is not None and media.duration_ms:
        if purchase.grant_id is None:
            return 0, media.duration_ms
        basis = Basis("grant", purchase.grant_id)
        return await playback.covered_since(session, purchase.buyer_id, purchase.content_id, basis), media.duration_ms
    if (measured := await use_of(session, purchase)) is not None:
        return measured
    visited = select(access.ContentVisit.last_accessed_at).where(
        access.ContentVisit.person_id == purchase.buyer_id, access.ContentVisit.content_id == purchase.content_id
    )
    last = await session.scalar(visited)
    was_opened = last is not None and purchase.purchased_at is not None and last >= purchase.purchased_at
    return int(was_opened), 1
