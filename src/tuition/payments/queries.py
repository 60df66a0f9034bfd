"""What people and rooms ask about payments."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_

from tuition.identity import Actor
from tuition.payments.errors import MethodNotFound, PaymentNotFound, WebhookEventNotFound
from tuition.payments.models import Payment, PaymentMethod, PaymentRefund, WebhookEvent
from tuition.payments.rules import PaymentStatus, RefundStatus, WebhookStatus
from tuition.platform import paging
from tuition.platform.database import AnySession

METHODS_MAX = 50


async def get_payment_for(session: AnySession, actor: Actor, payment_id: UUID) -> Payment:
    """The actor's own payment; anybody else's does not exist."""
    payment = (await session.scalars(select(Payment).where(Payment.id == payment_id, Payment.user_id == actor.id))).one_or_none()
    if payment is None:
        raise PaymentNotFound
    return payment


async def get_payment(session: AnySession, payment_id: UUID) -> Payment:
    """A payment, for a job or a person who may see them all."""
    payment = await session.get(Payment, payment_id)
    if payment is None:
        raise PaymentNotFound
    return payment


async def payments_of(session: AnySession, subject_type: str, subject_ids: Sequence[UUID]) -> list[Payment]:
    """The payments that were opened for these things, oldest first."""
    statement = (
        select(Payment).where(Payment.subject_type == subject_type, Payment.subject_id.in_(subject_ids)).order_by(Payment.id)
    )
    return list((await session.scalars(statement)).all())


async def payments_page(
    session: AnySession,
    *,
    payer_id: UUID | None = None,
    status: PaymentStatus | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> paging.Page[Payment]:
    """Payments, newest first: a person's own, or everybody's for those who may see them."""
    statement = select(Payment)
    if payer_id is not None:
        statement = statement.where(Payment.user_id == payer_id)
    if status is not None:
        statement = statement.where(Payment.status == status.value)
    return await paging.paginate(
        session, statement, keys=[Payment.created_at.desc(), Payment.id.desc()], cursor=cursor, limit=limit
    )


async def stuck_payments(
    session: AnySession, *, before: datetime, after: Payment | None = None, limit: int = 100
) -> list[Payment]:
    """Payments of which nobody has heard anything final since ``before``, oldest first, from the one ``after`` on."""
    statement = select(Payment).where(Payment.status == PaymentStatus.PENDING.value, Payment.created_at < before)
    if after is not None:
        statement = statement.where(tuple_(Payment.created_at, Payment.id) > tuple_(after.created_at, after.id))
    return list((await session.scalars(statement.order_by(Payment.created_at, Payment.id).limit(limit))).all())


async def stuck_refunds(
    session: AnySession, *, before: datetime, after: PaymentRefund | None = None, limit: int = 100
) -> list[PaymentRefund]:
    """Refunds that no provider has answered since ``before``, oldest first, from the one ``after`` on."""
    waiting = PaymentRefund.status == RefundStatus.PENDING.value
    statement = select(PaymentRefund).where(waiting, PaymentRefund.created_at < before)
    if after is not None:
        statement = statement.where(tuple_(PaymentRefund.created_at, PaymentRefund.id) > tuple_(after.created_at, after.id))
    return list((await session.scalars(statement.order_by(PaymentRefund.created_at, PaymentRefund.id).limit(limit))).all())


async def refunds_page(
    session: AnySession, *, status: RefundStatus | None = None, cursor: str | None = None, limit: int = 50
) -> paging.Page[PaymentRefund]:
    """Money that was to go back, newest first."""
    statement = select(PaymentRefund)
    if status is not None:
        statement = statement.where(PaymentRefund.status == status.value)
    return await paging.paginate(
        session, statement, keys=[PaymentRefund.created_at.desc(), PaymentRefund.id.desc()], cursor=cursor, limit=limit
    )


async def get_method_for(session: AnySession, actor: Actor, method_id: UUID) -> PaymentMethod:
    """The actor's own saved card; anybody else's does not exist."""
    statement = select(PaymentMethod).where(
        PaymentMethod.id == method_id, PaymentMethod.user_id == actor.id, PaymentMethod.removed_at.is_(None)
    )
    method = (await session.scalars(statement)).one_or_none()
    if method is None:
        raise MethodNotFound
    return method


async def methods_of(session: AnySession, person_id: UUID) -> list[PaymentMethod]:
    """A person's saved cards, the default first."""
    statement = (
        select(PaymentMethod)
        .where(PaymentMethod.user_id == person_id, PaymentMethod.removed_at.is_(None))
        .order_by(PaymentMethod.is_default.desc(), PaymentMethod.created_at.desc(), PaymentMethod.id)
        .limit(METHODS_MAX)
    )
    return list((await session.scalars(statement)).all())


async def get_webhook_event(session: AnySession, event_id: UUID) -> WebhookEvent:
    """One stored message."""
    event = await session.get(WebhookEvent, event_id)
    if event is None:
        raise WebhookEventNotFound
    return event


async def webhook_events_page(
    session: AnySession, *, status: WebhookStatus | None = None, cursor: str | None = None, limit: int = 50
) -> paging.Page[WebhookEvent]:
    """Stored messages, newest first."""
    statement = select(WebhookEvent)
    if status is not None:
        statement = statement.where(WebhookEvent.status == status.value)
    return await paging.paginate(
        session, statement, keys=[WebhookEvent.created_at.desc(), WebhookEvent.id.desc()], cursor=cursor, limit=limit
    )


async def payments_by_id(session: AnySession, payment_ids: Collection[UUID]) -> dict[UUID, Payment]:
    """These payments, whoever's they are: for whoever manages payments."""
    rows = await session.scalars(select(Payment).where(Payment.id.in_(payment_ids)))
    return {payment.id: payment for payment in rows}
