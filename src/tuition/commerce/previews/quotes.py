"""What an order would come to, before anybody decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from tuition import catalog, earnings
from tuition.commerce.errors import AlreadyOwned, InOrderTwice, NotForSale, OwnWork
from tuition.commerce.models import Purchase
from tuition.commerce.policy import refusal_of
from tuition.commerce.rules import PurchaseStatus, Share, allocate_line
from tuition.identity import Actor
from tuition.kernel import Currency, DomainError, Money, clock
from tuition.platform.database import AnySession

LINES_MAX = 50


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One thing and what it costs this buyer."""

    content_id: UUID
    title: str
    list_price: Money
    amount: Money
    """Less than the list price when parts of a series are owned already."""
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """An order as it would be."""

    lines: tuple[QuoteLine, ...]
    total: Money
    """What the buyer pays, tax included."""
    tax: Money
    rate: earnings.Tax


async def quote(session: AnySession, actor: Actor, content_ids: Sequence[UUID], currency: str | None = None) -> Quote:
    """What these contents would cost this buyer now, in ``currency`` or in the one they prefer.

    A series costs less by the share of those of its parts that the buyer owns, or buys in the same order. Raises
    ``AlreadyOwned``, ``InOrderTwice``, ``NotForSale``, ``OwnWork``, what another room says against it (a course that is full),
    or the catalogue's 404.
    """
    assert 0 < len(content_ids) <= LINES_MAX, "an order has between one and fifty lines"
    contents = [await catalog.get_content_for(session, actor, content_id) for content_id in dict.fromkeys(content_ids)]
    members = {content.id: await _members(session, content) for content in contents}
    everything = {member.id for found in members.values() for member in found} | {content.id for content in contents}
    prices = await catalog.prices_of(session, sorted(everything), at=clock.now())
    owned = await _owned(session, actor.id, everything)
    chosen = currency or _preferred(contents, prices, actor.currency)
    lines: list[QuoteLine] = []
    taken: set[UUID] = set()
    for content in contents:
        price = _one_time(prices[content.id], chosen)
        if content.creator_id == actor.id:
            raise OwnWork(title=content.title)
        if price is None or not members[content.id]:
            raise NotForSale(title=content.title)
        unowned = {member.id for member in members[content.id]} - owned
        if content.id in owned or not unowned:
            raise AlreadyOwned(title=content.title)
        if not unowned - taken:
            raise InOrderTwice(title=content.title)
        lines.append(_line(content, members[content.id], unowned - taken, prices, price))
        taken |= unowned
    sold = {member.id: member for found in members.values() for member in found if member.id in taken}
    if refused := await refusal_of(session, actor.id, list(sold.values())):
        raise refused
    total = Money.zero(lines[0].amount.currency)
    for line in lines:
        total += line.amount
    rate = await earnings.tax_for(session, actor.country)
    gross, tax = rate.on(total)
    if gross != total:
        lines = _with_tax_on_top(lines, gross)
    return Quote(tuple(lines), gross, tax, rate)


async def why_not_sold(
    session: AnySession, actor: Actor | None, content: catalog.Content, parts: Sequence[catalog.Content] | None = None
) -> DomainError | None:
    """What another room says against selling this to this person now (a course is full): for a page, before anybody asks.

    Whoever knows the ``parts`` of a series brings them along.
    """
    if catalog.Kind(content.kind) not in catalog.COLLECTIONS:
        return None
    is_known = parts is not None and content.kind != catalog.Kind.COURSE
    members = list(parts or ()) if is_known else await _members(session, content)
    refused = await refusal_of(session, actor.id if actor else None, members)
    if refused is None or actor is None:
        return refused
    owned = await _owned(session, actor.id, {member.id for member in members})
    return await refusal_of(session, actor.id, [member for member in members if member.id not in owned])


def _line(
    content: catalog.Content,
    members: Sequence[catalog.Content],
    wanted: set[UUID],
    prices: dict[UUID, list[catalog.Price]],
    price: Money,
) -> QuoteLine:
    def list_price(member: catalog.Content) -> int:
        own = _one_time(prices[member.id], price.currency)
        return own.minor if own else 0

    everything = [(member.id, member.creator_id, list_price(member)) for member in members]
    shares = [share for share in allocate_line(price, everything) if share.content_id in wanted]
    amount = Money(sum(share.amount.minor for share in shares), price.currency)
    return QuoteLine(content.id, content.title, price, amount, tuple(shares))


def _with_tax_on_top(lines: Sequence[QuoteLine], gross: Money) -> list[QuoteLine]:
    """Where tax comes on top, spread it over the lines and their shares, so that they still sum to what is paid."""
    if not any(line.amount for line in lines):
        return list(lines)
    taxed = []
    for line, amount in zip(lines, gross.split([line.amount.minor for line in lines]), strict=True):
        members = [(share.content_id, share.creator_id, share.amount.minor) for share in line.shares]
        taxed.append(QuoteLine(line.content_id, line.title, line.list_price, amount, tuple(allocate_line(amount, members))))
    return taxed


async def _members(session: AnySession, content: catalog.Content) -> list[catalog.Content]:
    """What is bought with it, one purchase each: of a collection what is in the catalogue, also of the collections in it.

    A course is bought whole: its lessons are nothing by themselves.
    """
    if catalog.Kind(content.kind) not in catalog.COLLECTIONS - {catalog.Kind.COURSE}:
        return [content]
    found: dict[UUID, catalog.Content] = {}
    for member in await catalog.members_of(session, content.id):
        if member.status == catalog.Status.PUBLISHED:  # nobody pays for what nothing would open
            found |= {one.id: one for one in await _members(session, member)}
    return list(found.values())


async def _owned(session: AnySession, buyer_id: UUID, content_ids: set[UUID]) -> set[UUID]:
    statement = select(Purchase.content_id).where(
        Purchase.buyer_id == buyer_id, Purchase.content_id.in_(content_ids), Purchase.status == PurchaseStatus.COMPLETED.value
    )
    return set((await session.scalars(statement)).all())


def _preferred(
    contents: Sequence[catalog.Content], prices: dict[UUID, list[catalog.Price]], preference: str | None
) -> str | None:
    """The buyer's own currency where everything has a price in it, else that of the first content's price."""
    if preference and all(_one_time(prices[content.id], preference) for content in contents):
        return preference
    first = _one_time(prices[contents[0].id], None)
    return first.currency if first else None


def _one_time(prices: Sequence[catalog.Price], currency: str | None) -> Money | None:
    for price in prices:
        if price.kind == catalog.PriceKind.ONE_TIME and price.amount_minor is not None and currency in {None, price.currency}:
            return Money(price.amount_minor, Currency(price.currency))
    return None
