"""What commerce does by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select

from tuition import access, catalog, earnings, playback
from tuition.commerce.models import Purchase
from tuition.commerce.rules import Funding, PurchaseStatus
from tuition.kernel import clock
from tuition.platform import jobs, site
from tuition.platform.database import Session
from tuition.playback import Basis, Playback

BATCH = 500
READ = (catalog.Kind.WRITTEN.value, catalog.Kind.DOCUMENT.value)
"""What is read: used is the whole of it, once it was opened."""


@jobs.every("41 * * * *", "commerce.note_consumption")
async def note_consumption(session: Session, *, now: datetime) -> None:
    """Once an hour, tell the earnings how much of each recent sale was used, so that that share can mature."""
    settings = await site.current(session)
    window = now - timedelta(days=settings.refund_window_days)
    statement = (
        select(Purchase, Playback.duration_ms)
        .join(Playback, (Playback.user_id == Purchase.buyer_id) & (Playback.content_id == Purchase.content_id))
        .where(
            Purchase.status == PurchaseStatus.COMPLETED.value,
            Purchase.provider != Funding.MINUTES.value,
            Purchase.created_at >= window,
            Purchase.grant_id.is_not(None),
            or_(Purchase.consumption_noted_at.is_(None), Purchase.consumption_noted_at < Playback.seen_at),
        )
        .order_by(Purchase.created_at)
        .limit(BATCH)
    )
    rows = (await session.execute(statement)).all()
    for purchase, duration_ms in rows:
        assert purchase.grant_id is not None, "the statement asks for it"
        used = await playback.covered_since(session, purchase.buyer_id, purchase.content_id, Basis("grant", purchase.grant_id))
        share = min(earnings.CONSUMED_ALL, used * earnings.CONSUMED_ALL // duration_ms)
        await earnings.note_consumption(session, source_type="purchase", source_id=purchase.id, consumed_millionths=share)
        purchase.consumption_noted_at = now
    if len(rows) == BATCH or await _note_opened(session, since=window, now=now) == BATCH:
        await jobs.defer(session, "commerce.note_more_consumption")


async def _note_opened(session: Session, *, since: datetime, now: datetime) -> int:
    """What is read and not played is used once it was opened, as a refund counts it; returns how many purchases that were."""
    statement = (
        select(Purchase)
        .join(
            access.ContentVisit,
            (access.ContentVisit.person_id == Purchase.buyer_id) & (access.ContentVisit.content_id == Purchase.content_id),
        )
        .join(catalog.Content, catalog.Content.id == Purchase.content_id)
        .where(
            Purchase.status == PurchaseStatus.COMPLETED.value,
            Purchase.provider != Funding.MINUTES.value,
            Purchase.created_at >= since,
            Purchase.consumption_noted_at.is_(None),
            access.ContentVisit.last_accessed_at >= Purchase.purchased_at,
            catalog.Content.kind.in_(READ),
        )
        .order_by(Purchase.created_at)
        .limit(BATCH)
    )
    opened = (await session.scalars(statement)).all()
    for purchase in opened:
        await earnings.note_consumption(
            session, source_type="purchase", source_id=purchase.id, consumed_millionths=earnings.CONSUMED_ALL
        )
        purchase.consumption_noted_at = now
    return len(opened)


@jobs.task("commerce.note_more_consumption")
async def note_more_consumption(session: Session) -> None:
    """Go on with a long list."""
    await note_consumption(session, now=clock.now())
