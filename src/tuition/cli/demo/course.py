"""The demonstration's course: films that are sold alone too, texts between them, a sample to look into."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tuition import catalog
from tuition.catalog import OneTime
from tuition.cli.demo import quiz
from tuition.cli.demo.school import EUR
from tuition.edge import Runtime
from tuition.identity import Actor
from tuition.kernel import Money, clock
from tuition.learning import courses, enrollments
from tuition.learning.courses import LessonType

TITLE = "Seeing is proving"
WORDS = (
    "Two ideas that are older than writing, and still worth an evening: that a square can be cut into two squares, and that "
    "money grows on what it has grown. You watch, you read half a page, you try it on paper. No formula comes before its picture."
)
PRICE = "1.90"
BEFORE = """\
Take a sheet of paper and fold it until you have a right angle. That corner is all you need.

Most people meet this theorem as a line of letters. Here it is **a picture that moves**: three squares stand on the sides of a
triangle, and the two smaller ones are cut and carried over into the large one, without a piece left.

While you watch, look for one thing only: *which* pieces move, and which stay where they are.
"""
AFTER = """\
You have just seen a proof. Nothing was measured, nothing calculated.

- The four triangles are the same in both pictures.
- The frame around them is the same.
- So what is left over must be the same as well: once it is one square, once it is two.

Draw it yourself with a triangle of **3, 4 and 5** squares of your paper, and count.
"""
GROWTH = """\
A hundred at five percent is a hundred and five after a year. After two it is not a hundred and ten, but a little more.

The little more is the whole story. The next film shows how long it takes until it is larger than everything else.
"""
TRY_IT = """\
Divide 72 by the percentage, and you have the years in which money doubles, nearly.

| percent | years |
|--------:|------:|
| 2 | 36 |
| 4 | 18 |
| 6 | 12 |

Where does the 72 come from? Try it for 6 percent, year by year, on paper: after twelve lines you will know.
"""


async def teach(runtime: Runtime, author: Actor, contents: Mapping[str, UUID], shelf: UUID) -> UUID:
    """Make the course as its author would, lesson by lesson, and publish it."""
    async with runtime.database.transaction() as session:
        course = await courses.create(
            session,
            author,
            title=TITLE,
            description=WORDS,
            level="beginner",
            category_id=shelf,
            tags=["geometry", "money"],
            estimated_duration_minutes=25,
        )

        async def add(title: str, kind: LessonType = LessonType.TEXT, **details: Any) -> UUID:
            return (await courses.add_lesson(session, author, course.id, kind, title=title, **details)).id

        first = await add("A proof that moves")
        await add("Before you watch", parent_id=first, body=BEFORE, is_preview=True, duration_minutes=2)
        film = contents["pythagoras"]
        await add("Two squares in one", LessonType.VIDEO, parent_id=first, content_id=film, duration_minutes=1)
        await add("What you have just seen", parent_id=first, body=AFTER, duration_minutes=3)
        second = await add("Money that grows")
        await add("A little more than you think", parent_id=second, body=GROWTH, duration_minutes=2)
        film = contents["interest"]
        await add("Interest on interest", LessonType.VIDEO, parent_id=second, content_id=film, duration_minutes=1)
        await add("Try it on paper", parent_id=second, body=TRY_IT, duration_minutes=5)
        remembered = await add("What did you see?", LessonType.QUIZ, is_required=False, duration_minutes=15)
        await quiz.ask(session, author, remembered)
        await add("The book, if you want more", LessonType.DOCUMENT, content_id=contents["book"], is_required=False)
        await catalog.set_price(session, author, course.id, OneTime(Money.parse(PRICE, EUR)))
        await catalog.publish(session, author, course.id)
        return course.id


async def enrol(runtime: Runtime, author: Actor, course_id: UUID, learner: Actor) -> None:
    """Somebody was given the course and has read its beginning."""
    async with runtime.database.transaction() as session:
        enrollment = await enrollments.enroll_person(session, author, course_id, learner.id)
        nodes = [node for node in await courses.outline(session, course_id) if not node.lesson.is_heading]
        await enrollments.complete_lesson(session, enrollment.id, nodes[0].lesson.id, at=clock.now())
