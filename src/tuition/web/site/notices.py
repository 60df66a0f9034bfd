"""What a person wants to be told, and the two links in mails that change it without signing in."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from tuition import identity, messaging
from tuition.edge import CurrentActor, EdgeRoute, Reading, SignedIn, Writing, status_of
from tuition.identity import Actor
from tuition.kernel import Currency, DomainError, Money, MoneyInvalid
from tuition.platform import rates, site
from tuition.platform.database import AnySession
from tuition.web.rendering import refusal, render, see_other
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import read_money

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
SETTINGS = "/settings/notifications"
NO_REFERRER = {"referrer-policy": "no-referrer"}
"""The address of these pages holds a secret."""
GROUPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "low_balance": (("low_balance",), ("page", "email")),
    "session_end": (("session_end",), ("page",)),
    "talk": (("discussion",), ("page",)),
    "announcements": (("announcement",), ("page", "email")),
    "news": (("new_content", "promotional"), ("page", "email")),
}
"""What can be switched together: the kinds, and the channels on which they come at all."""
TOKEN_LENGTH_MAX = 500
ONE_CLICK = "One-Click"


async def _page(
    request: Request,
    session: AnySession,
    actor: Actor,
    *,
    error: DomainError | None = None,
    field: str = "",
    values: dict[str, str] | None = None,
) -> Response:
    chosen = await messaging.settings_of(session, actor.id)
    currency = await _currency(session, actor, chosen)
    threshold = Money(chosen.low_balance_threshold_minor, currency)
    context: dict[str, Any] = {
        "account_address": (await identity.get_person_for(session, actor, actor.id)).email,
        "chosen": chosen,
        "currency": currency,
        "errors": {field: refusal(error)} if error is not None else {},
        "is_on": {f"{group}_{channel}": _is_on(chosen, group, channel) for group in GROUPS for channel in GROUPS[group][1]},
        "values": {
            "low_balance": f"{threshold.decimal:f}",
            "notification_email": chosen.notification_email or "",
            **(values or {}),
        },
    }
    return render(
        request, "messaging/settings.html", status=status_of(error) if error is not None else 200, groups=GROUPS, **context
    )


@router.get(SETTINGS)
async def settings_form(request: Request, session: Reading, actor: SignedIn) -> Response:
    """Which news come on which channel, from which balance on to be warned, and where notices go."""
    return await _page(request, session, actor)


@router.post(SETTINGS)
async def change_settings(
    request: Request, session: Writing, actor: SignedIn, low_balance: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    """Choose."""
    fields = await request.form()
    preferences = {
        kind: {channel: f"{group}_{channel}" in fields for channel in channels}
        for group, (kinds, channels) in GROUPS.items()
        for kind in kinds
    }
    currency = await _currency(session, actor, await messaging.settings_of(session, actor.id))
    try:
        threshold = read_money(low_balance, currency)
        await messaging.change_settings(session, actor.id, low_balance=threshold, type_preferences=preferences)
    except (MoneyInvalid, messaging.PreferenceInvalid) as error:
        return await _page(request, session, actor, error=error, field="low_balance", values={"low_balance": low_balance})
    return see_other(request, SETTINGS, say=_("Saved."))


@router.post(f"{SETTINGS}/address")
async def change_address(
    request: Request, session: Writing, actor: SignedIn, notification_email: Annotated[str, Form(max_length=254)] = ""
) -> Response:
    """Mail a link to another address; an empty field goes back to the account's."""
    address = notification_email.strip() or None
    try:
        # A savepoint: what was typed is not kept when it is refused.
        async with session.begin_nested():
            view = await messaging.choose_notification_email(session, actor.id, address)
    except (messaging.PreferenceInvalid, rates.TooMany) as error:
        values = {"notification_email": notification_email}
        return await _page(request, session, actor, error=error, field="notification_email", values=values)
    if address is None or view.notification_email_confirmed:
        return see_other(request, SETTINGS, say=_("Saved."))
    return see_other(request, SETTINGS, say=_("Open the link that we sent to the new address."), tone="note")


async def _currency(session: AnySession, actor: Actor, chosen: messaging.SettingsView) -> Currency:
    return Currency(chosen.low_balance_currency or actor.currency or (await site.glance(session)).default_currency)


def _is_on(chosen: messaging.SettingsView, group: str, channel: str) -> bool:
    return all((chosen.type_preferences.get(kind) or {}).get(channel, True) for kind in GROUPS[group][0])


@router.get("/confirm-notices")
async def confirm_form(request: Request, token: Annotated[str, Query(max_length=TOKEN_LENGTH_MAX)] = "") -> Response:
    """The button that proves the address for notices. Opening the link changes nothing: mail scanners open links too."""
    return render(request, "messaging/confirm.html", headers=NO_REFERRER, token=token, error="")


@router.post("/confirm-notices")
async def confirm(
    request: Request, session: Writing, actor: CurrentActor, token: Annotated[str, Form(max_length=TOKEN_LENGTH_MAX)] = ""
) -> Response:
    """Prove it."""
    try:
        await messaging.confirm_notification_email(session, token)
    except messaging.AddressTokenRefused as error:
        said = refusal(error)
        return render(request, "messaging/confirm.html", status=status_of(error), headers=NO_REFERRER, token=token, error=said)
    return see_other(request, SETTINGS if actor else "/", say=_("Your notices go to this address from now on."))


@router.get("/unsubscribe")
async def unsubscribe_form(request: Request, token: Annotated[str, Query(max_length=TOKEN_LENGTH_MAX)] = "") -> Response:
    """The button that stops mails of one kind."""
    try:
        kind = messaging.read_unsubscribe(token)
    except messaging.UnsubscribeTokenRefused as error:
        return _unsubscribe_page(request, token, error=error)
    return _unsubscribe_page(request, token, kind=kind)


@router.post("/unsubscribe")
async def unsubscribe(
    request: Request,
    session: Writing,
    token: Annotated[str, Query(max_length=TOKEN_LENGTH_MAX)] = "",
    typed: Annotated[str, Form(alias="token", max_length=TOKEN_LENGTH_MAX)] = "",
    one_click: Annotated[str, Form(alias="List-Unsubscribe", max_length=50)] = "",
) -> Response:
    """Stop them. A mail program comes here by itself, with the token in the address (RFC 8058): it needs no page."""
    try:
        kind = await messaging.unsubscribe(session, typed or token)
    except messaging.UnsubscribeTokenRefused as error:
        return _unsubscribe_page(request, typed or token, error=error)
    if one_click == ONE_CLICK:
        return Response(status_code=204)
    return _unsubscribe_page(request, typed or token, kind=kind, is_done=True)


def _unsubscribe_page(
    request: Request, token: str, *, kind: str = "", is_done: bool = False, error: DomainError | None = None
) -> Response:
    status = status_of(error) if error is not None else 200
    context: dict[str, Any] = {
        "error": refusal(error) if error is not None else "",
        "is_done": is_done,
        "kind": kind,
        "token": token,
    }
    return render(request, "messaging/unsubscribe.html", status=status, headers=NO_REFERRER, **context)
