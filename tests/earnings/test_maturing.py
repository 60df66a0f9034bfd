"""When a creator's share becomes theirs: what was consumed after the hold, the rest after the window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.commerce.market import Market, as_id, euro
from tuition import access, commerce, earnings, ledger
from tuition.commerce import refund_split
from tuition.commerce.rules import refund_amount
from tuition.earnings import CONSUMED_ALL, EarningsAlreadyPaid, TaxRateInvalid, maturable, split, split_growth, tax_within
from tuition.identity import Actor, Role
from tuition.kernel import Currency, new_id
from tuition.payments.adapters import sandbox
from tuition.platform import jobs


async def night(market: Market) -> None:
    await jobs.run_periodic(market.database, market.services, names=["commerce.note_consumption", "earnings.mature"])
    await market.work()


async def test_the_consumed_share_matures_after_the_hold_and_the_rest_after_the_window(
    market: Market, creator: Actor, buyer: Actor
) -> None:
    film = await market.film(creator, minutes=120, rate=None, price=2000)
    bought = await market.buy(buyer, film)
    player = await market.press_play(buyer, film)
    await player.play(18 * 60)
    await player.stop()
    await night(market)
    assert await market.holds(creator.id, "earnings") == 0, "the hold of seven days is not over"
    await market.later(days=7)
    await night(market)
    assert (await market.holds(creator.id, "earnings"), await market.holds(creator.id, "earnings_pending")) == (210, 1190)
    await night(market)
    assert await market.holds(creator.id, "earnings") == 210
    await market.check_books()

    refund = await market.give_back(buyer, bought.purchase)
    assert refund.creator_minor == 1190
    assert (await market.holds(creator.id, "earnings"), await market.holds(creator.id, "earnings_pending")) == (210, 0)
    await market.later(days=30)
    await night(market)
    assert await market.holds(creator.id, "earnings") == 210
    await market.check_books()


async def test_what_is_read_is_consumed_once_it_was_opened(market: Market, creator: Actor, buyer: Actor) -> None:
    opened, closed = [await market.article(creator, 1000, title=title) for title in ("Opened", "Closed")]
    async with market.database.transaction() as session:
        await access.record_visit(session, buyer.id, closed.id)  # its page was seen before it was bought
    await market.later(hours=1)
    first, second = [(await market.buy(buyer, article)).purchase for article in (opened, closed)]
    async with market.database.transaction() as session:
        await access.record_visit(session, buyer.id, opened.id)
    await night(market)
    await market.later(days=7)
    await night(market)
    assert (await market.holds(creator.id, "earnings"), await market.holds(creator.id, "earnings_pending")) == (700, 700)
    async with market.database.reading() as session:
        previews = [await commerce.preview_refund(session, purchase) for purchase in (first, second)]
    assert [preview.amount for preview in previews] == [euro(0), euro(1000)], "what matured is what a refund would not give back"
    await market.check_books()


async def test_everything_matures_after_the_window(market: Market, creator: Actor, buyer: Actor) -> None:
    owner = await market.person(Role.OWNER)
    bought = await market.buy(buyer, await market.article(creator, 1000))
    await market.later(days=14)
    await night(market)
    assert (await market.holds(creator.id, "earnings"), await market.holds(creator.id, "earnings_pending")) == (700, 0)
    async with market.database.reading() as session:
        [totals] = await earnings.totals_of(session, creator.id)
        by_day = await earnings.earned_by_day(
            session, creator.id, currency="EUR", since=market.now - timedelta(days=30), until=market.now, zone="Africa/Cairo"
        )
    assert (totals.earned, totals.available, totals.pending) == (euro(700), euro(700), euro(0))
    assert list(by_day.values()) == [euro(700)]
    await market.give_back(owner, bought.purchase, amount=500)
    assert await market.holds(creator.id, "earnings") == 350
    await market.check_books()


async def test_what_was_paid_out_is_not_taken_back_silently(market: Market, creator: Actor, buyer: Actor) -> None:
    owner = await market.person(Role.OWNER)
    bought = await market.buy(buyer, await market.article(creator, 1000))
    await market.later(days=14)
    await night(market)
    async with market.database.transaction() as session:
        [lot] = (await earnings.lots_of(session, creator.id)).items
        lot.paid_out_minor = 600
    with pytest.raises(EarningsAlreadyPaid) as refused:
        await market.give_back(owner, bought.purchase, amount=1000)
    assert refused.value.fields["missing"] == euro(600)
    assert await market.holds(buyer.id, "held") == 0, "and nothing has moved"


async def test_what_a_bank_takes_back_after_a_payout_is_owed_and_paid_from_what_comes_next(
    market: Market, creator: Actor, buyer: Actor
) -> None:
    bought = await market.buy(buyer, await market.article(creator, 1000))
    await market.later(days=14)
    await night(market)
    await pay_out(market, creator, 600)
    assert bought.payment is not None
    async with market.database.transaction() as session:
        await sandbox.dispute(session, bought.payment.provider_reference or "")
    await market.work()
    assert await market.holds(creator.id, "receivable") == -600
    assert (await market.holds(creator.id, "earnings"), await market.holds(creator.id, "earnings_pending")) == (0, 0)
    assert (await market.look(buyer, bought.order.id)).order.status == "refunded"

    for number, left in ((1, -250), (2, 0)):
        await market.buy(buyer, await market.article(creator, 500, title=f"More {number}"))
        await market.later(days=14)
        await night(market)
        assert await market.holds(creator.id, "receivable") == left
    assert await market.holds(creator.id, "earnings") == 100
    async with market.database.reading() as session:
        [totals] = await earnings.totals_of(session, creator.id)
    assert (totals.available, totals.owed, totals.paid_out, totals.reversed) == (euro(100), euro(0), euro(600), euro(700))
    [[paid_by]] = await market.ask("select count(*) from ledger_transactions where kind = 'earnings.debt_paid'")
    assert paid_by == 2
    await night(market)
    assert await market.holds(creator.id, "earnings") == 100


async def pay_out(market: Market, creator: Actor, minor: int) -> None:
    """What a payout will do to the lots and the books."""
    async with market.database.transaction() as session:
        lot = (await session.scalars(select(earnings.EarningLot).where(earnings.EarningLot.creator_id == creator.id))).one()
        lot.paid_out_minor += minor
        paid = ledger.Transfer(
            ledger.AccountKey(creator.id, "earnings", Currency("EUR")),
            ledger.AccountKey(ledger.PLATFORM, "rounding", Currency("EUR")),
            euro(minor),
        )
        source = ledger.Source("test", lot.id)
        await ledger.post(session, ledger.Posting(creator.id, "test.paid_out", source, f"paid:{lot.id}", [paid], market.now))


async def test_a_crowd_of_unripe_lots_does_not_hold_up_a_ripe_one(
    market: Market, creator: Actor, buyer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(earnings.actions, "MATURE_BATCH", 2)
    for number in range(3):
        await market.buy(buyer, await market.article(creator, 1, title=f"Cent {number}"))
    ripe = await market.buy(buyer, await market.article(creator, 1000))
    async with market.database.transaction() as session:
        for (purchase_id,) in await market.ask("select id from purchases where amount_minor = 1"):
            await earnings.note_consumption(
                session, source_type="purchase", source_id=as_id(purchase_id), consumed_millionths=500_000
            )
        await earnings.note_consumption(
            session, source_type="purchase", source_id=ripe.purchase.id, consumed_millionths=CONSUMED_ALL
        )
    await market.later(days=7)
    await night(market)
    assert await market.holds(creator.id, "earnings") == 700


@pytest.mark.parametrize(("country", "rate"), [("eg", "0.1"), ("EGY", "0.1"), ("EG", "0.6"), ("EG", "-0.1")])
async def test_a_tax_rate_that_makes_no_sense_is_refused(market: Market, country: str, rate: str) -> None:
    owner = await market.person(Role.OWNER)
    async with market.database.transaction() as session:
        with pytest.raises(TaxRateInvalid):
            await earnings.set_tax_rate(session, owner.id, country=country, name="VAT", rate=Decimal(rate), is_inclusive=True)


amounts = st.integers(0, 10**9)
rates = st.decimals(0, 1, places=6)
tax_rates = st.decimals(0, Decimal("0.5"), places=6)


@given(amounts, rates, tax_rates, st.lists(st.integers(1, 100), min_size=1, max_size=5))
def test_a_split_gives_back_every_cent(minor: int, fee_rate: Decimal, tax_rate: Decimal, weights: list[int]) -> None:
    tax = tax_within(euro(minor), tax_rate)
    parts = split(euro(minor), fee_rate=fee_rate, tax=tax, shares=[(new_id(), weight) for weight in weights])
    assert parts.tax.minor + parts.fee.minor + sum(share.amount.minor for share in parts.creators) == minor
    assert min(parts.tax.minor, parts.fee.minor, *(share.amount.minor for share in parts.creators)) >= 0


@given(st.integers(1, 10**9), rates, tax_rates, st.data())
def test_a_refund_takes_from_each_no_more_than_it_got(
    minor: int, fee_rate: Decimal, tax_rate: Decimal, data: st.DataObject
) -> None:
    refunded = data.draw(st.integers(1, minor))
    original = split(euro(minor), fee_rate=fee_rate, tax=tax_within(euro(minor), tax_rate), shares=[(new_id(), 1)])
    back = refund_split(original, euro(refunded), fee_rate=fee_rate)
    assert back.tax.minor + back.fee.minor + back.creators[0].amount.minor == refunded
    assert 0 <= back.tax.minor <= original.tax.minor
    assert 0 <= back.fee.minor <= original.fee.minor
    assert 0 <= back.creators[0].amount.minor <= original.creators[0].amount.minor


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9), rates, st.data())
def test_a_refund_takes_from_each_no_more_than_it_got_whatever_the_fee_was_on_the_way(
    tax: int, fee: int, share: int, fee_rate: Decimal, data: st.DataObject
) -> None:
    gross = tax + fee + share
    assume(gross)
    creator = earnings.CreatorShare(new_id(), euro(share))
    original = earnings.Split(gross=euro(gross), tax=euro(tax), fee=euro(fee), creators=(creator,))
    refunded = data.draw(st.integers(1, gross))
    back = refund_split(original, euro(refunded), fee_rate=fee_rate)
    assert back.tax.minor + back.fee.minor + back.creators[0].amount.minor == refunded
    assert 0 <= back.tax.minor <= tax
    assert 0 <= back.fee.minor <= fee
    assert 0 <= back.creators[0].amount.minor <= share


@given(amounts, amounts, rates, tax_rates)
def test_growth_divides_as_the_totals_do(before: int, more: int, fee_rate: Decimal, tax_rate: Decimal) -> None:
    parts = split_growth(euro(before), euro(before + more), fee_rate=fee_rate, tax_rate=tax_rate, creator_id=new_id())
    assert parts.tax.minor + parts.fee.minor + parts.creators[0].amount.minor == more
    assert min(parts.tax.minor, parts.fee.minor, parts.creators[0].amount.minor) >= 0


@given(amounts, st.fractions(0, 2))
def test_a_refund_is_between_nothing_and_everything(minor: int, used: Fraction) -> None:
    assert 0 <= refund_amount(euro(minor), used=used).minor <= minor


@given(amounts, st.data())
def test_nothing_matures_early_or_twice(amount: int, data: st.DataObject) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    reversed_ = data.draw(st.integers(0, amount))
    matured = data.draw(st.integers(0, amount - reversed_))
    consumed = data.draw(st.integers(0, CONSUMED_ALL))

    def due(day: int) -> int:
        return maturable(
            amount=amount,
            reversed_=reversed_,
            matured=matured,
            consumed=consumed,
            hold_until=start + timedelta(days=7),
            window_until=start + timedelta(days=14),
            now=start + timedelta(days=day),
        )

    assert due(6) == 0
    assert 0 <= due(7) <= due(14) == amount - reversed_ - matured
