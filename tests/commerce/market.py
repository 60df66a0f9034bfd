"""A market on a real database: people, things to buy, a sandbox that answers by webhook, and books that must agree."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from tests.metering.cinema import WALLETS_THAT_DIFFER, Cinema, euro
from tuition import catalog, commerce, ledger, payments, wallets
from tuition.catalog import BodyFormat, Kind, OneTime
from tuition.commerce import Order, Purchase, Refund, Waiver
from tuition.identity import Actor
from tuition.kernel import Currency, FrozenClock, Money, new_id
from tuition.ledger import AccountKey, AccountKind
from tuition.payments import Gateways, Payment
from tuition.payments.adapters import sandbox
from tuition.platform import jobs
from tuition.platform.database import Database

__all__ = [
    "DECLINED",
    "DECLINES_LATER",
    "DISPUTED",
    "EMPTY",
    "MASTERCARD",
    "SECOND_STEP",
    "VISA",
    "Bought",
    "Market",
    "as_id",
    "euro",
]

VISA, MASTERCARD = "4242424242424242", "5555555555554444"
DECLINED, EMPTY, SECOND_STEP = "4000000000000002", "4000000000009995", "4000002500003155"
DISPUTED, DECLINES_LATER = "4000000000000259", "4000000000000341"
EUR = Currency("EUR")


@dataclass(frozen=True, slots=True)
class Bought:
    """An order as its buyer sees it afterwards."""

    order: Order
    payment: Payment | None
    purchases: list[Purchase]

    @property
    def purchase(self) -> Purchase:
        """The one purchase."""
        [purchase] = self.purchases
        return purchase


class Market(Cinema):
    """What the tests do to the money rooms, each step in a transaction of its own, as the edges do it."""

    def __init__(self, database: Database, moment: FrozenClock) -> None:
        super().__init__(database, moment)
        self.sandbox = sandbox.SandboxGateway(
            database, base_url="http://market.test", secret=b"a secret", transport=httpx.MockTransport(self._receive)
        )
        self.gateways = Gateways([self.sandbox])
        self.services = jobs.Services().provide(Gateways, self.gateways)
        self.lost = False
        """Whether the provider's messages get lost on their way."""

    async def _receive(self, request: httpx.Request) -> httpx.Response:
        """What our own webhook address does, without a server."""
        if self.lost:
            return httpx.Response(200)
        try:
            async with self.database.transaction() as session:
                await payments.receive(session, self.sandbox, dict(request.headers), request.content)
        except payments.SignatureInvalid:
            return httpx.Response(400)
        return httpx.Response(200)

    async def work(self) -> jobs.Outcome:
        """Work the queue off: webhooks are delivered and understood, refunds are sent."""
        return await jobs.drain(self.database, self.services)

    async def arrived(self) -> list[UUID]:
        """Let the provider's messages arrive, and no more: nobody has understood them yet."""
        context = jobs.Context(self.database, self.services, "payments.sandbox_deliver")
        for (event_id,) in await self.ask("select id from sandbox_events where delivered_at is null order by created_at, id"):
            await sandbox.deliver(context, str(event_id))
        return [
            as_id(event_id)
            for (event_id,) in await self.ask("select id from payment_webhook_events where status = 'processing' order by id")
        ]

    async def say_of_refund(self, said: dict[str, object]) -> None:
        """The provider says something of a refund, and it is understood at once."""
        event_id = f"evt_{new_id().hex}"
        message = {"id": event_id, "type": f"refund.{said['status']}", "created": self.now.isoformat(), "refund": said}
        body = json.dumps(message).encode()
        async with self.database.transaction() as session:
            headers = {"sandbox-signature": self.sandbox.sign(body, at=self.now)}
            event = await payments.receive(session, self.sandbox, headers, body)
        await self.understand(event.id)

    async def understand(self, event_id: UUID) -> None:
        """What the job does with a message."""
        async with self.database.transaction() as session:
            await payments.process(session, event_id, self.sandbox)

    async def article(
        self, creator: Actor, price: int | None, *, title: str = "Breathing", currency: str = "EUR"
    ) -> catalog.Content:
        """A published text on sale."""
        async with self.database.transaction() as session:
            content = await catalog.create_content(session, creator, Kind.WRITTEN, title=title, visibility="paid")
            await catalog.write_body(session, creator, content.id, "Breathe in.", BodyFormat.MARKDOWN)
            if price is not None:
                await catalog.set_price(session, creator, content.id, OneTime(Money(price, Currency(currency))))
            return await catalog.publish(session, creator, content.id)

    async def series(self, creator: Actor, price: int, parts: Sequence[catalog.Content]) -> catalog.Content:
        """A published series on sale."""
        async with self.database.transaction() as session:
            content = await catalog.create_content(
                session, creator, Kind.SERIES, title="A course of breathing", visibility="paid"
            )
            await catalog.set_members(session, creator, content.id, [part.id for part in parts])
            await catalog.set_price(session, creator, content.id, OneTime(euro(price)))
            return await catalog.publish(session, creator, content.id)

    async def type_card(self, payment: Payment, card: str, *, approve: bool = True) -> None:
        """Type a card on the sandbox's page, and answer the bank where it asks."""
        assert payment.provider_reference is not None
        async with self.database.transaction() as session:
            charge = await sandbox.confirm(session, payment.provider_reference, card)
        if charge.status == "second_step":
            async with self.database.transaction() as session:
                await sandbox.finish_second_step(session, charge.reference, approved=approve)

    async def pay_in(
        self,
        actor: Actor,
        minor: int,
        *,
        card: str = VISA,
        approve: bool = True,
        save: bool = False,
        method_id: UUID | None = None,
    ) -> Payment:
        """Top up by card, all the way."""
        async with self.database.transaction() as session:
            wallet = await wallets.open_wallet(session, actor.id, EUR)
            payment = await wallets.start_top_up(
                session, actor, wallet, euro(minor), provider="sandbox", method_id=method_id, save_method=save
            )
        payment = await payments.ask(self.database, self.gateways, payment.id)
        if method_id is None:
            await self.type_card(payment, card, approve=approve)
        await self.work()
        return await self.payment(payment.id)

    async def order(
        self, actor: Actor, *contents: catalog.Content, from_wallet: bool = False, method_id: UUID | None = None
    ) -> tuple[Order, Payment | None]:
        """Order; nothing is paid yet unless the wallet pays."""
        async with self.database.transaction() as session:
            order, payment = await commerce.checkout(
                session,
                actor,
                [content.id for content in contents],
                currency=None,
                waiver=Waiver(commerce.WAIVER, self.now, "192.0.2.1"),
                from_wallet=from_wallet,
                provider="sandbox",
                method_id=method_id,
            )
        if payment is not None:
            payment = await payments.ask(self.database, self.gateways, payment.id)
        return order, payment

    async def buy(
        self, actor: Actor, *contents: catalog.Content, card: str = VISA, from_wallet: bool = False, method_id: UUID | None = None
    ) -> Bought:
        """Buy, all the way."""
        order, payment = await self.order(actor, *contents, from_wallet=from_wallet, method_id=method_id)
        if payment is not None and method_id is None:
            await self.type_card(payment, card)
        await self.work()
        return await self.look(actor, order.id)

    async def look(self, actor: Actor, order_id: UUID) -> Bought:
        """The order as it stands."""
        async with self.database.reading() as session:
            order = await commerce.get_order_for(session, actor, order_id)
            purchases = (await commerce.purchases_of_orders(session, [order_id]))[order_id]
            payment = await session.get(Payment, order.payment_id) if order.payment_id else None
        return Bought(order, payment, purchases)

    async def give_back(self, actor: Actor, purchase: Purchase, *, amount: int | None = None) -> Refund:
        """Refund, all the way."""
        async with self.database.transaction() as session:
            chosen = euro(amount) if amount is not None else None
            refund = await commerce.refund(session, actor, purchase.id, reason="I changed my mind", amount=chosen)
        await self.work()
        async with self.database.reading() as session:
            return await session.get_one(Refund, refund.id)

    async def payment(self, payment_id: UUID) -> Payment:
        """A payment as it stands."""
        async with self.database.reading() as session:
            return await session.get_one(Payment, payment_id)

    async def holds(self, owner: UUID, kind: str, currency: str = "EUR") -> int:
        """What an account holds, in minor units."""
        async with self.database.reading() as session:
            return (await ledger.balance(session, AccountKey(owner, kind, Currency(currency)))).minor

    async def platform(self, kind: str) -> int:
        """What an account of the house holds."""
        return await self.holds(ledger.PLATFORM, kind)

    async def later(self, **by: float) -> None:
        """Let time go by."""
        self.moment.advance(timedelta(**by))

    @staticmethod
    def days(number: int) -> timedelta:
        """So many days."""
        return timedelta(days=number)

    async def check_books(self) -> None:
        """What must hold whenever nothing is under way, whatever was bought by whom."""
        async with self.database.reading() as session:
            report = await ledger.check(session)
        assert report.clean, report.problems
        assert await self.ask(WALLETS_THAT_DIFFER) == []
        for owner, currency, pending, ready in await self.ask(EARNED):
            assert await self.holds(as_id(owner), AccountKind.EARNINGS_PENDING, str(currency)) == pending
            assert await self.holds(as_id(owner), AccountKind.EARNINGS, str(currency)) == ready
        for owner, currency, owed in await self.ask(OWED):
            assert await self.holds(as_id(owner), AccountKind.RECEIVABLE, str(currency)) == -int(str(owed))
        for owner, currency, held in await self.ask(HELD):
            assert await self.holds(as_id(owner), AccountKind.HELD, str(currency)) == held
        [(gateway, fees)] = await self.ask(GATEWAY)
        assert await self.platform("gateway:sandbox") == gateway
        assert await self.platform(AccountKind.GATEWAY_FEES) == fees
        [(fee, tax)] = await self.ask(KEPT)
        assert (await self.platform(AccountKind.REVENUE), await self.platform(AccountKind.TAX)) == (fee, tax)
        assert await self.ask(LINES_THAT_DIFFER) == []


def as_id(value: Any) -> UUID:
    """A column that holds an id."""
    assert isinstance(value, UUID)
    return value


EARNED = """
select creator_id, currency, sum(amount_minor - reversed_minor - matured_minor), sum(matured_minor + owed_minor - paid_out_minor)
from earning_lots group by creator_id, currency
"""
OWED = """
select owner, currency, sum(owed) from (
  select user_id as owner, currency, owed_minor as owed from wallets
  union all select creator_id, currency, owed_minor from earning_lots) as debts group by owner, currency
"""
HELD = """
select p.user_id, r.currency, sum(r.amount_minor) filter (where r.status <> 'succeeded') from payment_refunds r
join payments p on p.id = r.payment_id group by p.user_id, r.currency having bool_or(r.status <> 'succeeded')
"""
# By the provider's own books: what it holds for us is what was paid, less what went back, less its fees.
GATEWAY = """
select coalesce(sum(case c.status when 'succeeded' then c.fee_minor - c.amount_minor + c.refunded_minor
  when 'disputed' then c.fee_minor else 0 end), 0),
  -coalesce(sum(c.fee_minor) filter (where c.status in ('succeeded', 'disputed')), 0)
from sandbox_charges c
"""
# What the house keeps of every sale: its fee and the tax, less their part of refunds and disputes.
KEPT = """
select coalesce(sum(p.platform_fee_minor - coalesce(r.platform_fee_minor, 0)), 0),
  coalesce(sum(p.tax_minor - coalesce(r.tax_minor, 0)), 0)
from purchases p left join refunds r on r.purchase_id = p.id
where p.status in ('completed', 'refunded') and p.provider <> 'minutes'
  and not (p.status = 'refunded' and p.refunded_minor = p.amount_minor)
"""
LINES_THAT_DIFFER = """
select o.id from orders o join order_lines l on l.order_id = o.id join purchases p on p.order_line_id = l.id
group by o.id, o.total_minor, o.tax_minor
having sum(p.amount_minor) <> o.total_minor or sum(p.tax_minor) <> o.tax_minor
"""
