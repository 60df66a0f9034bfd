"""The wallet: what is in it, where it went, how it is filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from tuition import commerce, metering, payments, wallets
from tuition.edge import EdgeRoute, Fresh, Reading, Services, SignedIn, Stepping, Steps, Writing, status_of
from tuition.identity import Actor
from tuition.kernel import Currency, DomainError, Money, exponent_of
from tuition.payments import Gateways
from tuition.platform import site
from tuition.platform.database import AnySession
from tuition.wallets import LotKind, MovementStatus, MovementType, Wallet, WalletMovement
from tuition.web.money import ways
from tuition.web.rendering import money_text, refusal, render, see_other
from tuition.web.rendering import translate as _
from tuition.web.rendering.formatting import day
from tuition.web.site.appearance import local_path

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
AMOUNTS = (5, 10, 20, 50)
"""What is offered first, in the currency's own unit."""
LINES = 12
INCOMING = {MovementType.TOPUP.value, MovementType.REFUND.value, MovementType.GRANT.value}
CurrencyParam = Annotated[str, Query(pattern=r"^[A-Z]{3}$")]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history."""

    movement: WalletMovement
    label: str
    title: str
    href: str
    """Where its receipt is, if it has one."""
    amount: Money
    """Signed: what came in is above zero."""


async def _currency(session: AnySession, actor: Actor, wanted: str | None) -> Currency:
    if wanted:
        return Currency(wanted)
    held = await wallets.wallets_of(session, actor.id)
    preferred = actor.currency or (await site.glance(session)).default_currency
    known = {wallet.currency for wallet in held}
    return Currency(preferred if preferred in known or not held else held[0].currency)


def _label(movement: WalletMovement) -> str:
    if movement.source_type == "play_session":
        return _("Minutes played")
    if movement.payment_method == wallets.AUTOMATIC:
        return _("Automatic top-up")
    names = {
        MovementType.PAYMENT.value: _("Bought"),
        MovementType.TOPUP.value: _("Top-up"),
        MovementType.WITHDRAWAL.value: _("Withdrawal"),
        MovementType.REFUND.value: _("Refund"),
        MovementType.GRANT.value: _("A gift from us"),
        MovementType.EXPIRY.value: _("A gift ran out"),
        MovementType.DISPUTE.value: _("Taken back by your bank"),
    }
    return names[movement.type]


async def _lines(session: AnySession, movements: list[WalletMovement]) -> list[Line]:
    by_type: dict[str, list[UUID]] = {}
    for row in movements:
        by_type.setdefault(row.source_type, []).append(row.source_id)
    played = await metering.lines_of(session, by_type.get("play_session", []))
    told = {source_id: (one.title, "") for source_id, one in played.items()}
    for order_id, lines in (await commerce.lines_of(session, by_type.get("order", []))).items():
        told[order_id] = (", ".join(line.title for line in lines), f"/receipts/{order_id}")
    for refund_id, (order_id, title) in (await commerce.refund_titles(session, by_type.get("refund", []))).items():
        told[refund_id] = (title, f"/receipts/{order_id}")

    def line(row: WalletMovement) -> Line:
        amount = Money(row.amount_minor, Currency(row.currency))
        title, href = told.get(row.source_id, (row.description, ""))
        return Line(row, _label(row), title, href, amount if row.type in INCOMING else -amount)

    return [line(row) for row in movements]


async def _page(
    request: Request,
    session: AnySession,
    services: Services,
    actor: Actor,
    *,
    currency: str | None = None,
    status: int = 200,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    back: str = "",
) -> Response:
    gateways = services.service(Gateways)
    unit = await _currency(session, actor, currency)
    wallet = await wallets.wallet_of(session, actor.id, unit)
    held = await wallets.wallets_of(session, actor.id)
    methods = await payments.methods_of(session, actor.id)
    automatic = await wallets.auto_top_up_of(session, actor.id)
    least, most = await wallets.top_up_limits(session, unit)
    presets = [Money(figure * 10 ** exponent_of(unit), unit) for figure in AMOUNTS]
    context: dict[str, Any] = {
        "actor": actor,
        "amounts": [amount for amount in presets if least <= amount <= most] or [least],
        "automatic": automatic,
        "back": back,
        "balance": await wallets.available(session, actor.id, unit),
        "card_chosen": _chosen_card(automatic, methods),
        "card_name": ways.card_name,
        "card_options": [(f"{ways.CARD}{method.id}", ways.card_name(method)) for method in methods],
        "currency": unit,
        "errors": errors or {},
        "expiry": ways.expiry,
        "held": [(one.currency, f"/wallet?currency={one.currency}") for one in held],
        "least": least,
        "most": most,
        "methods": methods,
        "money_of": Money,
        "options": ways.options(methods, gateways),
        "values": values or {},
        "wallet": wallet,
        **await _contents(session, wallet),
    }
    return render(request, "money/wallet.html", status=status, policy=ways.leads_to(gateways), **context)


def _chosen_card(settings: wallets.AutoTopUpSettings | None, methods: list[payments.PaymentMethod]) -> str:
    chosen = settings.payment_method_id if settings else None
    first = methods[0].id if methods else None
    return f"{ways.CARD}{chosen or first}" if chosen or first else ""


def _made_of(lots: list[wallets.WalletLot]) -> list[tuple[str, Money, str]]:
    """What the balance is made of, in the order in which it is spent: gifts one by one, then what was paid in."""
    gifts = [lot for lot in lots if lot.kind == LotKind.GRANTED.value]
    gifts.sort(key=lambda lot: (lot.expires_at is None, lot.expires_at or lot.created_at))
    until, always = _("to be used until %(day)s"), _("without an end")
    lines = [
        (
            _("A gift from us"),
            Money(lot.remaining_minor, Currency(lot.currency)),
            until % {"day": day(lot.expires_at)} if lot.expires_at else always,
        )
        for lot in gifts
    ]
    own = sum(lot.remaining_minor for lot in lots if lot.kind != LotKind.GRANTED.value)
    if own:
        note = _("spent after the gifts") if gifts else ""
        lines.append((_("Money you paid in"), Money(own, Currency(lots[0].currency)), note))
    return lines


async def _contents(session: AnySession, wallet: Wallet | None) -> dict[str, Any]:
    if wallet is None:
        return {"gifts": False, "lines": [], "made_of": [], "next_href": None, "owed": None}
    page = await wallets.movements_of(session, wallet, limit=LINES)
    lots = await wallets.lots_of(session, wallet)
    return {
        "gifts": any(lot.kind == LotKind.GRANTED.value for lot in lots),
        "made_of": _made_of(lots),
        "lines": await _lines(session, page.items),
        "next_href": _more(wallet, page.next_cursor),
        "owed": Money(wallet.owed_minor, Currency(wallet.currency)) if wallet.owed_minor else None,
    }


def _more(wallet: Wallet, cursor: str | None) -> str | None:
    return f"/wallet/movements?wallet={wallet.id}&cursor={cursor}" if cursor else None


@router.get("/wallet")
async def show(
    request: Request,
    session: Reading,
    services: Services,
    actor: SignedIn,
    currency: CurrencyParam | None = None,
    back: Annotated[str, Query(alias="next", max_length=500)] = "",
) -> Response:
    """What is in the wallet, and the ways to fill it."""
    return await _page(request, session, services, actor, currency=currency, back=local_path(back, ""))


@router.get("/wallet/movements")
async def movements(
    request: Request, session: Reading, actor: SignedIn, wallet: UUID, cursor: Annotated[str, Query(max_length=2000)] = ""
) -> Response:
    """More of the history: rows for htmx, else a page of its own."""
    held = await wallets.get_wallet_for(session, actor, wallet)
    page = await wallets.movements_of(session, held, limit=LINES * 2, cursor=cursor or None)
    lines = await _lines(session, page.items)
    name = "money/_movements.html" if request.headers.get("hx-request") else "money/movements.html"
    return render(request, name, lines=lines, next_href=_more(held, page.next_cursor), pending=MovementStatus.PENDING.value)


@router.post("/wallet/top-ups")
async def top_up(
    request: Request,
    database: Steps,
    unit: Stepping,
    services: Services,
    actor: SignedIn,
    currency: Annotated[str, Form(pattern=r"^[A-Z]{3}$")],
    choice: Annotated[str, Form()] = "",
    amount: Annotated[str, Form()] = "",
    pay: Annotated[str, Form()] = "",
    keep: Annotated[str, Form()] = "",
    back: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """Ask for money, and go where it is paid."""
    gateways = services.service(Gateways)
    onward = local_path(back, "")
    try:
        wanted = Money.parse(amount.replace(",", ".") if amount.strip() else choice, currency)
        how = ways.read_choice(pay, gateways)
        payment_id = unit.reserved_id
        if payment_id is None:
            async with database.transaction() as session:
                wallet = await wallets.open_wallet(session, actor.id, currency)
                opened = await wallets.start_top_up(
                    session,
                    actor,
                    wallet,
                    wanted,
                    provider=how.provider,
                    method_id=how.method_id,
                    save_method=bool(keep),
                    return_url=ways.return_url(request, onward),
                )
                payment_id = opened.id
                await unit.reserve(session, payment_id)
        payment = await payments.ask(database, gateways, payment_id)
    except DomainError as error:
        values = {"choice": choice, "amount": amount, "pay": pay, "keep": keep}
        beside = "pay" if error.code.startswith("payments.") else "amount"
        async with database.reading(fresh=True) as session:
            return await _page(
                request,
                session,
                services,
                actor,
                currency=currency,
                status=status_of(error),
                values=values,
                errors={beside: refusal(error)},
                back=onward,
            )
    return see_other(request, payment.redirect_url or ways.payment_page(payment.id, onward))


@router.post("/wallet/automatic")
async def change_automatic(
    request: Request,
    session: Writing,
    services: Services,
    actor: SignedIn,
    currency: Annotated[str, Form(pattern=r"^[A-Z]{3}$")],
    enabled: Annotated[str, Form()] = "",
    threshold: Annotated[str, Form()] = "",
    auto_amount: Annotated[str, Form()] = "",
    ceiling: Annotated[str, Form()] = "",
    method: Annotated[str, Form()] = "",
) -> Response:
    """Say when the wallet fills itself, or read beside the field what is wrong."""
    values = {"enabled": enabled, "threshold": threshold, "auto_amount": auto_amount, "ceiling": ceiling, "method": method}
    amounts: dict[str, Money] = {}
    errors: dict[str, str] = {}
    for field in ("threshold", "auto_amount", "ceiling"):
        try:
            amounts[field] = Money.parse(values[field].replace(",", "."), currency)
        except DomainError as error:
            errors[field] = refusal(error)
    if not errors:
        try:
            await wallets.change_auto_top_up(
                session,
                actor,
                enabled=bool(enabled),
                threshold=amounts["threshold"],
                amount=amounts["auto_amount"],
                ceiling_month=amounts["ceiling"],
                method_id=ways.read_choice(method, services.service(Gateways)).method_id if method else None,
            )
        except DomainError as error:
            fields = {
                "kernel.money_invalid": "threshold",
                "wallets.ceiling_too_low": "ceiling",
                "wallets.top_up_amount_refused": "auto_amount",
            }
            errors[fields.get(error.code, "method")] = refusal(error)
    if errors:
        return await _page(request, session, services, actor, currency=currency, status=422, values=values, errors=errors)
    if not enabled:
        return see_other(request, "/wallet", say=_("The automatic top-up is off."), tone="note")
    said = _("Below %(threshold)s your wallet fills itself with %(amount)s.")
    figures = {"threshold": money_text(amounts["threshold"]), "amount": money_text(amounts["auto_amount"])}
    return see_other(request, "/wallet", say=said % figures)


@router.post("/wallet/cards/{method_id}/default")
async def make_default(request: Request, session: Writing, actor: SignedIn, method_id: UUID) -> Response:
    """Offer this card first."""
    method = await payments.make_default(session, actor, method_id)
    return see_other(request, "/wallet", say=_("%(card)s is offered first from now on.") % {"card": ways.card_name(method)})


@router.post("/wallet/cards/{method_id}/remove")
async def remove(request: Request, session: Writing, actor: Fresh, method_id: UUID) -> Response:
    """Forget a card."""
    await payments.remove_method(session, actor, method_id)
    return see_other(request, "/wallet", say=_("The card is forgotten."), tone="note")
