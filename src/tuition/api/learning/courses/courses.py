"""Courses: making, editing, duplicating, showing."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from tuition import catalog
from tuition.api.learning.courses.shapes import CourseId, CourseOut, EnrollmentOut, Input, OutlineOut, StepOut
from tuition.catalog import Level, Visibility
from tuition.edge import CurrentActor, EdgeRoute, PageOut, Reading, SignedIn, Writing, problems
from tuition.kernel import clock
from tuition.learning import courses, enrollments
from tuition.learning.courses import CompletionRule
from tuition.platform.database import AnySession

router = APIRouter(prefix="/v1/courses", tags=["Courses"], route_class=EdgeRoute)


class CourseChangesIn(Input):
    """How a course works. What is left out stays as it is."""

    is_sequential: bool = False
    estimated_duration_minutes: int | None = Field(default=None, ge=0, le=100_000)
    enrollment_open: bool = True
    capacity: int | None = Field(default=None, ge=1, le=1_000_000, examples=[20])
    starts_at: AwareDatetime | None = Field(default=None, examples=[None])
    ends_at: AwareDatetime | None = Field(default=None, examples=[None])
    completion_rule: CompletionRule = CompletionRule.REQUIRED
    certificate_enabled: bool = True
    certificate_valid_months: int | None = Field(default=None, ge=1, le=600)


class CourseIn(CourseChangesIn):
    """A new course."""

    title: str = Field(min_length=1, max_length=500, examples=["Breathing for beginners"])
    slug: str | None = Field(default=None, max_length=200, examples=[None])
    description: str = Field(default="", max_length=20_000)
    language: str = Field(default="en", max_length=35)
    level: Level = Level.ALL
    visibility: Visibility = Visibility.PAID


class DuplicateIn(Input):
    """A second course."""

    title: str = Field(default="", max_length=500, description="Empty: the same title.")


class PrerequisitesIn(Input):
    """What comes before a course."""

    course_ids: list[UUID] = Field(max_length=20)


@router.post("", status_code=201, responses=problems(401, 403, 409), summary="Begin a course")
async def create(body: CourseIn, session: Writing, actor: SignedIn) -> CourseOut:
    """Begin a course as a draft. Add lessons, then publish its content; prices are set there too."""
    details = body.changes()
    course = await courses.create(session, actor, title=details.pop("title"), slug=details.pop("slug", None), **details)
    return await _shown(session, course)


@router.get("", responses=problems(401), summary="List the courses you teach")
async def taught(
    session: Reading,
    actor: SignedIn,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> PageOut[CourseOut]:
    """The courses that you made or help to teach, newest first."""
    page = await courses.taught_by(session, actor, limit=limit, cursor=cursor)
    found = await courses.find(session, [content.id for content in page.items])
    items = [CourseOut.of(found[content.id], content) for content in page.items]
    return PageOut(items=items, next_cursor=page.next_cursor)


@router.get("/{course_id}", responses=problems(404), summary="Show a course")
async def show(course_id: CourseId, session: Reading, actor: CurrentActor) -> CourseOut:
    """A course that you may find: listed, taught by you, or learned by you."""
    view = await enrollments.view_course(session, actor, course_id, now=clock.now())
    return CourseOut.of(view.course, view.content)


@router.patch("/{course_id}", responses=problems(401, 404, 409), summary="Edit a course")
async def edit(course_id: CourseId, body: CourseChangesIn, session: Writing, actor: SignedIn) -> CourseOut:
    """Change how a course works. What it is called is changed with its content."""
    return await _shown(session, await courses.edit(session, actor, course_id, body.changes()))


@router.get("/{course_id}/outline", responses=problems(404), summary="Show the outline")
async def outline(course_id: CourseId, session: Reading, actor: CurrentActor) -> OutlineOut:
    """Every lesson in order, as you find it: open or why not, and how far you are. Visitors see which lessons are previews."""
    view = await enrollments.view_course(session, actor, course_id, now=clock.now())
    return OutlineOut(
        course=CourseOut.of(view.course, view.content),
        is_staff=view.is_staff,
        enrollment=EnrollmentOut.of(view.enrollment) if view.enrollment else None,
        next_lesson_id=view.next_step.lesson.id if view.next_step else None,
        items=[StepOut.of(step) for step in view.steps],
    )


@router.post("/{course_id}/duplicate", status_code=201, responses=problems(401, 403, 404), summary="Duplicate a course")
async def duplicate(course_id: CourseId, body: DuplicateIn, session: Writing, actor: SignedIn) -> CourseOut:
    """A draft with copies of the same lessons. The films that they show are the same ones; prices and learners stay."""
    return await _shown(session, await courses.duplicate(session, actor, course_id, title=body.title))


@router.put("/{course_id}/prerequisites", responses=problems(401, 404), summary="Say what comes first")
async def prerequisites(course_id: CourseId, body: PrerequisitesIn, session: Writing, actor: SignedIn) -> list[UUID]:
    """Name the courses that must be completed before this one is begun. Returns them."""
    await courses.set_prerequisites(session, actor, course_id, body.course_ids)
    return [content.id for content in await courses.prerequisites_of(session, course_id)]


@router.get("/{course_id}/prerequisites", responses=problems(401, 404), summary="List what comes first")
async def list_prerequisites(course_id: CourseId, session: Reading, actor: CurrentActor) -> list[UUID]:
    """The courses that must be completed before this one is begun."""
    await enrollments.view_course(session, actor, course_id, now=clock.now())
    return [content.id for content in await courses.prerequisites_of(session, course_id)]


async def _shown(session: AnySession, course: courses.Course) -> CourseOut:
    contents: dict[UUID, Any] = await catalog.contents_by_id(session, [course.id])
    return CourseOut.of(course, contents[course.id])
