"""The demonstration's quiz has every type of question, and its own key is right."""

from __future__ import annotations

from fractions import Fraction

from tests.learning.quizzes.conftest import School
from tuition.cli.demo import quiz as demonstration
from tuition.learning import courses, quizzes
from tuition.learning.courses import LessonType
from tuition.learning.questions import QuestionType


async def test_the_demonstration_asks_in_every_way(school: School) -> None:
    lesson = await courses.add_lesson(
        school.session, school.teacher, school.course.id, LessonType.QUIZ, title="What did you see?"
    )
    await demonstration.ask(school.session, school.teacher, lesson.id)
    quiz = await quizzes.quiz_of_lesson(school.session, lesson.id)
    assert quiz is not None
    listed = (await quizzes.contents_of(school.session, quiz.id)).listed
    assert {one.asked.body.type for one in listed} == set(QuestionType)
    for one in listed:
        if one.asked.body.type in (QuestionType.MULTIPLE_CHOICE, QuestionType.MATCHING, QuestionType.ORDERING):
            assert one.asked.body.mark(one.asked.body.read(one.asked.body.key("s"), "s")).share == Fraction(1)
