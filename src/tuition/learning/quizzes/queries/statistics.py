"""How hard each question is, and whether it tells those who know from those who do not."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Integer, Numeric, case, cast, func, select

from tuition.identity import Actor
from tuition.learning import questions
from tuition.learning.courses import Right
from tuition.learning.quizzes.models import QuizAnswer, QuizAttempt
from tuition.learning.quizzes.queries.quizzes import get_quiz_for_staff
from tuition.learning.quizzes.rules import AttemptStatus
from tuition.platform.database import AnySession

ATTEMPTS_NEEDED = 10
"""Fewer attempts tell nothing about a question."""
BARS = 10


@dataclass(frozen=True, slots=True)
class QuestionStatistics:
    """One question over all graded attempts of a quiz.

    *Facility* is the mean share of its points that was reached: 1 is easy, 0 is hard. *Discrimination* is the correlation of
    the question's share with the share of the rest of the attempt (the corrected item-total correlation; for a question that
    is right or wrong it is the point-biserial one), between -1 and 1: about 0.3 and more is good, and below 0 those who know
    more do worse, so that its key deserves a look. Both as in R. L. Ebel and D. A. Frisbie, Essentials of Educational
    Measurement, 5th edition (1991), chapter 13; the correlation with the rest instead of the whole as in S. Henrysson,
    Correction of item-total correlations in item analysis, Psychometrika 28 (1963).
    """

    question_id: UUID
    words: str
    question_type: str
    attempts: int
    blank: int
    """How many left it empty."""
    facility: Decimal | None
    discrimination: Decimal | None
    """None when everybody did equally well, or too few tried."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """A quiz in figures."""

    attempts: int
    average: Decimal | None
    """In percent."""
    passed: int
    median_seconds: int | None
    scores: list[int]
    """How many attempts reached 0-10 %, 10-20 %, … 90-100 %."""
    questions: list[QuestionStatistics]


async def statistics_of(session: AnySession, actor: Actor, quiz_id: UUID) -> Statistics:
    """A quiz in figures, over its graded attempts, for its staff: three queries, however many attempts there are."""
    await get_quiz_for_staff(session, actor, quiz_id, Right.REPORTS, Right.GRADE)
    graded = (QuizAttempt.quiz_id == quiz_id, QuizAttempt.status == AttemptStatus.GRADED)
    middle = func.percentile_cont(0.5).within_group(QuizAttempt.time_taken_seconds)
    whole = (
        await session.execute(
            select(
                func.count(),
                func.round(func.avg(QuizAttempt.percentage), 2),
                func.count().filter(QuizAttempt.is_passed.is_(True)),
                cast(func.round(cast(middle, Numeric)), Integer),
            ).where(*graded)
        )
    ).one()
    bar = func.least(func.div(QuizAttempt.percentage, 100 // BARS), BARS - 1)
    rows = await session.execute(
        select(cast(bar, Integer).label("bar"), func.count().label("total")).where(*graded).group_by(bar)
    )
    counts = {row.bar: row.total for row in rows}
    scores = [counts.get(number, 0) for number in range(BARS)]
    attempts, average, passed, median = whole
    return Statistics(attempts, average, passed, median, scores, await _questions(session, quiz_id))


async def _questions(session: AnySession, quiz_id: UUID) -> list[QuestionStatistics]:
    share = QuizAnswer.points / QuizAnswer.points_max
    rest = (QuizAttempt.score - QuizAnswer.points) / func.nullif(QuizAttempt.max_score - QuizAnswer.points_max, 0)
    query = (
        select(
            QuizAnswer.question_id,
            questions.Question.words,
            questions.Question.question_type,
            func.count(),
            func.count().filter(QuizAnswer.response.is_(None)),
            func.round(cast(func.avg(share), Numeric), 3),
            case((func.count() >= ATTEMPTS_NEEDED, func.round(cast(func.corr(share, rest), Numeric), 3)), else_=None),
        )
        .join(QuizAttempt, QuizAttempt.id == QuizAnswer.attempt_id)
        .join(questions.Question, questions.Question.id == QuizAnswer.question_id)
        .where(QuizAttempt.quiz_id == quiz_id, QuizAttempt.status == AttemptStatus.GRADED)
        .group_by(QuizAnswer.question_id, questions.Question.words, questions.Question.question_type)
        .order_by(func.avg(share), QuizAnswer.question_id)
    )
    return [QuestionStatistics(*row) for row in (await session.execute(query)).all()]
