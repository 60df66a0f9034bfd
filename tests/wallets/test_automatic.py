"""A wallet that fills itself: once, within its ceiling, and not for ever against a card that says no."""

from __future__ import annotations

import asyncio

import pytest

from tests.commerce.market import DECLINES_LATER, VISA, Market, euro
from tuition import messaging, payments, wallets
from tuition.identity import Actor
from tuition.kernel import MoneyInvalid
from tuition.platform import jobs


async def with_auto(
    market: Market, actor: Actor, *, card: str = VISA, funds: int = 1000, threshold: int = 250, ceiling: int = 3000
) -> payments.Payment:
    """Money in the wallet, a kept card, and the wish to fill up by 10.00 below the threshold."""
    saved = await market.pay_in(actor, funds, card=card, save=True)
    async with market.database.transaction() as session:
        await wallets.change_auto_top_up(
            session,
            actor,
            enabled=True,
            threshold=euro(threshold),
            amount=euro(1000),
            ceiling_month=euro(ceiling),
            method_id=saved.payment_method_id,
        )
    return saved


async def test_of_many_spendings_at_once_one_fills_the_wallet(market: Market, creator: Actor, buyer: Actor) -> None:
    await with_auto(market, buyer, threshold=600)
    articles = [await market.article(creator, 160, title=f"Text {n}") for n in range(5)]
    await asyncio.gather(*(market.order(buyer, article, from_wallet=True) for article in articles))
    assert await market.balance(buyer) == 200
    await market.work()
    assert await market.balance(buyer) == 1200
    automatic = await market.ask("select status from transactions where payment_method = 'automatic'")
    assert automatic == [("completed",)]
    assert await market.ask("select title from notifications where type = 'auto_topup'") == [("Your wallet filled itself",)]
    assert await market.ask("select count(*) from email_logs where email_type = 'auto_topup'") == [(1,)]
    await market.check_books()


async def test_the_months_ceiling_holds_and_is_said_once(market: Market, creator: Actor, buyer: Actor) -> None:
    await with_auto(market, buyer, ceiling=2000)
    for number, minor in enumerate((800, 1000, 1000, 50)):
        await market.buy(buyer, await market.article(creator, minor, title=f"Text {number}"), from_wallet=True)
    assert await market.balance(buyer) == 1000 + 2 * 1000 - 2850
    filled = await market.ask("select count(*) from transactions where payment_method = 'automatic' and status = 'completed'")
    assert filled == [(2,)]
    assert await market.ask("select count(*) from notifications where title like '%no more this month'") == [(1,)]
    await market.later(days=31)
    await retry(market)
    filled = await market.ask("select count(*) from transactions where payment_method = 'automatic' and status = 'completed'")
    assert filled == [(3,)], "a new month"
    await market.check_books()


async def test_a_card_that_says_no_is_tried_later_and_later_and_then_left_alone(
    market: Market, creator: Actor, buyer: Actor
) -> None:
    await with_auto(market, buyer, card=DECLINES_LATER)
    await market.buy(buyer, await market.article(creator, 800), from_wallet=True)
    for failures, hours in ((1, 1), (2, 2), (3, 4), (4, 8)):
        wait = "extract(epoch from next_attempt_at - :now) / 3600"
        [row] = await market.ask(f"select failures, enabled, {wait} from auto_topup_settings", now=market.now)
        assert row == (failures, True, hours)
        await retry(market)
        assert await market.ask("select failures from auto_topup_settings") == [(failures,)], "not before its time"
        await market.later(hours=hours)
        await retry(market)
    assert await market.ask("select failures, enabled from auto_topup_settings") == [(5, False)]
    await market.later(days=30)
    await retry(market)
    assert await market.ask("select count(*) from payments where off_session") == [(5,)]
    assert await market.balance(buyer) == 200
    told = [str(message) for (message,) in await market.ask("select message from notifications where type = 'auto_topup'")]
    assert len(told) == 5
    assert sum("off now" in message for message in told) == 1
    assert await market.ask("select count(*) from email_logs where email_type = 'auto_topup_failed'") == [(5,)]


async def test_a_wallet_that_recovered_by_itself_is_not_asked_about_again(market: Market, creator: Actor, buyer: Actor) -> None:
    await with_auto(market, buyer, card=DECLINES_LATER)
    await market.buy(buyer, await market.article(creator, 800), from_wallet=True)
    await market.pay_in(buyer, 2000)
    await market.later(hours=1)
    await retry(market)
    assert await market.ask("select failures, next_attempt_at from auto_topup_settings") == [(1, None)]


async def retry(market: Market) -> None:
    await jobs.run_periodic(market.database, market.services, names=["wallets.retry_top_ups"])
    await market.work()


async def test_low_balance_is_said_once_until_it_recovers(market: Market, creator: Actor, buyer: Actor) -> None:
    await market.pay_in(buyer, 500)
    assert await market.ask("select count(*) from notifications") == [(0,)], "what has just come in is no bad news"
    await market.pay_in(buyer, 1500)
    for number in range(3):
        await market.buy(buyer, await market.article(creator, 600, title=f"Text {number}"), from_wallet=True)
    assert await market.ask("select count(*) from notifications where type = 'low_balance'") == [(1,)]
    await market.pay_in(buyer, 2000)
    for number in range(2):
        await market.buy(buyer, await market.article(creator, 800, title=f"More {number}"), from_wallet=True)
    assert await market.ask("select count(*) from notifications where type = 'low_balance'") == [(2,)]


async def test_a_first_filling_below_the_threshold_is_no_fall(market: Market, creator: Actor, buyer: Actor) -> None:
    async def told() -> int:
        [(count,)] = await market.ask("select count(*) from notifications where type = 'low_balance'")
        return int(count)

    await market.pay_in(buyer, 500)
    await market.buy(buyer, await market.article(creator, 100), from_wallet=True)
    assert await told() == 0, "it was never at 10.00, so it has not fallen below it"
    async with market.database.transaction() as session:
        await messaging.change_settings(session, buyer.id, low_balance=euro(350))
    await market.buy(buyer, await market.article(creator, 100, title="Other"), from_wallet=True)
    assert await told() == 1, "above the new threshold it was not low any more"
    await market.buy(buyer, await market.article(creator, 100, title="Third"), from_wallet=True)
    assert await told() == 1


async def test_a_gift_that_expires_is_a_fall_too(market: Market, buyer: Actor) -> None:
    await market.pay_in(buyer, 900)
    async with market.database.transaction() as session:
        await wallets.grant(session, buyer.id, euro(300), reason="A week", expires_at=market.now + market.days(7))
    await market.later(days=7)
    await jobs.run_periodic(market.database, market.services, names=["wallets.expire"])
    assert await market.ask("select count(*) from notifications where type = 'low_balance'") == [(1,)]
    await market.check_books()


async def test_a_forgotten_card_switches_it_off(market: Market, creator: Actor, buyer: Actor) -> None:
    saved = await with_auto(market, buyer)
    assert saved.payment_method_id is not None
    async with market.database.transaction() as session:
        await payments.remove_method(session, buyer, saved.payment_method_id)
    assert await market.ask("select enabled, payment_method_id from auto_topup_settings") == [(False, None)]
    await market.buy(buyer, await market.article(creator, 900), from_wallet=True)
    assert await market.balance(buyer) == 100


async def test_settings_that_make_no_sense_are_refused(market: Market, buyer: Actor) -> None:
    async def change(amount: int, ceiling: int, threshold: int = 100) -> None:
        async with market.database.transaction() as session:
            await wallets.change_auto_top_up(
                session,
                buyer,
                enabled=True,
                threshold=euro(threshold),
                amount=euro(amount),
                ceiling_month=euro(ceiling),
                method_id=None,
            )

    with pytest.raises(wallets.TopUpAmountRefused, match=r"between 1\.00 EUR and 500\.00 EUR"):
        await change(50_001, 60_000)
    with pytest.raises(wallets.CeilingTooLow):
        await change(1000, 999)
    with pytest.raises(MoneyInvalid):
        await change(1000, 1000, threshold=-1)
    with pytest.raises(wallets.AutoTopUpNeedsMethod):
        await change(1000, 1000)
