"""From the start to the score, by the server's clock."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.learning.quizzes.conftest import CAPITAL, SUN, TWO_OF_THREE, WHY, Found, School
from tuition.kernel import FrozenClock
from tuition.learning import courses, enrollments, questions, quizzes
from tuition.learning.quizzes import (
    AnswerStale,
    AttemptOver,
    AttemptStatus,
    AttemptsUsedUp,
    AttemptUnknown,
    EnrollFirst,
    QuizClosed,
    QuizEmpty,
    QuizNotYetOpen,
    QuizUnknown,
)

GRACE = quizzes.LATE_GRACE
MINUTE = timedelta(minutes=1)


async def test_ten_points_are_marked_graded_and_passed(school: School, moment: FrozenClock) -> None:
    attempt = await quizzes.start(school.session, school.learner, school.quiz.id)
    await school.answer(attempt, TWO_OF_THREE)
    moment.advance(10 * MINUTE)
    await quizzes.submit(school.session, school.learner, attempt.id)
    assert (attempt.status, attempt.score, attempt.is_passed) == (AttemptStatus.SUBMITTED, Decimal("5.00"), None)

    waiting = (await quizzes.to_grade_page(school.session, school.teacher, quiz_id=school.quiz.id)).items
    assert [one.points_max for one in (item.answer for item in waiting)] == [Decimal("4.00")]
    await quizzes.grade_answer(
        school.session,
        school.teacher,
        attempt.id,
        waiting[0].answer.position,
        levels={"argument": "all", "words": "some"},
        comment="Short, and right.",
    )
    assert (attempt.status, attempt.score, attempt.percentage) == (AttemptStatus.GRADED, Decimal("7.50"), Decimal("75.00"))
    assert attempt.is_passed
    assert attempt.time_taken_seconds == 600
    assert await quizzes.count_to_grade(school.session, school.quiz.id) == 0
    progress = (await enrollments.progress_of(school.session, school.enrollment.id))[school.lesson.id]
    assert (progress.score, progress.attempts_count) == (Decimal("75.00"), 1)


async def test_nothing_of_the_key_is_seen_before_hand_in_and_all_of_it_after(school: School) -> None:
    attempt = await quizzes.start(school.session, school.learner, school.quiz.id)
    await school.answer(attempt, TWO_OF_THREE)
    before = await school.sheet(attempt)
    assert not before.answers_shown
    assert all(line.key is None and line.mark is None and not line.explanation_html for line in before.lines)
    telling = json.dumps([line.presented for line in before.lines]) + "".join(line.html for line in before.lines)
    assert "Paris" not in telling
    assert "n2" not in telling
    await quizzes.submit(school.session, school.learner, attempt.id)
    after = await school.sheet(attempt)
    assert after.answers_shown
    choice = next(line for line in after.lines if line.kind == "multiple_choice")
    assert choice.key is not None
    assert choice.explanation_html == "A prime has two divisors."


@pytest.mark.parametrize("policy", ["after_close", "never"])
async def test_answers_stay_hidden_as_long_as_the_quiz_says(found: Found, moment: FrozenClock, policy: str) -> None:
    school = await found((SUN, 1), show_answers=policy, closes_at=moment.now() + 60 * MINUTE)
    attempt = await quizzes.start(school.session, school.learner, school.quiz.id)
    await quizzes.submit(school.session, school.learner, attempt.id)
    assert not (await school.sheet(attempt)).answers_shown
    moment.advance(61 * MINUTE)
    assert (await school.sheet(attempt)).answers_shown == (policy == "after_close")


async def test_a_refresh_and_a_second_tab_are_the_same_attempt(school: School, moment: FrozenClock) -> None:
    first = await quizzes.start(school.session, school.learner, school.quiz.id)
    moment.advance(5 * MINUTE)
    again = await quizzes.start(school.session, school.learner, school.quiz.id)
    assert (first.id, again.deadline_at) == (again.id, first.started_at + 20 * MINUTE)
    shown = await school.sheet(first)
    assert [line.presented for line in shown.lines] == [line.presented for line in (await school.sheet(again)).lines]


async def test_a_third_attempt_of_two_is_refused(school: School) -> None:
    for number in (1, 2):
        attempt = await quizzes.start(school.session, school.learner, school.quiz.id)
        assert attempt.attempt_number == number
        await quizzes.submit(school.session, school.learner, attempt.id)
    with pytest.raises(AttemptsUsedUp):
        await quizzes.start(school.session, school.learner, school.quiz.id)


async def test_when_time_is_over_what_was_saved_is_handed_in_by_whoever_looks(school: School, moment: FrozenClock) -> None:
    attempt = await quizzes.start(school.session, school.learner, school.quiz.id)
    await school.answer(attempt, {"true_false": {"value": True}})
    moment.advance(20 * MINUTE + GRACE)
    await school.answer(attempt, {"short_answer": {"text": "Paris"}})
    moment.advance(timedelta(seconds=1))
    with pytest.raises(AttemptOver):
        await quizzes.save_answer(school.session, school.learner, attempt.id, 1, None)
    held = await quizzes.look(school.session, school.learner, attempt.id)
    assert held.attempt.handed_in_by == "deadline"
    assert held.attempt.submitted_at == attempt.started_at + 20 * MINUTE
    assert (held.attempt.score, held.attempt.status) == (Decimal("3.00"), AttemptStatus.GRADED)
    assert not await quizzes.hand_in_overdue(school.session, attempt.id)


async def test_a_hand_in_after_the_deadline_counts_what_was_saved_in_time(school: School, moment: FrozenClock) -> None:
    attempt = await quizzes.start(school.session, school.learner, school.quiz.id)
    moment.advance(25 * MINUTE)
    handed_in = await quizzes.submit(school.session, school.learner, attempt.id)
    assert (handed_in.handed_in_by, handed_in.time_taken_seconds) == ("deadline", 1200)
    again = await quizzes.submit(school.session, school.learner, attempt.id)
    assert again.submitted_at == handed_in.submitted_at


async def test_a_stale_tab_saves_nothing(school: School) -> None:
    attempt = await quizzes.start(school.session, school.learner, school.quiz.id)
    saved = await quizzes.save_answer(school.session, school.learner, attempt.id, 1, None, revision=0)
    assert saved.revision == 1
    with pytest.raises(AnswerStale):
        await quizzes.save_answer(school.session, school.learner, attempt.id, 1, None, revision=0)
    await quizzes.submit(school.session, school.learner, attempt.id)
    with pytest.raises(AttemptOver):
        await quizzes.save_answer(school.session, school.learner, attempt.id, 1, None, revision=1)


async def test_somebody_elses_attempt_does_not_exist(school: School) -> None:
    attempt = await quizzes.start(school.session, school.learner, school.quiz.id)
    other = await school.another()
    for act in (
        lambda: quizzes.look(school.session, other, attempt.id),
        lambda: quizzes.submit(school.session, other, attempt.id),
        lambda: quizzes.submit(school.session, school.teacher, attempt.id),
        lambda: quizzes.save_answer(school.session, other, attempt.id, 1, None),
        lambda: quizzes.grade_answer(school.session, other, attempt.id, 1, points=Decimal(1)),
        lambda: quizzes.grade_answer(school.session, school.learner, attempt.id, 1, points=Decimal(1)),
    ):
        with pytest.raises(AttemptUnknown):
            await act()
    with pytest.raises(QuizUnknown):
        await quizzes.statistics_of(school.session, other, school.quiz.id)


async def test_only_the_enrolled_begin_and_only_what_is_published(school: School) -> None:
    with pytest.raises(EnrollFirst):
        await quizzes.start(school.session, school.teacher, school.quiz.id)
    await quizzes.edit_quiz(school.session, school.teacher, school.quiz.id, {"is_published": False})
    with pytest.raises(QuizUnknown):
        await quizzes.start(school.session, school.learner, school.quiz.id)


async def test_a_quiz_opens_and_closes(found: Found, moment: FrozenClock) -> None:
    now = moment.now()
    school = await found((SUN, 1), opens_at=now + MINUTE, closes_at=now + 30 * MINUTE, time_limit_minutes=20)
    with pytest.raises(QuizNotYetOpen):
        await quizzes.start(school.session, school.learner, school.quiz.id)
    moment.advance(20 * MINUTE)
    attempt = await quizzes.start(school.session, school.learner, school.quiz.id)
    assert attempt.deadline_at == now + 30 * MINUTE, "closing ends it before its time would"
    moment.advance(10 * MINUTE)
    await quizzes.submit(school.session, school.learner, attempt.id)
    with pytest.raises(QuizClosed):
        await quizzes.start(school.session, school.learner, school.quiz.id)


async def test_a_quiz_without_questions_cannot_be_published(found: Found) -> None:
    with pytest.raises(QuizEmpty):
        await found()


async def test_an_edit_does_not_change_a_running_attempt(found: Found) -> None:
    school = await found((CAPITAL, 2))
    attempt = await quizzes.start(school.session, school.learner, school.quiz.id)
    contents = await quizzes.contents_of(school.session, school.quiz.id)
    question_id = contents.listed[0].asked.question.id
    other = CAPITAL.model_copy(update={"text": "The capital of Spain?"})
    changed = await questions.edit_question(school.session, school.teacher, question_id, other)
    assert changed.question.version == 2
    assert (await school.sheet(attempt)).lines[0].html == "The capital of France?"
    await quizzes.submit(school.session, school.learner, attempt.id)
    next_one = await quizzes.start(school.session, school.learner, school.quiz.id)
    assert (await school.sheet(next_one)).lines[0].html == "The capital of Spain?"


async def test_an_empty_essay_waits_for_nobody(found: Found) -> None:
    school = await found((WHY, 4))
    attempt = await quizzes.start(school.session, school.learner, school.quiz.id)
    await quizzes.submit(school.session, school.learner, attempt.id)
    assert (attempt.status, attempt.score, attempt.is_passed) == (AttemptStatus.GRADED, Decimal("0.00"), False)


async def test_practice_completes_its_lesson_and_a_failed_graded_quiz_does_not(found: Found) -> None:
    for quiz_type, completed in (("practice", True), ("graded", False)):
        school = await found((SUN, 1), quiz_type=quiz_type)
        attempt = await quizzes.start(school.session, school.learner, school.quiz.id)
        await quizzes.submit(school.session, school.learner, attempt.id)
        progress = (await enrollments.progress_of(school.session, school.enrollment.id))[school.lesson.id]
        assert (progress.completed_at is not None) == completed


@pytest.mark.parametrize(("policy", "result"), [("highest", "100.00"), ("latest", "0.00"), ("average", "50.00")])
async def test_several_attempts_come_to_what_the_policy_says(found: Found, policy: str, result: str) -> None:
    school = await found((SUN, 1), grading_policy=policy)
    for value in (True, False):
        attempt = await quizzes.start(school.session, school.learner, school.quiz.id)
        await school.answer(attempt, {"true_false": {"value": value}})
        await quizzes.submit(school.session, school.learner, attempt.id)
    assert await quizzes.result_for(school.session, school.quiz, school.enrollment.id) == Decimal(result)


async def test_a_copied_course_has_a_quiz_of_its_own(school: School) -> None:
    copy = await courses.duplicate(school.session, school.teacher, school.course.id)
    copied = (await quizzes.quizzes_of_course(school.session, copy.id))[0]
    assert copied.id != school.quiz.id
    assert (copied.time_limit_minutes, copied.max_attempts) == (20, 2)
    before = await quizzes.contents_of(school.session, school.quiz.id)
    after = await quizzes.contents_of(school.session, copied.id)
    assert [one.asked.body for one in after.listed] == [one.asked.body for one in before.listed]
    assert {one.asked.question.id for one in after.listed}.isdisjoint({one.asked.question.id for one in before.listed})
