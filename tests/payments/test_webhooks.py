"""What providers say: once, in any order, verified, and again when we broke."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.commerce.market import DECLINED, VISA, Market, as_id, euro
from tuition import payments, wallets
from tuition.identity import Actor, Role
from tuition.payments import AnswerStatus, GatewayAnswer, PaymentSucceeded, SignatureInvalid
from tuition.payments.adapters import sandbox
from tuition.payments.jobs import process_webhook
from tuition.platform import jobs, site
from tuition.platform.database import Session


async def body_of_last_message(market: Market) -> bytes:
    [(body,)] = await market.ask("select body from sandbox_events order by created_at desc, id desc limit 1")
    assert isinstance(body, bytes)
    return body


async def send(market: Market, body: bytes, signature: str) -> None:
    async with market.database.transaction() as session:
        await payments.receive(session, market.sandbox, {"sandbox-signature": signature}, body)


async def test_the_same_message_counts_once(market: Market, buyer: Actor) -> None:
    await market.pay_in(buyer, 1000)
    body = await body_of_last_message(market)
    for _ in range(4):
        await send(market, body, market.sandbox.sign(body, at=market.now))
    await market.work()
    assert await market.balance(buyer) == 1000
    assert await market.ask("select status, deliveries, attempts from payment_webhook_events") == [("processed", 5, 1)]
    await market.check_books()


async def test_a_wrong_or_old_signature_stores_nothing(market: Market, buyer: Actor) -> None:
    market.lost = True
    await market.pay_in(buyer, 1000)
    body = await body_of_last_message(market)
    good = market.sandbox.sign(body, at=market.now)
    old = market.sandbox.sign(body, at=market.now - timedelta(minutes=6))
    for signature in ("", "t=1", f"{good}0", old, market.sandbox.sign(body + b" ", at=market.now), "t=x,v1=y"):
        with pytest.raises(SignatureInvalid):
            await send(market, body, signature)
    assert await market.ask("select count(*) from payment_webhook_events") == [(0,)]
    assert await market.balance(buyer) == 0


async def test_failure_after_success_changes_nothing_and_success_after_failure_counts(market: Market, buyer: Actor) -> None:
    paid = await market.pay_in(buyer, 1000)
    await say(market, paid, AnswerStatus.FAILED)
    assert (await market.payment(paid.id)).status == "succeeded"
    declined = await market.pay_in(buyer, 500, card=DECLINED)
    assert declined.status == "failed"
    await say(market, declined, AnswerStatus.PENDING)
    assert (await market.payment(declined.id)).status == "failed"
    await say(market, declined, AnswerStatus.SUCCEEDED)
    assert (await market.payment(declined.id)).status == "succeeded"
    assert await market.balance(buyer) == 1500
    assert await market.ask("select distinct status from transactions") == [("completed",)]


async def say(market: Market, payment: payments.Payment, status: AnswerStatus, *, minor: int | None = None) -> None:
    answer = GatewayAnswer(status, payment.provider_reference or "", amount=euro(minor or payment.amount_minor))
    async with market.database.transaction() as session:
        await payments.record_answer(session, payment.id, answer)


async def test_success_is_announced_once_and_undoes_no_refund(market: Market, creator: Actor, buyer: Actor) -> None:
    announced: list[PaymentSucceeded] = []

    async def note(_session: Session, fact: PaymentSucceeded) -> None:
        announced.append(fact)

    market.database.bus.subscribe(PaymentSucceeded, note)
    bought = await market.buy(buyer, await market.article(creator, 1000))
    assert bought.payment is not None
    await market.give_back(buyer, bought.purchase)
    for _ in range(2):
        await say(market, bought.payment, AnswerStatus.SUCCEEDED)
    assert (await market.payment(bought.payment.id)).status == "refunded"
    assert len(announced) == 1
    await market.check_books()


async def test_another_sum_than_ours_is_never_recorded(market: Market, buyer: Actor) -> None:
    paid = await market.pay_in(buyer, 1000, card=DECLINED)
    with pytest.raises(payments.AmountDiffers):
        await say(market, paid, AnswerStatus.SUCCEEDED, minor=1)
    assert await market.balance(buyer) == 0


async def test_a_message_may_come_before_we_know_the_providers_name_for_the_payment(market: Market, buyer: Actor) -> None:
    async with market.database.transaction() as session:
        wallet = await wallets.open_wallet(session, buyer.id, "EUR")
        payment = await wallets.start_top_up(session, buyer, wallet, euro(700), provider="sandbox")
    request = payments.PaymentRequest(str(payment.id), euro(700), "", "", str(buyer.id))
    answer = await market.sandbox.create_payment(request)  # our process dies here: the answer is never recorded
    async with market.database.transaction() as session:
        await sandbox.confirm(session, answer.reference, VISA)
    await market.work()
    found = await market.payment(payment.id)
    assert (found.status, found.provider_reference) == ("succeeded", answer.reference)
    assert await market.balance(buyer) == 700
    await market.check_books()


async def test_what_broke_on_our_side_is_said_and_replayed_once(market: Market, buyer: Actor) -> None:
    broken = True

    async def break_down(_session: Session, _fact: Any) -> None:
        if broken:
            raise RuntimeError("the disk is full")

    market.database.bus.subscribe(PaymentSucceeded, break_down)
    operator = await market.person(Role.OPERATOR)
    with pytest.raises(jobs.JobFailed):
        await market.pay_in(buyer, 1000)
    [(event_id, status, message)] = await market.ask("select id, status, error_message from payment_webhook_events")
    assert (status, message) == ("failed", "RuntimeError: the disk is full")
    assert await market.balance(buyer) == 0

    broken = False
    for _ in range(2):
        async with market.database.transaction() as session:
            await payments.replay(session, operator.id, as_id(event_id))
        await market.work()
    context = jobs.Context(market.database, market.services, "payments.process_webhook")
    await process_webhook(context, event_id=str(event_id))
    assert await market.balance(buyer) == 1000
    assert await market.ask("select status, error_message from payment_webhook_events") == [("processed", None)]
    assert await market.ask("select count(*) from audit_log where action = 'payments.webhook_replayed'") == [(2,)]
    await market.check_books()


async def test_a_lost_message_is_asked_for(market: Market, buyer: Actor) -> None:
    market.lost = True
    payment = await market.pay_in(buyer, 1000)
    assert (payment.status, await market.balance(buyer)) == ("pending", 0)
    await market.later(minutes=20)
    await reconcile(market)
    assert await market.balance(buyer) == 0, "not yet: it may still be on its way"
    await market.later(minutes=20)
    await reconcile(market)
    assert await market.balance(buyer) == 1000
    market.lost = False
    body = await body_of_last_message(market)
    await send(market, body, market.sandbox.sign(body, at=market.now))
    await market.work()
    assert await market.balance(buyer) == 1000, "and when the message comes after all, it changes nothing"
    await market.check_books()


async def test_a_payer_who_never_comes_back_has_given_up_after_two_days(market: Market, buyer: Actor) -> None:
    async with market.database.transaction() as session:
        wallet = await wallets.open_wallet(session, buyer.id, "EUR")
        payment = await wallets.start_top_up(session, buyer, wallet, euro(700), provider="sandbox")
    await payments.ask(market.database, market.gateways, payment.id)
    await market.later(days=1)
    await reconcile(market)
    assert (await market.payment(payment.id)).status == "pending"
    await market.later(days=2)
    await reconcile(market)
    found = await market.payment(payment.id)
    assert (found.status, found.failure_code) == ("failed", "expired")
    await market.type_card(found, VISA)
    await market.work()
    assert await market.balance(buyer) == 700, "money that comes late is still theirs"


async def reconcile(market: Market) -> None:
    await jobs.run_periodic(market.database, market.services, names=["payments.reconcile"])
    await market.work()


@pytest.mark.parametrize(("stamp", "is_admitted"), [(site.Mode.LIVE, False), (site.Mode.TEST, True), (None, True)])
async def test_play_money_and_money_never_meet(market: Market, buyer: Actor, stamp: site.Mode | None, is_admitted: bool) -> None:
    if stamp:
        async with market.database.transaction() as session:
            await site.stamp(session, stamp)
    if is_admitted:
        await market.pay_in(buyer, 1000)
        async with market.database.reading() as session:
            assert (await site.current(session)).mode is site.Mode.TEST
        return
    with pytest.raises(payments.GatewayRefused, match="real money"):
        await market.pay_in(buyer, 1000)
    assert await market.ask("select status, failure_code from payments") == [("failed", "payments.gateway_refused")]
    assert await market.ask("select status from transactions") == [("failed",)]
    with pytest.raises(payments.GatewayRefused):
        await send(market, b"{}", market.sandbox.sign(b"{}", at=market.now))


async def test_real_gateways_are_refused_where_nothing_is_money(
    market: Market, monkeypatch: pytest.MonkeyPatch, buyer: Actor
) -> None:
    await market.pay_in(buyer, 1000)
    monkeypatch.setattr(market.sandbox, "is_test", False, raising=False)
    with pytest.raises(payments.GatewayRefused, match="Use another database"):
        await market.pay_in(buyer, 1000)


async def test_a_provider_that_does_not_answer_is_asked_again(
    market: Market, buyer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = await market.pay_in(buyer, 1000, save=True)
    answers = market.sandbox.create_payment

    async def silent(_request: payments.PaymentRequest) -> GatewayAnswer:
        raise payments.GatewayUnavailable

    monkeypatch.setattr(market.sandbox, "create_payment", silent)
    async with market.database.transaction() as session:
        wallet = await wallets.open_wallet(session, buyer.id, "EUR")
        payment = await wallets.start_top_up(session, buyer, wallet, euro(700), provider=None, method_id=saved.payment_method_id)
    pending = await payments.ask(market.database, market.gateways, payment.id)
    assert (pending.status, pending.provider_reference) == ("pending", None)
    monkeypatch.setattr(market.sandbox, "create_payment", answers)
    await market.work()
    assert await market.balance(buyer) == 1700


async def test_an_erased_person_leaves_their_payments_without_a_face(market: Market, buyer: Actor) -> None:
    await market.pay_in(buyer, 1000, save=True)
    async with market.database.reading() as session:
        exported = await payments.privacy.export(session, buyer.id)
    assert exported["cards"][0]["last4"] == "4242"
    assert exported["payments"][0]["amount"] == "10.00 EUR"
    async with market.database.transaction() as session:
        await payments.privacy.erase(session, buyer.id)
    assert await market.ask("select brand, last4, expires_year from payment_methods") == [("", "", None)]
    assert await market.ask("select payload, headers from payment_webhook_events") == [(b"{}", {})]
    await market.check_books()


async def test_what_was_never_understood_names_an_erased_person_no_longer(market: Market, buyer: Actor) -> None:
    payment = await market.pay_in(buyer, 1000)
    said = {"theirs": payment.provider_reference, "them": str(buyer.id), "another's": "ch_of_somebody_else"}
    async with market.database.transaction() as session:
        for event_id, reference in said.items():
            event = payments.WebhookEvent(provider="sandbox", event_id=event_id, event_type="odd", error_message="broke")
            event.payload, event.status = f'{{"about": "{reference}"}}'.encode(), "failed"
            session.add(event)
    async with market.database.transaction() as session:
        await payments.privacy.erase(session, buyer.id)
    kept = await market.ask("select event_id, error_message from payment_webhook_events where payload <> '{}'")
    assert kept == [("another's", "broke")]
