"""A course's gradebook, read from what quizzes and assignments know, in a number of queries that does not grow with the class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from tuition.identity import Actor, User
from tuition.learning import assignments, courses, enrollments, packages, quizzes
from tuition.learning.assignments import Assignment, CountedAttempt, Submission, SubmissionStatus
from tuition.learning.courses import Lesson, LessonType, Right
from tuition.learning.enrollments import LEARNING, Enrollment, EnrollmentStatus, LessonProgress
from tuition.learning.gradebook.errors import GradesHidden
from tuition.learning.gradebook.models import Gradebook, GradeCategory, GradeItem, GradeOverride
from tuition.learning.gradebook.rules import Category, Result, letter_of, spread, total
from tuition.learning.packages import PackageLesson
from tuition.learning.quizzes import AttemptStatus, GradingPolicy, Quiz, QuizAttempt, QuizType
from tuition.platform import paging
from tuition.platform.database import AnySession

GRADED = (LessonType.QUIZ.value, LessonType.ASSIGNMENT.value, LessonType.PACKAGE.value)
AWAY = timedelta(days=14)
HELP_BELOW = Decimal(50)
HELP_MAX = 50


@dataclass(frozen=True, slots=True)
class Item:
    """A graded lesson, and how it counts."""

    lesson: Lesson
    category_id: UUID | None
    weight: Decimal
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One learner's result in one lesson."""

    percentage: Decimal | None
    """What counts; ``None`` for nothing yet, or excused."""
    earned: Decimal | None
    """What the quiz or the assignment came to."""
    override: GradeOverride | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One learner's results."""

    enrollment: Enrollment
    name: str
    cells: dict[UUID, Cell]
    total: Decimal | None
    letter: str


@dataclass(frozen=True, slots=True)
class Book:
    """The gradebook of a course, without its learners."""

    settings: Gradebook
    categories: list[GradeCategory]
    items: list[Item]

    @property
    def letters(self) -> list[list[str]]:
        """The letters and from where each is given."""
        return [[str(letter), str(bound)] for letter, bound in self.settings.letters]


@dataclass(frozen=True, slots=True)
class Stop:
    """A lesson, and how many have completed it."""

    lesson: Lesson
    completed: int


@dataclass(frozen=True, slots=True)
class Struggling:
    """Somebody who may need help, and why."""

    enrollment: Enrollment
    name: str
    is_away: bool
    grade: Decimal | None


@dataclass(frozen=True, slots=True)
class Report:
    """How a class is doing."""

    learners: int
    completed: int
    progress: list[int]
    """How many learners are in each tenth of the course."""
    stops: list[Stop]
    struggling: list[Struggling] = field(default_factory=list)


async def book_of(session: AnySession, course_id: UUID) -> Book:
    """How a course is graded. The caller has asked who may see it."""
    settings = await session.get(Gradebook, course_id)
    categories = await session.scalars(
        select(GradeCategory).where(GradeCategory.course_id == course_id).order_by(GradeCategory.order_index, GradeCategory.id)
    )
    rows = await session.execute(
        select(Lesson, GradeItem)
        .outerjoin(GradeItem, GradeItem.lesson_id == Lesson.id)
        .outerjoin(Quiz, Quiz.lesson_id == Lesson.id)
        .outerjoin(PackageLesson, PackageLesson.lesson_id == Lesson.id)
        .where(
            Lesson.course_id == course_id,
            Lesson.lesson_type.in_(GRADED),
            Lesson.is_published,
            or_(Quiz.id.is_(None), Quiz.quiz_type == QuizType.GRADED.value),
            or_(PackageLesson.lesson_id.is_(None), PackageLesson.is_graded),
        )
        .order_by(Lesson.order_index)
    )
    items = [
        Item(lesson, row.category_id if row else None, row.weight if row else Decimal(1), is_hidden=bool(row and row.is_hidden))
        for lesson, row in rows
    ]
    return Book(settings or Gradebook(course_id=course_id, is_released=True, letters=[]), list(categories), items)


async def rows_of(session: AnySession, book: Book, learners: Sequence[tuple[Enrollment, str]]) -> list[Row]:
    """The results of these learners: in as many queries, however many they are."""
    ids = [enrollment.id for enrollment, _ in learners]
    earned = await _earned(session, ids, [item.lesson.id for item in book.items])
    found = await session.scalars(select(GradeOverride).where(GradeOverride.enrollment_id.in_(ids)))
    overrides = {(row.enrollment_id, row.lesson_id): row for row in found}
    made = []
    for enrollment, name in learners:
        cells = {}
        for item in book.items:
            key = (enrollment.id, item.lesson.id)
            override, own = overrides.get(key), earned.get(key)
            cells[item.lesson.id] = Cell(override.percentage if override else own, own, override)
        whole = _total(book, cells, book.items)
        made.append(Row(enrollment, name, cells, whole, letter_of(whole, book.letters)))
    return made


async def grades_page(
    session: AnySession, actor: Actor, course_id: UUID, *, limit: int = paging.LIMIT_USUAL, cursor: str | None = None
) -> tuple[Book, paging.Page[Row]]:
    """The gradebook with a page of learners, for who may grade there. Raises ``courses.CourseUnknown``."""
    await courses.get_for_staff(session, actor, course_id, Right.GRADE)
    book = await book_of(session, course_id)
    page = await enrollments.of_course(session, course_id, limit=limit, cursor=cursor)
    rows = await rows_of(session, book, [(enrollment, person.full_name) for enrollment, person in page.items])
    return book, paging.Page(rows, page.next_cursor)


async def own_grades(session: AnySession, actor: Actor, course_id: UUID) -> tuple[Book, Row]:
    """A learner's own results, as far as they are released. Raises ``EnrollmentUnknown``, ``GradesHidden``."""
    enrollment = await enrollments.of_person(session, actor.id, course_id)
    if enrollment is None:
        raise enrollments.EnrollmentUnknown
    book = await book_of(session, course_id)
    if not book.settings.is_released:
        raise GradesHidden
    shown = Book(book.settings, book.categories, [item for item in book.items if not item.is_hidden])
    return shown, (await rows_of(session, shown, [(enrollment, actor.full_name)]))[0]


async def report_of(session: AnySession, actor: Actor, course_id: UUID, *, now: datetime) -> Report:
    """How a class is doing, for who may see reports. Raises ``courses.CourseUnknown``."""
    await courses.get_for_staff(session, actor, course_id, Right.REPORTS)
    learning = [status.value for status in LEARNING]
    in_course = and_(Enrollment.course_id == course_id, Enrollment.status.in_(learning))
    counted = (
        await session.execute(
            select(Enrollment.progress_percentage, Enrollment.status, func.count())
            .where(in_course)
            .group_by(Enrollment.progress_percentage, Enrollment.status)
        )
    ).all()
    done = (
        select(LessonProgress.lesson_id, func.count().label("completed"))
        .join(Enrollment, Enrollment.id == LessonProgress.enrollment_id)
        .where(in_course, LessonProgress.completed_at.is_not(None))
        .group_by(LessonProgress.lesson_id)
        .subquery()
    )
    stops = await session.execute(
        select(Lesson, func.coalesce(done.c.completed, 0))
        .outerjoin(done, done.c.lesson_id == Lesson.id)
        .where(Lesson.course_id == course_id, Lesson.is_published, ~Lesson.is_heading)
        .order_by(Lesson.order_index)
    )
    return Report(
        learners=sum(row[2] for row in counted),
        completed=sum(row[2] for row in counted if row[1] == EnrollmentStatus.COMPLETED),
        progress=spread([row[0] for row in counted for _ in range(row[2])]),
        stops=[Stop(lesson, completed) for lesson, completed in stops],
        struggling=await _struggling(session, course_id, now=now),
    )


async def _struggling(session: AnySession, course_id: UUID, *, now: datetime) -> list[Struggling]:
    found = await session.execute(
        select(Enrollment, User.full_name)
        .join(User, User.id == Enrollment.student_id)
        .where(Enrollment.course_id == course_id, Enrollment.status == EnrollmentStatus.ACTIVE.value)
        .order_by(Enrollment.last_accessed_at.asc().nulls_first(), Enrollment.id)
        .limit(HELP_MAX * 4)
    )
    learners = [(enrollment, name) for enrollment, name in found]
    book = await book_of(session, course_id)
    made = []
    for row in await rows_of(session, book, learners):
        is_away = (row.enrollment.last_accessed_at or row.enrollment.enrolled_at) < now - AWAY
        if is_away or (row.total is not None and row.total < HELP_BELOW):
            made.append(Struggling(row.enrollment, row.name, is_away=is_away, grade=row.total))
    return made[:HELP_MAX]


async def _earned(session: AnySession, enrollment_ids: list[UUID], lesson_ids: list[UUID]) -> dict[tuple[UUID, UUID], Decimal]:
    attempts = await session.execute(
        select(QuizAttempt.enrollment_id, Quiz.lesson_id, Quiz.grading_policy, QuizAttempt.percentage)
        .join(Quiz, Quiz.id == QuizAttempt.quiz_id)
        .where(
            QuizAttempt.enrollment_id.in_(enrollment_ids),
            Quiz.lesson_id.in_(lesson_ids),
            QuizAttempt.status == AttemptStatus.GRADED.value,
        )
        .order_by(QuizAttempt.attempt_number)
    )
    several: dict[tuple[UUID, UUID], list[Decimal]] = defaultdict(list)
    policies: dict[UUID, GradingPolicy] = {}
    for enrollment_id, lesson_id, policy, percentage in attempts:
        assert percentage is not None, "what is graded has a result"
        several[enrollment_id, lesson_id].append(percentage)
        policies[lesson_id] = GradingPolicy(policy)
    found: dict[tuple[UUID, UUID], Decimal] = {}
    for key, percentages in several.items():
        result = quizzes.result_of(policies[key[1]], percentages)
        assert result is not None, "there was an attempt"
        found[key] = result
    handed_in = await session.execute(
        select(Submission.enrollment_id, Assignment.lesson_id, Assignment.counted_attempt, Submission.percentage)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .where(
            Submission.enrollment_id.in_(enrollment_ids),
            Assignment.lesson_id.in_(lesson_ids),
            Submission.status == SubmissionStatus.GRADED.value,
        )
        .order_by(Submission.attempt)
    )
    graded: dict[tuple[UUID, UUID, str], list[Decimal]] = defaultdict(list)
    for enrollment_id, lesson_id, counted, percentage in handed_in:
        assert percentage is not None, "what is graded has a result"
        graded[enrollment_id, lesson_id, counted].append(percentage)
    for (enrollment_id, lesson_id, counted), percentages in graded.items():
        came_to = assignments.result_of(CountedAttempt(counted), percentages)
        assert came_to is not None, "there was a grade"
        found[enrollment_id, lesson_id] = came_to
    played = await packages.results_of(session, enrollment_ids, lesson_ids)
    return found | {key: result.score for key, result in played.items() if result.score is not None}


def _total(book: Book, cells: dict[UUID, Cell], items: Sequence[Item]) -> Decimal | None:
    results = []
    for item in items:
        percentage = cells[item.lesson.id].percentage
        if percentage is not None:
            results.append(Result(item.category_id, item.weight, percentage))
    return total(results, [Category(row.id, row.weight, row.drop_lowest) for row in book.categories])
