"""Who learns in a course: adding people, giving them longer, taking them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, UploadFile
from starlette.responses import Response

from tuition import identity
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing, status_of
from tuition.identity import Actor
from tuition.learning import courses, enrollments
from tuition.learning.courses import Right
from tuition.learning.enrollments import Enrollment, EnrollmentStatus, ImportedLine, LineOutcome
from tuition.platform import paging
from tuition.platform.database import AnySession
from tuition.web.learning.teaching.surroundings import Taught, at_fault, course_page, load
from tuition.web.rendering import page_reader, see_other, with_query
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import Typed, required

router = APIRouter(prefix="/studio/courses/{course_id}/members", route_class=EdgeRoute, include_in_schema=False)
LIST_BYTES_MAX = 500_000
PAGE = 50
MENDABLE = (enrollments.PersonNotFound, enrollments.EndInvalid, enrollments.CourseFull)


@router.get("")
async def listing(
    request: Request,
    course_id: UUID,
    session: Reading,
    actor: SignedIn,
    q: Annotated[str, Query(max_length=100)] = "",
    status: Annotated[str, Query(max_length=20)] = "",
    group: Annotated[str, Query(max_length=40)] = "",
    cursor: Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)] = "",
) -> Response:
    """Everybody who learns or learned here, the newest first."""
    taught = await load(session, actor, course_id, *enrollments.SEES_LEARNERS)
    asked = {"q": " ".join(q.replace("\x00", " ").split()), "status": status, "group": group}
    return await _page(request, session, taught, asked=asked, cursor=cursor)


async def _page(
    request: Request,
    session: AnySession,
    taught: Taught,
    *,
    status: int = 200,
    asked: Mapping[str, str] | None = None,
    cursor: str = "",
    values: Mapping[str, str] | None = None,
    errors: dict[str, str] | None = None,
    report: Sequence[ImportedLine] | None = None,
) -> Response:
    asked = asked or {"q": "", "status": "", "group": ""}
    page = await enrollments.of_course(
        session,
        taught.course.id,
        status=EnrollmentStatus(asked["status"]) if asked["status"] in list(EnrollmentStatus) else None,
        group_id=_id(asked["group"]),
        search=asked["q"],
        limit=PAGE,
        cursor=cursor or None,
    )
    return course_page(
        request,
        "members.html",
        taught,
        status=status,
        tab=f"{taught.href}/members",
        members=page.items,
        next_href=with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
        counts=await enrollments.counts_of_course(session, taught.course.id),
        groups=await enrollments.groups_of(session, taught.course.id),
        status_names=status_names(),
        asked=asked,
        values=values or {},
        errors=errors or {},
        report=report,
        outcome_names=outcome_names(),
        may_manage=Right.MEMBERS in taught.rights,
    )


@router.post("")
async def add(request: Request, course_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Add somebody by their address; again changes the end."""
    taught = await load(session, actor, course_id, Right.MEMBERS)
    errors = required(typed, "email")
    until, fault = _until(request, typed["until"])
    errors |= fault
    person = await identity.person_by_address(session, typed["email"]) if not errors else None
    if not errors and person is None:
        errors["email"] = _("Nobody here has this address.")
    status = 422
    if person is not None:
        try:
            async with session.begin_nested():
                await enrollments.enroll_person(session, actor, course_id, person.id, until=until)
        except MENDABLE as error:
            field = "until" if isinstance(error, enrollments.EndInvalid) else "email"
            errors, status = at_fault(error, field), status_of(error)
    if errors:
        return await _page(request, session, taught, status=status, values=typed, errors=errors)
    return see_other(request, f"{taught.href}/members", say=_("They are in the course."))


@router.post("/list")
async def bring(
    request: Request,
    course_id: UUID,
    session: Writing,
    actor: SignedIn,
    csv: Annotated[str, Form(max_length=LIST_BYTES_MAX)] = "",
    file: UploadFile | None = None,
) -> Response:
    """Add a whole list, and say line by line what became of it."""
    taught = await load(session, actor, course_id, Right.MEMBERS)
    errors: dict[str, str] = {}
    if file is not None and file.filename:
        try:
            csv = (await file.read(LIST_BYTES_MAX + 1)).decode("utf-8-sig")
        except UnicodeDecodeError:
            errors["file"] = _("Save the list as UTF-8 text.")
    if not errors and not csv.strip():
        errors["csv"] = _("Choose a file, or paste the list.")
    if not errors:
        try:
            report = await enrollments.import_members(session, actor, course_id, csv)
        except enrollments.ListInvalid as error:
            errors = at_fault(error, "csv")
        else:
            return await _page(request, session, taught, report=report)
    return await _page(request, session, taught, status=422, values={"csv": csv}, errors=errors)


@router.get("/{enrollment_id}")
async def one(request: Request, course_id: UUID, enrollment_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """One learner: how far, until when, in which groups."""
    taught = await load(session, actor, course_id, *enrollments.SEES_LEARNERS)
    return await _one(request, session, actor, taught, enrollment_id)


@router.post("/{enrollment_id}/extend")
async def extend(
    request: Request, course_id: UUID, enrollment_id: UUID, session: Writing, actor: SignedIn, typed: Typed
) -> Response:
    """Give them longer, or for good."""
    taught = await load(session, actor, course_id, Right.MEMBERS)
    await _find(session, actor, taught, enrollment_id)
    until, errors = _until(request, typed["until"])
    if not errors:
        try:
            async with session.begin_nested():
                await enrollments.extend(session, actor, enrollment_id, until=until)
        except enrollments.EndInvalid as error:
            errors = at_fault(error, "until")
    if errors:
        return await _one(request, session, actor, taught, enrollment_id, values=typed, errors=errors)
    return see_other(request, f"{taught.href}/members/{enrollment_id}", say=_("Saved."))


@router.post("/{enrollment_id}/groups")
async def choose_groups(
    request: Request, course_id: UUID, enrollment_id: UUID, session: Writing, actor: SignedIn, typed: Typed
) -> Response:
    """The groups that they are in from now on."""
    taught = await load(session, actor, course_id, Right.MEMBERS)
    await _find(session, actor, taught, enrollment_id)
    wanted = {found for value in typed.all("group") if (found := _id(value))}
    for group, _count in await enrollments.groups_of(session, course_id):
        change = enrollments.add_to_group if group.id in wanted else enrollments.remove_from_group
        await change(session, actor, group.id, enrollment_id)
    return see_other(request, f"{taught.href}/members/{enrollment_id}", say=_("Saved."))


@router.get("/{enrollment_id}/remove")
async def ask(request: Request, course_id: UUID, enrollment_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """Ask once."""
    taught = await load(session, actor, course_id, Right.MEMBERS)
    enrollment = await _find(session, actor, taught, enrollment_id)
    person = (await identity.people_by_id(session, [enrollment.student_id]))[enrollment.student_id]
    here = f"{taught.href}/members/{enrollment_id}"
    return course_page(
        request,
        "ask.html",
        taught,
        tab=f"{taught.href}/members",
        question=_("Take %(name)s out?") % {"name": person.full_name},
        what_happens=_("What they learned stays, and what they bought stays theirs."),
        action=f"{here}/remove",
        yes=_("Take out of the course"),
        back=here,
    )


@router.post("/{enrollment_id}/remove")
async def remove(request: Request, course_id: UUID, enrollment_id: UUID, session: Writing, actor: SignedIn) -> Response:
    """Take them out of the course."""
    taught = await load(session, actor, course_id, Right.MEMBERS)
    await _find(session, actor, taught, enrollment_id)
    await enrollments.drop(session, actor, enrollment_id)
    return see_other(request, f"{taught.href}/members", say=_("They are out of the course."), tone="note")


async def _find(session: AnySession, actor: Actor, taught: Taught, enrollment_id: UUID) -> Enrollment:
    enrollment = await enrollments.get_for(session, actor, enrollment_id)
    if enrollment.course_id != taught.course.id:
        raise enrollments.EnrollmentUnknown
    return enrollment


async def _one(
    request: Request,
    session: AnySession,
    actor: Actor,
    taught: Taught,
    enrollment_id: UUID,
    *,
    values: Mapping[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    enrollment = await _find(session, actor, taught, enrollment_id)
    progress = await enrollments.progress_of(session, enrollment_id)
    nodes = await courses.outline(session, taught.course.id)
    lessons: list[dict[str, Any]] = [
        {"node": node, "progress": progress.get(node.lesson.id)} for node in nodes if not node.lesson.is_heading
    ]
    reader = page_reader(request)
    ends = enrollment.expires_at.astimezone(reader.time_zone).date().isoformat() if enrollment.expires_at else ""
    return course_page(
        request,
        "member.html",
        taught,
        status=422 if errors else 200,
        tab=f"{taught.href}/members",
        enrollment=enrollment,
        person=(await identity.people_by_id(session, [enrollment.student_id]))[enrollment.student_id],
        lessons=lessons,
        verified_s=await enrollments.verified_seconds(session, enrollment_id),
        groups=await enrollments.groups_of(session, taught.course.id),
        in_groups=await enrollments.group_ids_of(session, enrollment_id),
        status_names=status_names(),
        values=values if values is not None else {"until": ends},
        errors=errors or {},
        may_manage=Right.MEMBERS in taught.rights,
        may_grade=Right.GRADE in taught.rights,
    )


def _until(request: Request, typed: str) -> tuple[datetime | None, dict[str, str]]:
    """The end of a day of the reader's; nothing typed is no end."""
    if not typed.strip():
        return None, {}
    try:
        return datetime.combine(date.fromisoformat(typed.strip()), time.max, page_reader(request).time_zone), {}
    except ValueError:
        return None, {"until": _("Choose a date.")}


def status_names() -> dict[str, str]:
    """Where a learner stands, in words."""
    return {
        EnrollmentStatus.ACTIVE: _("Learning"),
        EnrollmentStatus.COMPLETED: _("Completed"),
        EnrollmentStatus.EXPIRED: _("Expired"),
        EnrollmentStatus.DROPPED: _("Left"),
    }


def outcome_names() -> dict[LineOutcome, tuple[str, str]]:
    """What became of a line, in words, and how it looks."""
    return {
        LineOutcome.ENROLLED: (_("Added"), "good"),
        LineOutcome.ALREADY: (_("Was in it already"), ""),
        LineOutcome.UNKNOWN: (_("Unknown"), "warn"),
        LineOutcome.REPEATED: (_("Twice in the list"), ""),
        LineOutcome.INVALID: (_("Cannot be read"), "bad"),
        LineOutcome.REFUSED: (_("Refused"), "bad"),
    }


def _id(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None
