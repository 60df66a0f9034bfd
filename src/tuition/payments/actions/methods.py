"""Saved cards."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from tuition.identity import Actor
from tuition.kernel import clock, new_id
from tuition.payments.events import MethodRemoved
from tuition.payments.models import Payment, PaymentMethod
from tuition.payments.ports import MethodCard
from tuition.payments.queries import get_method_for
from tuition.platform import events
from tuition.platform.database import Session


async def make_default(session: Session, actor: Actor, method_id: UUID) -> PaymentMethod:
    """Let this card be the one that is offered first."""
    method = await get_method_for(session, actor, method_id)
    await session.execute(
        update(PaymentMethod).where(PaymentMethod.user_id == actor.id, PaymentMethod.is_default).values(is_default=False)
    )
    method.is_default = True
    return method


async def remove_method(session: Session, actor: Actor, method_id: UUID) -> None:
    """Forget a card. Past payments keep pointing at it; what a person would recognise of it is erased with the person."""
    method = await get_method_for(session, actor, method_id)
    method.is_default = False
    method.removed_at = clock.now()
    await events.publish(session, MethodRemoved(method.id, actor.id))


async def keep_method(session: Session, payment: Payment, card: MethodCard) -> UUID | None:
    """Keep what a person recognises of a card; the first one becomes the default. What somebody else keeps is not theirs."""
    others = select(PaymentMethod.id).where(PaymentMethod.user_id == payment.user_id, PaymentMethod.removed_at.is_(None)).limit(1)
    is_first = (await session.scalar(others)) is None
    await session.execute(
        insert(PaymentMethod)
        .values(
            id=new_id(),
            user_id=payment.user_id,
            provider=payment.provider,
            provider_reference=card.reference,
            brand=card.brand,
            last4=card.last4,
            expires_month=card.expires_month,
            expires_year=card.expires_year,
            is_default=is_first,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["provider", "provider_reference"])
    )
    kept = select(PaymentMethod).where(
        PaymentMethod.provider == payment.provider,
        PaymentMethod.provider_reference == card.reference,
        PaymentMethod.user_id == payment.user_id,
    )
    method = (await session.scalars(kept)).one_or_none()
    if method is None:
        return None
    method.removed_at = None
    return method.id
