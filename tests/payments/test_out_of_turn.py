"""What providers say too late, too early, or in the middle of something else."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.commerce.market import VISA, Market, as_id, euro
from tuition import commerce, payments, wallets
from tuition.identity import Actor, Role
from tuition.payments import AnswerStatus, RefundAnswer, RefundRequest
from tuition.payments import jobs as payment_jobs
from tuition.payments.adapters import sandbox
from tuition.platform import jobs


async def ask_back(market: Market, buyer: Actor, purchase: commerce.Purchase) -> UUID:
    """Ask for a refund that nobody has sent yet; its id at the payments."""
    async with market.database.transaction() as session:
        await commerce.refund(session, buyer, purchase.id)
    [(refund_id,)] = await market.ask("select id from payment_refunds")
    return as_id(refund_id)


async def test_a_refund_that_is_told_of_before_the_payment_waits_for_it(market: Market, creator: Actor, buyer: Actor) -> None:
    order, payment = await market.order(buyer, await market.article(creator, 2000))
    assert payment is not None
    await market.type_card(payment, VISA)
    async with market.database.transaction() as session:
        await sandbox.give_back_here(session, payment.provider_reference or "", 2000)
    paid, given_back = await market.arrived()
    with pytest.raises(payments.RefundTooLarge):
        await market.understand(given_back)
    await market.understand(paid)
    assert (await market.look(buyer, order.id)).order.status == "completed"
    await market.work()
    assert (await market.look(buyer, order.id)).order.status == "refunded"
    await market.check_books()


async def test_late_news_of_a_refused_attempt_does_not_end_the_next_one(
    market: Market, creator: Actor, buyer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    bought = await market.buy(buyer, await market.article(creator, 2000))
    refund_id = await ask_back(market, buyer, bought.purchase)

    async def refuse(request: RefundRequest) -> RefundAnswer:
        return RefundAnswer(AnswerStatus.FAILED, "re_first", key=request.key, failure_message="Not today.")

    with monkeypatch.context() as patched:
        patched.setattr(market.sandbox, "refund", refuse)
        await payment_jobs.send_refund(market.database, market.gateways, refund_id)
        assert await market.ask("select status from payment_refunds") == [("failed",)]
        admin = await market.person(Role.OWNER)
        async with market.database.transaction() as session:
            await payments.retry_refund(session, admin.id, refund_id)
        # The message that tells of the first attempt has been on its way all the while.
        message = {"reference": "re_first", "key": str(refund_id), "status": "failed", "failure_message": "Not today."}
        await market.say_of_refund(message | {"payment": "", "amount_minor": 2000, "currency": "EUR"})
    assert await market.ask("select status, provider_reference from payment_refunds") == [("pending", None)]
    await market.work()
    assert await market.ask("select status from payment_refunds") == [("succeeded",)]
    await market.check_books()


async def test_what_a_person_sends_by_hand_is_the_refund_that_was_refused(
    market: Market, creator: Actor, buyer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    bought = await market.buy(buyer, await market.article(creator, 2000))
    assert bought.payment is not None

    async def refuse(request: RefundRequest) -> RefundAnswer:
        return RefundAnswer(AnswerStatus.FAILED, "re_first", key=request.key, failure_message="Not today.")

    with monkeypatch.context() as patched:
        patched.setattr(market.sandbox, "refund", refuse)
        await ask_back(market, buyer, bought.purchase)
        await market.work()
    assert await market.ask("select status from refunds") == [("failed",)]
    async with market.database.transaction() as session:
        await sandbox.give_back_here(session, bought.payment.provider_reference or "", 2000)
    await market.work()
    assert await market.ask("select status from refunds") == [("completed",)]
    assert await market.holds(buyer.id, "held") == 0
    await market.check_books()


async def test_a_bank_that_takes_all_has_taken_what_was_to_be_refunded(market: Market, creator: Actor, buyer: Actor) -> None:
    parts = [await market.article(creator, price, title=f"Part {price}") for price in (1500, 500)]
    bought = await market.buy(buyer, *parts)
    await ask_back(market, buyer, bought.purchases[0])
    assert bought.payment is not None
    async with market.database.transaction() as session:
        await sandbox.dispute(session, bought.payment.provider_reference or "")
    await market.work()
    assert await market.ask("select status from payment_refunds") == [("succeeded",)]
    assert {status for (status,) in await market.ask("select status from refunds")} == {"completed"}
    assert (await market.look(buyer, bought.order.id)).order.status == "refunded"
    await market.check_books()


async def test_every_lost_message_is_made_up_for_whatever_else_is_stuck(
    market: Market, buyer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payment_jobs, "RECONCILE_BATCH", 2)
    for _ in range(3):  # nobody ever types a card
        async with market.database.transaction() as session:
            wallet = await wallets.open_wallet(session, buyer.id, "EUR")
            abandoned = await wallets.start_top_up(session, buyer, wallet, euro(500), provider="sandbox")
        await payments.ask(market.database, market.gateways, abandoned.id)
        await market.later(minutes=1)
    market.lost = True
    await market.pay_in(buyer, 1000)
    fetch = market.sandbox.fetch_payment

    async def break_for_the_first(reference: str) -> payments.GatewayAnswer:
        answer = await fetch(reference)
        if answer.key == await first():
            raise RuntimeError("the provider says something odd")
        return answer

    async def first() -> str:
        [(payment_id,)] = await market.ask("select id from payments order by created_at limit 1")
        return str(payment_id)

    monkeypatch.setattr(market.sandbox, "fetch_payment", break_for_the_first)
    await market.later(hours=1)
    await jobs.run_periodic(market.database, market.services, names=["payments.reconcile"])
    await jobs.drain(market.database, market.services, strict=False)
    assert await market.balance(buyer) == 1000
