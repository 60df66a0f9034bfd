"""Beginning, answering, handing in. The server's clock alone says when an attempt ends."""

from __future__ import annotations

import secrets as chance
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select

from tuition.identity import Actor
from tuition.kernel import clock, new_id
from tuition.learning import enrollments, questions
from tuition.learning.questions import QuestionVersion
from tuition.learning.quizzes import rules
from tuition.learning.quizzes.actions import marking
from tuition.learning.quizzes.errors import (
    AnswerStale,
    AttemptOver,
    AttemptsUsedUp,
    AttemptUnknown,
    EnrollFirst,
    QuizClosed,
    QuizEmpty,
    QuizNotYetOpen,
    QuizUnknown,
)
from tuition.learning.quizzes.models import Quiz, QuizAnswer, QuizAttempt
from tuition.learning.quizzes.queries.attempts import Held, attempts_of, get_attempt_for, result_for, seed_of
from tuition.learning.quizzes.queries.quizzes import contents_of, terms_for, terms_with
from tuition.learning.quizzes.rules import AttemptStatus, HandedInBy, Terms
from tuition.platform import jobs
from tuition.platform.database import Session

HAND_IN_JOB = "quizzes.hand_in"
SWEEP_MAX = 500


@dataclass(frozen=True, slots=True)
class Cover:
    """A quiz as one learner stands before it."""

    quiz: Quiz
    terms: Terms
    questions: int
    points: Decimal
    enrollment_id: UUID | None
    attempts: list[QuizAttempt]
    result: Decimal | None
    """What the graded attempts come to, in percent."""
    is_staff: bool
    obstacle: str
    """Why no further attempt can begin: enroll, empty, not_yet_open, closed, used_up; or nothing."""

    @property
    def running(self) -> QuizAttempt | None:
        """The attempt in progress."""
        return next((attempt for attempt in self.attempts if attempt.status == AttemptStatus.IN_PROGRESS), None)

    @property
    def attempts_left(self) -> int | None:
        """How many more there may be; none: any number."""
        return None if self.terms.attempts_max is None else max(self.terms.attempts_max - len(self.attempts), 0)


async def start(session: Session, actor: Actor, quiz_id: UUID) -> QuizAttempt:
    """Begin an attempt, or go on with the one that is in progress: another tab, a refresh, two starts at once are one attempt.

    Raises ``QuizUnknown``, ``LessonLocked``, ``EnrollFirst``, ``AttemptsUsedUp``, ``QuizNotYetOpen``, ``QuizClosed``,
    ``QuizEmpty``.
    """
    now = clock.now()
    quiz = await session.get(Quiz, quiz_id)
    if quiz is None:
        raise QuizUnknown
    opened = await enrollments.open_lesson(session, actor, quiz.lesson_id, now=now)
    if opened.enrollment is None:
        raise EnrollFirst
    if not quiz.is_published:
        raise QuizUnknown
    await _take_turns(session, opened.enrollment.id, quiz.id)
    before = await attempts_of(session, opened.enrollment.id, quiz.id)
    for attempt in before:
        if attempt.status == AttemptStatus.IN_PROGRESS:
            if not rules.is_over(attempt.deadline_at, now):
                return attempt
            await hand_in_overdue(session, attempt.id)
    terms = await terms_for(session, quiz, opened.enrollment.id)
    match rules.obstacle(terms, len(before), now):
        case "not_yet_open":
            raise QuizNotYetOpen(opens_at=terms.opens_at)
        case "closed":
            raise QuizClosed
        case "used_up":
            raise AttemptsUsedUp(attempts_max=terms.attempts_max)
    await enrollments.begin_lesson(session, opened, now)
    await enrollments.record_attempt(session, opened.enrollment.id, quiz.lesson_id, now)
    return await _begin(session, quiz, opened.enrollment.id, actor.id, len(before) + 1, terms, now)


async def _take_turns(session: Session, enrollment_id: UUID, quiz_id: UUID) -> None:
    key = f"quizzes/{enrollment_id}/{quiz_id}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


async def _begin(
    session: Session, quiz: Quiz, enrollment_id: UUID, student_id: UUID, number: int, terms: Terms, now: datetime
) -> QuizAttempt:
    seed = chance.token_hex(8)
    asked = await _choose(session, quiz, seed)
    if not asked:
        raise QuizEmpty
    attempt = QuizAttempt(
        id=new_id(),
        enrollment_id=enrollment_id,
        quiz_id=quiz.id,
        student_id=student_id,
        attempt_number=number,
        status=AttemptStatus.IN_PROGRESS,
        seed=seed,
        started_at=now,
        deadline_at=rules.deadline_of(terms, now),
        max_score=sum((points for _, points in asked), Decimal(0)),
    )
    session.add(attempt)
    # Its answers point at it.
    await session.flush()
    await session.execute(
        insert(QuizAnswer),
        [
            {
                "id": new_id(),
                "attempt_id": attempt.id,
                "question_id": version.question_id,
                "version_id": version.id,
                "position": position,
                "points_max": points,
            }
            for position, (version, points) in enumerate(asked, 1)
        ],
    )
    if attempt.deadline_at is not None:
        await jobs.defer(session, HAND_IN_JOB, at=attempt.deadline_at + rules.LATE_GRACE, attempt_id=str(attempt.id))
    return attempt


async def _choose(session: Session, quiz: Quiz, seed: str) -> list[tuple[QuestionVersion, Decimal]]:
    """The questions of one attempt with their points: the named ones, then the drawn ones, none twice; shuffled if so wished."""
    contents = await contents_of(session, quiz.id)
    chosen = {one.asked.question.id: (one.asked.version, one.row.points) for one in contents.listed}
    drawn: dict[UUID, Decimal] = {}
    for draw in contents.draws:
        taken = await questions.draw(session, draw.bank_id, draw.tag, draw.count, seed=seed, without=[*chosen, *drawn])
        drawn |= dict.fromkeys(taken, draw.points)
    found = await questions.newest(session, list(drawn))
    chosen |= {question_id: (found[question_id].version, points) for question_id, points in drawn.items()}
    listed = list(chosen.values())[: rules.QUESTIONS_MAX]
    if quiz.shuffle_questions:
        listed.sort(key=lambda one: questions.veil(seed, str(one[0].question_id)))
    return listed


async def save_answer(
    session: Session, actor: Actor, attempt_id: UUID, position: int, response: Any, *, revision: int | None = None
) -> QuizAnswer:
    """Keep what is answered to one question; ``None`` empties it. The last one counts.

    ``revision`` is the one that this tab knows; another one means that somebody else changed the answer meanwhile.
    Raises ``AttemptUnknown``, ``AttemptOver``, ``AnswerStale``, ``ResponseInvalid``.
    """
    now = clock.now()
    held = await _own_open(session, actor, attempt_id, now)
    query = (
        select(QuizAnswer, QuestionVersion)
        .join(QuestionVersion, QuestionVersion.id == QuizAnswer.version_id)
        .where(QuizAnswer.attempt_id == attempt_id, QuizAnswer.position == position)
        .with_for_update(of=QuizAnswer)
        .execution_options(populate_existing=True)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise AttemptUnknown
    answer, version = row
    if revision is not None and revision != answer.revision:
        raise AnswerStale(revision=answer.revision)
    body = questions.body_of(version)
    answer.response = None if response is None else body.read(response, seed_of(held.attempt, answer))
    answer.revision += 1
    answer.answered_at = now
    return answer


async def _own_open(session: Session, actor: Actor, attempt_id: UUID, now: datetime) -> Held:
    """One's own attempt, which takes answers. It is locked against being handed in, not against other tabs."""
    held = await get_attempt_for(session, actor, attempt_id)
    if held.attempt.student_id != actor.id:
        raise AttemptUnknown
    await session.refresh(held.attempt, with_for_update={"read": True})
    if held.attempt.status != AttemptStatus.IN_PROGRESS or rules.is_over(held.attempt.deadline_at, now):
        raise AttemptOver
    return held


async def look(session: Session, actor: Actor, attempt_id: UUID) -> Held:
    """An attempt to look at. One whose time is over is handed in first, so that nobody ever sees it open.

    Raises ``AttemptUnknown``.
    """
    held = await get_attempt_for(session, actor, attempt_id)
    if held.is_overdue(clock.now()):
        await hand_in_overdue(session, attempt_id)
    return held


async def cover(session: Session, actor: Actor, quiz_id: UUID) -> Cover:
    """What a learner sees of a quiz before and after an attempt. Raises ``QuizUnknown``, ``LessonLocked``."""
    now = clock.now()
    quiz = await session.get(Quiz, quiz_id)
    if quiz is None:
        raise QuizUnknown
    opened = await enrollments.open_lesson(session, actor, quiz.lesson_id, now=now)
    if not quiz.is_published and not opened.is_staff:
        raise QuizUnknown
    contents = await contents_of(session, quiz.id)
    if opened.enrollment is None:
        terms = terms_with(quiz, [])
        return Cover(quiz, terms, contents.count, contents.points, None, [], None, opened.is_staff, "enroll")
    attempts = await attempts_of(session, opened.enrollment.id, quiz.id)
    for attempt in attempts:
        if attempt.status == AttemptStatus.IN_PROGRESS and rules.is_over(attempt.deadline_at, now):
            await hand_in_overdue(session, attempt.id)
    terms = await terms_for(session, quiz, opened.enrollment.id)
    result = await result_for(session, quiz, opened.enrollment.id)
    obstacle = "" if contents.count else "empty"
    return Cover(
        quiz, terms, contents.count, contents.points, opened.enrollment.id, attempts, result, opened.is_staff,
        obstacle or rules.obstacle(terms, len(attempts), now),
    )  # fmt: skip


async def submit(session: Session, actor: Actor, attempt_id: UUID) -> QuizAttempt:
    """Hand it in. Again, or after the time is over, changes nothing: what was saved in time counts. Raises ``AttemptUnknown``."""
    held = await get_attempt_for(session, actor, attempt_id)
    if held.attempt.student_id != actor.id:
        raise AttemptUnknown
    await session.refresh(held.attempt, with_for_update=True)
    if held.attempt.status == AttemptStatus.IN_PROGRESS:
        now = clock.now()
        late = held.attempt.deadline_at is not None and now > held.attempt.deadline_at
        await _hand_in(session, held.attempt, held.quiz, HandedInBy.DEADLINE if late else HandedInBy.STUDENT, now)
    return held.attempt


async def hand_in_overdue(session: Session, attempt_id: UUID) -> bool:
    """Hand in an attempt whose time is over; for the job, and for whoever looks first. Whether it did."""
    attempt = await session.get(QuizAttempt, attempt_id, with_for_update=True, populate_existing=True)
    now = clock.now()
    if attempt is None or attempt.status != AttemptStatus.IN_PROGRESS:
        return False
    if not rules.is_over(attempt.deadline_at, now):
        if attempt.deadline_at is not None:
            # It was given more time meanwhile.
            await jobs.defer(session, HAND_IN_JOB, at=attempt.deadline_at + rules.LATE_GRACE, attempt_id=str(attempt.id))
        return False
    quiz = await session.get_one(Quiz, attempt.quiz_id)
    await _hand_in(session, attempt, quiz, HandedInBy.DEADLINE, now)
    return True


async def overdue(session: Session, now: datetime) -> Sequence[UUID]:
    """Attempts that should have been handed in already."""
    query = select(QuizAttempt.id).where(
        QuizAttempt.status == AttemptStatus.IN_PROGRESS, QuizAttempt.deadline_at < now - rules.LATE_GRACE
    )
    return list(await session.scalars(query.order_by(QuizAttempt.id).limit(SWEEP_MAX)))


async def extend_running(session: Session, quiz: Quiz) -> None:
    """Give attempts in progress the deadline that the quiz's rules now say: more time is more time at once."""
    query = select(QuizAttempt).where(QuizAttempt.quiz_id == quiz.id, QuizAttempt.status == AttemptStatus.IN_PROGRESS)
    for attempt in await session.scalars(query.order_by(QuizAttempt.id).with_for_update()):
        deadline = rules.deadline_of(await terms_for(session, quiz, attempt.enrollment_id), attempt.started_at)
        if deadline == attempt.deadline_at:
            continue
        # Never less than was promised at the start.
        attempt.deadline_at = None if deadline is None or attempt.deadline_at is None else max(deadline, attempt.deadline_at)
        if attempt.deadline_at is not None:
            await jobs.defer(session, HAND_IN_JOB, at=attempt.deadline_at + rules.LATE_GRACE, attempt_id=str(attempt.id))


async def _hand_in(session: Session, attempt: QuizAttempt, quiz: Quiz, by: HandedInBy, now: datetime) -> None:
    attempt.submitted_at = rules.handed_in_at(attempt.deadline_at, now)
    attempt.handed_in_by = by
    attempt.time_taken_seconds = int((attempt.submitted_at - attempt.started_at).total_seconds())
    attempt.status = AttemptStatus.SUBMITTED
    await marking.mark_attempt(session, attempt, quiz, now)
