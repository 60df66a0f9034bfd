"""Where mailed links lead. Opening one shows a button and changes nothing: mail scanners open links too."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from tuition import identity
from tuition.edge import ClientInfo, CurrentActor, EdgeRoute, SignedIn, Writing, status_of
from tuition.kernel import DomainError
from tuition.platform import rates
from tuition.web.identity.forms import beside, spoken
from tuition.web.rendering import page_reader, reading_as, render, see_other
from tuition.web.rendering import translate as _

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
NO_REFERRER = {"referrer-policy": "no-referrer"}
"""The address of these pages holds a secret."""


def _confirm_page(request: Request, purpose: str, token: str, *, error: DomainError | None = None) -> Response:
    errors = spoken(request, {"form": error}) if error is not None else {}
    status = status_of(error) if error is not None else 200
    context: dict[str, Any] = {"purpose": purpose, "token": token[:200], "errors": errors}
    return render(request, "identity/entering/confirm.html", status=status, headers=NO_REFERRER, **context)


@router.get("/verify-email")
async def verify_form(request: Request, token: str = "") -> Response:
    """The button that proves an address."""
    return _confirm_page(request, "verify", token)


@router.post("/verify-email")
async def verify(request: Request, session: Writing, actor: CurrentActor, token: Annotated[str, Form()] = "") -> Response:
    """Prove the address."""
    try:
        await identity.verify_email(session, token)
    except DomainError as error:
        return _confirm_page(request, "verify", token, error=error)
    with reading_as(page_reader(request)):
        return see_other(request, "/" if actor else "/sign-in", say=_("Your e-mail address is verified."))


@router.post("/verify-email/resend")
async def resend(request: Request, session: Writing, actor: SignedIn) -> Response:
    """Mail the proof again."""
    await identity.request_verification(session, actor.id)
    with reading_as(page_reader(request)):
        return see_other(request, "/settings/email", say=_("A new link is on its way to you."))


@router.get("/confirm-email")
async def confirm_email_form(request: Request, token: str = "") -> Response:
    """The button that makes a new address the account's."""
    return _confirm_page(request, "change", token)


@router.post("/confirm-email")
async def confirm_email(request: Request, session: Writing, actor: CurrentActor, token: Annotated[str, Form()] = "") -> Response:
    """Make it so."""
    try:
        await identity.confirm_email_change(session, token)
    except DomainError as error:
        return _confirm_page(request, "change", token, error=error)
    with reading_as(page_reader(request)):
        return see_other(request, "/settings/email" if actor else "/sign-in", say=_("Your new e-mail address holds from now on."))


@router.get("/forgot-password")
async def forgot_form(request: Request, email: str = "") -> Response:
    """The form to ask for a new password."""
    return render(request, "identity/entering/forgot.html", values={"email": email[:254]}, errors={})


@router.post("/forgot-password")
async def forgot(request: Request, session: Writing, client: ClientInfo, email: Annotated[str, Form()] = "") -> Response:
    """Mail a link, if somebody has this address. The page is the same if nobody has."""
    try:
        await identity.request_password_reset(session, email, ip=client.ip)
    except rates.TooMany as error:
        errors = spoken(request, {"form": error})
        return render(request, "identity/entering/forgot.html", status=429, values={"email": email}, errors=errors)
    return see_other(request, "/forgot-password/sent")


@router.get("/forgot-password/sent")
async def forgot_sent(request: Request) -> Response:
    """What happens next."""
    return render(request, "identity/entering/sent.html", purpose="reset")


@router.get("/reset-password")
async def reset_form(request: Request, token: str = "") -> Response:
    """The form for a new password."""
    return render(request, "identity/entering/reset.html", headers=NO_REFERRER, token=token[:200], errors={})


@router.post("/reset-password")
async def reset(
    request: Request,
    session: Writing,
    client: ClientInfo,
    token: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    """Set the new password and end every sign-in."""
    try:
        # A savepoint: a password that is refused must not use the link up.
        async with session.begin_nested():
            await identity.reset_password(session, token, password, ip=client.ip)
    except DomainError as error:
        errors = spoken(request, {beside(error): error})
        return render(
            request,
            "identity/entering/reset.html",
            status=status_of(error),
            headers=NO_REFERRER,
            token=token[:200],
            errors=errors,
        )
    with reading_as(page_reader(request)):
        return see_other(request, "/sign-in", say=_("Your new password is set. Sign in with it."))
