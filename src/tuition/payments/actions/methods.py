"""Saved cards."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update

from tuition.identity import Actor
from tuition.kernel import clock
from tuition.payments.models import PaymentMethod
from tuition.payments.queries import get_method_for
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
