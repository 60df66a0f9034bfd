"""What was paid by the minute until it was owned: the purchase says what the ledger moved, a refund undoes exactly that."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.commerce.market import Market
from tuition import commerce, earnings
from tuition.commerce import NothingToRefund, Purchase
from tuition.identity import Actor, Role
from tuition.platform import site
from tuition.playback import EndReason

MOVED = """
select c.kind, sum(x.amount) from ledger_transactions t join ledger_transfers x on x.transaction_id = t.id
join ledger_accounts c on c.id = x.credit_account_id where t.kind = 'minutes.played' group by c.kind
"""


async def change_rates(market: Market, *, tax: str, fee: str) -> None:
    async with market.database.transaction() as session:
        admin = await market.person(Role.OWNER)
        await earnings.set_tax_rate(session, admin.id, country="*", name="VAT", rate=Decimal(tax), is_inclusive=True)
        await site.change(session, admin.id, platform_fee_rate=Decimal(fee))


async def watch_until_owned(market: Market, creator: Actor, buyer: Actor) -> Purchase:
    """Two sittings, between which the tax and the fee change."""
    await change_rates(market, tax="0.19", fee="0.30")
    film = await market.film(creator)
    player = await market.press_play(buyer, film)
    await player.play(10 * 60 + 7)
    await player.stop()
    await change_rates(market, tax="0.07", fee="0.1234")
    player = await market.press_play(buyer, film)
    assert (await player.play(15 * 60)).is_owned
    await player.stop()
    async with market.database.reading() as session:
        [purchase] = (await commerce.purchases_of(session, buyer.id)).items
    return purchase


async def test_the_purchase_says_what_the_ledger_moved_also_when_the_rates_changed_on_the_way(
    market: Market, creator: Actor
) -> None:
    buyer = await market.person(funds=1000)
    purchase = await watch_until_owned(market, creator, buyer)
    moved = {str(kind): int(minor) for kind, minor in await market.ask(MOVED)}
    parts = {"earnings_pending": purchase.creator_minor, "revenue": purchase.platform_fee_minor, "tax": purchase.tax_minor}
    assert parts == moved
    assert (sum(moved.values()), moved["tax"] > 0) == (300, True)
    async with market.database.reading() as session:
        order = await commerce.get_order_for(session, buyer, purchase.order_id)
    assert (order.tax_minor, order.tax_name, order.tax_rate) == (purchase.tax_minor, "VAT", Decimal("0.07"))
    assert order.fee_rate == Decimal("0.1234")


async def test_giving_it_back_undoes_exactly_that_and_no_more(market: Market, creator: Actor) -> None:
    buyer, admin = await market.person(funds=400), await market.person(Role.OWNER)
    purchase = await watch_until_owned(market, creator, buyer)
    with pytest.raises(NothingToRefund):
        await market.give_back(buyer, purchase)
    refund = await market.give_back(admin, purchase, amount=300)
    assert (refund.tax_minor, refund.platform_fee_minor, refund.creator_minor) == (
        purchase.tax_minor,
        purchase.platform_fee_minor,
        purchase.creator_minor,
    )
    for owner, kind in ((creator.id, "earnings_pending"), (creator.id, "earnings")):
        assert await market.holds(owner, kind) == 0
    assert (await market.platform("revenue"), await market.platform("tax")) == (0, 0)
    assert await market.balance(buyer) == 400
    assert await market.ask("select count(*) from wallet_draws where returned_minor <> amount_minor") == [(0,)]
    assert await market.ask("select count(*) from invoices") == [(0,)]
    with pytest.raises(NothingToRefund):
        await market.give_back(admin, purchase, amount=1)


async def test_a_part_comes_back_from_what_was_played_last(market: Market, creator: Actor) -> None:
    buyer, admin = await market.person(funds=400), await market.person(Role.OWNER)
    purchase = await watch_until_owned(market, creator, buyer)
    refund = await market.give_back(admin, purchase, amount=250)
    assert refund.amount_minor == 250
    assert await market.balance(buyer) == 350
    earned = "select sum(amount_minor - reversed_minor) from earning_lots"
    assert await market.ask(earned) == [(purchase.creator_minor - refund.creator_minor,)]
    async with market.database.reading() as session:
        again = await commerce.preview_refund(session, await commerce.get_purchase_for(session, buyer, purchase.id))
    assert again.refusal is commerce.Refusal.NOT_COMPLETE


async def test_what_is_given_back_and_owned_again_by_the_minute_counts_anew(market: Market, creator: Actor) -> None:
    buyer, admin = await market.person(funds=2000), await market.person(Role.OWNER)
    await change_rates(market, tax="0.19", fee="0.30")
    film = await market.film(creator, minutes=60)
    for turn in range(2):
        player = await market.press_play(buyer, film)
        assert (await player.play(26 * 60)).is_owned
        await player.stop()
        async with market.database.reading() as session:
            purchase = (await commerce.purchases_of(session, buyer.id)).items[0]
        assert (purchase.amount_minor, purchase.tax_minor) == (300, 48)
        if turn == 0:
            await market.give_back(admin, purchase, amount=300)
    moved = {str(kind): int(minor) for kind, minor in await market.ask(MOVED)}
    assert moved["tax"] == 2 * purchase.tax_minor
    await market.give_back(admin, purchase, amount=300)
    assert await market.balance(buyer) == 2000
    assert (await market.platform("revenue"), await market.platform("tax")) == (0, 0)


async def test_a_small_part_given_back_costs_nobody_more_than_they_had(market: Market, creator: Actor) -> None:
    buyer, admin = await market.person(funds=400), await market.person(Role.OWNER)
    purchase = await watch_until_owned(market, creator, buyer)
    refund = await market.give_back(admin, purchase, amount=5)
    assert 0 <= refund.tax_minor <= purchase.tax_minor
    assert 0 <= refund.platform_fee_minor <= purchase.platform_fee_minor
    assert 0 <= refund.creator_minor <= purchase.creator_minor


async def test_what_is_bought_while_it_plays_by_the_minute_costs_no_more_minutes(market: Market, creator: Actor) -> None:
    buyer = await market.person(funds=3000)
    film, other = await market.film(creator), await market.article(creator, 100)
    player = await market.press_play(buyer, film)
    await player.play(60)
    await market.buy(buyer, other, from_wallet=True)
    assert (await player.play(60)).ended is None, "another thing changes nothing"
    await market.buy(buyer, film, from_wallet=True)
    balance = await market.balance(buyer)
    assert (await player.play(60)).ended is EndReason.ACCESS_ENDED
    player = await market.press_play(buyer, film)
    assert player.begun.meter is None
    assert (await player.play(60)).ended is None
    assert await market.balance(buyer) == balance
