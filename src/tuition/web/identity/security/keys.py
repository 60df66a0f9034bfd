"""API keys: for scripts that act for their person."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from tuition import identity
from tuition.edge import ClientInfo, EdgeRoute, Fresh, Reading, SignedIn, Writing, status_of
from tuition.kernel import DomainError
from tuition.platform.database import AnySession
from tuition.web.identity.forms import beside, spoken
from tuition.web.rendering import page_reader, reading_as, render, see_other
from tuition.web.rendering import translate as _

router = APIRouter(prefix="/settings/security/keys", route_class=EdgeRoute, include_in_schema=False)
HERE = "/settings/security/keys"


async def _page(
    request: Request,
    session: AnySession,
    actor: identity.Actor,
    *,
    values: dict[str, str] | None = None,
    chosen: list[str] | None = None,
    error: DomainError | None = None,
    made: identity.NewKey | None = None,
) -> Response:
    context: dict[str, Any] = {
        "keys": await identity.list_api_keys(session, actor),
        "own": {
            "own:read": (_("Look at what is mine"), _("Courses, library, wallet, receipts, what I may open.")),
            "own:write": (_("Act for me"), _("Also buy, enrol, write, hand in, and edit what I made.")),
        },
        "permissions": identity.permissions_of(actor),
        "values": values or {"days": "365"},
        "chosen": chosen or [],
        "errors": {} if error is None else spoken(request, {beside(error): error}),
        "made": made,
    }
    status = 200 if error is None else status_of(error)
    return render(request, "identity/security/keys.html", status=status, headers={"cache-control": "no-store"}, **context)


@router.get("")
async def keys(request: Request, session: Reading, actor: SignedIn) -> Response:
    """The keys, and the form for a new one."""
    return await _page(request, session, actor)


@router.post("")
async def make(
    request: Request,
    session: Writing,
    actor: Fresh,
    client: ClientInfo,
    name: Annotated[str, Form()] = "",
    scope: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies the default
    days: Annotated[str, Form()] = "",
    read_only: Annotated[str, Form()] = "",
) -> Response:
    """Make a key, and show it this once."""
    try:
        made = await identity.make_api_key(
            session,
            actor,
            name=name,
            scopes=scope,
            is_read_only=bool(read_only),
            days=None if not days else int(days) if days.isdecimal() and len(days) < 6 else 0,
            ip=client.ip,
        )
    except identity.InputRefused as error:
        return await _page(request, session, actor, values={"name": name, "days": days}, chosen=scope, error=error)
    return await _page(request, session, actor, made=made)


@router.post("/{key_id}/revoke")
async def revoke(request: Request, session: Writing, actor: SignedIn, client: ClientInfo, key_id: UUID) -> Response:
    """Let it open nothing from now on."""
    await identity.revoke_api_key(session, actor, key_id, ip=client.ip)
    with reading_as(page_reader(request)):
        return see_other(request, HERE, say=_("The key opens nothing any more."))
