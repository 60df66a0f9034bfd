"""The second step: the app, the codes on paper, on and off."""

from __future__ import annotations

from typing import Annotated

import segno
from fastapi import APIRouter, Form, Query, Request
from markupsafe import Markup
from starlette.responses import Response

from tuition import identity
from tuition.edge import ClientInfo, EdgeRoute, Fresh, Writing, status_of
from tuition.kernel import DomainError
from tuition.web.identity.forms import beside, spoken
from tuition.web.rendering import page_reader, reading_as, render, see_other, shell_of
from tuition.web.rendering import translate as _
from tuition.web.site.appearance import local_path

router = APIRouter(prefix="/settings/security", route_class=EdgeRoute, include_in_schema=False)
HERE = "/settings/security"
UNSEEN = {"cache-control": "no-store"}
"""For pages that show a secret once."""
To = Annotated[str, Query(alias="next")]
ToField = Annotated[str, Form(alias="next")]


def square(text: str) -> Markup:
    """A QR code as inline SVG, dark on light in every theme, since cameras want it so."""
    drawn = segno.make(text, error="m").svg_inline(scale=1, border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr")
    return Markup(drawn)  # noqa: S704 - drawn from bits; no text of anybody's is in it


async def _authenticator_page(
    request: Request, session: Writing, actor: identity.Actor, *, to: str, error: DomainError | None = None
) -> Response:
    setup = await identity.begin_authenticator(session, actor, issuer=shell_of(request).site.name)
    letters = " ".join(setup.secret[at : at + 4] for at in range(0, len(setup.secret), 4))
    return render(
        request,
        "identity/security/authenticator.html",
        status=200 if error is None else status_of(error),
        headers=UNSEEN,
        square=square(setup.address),
        address=setup.address,
        letters=letters,
        next=to,
        errors={} if error is None else spoken(request, {beside(error): error}),
    )


@router.get("/authenticator")
async def authenticator_form(request: Request, session: Writing, actor: Fresh, to: To = HERE) -> Response:
    """The square to photograph, the letters to type, and the field for the first code."""
    return await _authenticator_page(request, session, actor, to=local_path(to))


@router.post("/authenticator")
async def confirm_authenticator(
    request: Request, session: Writing, actor: Fresh, client: ClientInfo, code: Annotated[str, Form()] = "", to: ToField = HERE
) -> Response:
    """Let the app count from now on."""
    outcome = await identity.confirm_authenticator(session, actor, code, ip=client.ip)
    if isinstance(outcome, identity.Refused):
        return await _authenticator_page(request, session, actor, to=local_path(to), error=outcome.error)
    if outcome:
        return codes_page(request, outcome, to=local_path(to), is_first=True)
    return _done(request, _("The new app counts from now on; the old one does not."))


def codes_page(request: Request, codes: list[str], *, to: str = HERE, is_first: bool = False) -> Response:
    """The codes for paper, this once."""
    return render(request, "identity/security/codes.html", headers=UNSEEN, codes=codes, next=to, is_first=is_first)


@router.post("/second-step/on")
async def turn_on(request: Request, session: Writing, actor: Fresh, client: ClientInfo) -> Response:
    """Ask for a passkey after the password."""
    try:
        codes = await identity.ask_for_passkeys(session, actor, ip=client.ip)
    except DomainError as error:
        return _refused(request, error)
    return codes_page(request, codes, is_first=True) if codes else see_other(request, HERE)


@router.post("/second-step/off")
async def turn_off(request: Request, session: Writing, actor: Fresh, client: ClientInfo) -> Response:
    """Let the password be enough again."""
    try:
        await identity.turn_off_second_factor(session, actor, ip=client.ip)
    except (identity.SecondFactorOff, identity.SecondFactorRequired) as error:
        return _refused(request, error)
    return _done(request, _("Two-step verification is off. Your password alone opens the account now."), tone="warn")


@router.get("/recovery-codes")
async def ask_for_codes(request: Request, actor: Fresh) -> Response:
    """New codes end the old ones: a word before it happens."""
    del actor
    return render(request, "identity/security/codes_ask.html")


@router.post("/recovery-codes")
async def make_codes(request: Request, session: Writing, actor: Fresh, client: ClientInfo) -> Response:
    """New codes."""
    try:
        return codes_page(request, await identity.make_recovery_codes(session, actor, ip=client.ip))
    except identity.SecondFactorOff as error:
        return _refused(request, error)


def _refused(request: Request, error: DomainError) -> Response:
    return see_other(request, HERE, say=spoken(request, {"form": error})["form"], tone="warn")


def _done(request: Request, say: str, *, tone: str = "good") -> Response:
    with reading_as(page_reader(request)):
        return see_other(request, HERE, say=say, tone=tone)
