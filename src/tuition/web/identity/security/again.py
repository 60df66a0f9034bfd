"""“Confirm that it is you”: the page before everything that changes how an account is protected."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from tuition import identity
from tuition.edge import ClientInfo, EdgeRoute, SignedIn, Steps, Writing, runtime_of, status_of
from tuition.identity import Intent
from tuition.kernel import DomainError
from tuition.platform.database import AnySession
from tuition.web.identity.forms import beside, party_of, spoken
from tuition.web.identity.providers import leave
from tuition.web.rendering import page_reader, reading_as, render, see_other
from tuition.web.rendering import translate as _
from tuition.web.site.appearance import local_path

router = APIRouter(prefix="/confirm", route_class=EdgeRoute, include_in_schema=False)
ToField = Annotated[str, Form(alias="next")]
Again = Annotated[str, Form()]


async def _page(
    request: Request,
    session: AnySession,
    actor: identity.Actor,
    *,
    to: str,
    again: str = "",
    way: str = "",
    error: DomainError | None = None,
) -> Response:
    linked = {one.provider for one in await identity.list_identities(session, actor.id)}
    providers = [(one.id, one.name) for one in runtime_of(request).settings.openid_providers if one.id in linked]
    return render(
        request,
        "identity/entering/again.html",
        status=200 if error is None else status_of(error),
        ways=await identity.ways_to_confirm(session, actor),
        way=way,
        providers=providers,
        next=to,
        again=again,
        errors={} if error is None else spoken(request, {beside(error): error}),
    )


@router.get("")
async def ask(
    request: Request, session: Writing, actor: SignedIn, to: Annotated[str, Query(alias="next")] = "/", again: str = ""
) -> Response:
    """Every way in which this person can prove it."""
    if identity.is_fresh(actor):
        return see_other(request, local_path(to))
    return await _page(request, session, actor, to=local_path(to), again=again)


@router.post("/password")
async def by_password(
    request: Request,
    session: Writing,
    actor: SignedIn,
    client: ClientInfo,
    current_password: Annotated[str, Form()] = "",
    to: ToField = "/",
    again: Again = "",
) -> Response:
    """By password."""
    outcome = await identity.confirm_by_password(session, actor, current_password, ip=client.ip)
    return await _go_on(request, session, actor, outcome, to=to, again=again, way="password")


@router.post("/code")
async def by_code(
    request: Request,
    session: Writing,
    actor: SignedIn,
    client: ClientInfo,
    code: Annotated[str, Form()] = "",
    to: ToField = "/",
    again: Again = "",
) -> Response:
    """By a code."""
    outcome = await identity.confirm_by_code(session, actor, code, ip=client.ip)
    return await _go_on(request, session, actor, outcome, to=to, again=again, way="code")


@router.post("/passkey")
async def by_passkey(
    request: Request,
    session: Writing,
    actor: SignedIn,
    client: ClientInfo,
    challenge: Annotated[str, Form()] = "",
    credential: Annotated[str, Form()] = "",
    to: ToField = "/",
    again: Again = "",
) -> Response:
    """By passkey."""
    answer = identity.PasskeyAnswer(credential, party_of(request))
    outcome: identity.Confirmed | identity.Refused
    try:
        outcome = await identity.confirm_by_passkey(session, actor, challenge, answer, ip=client.ip)
    except (identity.ChallengeExpired, identity.PasskeyRefused, identity.PasskeyUnknown) as error:
        outcome = identity.Refused(error)
    return await _go_on(request, session, actor, outcome, to=to, again=again, way="passkey")


@router.post("/with/{provider}")
async def by_provider(request: Request, database: Steps, actor: SignedIn, provider: str, to: ToField = "/") -> Response:
    """By a linked account at another provider."""
    return await leave(request, database, provider, Intent.CONFIRM, actor=actor, to=local_path(to))


async def _go_on(
    request: Request,
    session: Writing,
    actor: identity.Actor,
    outcome: identity.Confirmed | identity.Refused,
    *,
    to: str,
    again: str,
    way: str,
) -> Response:
    if isinstance(outcome, identity.Refused):
        return await _page(request, session, actor, to=local_path(to), again=again, way=way, error=outcome.error)
    with reading_as(page_reader(request)):
        say = _("Thank you. Please press the button once more.") if again else ""
        return see_other(request, local_path(to), say=say, tone="note")
