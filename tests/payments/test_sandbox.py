"""The sandbox keeps the contract of every gateway, and its cards do what they promise."""

from __future__ import annotations

import pytest

from tests.commerce.market import (
    DECLINED,
    DECLINES_LATER,
    DISPUTED,
    EMPTY,
    MASTERCARD,
    SECOND_STEP,
    VISA,
    Market,
    as_id,
)
from tests.payments.contract import GatewayContract
from tuition import payments
from tuition.identity import Actor, Role
from tuition.payments import Gateway
from tuition.payments.adapters import sandbox
from tuition.platform.database import Database


@pytest.fixture
def gateway(market: Market) -> Gateway:
    return market.sandbox


class TestSandbox(GatewayContract):
    """The contract, kept by the sandbox."""

    @pytest.fixture(autouse=True)
    def _bank(self, market: Market) -> None:
        self.database: Database = market.database

    async def pay(self, reference: str) -> None:
        """With the card that always pays."""
        async with self.database.transaction() as session:
            await sandbox.confirm(session, reference, VISA)

    async def decline(self, reference: str) -> None:
        """With the card that never does."""
        async with self.database.transaction() as session:
            await sandbox.confirm(session, reference, DECLINED)


@pytest.mark.parametrize(
    ("card", "approve", "status", "code"),
    [
        (VISA, True, "succeeded", ""),
        (MASTERCARD, True, "succeeded", ""),
        (DECLINED, True, "failed", "card_declined"),
        (EMPTY, True, "failed", "insufficient_funds"),
        (SECOND_STEP, True, "succeeded", ""),
        (SECOND_STEP, False, "failed", "card_declined"),
        (DECLINES_LATER, True, "succeeded", ""),
    ],
)
async def test_each_card_does_what_it_says(
    market: Market, buyer: Actor, card: str, approve: bool, status: str, code: str
) -> None:
    payment = await market.pay_in(buyer, 1000, card="4242 4242-4242 4242" if card == VISA else card, approve=approve)
    assert (payment.status, payment.failure_code) == (status, code)
    assert await market.balance(buyer) == (1000 if status == "succeeded" else 0)
    await market.check_books()


@pytest.mark.parametrize("card", [SECOND_STEP, DECLINES_LATER])
async def test_some_kept_cards_do_not_pay_without_their_owner(market: Market, buyer: Actor, card: str) -> None:
    saved = await market.pay_in(buyer, 1000, card=card, save=True)
    answer = await market.sandbox.create_payment(GatewayContract.ask(method=await kept(market, saved), off_session=True))
    assert answer.status == "failed"


async def kept(market: Market, payment: payments.Payment) -> str:
    [(reference,)] = await market.ask(
        "select provider_reference from payment_methods where id = :id", id=payment.payment_method_id
    )
    return str(reference)


async def test_a_kept_card_is_named_by_its_brand_and_forgotten_on_demand(market: Market, buyer: Actor) -> None:
    await market.pay_in(buyer, 1000, card=MASTERCARD, save=True)
    saved = await market.pay_in(buyer, 1000, save=True)
    async with market.database.transaction() as session:
        first, second = await payments.methods_of(session, buyer.id)
        assert (first.brand, first.last4, first.is_default) == ("Sandbox Mastercard", "4444", True)
        await payments.make_default(session, buyer, second.id)
    stranger = await market.person()
    async with market.database.transaction() as session:
        with pytest.raises(payments.MethodNotFound):
            await payments.remove_method(session, stranger, second.id)
        await payments.remove_method(session, buyer, second.id)
        assert [method.id for method in await payments.methods_of(session, buyer.id)] == [first.id]
    with pytest.raises(payments.MethodNotFound):
        await market.pay_in(buyer, 1000, method_id=saved.payment_method_id)


async def test_a_number_that_is_no_card_is_refused_and_an_ended_payment_stays_ended(market: Market, buyer: Actor) -> None:
    with pytest.raises(sandbox.CardRefused):
        await market.pay_in(buyer, 1000, card="4000 1234")
    payment = await market.pay_in(buyer, 1000)
    with pytest.raises(sandbox.ChargeOver):
        await market.type_card(payment, VISA)


async def test_a_refused_refund_is_held_and_sent_again(market: Market, creator: Actor, buyer: Actor) -> None:
    bought = await market.buy(buyer, await market.article(creator, 1000))
    assert bought.payment is not None
    await set_charge(market, bought.payment, "failed")
    refund = await market.give_back(buyer, bought.purchase)
    assert refund.status == "failed"
    [(refund_id, status)] = await market.ask("select id, status from payment_refunds")
    assert status == "failed"
    assert await market.holds(buyer.id, "held") == 1000
    await set_charge(market, bought.payment, "succeeded")
    operator = await market.person(Role.OPERATOR)
    async with market.database.transaction() as session:
        await payments.retry_refund(session, operator.id, as_id(refund_id))
    await market.work()
    assert await market.ask("select status, attempt from payment_refunds") == [("succeeded", 2)]
    assert await market.ask("select status from refunds") == [("completed",)]
    assert await market.holds(buyer.id, "held") == 0
    async with market.database.transaction() as session:
        with pytest.raises(payments.RefundNotFailed):
            await payments.retry_refund(session, operator.id, as_id(refund_id))
    await market.check_books()


async def set_charge(market: Market, payment: payments.Payment, status: str) -> None:
    async with market.database.transaction() as session:
        charge = await sandbox.charge_of(session, payment.provider_reference or "")
        charge.status = status


async def test_a_disputed_order_is_taken_back_from_everybody(market: Market, creator: Actor, buyer: Actor) -> None:
    parts = [await market.article(creator, 1000, title="One"), await market.article(creator, 1000, title="Two")]
    bought = await market.buy(buyer, *parts, card=DISPUTED)
    await market.give_back(buyer, bought.purchases[0])
    assert bought.order.status == "completed"
    await market.later(minutes=3)
    await market.work()
    bought = await market.look(buyer, bought.order.id)
    assert (bought.order.status, [purchase.status for purchase in bought.purchases]) == ("refunded", ["refunded"] * 2)
    assert await market.holds(creator.id, "earnings_pending") == 0
    assert await market.ask("select status, disputed_at is not null from payments") == [("partially_refunded", True)]
    await market.check_books()
