"""Opening an account, and becoming a creator."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from tuition import identity
from tuition.edge import ClientInfo, CurrentActor, EdgeRoute, Reading, SignedIn, Writing
from tuition.identity import COUNTRIES, Application, legal
from tuition.kernel import DomainError
from tuition.platform.database import AnySession
from tuition.web.identity.forms import beside, remember_language, spoken
from tuition.web.rendering import page_reader, reading_as, render, see_other
from tuition.web.rendering import translate as _

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)


async def _sign_up_page(
    request: Request,
    session: AnySession,
    *,
    status: int = 200,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    terms = await legal.current_text(session, "terms", page_reader(request).language)
    context: dict[str, Any] = {"terms": terms, "countries": sorted(COUNTRIES), "values": values or {}, "errors": errors or {}}
    return render(request, "identity/entering/sign_up.html", status=status, **context)


@router.get("/sign-up")
async def sign_up_form(request: Request, session: Reading, actor: CurrentActor) -> Response:
    """The form to join."""
    if actor is not None:
        return see_other(request, "/")
    try:
        await identity.require_open(session)
    except identity.SignUpClosed:
        return _closed(request)
    return await _sign_up_page(request, session)


def _closed(request: Request) -> Response:
    return render(request, "identity/entering/closed.html", status=403)


@router.post("/sign-up")
async def sign_up(
    request: Request,
    session: Writing,
    client: ClientInfo,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    full_name: Annotated[str, Form()] = "",
    birth_year: Annotated[str, Form()] = "",
    country: Annotated[str, Form()] = "",
    terms_sha256: Annotated[str, Form()] = "",
) -> Response:
    """Join, or read beside each field what is wrong with it."""
    reader = page_reader(request)
    application = Application(
        email=email,
        password=password,
        full_name=full_name,
        birth_year=int(birth_year) if birth_year.strip().isdecimal() and len(birth_year) <= 6 else 0,
        country=country,
        terms_sha256=terms_sha256,
        locale=reader.language,
        time_zone=reader.zone,
    )
    refusals = await identity.sign_up_refusals(session, application)
    if refusals:
        values = {
            "email": email,
            "full_name": full_name,
            "birth_year": birth_year,
            "country": country,
            "terms_sha256": terms_sha256,
        }
        return await _sign_up_page(request, session, status=422, values=values, errors=spoken(request, refusals))
    try:
        await identity.sign_up(session, application, ip=client.ip)
    except identity.SignUpClosed:
        return _closed(request)
    response = see_other(request, "/sign-up/sent")
    remember_language(response, reader.language)
    return response


@router.get("/sign-up/sent")
async def sign_up_sent(request: Request) -> Response:
    """What happens next. The same whether the address was new or not."""
    return render(request, "identity/entering/sent.html", purpose="verify")


async def _creator_page(
    request: Request,
    session: AnySession,
    actor: identity.Actor,
    *,
    values: dict[str, str] | None = None,
    error: DomainError | None = None,
) -> Response:
    terms = await legal.current_text(session, "creator-terms", actor.locale)
    errors = spoken(request, {beside(error): error}) if error is not None else {}
    context: dict[str, Any] = {"terms": terms, "actor": actor, "values": values or {}, "errors": errors}
    return render(request, "identity/creator.html", status=422 if error is not None else 200, **context)


@router.get("/become-creator")
async def creator_form(request: Request, session: Reading, actor: SignedIn) -> Response:
    """The creators' terms and the form to accept them."""
    if identity.allows(actor, "content:create"):
        return see_other(request, "/studio")
    return await _creator_page(request, session, actor)


@router.post("/become-creator")
async def become_creator(
    request: Request,
    session: Writing,
    actor: SignedIn,
    client: ClientInfo,
    bio: Annotated[str, Form()] = "",
    terms_sha256: Annotated[str, Form()] = "",
) -> Response:
    """Publish from now on."""
    try:
        await identity.become_creator(session, actor, terms_sha256=terms_sha256, bio=bio, ip=client.ip)
    except (identity.InputRefused, identity.EmailUnverified) as error:
        return await _creator_page(request, session, actor, values={"bio": bio, "terms_sha256": terms_sha256}, error=error)
    with reading_as(page_reader(request)):
        return see_other(request, "/studio", say=_("You are a creator now. Here is your studio."))
