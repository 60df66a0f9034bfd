"""Passkeys: adding, naming, removing."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from tuition import identity
from tuition.edge import ClientInfo, EdgeRoute, Fresh, SignedIn, Writing, status_of
from tuition.kernel import DomainError
from tuition.web.identity.forms import beside, device_name, party_of, spoken
from tuition.web.rendering import page_reader, reading_as, render, see_other
from tuition.web.rendering import translate as _
from tuition.web.site.appearance import local_path

router = APIRouter(prefix="/settings/security/passkeys", route_class=EdgeRoute, include_in_schema=False)
HERE = "/settings/security"


def _page(request: Request, *, to: str, name: str = "", error: DomainError | None = None) -> Response:
    return render(
        request,
        "identity/security/passkey.html",
        status=200 if error is None else status_of(error),
        next=to,
        values={"name": name or device_name(request.headers.get("user-agent", ""))},
        errors={} if error is None else spoken(request, {beside(error): error}),
    )


@router.get("/add")
async def add_form(request: Request, actor: Fresh, to: Annotated[str, Query(alias="next")] = HERE) -> Response:
    """What a passkey is, and the button that makes one."""
    del actor
    return _page(request, to=local_path(to))


@router.post("/add")
async def add(
    request: Request,
    session: Writing,
    actor: Fresh,
    client: ClientInfo,
    name: Annotated[str, Form()] = "",
    challenge: Annotated[str, Form()] = "",
    credential: Annotated[str, Form()] = "",
    to: Annotated[str, Form(alias="next")] = HERE,
) -> Response:
    """Keep the passkey that the browser made."""
    answer = identity.PasskeyAnswer(credential, party_of(request))
    try:
        await identity.add_passkey(session, actor, challenge, answer, name=name, ip=client.ip)
    except DomainError as error:
        return _page(request, to=local_path(to), name=name, error=error)
    with reading_as(page_reader(request)):
        return see_other(
            request, local_path(to), say=_("From now on you can sign in with this passkey, without typing anything.")
        )


@router.post("/{passkey_id}/name")
async def rename(
    request: Request, session: Writing, actor: SignedIn, passkey_id: UUID, name: Annotated[str, Form()] = ""
) -> Response:
    """Call it something else."""
    try:
        await identity.rename_passkey(session, actor, passkey_id, name)
    except identity.InputRefused as error:
        return see_other(request, HERE, say=spoken(request, {"form": error})["form"], tone="warn")
    with reading_as(page_reader(request)):
        return see_other(request, HERE, say=_("Saved."))


@router.post("/{passkey_id}/remove")
async def remove(request: Request, session: Writing, actor: Fresh, client: ClientInfo, passkey_id: UUID) -> Response:
    """Accept it no longer."""
    try:
        await identity.remove_passkey(session, actor, passkey_id, ip=client.ip)
    except (identity.LastWayIn, identity.LastSecondFactor) as error:
        return see_other(request, HERE, say=spoken(request, {"form": error})["form"], tone="warn")
    with reading_as(page_reader(request)):
        return see_other(request, HERE, say=_("The passkey is removed. Delete it on your device as well."))
