"""One's own settings: profile and e-mail address."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import available_timezones

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from tuition import identity
from tuition.edge import ClientInfo, EdgeRoute, Fresh, Reading, SignedIn, Writing, status_of
from tuition.identity import COUNTRIES, ProfileChange
from tuition.kernel import DomainError
from tuition.platform import rates
from tuition.platform.database import AnySession
from tuition.web.identity.forms import beside, remember_language, spoken
from tuition.web.rendering import languages, page_reader, reading_as, render, see_other
from tuition.web.rendering import translate as _

router = APIRouter(prefix="/settings", route_class=EdgeRoute, include_in_schema=False)
PROFILE_FIELDS = ("full_name", "bio", "locale", "time_zone", "country", "currency", "profile_image_url")
EMPTIABLE = frozenset({"full_name", "bio", "currency", "profile_image_url"})
"""What an empty field empties (a name is then refused); the other fields are lists, where nothing chosen changes nothing."""


async def _profile_page(
    request: Request,
    session: AnySession,
    actor: identity.Actor,
    *,
    status: int = 200,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    if values is None:
        user = await identity.get_person_for(session, actor, actor.id)
        values = {field: getattr(user, field) or "" for field in PROFILE_FIELDS}
    context: dict[str, Any] = {
        "countries": sorted(COUNTRIES),
        "errors": errors or {},
        "is_creator": identity.allows(actor, "content:create"),
        "languages_known": list(languages().items()),
        "values": values,
        "zones": sorted(available_timezones() | {"UTC"}),
    }
    return render(request, "identity/profile.html", status=status, **context)


@router.get("")
async def profile_form(request: Request, session: Reading, actor: SignedIn) -> Response:
    """The profile."""
    return await _profile_page(request, session, actor)


@router.post("")
async def change_profile(
    request: Request,
    session: Writing,
    actor: SignedIn,
    full_name: Annotated[str, Form()] = "",
    bio: Annotated[str, Form()] = "",
    locale: Annotated[str, Form()] = "",
    time_zone: Annotated[str, Form()] = "",
    country: Annotated[str, Form()] = "",
    currency: Annotated[str, Form()] = "",
    profile_image_url: Annotated[str, Form()] = "",
) -> Response:
    """Change it, or read beside each field what is wrong with it."""
    values = dict(zip(PROFILE_FIELDS, (full_name, bio, locale, time_zone, country, currency, profile_image_url), strict=True))
    given: dict[str, Any] = {field: value.strip() for field, value in values.items() if value.strip() or field in EMPTIABLE}
    change = ProfileChange(**given)
    refusals: dict[str, DomainError] = identity.profile_refusals(change)
    if not refusals:
        try:
            await identity.change_profile(session, actor, change)
        except identity.InputRefused as error:
            refusals = {beside(error): error}
    if refusals:
        return await _profile_page(request, session, actor, status=422, values=values, errors=spoken(request, refusals))
    with reading_as(page_reader(request)):
        response = see_other(request, "/settings", say=_("Saved."))
    if change.locale is not None:
        remember_language(response, change.locale)
    return response


async def _email_page(
    request: Request,
    session: AnySession,
    actor: identity.Actor,
    *,
    values: dict[str, str] | None = None,
    error: DomainError | None = None,
) -> Response:
    user = await identity.get_person_for(session, actor, actor.id)
    errors = spoken(request, {beside(error): error}) if error is not None else {}
    context: dict[str, Any] = {
        "address": user.email,
        "is_verified": actor.email_verified,
        "values": values or {},
        "errors": errors,
    }
    return render(request, "identity/email.html", status=status_of(error) if error is not None else 200, **context)


@router.get("/email")
async def email_form(request: Request, session: Reading, actor: SignedIn) -> Response:
    """The address, whether it is proven, and the form to change it."""
    return await _email_page(request, session, actor)


@router.post("/email")
async def change_email(
    request: Request,
    session: Writing,
    actor: Fresh,
    client: ClientInfo,
    email: Annotated[str, Form()] = "",
) -> Response:
    """Mail a proof to the new address."""
    try:
        await identity.request_email_change(session, actor, new_address=email, ip=client.ip)
    except (identity.InputRefused, rates.TooMany) as error:
        return await _email_page(request, session, actor, values={"email": email}, error=error)
    with reading_as(page_reader(request)):
        return see_other(request, "/settings/email", say=_("Open the link that we sent to the new address."), tone="note")
