"""How a course works, what comes before it, and who teaches in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tuition import catalog, identity
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing, status_of
from tuition.identity import Actor
from tuition.learning import courses
from tuition.learning.courses import CompletionRule, Right, StaffRole
from tuition.platform.database import AnySession
from tuition.web.learning.teaching.surroundings import Taught, at_fault, course_page, load, written
from tuition.web.rendering import see_other
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import Fields, Typed, is_on, read_decimal, read_moment, required

router = APIRouter(prefix="/studio/courses/{course_id}/settings", route_class=EdgeRoute, include_in_schema=False)
FIGURES = ("capacity", "certificate_valid_months", "estimated_duration_minutes")
TICKS = ("is_sequential", "enrollment_open", "certificate_enabled")


@router.get("")
async def page(
    request: Request,
    course_id: UUID,
    session: Reading,
    actor: SignedIn,
    before: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Everything that can be set; ``before`` are words of a course to come first."""
    taught = await load(session, actor, course_id, Right.OUTLINE)
    words = " ".join(before.replace("\x00", " ").split())
    return await _page(request, session, actor, taught, words=words)


@router.post("")
async def save(request: Request, course_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Change how it works."""
    taught = await load(session, actor, course_id, Right.OUTLINE)
    changes, errors = _read(request, typed)
    if not errors:
        try:
            await courses.edit(session, actor, course_id, changes)
        except courses.FieldInvalid as error:
            errors = at_fault(error)
    if errors:
        return await _page(request, session, actor, taught, status=422, values=typed, errors=errors)
    return see_other(request, f"{taught.href}/settings", say=_("Saved."))


def _read(request: Request, typed: Fields) -> tuple[dict[str, Any], dict[str, str]]:
    errors: dict[str, str] = {}
    changes: dict[str, Any] = {name: is_on(typed, name) for name in TICKS}
    changes["completion_rule"] = typed["completion_rule"] or str(CompletionRule.REQUIRED)
    for name in FIGURES:
        figure = read_decimal(typed[name])
        whole = figure is not None and figure == figure.to_integral_value()
        changes[name] = int(figure) if figure is not None and whole else None
        if typed[name].strip() and not whole:
            errors[name] = _("Write a whole number.")
    for name in ("starts_at", "ends_at"):
        changes[name] = read_moment(request, typed[name])
        if typed[name].strip() and changes[name] is None:
            errors[name] = _("Choose a date and a time.")
    return changes, errors


@router.post("/prerequisites")
async def require(request: Request, course_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Say which courses come first."""
    taught = await load(session, actor, course_id, Right.OUTLINE)
    wanted = [found for value in typed.all("required") if (found := _id(value))]
    try:
        await courses.set_prerequisites(session, actor, course_id, wanted)
    except courses.PrerequisiteInvalid as error:
        errors = at_fault(error, "required")
        return await _page(request, session, actor, taught, status=status_of(error), errors=errors, chosen=set(wanted))
    return see_other(request, f"{taught.href}/settings", say=_("Saved."))


@router.post("/staff")
async def add_staff(request: Request, course_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Let somebody teach or help; again changes what they may do."""
    taught = await load(session, actor, course_id, Right.OUTLINE)
    errors = required(typed, "email")
    person = await identity.person_by_address(session, typed["email"]) if not errors else None
    if not errors and person is None:
        errors["email"] = _("Nobody here has this address.")
    status = 422
    if person is not None:
        rights = {Right(value) for value in typed.all("right") if value in list(Right)}
        role = StaffRole.TEACHER if Right.OUTLINE in rights else StaffRole.ASSISTANT
        if not rights:
            errors["rights"] = _("Choose at least one.")
        else:
            try:
                # The savepoint lets the page be shown after a refusal.
                async with session.begin_nested():
                    await courses.add_staff(session, actor, course_id, person.id, role=role, rights=rights)
            except courses.StaffInvalid as error:
                errors, status = at_fault(error, "email"), status_of(error)
    if errors:
        return await _page(request, session, actor, taught, status=status, values=_kept(typed), errors=errors)
    return see_other(request, f"{taught.href}/settings", say=_("Saved."))


@router.get("/staff/{person_id}/remove")
async def ask_staff(request: Request, course_id: UUID, person_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """Ask once."""
    taught = await load(session, actor, course_id, Right.OUTLINE)
    people = await identity.people_by_id(session, [person_id])
    if person_id not in {one.user_id for one in await courses.staff_of(session, course_id)}:
        raise courses.CourseUnknown
    return course_page(
        request,
        "ask.html",
        taught,
        tab=f"{taught.href}/settings",
        question=_("Take %(name)s out?") % {"name": people[person_id].full_name if person_id in people else "–"},
        what_happens=_("They teach here no longer. What they wrote and graded stays."),
        action=f"{taught.href}/settings/staff/{person_id}/remove",
        yes=_("Remove from the staff"),
        back=f"{taught.href}/settings",
    )


@router.post("/staff/{person_id}/remove")
async def remove_staff(request: Request, course_id: UUID, person_id: UUID, session: Writing, actor: SignedIn) -> Response:
    """They teach here no longer."""
    await courses.remove_staff(session, actor, course_id, person_id)
    return see_other(request, f"/studio/courses/{course_id}/settings", say=_("They teach here no longer."), tone="note")


def _kept(typed: Fields) -> dict[str, str]:
    return {"email": typed["email"], **{f"right-{value}": "yes" for value in typed.all("right")}}


async def _page(
    request: Request,
    session: AnySession,
    actor: Actor,
    taught: Taught,
    *,
    status: int = 200,
    values: Mapping[str, str] | None = None,
    errors: dict[str, str] | None = None,
    chosen: set[UUID] | None = None,
    words: str = "",
) -> Response:
    required_now = await courses.prerequisites_of(session, taught.course.id)
    asked_for = await catalog.contents_by_id(session, list(chosen or ()))
    could = {one.id: one for one in [*required_now, *asked_for.values()] if one.id != taught.course.id}
    found = await courses.could_come_first(session, actor, words) if words else []
    staff = await courses.staff_of(session, taught.course.id)
    typed = dict(values or {})
    is_staff_form = "email" in typed
    return course_page(
        request,
        "settings.html",
        taught,
        status=status,
        tab=f"{taught.href}/settings",
        could=sorted(could.values(), key=lambda one: one.title),
        words=words,
        found=[one for one in found if one.id != taught.course.id and one.id not in could],
        chosen=chosen if chosen is not None else {one.id for one in required_now},
        staff=staff,
        people=await identity.people_by_id(session, [one.user_id for one in staff]),
        right_names=right_names(),
        values=_values(request, taught) if is_staff_form or not typed else typed,
        staff_values=typed if is_staff_form else {},
        errors=errors or {},
    )


def _values(request: Request, taught: Taught) -> dict[str, str]:
    course = taught.course
    values = {name: "" if (figure := getattr(course, name)) is None else str(figure) for name in FIGURES}
    values |= {name: "yes" for name in TICKS if getattr(course, name)}
    moments = {name: written(request, getattr(course, name)) for name in ("starts_at", "ends_at")}
    return values | moments | {"completion_rule": course.completion_rule}


def right_names() -> dict[Right, str]:
    """What staff may do, in words."""
    return {
        Right.OUTLINE: _("Write lessons and settings"),
        Right.MEMBERS: _("Add and remove learners"),
        Right.GRADE: _("Grade work"),
        Right.MODERATE: _("Keep discussions in order"),
        Right.ANNOUNCE: _("Write announcements"),
        Right.REPORTS: _("See how far learners are"),
    }


def _id(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None
