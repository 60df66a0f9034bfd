"""The sandbox behind our port."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction

import httpx
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tuition.kernel import Currency, Money, clock, new_id, round_half_even
from tuition.payments.adapters.sandbox import provider
from tuition.payments.adapters.sandbox.cards import Behaviour
from tuition.payments.adapters.sandbox.models import SandboxCard, SandboxCharge, SandboxRefund
from tuition.payments.errors import SignatureInvalid
from tuition.payments.ports import (
    AnswerStatus,
    GatewayAnswer,
    MethodCard,
    PaymentRequest,
    RefundAnswer,
    RefundRequest,
    WebhookMessage,
)
from tuition.platform.database import Database

SIGNATURE_HEADER = "sandbox-signature"
TOLERANCE = timedelta(minutes=5)
FEE_SHARE = Fraction(14, 1000)
FEE_FIXED_MINOR = 10


class SandboxGateway:
    """The provider that moves no money."""

    name = "sandbox"
    is_test = True

    def __init__(
        self, database: Database, *, base_url: str, secret: bytes, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        """``transport``: how messages travel, where not by a real connection (a test that has no server)."""
        self._database = database
        self.transport = transport
        self._base_url = base_url.rstrip("/")
        self._secret = secret

    @property
    def page_origins(self) -> tuple[str, ...]:
        """The sandbox's page is one of ours."""
        return (self._base_url,)

    @property
    def webhook_url(self) -> str:
        """Where the sandbox sends its messages."""
        return f"{self._base_url}/webhooks/{self.name}"

    def page_url(self, reference: str) -> str:
        """The sandbox's own page for a charge."""
        return f"{self._base_url}/sandbox/pay/{reference}"

    async def create_payment(self, request: PaymentRequest) -> GatewayAnswer:
        """Open a charge; with a kept card, charge it at once."""
        async with self._database.transaction() as session:
            fee = round_half_even(request.amount.minor * FEE_SHARE) + FEE_FIXED_MINOR
            opened = await session.execute(
                insert(SandboxCharge)
                .values(
                    reference=f"pay_{new_id().hex}",
                    key=request.key,
                    amount_minor=request.amount.minor,
                    currency=request.amount.currency,
                    description=request.description,
                    return_url=request.return_url,
                    status=AnswerStatus.PENDING.value,
                    save_method=request.save_method,
                    fee_minor=min(fee, request.amount.minor),
                    created_at=clock.now(),
                )
                .on_conflict_do_nothing(index_elements=["key"])
                .returning(SandboxCharge.reference)
            )
            is_new = opened.scalar() is not None
            charge = (
                await session.scalars(select(SandboxCharge).where(SandboxCharge.key == request.key).with_for_update())
            ).one()
            if is_new and request.method_reference:
                card = await session.get(SandboxCard, request.method_reference)
                charge.card_reference = request.method_reference
                behaviour = Behaviour(card.behaviour) if card else Behaviour.DECLINES
                if behaviour is Behaviour.SECOND_STEP and not request.off_session:
                    charge.status = provider.SECOND_STEP
                else:
                    await provider.settle(session, charge, behaviour, off_session=request.off_session)
            return await provider.answer_of(session, charge, page_url=self.page_url(charge.reference))

    async def fetch_payment(self, reference: str) -> GatewayAnswer:
        """What the sandbox knows about a charge."""
        async with self._database.reading() as session:
            charge = await provider.charge_of(session, reference)
            return await provider.answer_of(session, charge, page_url=self.page_url(reference))

    async def refund(self, request: RefundRequest) -> RefundAnswer:
        """Give back; the same key gives back once."""
        async with self._database.transaction() as session:
            charge = await session.get(SandboxCharge, request.payment_reference, with_for_update=True)
            if charge is None:
                return RefundAnswer(AnswerStatus.FAILED, "", key=request.key, failure_message="There is no such charge.")
            known = (await session.scalars(select(SandboxRefund).where(SandboxRefund.key == request.key))).one_or_none()
            refund = known or await provider.give_back(session, charge, key=request.key, minor=request.amount.minor)
            return RefundAnswer(
                AnswerStatus(refund.status), refund.reference, key=request.key, failure_message=refund.failure_message
            )

    def sign(self, body: bytes, *, at: datetime) -> str:
        """The signature that goes with a message: its moment and an HMAC-SHA256 over both."""
        stamp = str(int(at.timestamp()))
        return f"t={stamp},v1={hmac.new(self._secret, f'{stamp}.'.encode() + body, hashlib.sha256).hexdigest()}"

    def read_webhook(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> WebhookMessage:
        """Verify and read a message. A wrong or missing signature, or one older than five minutes, is refused."""
        parts = dict(item.partition("=")[::2] for item in headers.get(SIGNATURE_HEADER, "").split(","))
        stamp = parts.get("t", "")
        wanted = hmac.new(self._secret, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        if not stamp.isdecimal() or not hmac.compare_digest(wanted.encode(), parts.get("v1", "").encode()):
            raise SignatureInvalid
        if abs(int(now.timestamp()) - int(stamp)) > TOLERANCE.total_seconds():
            raise SignatureInvalid
        message = json.loads(body)
        return WebhookMessage(
            event_id=message["id"],
            event_type=message["type"],
            occurred_at=datetime.fromisoformat(message["created"]),
            answer=_answer(message["payment"]) if "payment" in message else None,
            refund=_refund(message["refund"]) if "refund" in message else None,
        )


def _answer(said: dict[str, object]) -> GatewayAnswer:
    card = said["card"]
    assert card is None or isinstance(card, dict)
    return GatewayAnswer(
        status=AnswerStatus(str(said["status"])),
        reference=str(said["reference"]),
        key=str(said["key"]),
        amount=Money(int(str(said["amount_minor"])), Currency(str(said["currency"]))),
        fee_minor=int(str(said["fee_minor"])),
        failure_code=str(said["failure_code"]),
        failure_message=str(said["failure_message"]),
        method=MethodCard(**card) if card else None,
    )


def _refund(said: dict[str, object]) -> RefundAnswer:
    return RefundAnswer(
        status=AnswerStatus(str(said["status"])),
        reference=str(said["reference"]),
        key=str(said["key"]),
        failure_message=str(said["failure_message"]),
        payment_reference=str(said["payment"]),
        amount=Money(int(str(said["amount_minor"])), Currency(str(said["currency"]))),
    )
