"""The page itself; the password, the devices, linked accounts, and leaving."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from tuition import identity
from tuition.edge import (
    ClientInfo,
    EdgeRoute,
    Fresh,
    Reading,
    SignedIn,
    Steps,
    Writing,
    clear_sign_in_cookie,
    runtime_of,
    status_of,
)
from tuition.identity import Intent, OpenIdProviders
from tuition.kernel import DomainError
from tuition.web.identity.forms import beside, device_name, spoken
from tuition.web.identity.providers import leave
from tuition.web.rendering import page_reader, reading_as, render, see_other
from tuition.web.rendering import translate as _
from tuition.web.site.appearance import local_path

router = APIRouter(prefix="/settings/security", route_class=EdgeRoute, include_in_schema=False)
HERE = "/settings/security"
To = Annotated[str, Query(alias="next")]


@router.get("")
async def overview(request: Request, session: Reading, actor: SignedIn) -> Response:
    """How the account is protected, and where it is open."""
    linked = await identity.list_identities(session, actor.id)
    known = runtime_of(request).settings.openid_providers
    names = {one.id: one.name for one in known}
    context: dict[str, Any] = {
        "actor": actor,
        "protection": await identity.protection_of(session, actor.id, actor.roles),
        "few": identity.RECOVERY_CODES_FEW,
        "passkeys": await identity.list_passkeys(session, actor.id),
        "linked": [(one, names.get(one.provider, one.provider)) for one in linked],
        "unlinked": [(one.id, one.name) for one in known if one.id not in {other.provider for other in linked}],
        "keys": await identity.list_api_keys(session, actor),
        "sign_ins": [(one, device_name(one.user_agent)) for one in await identity.list_sign_ins(session, actor)],
    }
    return render(request, "identity/security/overview.html", **context)


@router.get("/required")
async def required(
    request: Request, session: Reading, actor: SignedIn, to: Annotated[str, Query(alias="next")] = "/"
) -> Response:
    """Why a second step is needed, how to set one up, and until when it may wait."""
    protection = await identity.protection_of(session, actor.id, actor.roles)
    if protection.is_on or not protection.is_required:
        return see_other(request, local_path(to))
    return render(request, "identity/security/required.html", protection=protection, next=local_path(to))


def _password_page(request: Request, *, has_password: bool, error: DomainError | None = None) -> Response:
    errors = {} if error is None else spoken(request, {beside(error): error})
    status = 200 if error is None else status_of(error)
    return render(request, "identity/security/password.html", status=status, has_password=has_password, errors=errors)


@router.get("/password")
async def password_form(request: Request, session: Reading, actor: Fresh) -> Response:
    """The form for another password."""
    protection = await identity.protection_of(session, actor.id, actor.roles)
    return _password_page(request, has_password=protection.has_password)


@router.post("/password")
async def change_password(
    request: Request, session: Writing, actor: Fresh, client: ClientInfo, password: Annotated[str, Form()] = ""
) -> Response:
    """Set another password and sign every other device out."""
    try:
        await identity.change_password(session, actor, new_password=password, ip=client.ip)
    except identity.InputRefused as error:
        return _password_page(request, has_password=True, error=error)
    return _done(request, _("Your password is changed. Other devices are signed out."))


@router.post("/sign-ins/end-others")
async def end_others(request: Request, session: Writing, actor: SignedIn) -> Response:
    """Sign every other device out."""
    await identity.end_other_sign_ins(session, actor)
    return _done(request, _("Every other device is signed out."))


@router.post("/sign-ins/{sign_in_id}/end")
async def end_sign_in(request: Request, session: Writing, actor: SignedIn, sign_in_id: UUID) -> Response:
    """Sign a device out."""
    await identity.end_sign_in(session, actor, sign_in_id)
    return _done(request, _("That device is signed out."))


@router.post("/linked/{provider}/add")
async def link(request: Request, database: Steps, actor: Fresh, provider: str) -> Response:
    """Go to a provider, to link the account there."""
    return await leave(request, database, provider, Intent.LINK, actor=actor, to=HERE)


@router.post("/linked/{identity_id}/remove")
async def unlink(request: Request, session: Writing, actor: Fresh, client: ClientInfo, identity_id: UUID) -> Response:
    """Let it open this account no longer."""
    linked = {one.id: one.provider for one in await identity.list_identities(session, actor.id)}
    name = runtime_of(request).service(OpenIdProviders).name_of(linked.get(identity_id, ""))
    try:
        await identity.unlink_identity(session, actor, identity_id, name=name, ip=client.ip)
    except identity.LastWayIn as error:
        return see_other(request, HERE, say=spoken(request, {"form": error})["form"], tone="warn")
    return _done(request, _("It opens your account no longer."))


@router.get("/close")
async def close_form(request: Request, actor: Fresh) -> Response:
    """What closing the account means."""
    del actor
    return render(request, "identity/security/close.html", errors={})


@router.post("/close")
async def close(request: Request, session: Writing, actor: Fresh, client: ClientInfo) -> Response:
    """Close the account."""
    try:
        await identity.deactivate(session, actor, ip=client.ip)
    except identity.OwnerNeeded as error:
        errors = spoken(request, {"form": error})
        return render(request, "identity/security/close.html", status=status_of(error), errors=errors)
    with reading_as(page_reader(request)):
        response = see_other(request, "/", say=_("Your account is closed. Thank you for having been here."), tone="note")
    clear_sign_in_cookie(request, response)
    return response


def _done(request: Request, say: str) -> Response:
    with reading_as(page_reader(request)):
        return see_other(request, HERE, say=say)
