"""How a course is graded, and a result set by hand."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from tuition.identity import Actor
from tuition.kernel import new_id
from tuition.learning import courses, enrollments
from tuition.learning.courses import Lesson, Right
from tuition.learning.enrollments import Enrollment
from tuition.learning.gradebook.errors import CategoryUnknown, GradebookInvalid, ItemUnknown
from tuition.learning.gradebook.models import Gradebook, GradeCategory, GradeItem, GradeOverride
from tuition.learning.gradebook.queries import GRADED
from tuition.platform import audit
from tuition.platform.database import Session

CATEGORIES_MAX = 50
LETTERS_MAX = 20
LETTER_LENGTH_MAX = 10
WEIGHT_MAX = Decimal(9999)
TITLE_LENGTH_MAX = 200
REASON_LENGTH_MAX = 1000


async def add_category(
    session: Session, actor: Actor, course_id: UUID, *, title: str, weight: Decimal = Decimal(1), drop_lowest: int = 0
) -> GradeCategory:
    """Add a kind of work. Raises ``courses.CourseUnknown``, ``GradebookInvalid``."""
    await courses.get_for_staff(session, actor, course_id, Right.GRADE, lock=True)
    count = await session.scalar(select(func.count()).where(GradeCategory.course_id == course_id)) or 0
    if count >= CATEGORIES_MAX:
        raise GradebookInvalid(field="categories", reason=f"at most {CATEGORIES_MAX}.")
    category = GradeCategory(id=new_id(), course_id=course_id, order_index=count, title="", weight=weight)
    await _fill(session, category, title=title, weight=weight, drop_lowest=drop_lowest)
    session.add(category)
    await session.flush()  # the caller shows the row
    return category


async def edit_category(
    session: Session, actor: Actor, course_id: UUID, category_id: UUID, *, title: str, weight: Decimal, drop_lowest: int
) -> GradeCategory:
    """Change it. Raises ``CategoryUnknown``, ``GradebookInvalid``."""
    category = await _category(session, actor, course_id, category_id)
    await _fill(session, category, title=title, weight=weight, drop_lowest=drop_lowest)
    return category


async def remove_category(session: Session, actor: Actor, course_id: UUID, category_id: UUID) -> None:
    """Take it away; what was in it is in none. Raises ``CategoryUnknown``."""
    category = await _category(session, actor, course_id, category_id)
    await session.execute(update(GradeItem).where(GradeItem.category_id == category.id).values(category_id=None))
    await session.execute(delete(GradeCategory).where(GradeCategory.id == category.id))


async def set_item(
    session: Session,
    actor: Actor,
    course_id: UUID,
    lesson_id: UUID,
    *,
    category_id: UUID | None,
    weight: Decimal = Decimal(1),
    is_hidden: bool = False,
) -> GradeItem:
    """Say how a graded lesson counts. Raises ``ItemUnknown``, ``CategoryUnknown``, ``GradebookInvalid``."""
    await courses.get_for_staff(session, actor, course_id, Right.GRADE)
    await _graded_lesson(session, course_id, lesson_id)
    if category_id is not None:
        await _category(session, actor, course_id, category_id)
    values = {"category_id": category_id, "weight": _weight(weight), "is_hidden": is_hidden}
    statement = insert(GradeItem).values(lesson_id=lesson_id, course_id=course_id, **values)
    statement = statement.on_conflict_do_update(index_elements=[GradeItem.lesson_id], set_=values)
    made = await session.scalars(statement.returning(GradeItem), execution_options={"populate_existing": True})
    return made.one()


async def configure(
    session: Session, actor: Actor, course_id: UUID, *, is_released: bool, letters: Sequence[tuple[str, Decimal]]
) -> Gradebook:
    """Whether learners see their grades, and which letters there are."""
    await courses.get_for_staff(session, actor, course_id, Right.GRADE)
    values = {"is_released": is_released, "letters": _letters(letters)}
    statement = insert(Gradebook).values(course_id=course_id, **values)
    statement = statement.on_conflict_do_update(index_elements=[Gradebook.course_id], set_=values)
    made = await session.scalars(statement.returning(Gradebook), execution_options={"populate_existing": True})
    return made.one()


async def override(
    session: Session,
    actor: Actor,
    course_id: UUID,
    lesson_id: UUID,
    enrollment_id: UUID,
    *,
    percentage: Decimal | None,
    reason: str,
) -> GradeOverride:
    """Set a learner's result by hand, or excuse them (no percentage). The reason is kept, and the audit log too.

    Raises ``courses.CourseUnknown``, ``ItemUnknown``, ``enrollments.EnrollmentUnknown``, ``GradebookInvalid``.
    """
    await courses.get_for_staff(session, actor, course_id, Right.GRADE)
    await _graded_lesson(session, course_id, lesson_id)
    enrollment = await session.get(Enrollment, enrollment_id)
    if enrollment is None or enrollment.course_id != course_id:
        raise enrollments.EnrollmentUnknown
    if percentage is not None and (not percentage.is_finite() or not 0 <= percentage <= 100):
        raise GradebookInvalid(field="percentage", reason="between 0 and 100.")
    said = " ".join(reason.split())
    if not 1 <= len(said) <= REASON_LENGTH_MAX:
        raise GradebookInvalid(field="reason", reason="say why; it is kept with the grade.")
    rounded = None if percentage is None else percentage.quantize(Decimal("0.01"))
    values = {"percentage": rounded, "reason": said, "set_by": actor.id}
    statement = insert(GradeOverride).values(id=new_id(), lesson_id=lesson_id, enrollment_id=enrollment_id, **values)
    statement = statement.on_conflict_do_update(
        index_elements=[GradeOverride.lesson_id, GradeOverride.enrollment_id], set_=values
    )
    made = await session.scalars(statement.returning(GradeOverride), execution_options={"populate_existing": True})
    details = {"lesson_id": str(lesson_id), "percentage": None if rounded is None else str(rounded)}
    await audit.record(session, actor.id, "gradebook.overridden", subject=("enrollment", enrollment_id), details=details)
    return made.one()


async def remove_override(session: Session, actor: Actor, course_id: UUID, lesson_id: UUID, enrollment_id: UUID) -> None:
    """What was earned counts again."""
    await courses.get_for_staff(session, actor, course_id, Right.GRADE)
    await _graded_lesson(session, course_id, lesson_id)
    gone = await session.execute(
        delete(GradeOverride)
        .where(GradeOverride.lesson_id == lesson_id, GradeOverride.enrollment_id == enrollment_id)
        .returning(GradeOverride.id)
    )
    if gone.all():
        details = {"lesson_id": str(lesson_id)}
        await audit.record(
            session, actor.id, "gradebook.override_removed", subject=("enrollment", enrollment_id), details=details
        )


async def _category(session: Session, actor: Actor, course_id: UUID, category_id: UUID) -> GradeCategory:
    await courses.get_for_staff(session, actor, course_id, Right.GRADE)
    category = await session.get(GradeCategory, category_id)
    if category is None or category.course_id != course_id:
        raise CategoryUnknown
    return category


async def _graded_lesson(session: Session, course_id: UUID, lesson_id: UUID) -> Lesson:
    lesson = await session.get(Lesson, lesson_id)
    if lesson is None or lesson.course_id != course_id or lesson.lesson_type not in GRADED:
        raise ItemUnknown
    return lesson


async def _fill(session: Session, category: GradeCategory, *, title: str, weight: Decimal, drop_lowest: int) -> None:
    said = " ".join(title.split())
    if not 1 <= len(said) <= TITLE_LENGTH_MAX:
        raise GradebookInvalid(field="title", reason=f"give it between 1 and {TITLE_LENGTH_MAX} letters.")
    taken = select(GradeCategory.id).where(
        GradeCategory.course_id == category.course_id, GradeCategory.title == said, GradeCategory.id != category.id
    )
    with session.no_autoflush:
        if await session.scalar(taken) is not None:
            raise GradebookInvalid(field="title", reason="there is one of that name.")
    if not 0 <= drop_lowest <= 100:
        raise GradebookInvalid(field="drop_lowest", reason="between 0 and 100.")
    category.title, category.weight, category.drop_lowest = said, _weight(weight), drop_lowest


def _weight(weight: Decimal) -> Decimal:
    if not weight.is_finite() or not 0 <= weight <= WEIGHT_MAX:
        raise GradebookInvalid(field="weight", reason=f"between 0 and {WEIGHT_MAX}.")
    return weight


def _letters(letters: Sequence[tuple[str, Decimal]]) -> list[list[str]]:
    if len(letters) > LETTERS_MAX or len({letter for letter, _ in letters}) != len(letters):
        raise GradebookInvalid(field="letters", reason=f"each letter once, at most {LETTERS_MAX}.")
    made = []
    for letter, bound in sorted(letters, key=lambda pair: pair[1], reverse=True):
        try:
            fits = 1 <= len(letter.strip()) <= LETTER_LENGTH_MAX and 0 <= bound <= 100
        except InvalidOperation:
            fits = False
        if not fits:
            raise GradebookInvalid(field="letters", reason="a letter and the percentage from which it is given.")
        made.append([letter.strip(), str(bound)])
    return made
