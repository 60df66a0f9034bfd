"""The provider's side: what happens on its page and in its books."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from tuition.kernel import Currency, DomainError, ErrorKind, Money, clock, new_id
from tuition.payments.adapters.sandbox.cards import CARDS, DECLINED, Behaviour
from tuition.payments.adapters.sandbox.models import SandboxCard, SandboxCharge, SandboxEvent, SandboxRefund
from tuition.payments.ports import AnswerStatus, GatewayAnswer, MethodCard
from tuition.platform import jobs
from tuition.platform.database import AnySession, Session

DISPUTE_AFTER = timedelta(minutes=2)
EXPIRES_MONTH, EXPIRES_YEARS = 12, 3
"""The sandbox's cards are good until December, three years on."""
OUTSIDE = "outside_"
"""How the sandbox keys a refund that was made on its own side."""
SECOND_STEP = "second_step"
"""A charge that waits for its payer at the bank's page; to us it is still pending."""


class CardRefused(DomainError):
    """This is none of the sandbox's cards. Choose one of those that are listed."""

    kind = ErrorKind.INVALID
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
        raise CardRefused
    kept = SandboxCard(
        reference=f"card_{new_id().hex}",
        behaviour=card.behaviour.value,
        brand=card.brand,
        last4=card.number[-4:],
        expires_month=EXPIRES_MONTH,
        expires_year=clock.now().year + EXPIRES_YEARS,
        created_at=clock.now(),
    )
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


async def dispute(session: Session, reference: str) -> None:
    """The payer's bank takes the money back. Only what is paid and still here can be disputed."""
    charge = (
        await session.scalars(select(SandboxCharge).where(SandboxCharge.reference == reference).with_for_update())
    ).one_or_none()
    if charge is None:
        raise ChargeNotFound
    if charge.status != AnswerStatus.SUCCEEDED.value:
        raise ChargeOver
    charge.status = AnswerStatus.DISPUTED.value
    await announce(session, charge)


async def announce(session: Session, charge: SandboxCharge) -> None:
    """Write the message about a charge's state and let a job deliver it."""
    said = charge.status
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
                "amount_minor": charge.amount_minor,
                "currency": charge.currency,
                "fee_minor": charge.fee_minor,
                "failure_code": charge.failure_code,
                "failure_message": charge.failure_message,
                "card": _card(card) if card else None,
            },
        }
    ).encode()
    session.add(event)
    await jobs.defer(session, "payments.sandbox_deliver", event_id=event.id)


async def give_back(session: Session, charge: SandboxCharge, *, key: str, minor: int) -> SandboxRefund:
    """Give back a part of a charge that its caller has locked, or say why not."""
    refusal = ""
    if charge.status != AnswerStatus.SUCCEEDED.value:
        refusal = "This charge is not paid, or its payer's bank has taken the money back."
    elif charge.refunded_minor + minor > charge.amount_minor:
        refusal = "More than was paid."
    else:
        charge.refunded_minor += minor
    refund = SandboxRefund(
        reference=f"re_{new_id().hex}",
        key=key,
        charge_reference=charge.reference,
        amount_minor=minor,
        status=(AnswerStatus.FAILED if refusal else AnswerStatus.SUCCEEDED).value,
        failure_message=refusal,
        created_at=clock.now(),
    )
    session.add(refund)
    await announce_refund(session, refund, charge)
    return refund


async def give_back_here(session: Session, reference: str, minor: int) -> SandboxRefund:
    """Somebody gives money back at the provider itself, without us: we hear of it by a message."""
    charge = (
        await session.scalars(select(SandboxCharge).where(SandboxCharge.reference == reference).with_for_update())
    ).one_or_none()
    if charge is None:
        raise ChargeNotFound
    if charge.status != AnswerStatus.SUCCEEDED.value or not 0 < minor <= charge.amount_minor - charge.refunded_minor:
        raise ChargeOver
    return await give_back(session, charge, key=f"{OUTSIDE}{new_id().hex}", minor=minor)


async def announce_refund(session: Session, refund: SandboxRefund, charge: SandboxCharge) -> None:
    """Write the message about what became of a refund."""
    event_id = f"evt_{new_id().hex}"
    said = {
        "reference": refund.reference,
        "key": "" if refund.key.startswith(OUTSIDE) else refund.key,
        "status": refund.status,
        "failure_message": refund.failure_message,
        "payment": charge.reference,
        "amount_minor": refund.amount_minor,
        "currency": charge.currency,
    }
    body = {"id": event_id, "type": f"refund.{refund.status}", "created": clock.now().isoformat(), "refund": said}
    session.add(
        SandboxEvent(
            id=event_id, charge_reference=refund.charge_reference, body=json.dumps(body).encode(), created_at=clock.now()
        )
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
        amount=Money(charge.amount_minor, Currency(charge.currency)),
        fee_minor=charge.fee_minor,
        failure_code=charge.failure_code,
        failure_message=charge.failure_message,
        method=MethodCard(**_card(card)) if card else None,
    )


def _card(card: SandboxCard) -> dict[str, Any]:
    return {
        "reference": card.reference,
        "brand": card.brand,
        "last4": card.last4,
        "expires_month": card.expires_month,
        "expires_year": card.expires_year,
    }


async def _locked(session: Session, reference: str) -> SandboxCharge:
    charge = (
        await session.scalars(select(SandboxCharge).where(SandboxCharge.reference == reference).with_for_update())
    ).one_or_none()
    if charge is None:
        raise ChargeNotFound
    if charge.status not in {AnswerStatus.PENDING.value, SECOND_STEP}:
        raise ChargeOver
    return charge
