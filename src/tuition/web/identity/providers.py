"""Signing in with accounts at other providers: the way there, the way back, joining."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from tuition import identity
from tuition.edge import ClientInfo, CurrentActor, EdgeRoute, Services, Steps, Writing, runtime_of, status_of
from tuition.identity import COUNTRIES, Application, Intent, OpenIdProviders, legal
from tuition.kernel import DomainError
from tuition.platform.database import AnySession, Session
from tuition.web.identity.forms import beside, device_of, keep, let_in, remember_language, spoken
from tuition.web.identity.signing_in import sign_in_page
from tuition.web.rendering import page_reader, reading_as, render, see_other
from tuition.web.rendering import translate as _
from tuition.web.site.appearance import local_path

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
AWAY_COOKIE = "away"
"""What a browser keeps while it is at a provider: whoever comes back has to have left from here."""
NEWCOMER_COOKIE = "newcomer"
AWAY_S, NEWCOMER_S = 15 * 60, 30 * 60
PATH = "/sign-in/with"


@router.post("/sign-in/with/{provider}")
async def leave_to_sign_in(
    request: Request, services: Services, database: Steps, provider: str, to: Annotated[str, Form(alias="next")] = "/"
) -> Response:
    """Go to the provider to sign in."""
    del services
    return await leave(request, database, provider, Intent.SIGN_IN, to=local_path(to))


async def leave(
    request: Request, database: Steps, provider_id: str, intent: Intent, *, actor: identity.Actor | None = None, to: str
) -> Response:
    """Send the browser to a provider, and remember why."""
    providers = runtime_of(request).service(OpenIdProviders)
    provider = providers.get(provider_id)
    async with database.transaction() as session:
        away = await identity.depart(session, provider.id, intent, actor=actor, to=to)
    address = await providers.address(
        provider, state=away.state, nonce=away.nonce, verifier=away.verifier, again=intent is Intent.CONFIRM
    )
    # A page that goes on by itself, since a form's answer may not lead to another site (form-action).
    response = render(request, "identity/entering/leaving.html", provider=provider.name, address=address)
    keep(request, response, AWAY_COOKIE, away.browser, max_age_s=AWAY_S, path=PATH)
    return response


@router.get("/sign-in/with/{provider}/back")
async def back(
    request: Request,
    database: Steps,
    actor: CurrentActor,
    provider: str,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4_000)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Back from the provider: check its word, then do what the person had left for."""
    providers = runtime_of(request).service(OpenIdProviders)
    known = providers.get(provider)
    to, intent = "/", Intent.SIGN_IN
    try:
        async with database.transaction() as session:
            arrival = await identity.come_back(session, known.id, state=state, browser=request.cookies.get(AWAY_COOKIE, ""))
        to, intent = arrival.to, arrival.intent
        if error or not code:
            raise identity.ProviderRefused(provider=known.name, reason="you did not agree there, or it did not want to")
        claims = await providers.claims(known, code=code, verifier=arrival.verifier, nonce=arrival.nonce)
        async with database.transaction() as session:
            response = await _arrived(request, session, actor, arrival, claims, name=known.name)
    except DomainError as refused:
        if actor is not None and intent is not Intent.SIGN_IN:
            with reading_as(page_reader(request)):
                return see_other(request, "/settings/security", say=spoken(request, {"form": refused})["form"], tone="warn")
        response = sign_in_page(request, to=to, error=refused)
    response.delete_cookie(AWAY_COOKIE, path=PATH)
    return response


async def _arrived(
    request: Request,
    session: Session,
    actor: identity.Actor | None,
    arrival: identity.Arrival,
    claims: identity.Claims,
    *,
    name: str,
) -> Response:
    ip = device_of(request)["ip"]
    if arrival.intent is not Intent.SIGN_IN:
        # The one who left has to be the one who is back, or an account would be linked to a stranger's.
        if actor is None or actor.id != arrival.person_id:
            raise identity.ChallengeExpired
        if arrival.intent is Intent.CONFIRM:
            await identity.confirm_with(session, actor, claims, name=name, since=arrival.left_at, ip=ip)
            return see_other(request, arrival.to)
        await identity.link_identity(session, actor, claims, name=name, ip=ip)
        with reading_as(page_reader(request)):
            return see_other(request, arrival.to, say=_("%(provider)s opens your account from now on.") % {"provider": name})
    outcome = await identity.sign_in_with(session, claims, name=name, to=arrival.to, **device_of(request))
    if isinstance(outcome, identity.Refused):
        return sign_in_page(request, to=arrival.to, error=outcome.error)
    if isinstance(outcome, identity.Newcomer):
        response = see_other(request, "/sign-up/with")
        keep(request, response, NEWCOMER_COOKIE, outcome.token, max_age_s=NEWCOMER_S, path="/sign-up")
        return response
    return await let_in(request, session, outcome, arrival.to)


async def _join_page(
    request: Request,
    session: AnySession,
    newcomer: identity.Newcomer,
    *,
    values: dict[str, str],
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    terms = await legal.current_text(session, "terms", page_reader(request).language)
    context: dict[str, Any] = {"terms": terms, "countries": sorted(COUNTRIES), "values": values, "errors": errors or {}}
    return render(request, "identity/entering/newcomer.html", status=status, newcomer=newcomer, **context)


@router.get("/sign-up/with")
async def join_form(request: Request, session: Writing) -> Response:
    """What joining needs and the provider does not know."""
    try:
        newcomer = await identity.newcomer_of(session, request.cookies.get(NEWCOMER_COOKIE, ""))
    except identity.ChallengeExpired as error:
        return sign_in_page(request, to="/", error=error)
    return await _join_page(request, session, newcomer, values={"full_name": newcomer.name, "email": newcomer.email})


@router.post("/sign-up/with")
async def join(
    request: Request,
    session: Writing,
    client: ClientInfo,
    email: Annotated[str, Form()] = "",
    full_name: Annotated[str, Form()] = "",
    birth_year: Annotated[str, Form()] = "",
    country: Annotated[str, Form()] = "",
    terms_sha256: Annotated[str, Form()] = "",
) -> Response:
    """Join with the provider's word, or read beside each field what is wrong with it."""
    token, reader = request.cookies.get(NEWCOMER_COOKIE, ""), page_reader(request)
    try:
        newcomer = await identity.newcomer_of(session, token)
    except identity.ChallengeExpired as error:
        return sign_in_page(request, to="/", error=error)
    application = Application(
        email=newcomer.email if newcomer.email_verified else email,
        password="",
        full_name=full_name,
        birth_year=int(birth_year) if birth_year.strip().isdecimal() and len(birth_year) <= 6 else 0,
        country=country,
        terms_sha256=terms_sha256,
        locale=reader.language,
        time_zone=reader.zone,
    )
    wrong = await identity.newcomer_refusals(session, application)
    if not wrong:
        try:
            async with session.begin_nested():
                person_id = await identity.join_with(session, token, application, ip=client.ip)
        except (identity.IdentityUnlinked, identity.IdentityTaken, identity.InputRefused) as error:
            wrong = {beside(error): error}
    if wrong:
        values = {"email": email, "full_name": full_name, "birth_year": birth_year, "country": country}
        errors, status = spoken(request, wrong), status_of(next(iter(wrong.values())))
        return await _join_page(request, session, newcomer, values=values, errors=errors, status=status)
    if person_id is None:
        response = see_other(request, "/sign-up/sent")
    else:
        outcome = await identity.open_browser(session, person_id, **device_of(request))
        response = await let_in(request, session, outcome, newcomer.to)
    remember_language(response, reader.language)
    response.delete_cookie(NEWCOMER_COOKIE, path="/sign-up")
    return response
