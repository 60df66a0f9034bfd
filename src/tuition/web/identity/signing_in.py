"""Signing in and out by cookie."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from tuition import identity
from tuition.edge import (
    ClientInfo,
    CurrentActor,
    EdgeRoute,
    Services,
    Writing,
    clear_sign_in_cookie,
    set_sign_in_cookie,
    status_of,
)
from tuition.web.identity.forms import spoken
from tuition.web.rendering import page_reader, reading_as, render, see_other
from tuition.web.rendering import translate as _
from tuition.web.site.appearance import local_path

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
COOKIE_MAX_AGE_S = 400 * 24 * 3600
"""As long as browsers allow: when a sign-in ends is decided here by its row, not there by the cookie."""


@router.get("/sign-in")
async def sign_in_form(
    request: Request, actor: CurrentActor, to: Annotated[str, Query(alias="next")] = "/", email: str = ""
) -> Response:
    """The form to sign in."""
    if actor is not None:
        return see_other(request, local_path(to))
    return render(request, "identity/sign_in.html", next=local_path(to), values={"email": email[:254]}, errors={})


@router.post("/sign-in")
async def sign_in(
    request: Request,
    session: Writing,
    client: ClientInfo,
    services: Services,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    to: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Sign this browser in and go on to where the person wanted to go."""
    outcome = await identity.sign_in_browser(
        session,
        email=email,
        password=password,
        ip=client.ip,
        user_agent=client.user_agent,
        lifetime=timedelta(days=services.settings.session_days),
    )
    if isinstance(outcome, identity.Refused):
        errors = spoken(request, {"form": outcome.error})
        status = status_of(outcome.error)
        return render(
            request, "identity/sign_in.html", status=status, next=local_path(to), values={"email": email}, errors=errors
        )
    response = see_other(request, local_path(to))
    set_sign_in_cookie(request, response, outcome.cookie, max_age_s=COOKIE_MAX_AGE_S)
    return response


@router.post("/sign-out")
async def sign_out(request: Request, session: Writing, actor: CurrentActor) -> Response:
    """End this browser's sign-in."""
    if actor is not None:
        await identity.sign_out(session, actor)
    with reading_as(page_reader(request)):
        response = see_other(request, "/", say=_("You are signed out."))
    clear_sign_in_cookie(request, response)
    return response
