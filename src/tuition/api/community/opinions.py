"""Ratings, announcements, reports."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from tuition import access, community, identity
from tuition.api.community.shapes import (
    AnnouncementIn,
    AnnouncementOut,
    ContentId,
    Cursor,
    DecisionIn,
    Limit,
    RatingIn,
    RatingOut,
    ReportId,
    ReportIn,
    ReportOut,
)
from tuition.community import ReportStatus
from tuition.edge import CurrentActor, EdgeRoute, PageOut, Reading, SignedIn, Writing, problems

router = APIRouter(prefix="/v1", tags=["Community"], route_class=EdgeRoute)


@router.get("/contents/{content_id}/ratings", responses=problems(404), summary="List reviews")
async def ratings(
    content_id: ContentId, session: Reading, actor: CurrentActor, limit: Limit = 25, cursor: Cursor = None
) -> PageOut[RatingOut]:
    """Ratings that say something, newest first. The average and the number of all ratings stand on the content."""
    await access.get_content_for(session, actor, content_id)
    page = await community.ratings_of(session, content_id, limit=limit, cursor=cursor)
    people = await identity.people_by_id(session, [item.user_id for item in page.items])
    items = [RatingOut.of(item, people.get(item.user_id)) for item in page.items]
    return PageOut[RatingOut](items=items, next_cursor=page.next_cursor)


@router.put("/contents/{content_id}/rating", responses=problems(401, 402, 403, 404), summary="Rate a content")
async def rate(content_id: ContentId, body: RatingIn, session: Writing, actor: SignedIn) -> RatingOut:
    """Say what you think of something that you may open; again changes it. Nobody rates their own work."""
    made = await community.rate(session, actor, content_id, score=body.score, review=body.review)
    people = await identity.people_by_id(session, [actor.id])
    return RatingOut.of(made, people.get(actor.id))


@router.delete("/contents/{content_id}/rating", status_code=204, responses=problems(401), summary="Take a rating back")
async def withdraw(content_id: ContentId, session: Writing, actor: SignedIn) -> None:
    """Your rating and review go; average and number follow. Nothing to take back is no error."""
    await community.withdraw_rating(session, actor, content_id)


@router.get("/contents/{content_id}/announcements", responses=problems(401, 404), summary="List announcements")
async def announcements(
    content_id: ContentId, session: Reading, actor: SignedIn, limit: Limit = 25, cursor: Cursor = None
) -> PageOut[AnnouncementOut]:
    """What its teachers told everybody, newest first."""
    page = await community.announcements_of(session, actor, content_id, limit=limit, cursor=cursor)
    return PageOut[AnnouncementOut](items=[AnnouncementOut.of(item) for item in page.items], next_cursor=page.next_cursor)


@router.post("/contents/{content_id}/announcements", status_code=201, responses=problems(401, 403, 404), summary="Announce")
async def announce(content_id: ContentId, body: AnnouncementIn, session: Writing, actor: SignedIn) -> AnnouncementOut:
    """Tell everybody who learns from it, on their page and (if wished) by e-mail. Jobs carry it; `told_count` says how far."""
    made = await community.announce(session, actor, content_id, title=body.title, body=body.body, by_mail=body.by_mail)
    return AnnouncementOut.of(made)


@router.post("/reports", status_code=201, responses=problems(401, 403, 404), summary="Report something")
async def report(body: ReportIn, session: Writing, actor: SignedIn) -> ReportOut:
    """Object to something that you can see. Somebody looks at it, and you are told what was decided."""
    subject = (body.subject_type, body.subject_id)
    return ReportOut.of(await community.report(session, actor, subject, reason=body.reason, details=body.details))


@router.get("/reports", responses=problems(401, 403, 404), summary="List reports to decide")
async def reports(
    session: Reading,
    actor: SignedIn,
    content_id: Annotated[UUID | None, Query(description="Of this content; without it (the site's staff): of all.")] = None,
    status: ReportStatus = ReportStatus.OPEN,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> PageOut[ReportOut]:
    """What people object to, newest first, as far as you may decide it."""
    page = await community.reports_for(session, actor, content_id=content_id, status=status, limit=limit, cursor=cursor)
    return PageOut[ReportOut](items=[ReportOut.of(item) for item in page.items], next_cursor=page.next_cursor)


@router.post("/reports/{report_id}/decision", responses=problems(401, 403, 404, 409), summary="Decide a report")
async def decide(report_id: ReportId, body: DecisionIn, session: Writing, actor: SignedIn) -> ReportOut:
    """Hide what it is about, or leave it. Everybody who reported the same thing is told; 409 when it was decided already."""
    return ReportOut.of(await community.decide_report(session, actor, report_id, uphold=body.uphold, note=body.note))
