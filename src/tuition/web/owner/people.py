"""People: finding them, giving roles, keeping somebody out, letting somebody back in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tuition import identity, wallets
from tuition.edge import EdgeRoute, Fresh, Reading, Writing, status_of
from tuition.identity import Actor, Role, UserStatus
from tuition.kernel import DomainError
from tuition.platform import audit, paging, rates
from tuition.platform.database import AnySession
from tuition.web.owner.surroundings import Host, owner_page
from tuition.web.rendering import see_other, with_query
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import Typed, say

router = APIRouter(prefix="/owner/people", route_class=EdgeRoute, include_in_schema=False)
LATEST = 10


def role_names() -> dict[str, str]:
    """What each role is called."""
    return {
        Role.LEARNER.value: _("Learner"),
        Role.CREATOR.value: _("Creator"),
        Role.PARTNER.value: _("Partner"),
        Role.OWNER.value: _("Owner"),
        Role.OPERATOR.value: _("Operator"),
    }


@router.get("")
async def people(
    request: Request,
    session: Reading,
    actor: Host,
    q: Annotated[str, Query(max_length=200)] = "",
    role: Annotated[str, Query(max_length=20)] = "",
    status: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)] = "",
) -> Response:
    """Everybody, newest first."""
    words = " ".join(q.replace("\x00", " ").split())
    page = await identity.list_people(
        session,
        actor,
        search=words,
        role=Role(role) if role in list(Role) else None,
        status=UserStatus(status) if status in list(UserStatus) else None,
        cursor=cursor or None,
    )
    context: dict[str, Any] = {
        "people": page.items,
        "roles": await identity.roles_of(session, [person.id for person in page.items]),
        "role_names": role_names(),
        "asked": {"q": words, "role": role, "status": status},
        "next_href": with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
        "start_href": with_query(request) if cursor else None,
    }
    return owner_page(request, "people/list.html", **context)


@router.get("/{person_id}")
async def person(request: Request, person_id: UUID, session: Reading, actor: Host) -> Response:
    """One of them: roles, wallets, what they did last."""
    return await _person_page(request, session, actor, person_id)


async def _person_page(
    request: Request,
    session: AnySession,
    actor: Actor,
    person_id: UUID,
    *,
    status: int = 200,
    values: Mapping[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    user = await identity.get_person_for(session, actor, person_id)
    roles = (await identity.roles_of(session, [person_id])).get(person_id, frozenset())
    purses = await wallets.wallets_of(session, person_id)
    context: dict[str, Any] = {
        "person": user,
        "roles": roles,
        "role_names": role_names(),
        "balances": list((await wallets.availables(session, purses)).values()) if purses else [],
        "done": (await audit.entries(session, actor_id=person_id, limit=LATEST)).items,
        "protection": await identity.protection_of(session, person_id, roles),
        "values": values or {},
        "errors": errors or {},
        "is_self": person_id == actor.id,
    }
    return owner_page(request, "people/person.html", status=status, **context)


@router.post("/{person_id}/roles")
async def set_roles(request: Request, person_id: UUID, session: Writing, actor: Host, fresh: Fresh, typed: Typed) -> Response:
    """Let them hold exactly these roles."""
    del fresh
    roles = [Role(value) for value in typed.all("role") if value in list(Role)]
    primary = Role(typed["primary"]) if typed["primary"] in list(Role) else next(iter(roles), Role.LEARNER)
    try:
        await identity.set_roles(session, actor, person_id, roles, primary=primary)
    except identity.OwnerNeeded as error:
        errors = {"roles": say(request, error)}
        return await _person_page(request, session, actor, person_id, status=status_of(error), errors=errors)
    return see_other(request, f"/owner/people/{person_id}", say=_("The roles are changed."))


@router.post("/{person_id}/suspend")
async def suspend(request: Request, person_id: UUID, session: Writing, actor: Host, typed: Typed) -> Response:
    """Keep them out, with a reason that they read."""
    try:
        await identity.suspend(session, actor, person_id, reason=typed["reason"])
    except identity.PersonUnknown:
        raise
    except DomainError as error:
        errors = {"reason": say(request, error)}
        status = status_of(error)
        return await _person_page(request, session, actor, person_id, status=status, values=typed, errors=errors)
    return see_other(request, f"/owner/people/{person_id}", say=_("They are signed out everywhere and cannot come back in."))


@router.post("/{person_id}/reinstate")
async def reinstate(request: Request, person_id: UUID, session: Writing, actor: Host) -> Response:
    """Let them back in."""
    await identity.reinstate(session, actor, person_id)
    return see_other(request, f"/owner/people/{person_id}", say=_("They may sign in again."))


@router.post("/{person_id}/second-step/reset")
async def reset_second_step(request: Request, person_id: UUID, session: Writing, actor: Host, fresh: Fresh) -> Response:
    """Take the second step off somebody who has lost it."""
    del fresh
    try:
        await identity.reset_second_factor(session, actor, person_id)
    except identity.SecondFactorOff as error:
        return see_other(request, f"/owner/people/{person_id}", say=say(request, error), tone="warn")
    return see_other(request, f"/owner/people/{person_id}", say=_("It is off, they are signed out, and they are told by mail."))


@router.post("/{person_id}/verification")
async def send_verification(request: Request, person_id: UUID, session: Writing, actor: Host) -> Response:
    """Send them the proof of their address again."""
    await identity.get_person_for(session, actor, person_id)
    try:
        await identity.request_verification(session, person_id)
    except rates.TooMany as error:
        return see_other(request, f"/owner/people/{person_id}", say=say(request, error), tone="warn")
    return see_other(request, f"/owner/people/{person_id}", say=_("The letter is on its way."))
