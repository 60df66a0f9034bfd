"""Money that somebody gives back at the provider itself: we hear of it by a message, and the books follow."""

from __future__ import annotations

from tests.commerce.market import Market, as_id
from tuition import payments
from tuition.identity import Actor
from tuition.payments import Payment
from tuition.payments.adapters import sandbox
from tuition.platform import jobs


async def give_back_outside(market: Market, payment: Payment | None, minor: int) -> None:
    """Somebody presses the button on the provider's own page."""
    assert payment is not None
    async with market.database.transaction() as session:
        await sandbox.give_back_here(session, payment.provider_reference or "", minor)
    await market.work()


async def test_all_of_an_order_given_back_ends_it_for_everybody(market: Market, creator: Actor, buyer: Actor) -> None:
    parts = [await market.article(creator, price, title=f"Part {price}") for price in (1000, 500)]
    bought = await market.buy(buyer, *parts)
    await market.give_back(buyer, bought.purchases[0])
    await give_back_outside(market, bought.payment, 500)
    found = await market.look(buyer, bought.order.id)
    assert (found.order.status, {purchase.status for purchase in found.purchases}) == ("refunded", {"refunded"})
    assert await market.ask("select count(*) from access_grants where ended_at is null and source_type = 'purchase'") == [(0,)]
    assert await market.holds(creator.id, "earnings_pending") == 0
    assert found.payment is not None
    assert (found.payment.status, found.payment.refunded_minor) == ("refunded", 1500)
    assert await market.ask("select count(*) from invoices where kind = 'credit_note'") == [(2,)]
    await market.check_books()


async def test_a_part_given_back_is_the_houses_gift_until_the_rest_goes_too(market: Market, creator: Actor, buyer: Actor) -> None:
    bought = await market.buy(buyer, await market.article(creator, 2000))
    await give_back_outside(market, bought.payment, 300)
    assert (await market.look(buyer, bought.order.id)).purchase.status == "completed"
    assert await market.platform("promotions") == -300
    assert await market.holds(creator.id, "earnings_pending") == 1400
    await market.check_books()

    await give_back_outside(market, bought.payment, 1700)
    assert (await market.look(buyer, bought.order.id)).purchase.status == "refunded"
    assert (await market.platform("promotions"), await market.holds(creator.id, "earnings_pending")) == (0, 0)
    await market.check_books()


async def test_a_bank_that_takes_the_rest_returns_the_gift_too(market: Market, creator: Actor, buyer: Actor) -> None:
    bought = await market.buy(buyer, await market.article(creator, 2000))
    await give_back_outside(market, bought.payment, 300)
    assert bought.payment is not None
    async with market.database.transaction() as session:
        await sandbox.dispute(session, bought.payment.provider_reference or "")
    await market.work()
    assert (await market.look(buyer, bought.order.id)).purchase.status == "refunded"
    assert (await market.platform("promotions"), await market.holds(creator.id, "earnings_pending")) == (0, 0)


async def test_a_top_up_given_back_leaves_the_wallet_and_what_was_spent_is_owed(
    market: Market, creator: Actor, buyer: Actor
) -> None:
    paid = await market.pay_in(buyer, 1000)
    await market.buy(buyer, await market.article(creator, 700), from_wallet=True)
    await give_back_outside(market, paid, 200)
    assert (await market.balance(buyer), await market.holds(buyer.id, "receivable")) == (100, 0)
    await give_back_outside(market, paid, 800)
    assert (await market.balance(buyer), await market.holds(buyer.id, "receivable")) == (0, -700)
    lines = await market.ask("select amount_minor from transactions where type = 'withdrawal' order by amount_minor")
    assert lines == [(200,), (800,)]
    await market.check_books()


async def test_a_message_that_comes_twice_counts_once(market: Market, creator: Actor, buyer: Actor) -> None:
    bought = await market.buy(buyer, await market.article(creator, 2000))
    await give_back_outside(market, bought.payment, 300)
    [(event_id,)] = await market.ask("select id from payment_webhook_events where event_type = 'refund.succeeded'")
    async with market.database.transaction() as session:
        event = await session.get_one(payments.WebhookEvent, as_id(event_id))
        event.status = "processing"
        event.event_id = "evt_again"
    await market.understand(as_id(event_id))
    assert await market.platform("promotions") == -300
    assert await market.ask("select count(*) from payment_refunds") == [(1,)]
    await market.check_books()


async def test_more_than_is_left_waits_for_a_person(market: Market, creator: Actor, buyer: Actor) -> None:
    bought = await market.buy(buyer, await market.article(creator, 2000))
    await market.give_back(buyer, bought.purchase)
    assert bought.payment is not None
    async with market.database.transaction() as session:
        charge = await sandbox.charge_of(session, bought.payment.provider_reference or "")
        charge.refunded_minor = 0  # the provider's books and ours differ
        await sandbox.give_back_here(session, charge.reference, 500)
    await jobs.drain(market.database, market.services, strict=False)
    [(status, error)] = await market.ask(
        "select status, error_message from payment_webhook_events where event_type = 'refund.succeeded' and payment_id is null"
    )
    assert (status, "0.00 EUR of this payment can still be refunded" in error) == ("failed", True)
