"""People, for the owner."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from tuition import identity
from tuition.api.identity.shapes import Input, PersonOut
from tuition.edge import EdgeRoute, Fresh, PageOut, Reading, SignedIn, Writing, problems
from tuition.identity import Role, UserStatus
from tuition.platform import paging
from tuition.platform.database import AnySession

router = APIRouter(prefix="/v1/people", tags=["People"], route_class=EdgeRoute)


class SuspendIn(Input):
    """Why somebody is kept out."""

    reason: str = Field(min_length=1, max_length=500, description="The person reads it.", examples=["Shared an account."])


class RolesIn(Input):
    """The roles that a person is to hold; everybody is a learner as well."""

    primary: Role = Field(description="The role that the person is mainly here for.", examples=["creator"])
    roles: list[Role] = Field(default_factory=list, max_length=len(Role), examples=[["creator", "partner"]])


async def _shown(session: AnySession, user: identity.User) -> PersonOut:
    roles = await identity.roles_of(session, [user.id])
    return PersonOut.of(user, roles.get(user.id, frozenset()))


@router.get("", responses=problems(401, 403), summary="List people")
async def list_people(
    session: Reading,
    actor: SignedIn,
    search: Annotated[str, Query(max_length=200, description="Part of a name or an address.")] = "",
    role: Annotated[Role | None, Query(description="Only people who hold this role.")] = None,
    status: Annotated[UserStatus | None, Query(description="Only accounts that stand like this.")] = None,
    limit: Annotated[int, Query(ge=1, le=paging.LIMIT_MAX)] = paging.LIMIT_USUAL,
    cursor: Annotated[str | None, Query(max_length=2_000)] = None,
) -> PageOut[PersonOut]:
    """Everybody, newest first. Needs `people:manage`."""
    page = await identity.list_people(session, actor, search=search, role=role, status=status, limit=limit, cursor=cursor)
    roles = await identity.roles_of(session, [user.id for user in page.items])
    items = [PersonOut.of(user, roles.get(user.id, frozenset())) for user in page.items]
    return PageOut[PersonOut](items=items, next_cursor=page.next_cursor)


@router.get("/{person_id}", responses=problems(401, 404), summary="Show a person")
async def show(person_id: UUID, session: Reading, actor: SignedIn) -> PersonOut:
    """A person: oneself, or anybody with `people:manage`. Somebody else's account looks like none."""
    return await _shown(session, await identity.get_person_for(session, actor, person_id))


@router.post("/{person_id}/suspend", responses=problems(401, 403, 404, 409), summary="Keep a person out")
async def suspend(person_id: UUID, body: SuspendIn, session: Writing, actor: SignedIn) -> PersonOut:
    """End every sign-in of the person and refuse new ones, with the reason. Needs `people:manage`. The last owner stays."""
    return await _shown(session, await identity.suspend(session, actor, person_id, reason=body.reason))


@router.post("/{person_id}/reinstate", responses=problems(401, 403, 404, 409), summary="Let a person back in")
async def reinstate(person_id: UUID, session: Writing, actor: SignedIn) -> PersonOut:
    """Open a suspended or closed account again. Needs `people:manage`."""
    return await _shown(session, await identity.reinstate(session, actor, person_id))


@router.put("/{person_id}/roles", responses=problems(401, 403, 404, 409), summary="Set a person's roles")
async def set_roles(person_id: UUID, body: RolesIn, session: Writing, actor: Fresh) -> PersonOut:
    """Let a person hold exactly these roles. Needs `roles:assign` and a fresh sign-in. Somebody has to stay owner."""
    return await _shown(session, await identity.set_roles(session, actor, person_id, body.roles, primary=body.primary))


@router.post(
    "/{person_id}/reset-mfa", status_code=204, responses=problems(401, 403, 404, 409), summary="Take a person's second step off"
)
async def reset_mfa(person_id: UUID, session: Writing, actor: Fresh) -> None:
    """For somebody who has lost phone and paper: forget app and codes, end every sign-in, and tell the person.

    Needs `people:manage` and a fresh sign-in. Make sure first that it is them who asks.
    """
    await identity.reset_second_factor(session, actor, person_id)
