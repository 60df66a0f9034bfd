"""Objecting to something, and deciding about it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from tuition import catalog, community
from tuition.community import ReportReason, ReportStatus, SubjectType
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing, status_of
from tuition.identity import Actor
from tuition.kernel import DomainError
from tuition.platform import paging
from tuition.platform.database import AnySession
from tuition.web.learning.community.places import around, reasons
from tuition.web.owner.surroundings import Moderator, navigation
from tuition.web.rendering import refusal, render, see_other, with_query
from tuition.web.rendering import translate as _
from tuition.web.site.appearance import local_path

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
Cursor = Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)]


@router.get("/report/{subject_type}/{subject_id}")
async def report_page(
    subject_type: SubjectType,
    subject_id: UUID,
    request: Request,
    _actor: SignedIn,
    back: Annotated[str, Query(max_length=500)] = "/",
) -> Response:
    """Why do you object?"""
    return _form(request, subject_type, subject_id, back)


@router.post("/report/{subject_type}/{subject_id}")
async def report(
    subject_type: SubjectType,
    subject_id: UUID,
    request: Request,
    session: Writing,
    actor: SignedIn,
    reason: Annotated[str, Form(max_length=20)] = "",
    details: Annotated[str, Form()] = "",
    back: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Hand it in."""
    typed = {"reason": reason, "details": details}
    if reason not in list(ReportReason):
        return _form(request, subject_type, subject_id, back, status=422, values=typed, errors={"reason": _("Choose one.")})
    try:
        await community.report(session, actor, (subject_type, subject_id), reason=ReportReason(reason), details=details)
    except community.TextInvalid as error:
        errors = {"details": refusal(error)}
        return _form(request, subject_type, subject_id, back, status=status_of(error), values=typed, errors=errors)
    return see_other(request, local_path(back), say=_("Thank you. Somebody looks at it, and you are told what was decided."))


@router.get("/c/{slug}/reports")
async def of_content(slug: str, request: Request, session: Reading, actor: SignedIn, cursor: Cursor = "") -> Response:
    """What people object to about one content, for who keeps order there."""
    place = await around(session, actor, slug)
    page = await community.reports_for(session, actor, content_id=place.content.id, cursor=cursor or None)
    context = await _shown(session, actor, page.items)
    next_href = with_query(request, cursor=page.next_cursor) if page.next_cursor else None
    return render(request, "community/reports.html", around=place, items=page.items, next_href=next_href, **context)


@router.get("/owner/reports")
async def of_everything(
    request: Request,
    session: Reading,
    actor: Moderator,
    status: Annotated[str, Query(max_length=12)] = "open",
    cursor: Cursor = "",
) -> Response:
    """What people object to, everywhere."""
    shown = ReportStatus(status) if status in list(ReportStatus) else ReportStatus.OPEN
    page = await community.reports_for(session, actor, status=shown, cursor=cursor or None)
    context = await _shown(session, actor, page.items)
    next_href = with_query(request, cursor=page.next_cursor) if page.next_cursor else None
    nav = navigation()
    return render(request, "owner/reports.html", nav=nav, items=page.items, next_href=next_href, status_shown=shown, **context)


@router.post("/reports/{report_id}")
async def decide(
    report_id: UUID,
    request: Request,
    session: Writing,
    actor: SignedIn,
    decision: Annotated[str, Form(max_length=10)] = "",
    note: Annotated[str, Form(max_length=2000)] = "",
    back: Annotated[str, Form(max_length=500)] = "/owner/reports",
) -> Response:
    """Hide it, or leave it."""
    if decision not in ("uphold", "dismiss"):
        return see_other(request, local_path(back), say=_("Choose whether to hide it or to leave it."), tone="warn")
    try:
        await community.decide_report(session, actor, report_id, uphold=decision == "uphold", note=note)
    except (community.ReportDecided, community.MayNotModerate) as error:
        return see_other(request, local_path(back), say=refusal(error), tone="warn")
    return see_other(request, local_path(back), say=_("Hidden.") if decision == "uphold" else _("It stays."))


def _form(
    request: Request,
    subject_type: SubjectType,
    subject_id: UUID,
    back: str,
    *,
    status: int = 200,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    return render(
        request,
        "community/report.html",
        status=status,
        action=f"/report/{subject_type}/{subject_id}",
        back=local_path(back),
        errors=errors or {},
        reasons=reasons(),
        subject_type=subject_type,
        values=values or {},
    )


async def _shown(session: AnySession, actor: Actor, items: list[community.Report]) -> dict[str, Any]:
    """What each report is about, as far as it can still be seen."""
    contents = await catalog.contents_by_id(session, [item.content_id for item in items])
    words: dict[UUID, str] = {}
    links: dict[UUID, str] = {}
    for item in items:
        slug = contents[item.content_id].slug
        try:
            words[item.id], links[item.id] = await _about(session, actor, item, slug)
        except DomainError as error:
            words[item.id], links[item.id] = refusal(error), f"/c/{slug}"
    return {"contents": contents, "words": words, "links": links, "reason_names": dict(reasons())}


async def _about(session: AnySession, actor: Actor, item: community.Report, slug: str) -> tuple[str, str]:
    match SubjectType(item.subject_type):
        case SubjectType.CONTENT:
            return "", f"/c/{slug}"
        case SubjectType.DISCUSSION:
            found = await community.get_discussion_for(session, actor, item.subject_id)
            return found.discussion.title, f"/discussions/{item.subject_id}"
        case SubjectType.REPLY:
            within, reply = await community.get_reply_for(session, actor, item.subject_id)
            return reply.body[:300], f"/discussions/{within.discussion.id}#reply-{reply.id}"
        case SubjectType.RATING:
            return await community.review_words(session, item.subject_id), f"/c/{slug}/reviews"
