"""What every gateway must do, whatever its provider: an adapter's tests subclass this and say how a payer behaves."""

from __future__ import annotations

from abc import ABC, abstractmethod

from tuition.kernel import Currency, Money, new_id
from tuition.payments import AnswerStatus, Gateway, PaymentRequest, RefundRequest

TEN = Money(1000, Currency("EUR"))


class GatewayContract(ABC):
    """Inherited by the tests of an adapter."""

    @abstractmethod
    async def pay(self, reference: str) -> None:
        """A payer pays at the provider's page."""

    @abstractmethod
    async def decline(self, reference: str) -> None:
        """A payer's bank says no."""

    @staticmethod
    def ask(*, save: bool = False, method: str | None = None, off_session: bool = False) -> PaymentRequest:
        """A request with a new key."""
        return PaymentRequest(
            key=str(new_id()),
            amount=TEN,
            description="Ten",
            return_url="https://example.org/back",
            payer_reference="somebody",
            save_method=save,
            method_reference=method,
            off_session=off_session,
        )

    async def test_asking_twice_with_one_key_asks_once(self, gateway: Gateway) -> None:
        request = self.ask()
        first, second = await gateway.create_payment(request), await gateway.create_payment(request)
        assert first == second
        assert (first.status, first.key, first.amount) == (AnswerStatus.PENDING, request.key, TEN)
        assert first.redirect_url

    async def test_a_payment_is_known_before_and_after_it_is_paid(self, gateway: Gateway) -> None:
        asked = await gateway.create_payment(self.ask())
        assert (await gateway.fetch_payment(asked.reference)).status is AnswerStatus.PENDING
        await self.pay(asked.reference)
        paid = await gateway.fetch_payment(asked.reference)
        assert (paid.status, paid.amount) == (AnswerStatus.SUCCEEDED, TEN)
        assert 0 <= paid.fee_minor < TEN.minor

    async def test_a_refusal_has_a_code_and_a_sentence(self, gateway: Gateway) -> None:
        asked = await gateway.create_payment(self.ask())
        await self.decline(asked.reference)
        answer = await gateway.fetch_payment(asked.reference)
        assert answer.status is AnswerStatus.FAILED
        assert answer.failure_code
        assert answer.failure_message

    async def test_a_kept_card_pays_without_its_owner(self, gateway: Gateway) -> None:
        asked = await gateway.create_payment(self.ask(save=True))
        await self.pay(asked.reference)
        card = (await gateway.fetch_payment(asked.reference)).method
        assert card is not None
        assert len(card.last4) == 4
        request = self.ask(method=card.reference, off_session=True)
        charged, again = await gateway.create_payment(request), await gateway.create_payment(request)
        assert charged.status is AnswerStatus.SUCCEEDED
        assert again.reference == charged.reference

    async def test_the_same_refund_gives_back_once_and_never_more_than_was_paid(self, gateway: Gateway) -> None:
        asked = await gateway.create_payment(self.ask())
        await self.pay(asked.reference)
        part = RefundRequest(str(new_id()), asked.reference, Money(600, TEN.currency), "")
        first, second = await gateway.refund(part), await gateway.refund(part)
        assert first == second
        assert first.status is AnswerStatus.SUCCEEDED
        rest = RefundRequest(str(new_id()), asked.reference, Money(400, TEN.currency), "")
        too_much = RefundRequest(str(new_id()), asked.reference, Money(401, TEN.currency), "")
        assert (await gateway.refund(too_much)).status is AnswerStatus.FAILED
        assert (await gateway.refund(rest)).status is AnswerStatus.SUCCEEDED

    async def test_what_was_not_paid_is_not_given_back(self, gateway: Gateway) -> None:
        asked = await gateway.create_payment(self.ask())
        answer = await gateway.refund(RefundRequest(str(new_id()), asked.reference, TEN, ""))
        assert answer.status is AnswerStatus.FAILED
        assert answer.failure_message
