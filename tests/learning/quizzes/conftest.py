"""A course with a quiz, somebody who teaches it, and somebody who learns in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from tests.learning.quizzes.classroom import PASSWORD, Classroom, signed_in
from tuition import catalog, identity
from tuition.edge import Runtime
from tuition.identity import Actor, Role
from tuition.kernel import FrozenClock, clock, new_id
from tuition.learning import courses, enrollments, quizzes
from tuition.learning.courses import LessonType
from tuition.learning.questions import (
    AnyQuestion,
    Criterion,
    CriterionLevel,
    Essay,
    Form,
    MultipleChoice,
    Option,
    Rubric,
    ShortAnswer,
    Tolerance,
    TrueFalse,
)
from tuition.main import create_app
from tuition.main import wire as wire_house
from tuition.platform import files, jobs
from tuition.platform.database import Database, Session
from tuition.platform.events import Bus
from tuition.platform.settings import Mode, Settings

LEVELS = (
    CriterionLevel(id="none", title="Missing", points=Decimal(0)),
    CriterionLevel(id="some", title="Partly", points=Decimal("0.5")),
    CriterionLevel(id="all", title="Fully", points=Decimal(2)),
)
RUBRIC = Rubric(
    criteria=(Criterion(id="argument", title="Argument", levels=LEVELS), Criterion(id="words", title="Words", levels=LEVELS))
)
PRIMES = MultipleChoice(
    text="Which are prime?",
    options=tuple(Option(id=f"n{name}", text=name, is_correct=name in "237") for name in "23479"),
    several=True,
    explanation="A prime has two divisors.",
)
SUN = TrueFalse(text="The sun is a star.", answer=True)
CAPITAL = ShortAnswer(
    text="The capital of France?", accepted=(Form(text="Paris", feedback="Bien."),), tolerance=Tolerance(slips_max=1)
)
WHY = Essay(text="Why is there no largest prime?", rubric=RUBRIC)
TEN_POINTS: list[tuple[AnyQuestion, Decimal]] = [
    (PRIMES, Decimal(3)),
    (SUN, Decimal(1)),
    (CAPITAL, Decimal(2)),
    (WHY, Decimal(4)),
]


async def add_person(session: Session, *roles: Role, name: str = "Somebody") -> Actor:
    """A row of users and its actor."""
    person_id = new_id()
    await session.execute(insert(identity.User).values(id=person_id, email=f"{person_id}@example.org", full_name=name))
    return Actor(id=person_id, roles=frozenset({Role.LEARNER, *roles}), email_verified=True)


@dataclass
class School:
    """What the tests of quizzes stand in."""

    session: Session
    teacher: Actor
    learner: Actor
    course: courses.Course
    lesson: courses.Lesson
    quiz: quizzes.Quiz
    enrollment: enrollments.Enrollment

    async def another(self) -> Actor:
        """One more learner of the course."""
        person = await add_person(self.session)
        await enrollments.enroll_person(self.session, self.teacher, self.course.id, person.id)
        return person

    async def sheet(self, attempt: quizzes.QuizAttempt, actor: Actor | None = None) -> quizzes.Sheet:
        """The attempt as somebody sees it."""
        held = await quizzes.look(self.session, actor or self.learner, attempt.id)
        return await quizzes.sheet_of(self.session, held, now=clock.now())

    async def answer(self, attempt: quizzes.QuizAttempt, answers: dict[str, Any], actor: Actor | None = None) -> None:
        """Answer by type of question, with the ids that the question has."""
        sheet = await self.sheet(attempt, actor)
        for line in sheet.lines:
            if line.kind in answers:
                seed = f"{attempt.seed}/{line.answer.question_id}"
                response = line.body.shown(answers[line.kind], seed)
                await quizzes.save_answer(self.session, actor or self.learner, attempt.id, line.answer.position, response)
        # The sheets that follow are read from the database.
        await self.session.flush()


TWO_OF_THREE = {
    "multiple_choice": {"choices": ["n2", "n3"]},
    "true_false": {"value": True},
    "short_answer": {"text": "pariss"},
    "essay": {"text": "Because one can always add one."},
}
"""What journey's learner answers: 2.00 of 3, 1 of 1, 2 of 2, and an essay."""


async def found_school(
    session: Session, listed: list[tuple[AnyQuestion, Decimal]], *, people: tuple[Actor, Actor] | None = None, **rules: Any
) -> School:
    """A published course with a published quiz of these questions."""
    teacher, learner = people or (await add_person(session, Role.CREATOR), await add_person(session))
    course = await courses.create(session, teacher, title="Numbers", description="About numbers.")
    lesson = await courses.add_lesson(session, teacher, course.id, LessonType.QUIZ, title="Primes")
    quiz = await quizzes.quiz_of_lesson(session, lesson.id)
    assert quiz is not None
    for body, points in listed:
        await quizzes.write_question(session, teacher, quiz.id, body, points=points)
    await quizzes.edit_quiz(session, teacher, quiz.id, {"is_published": True, **rules})
    await catalog.publish(session, teacher, course.id)
    enrollment = await enrollments.enroll_person(session, teacher, course.id, learner.id)
    return School(session, teacher, learner, course, lesson, quiz, enrollment)


@pytest.fixture
async def school(session: Session, bus: Bus, moment: FrozenClock) -> School:
    """Ten points in four questions, twenty minutes, two attempts."""
    quizzes.wire(bus)
    return await found_school(session, TEN_POINTS, time_limit_minutes=20, max_attempts=2)


Found = Callable[..., Awaitable[School]]


@pytest.fixture
def found(session: Session, bus: Bus, moment: FrozenClock) -> Found:
    """Makes schools with other quizzes."""
    quizzes.wire(bus)

    async def make(*listed: tuple[AnyQuestion, int], **rules: Any) -> School:
        return await found_school(session, [(body, Decimal(points)) for body, points in listed], **rules)

    return make


@pytest.fixture
async def classroom(database: Database, bus: Bus, moment: FrozenClock, tmp_path: Path) -> AsyncIterator[Classroom]:
    """The same, committed and behind HTTP: a teacher, a learner, and somebody who is neither."""
    wire_house(bus)
    services = jobs.Services().provide(files.Store, files.local(tmp_path / "files"))
    app = create_app(Runtime(settings=Settings(mode=Mode.TEST), database=database, services=services))
    async with database.transaction() as session:
        ids = [
            await identity.add_person(session, email=f"{name}@example.org", password=PASSWORD, full_name=name, roles=roles)
            for name, roles in (("Mona", (Role.CREATOR,)), ("Lina", (Role.LEARNER,)), ("Omar", (Role.LEARNER,)))
        ]
        people = [Actor(id=one, roles=frozenset({Role.LEARNER, Role.CREATOR}), email_verified=True) for one in ids]
        school = await found_school(session, TEN_POINTS, people=(people[0], people[1]), time_limit_minutes=20, max_attempts=2)
    clients = [await signed_in(app, f"{name}@example.org") for name in ("Mona", "Lina", "Omar")]
    yield Classroom(database, services, moment, school.quiz.id, school.course.id, school.enrollment.id, *clients)
    for client in clients:
        await client.aclose()
