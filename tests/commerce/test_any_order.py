"""Whatever people do, in whatever order: the books agree after each step."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.commerce.market import DECLINED, DISPUTED, SECOND_STEP, VISA, Market, as_id, euro
from tuition import catalog, earnings, wallets
from tuition.identity import Actor, Role
from tuition.kernel import DomainError
from tuition.platform import jobs

NIGHT = ["commerce.note_consumption", "earnings.mature", "wallets.expire", "wallets.retry_top_ups", "payments.reconcile"]

cards = st.sampled_from([VISA, VISA, DECLINED, SECOND_STEP, DISPUTED])
steps = st.one_of(
    st.tuples(st.just("top up"), st.integers(100, 5000), cards),
    st.tuples(st.just("gift"), st.integers(1, 500), st.sampled_from([None, 1, 30])),
    st.tuples(st.just("buy"), st.integers(0, 3), cards),
    st.tuples(st.just("spend"), st.integers(0, 3), st.booleans()),
    st.tuples(st.just("give back"), st.integers(0, 9), st.booleans()),
    st.tuples(st.just("wait"), st.integers(1, 15), st.just(None)),
)


class Story:
    """One buyer's doings at the market."""

    def __init__(self, market: Market, buyer: Actor, owner: Actor, shelf: Sequence[catalog.Content]) -> None:
        self.market, self.buyer, self.owner, self.shelf = market, buyer, owner, shelf

    async def do(self, what: str, number: int, how: object) -> None:
        """One step; a refusal is an answer, and must leave no trace in the books."""
        market = self.market
        match what:
            case "top up":
                await market.pay_in(self.buyer, number, card=str(how))
            case "gift":
                await self._gift(number, how)
            case "buy":
                await market.buy(self.buyer, self.shelf[number], card=str(how))
            case "spend":
                await market.buy(self.buyer, self.shelf[number], from_wallet=True)
            case "give back":
                await self._give_back(number, by_owner=bool(how))
            case _:
                await market.later(days=number)
                await market.work()
                await jobs.run_periodic(market.database, market.services, names=NIGHT)
                await market.work()

    async def _gift(self, number: int, days: object) -> None:
        ends = self.market.now + self.market.days(days) if isinstance(days, int) else None
        async with self.market.database.transaction() as session:
            await wallets.grant(session, self.buyer.id, euro(number), reason="A gift", expires_at=ends)

    async def _give_back(self, number: int, *, by_owner: bool) -> None:
        statement = "select id, order_id, amount_minor from purchases where buyer_id = :id order by id"
        found = await self.market.ask(statement, id=self.buyer.id)
        if not found:
            return
        _, order_id, minor = found[number % len(found)]
        bought = await self.market.look(self.buyer, as_id(order_id))
        purchase = bought.purchases[number % len(bought.purchases)]
        amount = max(1, int(str(minor)) // 2)
        await self.market.give_back(self.owner if by_owner else self.buyer, purchase, amount=amount if by_owner else None)


@given(st.lists(steps, min_size=3, max_size=12))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_the_books_agree_after_every_step(market: Market, doings: list[tuple[str, int, object]]) -> None:
    owner, creator, other = [await market.person(role) for role in (Role.OWNER, Role.CREATOR, Role.CREATOR)]
    async with market.database.transaction() as session:
        await earnings.set_tax_rate(session, owner.id, country="*", name="VAT", rate=Decimal("0.19"), is_inclusive=True)
    texts = [await market.article(creator, 333, title="Odd"), await market.article(creator, 1000, title="Even")]
    shelf = [*texts, await market.series(creator, 1001, texts), await market.article(other, 199, title="Other")]
    story = Story(market, await market.person(), owner, shelf)
    for what, number, how in doings:
        try:
            await story.do(what, number, how)
        except DomainError:
            await market.work()
        await market.check_books()
