"""What of a course is open to somebody, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tuition import access, catalog, identity
from tuition.identity import Actor
from tuition.kernel import Phrase
from tuition.learning import courses
from tuition.learning.courses import Course, Lesson, Node, Right
from tuition.learning.enrollments.actions.progress import open_progress
from tuition.learning.enrollments.errors import LessonLocked
from tuition.learning.enrollments.models import Enrollment, LessonProgress
from tuition.learning.enrollments.queries import missing_prerequisites, of_person, progress_of
from tuition.learning.enrollments.rules import LEARNING, Lock, LockReason, locks_of
from tuition.platform.database import AnySession, Session


@dataclass(frozen=True, slots=True)
class Step:
    """A lesson of the outline as one person finds it."""

    node: Node
    progress: LessonProgress | None
    lock: Lock | None
    """Why it is not open; none: it is."""

    @property
    def lesson(self) -> Lesson:
        """The lesson itself."""
        return self.node.lesson

    @property
    def is_done(self) -> bool:
        """Whether they have completed it."""
        return self.progress is not None and self.progress.completed_at is not None


@dataclass(frozen=True, slots=True)
class CourseView:
    """A course as one person finds it."""

    course: Course
    content: catalog.Content
    decision: access.Decision
    rights: frozenset[Right]
    enrollment: Enrollment | None
    steps: list[Step]
    missing: list[catalog.Content]
    """Courses that come first."""

    @property
    def is_staff(self) -> bool:
        """Whether they teach it: everything is open, and nothing is counted."""
        return bool(self.rights)

    @property
    def next_step(self) -> Step | None:
        """Where to go on: the lesson opened last if it is not done, else the first one that is open and not done."""
        readable = [step for step in self.steps if not step.lesson.is_heading and step.lock is None]
        last = self.enrollment.last_lesson_id if self.enrollment else None
        begun = next((step for step in readable if step.lesson.id == last and not step.is_done), None)
        return begun or next((step for step in readable if not step.is_done), readable[0] if readable else None)


@dataclass(frozen=True, slots=True)
class OpenLesson:
    """A lesson that this person may open, and what stands around it."""

    view: CourseView
    step: Step
    previous: Step | None
    next: Step | None

    @property
    def course(self) -> Course:
        """The course that it belongs to."""
        return self.view.course

    @property
    def lesson(self) -> Lesson:
        """The lesson, with its text."""
        return self.step.lesson

    @property
    def enrollment(self) -> Enrollment | None:
        """The learner's enrollment; none for the staff and for visitors of a preview."""
        return self.view.enrollment

    @property
    def progress(self) -> LessonProgress | None:
        """How far the learner was before."""
        return self.step.progress

    @property
    def is_staff(self) -> bool:
        """Whether somebody looks at it who teaches it."""
        return self.view.is_staff


async def view_course(session: AnySession, actor: Actor | None, course_id: UUID, *, now: datetime) -> CourseView:
    """A course with its outline as this person finds it. Raises ``courses.CourseUnknown``.

    Whoever learns in a course finds it also after it was archived or deleted; its staff finds drafts.
    """
    course = (await courses.find(session, [course_id])).get(course_id)
    if course is None:
        raise courses.CourseUnknown
    content = (await catalog.contents_by_id(session, [course_id]))[course_id]
    rights = await courses.rights_of(session, actor, course_id) if actor else frozenset()
    decision = await access.decide(session, actor, course_id, at=now)
    enrollment = await of_person(session, actor.id, course_id) if actor else None
    if not (rights or enrollment or decision.allowed or catalog.is_visible(content, actor)):
        raise courses.CourseUnknown
    nodes = await courses.outline(session, course_id, drafts=bool(rights))
    learns = enrollment is not None and enrollment.status in LEARNING
    progress = await progress_of(session, enrollment.id) if enrollment else {}
    missing = await missing_prerequisites(session, actor.id, course_id) if actor and not rights else []
    closed = None
    if not rights:
        closed = _closed(course, content, decision, learns=learns, missing=missing, now=now)
    locks = locks_of(
        [node.lesson for node in nodes],
        done={lesson_id for lesson_id, row in progress.items() if row.completed_at is not None},
        since=decision.since or (enrollment.enrolled_at if enrollment else None),
        closed=closed,
        previews=catalog.is_visible(content, None),
        is_sequential=course.is_sequential,
        now=now,
    )
    steps = [Step(node, progress.get(node.lesson.id), None if rights else locks.get(node.lesson.id)) for node in nodes]
    return CourseView(course, content, decision, rights, enrollment, steps, missing)


async def open_lesson(session: AnySession, actor: Actor | None, lesson_id: UUID, *, now: datetime) -> OpenLesson:
    """A lesson for somebody who may open it.

    Raises ``courses.LessonUnknown``; ``identity.SignInNeeded`` for a visitor; ``LessonLocked`` with the reason.
    """
    lesson = await courses.find_lesson(session, lesson_id)
    if lesson is None:
        raise courses.LessonUnknown
    try:
        view = await view_course(session, actor, lesson.course_id, now=now)
    except courses.CourseUnknown as error:
        raise courses.LessonUnknown from error
    step = next((step for step in view.steps if step.lesson.id == lesson_id), None)
    if step is None:
        raise courses.LessonUnknown
    if step.lock is not None:
        if actor is None:
            raise identity.SignInNeeded
        raise _locked(step.lock, view)
    return around(view, step)


def around(view: CourseView, step: Step) -> OpenLesson:
    """A step with what comes before and after it, headings left out."""
    readable = [item for item in view.steps if not item.lesson.is_heading or item is step]
    at = readable.index(step)
    before = readable[at - 1] if at else None
    return OpenLesson(view, step, before, readable[at + 1] if at + 1 < len(readable) else None)


async def begin_lesson(session: Session, opened: OpenLesson, now: datetime) -> None:
    """Remember that a learner has opened a lesson. Whoever teaches or only looks at a preview leaves no trace."""
    if opened.enrollment is not None and opened.enrollment.status in LEARNING and not opened.is_staff:
        await open_progress(session, opened.enrollment.id, opened.lesson.id, at=now)


async def require_open(session: AnySession, actor: Actor | None, content_id: UUID, *, now: datetime) -> None:
    """Raise ``LessonLocked`` when a content is to be played that is only to be had in courses, and in none of them yet.

    What stands on its own in the catalogue, and what no lesson shows, is none of this room's business; whether somebody has
    a right to it at all has been asked of ``access`` before.
    """
    content = (await catalog.contents_by_id(session, [content_id])).get(content_id)
    if content is None or content.visibility in list(catalog.LISTED):
        return
    lessons = await courses.lessons_showing(session, content_id)
    refusal: LessonLocked | None = None
    for lesson in lessons:
        try:
            await open_lesson(session, actor, lesson.id, now=now)
        except LessonLocked as error:
            refusal = refusal or error
        except courses.LessonUnknown:
            continue
        else:
            return
    if refusal is not None:
        raise refusal


def _closed(
    course: Course,
    content: catalog.Content,
    decision: access.Decision,
    *,
    learns: bool,
    missing: list[catalog.Content],
    now: datetime,
) -> Lock | None:
    """Why nothing of the course is open to this learner."""
    if content.taken_down_at is not None:
        return Lock(LockReason.TAKEN_DOWN)
    if not decision.allowed:
        return Lock(LockReason.NO_ACCESS)
    if not learns:
        return Lock(LockReason.NOT_ENROLLED)
    if course.starts_at is not None and course.starts_at > now:
        return Lock(LockReason.COURSE_CLOSED, opens_at=course.starts_at)
    if course.ends_at is not None and course.ends_at <= now:
        return Lock(LockReason.COURSE_CLOSED)
    if missing:
        return Lock(LockReason.PREREQUISITE, first_title=missing[0].title)
    return None


_SENTENCES = {
    LockReason.NOT_ENROLLED: Phrase("enrol in the course first."),
    LockReason.NO_ACCESS: Phrase("nothing that you have opens this course now."),
    LockReason.PREREQUISITE: Phrase("another course comes first."),
    LockReason.SEQUENCE: Phrase("an earlier lesson comes first."),
    LockReason.NOT_YET: Phrase("it opens on a later day."),
    LockReason.COURSE_CLOSED: Phrase("the course has not begun, or has ended."),
    LockReason.TAKEN_DOWN: Phrase("it was taken down."),
}


def _locked(lock: Lock, view: CourseView) -> LessonLocked:
    return LessonLocked(
        reason=_SENTENCES[lock.reason],
        lock=lock.reason,
        opens_at=lock.opens_at,
        first=lock.first_title,
        course=view.content.slug,
    )
