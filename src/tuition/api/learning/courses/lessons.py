"""Lessons: writing them, putting them in order, opening and completing them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from tuition import access, catalog
from tuition.api.catalog.uploads import FileIn, UploadOut
from tuition.api.learning.courses.shapes import ID_EXAMPLE, CourseId, Input, LessonId, LessonOut, ProgressOut, StepOut
from tuition.edge import CurrentActor, EdgeRoute, Reading, Services, SignedIn, Writing, problems
from tuition.kernel import clock
from tuition.learning import courses, enrollments
from tuition.learning.courses import LessonType, Right
from tuition.platform.database import AnySession

router = APIRouter(prefix="/v1", tags=["Lessons"], route_class=EdgeRoute)


class LessonChangesIn(Input):
    """What a lesson says. What is left out stays as it is."""

    title: str = Field(default="", min_length=1, max_length=500, examples=["The first breath"])
    slug: str = Field(default="", max_length=200, examples=["the-first-breath"])
    description: str = Field(default="", max_length=5_000)
    body: str = Field(default="", max_length=500_000, description="Its text, in Markdown. A text without any is a heading.")
    content_id: UUID | None = Field(default=None, description="What it shows, of your contents.", examples=[None])
    video_url: str | None = Field(default=None, max_length=2_000, examples=[None])
    duration_minutes: int | None = Field(default=None, ge=0, le=10_000)
    is_preview: bool = Field(default=False, description="Open to everybody while the course can be found.")
    is_required: bool = True
    is_published: bool = True
    opens_at: AwareDatetime | None = Field(default=None, examples=[None])
    opens_after_days: int | None = Field(default=None, ge=0, le=3_660, description="After a learner was first given the course.")


class LessonIn(LessonChangesIn):
    """A new lesson."""

    title: str = Field(min_length=1, max_length=500, examples=["The first breath"])
    lesson_type: LessonType = LessonType.TEXT
    parent_lesson_id: UUID | None = Field(default=None, examples=[None])
    index: int | None = Field(default=None, ge=0, le=1_000, description="Its place below the parent; null: the last.")


class MoveIn(Input):
    """Where a lesson goes."""

    parent_lesson_id: UUID | None = Field(default=None, examples=[None])
    index: int = Field(ge=0, le=1_000, description="Its place among the lessons there, from 0; too large: the last.")


class PlaceIn(Input):
    """A lesson and what it stands below."""

    lesson_id: UUID = Field(examples=[ID_EXAMPLE])
    parent_lesson_id: UUID | None = Field(default=None, examples=[None])


class OrderIn(Input):
    """The whole outline in its new order."""

    items: list[PlaceIn] = Field(max_length=1_000)


class OrderOut(BaseModel):
    """The outline as it stands."""

    items: list[LessonOut]


class LessonOpenOut(BaseModel):
    """A lesson that is open to you, with its text."""

    step: StepOut
    body_html: str
    body: str | None = Field(description="As it was written; for the staff only.")
    previous_lesson_id: UUID | None
    next_lesson_id: UUID | None

    @classmethod
    def of(cls, opened: enrollments.OpenLesson) -> LessonOpenOut:
        """How an open lesson is shown."""
        return cls(
            step=StepOut.of(opened.step),
            body_html=opened.lesson.body_html,
            body=opened.lesson.body if opened.is_staff else None,
            previous_lesson_id=opened.previous.lesson.id if opened.previous else None,
            next_lesson_id=opened.next.lesson.id if opened.next else None,
        )


class ReadingIn(Input):
    """How long somebody has read."""

    seconds: int = Field(ge=0, le=3_600, description="Since the last report; a minute counts at most.")


@router.post("/courses/{course_id}/lessons", status_code=201, responses=problems(401, 404), summary="Add a lesson")
async def add(course_id: CourseId, body: LessonIn, session: Writing, actor: SignedIn) -> LessonOut:
    """Add a lesson to a course that you may write."""
    details = body.changes()
    parent_id, index = details.pop("parent_lesson_id", None), details.pop("index", None)
    title, slug = details.pop("title"), details.pop("slug", None)
    details.pop("lesson_type", None)
    lesson = await courses.add_lesson(
        session, actor, course_id, body.lesson_type, title=title, slug=slug, parent_id=parent_id, index=index, **details
    )
    return await _placed(session, lesson)


@router.put("/courses/{course_id}/outline", responses=problems(401, 404, 409), summary="Reorder the outline")
async def reorder(course_id: CourseId, body: OrderIn, session: Writing, actor: SignedIn) -> OrderOut:
    """Put every lesson in a new order at once. 409 when somebody changed the outline meanwhile."""
    await courses.reorder(session, actor, course_id, [(item.lesson_id, item.parent_lesson_id) for item in body.items])
    return OrderOut(items=[LessonOut.of(node) for node in await courses.outline(session, course_id, drafts=True)])


@router.get("/lessons/{lesson_id}", responses=problems(401, 403, 404), summary="Show a lesson")
async def show(lesson_id: LessonId, session: Reading, actor: CurrentActor) -> LessonOpenOut:
    """A lesson that is open to you, with its text. 403 says why it is not, and what would open it. Leaves no trace."""
    return LessonOpenOut.of(await enrollments.open_lesson(session, actor, lesson_id, now=clock.now()))


@router.post("/lessons/{lesson_id}/open", responses=problems(401, 403, 404), summary="Open a lesson")
async def open_(lesson_id: LessonId, session: Writing, actor: SignedIn) -> LessonOpenOut:
    """Show a lesson and remember that you have begun it."""
    now = clock.now()
    opened = await enrollments.open_lesson(session, actor, lesson_id, now=now)
    await enrollments.begin_lesson(session, opened, now)
    await access.record_visit(session, actor.id, opened.course.id, at=now)
    return LessonOpenOut.of(opened)


@router.patch("/lessons/{lesson_id}", responses=problems(401, 404, 409), summary="Edit a lesson")
async def edit(lesson_id: LessonId, body: LessonChangesIn, session: Writing, actor: SignedIn) -> LessonOut:
    """Change a lesson of a course that you may write."""
    return await _placed(session, await courses.edit_lesson(session, actor, lesson_id, body.changes()))


@router.delete("/lessons/{lesson_id}", status_code=204, responses=problems(401, 404, 409), summary="Delete a lesson")
async def delete(lesson_id: LessonId, session: Writing, actor: SignedIn) -> None:
    """Take a lesson, and what is below it, out of its course, with what people did there."""
    await courses.delete_lesson(session, actor, lesson_id)


@router.post("/lessons/{lesson_id}/move", responses=problems(401, 404), summary="Move a lesson")
async def move(lesson_id: LessonId, body: MoveIn, session: Writing, actor: SignedIn) -> OrderOut:
    """Move a lesson, with what is below it, and return the outline as it is then."""
    await courses.move_lesson(session, actor, lesson_id, parent_id=body.parent_lesson_id, index=body.index)
    course, _lesson = await courses.get_lesson_for_staff(session, actor, lesson_id, Right.OUTLINE)
    return OrderOut(items=[LessonOut.of(node) for node in await courses.outline(session, course.id, drafts=True)])


@router.post("/lessons/{lesson_id}/complete", responses=problems(401, 403, 404, 409), summary="Complete a lesson")
async def complete(lesson_id: LessonId, session: Writing, actor: SignedIn) -> ProgressOut | None:
    """Say that you have done a lesson. Films and quizzes say so themselves (409). Again is no change; null for the staff."""
    opened = await enrollments.mark_complete(session, actor, lesson_id, now=clock.now())
    if opened.enrollment is None or opened.is_staff:
        return None
    rows: dict[UUID, Any] = await enrollments.progress_of(session, opened.enrollment.id)
    return ProgressOut.of(rows[lesson_id]) if lesson_id in rows else None


@router.post("/lessons/{lesson_id}/reading", status_code=204, responses=problems(401, 403, 404), summary="Report reading time")
async def reading(lesson_id: LessonId, body: ReadingIn, session: Writing, actor: SignedIn) -> None:
    """Say how long you have read since you last said so. However many tabs say it, time passes once."""
    await enrollments.report_reading(session, actor, lesson_id, seconds=body.seconds, now=clock.now())


@router.post(
    "/lessons/{lesson_id}/uploads",
    status_code=201,
    responses=problems(401, 403, 404, 409, 413),
    summary="Announce a lesson's file",
)
async def begin_file(lesson_id: LessonId, body: FileIn, session: Writing, actor: SignedIn, services: Services) -> UploadOut:
    """The film, recording or document of a lesson. Then send its bytes with `PUT /v1/uploads/{id}` and finish with `…/complete`.

    It becomes a content of yours that opens with the course and is not sold alone; the lesson shows it as soon as it is ready.
    """
    limits = catalog.UploadLimits(services.settings.upload_max_bytes, services.settings.image_max_bytes)
    return UploadOut.of(await courses.begin_file(session, actor, lesson_id, limits=limits, **body.model_dump()))


async def _placed(session: AnySession, lesson: courses.Lesson) -> LessonOut:
    nodes = await courses.outline(session, lesson.course_id, drafts=True)
    return LessonOut.of(next(node for node in nodes if node.lesson.id == lesson.id))
