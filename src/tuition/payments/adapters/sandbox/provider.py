"""The provider's side: what happens on its page and in its books."""

from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy import select

from tuition.kernel import DomainError, ErrorKind, clock, new_id
from tuition.payments.adapters.sandbox.cards import CARDS, DECLINED, Behaviour
from tuition.payments.adapters.sandbox.models import SandboxCard, SandboxCharge, SandboxEvent
from tuition.payments.ports import AnswerStatus, GatewayAnswer, MethodCard
from tuition.platform import jobs
from tuition.platform.database import AnySession, Session

DISPUTE_AFTER = timedelta(minutes=2)
SECOND_STEP = "second_step"
"""A charge that waits for its payer at the bank's page; to us it is still pending."""


class CardRefused(DomainError):
    """{reason}"""

    kind = ErrorKind.NEEDS_MONEY
    code = "payments.sandbox_card_refused"


class ChargeNotFound(DomainError):
    """The sandbox knows no such payment."""

    kind = ErrorKind.NOT_FOUND
    code = "payments.sandbox_charge_not_found"


class ChargeOver(DomainError):
    """This payment has already ended."""

    kind = ErrorKind.CONFLICT
    code = "payments.sandbox_charge_over"


async def charge_of(session: AnySession, reference: str) -> SandboxCharge:
    """A charge by its reference."""
    charge = await session.get(SandboxCharge, reference)
    if charge is None:
        raise ChargeNotFound
    return charge


async def confirm(session: Session, reference: str, number: str) -> SandboxCharge:
    """A payer typed a card on the sandbox's page. The outcome is told by webhook; an unknown number is refused at once."""
    charge = await _locked(session, reference)
    card = CARDS.get(number.replace(" ", "").replace("-", ""))
    if card is None:
        raise CardRefused(reason="This number is none of the sandbox's cards; choose one of those that are listed.")
    kept = SandboxCard(reference=f"card_{new_id().hex}", behaviour=card.behaviour.value, last4=card.number[-4:])
    session.add(kept)
    charge.card_reference = kept.reference
    if card.behaviour is Behaviour.SECOND_STEP:
        charge.status = SECOND_STEP
        return charge
    await settle(session, charge, card.behaviour, off_session=False)
    return charge


async def finish_second_step(session: Session, reference: str, *, approved: bool) -> SandboxCharge:
    """The payer answered their bank."""
    charge = await _locked(session, reference)
    await settle(session, charge, Behaviour.SUCCEEDS if approved else Behaviour.DECLINES, off_session=False)
    return charge


async def settle(session: Session, charge: SandboxCharge, behaviour: Behaviour, *, off_session: bool) -> None:
    """Let a card do what it does, and write the message that tells of it."""
    refuses = behaviour in {Behaviour.DECLINES, Behaviour.LACKS_FUNDS} or (
        off_session and behaviour in {Behaviour.DECLINES_LATER, Behaviour.SECOND_STEP}
    )
    if refuses:
        charge.status = AnswerStatus.FAILED.value
        charge.failure_code, charge.failure_message = DECLINED[behaviour]
    else:
        charge.status = AnswerStatus.SUCCEEDED.value
    await announce(session, charge)
    if behaviour is Behaviour.DISPUTES and not refuses:
        await jobs.defer(session, "payments.sandbox_dispute", at=clock.now() + DISPUTE_AFTER, reference=charge.reference)


async def announce(session: Session, charge: SandboxCharge, *, status: str | None = None) -> None:
    """Write the message about a charge's state and let a job deliver it."""
    said = status or charge.status
    event = SandboxEvent(
        id=f"evt_{new_id().hex}", charge_reference=charge.reference, body=b"", delivered_at=None, created_at=clock.now()
    )
    card = await session.get(SandboxCard, charge.card_reference) if charge.card_reference else None
    event.body = json.dumps(
        {
            "id": event.id,
            "type": f"payment.{said}",
            "created": clock.now().isoformat(),
            "payment": {
                "reference": charge.reference,
                "key": charge.key,
                "status": said,
                "fee_minor": charge.fee_minor,
                "failure_code": charge.failure_code,
                "failure_message": charge.failure_message,
                "card": {"reference": card.reference, "last4": card.last4} if card else None,
            },
        }
    ).encode()
    session.add(event)
    await jobs.defer(session, "payments.sandbox_deliver", event_id=event.id)


async def announce_refund(session: Session, charge: SandboxCharge, *, refund_reference: str, key: str) -> None:
    """Write the message that a refund has gone out."""
    event_id = f"evt_{new_id().hex}"
    refund = {"reference": refund_reference, "key": key, "status": AnswerStatus.SUCCEEDED.value, "failure_message": ""}
    body = {"id": event_id, "type": "refund.succeeded", "created": clock.now().isoformat(), "refund": refund}
    session.add(
        SandboxEvent(id=event_id, charge_reference=charge.reference, body=json.dumps(body).encode(), created_at=clock.now())
    )
    await jobs.defer(session, "payments.sandbox_deliver", event_id=event_id)


async def answer_of(session: AnySession, charge: SandboxCharge, *, page_url: str) -> GatewayAnswer:
    """What the sandbox says about a charge when it is asked."""
    card = await session.get(SandboxCard, charge.card_reference) if charge.card_reference else None
    status = AnswerStatus.PENDING if charge.status == SECOND_STEP else AnswerStatus(charge.status)
    return GatewayAnswer(
        status=status,
        reference=charge.reference,
        key=charge.key,
        redirect_url=page_url if status is AnswerStatus.PENDING else None,
        fee_minor=charge.fee_minor,
        failure_code=charge.failure_code,
        failure_message=charge.failure_message,
        method=MethodCard(card.reference, "Sandbox Visa", card.last4) if card else None,
    )


async def _locked(session: Session, reference: str) -> SandboxCharge:
    charge = (
        await session.scalars(select(SandboxCharge).where(SandboxCharge.reference == reference).with_for_update())
    ).one_or_none()
    if charge is None:
        raise ChargeNotFound
    if charge.status not in {AnswerStatus.PENDING.value, SECOND_STEP}:
        raise ChargeOver
    return charge
