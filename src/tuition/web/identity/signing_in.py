"""Signing in and out by cookie: by password, by passkey."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from tuition import identity
from tuition.edge import CurrentActor, EdgeRoute, Writing, clear_sign_in_cookie, runtime_of, status_of
from tuition.kernel import DomainError
from tuition.web.identity.forms import device_of, let_in, party_of, spoken
from tuition.web.rendering import page_reader, reading_as, render, see_other
from tuition.web.rendering import translate as _
from tuition.web.site.appearance import local_path

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)


def sign_in_page(request: Request, *, to: str, email: str = "", error: DomainError | None = None) -> Response:
    """The form to sign in, with what went wrong."""
    providers = runtime_of(request).settings.openid_providers
    return render(
        request,
        "identity/entering/sign_in.html",
        status=200 if error is None else status_of(error),
        next=to,
        values={"email": email[:254]},
        errors={} if error is None else spoken(request, {"form": error}),
        providers=[(one.id, one.name) for one in providers],
    )


@router.get("/sign-in")
async def sign_in_form(
    request: Request, actor: CurrentActor, to: Annotated[str, Query(alias="next")] = "/", email: str = ""
) -> Response:
    """The form to sign in."""
    if actor is not None:
        return see_other(request, local_path(to))
    return sign_in_page(request, to=local_path(to), email=email)


@router.post("/sign-in")
async def sign_in(
    request: Request,
    session: Writing,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    to: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Sign this browser in and go on to where the person wanted to go, by way of the second step if there is one."""
    outcome = await identity.sign_in_browser(session, email=email, password=password, **device_of(request))
    if isinstance(outcome, identity.Refused):
        return sign_in_page(request, to=local_path(to), email=email, error=outcome.error)
    return await let_in(request, session, outcome, local_path(to))


@router.post("/sign-in/passkey")
async def sign_in_by_passkey(
    request: Request,
    session: Writing,
    challenge: Annotated[str, Form()] = "",
    credential: Annotated[str, Form()] = "",
    to: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Sign this browser in by what a passkey signed: nothing is typed, and no second step follows."""
    answer = identity.PasskeyAnswer(credential, party_of(request))
    try:
        outcome = await identity.passkey_in_browser(session, challenge, answer, **device_of(request))
    except identity.ChallengeExpired as error:
        return sign_in_page(request, to=local_path(to), error=error)
    if isinstance(outcome, identity.Refused):
        return sign_in_page(request, to=local_path(to), error=outcome.error)
    return await let_in(request, session, outcome, local_path(to))


@router.post("/sign-out")
async def sign_out(request: Request, session: Writing, actor: CurrentActor) -> Response:
    """End this browser's sign-in."""
    if actor is not None:
        await identity.sign_out(session, actor)
    with reading_as(page_reader(request)):
        response = see_other(request, "/", say=_("You are signed out."))
    clear_sign_in_cookie(request, response)
    return response
