"""Two at once: starts, tabs that save, a hand-in while the job hands in."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from tests.learning.quizzes.conftest import TEN_POINTS, School, found_school
from tuition.kernel import FrozenClock
from tuition.learning import quizzes
from tuition.learning.quizzes import AttemptOver, QuizAnswer, QuizAttempt
from tuition.platform.database import Database
from tuition.platform.events import Bus


@pytest.fixture
async def school(database: Database, bus: Bus, moment: FrozenClock) -> School:
    """Committed, so that several can meet in it."""
    quizzes.wire(bus)
    async with database.transaction() as session:
        return await found_school(session, TEN_POINTS, time_limit_minutes=20)


async def test_two_starts_at_once_are_one_attempt(database: Database, school: School) -> None:
    async def start() -> Any:
        async with database.transaction() as session:
            return (await quizzes.start(session, school.learner, school.quiz.id)).id

    started = await asyncio.gather(*(start() for _ in range(4)))
    assert len(set(started)) == 1
    async with database.reading() as session:
        assert len(await quizzes.attempts_of(session, school.enrollment.id, school.quiz.id)) == 1


async def test_two_tabs_save_different_questions_at_once(database: Database, school: School) -> None:
    async with database.transaction() as session:
        attempt = await quizzes.start(session, school.learner, school.quiz.id)

    async def save(position: int) -> None:
        async with database.transaction() as session:
            await quizzes.save_answer(session, school.learner, attempt.id, position, None)

    await asyncio.gather(*(save(position) for position in (1, 2, 3, 4, 1, 2)))
    async with database.reading() as reader:
        revisions = list(await reader.scalars(select(QuizAnswer.revision).order_by(QuizAnswer.position)))
    assert revisions == [2, 2, 1, 1]


async def test_a_hand_in_while_the_job_hands_in_happens_once(database: Database, school: School, moment: FrozenClock) -> None:
    async with database.transaction() as session:
        attempt = await quizzes.start(session, school.learner, school.quiz.id)
    moment.advance(timedelta(minutes=21))

    async def by_hand() -> None:
        async with database.transaction() as session:
            await quizzes.submit(session, school.learner, attempt.id)

    async def by_job() -> None:
        async with database.transaction() as session:
            await quizzes.hand_in_overdue(session, attempt.id)

    async def late() -> None:
        async with database.transaction() as session:
            with pytest.raises(AttemptOver):
                await quizzes.save_answer(session, school.learner, attempt.id, 1, None)

    await asyncio.gather(by_hand(), by_job(), late(), by_job(), by_hand())
    async with database.reading() as reader:
        ended = await reader.get_one(QuizAttempt, attempt.id)
        assert (ended.status, ended.score, ended.handed_in_by) == ("graded", Decimal("0.00"), "deadline")
