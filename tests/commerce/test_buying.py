"""Buying and giving back, to the cent."""

from __future__ import annotations

import asyncio
import hashlib
from decimal import Decimal

import pytest

from tests.commerce.market import DECLINED, VISA, Market, euro
from tuition import access, catalog, commerce, earnings, wallets
from tuition.commerce import AlreadyOwned, InOrderTwice, NotForSale, NothingToRefund, OwnWork, Refusal, WaiverNeeded
from tuition.identity import Actor, EmailUnverified, Role
from tuition.ledger import AccountKind


async def test_a_sale_is_split_to_the_cent(market: Market, creator: Actor, buyer: Actor) -> None:
    film = await market.film(creator, minutes=120, rate=None, price=2000)

    order, payment = await market.order(buyer, film)
    assert payment is not None
    assert (order.status, payment.status) == ("pending", "pending")
    [pending] = (await market.look(buyer, order.id)).purchases
    assert pending.status == "pending"
    await market.type_card(payment, VISA)
    await market.work()

    bought = await market.look(buyer, order.id)
    assert bought.order.status == "completed"
    purchase = bought.purchase
    assert (purchase.amount_minor, purchase.platform_fee_minor, purchase.creator_minor) == (2000, 600, 1400)
    assert await market.holds(creator.id, AccountKind.EARNINGS_PENDING) == 1400
    assert await market.platform(AccountKind.REVENUE) == 600
    # The sandbox keeps 1.4 % and 10 cents.
    assert await market.platform("gateway:sandbox") == -2000 + 38
    assert await market.platform(AccountKind.GATEWAY_FEES) == -38
    async with market.database.reading() as session:
        decision = await access.decide(session, buyer, film.id)
    assert (decision.allowed, decision.access_type, decision.until) == (True, access.AccessType.PURCHASED, None)
    assert await market.ask("select email_type from email_logs") == [("purchase_receipt",)]
    assert await market.ask("select purchase_count from contents") == [(1,)]
    await market.check_books()


async def test_what_was_not_watched_comes_back(market: Market, creator: Actor, buyer: Actor) -> None:
    film = await market.film(creator, minutes=120, rate=None, price=2000)
    series = await market.series(creator, 1500, [await market.article(creator, 1000)])
    await market.buy(buyer, series)
    bought = await market.buy(buyer, film)
    player = await market.press_play(buyer, film)
    await player.play(18 * 60)
    await player.stop()

    async with market.database.reading() as session:
        preview = await commerce.preview_refund(session, bought.purchase)
    assert (preview.paid, preview.amount, preview.refusal) == (euro(2000), euro(1700), None)
    assert (preview.used_ms, preview.duration_ms) == (18 * 60_000, 120 * 60_000)
    refund = await market.give_back(buyer, bought.purchase)
    assert (refund.amount_minor, refund.creator_minor, refund.platform_fee_minor) == (1700, 1190, 510)
    assert refund.status == "completed"
    bought = await market.look(buyer, bought.order.id)
    assert bought.payment is not None
    assert (bought.purchase.status, bought.payment.status, bought.payment.refunded_minor) == (
        "refunded",
        "partially_refunded",
        1700,
    )
    async with market.database.reading() as session:
        assert not (await access.decide(session, buyer, film.id)).allowed
        assert (await access.decide(session, buyer, series.id)).allowed, "what else was bought stays"
    await market.check_books()

    again = await market.buy(buyer, film)
    assert again.purchase.status == "completed"
    async with market.database.reading() as session:
        preview = await commerce.preview_refund(session, again.purchase)
    assert preview.amount == euro(2000), "what was watched on the first purchase is not counted twice"
    assert (await market.give_back(buyer, again.purchase)).amount_minor == 2000
    await market.check_books()


async def test_a_card_may_be_declined_twice(market: Market, creator: Actor, buyer: Actor) -> None:
    article = await market.article(creator, 500)
    for _ in range(2):
        bought = await market.buy(buyer, article, card=DECLINED)
        assert (bought.order.status, bought.purchase.status) == ("failed", "failed")
        assert bought.payment is not None
        assert bought.payment.failure_message == "The card was declined by its bank."
    assert (await market.buy(buyer, article)).order.status == "completed"
    assert await market.ask("select status, count(*) from payments group by status order by status") == [
        ("failed", 2),
        ("succeeded", 1),
    ]
    with pytest.raises(AlreadyOwned):
        await market.order(buyer, article)
    await market.check_books()


async def test_of_two_payments_for_one_thing_the_second_goes_back(market: Market, creator: Actor, buyer: Actor) -> None:
    article = await market.article(creator, 500)
    first, second = await market.order(buyer, article), await market.order(buyer, article)
    for _, payment in (first, second):
        assert payment is not None
        await market.type_card(payment, VISA)
    # Both messages have arrived and are understood at the same moment, on two connections.
    await asyncio.gather(*(market.understand(event_id) for event_id in await market.arrived()))
    await market.work()

    orders = [await market.look(buyer, order.id) for order, _ in (first, second)]
    assert sorted(bought.order.status for bought in orders) == ["completed", "superseded"]
    assert sorted(str(bought.payment and bought.payment.status) for bought in orders) == ["refunded", "succeeded"]
    assert await market.holds(creator.id, AccountKind.EARNINGS_PENDING) == 350
    assert await market.holds(buyer.id, AccountKind.HELD) == 0
    await market.check_books()


async def test_two_purchases_from_one_wallet_at_once_are_one(market: Market, creator: Actor, buyer: Actor) -> None:
    await market.pay_in(buyer, 2000)
    article = await market.article(creator, 500)
    outcomes = await asyncio.gather(*(market.order(buyer, article, from_wallet=True) for _ in range(4)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyOwned"] * 3 + ["tuple"]
    assert await market.balance(buyer) == 1500
    assert await market.ask("select count(*) from orders") == [(1,)]
    await market.check_books()


async def test_a_series_fans_out_and_one_part_goes_back_alone(market: Market, creator: Actor, buyer: Actor) -> None:
    parts = [await market.article(creator, minor, title=f"Part {minor}") for minor in (1000, 1500, 2000)]
    series = await market.series(creator, 3000, parts)
    bought = await market.buy(buyer, series)
    assert [purchase.amount_minor for purchase in bought.purchases] == [667, 1000, 1333]
    assert sum(purchase.platform_fee_minor for purchase in bought.purchases) == 900
    refund = await market.give_back(buyer, bought.purchases[1])
    assert refund.amount_minor == 1000
    async with market.database.reading() as session:
        allowed = [(await access.decide(session, buyer, item.id)).allowed for item in (*parts, series)]
    assert allowed == [True, False, True, True]
    assert (await market.look(buyer, bought.order.id)).order.status == "completed"
    await market.check_books()

    # The series costs what is missing of it, and is gone when its last part is.
    again = await market.buy(buyer, series)
    assert again.purchase.amount_minor == 1000
    for purchase in (bought.purchases[0], bought.purchases[2], again.purchase):
        await market.give_back(buyer, purchase)
    async with market.database.reading() as session:
        assert not (await access.decide(session, buyer, series.id)).allowed
    assert (await market.look(buyer, bought.order.id)).order.status == "refunded"
    await market.check_books()


async def test_nothing_is_in_an_order_twice(market: Market, creator: Actor, buyer: Actor) -> None:
    parts = [await market.article(creator, 1000, title="One"), await market.article(creator, 1000, title="Two")]
    series = await market.series(creator, 1500, parts)
    with pytest.raises(InOrderTwice):
        await market.order(buyer, series, parts[0])
    bought = await market.buy(buyer, parts[0], series)
    assert [purchase.amount_minor for purchase in bought.purchases] == [1000, 750]
    await market.check_books()


async def test_tax_is_inside_the_price_or_comes_on_top(market: Market, creator: Actor, buyer: Actor) -> None:
    article, other = await market.article(creator, 10000), await market.article(creator, 11400, title="Other")
    owner = await market.person(Role.OWNER)
    egyptian = Actor(id=buyer.id, roles=buyer.roles, email_verified=True, country="EG")
    async with market.database.transaction() as session:
        await earnings.set_tax_rate(session, owner.id, country="EG", name="VAT", rate=Decimal("0.14"), is_inclusive=False)
    bought = await market.buy(egyptian, article)
    assert (bought.order.total_minor, bought.order.tax_minor) == (11400, 1400)
    assert bought.payment is not None
    assert (bought.payment.amount_minor, bought.payment.tax_minor) == (11400, 1400)
    assert (bought.purchase.platform_fee_minor, bought.purchase.creator_minor) == (3000, 7000)
    assert await market.platform(AccountKind.TAX) == 1400

    await market.later(seconds=1)
    async with market.database.transaction() as session:
        await earnings.set_tax_rate(session, owner.id, country="EG", name="VAT", rate=Decimal("0.14"), is_inclusive=True)
    inside = await market.buy(egyptian, other)
    assert (inside.order.total_minor, inside.order.tax_minor) == (11400, 1400)
    refund = await market.give_back(egyptian, inside.purchase)
    assert (refund.tax_minor, refund.platform_fee_minor, refund.creator_minor) == (1400, 3000, 7000)
    await market.check_books()


async def test_only_who_has_proven_their_address_and_given_up_withdrawal_buys(market: Market, creator: Actor) -> None:
    article = await market.article(creator, 500)
    stranger = await market.person(verified=False)
    with pytest.raises(EmailUnverified):
        await market.order(stranger, article)
    buyer = await market.person()
    async with market.database.transaction() as session:
        for waiver in (None, commerce.Waiver("I agree.", market.now, "192.0.2.1")):
            with pytest.raises(WaiverNeeded):
                await commerce.checkout(session, buyer, [article.id], currency=None, waiver=waiver, provider="sandbox")
    bought = await market.buy(buyer, article)
    assert bought.order.waiver_text == commerce.WAIVER
    assert bought.order.waiver_text_hash == hashlib.sha256(commerce.WAIVER.encode()).hexdigest()
    assert (bought.order.waiver_at, bought.order.waiver_ip) == (market.now, "192.0.2.1")


async def test_what_cannot_be_sold_is_not_sold(market: Market, creator: Actor, buyer: Actor) -> None:
    unpriced, own = await market.article(creator, None), await market.article(creator, 500, title="Own")
    with pytest.raises(NotForSale):
        await market.order(buyer, unpriced)
    with pytest.raises(OwnWork):
        await market.order(creator, own)
    dollars = await market.article(creator, 500, title="Dollars", currency="USD")
    with pytest.raises(NotForSale):
        await market.order(buyer, own, dollars)


async def test_a_wallet_pays_with_gifts_first_and_gets_them_back(market: Market, creator: Actor, buyer: Actor) -> None:
    await market.pay_in(buyer, 1000)
    async with market.database.transaction() as session:
        await wallets.grant(session, buyer.id, euro(300), reason="Welcome", expires_at=None)
    article = await market.article(creator, 400)
    bought = await market.buy(buyer, article, from_wallet=True)
    assert (bought.order.status, bought.order.funding, bought.purchase.provider) == ("completed", "wallet", "wallet")
    assert await lots(market) == [("granted", 0), ("paid", 900)]
    await market.check_books()

    await market.give_back(buyer, bought.purchase)
    assert await lots(market) == [("granted", 300), ("paid", 1000)]
    lines = await market.ask("select type, amount_minor, status from transactions order by created_at, id")
    assert sorted(lines) == [
        ("grant", 300, "completed"),
        ("payment", 400, "completed"),
        ("refund", 400, "completed"),
        ("topup", 1000, "completed"),
    ]
    await market.check_books()


async def test_a_wallet_that_lacks_money_says_how_much(market: Market, creator: Actor, buyer: Actor) -> None:
    await market.pay_in(buyer, 100)
    article = await market.article(creator, 400)
    with pytest.raises(wallets.BalanceTooSmall) as refused:
        await market.order(buyer, article, from_wallet=True)
    assert refused.value.fields["missing"] == euro(300)
    assert await market.ask("select count(*) from orders") == [(0,)]


async def test_free_things_need_no_money_and_no_invoice(market: Market, creator: Actor, buyer: Actor) -> None:
    free = await market.article(creator, 0)
    bought = await market.buy(buyer, free)
    assert (bought.order.status, bought.order.funding) == ("completed", "free")
    assert await market.ask("select count(*) from invoices") == [(0,)]
    async with market.database.reading() as session:
        assert (await commerce.preview_refund(session, bought.purchase)).refusal is Refusal.NOTHING_PAID
    with pytest.raises(NothingToRefund):
        await market.give_back(buyer, bought.purchase)


async def test_a_refund_needs_its_window_its_buyer_and_something_left(market: Market, creator: Actor, buyer: Actor) -> None:
    film = await market.film(creator, minutes=10, rate=None, price=2000)
    bought = await market.buy(buyer, film)
    stranger, owner = await market.person(), await market.person(Role.OWNER)
    with pytest.raises(commerce.PurchaseNotFound):
        await market.give_back(stranger, bought.purchase)
    player = await market.press_play(buyer, film)
    await player.play(600)
    await player.stop()
    with pytest.raises(NothingToRefund, match="all of it has been used"):
        await market.give_back(buyer, bought.purchase)
    await market.later(days=15)
    with pytest.raises(NothingToRefund, match="the time"):
        await market.give_back(buyer, bought.purchase)
    with pytest.raises(NothingToRefund, match="EUR was paid"):
        await market.give_back(owner, bought.purchase, amount=2001)
    refund = await market.give_back(owner, bought.purchase, amount=700)
    assert (refund.amount_minor, refund.decided_by) == (700, owner.id)
    with pytest.raises(NothingToRefund):
        await market.give_back(owner, bought.purchase, amount=100)
    await market.check_books()


async def test_documents_are_numbered_without_gaps_and_forget_a_name(market: Market, creator: Actor, buyer: Actor) -> None:
    articles = [await market.article(creator, 500, title=f"Text {n}") for n in range(3)]
    orders = await asyncio.gather(*(market.order(buyer, article) for article in articles))
    for _, payment in orders:
        assert payment is not None
        await market.type_card(payment, VISA)
    await market.work()
    bought = await market.look(buyer, orders[0][0].id)
    await market.give_back(buyer, bought.purchase)
    numbers = [number for (number,) in await market.ask("select number from invoices order by number")]
    assert numbers == ["C-2026-000001", "I-2026-000001", "I-2026-000002", "I-2026-000003"]

    async with market.database.reading() as session:
        exported = await commerce.privacy.export(session, buyer.id)
    assert len(exported["orders"]) == 3
    assert exported["documents"][0]["buyer"]["name"] == "Somebody"
    async with market.database.transaction() as session:
        await commerce.privacy.erase(session, buyer.id)
    assert await market.ask("select distinct buyer ->> 'name', buyer ->> 'email' from invoices") == [("", "")]
    assert await market.ask("select count(*) from orders where waiver_ip <> ''") == [(0,)]
    await market.check_books()


async def lots(market: Market) -> list[tuple[object, ...]]:
    return await market.ask("select kind, remaining_minor from wallet_lots order by kind")


async def test_a_collection_sells_what_is_in_the_catalogue_of_it_and_of_the_collections_in_it(
    market: Market, creator: Actor, buyer: Actor
) -> None:
    one, two, other = [await market.article(creator, 1000, title=f"Part {n}") for n in range(3)]
    async with market.database.transaction() as session:
        draft = await catalog.create_content(session, creator, catalog.Kind.WRITTEN, title="Not yet", visibility="paid")
        withdrawn = await market.article(creator, 500, title="Withdrawn")
        await catalog.take_down(session, withdrawn.id, note="Copied.")
    inner = await market.series(creator, 1500, [one, two])
    outer = await market.series(creator, 3000, [inner, two, other, draft, withdrawn])
    bought = await market.buy(buyer, outer)
    assert {purchase.content_id for purchase in bought.purchases} == {one.id, two.id, other.id}
    assert [purchase.amount_minor for purchase in bought.purchases] == [1000, 1000, 1000]
    async with market.database.reading() as session:
        assert all([(await access.decide(session, buyer, part.id)).allowed for part in (one, two, other, outer)])
    await market.check_books()
