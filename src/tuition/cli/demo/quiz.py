"""The demonstration's quiz: one question of every type, about the two films."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from tuition.identity import Actor
from tuition.learning import questions, quizzes
from tuition.platform.database import Session

RULES: dict[str, Any] = {
    "description": "Eight questions, a quarter of an hour, two attempts. Nothing is asked that the films do not show.",
    "time_limit_minutes": 15,
    "max_attempts": 2,
    "passing_score": Decimal(60),
    "is_published": True,
}
ARGUMENT = [{"title": "Names what stays the same", "points": 2}, {"title": "Says something of it", "points": 1}]
ARGUMENT += [{"title": "Not there", "points": 0}]
QUESTIONS: list[tuple[str, list[str], dict[str, Any]]] = [
    ("2", ["geometry"], {
        "type": "multiple_choice",
        "text": "Which of these are the sides of a **right-angled** triangle?",
        "several": True,
        "explanation": "9 + 16 = 25, 25 + 144 = 169, and 64 + 225 = 289. But 4 + 9 is not 16.",
        "options": [
            {"text": "3, 4, 5", "is_correct": True},
            {"text": "5, 12, 13", "is_correct": True},
            {"text": "8, 15, 17", "is_correct": True},
            {"text": "2, 3, 4", "feedback": "4 + 9 = 13, and 13 is not 16."},
        ],
    }),
    ("1", ["geometry"], {
        "type": "true_false",
        "text": "In the film, the four triangles change their size while they move.",
        "answer": False,
        "explanation": "They are the same in both pictures; only their place changes.",
    }),
    ("1", ["geometry"], {
        "type": "short_answer",
        "text": "What is the longest side of a right-angled triangle called?",
        "accepted": [{"text": "hypotenuse"}, {"text": "the hypotenuse"}, {"text": "وتر"}],
        "tolerance": {"slips_max": 2},
    }),
    ("1", ["geometry"], {
        "type": "numeric",
        "text": "The two shorter sides are 6 and 8. How long is the longest?",
        "accepted": [{"value": 10}],
    }),
    ("2", ["money"], {
        "type": "matching",
        "text": "In about how many years does money double?",
        "pairs": [
            {"prompt": "at 2 percent", "answer": "36"},
            {"prompt": "at 4 percent", "answer": "18"},
            {"prompt": "at 6 percent", "answer": "12"},
        ],
        "distractors": [{"text": "72"}],
    }),
    ("2", ["geometry"], {
        "type": "ordering",
        "text": "How does the proof go?",
        "items": [
            {"text": "Draw a large square"},
            {"text": "Put four equal triangles into it"},
            {"text": "Move the triangles"},
            {"text": "Compare what is left over"},
        ],
    }),
    ("2", ["money"], {
        "type": "cloze",
        "text": "100 at 5 percent are [[first]] after a year and [[second]] after two. Each year brings [[how]] the one before.",
        "gaps": [
            {"id": "first", "kind": "number", "accepted": [{"value": 105}]},
            {"id": "second", "kind": "number", "accepted": [{"value": "110.25", "tolerance": "0.01"}]},
            {"id": "how", "kind": "choice", "options": [
                {"text": "more than", "is_correct": True}, {"text": "as much as"}, {"text": "less than"},
            ]},
        ],
    }),
    ("4", ["geometry"], {
        "type": "essay",
        "text": "Explain to somebody who has not seen the film why the two small squares are together as large as the big one.",
        "words_min": 20,
        "rubric": {"criteria": [
            {"title": "Argument", "levels": ARGUMENT},
            {"title": "Clearness", "levels": [
                {"title": "A stranger understands it", "points": 2}, {"title": "One has to know it already", "points": 1},
                {"title": "Not clear", "points": 0},
            ]},
        ]},
    }),
]  # fmt: skip


async def ask(session: Session, author: Actor, lesson_id: UUID) -> None:
    """Write the quiz of a lesson as its author would, and publish it."""
    quiz = await quizzes.quiz_of_lesson(session, lesson_id)
    assert quiz is not None, "a quiz lesson has a quiz"
    for points, tags, body in QUESTIONS:
        await quizzes.write_question(session, author, quiz.id, questions.parse(body), points=Decimal(points), tags=tags)
    await quizzes.edit_quiz(session, author, quiz.id, RULES)
