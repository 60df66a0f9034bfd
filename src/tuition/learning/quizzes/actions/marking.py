"""What an attempt comes to: by the key, by a person, and again when the key was wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select, update

from tuition import messaging
from tuition.identity import Actor
from tuition.kernel import Phrase, clock, new_id
from tuition.learning import courses, enrollments, questions
from tuition.learning.courses import Right
from tuition.learning.questions import AnyQuestion
from tuition.learning.quizzes import rules
from tuition.learning.quizzes.errors import AttemptUnknown, GradeInvalid, NotHandedIn
from tuition.learning.quizzes.events import AttemptGraded, AttemptSubmitted
from tuition.learning.quizzes.models import Quiz, QuizAnswer, QuizAttempt, QuizScoreChange
from tuition.learning.quizzes.queries.attempts import answers_with_versions, get_attempt_for, result_for
from tuition.learning.quizzes.rules import AttemptStatus, HandedInBy, QuizType
from tuition.platform import events
from tuition.platform.database import Session

COMMENT_MAX = 10_000
REGRADED_MAX = 1_000_000
REASON_GRADED_AGAIN = "graded_again"
REASON_KEY_CORRECTED = "key_corrected"


async def mark_attempt(session: Session, attempt: QuizAttempt, quiz: Quiz, now: datetime) -> None:
    """Mark what needs no person, and say what it comes to. Three statements, however many questions it has."""
    rows = (await session.execute(answers_with_versions(attempt.id))).all()
    marked: list[dict[str, Any]] = []
    score, waiting = Decimal(0), False
    for answer, version in rows:
        share = _share(questions.body_of(version), answer)
        points = None if share is None else questions.points_for(share, answer.points_max)
        marked.append({"id": answer.id, "points": points, "needs_person": share is None, "graded_version_id": version.id})
        score, waiting = score + (points or 0), waiting or share is None
        # Written by the statement below, all at once; who looks again reads it again.
        session.expire(answer)
    await session.execute(update(QuizAnswer), marked)
    assert attempt.submitted_at is not None, "it is handed in"
    await events.publish(session, AttemptSubmitted(attempt.id, quiz.id, attempt.enrollment_id, waiting, attempt.submitted_at))
    await _settle(session, attempt, quiz, score, waiting=waiting, now=now)
    if attempt.handed_in_by == HandedInBy.DEADLINE:
        title = "Your quiz was handed in"
        message = "The time for “{title}” was over. What you had saved counts."
        await _tell(session, attempt, quiz, title, message)


async def grade_answer(
    session: Session,
    actor: Actor,
    attempt_id: UUID,
    position: int,
    *,
    points: Decimal | None = None,
    levels: Mapping[str, str] | None = None,
    comment: str | None = None,
) -> QuizAttempt:
    """Grade an answer by hand: by the levels of its rubric, or by points, which count more if both are given.

    What the key gave can be changed too. Raises ``AttemptUnknown``, ``NotHandedIn``, ``GradeInvalid``, ``RubricInvalid``.
    """
    held = await get_attempt_for(session, actor, attempt_id)
    if not await courses.may(session, actor, held.quiz.course_id, Right.GRADE):
        raise AttemptUnknown
    attempt, now = held.attempt, clock.now()
    await session.refresh(attempt, with_for_update=True)
    if attempt.status == AttemptStatus.IN_PROGRESS:
        raise NotHandedIn
    row = (await session.execute(answers_with_versions(attempt_id).where(QuizAnswer.position == position))).one_or_none()
    if row is None:
        raise AttemptUnknown
    answer, version = row
    given = _points_by_hand(questions.body_of(version), answer.points_max, points, levels)
    if comment is not None and len(comment) > COMMENT_MAX:
        raise GradeInvalid(reason=Phrase("the comment has at most {most} letters.", most=COMMENT_MAX))
    if answer.points is not None and answer.points != given:
        session.add(_change(answer, given, REASON_GRADED_AGAIN, actor.id, now))
    answer.points, answer.graded_by, answer.graded_at = given, actor.id, now
    answer.levels = dict(levels) if levels else None
    answer.comment = comment if comment is not None else answer.comment
    # The sum below reads it.
    await session.flush()
    was_graded = attempt.status == AttemptStatus.GRADED
    await _sum_up(session, attempt, held.quiz, now)
    if attempt.status == AttemptStatus.GRADED and not was_graded:
        title = "Your quiz is graded"
        message = "“{title}”: {percentage} %."
        await _tell(session, attempt, held.quiz, title, message, percentage=attempt.percentage)
    return attempt


async def regrade_attempt(session: Session, attempt_id: UUID, question_id: UUID, person_id: UUID) -> bool:
    """Mark one answer again by the newest key; what a person has graded stays. Whether the points changed.

    Again changes nothing.
    """
    attempt = await session.get(QuizAttempt, attempt_id, with_for_update=True, populate_existing=True)
    if attempt is None or attempt.status == AttemptStatus.IN_PROGRESS:
        return False
    newest = (await questions.newest(session, [question_id]))[question_id]
    query = select(QuizAnswer).where(QuizAnswer.attempt_id == attempt_id, QuizAnswer.question_id == question_id)
    answer = (await session.scalars(query)).one()
    if answer.graded_version_id == newest.version.id or answer.graded_by is not None:
        return False
    now, quiz = clock.now(), await session.get_one(Quiz, attempt.quiz_id)
    share, before = _share(newest.body, answer), answer.points
    answer.graded_version_id = newest.version.id
    if share is None or before is None:
        return False
    given = questions.points_for(share, answer.points_max)
    if given == before:
        return False
    session.add(_change(answer, given, REASON_KEY_CORRECTED, person_id, now))
    answer.points = given
    # The sum below reads it.
    await session.flush()
    shown_before = attempt.percentage
    await _sum_up(session, attempt, quiz, now)
    title = "Your score was corrected"
    message = "A question of “{title}” was marked again: your score is {after} % instead of {before} %."
    await _tell(session, attempt, quiz, title, message, before=shown_before, after=attempt.percentage)
    return True


async def to_regrade(session: Session, question_id: UUID, *, after: UUID | None, limit: int) -> list[UUID]:
    """Handed-in attempts that hold an answer to a question by an older key, in order."""
    newest = (await questions.newest(session, [question_id]))[question_id]
    query = (
        select(QuizAttempt.id)
        .join(QuizAnswer, and_(QuizAnswer.attempt_id == QuizAttempt.id, QuizAnswer.question_id == question_id))
        .where(
            QuizAttempt.status != AttemptStatus.IN_PROGRESS,
            QuizAnswer.graded_version_id.is_distinct_from(newest.version.id),
            QuizAnswer.graded_by.is_(None),
            # What was left empty is worth nothing by any key, and what was erased keeps its points.
            QuizAnswer.response.is_not(None),
        )
    )
    if after is not None:
        query = query.where(QuizAttempt.id > after)
    return list(await session.scalars(query.order_by(QuizAttempt.id).limit(limit)))


def _share(body: AnyQuestion, answer: QuizAnswer) -> Fraction | None:
    """What an answer is worth; an empty one nothing, without anybody having to look."""
    return Fraction(0) if answer.response is None else body.mark(answer.response).share


def _points_by_hand(body: AnyQuestion, points_max: Decimal, points: Decimal | None, levels: Mapping[str, str] | None) -> Decimal:
    by_levels: Decimal | None = None
    if levels:
        if not isinstance(body, questions.Essay) or body.rubric is None:
            raise GradeInvalid(reason="this question has no rubric.")
        by_levels = questions.points_for(body.rubric.share(levels), points_max)
    given = points if points is not None else by_levels
    if given is None:
        raise GradeInvalid(reason="give points, or choose a level for every criterion.")
    if not given.is_finite() or not 0 <= given <= points_max or given != round(given, 2):
        raise GradeInvalid(reason=Phrase("give between 0 and {most} points, in hundredths.", most=points_max))
    return given.quantize(rules.HUNDREDTH)


def _change(answer: QuizAnswer, given: Decimal, reason: str, person_id: UUID, now: datetime) -> QuizScoreChange:
    assert answer.points is not None, "only points that were given can change"
    return QuizScoreChange(
        id=new_id(),
        attempt_id=answer.attempt_id,
        position=answer.position,
        points_before=answer.points,
        points_after=given,
        reason=reason,
        changed_by=person_id,
        changed_at=now,
    )


async def _sum_up(session: Session, attempt: QuizAttempt, quiz: Quiz, now: datetime) -> None:
    query = select(func.coalesce(func.sum(QuizAnswer.points), 0), func.count().filter(QuizAnswer.points.is_(None)))
    score, waiting = (await session.execute(query.where(QuizAnswer.attempt_id == attempt.id))).one()
    await _settle(session, attempt, quiz, score or Decimal(0), waiting=bool(waiting), now=now)


async def _settle(session: Session, attempt: QuizAttempt, quiz: Quiz, score: Decimal, *, waiting: bool, now: datetime) -> None:
    """Write down what an attempt comes to; when nobody has to look any more, let its lesson know."""
    attempt.score = score.quantize(rules.HUNDREDTH)
    attempt.percentage = percentage = rules.percentage_of(score, attempt.max_score)
    if waiting:
        return
    attempt.status = AttemptStatus.GRADED
    attempt.graded_at = now
    attempt.is_passed = is_passed = percentage >= quiz.passing_score
    # The result is read from the database.
    await session.flush()
    result = await result_for(session, quiz, attempt.enrollment_id)
    assert result is not None, "this attempt is graded"
    if quiz.quiz_type == QuizType.PRACTICE or result >= quiz.passing_score:
        await enrollments.complete_lesson(session, attempt.enrollment_id, quiz.lesson_id, at=now, score=result)
    graded = AttemptGraded(attempt.id, quiz.id, quiz.lesson_id, attempt.enrollment_id, percentage, is_passed, now)
    await events.publish(session, graded)


async def _tell(session: Session, attempt: QuizAttempt, quiz: Quiz, title: str, message: str, **fields: Decimal | None) -> None:
    await messaging.notify(
        session,
        attempt.student_id,
        "system",
        title=title,
        message=message,
        fields={"title": quiz.title, **fields},
        action_url=f"/quizzes/attempts/{attempt.id}",
        action_label="See the result",
    )
