"""Finding assignments and hand-ins, and what is due for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from tuition.identity import Actor, User
from tuition.learning import courses
from tuition.learning.assignments.errors import AssignmentUnknown, SubmissionUnknown
from tuition.learning.assignments.models import Assignment, AssignmentOverride, Submission, SubmissionFile
from tuition.learning.assignments.rules import (
    CountedAttempt,
    Dates,
    LatePolicy,
    SubmissionStatus,
    dates_for,
    is_closed,
    result_of,
)
from tuition.learning.courses import Right
from tuition.learning.enrollments import CourseGroup, CourseGroupMember, Enrollment
from tuition.platform import paging
from tuition.platform.database import AnySession


@dataclass(frozen=True, slots=True)
class Held:
    """A hand-in with everything around it."""

    submission: Submission
    assignment: Assignment
    enrollment: Enrollment
    is_staff: bool
    """Whether who looks may grade it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A hand-in that somebody has to grade."""

    submission: Submission
    assignment: Assignment
    student_id: UUID
    student_name: str


async def find(session: AnySession, assignment_id: UUID) -> Assignment:
    """An assignment, for whomever; the caller asks who may see it. Raises ``AssignmentUnknown``."""
    assignment = await session.get(Assignment, assignment_id)
    if assignment is None:
        raise AssignmentUnknown
    return assignment


async def of_lesson(session: AnySession, lesson_id: UUID) -> Assignment | None:
    """The assignment of a lesson."""
    found: Assignment | None = await session.scalar(select(Assignment).where(Assignment.lesson_id == lesson_id))
    return found


async def get_for_staff(session: AnySession, actor: Actor, assignment_id: UUID, *any_of: Right) -> Assignment:
    """An assignment of a course in which this person has one of these rights (none named: may change it).

    Raises ``AssignmentUnknown`` for everybody else.
    """
    assignment = await session.get(Assignment, assignment_id)
    wanted = frozenset(any_of) or frozenset({Right.OUTLINE})
    if assignment is None or not wanted & await courses.rights_of(session, actor, assignment.course_id):
        raise AssignmentUnknown
    return assignment


async def following(session: AnySession, course_id: UUID) -> dict[UUID, list[Assignment]]:
    """Which assignments of a course follow which rubric."""
    query = select(Assignment).where(Assignment.course_id == course_id, Assignment.rubric_id.is_not(None))
    found: dict[UUID, list[Assignment]] = {}
    for assignment in await session.scalars(query.order_by(Assignment.title, Assignment.id)):
        assert assignment.rubric_id is not None, "asked for"
        found.setdefault(assignment.rubric_id, []).append(assignment)
    return found


async def dates_of(session: AnySession, assignment: Assignment, enrollment_id: UUID | None) -> Dates:
    """What is due when, for this learner."""
    if enrollment_id is None:
        return Dates(assignment.due_at, assignment.closes_at)
    return (await dates_of_several(session, [assignment], [enrollment_id]))[assignment.id]


async def dates_of_several(
    session: AnySession, several: Sequence[Assignment], enrollment_ids: Sequence[UUID]
) -> dict[UUID, Dates]:
    """What is due when, in several courses of one learner: by assignment, in one query."""
    member = CourseGroupMember.enrollment_id.in_(list(enrollment_ids))
    groups = select(CourseGroupMember.group_id).where(member)
    theirs = or_(AssignmentOverride.enrollment_id.in_(list(enrollment_ids)), AssignmentOverride.group_id.in_(groups))
    ids = [assignment.id for assignment in several]
    rows = await session.scalars(select(AssignmentOverride).where(AssignmentOverride.assignment_id.in_(ids), theirs))
    own: dict[UUID, Dates] = {}
    grouped: dict[UUID, list[Dates]] = {}
    for row in rows:
        dates = Dates(row.due_at, row.closes_at)
        if row.enrollment_id is not None:
            own[row.assignment_id] = dates
        else:
            grouped.setdefault(row.assignment_id, []).append(dates)
    return {one.id: dates_for(Dates(one.due_at, one.closes_at), grouped.get(one.id, []), own.get(one.id)) for one in several}


def closed(assignment: Assignment, dates: Dates, now: datetime) -> bool:
    """Whether nothing is taken any more under these dates."""
    grace = timedelta(minutes=assignment.grace_minutes)
    return is_closed(now, dates, policy=LatePolicy(assignment.late_policy), grace=grace)


async def get_submission_for(session: AnySession, actor: Actor, submission_id: UUID) -> Held:
    """A hand-in: its author's own, or, once it is handed in, for who grades in its course. Raises ``SubmissionUnknown``."""
    row = (
        await session.execute(
            select(Submission, Assignment, Enrollment)
            .join(Assignment, Assignment.id == Submission.assignment_id)
            .join(Enrollment, Enrollment.id == Submission.enrollment_id)
            .where(Submission.id == submission_id)
        )
    ).one_or_none()
    if row is None:
        raise SubmissionUnknown
    submission, assignment, enrollment = row
    if enrollment.student_id == actor.id:
        return Held(submission, assignment, enrollment, is_staff=False)
    is_draft = submission.status == SubmissionStatus.DRAFT
    if is_draft or not await courses.may(session, actor, assignment.course_id, Right.GRADE):
        raise SubmissionUnknown
    return Held(submission, assignment, enrollment, is_staff=True)


async def submissions_of(session: AnySession, assignment_id: UUID, enrollment_id: UUID) -> list[Submission]:
    """A learner's hand-ins, the newest first."""
    query = select(Submission).where(Submission.assignment_id == assignment_id, Submission.enrollment_id == enrollment_id)
    return list(await session.scalars(query.order_by(Submission.attempt.desc())))


async def result_for(session: AnySession, assignment: Assignment, enrollment_id: UUID) -> Decimal | None:
    """What a learner's graded hand-ins come to, in percent; none: there is no graded one."""
    rows = reversed(await submissions_of(session, assignment.id, enrollment_id))
    return result_of(CountedAttempt(assignment.counted_attempt), [row.percentage for row in rows if row.percentage is not None])


async def files_of(session: AnySession, submission_id: UUID) -> list[SubmissionFile]:
    """The files of a hand-in, and those that were given back with it, in the order in which they came."""
    query = select(SubmissionFile).where(SubmissionFile.submission_id == submission_id).order_by(SubmissionFile.id)
    return list(await session.scalars(query))


async def get_file_for(session: AnySession, actor: Actor, file_id: UUID) -> SubmissionFile:
    """A file, for the author of the hand-in and for who grades it. Raises ``SubmissionUnknown``."""
    found = await session.get(SubmissionFile, file_id)
    if found is None:
        raise SubmissionUnknown
    await get_submission_for(session, actor, found.submission_id)
    return found


async def waiting_page(
    session: AnySession,
    actor: Actor,
    course_id: UUID,
    *,
    assignment_id: UUID | None = None,
    limit: int = paging.LIMIT_USUAL,
    cursor: str | None = None,
) -> paging.Page[Waiting]:
    """What waits to be graded in a course, the longest first, for who may grade there."""
    await courses.get_for_staff(session, actor, course_id, Right.GRADE)
    query = (
        select(Submission, Assignment, Enrollment.student_id, User.full_name)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .join(Enrollment, Enrollment.id == Submission.enrollment_id)
        .join(User, User.id == Enrollment.student_id)
        .where(Assignment.course_id == course_id, Submission.status == SubmissionStatus.SUBMITTED.value)
    )
    if assignment_id is not None:
        query = query.where(Assignment.id == assignment_id)
    scope = f"assignments.waiting/{course_id}/{assignment_id}"
    keys = [Submission.submitted_at, Submission.id]
    page = await paging.paginate(session, query, keys=keys, limit=limit, cursor=cursor, scope=scope)
    return paging.Page([Waiting(*row) for row in page.items], page.next_cursor)


async def count_waiting(session: AnySession, course_id: UUID) -> int:
    """How many hand-ins of a course wait to be graded."""
    query = select(func.count()).select_from(Submission).join(Assignment, Assignment.id == Submission.assignment_id)
    waiting = and_(Assignment.course_id == course_id, Submission.status == SubmissionStatus.SUBMITTED.value)
    return await session.scalar(query.where(waiting)) or 0


async def overrides_of(session: AnySession, assignment_id: UUID) -> list[tuple[AssignmentOverride, str]]:
    """Who has other dates: each override with the name of its learner or group."""
    query = (
        select(AssignmentOverride, func.coalesce(CourseGroup.name, User.full_name))
        .outerjoin(CourseGroup, CourseGroup.id == AssignmentOverride.group_id)
        .outerjoin(Enrollment, Enrollment.id == AssignmentOverride.enrollment_id)
        .outerjoin(User, User.id == Enrollment.student_id)
        .where(AssignmentOverride.assignment_id == assignment_id)
        .order_by(AssignmentOverride.id)
    )
    return [(row, name) for row, name in await session.execute(query)]
