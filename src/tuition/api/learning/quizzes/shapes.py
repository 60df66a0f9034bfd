"""What goes in and out of the operations about questions and quizzes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from tuition.learning import questions, quizzes
from tuition.learning.questions import AnyQuestion, QuestionType
from tuition.learning.quizzes import AttemptStatus, GradingPolicy, HandedInBy, QuizType, ShowAnswers
from tuition.platform import paging

ID_EXAMPLE = "0192f0c1-6d1e-7c3a-9a51-2f6d2c9c7b10"
QUESTION_EXAMPLE = {
    "type": "multiple_choice",
    "text": "Which of these are prime?",
    "several": True,
    "options": [{"text": "2", "is_correct": True}, {"text": "3", "is_correct": True}, {"text": "4"}],
}
BankId = Annotated[UUID, Path(description="The bank.", examples=[ID_EXAMPLE])]
QuestionId = Annotated[UUID, Path(description="The question.", examples=[ID_EXAMPLE])]
QuizId = Annotated[UUID, Path(description="The quiz.", examples=[ID_EXAMPLE])]
AttemptId = Annotated[UUID, Path(description="The attempt.", examples=[ID_EXAMPLE])]
Position = Annotated[int, Path(ge=1, le=1000, description="Where the question stands in the attempt, from 1.", examples=[1])]
Limit = Annotated[int, Query(ge=1, le=paging.LIMIT_MAX)]
Cursor = Annotated[str | None, Query(max_length=paging.CURSOR_LENGTH_MAX)]
Points = Annotated[Decimal, Field(ge=Decimal("0.01"), le=Decimal("999.99"), decimal_places=2, examples=["1.00"])]
Tags = Annotated[list[str], Field(max_length=20, examples=[["primes"]])]


class Input(BaseModel):
    """A body: what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid")


class BankIn(Input):
    """A new bank."""

    title: str = Field(min_length=1, max_length=255, examples=["Prime numbers"])
    description: str = Field(default="", max_length=5000)
    course_id: UUID | None = Field(default=None, description="Let all who edit this course use it.", examples=[None])


class BankChangesIn(Input):
    """What is to change."""

    title: str | None = Field(default=None, min_length=1, max_length=255, examples=["Prime numbers"])
    description: str | None = Field(default=None, max_length=5000)


class BankOut(BaseModel):
    """A collection of questions."""

    id: UUID
    owner_id: UUID
    course_id: UUID | None
    title: str
    description: str
    created_at: datetime

    @classmethod
    def of(cls, bank: questions.QuestionBank) -> BankOut:
        """How a bank is shown."""
        return cls.model_validate(bank, from_attributes=True)


class BankListedOut(BankOut):
    """A bank with how much is in it."""

    question_count: int


class QuestionIn(Input):
    """A new question."""

    body: AnyQuestion = Field(examples=[QUESTION_EXAMPLE])
    points: Points = Decimal("1.00")
    tags: Tags = Field(default_factory=list)


class QuestionChangesIn(Input):
    """What is to change."""

    body: AnyQuestion | None = Field(default=None, examples=[QUESTION_EXAMPLE])
    points: Points | None = None
    tags: Tags | None = None
    version: int | None = Field(default=None, ge=1, description="The version that you looked at: a newer one is a conflict.")


class QuestionOut(BaseModel):
    """A question with its key, for those who write it."""

    id: UUID
    bank_id: UUID
    version: int
    points: Decimal
    tags: list[str]
    archived_at: datetime | None
    body: AnyQuestion

    @classmethod
    def of(cls, asked: questions.Asked) -> QuestionOut:
        """How a question is shown to its writers."""
        shown = {name: getattr(asked.question, name) for name in cls.model_fields.keys() - {"body"}}
        return cls(**shown, body=asked.body)


class QuizOut(BaseModel):
    """The rules of a quiz."""

    id: UUID
    lesson_id: UUID
    course_id: UUID
    bank_id: UUID = Field(description="Where questions go that are written for it.")
    title: str
    description: str
    quiz_type: QuizType
    passing_score: Decimal = Field(description="In percent.", examples=["70.00"])
    time_limit_minutes: int | None
    max_attempts: int | None
    grading_policy: GradingPolicy = Field(description="Which of several attempts counts.")
    shuffle_questions: bool
    shuffle_options: bool
    show_answers: ShowAnswers = Field(description="When right answers and explanations may be seen.")
    opens_at: datetime | None
    closes_at: datetime | None
    is_published: bool

    @classmethod
    def of(cls, quiz: quizzes.Quiz) -> QuizOut:
        """How a quiz is shown."""
        return cls.model_validate(quiz, from_attributes=True)


class AttemptOut(BaseModel):
    """One go at a quiz."""

    id: UUID
    quiz_id: UUID
    enrollment_id: UUID
    student_id: UUID
    attempt_number: int
    status: AttemptStatus
    started_at: datetime
    deadline_at: datetime | None = Field(description="When it is handed in by itself, by the server's clock. Null: never.")
    submitted_at: datetime | None
    handed_in_by: HandedInBy | None
    graded_at: datetime | None
    score: Decimal | None = Field(description="Provisional until `status` is `graded`.", examples=["7.50"])
    max_score: Decimal = Field(examples=["10.00"])
    percentage: Decimal | None = Field(examples=["75.00"])
    is_passed: bool | None = Field(description="Null until it is graded.")
    time_taken_seconds: int | None

    @classmethod
    def of(cls, attempt: quizzes.QuizAttempt) -> AttemptOut:
        """How an attempt is shown."""
        return cls.model_validate(attempt, from_attributes=True)


class AskedOut(BaseModel):
    """One question of an attempt, as far as you may see it now."""

    position: int
    question_id: UUID
    type: QuestionType
    html: str = Field(description="The question; empty for a cloze, whose text is in `shown.pieces`.")
    shown: dict[str, Any] = Field(description="Options, pairs, items, gaps: by ids that hold in this attempt only.")
    response: dict[str, Any] | None = Field(description="What is saved; null: nothing.")
    revision: int = Field(description="Counts the savings. Send it with the next one to notice another tab.")
    answered_at: datetime | None
    points_max: Decimal
    points: Decimal | None = Field(description="Null while it may not be seen, or waits for a person.")
    comment: str = Field(description="What the teacher says to it.")
    key: dict[str, Any] | None = Field(description="The right answer; null while it may not be seen.")
    feedback_html: list[str]
    explanation_html: str

    @classmethod
    def of(cls, line: quizzes.Line, *, shown: bool) -> AskedOut:
        """How a question is shown to whoever made the attempt, or grades it."""
        answer = line.answer
        return cls(
            position=answer.position,
            question_id=answer.question_id,
            type=QuestionType(line.kind),
            html=line.html,
            shown=line.presented,
            response=line.response,
            revision=answer.revision,
            answered_at=answer.answered_at,
            points_max=answer.points_max,
            points=answer.points if shown else None,
            comment=answer.comment if shown else "",
            key=line.key,
            feedback_html=[questions.html(said) for said in line.mark.feedback] if line.mark else [],
            explanation_html=line.explanation_html,
        )


class SheetOut(BaseModel):
    """A whole attempt, as far as you may see it now."""

    attempt: AttemptOut
    server_time: datetime = Field(description="Count the time that is left from this, not from your own clock.")
    answers_shown: bool = Field(description="Whether points, right answers and explanations are here.")
    questions: list[AskedOut]

    @classmethod
    def of(cls, sheet: quizzes.Sheet, now: datetime) -> SheetOut:
        """How a sheet is shown."""
        return cls(
            attempt=AttemptOut.of(sheet.held.attempt),
            server_time=now,
            answers_shown=sheet.answers_shown,
            questions=[AskedOut.of(line, shown=sheet.answers_shown) for line in sheet.lines],
        )
