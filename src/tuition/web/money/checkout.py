"""Buying: what it comes to, how to pay, what is agreed to; sent once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from tuition import commerce, payments, wallets
from tuition.commerce import Waiver
from tuition.edge import ClientInfo, EdgeRoute, Reading, Services, SignedIn, Stepping, Steps, status_of
from tuition.identity import Actor
from tuition.kernel import DomainError, clock
from tuition.payments import Gateways
from tuition.platform import site
from tuition.platform.database import AnySession
from tuition.web.money import ways
from tuition.web.rendering import money_text, page_reader, refusal, render, see_other
from tuition.web.rendering import translate as _

router = APIRouter(prefix="/checkout", route_class=EdgeRoute, include_in_schema=False)
Contents = Annotated[list[UUID], Query(min_length=1, max_length=50)]


async def _page(
    request: Request,
    session: AnySession,
    services: Services,
    actor: Actor,
    contents: list[UUID],
    *,
    status: int = 200,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    gateways = services.service(Gateways)
    offer = await commerce.quote(session, actor, contents)
    balance = await wallets.available(session, actor.id, offer.total.currency)
    methods = await payments.methods_of(session, actor.id)
    missing = offer.total - balance if offer.total > balance else None
    options: list[tuple[str, str, str]] = []
    if not missing:
        left = money_text(balance - offer.total)
        options.append((ways.WALLET, _("Your wallet"), _("%(left)s stays in it.") % {"left": left}))
    options += ways.options(methods, gateways)
    context: dict[str, Any] = {
        "actor": actor,
        "balance": balance,
        "contents": contents,
        "errors": errors or {},
        "missing": missing,
        "offer": offer,
        "options": options,
        "preselected": options[0][0] if options else "",
        "refund_days": (await site.glance(session)).refund_window_days,
        "tax_percent": offer.rate.rate,
        "values": values or {},
        "waiver": commerce.waiver_in(page_reader(request).language),
    }
    return render(request, "money/checkout.html", status=status, policy=ways.leads_to(gateways), **context)


@router.get("")
async def show(request: Request, session: Reading, services: Services, actor: SignedIn, content: Contents) -> Response:
    """The order before anybody decides."""
    return await _page(request, session, services, actor, content)


@router.post("")
async def buy(
    request: Request,
    database: Steps,
    unit: Stepping,
    services: Services,
    actor: SignedIn,
    client: ClientInfo,
    content: Annotated[list[UUID], Form(min_length=1, max_length=50)],
    pay: Annotated[str, Form()] = "",
    keep: Annotated[str, Form()] = "",
    agreed: Annotated[str, Form()] = "",
) -> Response:
    """Order, and go where it is paid; or read beside the field what is missing."""
    gateways = services.service(Gateways)
    try:
        how = ways.Choice(from_wallet=True) if not pay and not gateways else ways.read_choice(pay, gateways)
        order_id = unit.reserved_id
        if order_id is None:
            async with database.transaction() as session:
                opened, _payment = await commerce.checkout(
                    session,
                    actor,
                    content,
                    currency=None,
                    waiver=Waiver(commerce.waiver_in(page_reader(request).language), clock.now(), client.ip) if agreed else None,
                    from_wallet=how.from_wallet,
                    provider=how.provider,
                    method_id=how.method_id,
                    save_method=bool(keep),
                    return_url=ways.return_url(request, ""),
                )
                order_id = opened.id
                await unit.reserve(session, order_id)
        async with database.reading(fresh=True) as session:
            order = await commerce.get_order_for(session, actor, order_id)
        payment = await payments.ask(database, gateways, order.payment_id) if order.payment_id else None
    except (commerce.WaiverNeeded, wallets.BalanceTooSmall, wallets.WalletFrozen, payments.MethodNotFound) as error:
        return await _again(request, database, services, actor, content, error, {"pay": pay, "keep": keep, "agreed": agreed})
    except (payments.GatewayUnknown, payments.GatewayRefused) as error:
        return await _again(request, database, services, actor, content, error, {"pay": pay, "keep": keep, "agreed": agreed})
    if payment is None:
        return see_other(request, f"/receipts/{order.id}", say=_("It is yours."))
    return see_other(request, payment.redirect_url or ways.payment_page(payment.id))


async def _again(
    request: Request,
    database: Steps,
    services: Services,
    actor: Actor,
    content: list[UUID],
    error: DomainError,
    values: Mapping[str, str],
) -> Response:
    beside = "agreed" if isinstance(error, commerce.WaiverNeeded) else "pay"
    async with database.reading(fresh=True) as session:
        return await _page(
            request,
            session,
            services,
            actor,
            content,
            status=status_of(error),
            values=values,
            errors={beside: refusal(error)},
        )
