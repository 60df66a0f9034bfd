"""What a content costs: once, by the minute, in each currency, now and later, said in plain words before it is set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from tuition import catalog
from tuition.catalog import Kind, OneTime, PerMinute, PriceKind
from tuition.edge import EdgeRoute, Reading, Writing
from tuition.identity import Actor
from tuition.kernel import Currency, DomainError, Money, clock, exponent_of, round_half_even
from tuition.platform import site
from tuition.platform.database import AnySession
from tuition.web.rendering import money_text, render, see_other
from tuition.web.rendering import translate as _
from tuition.web.rendering.formatting import duration
from tuition.web.rendering.formatting import rate as rate_text
from tuition.web.studio.forms import Typed, read_decimal, read_moment, read_money, say
from tuition.web.studio.surroundings import Creator, Work, address, load_work, work_page

router = APIRouter(prefix="/studio/contents/{content_id}/prices", route_class=EdgeRoute, include_in_schema=False)
CURRENCIES = (
    "EUR", "USD", "GBP", "AED", "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EGP", "HUF", "IDR", "INR", "JOD", "JPY", "KES",
    "KWD", "MAD", "MXN", "NGN", "NOK", "NZD", "PKR", "PLN", "QAR", "RON", "SAR", "SEK", "TND", "TRY", "UAH", "ZAR",
)  # fmt: skip
MINUTE_MS = 60_000


def to_watch_once(rate: Decimal, currency: str, duration_ms: int) -> Money:
    """What playing all of it once costs by the minute, rounded as the meter rounds."""
    exact = Fraction(rate) * Fraction(duration_ms, MINUTE_MS) * 10 ** exponent_of(currency)
    return Money(round_half_even(exact), Currency(currency))


def in_plain_words(duration_ms: int | None, once: Money | None, rate: Decimal | None, currency: str, fee: Decimal) -> list[str]:
    """What a pair of prices comes to, for whoever sets them."""
    said = []
    if rate is not None and duration_ms:
        whole = to_watch_once(rate, currency, duration_ms)
        facts = {
            "length": duration(duration_ms / 1000),
            "rate": rate_text(rate, currency),
            "whole": money_text(whole),
            "price": money_text(once) if once is not None else "",
        }
        if once is None:
            said.append(_("Its %(length)s at %(rate)s a minute cost %(whole)s to watch once.") % facts)
        elif whole.minor > once.minor:
            said.append(_("Its %(length)s at %(rate)s a minute would cost %(whole)s; at %(price)s it is theirs.") % facts)
        else:
            said.append(_("Its %(length)s at %(rate)s a minute cost %(whole)s to watch once; it is theirs at %(price)s.") % facts)
    elif rate is not None:
        said.append(
            _("A minute costs %(rate)s. What all of it costs depends on its length.") % {"rate": rate_text(rate, currency)}
        )
    if once is not None and once.minor == 0:
        said.append(_("It is free for everybody."))
    elif once is not None:
        yours = once - once.times(fee)
        said.append(_("Of %(price)s you get %(yours)s, before tax.") % {"price": money_text(once), "yours": money_text(yours)})
    return said


@router.get("")
async def prices(request: Request, content_id: UUID, session: Reading, actor: Creator) -> Response:
    """What it costs now, what it cost, and the forms to change that."""
    return await _prices_page(request, session, actor, await load_work(session, actor, content_id))


async def _prices_page(
    request: Request,
    session: AnySession,
    actor: Actor,
    work: Work,
    *,
    values: Mapping[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    settings = await site.glance(session)
    standing = {price.currency for price in work.prices}
    usual = work.prices[0].currency if work.prices else actor.currency or settings.default_currency
    now = clock.now()
    history = await catalog.price_history(session, work.content.id)
    context: dict[str, Any] = {
        "values": values if values is not None else {"currency": usual},
        "errors": errors or {},
        "usual": usual,
        "currencies": list(dict.fromkeys([usual, settings.default_currency, *sorted(standing), *CURRENCIES])),
        "by_currency": _by_currency(work, settings.platform_fee_rate),
        "history": [price for price in history if not (price.valid_until and price.valid_until <= price.valid_from)],
        "coming": [price for price in history if price.valid_from > now and price.valid_until != price.valid_from],
        "moment": now,
        "is_playable": Kind(work.content.kind) in catalog.PLAYABLE,
    }
    return work_page(request, "content/prices.html", work, status=422 if errors else 200, tab=f"{work.href}/prices", **context)


def _by_currency(work: Work, fee: Decimal) -> list[dict[str, Any]]:
    rows = []
    for currency in dict.fromkeys(price.currency for price in work.prices):
        of_one = [price for price in work.prices if price.currency == currency]
        once = _first(of_one, PriceKind.ONE_TIME)
        minute = _first(of_one, PriceKind.PER_MINUTE)
        amount, rate = once.amount if once else None, minute.rate if minute else None
        words = in_plain_words(work.content.duration_ms, amount, rate, currency, fee)
        rows.append({"currency": currency, "once": once, "minute": minute, "words": words})
    return rows


def _first(prices: Sequence[catalog.Price], kind: PriceKind) -> catalog.Price | None:
    return next((price for price in prices if price.kind == kind), None)


@router.post("/words")
async def words(request: Request, content_id: UUID, session: Reading, actor: Creator, typed: Typed) -> Response:
    """What the figures in the form would come to, while they are typed."""
    work = await load_work(session, actor, content_id)
    settings = await site.glance(session)
    currency = typed["currency"]
    standing = [price for price in work.prices if price.currency == currency]
    once, minute = _first(standing, PriceKind.ONE_TIME), _first(standing, PriceKind.PER_MINUTE)
    amount, rate = once.amount if once else None, minute.rate if minute else None
    try:
        amount = read_money(typed["amount"], currency) if typed["amount"].strip() else amount
    except DomainError:
        amount = None
    rate = read_decimal(typed["rate"]) if typed["rate"].strip() else rate
    is_sensible = (rate is None or 0 < rate <= 10_000) and (amount is None or amount.minor >= 0)
    said = in_plain_words(work.content.duration_ms, amount, rate, currency, settings.platform_fee_rate) if is_sensible else []
    return render(request, "studio/content/_words.html", words=said)


@router.post("")
async def set_prices(request: Request, content_id: UUID, session: Writing, actor: Creator, typed: Typed) -> Response:
    """Put prices in force, now or from a later moment on. The ones before stay in the history."""
    work = await load_work(session, actor, content_id)
    asked, start, errors = _read(request, typed)
    if not asked and not errors:
        errors["amount"] = _("Write a price, for owning it or for a minute.")
    if not errors:
        for field, one in asked.items():
            try:
                await catalog.set_price(session, actor, content_id, one, valid_from=start)
            except catalog.PriceInvalid as error:
                errors[field] = say(request, error)
    if errors:
        return await _prices_page(request, session, actor, work, values=typed, errors=errors)
    said = _("The new price is announced.") if start else _("The new price holds from now on.")
    return see_other(request, f"{address(content_id)}/prices", say=said)


def _read(request: Request, typed: Mapping[str, str]) -> tuple[dict[str, OneTime | PerMinute], datetime | None, dict[str, str]]:
    asked: dict[str, OneTime | PerMinute] = {}
    errors: dict[str, str] = {}
    currency = Currency(typed["currency"])
    if len(currency) != 3 or not currency.isascii() or not currency.isupper():
        return {}, None, {"currency": _("Choose a currency.")}
    if typed["amount"].strip():
        try:
            asked["amount"] = OneTime(read_money(typed["amount"], currency))
        except DomainError as error:
            errors["amount"] = say(request, error)
    if typed["rate"].strip():
        rate = read_decimal(typed["rate"])
        if rate is None:
            errors["rate"] = _("Write a figure such as 0.12.")
        else:
            asked["rate"] = PerMinute(rate, currency)
    start = read_moment(request, typed["valid_from"]) if typed["valid_from"].strip() else None
    if typed["valid_from"].strip() and (start is None or start <= clock.now()):
        errors["valid_from"] = _("Choose a moment that is still to come, or leave it empty.")
    return asked, start, errors


@router.post("/remove")
async def remove_price(request: Request, content_id: UUID, session: Writing, actor: Creator, typed: Typed) -> Response:
    """Let a price end now."""
    kind = next((kind for kind in PriceKind if kind == typed["kind"]), None)
    if kind is not None:
        await catalog.remove_price(session, actor, content_id, kind, typed["currency"])
    return see_other(
        request, f"{address(content_id)}/prices", say=_("That price has ended. What was sold stays sold."), tone="note"
    )
