"""Banks of ten thousand questions, draws that never repeat, exceptions for groups, figures, and what is known of a person."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.learning.quizzes.conftest import CAPITAL, SUN, TWO_OF_THREE, Found, School
from tuition.kernel import FrozenClock
from tuition.learning import enrollments, questions, quizzes
from tuition.learning.questions import QuestionInvalid, TrueFalse
from tuition.learning.quizzes import QuizInvalid

MANY = 10_000
Count = Callable[[Any], AbstractContextManager[Any]]


def statement(number: int) -> TrueFalse:
    """One of many."""
    return TrueFalse(text=f"Statement {number} holds.", answer=number % 2 == 0)


async def test_a_bank_of_ten_thousand_questions_is_read_a_page_at_a_time(school: School, count_queries: Count) -> None:
    session, teacher = school.session, school.teacher
    bank = await questions.create_bank(session, teacher, title="Many")
    listed = [(statement(number), Decimal(1), ["even"] if number % 2 == 0 else ["odd"]) for number in range(MANY)]
    await questions.add_questions(session, teacher, bank.id, listed)
    with count_queries(session) as counted:
        page = await questions.questions_page(session, teacher, bank.id, limit=100)
    assert (len(page.items), counted.total <= 3) == (100, True)
    found = await questions.questions_page(session, teacher, bank.id, words="statement 4321 ")
    assert [one.body.text for one in found.items] == ["Statement 4321 holds."]
    rest = await questions.questions_page(session, teacher, bank.id, tag="odd", limit=100, cursor=None)
    again = await questions.questions_page(session, teacher, bank.id, tag="odd", limit=100, cursor=rest.next_cursor)
    assert {one.question.id for one in rest.items}.isdisjoint({one.question.id for one in again.items})
    assert await questions.tags_of(session, bank.id) == {"even": MANY // 2, "odd": MANY // 2}
    await quizzes.add_draw(session, teacher, school.quiz.id, bank.id, count=20, tag="even")
    await quizzes.add_draw(session, teacher, school.quiz.id, bank.id, count=20)
    with count_queries(session) as counted:
        attempt = await quizzes.start(session, school.learner, school.quiz.id)
    assert counted.total < 45, "what it costs to begin does not grow with the bank"
    sheet = await school.sheet(attempt)
    assert len({line.answer.question_id for line in sheet.lines}) == len(sheet.lines) == 44
    assert [line.answer.question_id for line in (await school.sheet(attempt)).lines] == [
        line.answer.question_id for line in sheet.lines
    ]


async def test_another_learner_is_drawn_other_questions(found: Found) -> None:
    school = await found((SUN, 1), shuffle_questions=False)
    bank = await questions.create_bank(school.session, school.teacher, title="Many")
    listed: list[Any] = [(statement(number), Decimal(1), []) for number in range(200)]
    await questions.add_questions(school.session, school.teacher, bank.id, listed)
    await quizzes.add_draw(school.session, school.teacher, school.quiz.id, bank.id, count=10)
    drawn = []
    for learner in (school.learner, await school.another()):
        attempt = await quizzes.start(school.session, learner, school.quiz.id)
        drawn.append([line.answer.question_id for line in (await school.sheet(attempt, learner)).lines])
    assert drawn[0] != drawn[1]


async def test_a_draw_needs_enough_questions_and_points_have_bounds(school: School) -> None:
    bank = await questions.create_bank(school.session, school.teacher, title="Few")
    await questions.add_question(school.session, school.teacher, bank.id, SUN)
    with pytest.raises(QuizInvalid):
        await quizzes.add_draw(school.session, school.teacher, school.quiz.id, bank.id, count=2)
    for points in ("0", "1000", "0.001", "NaN"):
        with pytest.raises(QuestionInvalid):
            await questions.add_question(school.session, school.teacher, bank.id, SUN, points=Decimal(points))


async def test_an_archived_question_is_drawn_no_more(school: School) -> None:
    bank = await questions.create_bank(school.session, school.teacher, title="Two")
    first = await questions.add_question(school.session, school.teacher, bank.id, SUN)
    await questions.add_question(school.session, school.teacher, bank.id, CAPITAL)
    await questions.archive_question(school.session, school.teacher, first.id)
    assert await questions.count_questions(school.session, bank.id) == 1
    page = await questions.questions_page(school.session, school.teacher, bank.id, archived=True)
    assert [one.question.id for one in page.items] == [first.id]


async def test_of_several_exceptions_the_kindest_counts(school: School, moment: FrozenClock) -> None:
    session, teacher = school.session, school.teacher
    group = await enrollments.create_group(session, teacher, school.course.id, name="Evening class")
    await enrollments.add_to_group(session, teacher, group.id, school.enrollment.id)
    await quizzes.set_override(session, teacher, school.quiz.id, group_id=group.id, extra_minutes=30)
    await quizzes.set_override(
        session, teacher, school.quiz.id, enrollment_id=school.enrollment.id, extra_minutes=10, extra_attempts=1
    )
    terms = await quizzes.terms_for(session, school.quiz, school.enrollment.id)
    assert (terms.time_limit, terms.attempts_max) == (timedelta(minutes=50), 3)
    await quizzes.set_override(session, teacher, school.quiz.id, group_id=group.id)
    terms = await quizzes.terms_for(session, school.quiz, school.enrollment.id)
    assert terms.time_limit == timedelta(minutes=30)


async def test_figures_find_the_question_that_those_who_know_get_wrong(found: Found) -> None:
    wrong_key = SUN.model_copy(update={"text": "Seven is even.", "answer": True})
    school = await found((SUN, 1), (CAPITAL, 1), (wrong_key, 1))
    for number in range(12):
        learner = await school.another()
        attempt = await quizzes.start(school.session, learner, school.quiz.id)
        knows = number % 3 > 0
        for line in (await school.sheet(attempt, learner)).lines:
            response: Any = {"text": "Paris" if knows else "Rome"}
            if line.kind == "true_false":
                response = {"value": knows if line.html == SUN.text else not knows}
            await quizzes.save_answer(school.session, learner, attempt.id, line.answer.position, response)
        await quizzes.submit(school.session, learner, attempt.id)
    figures = await quizzes.statistics_of(school.session, school.teacher, school.quiz.id)
    assert (figures.attempts, figures.average, sum(figures.scores)) == (12, Decimal("55.56"), 12)
    by_words = {one.words: one for one in figures.questions}
    assert by_words["Seven is even."].facility == Decimal("0.333")
    assert by_words["Seven is even."].discrimination == Decimal("-1.000")
    assert by_words["The capital of France?"].facility == Decimal("0.667")


async def test_a_quiz_without_attempts_has_no_figures(school: School) -> None:
    figures = await quizzes.statistics_of(school.session, school.teacher, school.quiz.id)
    assert (figures.attempts, figures.average, figures.questions) == (0, None, [])


async def test_what_is_known_of_a_person_is_exported_and_erased(school: School) -> None:
    attempt = await quizzes.start(school.session, school.learner, school.quiz.id)
    await school.answer(attempt, TWO_OF_THREE)
    await quizzes.submit(school.session, school.learner, attempt.id)
    exported = await quizzes.privacy.export(school.session, school.learner.id)
    assert {"text": "pariss"} in [answer["response"] for answer in exported["quiz_attempts"][0]["answers"]]
    await quizzes.privacy.erase(school.session, school.learner.id)
    school.session.expire_all()
    exported = await quizzes.privacy.export(school.session, school.learner.id)
    assert [answer["response"] for answer in exported["quiz_attempts"][0]["answers"]] == [None] * 4
    assert exported["quiz_attempts"][0]["percentage"] == "50.00"
