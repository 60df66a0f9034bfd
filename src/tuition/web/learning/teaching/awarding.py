"""A course's certificates on its staff's desk: correct a name, revoke, reinstate."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from tuition import catalog
from tuition.edge import EdgeRoute, Reading, Services, SignedIn, Steps, Writing, status_of
from tuition.identity import Actor
from tuition.kernel import DomainError
from tuition.learning import certificates
from tuition.platform import files, paging
from tuition.platform.database import AnySession
from tuition.web.learning.certificates import page_url, standing_of
from tuition.web.rendering import refusal, render, see_other, with_query
from tuition.web.rendering import translate as _
from tuition.web.studio.surroundings import navigation

router = APIRouter(prefix="/studio/courses/{course_id}/certificates", route_class=EdgeRoute, include_in_schema=False)
PAGE = 50
WHAT_CAN_GO_WRONG = (certificates.ReasonMissing, certificates.RecipientNameless)


@router.get("")
async def page(
    course_id: UUID,
    request: Request,
    session: Reading,
    actor: SignedIn,
    cursor: Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)] = "",
) -> Response:
    """Everybody who has one."""
    found = await certificates.certificates_of_course(session, actor, course_id, limit=PAGE, cursor=cursor or None)
    course = (await catalog.contents_by_id(session, [course_id]))[course_id]
    return render(
        request,
        "learning/certificates/course.html",
        nav=navigation(),
        course=course,
        certificates=found.items,
        standing_of=standing_of,
        next_href=with_query(request, cursor=found.next_cursor) if found.next_cursor else None,
    )


@router.get("/{number}")
async def one(course_id: UUID, number: str, request: Request, session: Reading, actor: SignedIn) -> Response:
    """One certificate, what happened to it, and what can be done."""
    return await _one(request, session, actor, course_id, number)


@router.post("/{number}/reissue")
async def reissue(
    course_id: UUID,
    number: str,
    request: Request,
    database: Steps,
    services: Services,
    actor: SignedIn,
    name: Annotated[str, Form(max_length=1000)] = "",
    reason: Annotated[str, Form(max_length=5000)] = "",
) -> Response:
    """Write it anew under a corrected name; the number stays."""
    async with database.reading(fresh=True) as reading:
        certificate = await certificates.get_for_course(reading, actor, course_id, number)
    store = services.service(files.Store)
    try:
        await certificates.issue(database, store, certificate.enrollment_id, actor=actor, name=name, reason=reason)
    except WHAT_CAN_GO_WRONG as error:
        async with database.reading(fresh=True) as reading:
            return await _one(request, reading, actor, course_id, number, error=error, values={"name": name, "reason": reason})
    return see_other(request, _href(course_id, number), say=_("The certificate was written anew."))


@router.post("/{number}/revocation")
async def revoke(
    course_id: UUID,
    number: str,
    request: Request,
    session: Writing,
    actor: SignedIn,
    why: Annotated[str, Form(max_length=5000)] = "",
) -> Response:
    """Take it back."""
    await certificates.get_for_course(session, actor, course_id, number)
    try:
        await certificates.revoke(session, actor, number, reason=why)
    except WHAT_CAN_GO_WRONG as error:
        return await _one(request, session, actor, course_id, number, error=error, values={"why": why})
    return see_other(request, _href(course_id, number), say=_("The certificate is revoked."), tone="note")


@router.post("/{number}/reinstatement")
async def reinstate(
    course_id: UUID,
    number: str,
    request: Request,
    session: Writing,
    actor: SignedIn,
    why: Annotated[str, Form(max_length=5000)] = "",
) -> Response:
    """Undo it."""
    await certificates.get_for_course(session, actor, course_id, number)
    try:
        await certificates.reinstate(session, actor, number, reason=why)
    except WHAT_CAN_GO_WRONG as error:
        return await _one(request, session, actor, course_id, number, error=error, values={"why": why})
    return see_other(request, _href(course_id, number), say=_("The certificate is valid again."))


def _href(course_id: UUID, number: str) -> str:
    return f"/studio/courses/{course_id}/certificates/{number}"


async def _one(
    request: Request,
    session: AnySession,
    actor: Actor,
    course_id: UUID,
    number: str,
    *,
    error: DomainError | None = None,
    values: dict[str, Any] | None = None,
) -> Response:
    certificate = await certificates.get_for_course(session, actor, course_id, number)
    field = "name" if isinstance(error, certificates.RecipientNameless) else "why" if "why" in (values or {}) else "reason"
    return render(
        request,
        "learning/certificates/one.html",
        status=status_of(error) if error else 200,
        nav=navigation(),
        course=(await catalog.contents_by_id(session, [course_id]))[course_id],
        certificate=certificate,
        standing=standing_of(certificate),
        page_url=page_url(certificate),
        history=await certificates.history_of(session, certificate),
        changes=_changes(),
        values=values or {},
        errors={field: refusal(error)} if error else {},
    )


def _changes() -> dict[str, str]:
    return {
        "issued": _("Issued"),
        "reissued": _("Written anew"),
        "revoked": _("Revoked"),
        "reinstated": _("Reinstated"),
        "name_shown": _("Name shown"),
        "name_hidden": _("Name hidden"),
    }
