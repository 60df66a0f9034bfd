"""What teachers do with a quiz: its rules, its questions, draws, and exceptions for single learners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from tuition.identity import Actor
from tuition.kernel import Phrase, new_id
from tuition.learning import enrollments, questions
from tuition.learning.courses import Right
from tuition.learning.questions import AnyQuestion
from tuition.learning.quizzes.actions.attempts import extend_running
from tuition.learning.quizzes.errors import QuizEmpty, QuizInvalid, QuizUnknown
from tuition.learning.quizzes.models import Quiz, QuizDraw, QuizOverride, QuizQuestion
from tuition.learning.quizzes.queries.quizzes import get_quiz_for_staff
from tuition.learning.quizzes.rules import QUESTIONS_MAX, GradingPolicy, QuizType, ShowAnswers
from tuition.platform import jobs
from tuition.platform.database import Session

CHANGEABLE = frozenset(
    """
    title description quiz_type passing_score time_limit_minutes max_attempts grading_policy shuffle_questions
    shuffle_options show_answers opens_at closes_at is_published
    """.split()  # noqa: SIM905  # twelve quoted names are harder to read
)
DRAWS_MAX = 20
OVERRIDES_MAX = 2000
TITLE_MAX = 500
DESCRIPTION_MAX = 20_000
MINUTES_MAX = 10_080
ATTEMPTS_MAX = 1000
REGRADE_JOB = "quizzes.regrade"


async def edit_quiz(session: Session, actor: Actor, quiz_id: UUID, changes: Mapping[str, Any]) -> Quiz:
    """Change its rules. Attempts in progress keep their questions; more time reaches them, less does not.

    Raises ``QuizUnknown``, ``QuizInvalid``, ``QuizEmpty`` (published without a question).
    """
    quiz = await get_quiz_for_staff(session, actor, quiz_id, Right.OUTLINE)
    unknown = set(changes) - CHANGEABLE
    assert not unknown, f"a quiz has no {unknown}"
    for name, value in changes.items():
        setattr(quiz, name, value)
    _check(quiz)
    if quiz.is_published and not await _has_questions(session, quiz_id):
        raise QuizEmpty
    if {"time_limit_minutes", "closes_at"} & set(changes):
        # The new deadlines are read from the database.
        await session.flush()
        await extend_running(session, quiz)
    return quiz


def _check(quiz: Quiz) -> None:
    quiz.title = " ".join(quiz.title.split())
    wrong = {
        Phrase("its title has between 1 and {most} letters.", most=TITLE_MAX): not 1 <= len(quiz.title) <= TITLE_MAX,
        Phrase("its description has at most {most} letters.", most=DESCRIPTION_MAX): len(quiz.description) > DESCRIPTION_MAX,
        Phrase("it is passed with 0 to 100 percent."): not 0 <= quiz.passing_score <= 100,
        Phrase("its time is 1 to {most} minutes.", most=MINUTES_MAX): not _within(quiz.time_limit_minutes, MINUTES_MAX),
        Phrase("it has 1 to {most} attempts.", most=ATTEMPTS_MAX): not _within(quiz.max_attempts, ATTEMPTS_MAX),
        Phrase("it closes after it opens."): bool(quiz.opens_at and quiz.closes_at and quiz.closes_at <= quiz.opens_at),
        Phrase("there is no such policy."): quiz.grading_policy not in set(GradingPolicy)
        or quiz.show_answers not in set(ShowAnswers)
        or quiz.quiz_type not in set(QuizType),
    }
    for reason, is_so in wrong.items():
        if is_so:
            raise QuizInvalid(reason=reason)


def _within(value: int | None, most: int) -> bool:
    return value is None or 1 <= value <= most


async def add_to_quiz(
    session: Session, actor: Actor, quiz_id: UUID, question_ids: Sequence[UUID], *, points: Decimal | None = None
) -> list[QuizQuestion]:
    """Let everybody get these questions, after those that are there. What is there already stays where it is.

    Raises ``QuizUnknown``, ``QuestionUnknown``, ``QuizInvalid``.
    """
    quiz = await _locked(session, actor, quiz_id)
    there = list(await session.scalars(select(QuizQuestion.question_id).where(QuizQuestion.quiz_id == quiz.id)))
    new = [question_id for question_id in dict.fromkeys(question_ids) if question_id not in set(there)]
    if len(there) + len(new) > QUESTIONS_MAX:
        raise QuizInvalid(reason=Phrase("it has at most {most} questions.", most=QUESTIONS_MAX))
    last = await session.scalar(select(func.max(QuizQuestion.order_index)).where(QuizQuestion.quiz_id == quiz.id))
    added = []
    for place, question_id in enumerate(new, 0 if last is None else last + 1):
        asked = await questions.get_question_for(session, actor, question_id)
        worth = asked.question.points if points is None else questions.clean_points(points)
        added.append(QuizQuestion(id=new_id(), quiz_id=quiz.id, question_id=question_id, points=worth, order_index=place))
    session.add_all(added)
    # Whoever reads the quiz in this transaction finds them.
    await session.flush()
    return added


async def write_question(
    session: Session, actor: Actor, quiz_id: UUID, body: AnyQuestion, *, points: Decimal = Decimal(1), tags: Sequence[str] = ()
) -> questions.Question:
    """Write a question into the quiz's own bank, and ask it. Raises as ``add_to_quiz``."""
    quiz = await get_quiz_for_staff(session, actor, quiz_id, Right.OUTLINE)
    question = await questions.add_question(session, actor, quiz.bank_id, body, points=points, tags=tags)
    await add_to_quiz(session, actor, quiz_id, [question.id])
    return question


async def change_points(session: Session, actor: Actor, quiz_id: UUID, question_id: UUID, points: Decimal) -> QuizQuestion:
    """What a question is worth in attempts that begin from now on. Raises ``QuizUnknown``, ``QuestionInvalid``."""
    row = await _row(session, actor, quiz_id, question_id)
    row.points = questions.clean_points(points)
    return row


async def remove_from_quiz(session: Session, actor: Actor, quiz_id: UUID, question_id: UUID) -> None:
    """Ask it no more in this quiz. It stays in its bank, and in attempts that have it. Raises ``QuizUnknown``."""
    row = await _row(session, actor, quiz_id, question_id)
    await session.delete(row)


async def reorder(session: Session, actor: Actor, quiz_id: UUID, question_ids: Sequence[UUID]) -> None:
    """Put all its questions into this order. Raises ``QuizUnknown``, ``QuizInvalid``."""
    quiz = await _locked(session, actor, quiz_id)
    rows = {row.question_id: row for row in await session.scalars(select(QuizQuestion).where(QuizQuestion.quiz_id == quiz.id))}
    if sorted(rows) != sorted(question_ids):
        raise QuizInvalid(reason="the order names each of its questions once.")
    for place, question_id in enumerate(question_ids):
        rows[question_id].order_index = place


async def add_draw(
    session: Session, actor: Actor, quiz_id: UUID, bank_id: UUID, *, count: int, tag: str = "", points: Decimal = Decimal(1)
) -> QuizDraw:
    """Draw so many questions of a bank for each attempt. Raises ``QuizUnknown``, ``BankUnknown``, ``QuizInvalid``."""
    quiz = await _locked(session, actor, quiz_id)
    bank = await questions.get_bank_for(session, actor, bank_id)
    kept = " ".join(tag.split()).lower()
    there = await session.scalar(select(func.count()).select_from(QuizDraw).where(QuizDraw.quiz_id == quiz.id))
    if (there or 0) >= DRAWS_MAX:
        raise QuizInvalid(reason=Phrase("it draws at most {most} times.", most=DRAWS_MAX))
    enough = await questions.count_questions(session, bank.id, kept)
    if not 1 <= count <= min(enough, 100):
        raise QuizInvalid(reason=Phrase("the bank has {enough} such questions; draw between 1 and 100 of them.", enough=enough))
    made = QuizDraw(id=new_id(), quiz_id=quiz.id, bank_id=bank.id, tag=kept, count=count, points=questions.clean_points(points))
    session.add(made)
    # Whoever reads the quiz in this transaction finds it.
    await session.flush()
    return made


async def remove_draw(session: Session, actor: Actor, quiz_id: UUID, draw_id: UUID) -> None:
    """Draw them no more. Raises ``QuizUnknown``."""
    quiz = await get_quiz_for_staff(session, actor, quiz_id, Right.OUTLINE)
    await session.execute(delete(QuizDraw).where(QuizDraw.quiz_id == quiz.id, QuizDraw.id == draw_id))


async def set_override(
    session: Session,
    actor: Actor,
    quiz_id: UUID,
    *,
    enrollment_id: UUID | None = None,
    group_id: UUID | None = None,
    extra_minutes: int = 0,
    extra_attempts: int = 0,
    closes_at: datetime | None = None,
) -> QuizOverride | None:
    """Other rules for one learner or one group; all at nothing: the quiz's own again. An attempt in progress gets them at once.

    Raises ``QuizUnknown``, ``QuizInvalid``.
    """
    quiz = await get_quiz_for_staff(session, actor, quiz_id, Right.OUTLINE, Right.GRADE)
    if (enrollment_id is None) == (group_id is None):
        raise QuizInvalid(reason="an exception is for one learner or for one group.")
    if not 0 <= extra_minutes <= MINUTES_MAX or not 0 <= extra_attempts <= ATTEMPTS_MAX:
        raise QuizInvalid(
            reason=Phrase("at most {minutes} minutes and {attempts} attempts more.", minutes=MINUTES_MAX, attempts=ATTEMPTS_MAX)
        )
    await _check_in_course(session, quiz.course_id, enrollment_id, group_id)
    same = QuizOverride.enrollment_id == enrollment_id if group_id is None else QuizOverride.group_id == group_id
    await session.execute(delete(QuizOverride).where(QuizOverride.quiz_id == quiz.id, same))
    made: QuizOverride | None = None
    if extra_minutes or extra_attempts or closes_at is not None:
        made = QuizOverride(
            id=new_id(),
            quiz_id=quiz.id,
            enrollment_id=enrollment_id,
            group_id=group_id,
            extra_minutes=extra_minutes,
            extra_attempts=extra_attempts,
            closes_at=closes_at,
        )
        session.add(made)
    # The new deadlines are read from the database.
    await session.flush()
    await extend_running(session, quiz)
    return made


async def regrade(session: Session, actor: Actor, question_id: UUID) -> None:
    """Mark every handed-in answer to a question again, by its newest key; a job does it. Raises ``QuestionUnknown``."""
    found = await questions.get_question_for(session, actor, question_id)
    await jobs.record_progress(session, ("question", found.question.id), REGRADE_JOB, done=0, total=0)
    await jobs.defer(
        session, REGRADE_JOB, lock=f"regrade/{question_id}", question_id=str(found.question.id), person_id=str(actor.id)
    )


async def make_quiz(session: Session, *, lesson_id: UUID, course_id: UUID, title: str, owner_id: UUID) -> Quiz:
    """The quiz of a new lesson, with a bank of its own."""
    bank = await questions.open_bank(session, owner_id, title=title[:255], course_id=course_id)
    quiz = Quiz(id=new_id(), lesson_id=lesson_id, course_id=course_id, bank_id=bank.id, title=title[:TITLE_MAX])
    session.add(quiz)
    # Whoever opens the lesson in this transaction finds it.
    await session.flush()
    return quiz


async def copy_quiz(session: Session, quiz: Quiz, *, lesson_id: UUID, course_id: UUID, owner_id: UUID) -> Quiz:
    """The same quiz for another lesson: rules, its own questions anew, draws of its own bank from the new one."""
    made = await make_quiz(session, lesson_id=lesson_id, course_id=course_id, title=quiz.title, owner_id=owner_id)
    for name in CHANGEABLE:
        setattr(made, name, getattr(quiz, name))
    rows = list(await session.scalars(select(QuizQuestion).where(QuizQuestion.quiz_id == quiz.id)))
    own = select(questions.Question.id).where(
        questions.Question.bank_id == quiz.bank_id, questions.Question.archived_at.is_(None)
    )
    copies = await questions.copy_questions(session, list(await session.scalars(own)), made.bank_id, owner_id)
    session.add_all(
        QuizQuestion(
            id=new_id(),
            quiz_id=made.id,
            question_id=copies.get(row.question_id, row.question_id),
            points=row.points,
            order_index=row.order_index,
            question_metadata=row.question_metadata,
        )
        for row in rows
    )
    for draw in await session.scalars(select(QuizDraw).where(QuizDraw.quiz_id == quiz.id).order_by(QuizDraw.id)):
        bank_id = made.bank_id if draw.bank_id == quiz.bank_id else draw.bank_id
        session.add(QuizDraw(id=new_id(), quiz_id=made.id, bank_id=bank_id, tag=draw.tag, count=draw.count, points=draw.points))
    return made


async def _locked(session: Session, actor: Actor, quiz_id: UUID) -> Quiz:
    """Two who change the questions of one quiz do it one after the other."""
    quiz = await get_quiz_for_staff(session, actor, quiz_id, Right.OUTLINE)
    await session.refresh(quiz, with_for_update=True)
    return quiz


async def _row(session: Session, actor: Actor, quiz_id: UUID, question_id: UUID) -> QuizQuestion:
    quiz = await get_quiz_for_staff(session, actor, quiz_id, Right.OUTLINE)
    query = select(QuizQuestion).where(QuizQuestion.quiz_id == quiz.id, QuizQuestion.question_id == question_id)
    row: QuizQuestion | None = await session.scalar(query)
    if row is None:
        raise QuizUnknown
    return row


async def _has_questions(session: Session, quiz_id: UUID) -> bool:
    named = select(QuizQuestion.id).where(QuizQuestion.quiz_id == quiz_id).exists()
    drawn = select(QuizDraw.id).where(QuizDraw.quiz_id == quiz_id).exists()
    return bool(await session.scalar(select(named | drawn)))


async def _check_in_course(session: Session, course_id: UUID, enrollment_id: UUID | None, group_id: UUID | None) -> None:
    enrollment, group = enrollments.Enrollment, enrollments.CourseGroup
    found = await session.scalar(
        select(enrollment.id).where(enrollment.id == enrollment_id, enrollment.course_id == course_id)
        if group_id is None
        else select(group.id).where(group.id == group_id, group.course_id == course_id)
    )
    if found is None:
        raise QuizInvalid(reason="there is no such learner or group in its course.")
