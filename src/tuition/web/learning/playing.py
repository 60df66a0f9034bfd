"""The player: a film, and one quiet line under it about its money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from tuition import catalog, identity, metering, playback, wallets
from tuition.access import Decision, Reason, WayKind
from tuition.edge import CurrentActor, EdgeRoute, Reading
from tuition.identity import Actor
from tuition.kernel import Currency, Money, clock, exponent_of
from tuition.platform.database import AnySession
from tuition.playback import Playback
from tuition.web.rendering import page_reader, render, translate_plural
from tuition.web.rendering import translate as _
from tuition.web.rendering.formatting import money_text
from tuition.web.rendering.formatting import rate as rate_text
from tuition.web.storefront.cards import cover_url
from tuition.web.storefront.contents import find_for

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
NEXT_DAYS_LIMIT = 3_650


@dataclass(frozen=True, slots=True)
class Terms:
    """What somebody without a right would pay: for a minute, and for all of it."""

    rate: Decimal
    currency: Currency
    paid: Money
    price: Money | None
    balance: Money
    free_ms: int
    is_known: bool
    """Whether they have agreed to this very rate before: then it is not asked again."""

    @property
    def share(self) -> int:
        """Percent of the price that is paid."""
        return min(100, self.paid.minor * 100 // self.price.minor) if self.price else 0


@router.get("/watch/{slug}")
async def watch(
    slug: str, request: Request, session: Reading, actor: CurrentActor, preview: Annotated[str, Query(max_length=4)] = ""
) -> Response:
    """The player of a film or a recording. Who cannot play it in any way is sent to the page that offers the ways.

    A visitor plays what is free, and the free beginning of what is sold; for more they sign in.
    """
    found, decision = await find_for(session, actor, slug)
    content = found.content
    if content.kind not in catalog.PLAYABLE:
        return RedirectResponse(f"/c/{quote(content.slug)}", status_code=303)
    if found.moved:
        return RedirectResponse(f"/watch/{quote(content.slug)}", status_code=301)
    terms = None if decision.allowed or actor is None else await _terms(session, actor, content, decision)
    if (preview or terms is None) and not decision.allowed:
        if not decision.preview_until_ms:
            if actor is None:
                raise identity.SignInNeeded
            return RedirectResponse(f"/c/{quote(content.slug)}", status_code=303)
        terms = None
    mode = "open" if decision.allowed else "metered" if terms else "preview"
    stage = await _stage(request, session, actor, content, decision, mode, terms)
    right = _right(decision) if decision.allowed else _afterwards(decision)
    return render(request, "playing/player.html", **stage, right=right)


async def stage_of(
    request: Request, session: AnySession, actor: Actor | None, content: catalog.Content, decision: Decision
) -> dict[str, Any]:
    """What ``playing/_stage.html`` needs for a film that is open to this person, wherever it stands."""
    assert decision.allowed, "whoever shows the stage has asked"
    return await _stage(request, session, actor, content, decision, "open", None)


async def _stage(
    request: Request,
    session: AnySession,
    actor: Actor | None,
    content: catalog.Content,
    decision: Decision,
    mode: str,
    terms: Terms | None,
) -> dict[str, Any]:
    media = await catalog.find_media(session, content.id)
    played = await playback.playback_of(session, actor.id, content.id) if actor else None
    coverage = await playback.coverage_of(session, actor.id, content.id) if actor else ()
    captions = await catalog.captions_of(session, content.id)
    cover = cover_url(content, 1280)
    film = _film(request, content, decision, media, played, coverage, captions, mode, terms, cover)
    return {
        "content": content,
        "cover": cover,
        "decision": decision,
        "film": film | {"is_visit": actor is None},
        "is_ready": media is not None and media.hls_prefix is not None,
        "media": media,
        "mode": mode,
        "terms": terms,
    }


async def _terms(session: AnySession, actor: Actor, content: catalog.Content, decision: Decision) -> Terms | None:
    """The terms in a currency that their wallet can pay, else in the first that there is; ``None``: not sold by the minute."""
    ways = [way for way in decision.ways if way.kind is WayKind.PER_MINUTE and way.rate and way.currency]
    if not ways:
        return None
    held = {wallet.currency: wallet for wallet in await wallets.wallets_of(session, actor.id)}
    balances = await wallets.availables(session, list(held.values()))
    funded = [way for way in ways if way.currency in held and balances[held[way.currency].id]]
    way = (funded or ways)[0]
    assert way.rate is not None
    assert way.currency is not None
    currency = Currency(way.currency)
    meter = await metering.meter_of(session, actor.id, content.id)
    mine = meter if meter is not None and meter.currency == currency else None
    counted = 0 if mine is None else mine.posted_minor - (mine.posted_minor if mine.owned_at else mine.base_minor)
    prices = [other.amount for other in decision.ways if other.kind is WayKind.PURCHASE and other.amount]
    return Terms(
        rate=way.rate,
        currency=currency,
        paid=Money(counted, currency),
        price=next((price for price in prices if price.currency == currency), None),
        balance=balances[held[currency].id] if currency in held else Money.zero(currency),
        free_ms=content.preview_until_ms,
        is_known=mine is not None and mine.rate == way.rate and counted > 0,
    )


def _film(
    request: Request,
    content: catalog.Content,
    decision: Decision,
    media: catalog.Media | None,
    played: Playback | None,
    coverage: playback.Ranges,
    captions: list[catalog.Caption],
    mode: str,
    terms: Terms | None,
    cover: str | None,
) -> dict[str, Any]:
    """What the player's script needs to know."""
    duration_ms = (media.duration_ms if media else None) or 0
    limit_ms = decision.preview_until_ms if mode == "preview" else duration_ms
    position_ms = played.position_ms if played and played.position_ms < limit_ms else 0
    here = f"/watch/{quote(content.slug)}"
    return {
        "id": content.id,
        "title": content.title,
        "kind": content.kind,
        "mode": mode,
        "language": page_reader(request).language,
        "duration_ms": duration_ms,
        "limit_ms": limit_ms,
        "position_ms": position_ms,
        "coverage": coverage,
        "poster": cover or "",
        "captions": [{"id": item.id, "language": item.language, "label": item.label, "kind": item.kind} for item in captions],
        "terms": None if terms is None else _plain(terms),
        "top_up": f"/wallet?next={quote(here, safe='')}",
        "page": f"/c/{quote(content.slug)}",
        "sign_in": f"/sign-in?next={quote(here, safe='')}",
        "words": _words(terms),
    }


def _plain(terms: Terms) -> dict[str, Any]:
    return {
        "rate": str(terms.rate),
        "currency": terms.currency,
        "digits": exponent_of(terms.currency),
        "paid": str(terms.paid.decimal),
        "price": str(terms.price.decimal) if terms.price else None,
        "balance": str(terms.balance.decimal),
        "free_ms": terms.free_ms,
        "is_known": terms.is_known,
        "rate_text": rate_text(terms.rate, terms.currency),
    }


def _right(decision: Decision) -> str:
    """One sentence about the right on which it plays."""
    if decision.reason is Reason.OWNER:
        return _("You made this. Watching it costs nothing and is not counted.")
    if decision.reason is Reason.STAFF:
        return _("You run this school. Watching it costs nothing.")
    if decision.reason is Reason.FREE:
        return _("This is free.")
    if decision.reason is Reason.PREVIEW:
        return _("Its course shows it to everybody as a sample.")
    if decision.until is None:
        return _("It is yours. Watching it costs nothing.")
    days = min((decision.until - clock.now()).days, NEXT_DAYS_LIMIT)
    if days <= 1:
        return _("It is open to you until tomorrow.")
    said = translate_plural("It is open to you for %(days)s more day.", "It is open to you for %(days)s more days.", days)
    return said % {"days": days}


def _afterwards(decision: Decision) -> str:
    """One sentence about what the rest costs, for whom only the beginning plays."""
    minute = next((way for way in decision.ways if way.kind is WayKind.PER_MINUTE and way.rate and way.currency), None)
    once = next((way.amount for way in decision.ways if way.kind is WayKind.PURCHASE and way.amount), None)
    if minute is not None and minute.rate and minute.currency:
        return _("After that it costs %(rate)s a minute.") % {"rate": rate_text(minute.rate, Currency(minute.currency))}
    return _("After that it costs %(price)s.") % {"price": money_text(once)} if once else ""


def _words(terms: Terms | None) -> dict[str, str]:
    """The sentences that the script says, in the reader's language. Places are in braces."""
    return {
        "paid_already": _("Paid already"),
        "free": _("Free"),
        "yours": _("Yours"),
        "owned": _("It is yours now. You have paid {price}; watching it costs nothing from here on."),
        "low": _("Your wallet lasts for {time} more."),
        "top_up": _("Top up"),
        "broke": _("Your wallet lacks {missing} for the next minute. Your place is kept at {position}."),
        "broke_title": _("Paused: the wallet is empty"),
        "other_currency": _("This is paid in {currency}, and your wallet holds another currency. Nothing is exchanged."),
        "frozen": _("Spending from your wallet is stopped, because a top-up was taken back by the bank."),
        "elsewhere_title": _("You are playing somewhere else"),
        "elsewhere": _("“{content}” is playing on {device}. Go on here? It stops there."),
        "take_over": _("Go on here"),
        "taken_title": _("It goes on elsewhere"),
        "taken": _("Another device of yours has taken over. Nothing is charged here."),
        "ended_title": _("Playing has stopped"),
        "right_ended": _("Your right to this has ended. The page of the content says what would open it again."),
        "ended": _("This session has ended. Your place is kept."),
        "verify": _("Confirm your e-mail address first; then you can pay by the minute."),
        "preview_over_title": _("The free part ends here"),
        "preview_over": _("Everything after it opens by the minute or at once."),
        "sign_in": _("Sign in to go on"),
        "ways": _("See the ways"),
        "again": _("Go on"),
        "offline": _("No connection. What you watch now is counted once it is back."),
        "skipped": _("You have looked at many places without watching. Go on from a place where you have been."),
        "failed_title": _("This did not work"),
        "failed": _("The film does not come through. Check the connection and go on."),
        "unsupported": _("This browser cannot play it. Try another one."),
        "so_far": _("{cost} so far, {balance} left."),
        "play": _("Play"),
        "pause": _("Pause"),
        "mute": _("Mute"),
        "unmute": _("Sound on"),
        "auto": _("Auto"),
        "off": _("Off"),
        "cost": _("{time} of {duration}"),
        "rate": rate_text(terms.rate, terms.currency) if terms else "",
    }
