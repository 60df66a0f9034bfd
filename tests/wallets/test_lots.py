"""What a wallet is made of: gifts, what a bank takes back, what expires."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from tests.commerce.market import DISPUTED, Market, euro
from tuition import wallets
from tuition.identity import Actor, EmailUnverified
from tuition.kernel.clock import SystemClock
from tuition.payments import PaymentDisputed
from tuition.platform import jobs, site
from tuition.wallets.actions import funding
from tuition.wallets.rules import next_attempt_at, top_up_limits


async def test_gifts_are_spent_first_and_what_expires_first_among_them(market: Market, creator: Actor, buyer: Actor) -> None:
    await market.pay_in(buyer, 1000)
    await market.later(seconds=1)
    async with market.database.transaction() as session:
        await wallets.grant(session, buyer.id, euro(200), reason="For ever")
        await wallets.grant(session, buyer.id, euro(300), reason="A week", expires_at=market.now + timedelta(days=7))
    await market.buy(buyer, await market.article(creator, 400), from_wallet=True)
    remaining = await market.ask("select kind, amount_minor, remaining_minor from wallet_lots order by amount_minor")
    assert remaining == [("granted", 200, 100), ("granted", 300, 0), ("paid", 1000, 1000)]
    await market.check_books()


async def test_a_gift_expires_and_returns_to_the_house(market: Market, buyer: Actor) -> None:
    async with market.database.transaction() as session:
        await wallets.grant(session, buyer.id, euro(300), reason="A week", expires_at=market.now + timedelta(days=7))
        for amount, end in ((0, None), (100, market.now)):
            with pytest.raises(wallets.GiftInvalid):
                await wallets.grant(session, buyer.id, euro(amount), reason="", expires_at=end)
    await market.later(days=7)
    await jobs.run_periodic(market.database, market.services, names=["wallets.expire"])
    assert await market.balance(buyer) == 0
    assert await market.platform("promotions") == 0
    assert await market.ask("select type, amount_minor from transactions order by type") == [("expiry", 300), ("grant", 300)]
    await market.check_books()


async def test_many_gifts_that_expire_together_are_all_taken_back(
    market: Market, buyer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(funding, "EXPIRE_BATCH", 2)
    async with market.database.transaction() as session:
        for _ in range(5):
            await wallets.grant(session, buyer.id, euro(100), reason="A day", expires_at=market.now + timedelta(days=1))
    await market.later(days=1)
    await jobs.run_periodic(market.database, market.services, names=["wallets.expire"])
    await market.work()
    assert await market.balance(buyer) == 0


async def test_a_bank_that_takes_a_top_up_back_waits_for_a_spending_and_not_in_a_circle(market: Market, buyer: Actor) -> None:
    await market.pay_in(buyer, 1000)
    disputed = await market.pay_in(buyer, 500)
    lots = [lot_id for (lot_id,) in await market.ask("select id from wallet_lots order by id")]
    lock = text("select from wallet_lots where id = :id for update")
    fact = PaymentDisputed(disputed.id, "topup", "wallet", disputed.subject_id, buyer.id, euro(500), "sandbox")

    async def take_back() -> None:
        async with market.database.transaction() as session:
            await wallets.on_payment_disputed(session, fact)

    async with market.database.transaction() as spending:
        await spending.execute(lock, {"id": lots[0]})
        bank = asyncio.create_task(take_back())
        waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        for _ in range(500):
            if await market.ask(waiting) == [(1,)]:
                break
            await asyncio.sleep(0.02)
        await spending.execute(lock, {"id": lots[1]})
    await bank
    assert await market.balance(buyer) == 1000


async def test_a_disputed_top_up_freezes_what_was_spent_until_it_is_paid(market: Market, creator: Actor, buyer: Actor) -> None:
    await market.pay_in(buyer, 1000, card=DISPUTED)
    bought = await market.buy(buyer, await market.article(creator, 700), from_wallet=True)
    await market.later(minutes=3)
    await market.work()
    assert await market.balance(buyer) == 0
    assert await market.holds(buyer.id, "receivable") == -700
    await market.check_books()
    async with market.database.transaction() as session:
        await wallets.grant(session, buyer.id, euro(500), reason="Sorry")
    with pytest.raises(wallets.WalletFrozen):
        await market.order(buyer, await market.article(creator, 100, title="Other"), from_wallet=True)
    assert await market.balance(buyer) == 500, "a gift pays no debt"

    await market.pay_in(buyer, 500)
    assert await market.holds(buyer.id, "receivable") == -200
    await market.give_back(buyer, bought.purchase)
    assert await market.holds(buyer.id, "receivable") == 0
    assert await market.balance(buyer) == 1000
    await market.buy(buyer, await market.article(creator, 100, title="Third"), from_wallet=True)
    await market.check_books()


async def test_a_top_up_has_limits_and_needs_a_proven_address(market: Market, buyer: Actor) -> None:
    async with market.database.transaction() as session:
        await site.change(session, None, top_up_min_minor=500, top_up_max_minor=2000)
    for minor in (499, 2001):
        with pytest.raises(wallets.TopUpAmountRefused, match=r"between 5\.00 EUR and 20\.00 EUR"):
            await market.pay_in(buyer, minor)
    await market.pay_in(buyer, 500)
    with pytest.raises(EmailUnverified):
        await market.pay_in(await market.person(verified=False), 500)
    assert await market.ask("select email_type from email_logs") == [("topup_receipt",)]


async def test_a_wallet_is_its_owners_alone(market: Market, buyer: Actor) -> None:
    await market.pay_in(buyer, 500)
    stranger = await market.person()
    async with market.database.transaction() as session:
        wallet = await wallets.open_wallet(session, buyer.id, "EUR")
        assert (await wallets.open_wallet(session, buyer.id, "EUR")).id == wallet.id
        with pytest.raises(wallets.WalletNotFound):
            await wallets.get_wallet_for(session, stranger, wallet.id)
        exported = await wallets.privacy.export(session, buyer.id)
        assert (exported["wallets"][0]["balance"], exported["history"][0]["type"]) == ("5.00 EUR", "topup")
        await wallets.privacy.erase(session, buyer.id)
    await market.check_books()


def test_limits_keep_their_figure_in_every_currency() -> None:
    assert [str(limit) for limit in top_up_limits(150, 50_000, stated_in="EUR", currency="USD")] == ["1.50 USD", "500.00 USD"]
    assert [str(limit) for limit in top_up_limits(150, 50_000, stated_in="EUR", currency="JPY")] == ["2 JPY", "500 JPY"]
    assert [str(limit) for limit in top_up_limits(150, 50_000, stated_in="EUR", currency="KWD")] == ["1.500 KWD", "500.000 KWD"]


@given(st.integers(1, 1000))
def test_the_wait_grows_and_ends_at_a_week(failures: int) -> None:
    now = SystemClock().now()
    wait = next_attempt_at(failures, now) - now
    assert timedelta(hours=1) <= wait <= timedelta(days=7)
    assert wait <= next_attempt_at(failures + 1, now) - now
