"""A buyer decides."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tuition import payments, wallets
from tuition.commerce.actions.completing import complete
from tuition.commerce.documents import WAIVERS, Waiver
from tuition.commerce.errors import WaiverNeeded
from tuition.commerce.models import Order, OrderLine, Purchase
from tuition.commerce.previews import Quote, quote
from tuition.commerce.rules import Funding, OrderStatus, PurchaseStatus, Share
from tuition.earnings import split
from tuition.identity import Actor, require_terms, require_verified
from tuition.kernel import Money, clock, new_id
from tuition.platform import site
from tuition.platform.database import Session

PURPOSE = "order"


async def checkout(
    session: Session,
    actor: Actor,
    content_ids: Sequence[UUID],
    *,
    currency: str | None,
    waiver: Waiver | None,
    from_wallet: bool = False,
    provider: str | None = None,
    method_id: UUID | None = None,
    save_method: bool = False,
    return_url: str = "",
) -> tuple[Order, payments.Payment | None]:
    """Order contents. From the wallet (or for nothing) the order is complete at once; else the edge starts the returned payment.

    Raises ``EmailUnverified``, ``WaiverNeeded``, ``BalanceTooSmall``, and what ``quote`` raises.
    """
    require_verified(actor)
    await require_terms(session, actor)
    if waiver is None or waiver.text not in WAIVERS.values():
        raise WaiverNeeded
    offer = await quote(session, actor, content_ids, currency)
    funding = Funding.FREE if not offer.total else Funding.WALLET if from_wallet else Funding.PAYMENT
    order = await _write_order(session, actor, offer, funding, waiver)
    match funding:
        case Funding.FREE:
            refused = await complete(session, order, provider="free", reference=f"free:{order.id}")
        case Funding.WALLET:
            wallet = await wallets.open_wallet(session, actor.id, offer.total.currency)
            refused = await complete(session, order, provider="wallet", reference=f"wallet:{order.id}", wallet=wallet)
        case _:
            payment = await payments.open_payment(
                session,
                payer_id=actor.id,
                amount=offer.total,
                purpose=PURPOSE,
                subject=("order", order.id),
                provider=provider,
                method_id=method_id,
                save_method=save_method,
                tax=offer.tax,
                description=", ".join(line.title for line in offer.lines),
                return_url=return_url,
            )
            order.payment_id = payment.id
            return order, payment
    if refused is not None:
        # Another order was first: what this one has written goes with the transaction.
        raise refused
    return order, None


async def _write_order(session: Session, actor: Actor, offer: Quote, funding: Funding, waiver: Waiver) -> Order:
    settings = await site.current(session)
    now = clock.now()
    order = Order(
        id=new_id(),
        buyer_id=actor.id,
        status=OrderStatus.PENDING.value,
        funding=funding.value,
        currency=offer.total.currency,
        total_minor=offer.total.minor,
        tax_minor=offer.tax.minor,
        tax_country=offer.rate.country,
        tax_name=offer.rate.name,
        tax_rate=offer.rate.rate,
        fee_rate=settings.platform_fee_rate,
        waiver_text=waiver.text,
        waiver_text_hash=waiver.text_hash,
        waiver_at=waiver.at,
        waiver_ip=waiver.ip,
        created_at=now,
    )
    session.add(order)
    await session.flush()  # lines and purchases point at it
    shares = [share for line in offer.lines for share in line.shares]
    taxes = iter(_taxes(offer.tax, [share.amount for share in shares]))
    for line in offer.lines:
        row = OrderLine(
            id=new_id(),
            order_id=order.id,
            content_id=line.content_id,
            title=line.title,
            list_minor=line.list_price.minor,
            amount_minor=line.amount.minor,
            created_at=now,
        )
        session.add(row)
        await session.flush()  # its purchases point at it
        session.add_all(_purchase(order, row, share, next(taxes)) for share in line.shares)
    await session.flush()  # completing reads the purchases back in the order of their ids
    return order


def _purchase(order: Order, line: OrderLine, share: Share, tax: Money) -> Purchase:
    parts = split(share.amount, fee_rate=order.fee_rate, tax=tax, shares=[(share.creator_id, 1)])
    return Purchase(
        id=new_id(),
        order_id=order.id,
        order_line_id=line.id,
        buyer_id=order.buyer_id,
        content_id=share.content_id,
        seller_id=share.creator_id,
        currency=share.amount.currency,
        amount_minor=share.amount.minor,
        tax_minor=parts.tax.minor,
        platform_fee_minor=parts.fee.minor,
        creator_minor=parts.creators_total.minor,
        status=PurchaseStatus.PENDING.value,
        provider=order.funding,
        provider_reference=f"{order.funding}:{order.id}",
        refunded_minor=0,
        created_at=order.created_at,
    )


def _taxes(tax: Money, amounts: Sequence[Money]) -> list[Money]:
    weights = [amount.minor for amount in amounts]
    return tax.split(weights) if any(weights) else [Money.zero(tax.currency) for _ in amounts]
