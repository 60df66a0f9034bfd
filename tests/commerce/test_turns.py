"""Two who want the same money at once: in which order they lock it."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from tests.commerce.market import Market, euro
from tuition import commerce, earnings, wallets
from tuition.earnings import Tax
from tuition.identity import Actor
from tuition.kernel import new_id

WAITING = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


async def test_reaching_the_price_and_buying_from_the_wallet_take_turns_and_never_block_each_other(
    market: Market, creator: Actor, buyer: Actor
) -> None:
    film, article = await market.film(creator, price=300), await market.article(creator, 400)
    await market.pay_in(buyer, 1000)
    async with market.database.transaction() as session:
        wallet = await wallets.open_wallet(session, buyer.id, "EUR")
    # As a batch of reports does it: the lots first, and when the price is reached the buyer's turn.
    async with market.database.transaction() as session:
        await wallets.lock_lots(session, {wallet.id})
        buying = asyncio.create_task(market.order(buyer, article, from_wallet=True))
        async with asyncio.timeout(10):
            while (await market.ask(WAITING)) == [(0,)]:  # noqa: ASYNC110 - the database offers nothing to wait for
                await asyncio.sleep(0.02)
        bought = await commerce.record_metered_ownership(
            session,
            buyer_id=buyer.id,
            content_id=film.id,
            parts=earnings.split(euro(300), fee_rate=Decimal("0.3"), tax=euro(0), shares=[(creator.id, 1)]),
            fee_rate=Decimal("0.3"),
            tax=Tax("", "", Decimal(0), is_inclusive=True),
            meter_id=new_id(),
        )
    order, _ = await buying
    assert bought is not None
    assert order.status == "completed"
