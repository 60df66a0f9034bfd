"""Finding attempts, and showing each person of them what they may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from tuition.identity import Actor, User
from tuition.learning import courses, questions
from tuition.learning.courses import Right
from tuition.learning.questions import AnyQuestion, Mark, QuestionVersion
from tuition.learning.quizzes import rules
from tuition.learning.quizzes.errors import AttemptUnknown
from tuition.learning.quizzes.models import Quiz, QuizAnswer, QuizAttempt, QuizScoreChange
from tuition.learning.quizzes.queries.quizzes import contents_of, get_quiz_for_staff, terms_for
from tuition.learning.quizzes.rules import AttemptStatus, GradingPolicy, ShowAnswers, Terms
from tuition.platform import paging
from tuition.platform.database import AnySession


@dataclass(frozen=True, slots=True)
class Held:
    """An attempt in somebody's hands."""

    attempt: QuizAttempt
    quiz: Quiz
    is_staff: bool
    """Whether they see it as somebody who grades, not as the one who made it."""

    def is_overdue(self, now: datetime) -> bool:
        """Whether it is in progress and its time is over: it must be handed in before it is shown."""
        return self.attempt.status == AttemptStatus.IN_PROGRESS and rules.is_over(self.attempt.deadline_at, now)


@dataclass(frozen=True, slots=True)
class Line:
    """One question of an attempt, as one person may see it."""

    answer: QuizAnswer
    kind: str
    html: str
    """The question itself; empty for a cloze, whose text is in its pieces."""
    presented: dict[str, Any]
    response: dict[str, Any] | None
    body: AnyQuestion
    """With the key. An edge takes from it what staff may see; learners get ``key`` and ``mark``."""
    key: dict[str, Any] | None = None
    """The right answer, if it may be seen."""
    mark: Mark | None = None
    """What is said to the response, if it may be seen."""
    explanation_html: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole attempt, as one person may see it."""

    held: Held
    terms: Terms
    lines: list[Line]
    answers_shown: bool

    @property
    def points_shown(self) -> bool:
        """Whether the points of each question may be seen: with the answers, or by staff."""
        return self.answers_shown


async def get_attempt_for(session: AnySession, actor: Actor, attempt_id: UUID) -> Held:
    """One's own attempt, or one of a course in which one grades or reads reports. Raises ``AttemptUnknown``."""
    attempt = await session.get(QuizAttempt, attempt_id)
    if attempt is None:
        raise AttemptUnknown
    quiz = await session.get_one(Quiz, attempt.quiz_id)
    if attempt.student_id == actor.id:
        return Held(attempt, quiz, is_staff=False)
    if not {Right.GRADE, Right.REPORTS} & await courses.rights_of(session, actor, quiz.course_id):
        raise AttemptUnknown
    return Held(attempt, quiz, is_staff=True)


async def sheet_of(session: AnySession, held: Held, *, now: datetime) -> Sheet:
    """What its holder may see of an attempt at this moment: a learner nothing of the key before the quiz allows it."""
    attempt, quiz = held.attempt, held.quiz
    terms = await terms_for(session, quiz, attempt.enrollment_id)
    shown = held.is_staff or rules.may_see_answers(
        ShowAnswers(quiz.show_answers),
        submitted=attempt.status != AttemptStatus.IN_PROGRESS,
        closes_at=terms.closes_at,
        now=now,
    )
    rows = (await session.execute(answers_with_versions(attempt.id))).all()
    lines = [_line(attempt, quiz, answer, questions.body_of(version), shown=shown) for answer, version in rows]
    return Sheet(held, terms, lines, shown)


async def preview_of(session: AnySession, quiz: Quiz, *, seed: str) -> list[Line]:
    """The questions as an attempt would show them, for staff to try out; those that are drawn are drawn by the seed."""
    contents = await contents_of(session, quiz.id)
    asked = {one.asked.question.id: (one.asked, one.row.points) for one in contents.listed}
    for draw in contents.draws:
        taken = await questions.draw(session, draw.bank_id, draw.tag, draw.count, seed=seed, without=list(asked))
        asked |= {key: (found, draw.points) for key, found in (await questions.newest(session, taken)).items()}
    attempt = QuizAttempt(seed=seed)
    answers = [
        (QuizAnswer(question_id=key, position=place, points_max=points, revision=0, needs_person=False, comment=""), found.body)
        for place, (key, (found, points)) in enumerate(asked.items(), 1)
    ]
    return [_line(attempt, quiz, answer, body, shown=False) for answer, body in answers]


def answers_with_versions(attempt_id: UUID) -> Select[QuizAnswer, QuestionVersion]:
    """The answers of an attempt with the questions they are to."""
    return (
        select(QuizAnswer, QuestionVersion)
        .join(QuestionVersion, QuestionVersion.id == func.coalesce(QuizAnswer.graded_version_id, QuizAnswer.version_id))
        .where(QuizAnswer.attempt_id == attempt_id)
        .order_by(QuizAnswer.position)
    )


def seed_of(attempt: QuizAttempt, answer: QuizAnswer) -> str:
    """What shuffles and hides the parts of one question in one attempt."""
    return f"{attempt.seed}/{answer.question_id}"


def _line(attempt: QuizAttempt, quiz: Quiz, answer: QuizAnswer, body: AnyQuestion, *, shown: bool) -> Line:
    seed = seed_of(attempt, answer)
    response = None if answer.response is None else body.shown(answer.response, seed)
    line = Line(
        answer=answer,
        kind=body.type,
        html="" if body.type == questions.QuestionType.CLOZE else questions.html(body.text),
        presented=body.present(seed, shuffle=quiz.shuffle_options),
        response=response,
        body=body,
    )
    if not shown:
        return line
    return Line(
        answer=answer,
        kind=line.kind,
        html=line.html,
        presented=line.presented,
        response=response,
        body=body,
        key=body.key(seed),
        mark=_veiled(body, answer, seed),
        explanation_html=questions.html(body.explanation) if body.explanation else "",
    )


def _veiled(body: AnyQuestion, answer: QuizAnswer, seed: str) -> Mark | None:
    """The mark with the names that the learner's page knows."""
    if answer.response is None:
        return None
    mark = body.mark(answer.response)
    return Mark(mark.share, {questions.veil(seed, name): share for name, share in mark.parts.items()}, mark.feedback)


async def attempts_of(session: AnySession, enrollment_id: UUID, quiz_id: UUID) -> list[QuizAttempt]:
    """A learner's attempts at a quiz, in their order."""
    query = select(QuizAttempt).where(QuizAttempt.enrollment_id == enrollment_id, QuizAttempt.quiz_id == quiz_id)
    return list(await session.scalars(query.order_by(QuizAttempt.attempt_number)))


async def result_for(session: AnySession, quiz: Quiz, enrollment_id: UUID) -> Decimal | None:
    """What a learner's graded attempts come to, in percent; none: there is no graded one."""
    query = select(QuizAttempt.percentage).where(
        QuizAttempt.enrollment_id == enrollment_id,
        QuizAttempt.quiz_id == quiz.id,
        QuizAttempt.status == AttemptStatus.GRADED,
    )
    found = [value for value in await session.scalars(query.order_by(QuizAttempt.attempt_number)) if value is not None]
    return rules.result_of(GradingPolicy(quiz.grading_policy), found)


@dataclass(frozen=True, slots=True)
class AttemptListed:
    """An attempt in a teacher's list."""

    attempt: QuizAttempt
    student_name: str


async def attempts_page(
    session: AnySession,
    actor: Actor,
    quiz_id: UUID,
    *,
    status: AttemptStatus | None = None,
    limit: int = paging.LIMIT_USUAL,
    cursor: str | None = None,
) -> paging.Page[AttemptListed]:
    """Every attempt at a quiz, the newest first, for its staff. Raises ``QuizUnknown``."""
    await get_quiz_for_staff(session, actor, quiz_id, Right.GRADE, Right.REPORTS)
    query = (
        select(QuizAttempt, User.full_name).join(User, User.id == QuizAttempt.student_id).where(QuizAttempt.quiz_id == quiz_id)
    )
    if status is not None:
        query = query.where(QuizAttempt.status == status)
    page = await paging.paginate(
        session, query, keys=[QuizAttempt.id.desc()], limit=limit, cursor=cursor, scope=f"attempts/{quiz_id}/{status}"
    )
    return paging.Page([AttemptListed(*row) for row in page.items], page.next_cursor)


async def score_changes_of(session: AnySession, attempt_id: UUID) -> list[QuizScoreChange]:
    """How the points of an attempt were changed after they had been given, the first change first."""
    query = select(QuizScoreChange).where(QuizScoreChange.attempt_id == attempt_id).order_by(QuizScoreChange.id)
    return list(await session.scalars(query.limit(paging.LIMIT_MAX)))


@dataclass(frozen=True, slots=True)
class ToGrade:
    """An answer that waits for a person."""

    answer: QuizAnswer
    attempt: QuizAttempt
    quiz: Quiz
    student_name: str
    words: str
    """The question."""


async def to_grade_page(
    session: AnySession,
    actor: Actor,
    *,
    quiz_id: UUID | None = None,
    course_id: UUID | None = None,
    limit: int = paging.LIMIT_USUAL,
    cursor: str | None = None,
) -> paging.Page[ToGrade]:
    """What waits for a person, the longest first: in a quiz or in a course. Raises ``QuizUnknown`` or ``CourseUnknown``."""
    assert (quiz_id is None) != (course_id is None), "one of the two"
    query = (
        select(QuizAnswer, QuizAttempt, Quiz, User.full_name, questions.Question.words)
        .join(QuizAttempt, QuizAttempt.id == QuizAnswer.attempt_id)
        .join(Quiz, Quiz.id == QuizAttempt.quiz_id)
        .join(User, User.id == QuizAttempt.student_id)
        .join(questions.Question, questions.Question.id == QuizAnswer.question_id)
        .where(QuizAnswer.needs_person, QuizAnswer.points.is_(None))
    )
    if quiz_id is not None:
        await get_quiz_for_staff(session, actor, quiz_id, Right.GRADE)
        query = query.where(Quiz.id == quiz_id)
    else:
        assert course_id is not None, "see above"
        await courses.get_for_staff(session, actor, course_id, Right.GRADE)
        query = query.where(Quiz.course_id == course_id)
    page = await paging.paginate(
        session, query, keys=[QuizAnswer.id], limit=limit, cursor=cursor, scope=f"to-grade/{quiz_id}/{course_id}"
    )
    return paging.Page([ToGrade(*row) for row in page.items], page.next_cursor)


async def count_to_grade(session: AnySession, quiz_id: UUID) -> int:
    """How many answers wait for a person."""
    query = (
        select(func.count())
        .select_from(QuizAnswer)
        .join(QuizAttempt, QuizAttempt.id == QuizAnswer.attempt_id)
        .where(QuizAnswer.needs_person, QuizAnswer.points.is_(None), QuizAttempt.quiz_id == quiz_id)
    )
    return int(await session.scalar(query) or 0)
